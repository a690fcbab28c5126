//! Signing in and out, refreshing.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{OptionalInput, present};
use super::issuer_login::{SignIn, sign_in};
use super::refresh_tokens;
use super::session_carrier::{Answers, SessionCarrier};
use crate::app::App;
use crate::auth::{Client, Keep, SignedIn, session_cookie, signed_out};
use crate::domain::sessions::{self, Beginning, RefreshLifetime, Rotation};
use crate::domain::tokens::{self, ActiveOrganisation};
use crate::domain::{Write, sign_in, user_numbers};
use crate::entity::session::{self, RefreshUse};
use crate::entity::user;
use crate::error::Error;
use crate::id::UserId;
use crate::password::{PresentedPassword, ProposedPassword};
use crate::permission::Role;
use crate::refresh_token::RefreshToken;
use crate::secret::Secret;
use crate::site::is_same_site;
use crate::views::organisations::OrganisationSummary;

const TAG: &str = "Signing in";

/// Who signs in. Give `email` or `username`; either may hold either. With an issuer's token as bearer neither is
/// needed, and no password.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Login, example = json!({"email": "ana@acme.example", "password": "correct horse battery staple"}))]
pub struct LoginInput {
    #[schema(max_length = 320, example = "ana@acme.example")]
    pub(super) email: Option<String>,
    #[schema(max_length = 320)]
    pub(super) username: Option<String>,
    pub(super) password: Option<PresentedPassword>,
    /// Takes the place of `password` in the same step, and all other sessions end. A password that was set for the user has
    /// to be changed like this (`password_change_required`).
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    pub(super) new_password: Option<ProposedPassword>,
    /// Slug or id of the organisation that the token is for; default: the first one.
    #[schema(example = "acme")]
    pub(super) organisation: Option<String>,
    /// Whether the browser keeps the session cookie when it is closed; default: true. False for machines of others.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    pub(super) remember: Option<bool>,
    /// `cookie`: the answer has no tokens, and the session no refresh token. For pages of the server's own site.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    pub(super) session: Option<SessionCarrier>,
}

/// A user and what they are in the organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenUser {
    id: UserId,
    #[schema(example = "ana@acme.example")]
    email: String,
    #[schema(example = "Ana Ruiz")]
    name: String,
    role: Option<Role>,
    /// For older clients that know users by numbers: only with `compat.assimetria = "on"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, example = 1_804_289_383)]
    number: Option<i32>,
}

/// A sign-in. The tokens are absent where `"session": "cookie"` was asked for, now or when the session began.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tokens {
    #[schema(example = true)]
    success: bool,
    /// For older clients.
    #[schema(example = "success")]
    status: &'static str,
    /// The same as `access_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.…")]
    token: Option<String>,
    /// For `Authorization: Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.…")]
    access_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Bearer")]
    token_type: Option<&'static str>,
    /// Seconds until the access token expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 900)]
    expires_in: Option<i64>,
    /// For one call to refresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "osr_…")]
    refresh_token: Option<String>,
    user: TokenUser,
    /// The organisation that the access token is for; null for a user of none.
    organisation: Option<OrganisationSummary>,
    /// What became of the session cookie; absent where none was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) cookie: Option<CookieOutcome>,
}

/// What a browser does with the session cookie that an answer sets.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CookieOutcome {
    /// It keeps the cookie.
    Set,
    /// It drops the cookie: the page that asked is on another site than this server, and the cookie is
    /// `SameSite=Lax`. Use the tokens.
    DroppedByBrowsers,
}

/// By the page's origin, as the browser tells it.
pub(super) fn cookie_outcome(app: &App, headers: &HeaderMap) -> CookieOutcome {
    let is_same = |origin: &HeaderValue| {
        origin.to_str().is_ok_and(|origin| is_same_site(origin, &app.config.public_url))
    };
    if headers.get(header::ORIGIN).is_none_or(is_same) {
        CookieOutcome::Set
    } else {
        CookieOutcome::DroppedByBrowsers
    }
}

/// The number of a user for clients that know users by numbers, if they are served as their document has it.
pub(super) async fn number(app: &App, write: &Write<'_>, user: UserId) -> Result<Option<i32>, Error> {
    match app.config.compat.assimetria.documented() {
        Some(_) => user_numbers::of(write, user).await.map(Some),
        None => Ok(None),
    }
}

/// The answer for a session. If the cookie alone carries it, there are no tokens in there.
pub(super) fn tokens(
    app: &App,
    session: &session::Model,
    user: &user::Model,
    number: Option<i32>,
    active: Option<&ActiveOrganisation>,
    refresh: RefreshToken,
) -> Result<Tokens, Error> {
    let signing_keys = app.signing_keys();
    let (issuer, now) = (app.issuer(&signing_keys), app.now());
    let given = session.refresh_use != RefreshUse::Never;
    let access_token = if given { Some(issuer.sign(session, user, active, now)?) } else { None };
    Ok(Tokens {
        success: true,
        status: "success",
        token: access_token.clone(),
        access_token,
        token_type: given.then_some("Bearer"),
        expires_in: given.then(|| issuer.lifetime_in(session, now).num_seconds()),
        refresh_token: if given {
            Some(refresh_tokens::write(app, &issuer, session, refresh)?)
        } else {
            None
        },
        user: TokenUser {
            id: user.id,
            email: user.email.clone(),
            name: user.name.clone(),
            role: active.map(|active| active.role),
            number,
        },
        organisation: active.map(|active| (&active.organisation).into()),
        cookie: None,
    })
}

/// An answer that signs the browser in.
pub fn with_cookies(status: StatusCode, cookies: CookieJar, body: impl Serialize) -> Response {
    (status, cookies, Json(body)).into_response()
}

/// Starts a session in place of the one that the browser had, and makes its tokens.
pub async fn start_session(
    app: &App,
    write: &Write<'_>,
    headers: &HeaderMap,
    user: &user::Model,
    active: Option<&ActiveOrganisation>,
    refresh_use: RefreshUse,
) -> Result<(Tokens, Secret), Error> {
    let organisation = active.map(|active| active.organisation.id);
    let beginning = Beginning { refresh_use, ..Beginning::by_password(write.now, organisation) };
    let (session, cookie) = replace_session(app, write, headers, user, beginning).await?;
    let number = number(app, write, user.id).await?;
    let mut tokens = tokens(app, &session, user, number, active, RefreshToken::first(session.id))?;
    tokens.cookie = Some(cookie_outcome(app, headers));
    Ok((tokens, cookie))
}

pub(super) async fn replace_session(
    app: &App,
    write: &Write<'_>,
    headers: &HeaderMap,
    user: &user::Model,
    beginning: Beginning,
) -> Result<(session::Model, Secret), Error> {
    let earlier = session_cookie(headers, &app.config.sessions.cookies.session);
    if let Some(earlier) = earlier.as_deref().and_then(Secret::parse) {
        sessions::replace(write, &earlier).await?;
    }
    sessions::start(write, user.id, beginning).await
}

/// Sign in
///
/// With e-mail address or username and password, or with the token of an issuer that the operator configured
/// (`[[issuers]]`) as bearer, and then with an empty body or `organisation` alone. The answer for an unknown user is
/// the answer for a wrong password; with `verify_email = required` it is also the answer for the right one, as long as
/// the address is not proven, and a mail helps. A password that an operator set for the user has to be changed: the
/// answer is 403 `password_change_required`, unless `new_password` is in the same request. The session cookie gets a new
/// value at every sign-in; the session before it ends.
#[utoipa::path(post, path = "/api/auth/login", operation_id = "sign_in", tag = TAG, request_body = Option<LoginInput>,
    responses(
        (status = 200, description = "Signed in.", body = Tokens),
        (status = 401, description = "The name, the password or the issuer's token is wrong, or the address is not proven yet."),
        (status = 403, description = "The account is disabled (`user_disabled`), the password has to be changed (`password_change_required`), or the request came from a foreign site (`cross_site`). With an issuer's token: the issuer is turned off (`issuer_disabled`), does not vouch for the address (`issuer_email_unverified`), the address is not among those that may come in (`not_allowed`), there is no account (`no_account`), or it is another user's there (`linked_to_another`)."),
        (status = 404, description = "The user is no member of the organisation that was asked for."),
        (status = 409, description = "With an issuer's token: the organisation that new users join has no seat left."),
    ))]
pub async fn login(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    way: SignIn,
) -> Result<Response, Error> {
    let by = sign_in(&app, &client, &headers, &way, Answers::TokensOrCookie).await?;
    let first = RefreshToken::first(by.session.id);
    let mut tokens = tokens(&app, &by.session, &by.user, by.number, by.active.as_ref(), first)?;
    tokens.cookie = Some(cookie_outcome(&app, &headers));
    Ok(with_cookies(StatusCode::OK, by.cookies(&app, &client), tokens))
}

/// A session that was just started, and its cookie.
pub struct Started {
    pub user: user::Model,
    pub number: Option<i32>,
    pub session: session::Model,
    pub active: Option<ActiveOrganisation>,
    pub cookie: Secret,
    pub keep: Keep,
}

impl Started {
    /// What signs the browser in.
    pub fn cookies(&self, app: &App, client: &Client) -> CookieJar {
        client.signed_in(app, self.user.id, &self.cookie, self.keep)
    }
}

/// The one way in by password, whatever the answer looks like.
pub async fn sign_in_with_password(
    app: &App,
    client: &Client,
    headers: &HeaderMap,
    input: &LoginInput,
    answers: Answers,
) -> Result<Started, Error> {
    let refresh_use = answers.refresh_use(app, headers, input.session)?;
    let name = match (&input.email, &input.username) {
        (Some(name), None) | (None, Some(name)) => name,
        (None, None) => return Err(Error::invalid("/email", "give `email` or `username`")),
        (Some(_), Some(_)) => {
            return Err(Error::invalid("/username", "give `email` or `username`, not both"));
        }
    };
    let password = input.password.as_ref().ok_or_else(|| Error::invalid("/password", "this is required"))?;
    let required = app.config.verify_email_required;
    let checked = sign_in::check(&client.attempt(app), name, password, required).await?;
    let asked_for = input.organisation.as_deref().map(Into::into);
    let active = tokens::active_organisation(app.db.read(), checked.user.id, None, asked_for).await?;
    let new_hash = match &input.new_password {
        Some(new) => Some(app.hash_replacement(&checked.user, "/new_password", new).await?),
        None => None,
    };
    let _turn = app.db.turn_to_sign_in(active.as_ref().map(|active| active.organisation.id)).await?;
    let actor = client.anonymous().as_user(checked.user.id, &checked.user.name);
    let write = app.write(&actor).await?;
    let user = match new_hash {
        Some(new_hash) => checked.confirm_and_replace(&write, new_hash).await?,
        None => checked.confirm(&write).await?,
    };
    sessions::announce_new_device(&write, &user).await?;
    let organisation = active.as_ref().map(|active| active.organisation.id);
    let mut beginning = Beginning { refresh_use, ..Beginning::by_password(write.now, organisation) };
    beginning.authentication.session_ends_at = answers.session_ends_at(write.now);
    let (session, cookie) = replace_session(app, &write, headers, &user, beginning).await?;
    let number = number(app, &write, user.id).await?;
    write.commit().await?;
    Ok(Started { user, number, session, active, cookie, keep: Keep::asked(input.remember) })
}

/// The refresh token, unless it is sent as bearer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Refresh, example = json!({"refresh_token": "osr_…"}))]
pub struct RefreshInput {
    #[schema(example = "osr_…")]
    refresh_token: String,
    /// Slug or id of the organisation that the access token is to be for; default: the session's.
    #[schema(nullable = false, example = "acme")]
    #[serde(default, deserialize_with = "present")]
    organisation: Option<String>,
}

/// What is sent as bearer, whatever it is.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// By the settings of `[tokens]`; but refresh tokens are single-use to the letter where Assimetria OS is turned on.
pub fn own_refresh_lifetime(app: &App) -> RefreshLifetime {
    let tokens = &app.config.tokens;
    let is_strict = app.config.compat.assimetria.documented().is_some();
    RefreshLifetime {
        idle: tokens.refresh_idle,
        absolute: tokens.refresh_absolute,
        grace: if is_strict { TimeDelta::zero() } else { tokens.refresh_grace },
    }
}

/// Refresh
///
/// Exchanges a refresh token, in the body or as bearer, for a new pair. The token before it, presented
/// again within 10 seconds, gets the same successor; any older one is taken for theft and ends the session. If an admin
/// of the organisation has ended the session there (`session_ended_here`), the refresh token stays as it is. With
/// `compat.appliance = "on"` the tokens of this API are those of the appliance: HS256 JWTs for 8 hours and for 7 days.
#[utoipa::path(post, path = "/api/auth/refresh", operation_id = "refresh", tag = TAG, request_body = Option<RefreshInput>,
    responses(
        (status = 200, description = "A new pair.", body = Tokens),
        (status = 401, description = "The refresh token is no good (`invalid_refresh_token`), or the session was ended in this organisation (`session_ended_here`)."),
        (status = 404, description = "The user is no member of the organisation that was asked for."),
    ))]
pub async fn refresh(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    OptionalInput(input): OptionalInput<RefreshInput>,
) -> Result<Json<Tokens>, Error> {
    let text = match (&input, bearer(&headers)) {
        (Some(input), None) => input.refresh_token.as_str(),
        (None, Some(token)) => token,
        (Some(_), Some(_)) => return Err(Error::AmbiguousCredentials),
        (None, None) => return Err(Error::InvalidRefreshToken),
    };
    let presented = refresh_tokens::read(&app, text);
    let presented =
        presented.ok_or_else(|| refresh_tokens::refuse(&app, &client, refresh_tokens::NOT_OURS))?;
    let lifetime = refresh_tokens::lifetime(&app);
    let actor = client.anonymous();
    let write = app.write(&actor).await?;
    let user = refresh_tokens::lock_owner(&app, &write, presented).await?;
    let rotation = sessions::rotate(&write, presented, lifetime).await?;
    let answer = match &rotation {
        Rotation::Successor(session, successor) => {
            let asked_for = input.as_ref().and_then(|input| input.organisation.as_deref().map(Into::into));
            let active = tokens::active_organisation(&write, user.id, Some(session), asked_for).await?;
            let number = number(&app, &write, user.id).await?;
            Some(tokens(&app, session, &user, number, active.as_ref(), *successor)?)
        }
        Rotation::Theft | Rotation::Refused => None,
    };
    // Also what a theft brought about must stay.
    write.commit().await?;
    answer.map(Json).ok_or_else(|| refresh_tokens::refuse(&app, &client, refresh_tokens::NO_MORE))
}

/// Sign out
///
/// Ends this session: its cookie, its refresh chain and its access tokens. By HTTP Basic there is none to end, and
/// nothing happens.
#[utoipa::path(post, path = "/api/auth/logout", operation_id = "sign_out", tag = TAG,
    responses((status = 204, description = "Signed out.")))]
pub async fn logout(State(app): State<App>, SignedIn { by, actor }: SignedIn) -> Result<Response, Error> {
    let Some(session) = by.session_id() else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let write = app.write(&actor).await?;
    sessions::end(&write, by.id, session).await?;
    write.commit().await?;
    // No `Clear-Site-Data`: it clears whole origins and, for cookies, whole sites. A product that shares the host, or
    // the domain, would lose what is its own. Ours is the cookie alone: all answers are `no-store`.
    Ok((StatusCode::NO_CONTENT, signed_out(&app.config.sessions.cookies)).into_response())
}
