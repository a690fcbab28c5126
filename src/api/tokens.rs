//! Access tokens of a session that is there already.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::Input;
use crate::app::App;
use crate::auth::SignedIn;
use crate::domain::tokens;
use crate::entity::session;
use crate::error::Error;
use crate::permission::Role;
use crate::views::organisations::OrganisationSummary;

const TAG: &str = "Signing in";

/// The organisation that a token is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenRequest)]
pub struct TokenInput {
    /// Slug or id.
    #[schema(example = "acme")]
    organisation: String,
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
        (status = 404, description = "The user is no member of it."),
    ))]
pub async fn create(
    State(app): State<App>,
    SignedIn { by, .. }: SignedIn,
    Input(input): Input<TokenInput>,
) -> Result<Json<OrganisationToken>, Error> {
    let session = by.session_id().ok_or(Error::SessionRequired)?;
    let alive = session::Entity::alive(session).one(app.db.read()).await?;
    let Some((session, Some(user))) = alive else { return Err(Error::InvalidCredential) };
    let asked_for = input.organisation.as_str().into();
    let active = tokens::active_organisation(app.db.read(), by.id, Some(&session), Some(asked_for))
        .await?
        .ok_or(Error::NotFound)?;
    let signing_keys = app.signing_keys();
    let (issuer, now) = (app.issuer(&signing_keys), app.now());
    let access_token = issuer.sign(&session, &user, Some(&active), now)?;
    Ok(Json(OrganisationToken {
        token: access_token.clone(),
        access_token,
        token_type: "Bearer",
        expires_in: issuer.lifetime_in(&session, now).num_seconds(),
        organisation: (&active.organisation).into(),
        role: active.role,
    }))
}
