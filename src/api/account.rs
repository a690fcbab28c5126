//! Who is calling, and the signed-in user's account: name, password.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::conditions::{ETag, IfMatch, IfNoneMatch, tagged};
use super::input::{Input, present};
use super::session_carrier::{self, SessionCarrier};
use super::tokens::{Tokens, signed_in};
use super::who::Who;
use crate::app::App;
use crate::auth::sign_in::replace_password;
use crate::auth::{Caller, Client, Keep, Principal, SignedIn};
use crate::domain::account::users;
use crate::domain::values::change::Change;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::username::Username;
use crate::error::Error;
use crate::password::{PresentedPassword, ProposedPassword};
use crate::views;
use crate::views::organisations::Membership;
use crate::views::users::Account;

const TAG: &str = "Account";

/// The caller, and where else they belong.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    #[serde(flatten)]
    who: Who,
    /// All organisations of a user; empty for keys, which belong to one.
    memberships: Vec<Membership>,
}

/// Who am I
///
/// The caller by any credential: user or key, organisation, role, permissions. What a user may change of the account is
/// at `/api/account`.
#[utoipa::path(get, path = "/api/auth/me", operation_id = "show_me", tag = TAG,
    responses((status = 200, description = "The caller.", body = Me)))]
pub async fn show_me(State(app): State<App>, caller: Caller) -> Result<Json<Me>, Error> {
    let access = match caller.in_implied_organisation(&app).await {
        // The session goes on elsewhere, and a client that asks whether it is signed in must hear that it is.
        Err(Error::SessionEndedHere) => None,
        access => access?,
    };
    let memberships = match &caller.principal {
        Principal::User(by) => views::organisations::memberships(app.db.read(), by.id).await?,
        Principal::Key(_) => Vec::new(),
    };
    let who = Who::new(&app, &caller.principal, access.as_ref());
    Ok(Json(Me { who, memberships }))
}

/// Show the account
#[utoipa::path(get, path = "/api/account", operation_id = "show_account", tag = TAG, params(IfNoneMatch),
    responses((status = 200, description = "The user's own account.", body = Account)))]
pub async fn show(
    State(app): State<App>,
    SignedIn { by, .. }: SignedIn,
    known: IfNoneMatch,
) -> Result<Response, Error> {
    known.answer(views::users::account(app.db.read(), by.id).await?)
}

/// What is to change. A member that is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Ana Ruiz", "username": "ana"}))]
pub struct AccountUpdate {
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    name: Option<DisplayName>,
    /// Null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<Username>)]
    username: Change<Username>,
}

/// Change name or username
///
/// The username is a name to sign in with: changing it asks for a recent proof of who the user is, else 401
/// `insufficient_user_authentication`.
#[utoipa::path(patch, path = "/api/account", operation_id = "update_account", tag = TAG, request_body = AccountUpdate,
    params(IfMatch),
    responses(
        (status = 200, description = "The account as it is now.", body = Account),
        (status = 409, description = "The username is taken (`username_taken`)."),
    ))]
pub async fn update(
    State(app): State<App>,
    SignedIn { by, actor }: SignedIn,
    read: IfMatch,
    Input(input): Input<AccountUpdate>,
) -> Result<Response, Error> {
    if input.username.is_asked_for() {
        by.check_fresh(&app)?;
    }
    let write = app.write(&actor).await?;
    let user = users::lock(&write, by.id).await?;
    read.check(&ETag::of(&Account::from(user.clone()))?)?;
    let user = users::update(&write, user, input.name, input.username).await?;
    write.commit().await?;
    let shown = Account::from(user);
    tagged(&ETag::of(&shown)?, shown)
}

/// The old and the new.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current_password": "correct horse battery staple", "new_password": "another long phrase for Ana"}))]
pub struct PasswordChange {
    pub(super) current_password: PresentedPassword,
    pub(super) new_password: ProposedPassword,
    /// As for signing in.
    #[schema(nullable = false, default = true)]
    #[serde(default, deserialize_with = "present")]
    remember: Option<bool>,
    /// As for signing in. A session that began with `cookie` has no tokens in any case.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    pub(super) session: Option<SessionCarrier>,
}

/// Change the password
///
/// All sessions of the user end. A new one takes the place of the one that asks: its tokens are in the answer, and
/// its cookie is set. HTTP Basic has none, and the answer is 204 then.
#[utoipa::path(post, path = "/api/auth/change-password", operation_id = "change_password", tag = TAG, request_body = PasswordChange,
    responses(
        (status = 200, description = "Changed; the session to go on with.", body = Tokens),
        (status = 204, description = "Changed, by HTTP Basic."),
        (status = 403, description = "The current password is wrong (`wrong_password`) or has to be changed (`password_change_required`),")))]
pub async fn change_password(
    State(app): State<App>,
    client: Client,
    caller: SignedIn,
    Input(input): Input<PasswordChange>,
) -> Result<Response, Error> {
    let terms = session_carrier::renewed(&app, &client, input.session, Keep::asked(input.remember))?;
    let (current, new) = (&input.current_password, &input.new_password);
    match replace_password(&app, &client, &caller, current, new, terms).await? {
        Some(started) => signed_in(&app, &client, StatusCode::OK, started),
        None => Ok((StatusCode::NO_CONTENT, client.device_cookie(&app, caller.by.id)).into_response()),
    }
}
