//! The tokens of a session, and one more for another organisation.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, SubsecRound as _, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::Input;
use crate::app::App;
use crate::auth::sign_in::{IssuedTokens, OpenSession, Started};
use crate::auth::{Client, CookieOutcome, SignedIn};
use crate::domain::session::tokens;
use crate::entity::session;
use crate::error::Error;
use crate::id::UserId;
use crate::permission::Role;
use crate::views::organisations::OrganisationSummary;

const TAG: &str = "Signing in";

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
    /// When the access token expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_at: Option<DateTime<Utc>>,
    /// For one call to refresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "osr_…")]
    refresh_token: Option<String>,
    /// When the refresh token expires, if it is not used before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refresh_expires_at: Option<DateTime<Utc>>,
    user: TokenUser,
    /// The organisation that the access token is for; null for a user of none.
    organisation: Option<OrganisationSummary>,
    /// What became of the session cookie; absent where none was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cookie: Option<CookieOutcome>,
}

impl Tokens {
    /// Of a session, with the tokens that were issued for it, if it has any.
    pub fn new(open: OpenSession, issued: Option<IssuedTokens>, cookie: Option<CookieOutcome>) -> Self {
        let OpenSession { user, number, active, .. } = open;
        let expires_in = issued.as_ref().map(|issued| issued.expires_in.num_seconds());
        let (expires_at, refresh_expires_at) =
            issued.as_ref().map(|issued| (issued.expires_at, issued.refresh_expires_at)).unzip();
        let (access_token, refresh_token) = issued.map(|issued| (issued.access, issued.refresh)).unzip();
        Self {
            success: true,
            status: "success",
            token: access_token.clone(),
            token_type: access_token.is_some().then_some("Bearer"),
            access_token,
            expires_in,
            expires_at,
            refresh_token,
            refresh_expires_at,
            organisation: active.as_ref().map(|active| (&active.organisation).into()),
            user: TokenUser {
                id: user.id,
                email: user.email,
                name: user.name,
                role: active.map(|active| active.role),
                number,
            },
            cookie,
        }
    }

    /// Of a session that was just started.
    pub fn of_started(app: &App, client: &Client, started: Started) -> Result<Self, Error> {
        let issued = started.open.tokens(app)?;
        let outcome = started.cookie_outcome(app, client);
        Ok(Self::new(started.open, issued, outcome))
    }
}

/// The answer that signs a client in: tokens, and cookies.
pub fn signed_in(
    app: &App,
    client: &Client,
    status: StatusCode,
    started: Started,
) -> Result<Response, Error> {
    let cookies = started.cookies(app, client);
    Ok((status, cookies, Json(Tokens::of_started(app, client, started)?)).into_response())
}

/// The organisation that a token is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenRequest)]
pub struct TokenInput {
    /// Slug or id.
    #[schema(example = "acme")]
    org: String,
}

/// An access token for one organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganisationToken {
    /// The same as `access_token`.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.…")]
    token: String,
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.…")]
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until the access token expires.
    #[schema(example = 900)]
    expires_in: i64,
    /// When the access token expires.
    expires_at: DateTime<Utc>,
    organisation: OrganisationSummary,
    role: Role,
}

/// Token for another organisation
///
/// An access token of this session for another of the user's organisations. The one at hand stays good.
/// By HTTP Basic, which has no session that the token could end with: 403 `session_required`.
#[utoipa::path(post, path = "/api/auth/token", operation_id = "create_token", tag = TAG, request_body = TokenInput,
    responses(
        (status = 200, description = "The token.", body = OrganisationToken),
        (status = 401, description = "No credential, or a bad one, or the session was ended in that organisation (`session_ended_here`)."),
        (status = 404, description = "The user is no member of it (`not_found`)."),
    ))]
pub async fn create(
    State(app): State<App>,
    SignedIn { by, .. }: SignedIn,
    Input(input): Input<TokenInput>,
) -> Result<Json<OrganisationToken>, Error> {
    let session = by.session_id().ok_or(Error::SessionRequired)?;
    let alive = session::Entity::alive(session).one(app.db.read()).await?;
    let Some((session, Some(user))) = alive else { return Err(Error::InvalidCredential) };
    let asked_for = input.org.as_str().into();
    let active = tokens::active_organisation(app.db.read(), by.id, Some(&session), Some(asked_for))
        .await?
        .ok_or(Error::NotFound)?;
    let signing_keys = app.signing_keys();
    let (issuer, now) = (app.issuer(&signing_keys), app.now());
    let access_token = issuer.sign(&session, &user, Some(&active), now)?;
    let expires_in = issuer.lifetime_in(&session, now);
    Ok(Json(OrganisationToken {
        token: access_token.clone(),
        access_token,
        token_type: "Bearer",
        expires_in: expires_in.num_seconds(),
        expires_at: (now + expires_in).trunc_subsecs(0),
        organisation: (&active.organisation).into(),
        role: active.role,
    }))
}
