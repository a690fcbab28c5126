//! Who the signed-in user is at other issuers.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::input::{Input, Params};
use super::page::{Asked, Listed, Page, Part};
use crate::app::App;
use crate::auth::{Client, SignedIn, by_issuer};
use crate::domain::identities;
use crate::error::Error;
use crate::http::Answering;
use crate::views;
use crate::views::identities::Identity;

const TAG: &str = "Account";

/// List my identities at other issuers
///
/// One an issuer at most.
#[utoipa::path(get, path = "/api/auth/identities", operation_id = "list_identities", tag = TAG, params(Part),
    responses((status = 200, description = "The identities, in the order in which they were linked.", body = Page<Identity>)))]
pub async fn list(
    State(app): State<App>,
    SignedIn { by, .. }: SignedIn,
    asked: Asked,
) -> Result<Listed<Identity>, Error> {
    let list = asked.of(&app, "identities", by.id)?;
    Ok(list.answer(views::identities::list(app.db.read(), by.id, &list.request).await?))
}

/// A token of the issuer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdentity {
    /// As for signing in; it is good once.
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.…")]
    issuer_token: String,
}

/// Link another issuer
///
/// Its user signs in to this account from now on. The owner of the account gets a mail. The account's address must be
/// proven. Once more changes nothing.
#[utoipa::path(post, path = "/api/auth/identities", operation_id = "link_identity", tag = TAG, request_body = NewIdentity,
    responses(
        (status = 201, description = "Linked.", body = Identity),
        (status = 401, description = "the issuer's token is no good (`invalid_issuer_token`, `issuer_token_used`);"),
        (status = 403, description = "The issuer's user is linked to another account, or this account to another user of the issuer (`linked_to_another`); the account's address is not proven (`email_unverified`); the issuer is turned off (`issuer_disabled`), or its user may not come in (`not_allowed`, `issuer_email_unverified`);"),
    ))]
pub async fn link(
    State(app): State<App>,
    client: Client,
    SignedIn { by, actor }: SignedIn,
    answering: Answering,
    Input(input): Input<NewIdentity>,
) -> Result<Response, Error> {
    let (vouched, admission) = by_issuer(&app, &client, &input.issuer_token).await?;
    let write = app.write(&actor).await?;
    identities::spend(&write, &vouched).await?;
    let identity = identities::link_own(&write, &vouched, &admission, by.id, by.session_id()).await?;
    answering.commit(write, (StatusCode::CREATED, Json(Identity::from(identity)))).await
}

/// Which one.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfIssuer {
    /// The issuer, letter by letter.
    #[param(example = "https://login.example.com/")]
    issuer: String,
}

/// End the link with an issuer
///
/// The sessions that were started through it end. The last way to sign in cannot be taken away. Once more changes
/// nothing and answers the same.
#[utoipa::path(delete, path = "/api/auth/identities", operation_id = "unlink_identity", tag = TAG, params(OfIssuer),
    responses(
        (status = 204, description = "Its user no longer signs in here."),
        (status = 404, description = "The account never was linked with it (`not_found`)."),
        (status = 409, description = "There would be no way left to sign in (`last_way_in`)."),
    ))]
pub async fn unlink(
    State(app): State<App>,
    SignedIn { by, actor }: SignedIn,
    Params(which): Params<OfIssuer>,
) -> Result<StatusCode, Error> {
    let write = app.write(&actor).await?;
    let admitted = |issuer: &str| app.issuers.admit(Some(issuer));
    identities::unlink_own(&write, by.id, &which.issuer, admitted).await?;
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
