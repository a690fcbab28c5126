//! Invitations to an organisation.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::filters::InvitationQuery;
use super::input::{Input, PathId, present};
use super::page::{Asked, Listed, Page, Part};
use super::session_carrier::{Answers, SessionCarrier};
use super::tokens::Tokens;
use crate::app::App;
use crate::auth::sign_in::{Invited, NewMember, SignInState};
use crate::auth::{Client, Keep, OrganisationAccess, optional_user};
use crate::domain::email::Email;
use crate::domain::onboarding::invitations;
use crate::domain::onboarding::joining::Names;
use crate::domain::organisation::members::manages_members;
use crate::domain::session::tokens::ActiveOrganisation;
use crate::domain::values::display_name::DisplayName;
use crate::entity::invitation;
use crate::error::{Error, both};
use crate::http::Answering;
use crate::id::InvitationId;
use crate::password::{PresentedPassword, ProposedPassword};
use crate::permission::Role;
use crate::views;
use crate::views::invitations::Invitation;
use crate::views::organisations::OrganisationSummary;

const TAG: &str = "Invitations";

/// List the invitations
///
/// Ended ones too.
#[utoipa::path(get, path = "/api/orgs/{org}/invitations", operation_id = "list_invitations", tag = TAG,
    params(InvitationQuery, Part),
    responses((status = 200, description = "The invitations.", body = Page<Invitation>)))]
pub async fn list(
    State(app): State<App>,
    access: OrganisationAccess,
    asked: Asked<InvitationQuery>,
) -> Result<Listed<Invitation>, Error> {
    let organisation = access.organisation.id;
    let (filter, list) = both(asked.filter.filter(), asked.of(&app, "invitations", organisation))?;
    let (db, catalogue, now) = (app.db.read(), &app.config.permissions, app.now());
    let page = views::invitations::list(db, catalogue, organisation, &filter, &list.request, now).await?;
    Ok(list.answer(page))
}

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"emails": ["bob@acme.example"], "role": "member"}))]
pub struct NewInvitations {
    /// One address or several, 50 at most.
    #[schema(min_items = 1, max_items = 50)]
    emails: Vec<Email>,
    role: Role,
}

/// The invitations that were made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitations {
    data: Vec<Invitation>,
}

async fn shown(app: &App, rows: Vec<invitation::Model>) -> Result<Vec<Invitation>, Error> {
    views::invitations::of_rows(app.db.read(), &app.config.permissions, rows, app.now()).await
}

/// Invite people
///
/// All of them or none. An address that is there twice is invited once; an open invitation of the same address
/// is replaced. Inviting an admin asks for a recent proof of who the user is, else 401
/// `insufficient_user_authentication`.
///
/// In 24 hours a new organisation sends `limits.invitations` mails, and an older one as many again for each day of its
/// age and for each of its invitations that was accepted; those of the inviter count, whichever organisation they
/// were for. 429 (`too_many_invitations`) says how many are left, and when there will be more. With
/// `verify_email = required` an account whose own address is not proven invites nobody: 403 (`email_unverified`).
#[utoipa::path(post, path = "/api/orgs/{org}/invitations", operation_id = "create_invitations", tag = TAG, request_body = NewInvitations,
    responses((status = 201, description = "The invitations; their mails are on their way.", body = Invitations),
        (status = 409, description = "Somebody is a member already (`already_member`), there is no seat left (`seats_taken`), or as many invitations are open as may be (`too_many_open_invitations`)."),
        (status = 501, description = "This server sends no mails (`mail_unavailable`; `mail` in the server metadata).")))]
pub async fn create(
    State(app): State<App>,
    access: OrganisationAccess,
    answering: Answering,
    Input(input): Input<NewInvitations>,
) -> Result<Response, Error> {
    if manages_members(input.role) {
        access.principal.check_fresh(&app)?;
    }
    app.needs_mail()?;
    invitations::check_how_many(input.emails.len())?;
    // Lists that people paste have doubles; nobody is to get two mails for that.
    let mut seen = HashSet::new();
    let once: Vec<_> = input.emails.iter().filter(|email| seen.insert(email.normalised())).collect();
    let inviter = access.user()?.id;
    let write = app.write(&access.actor).await?;
    let organisation = access.organisation.id;
    let rows =
        invitations::create(&write, organisation, inviter, &once, input.role, app.invitation_rules()).await?;
    let data = views::invitations::of_rows(&write, &app.config.permissions, rows, write.now).await?;
    answering.commit(write, (StatusCode::CREATED, Json(Invitations { data }))).await
}

/// Show an invitation
#[utoipa::path(get, path = "/api/orgs/{org}/invitations/{invitation_id}", operation_id = "show_invitation", tag = TAG,
    params(("invitation_id" = InvitationId, Path, description = "The invitation.")),
    responses((status = 200, description = "The invitation.", body = Invitation)))]
pub async fn show(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<InvitationId>,
) -> Result<Json<Invitation>, Error> {
    let (db, catalogue) = (app.db.read(), &app.config.permissions);
    Ok(Json(views::invitations::find(db, catalogue, access.organisation.id, id, app.now()).await?))
}

/// Withdraw an invitation
///
/// Once more changes nothing and answers the same.
#[utoipa::path(delete, path = "/api/orgs/{org}/invitations/{invitation_id}", operation_id = "withdraw_invitation", tag = TAG,
    params(("invitation_id" = InvitationId, Path, description = "The invitation.")),
    responses((status = 204, description = "Its link no longer works."),
        (status = 409, description = "It was accepted already (`invitation_ended`).")))]
pub async fn withdraw(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<InvitationId>,
) -> Result<StatusCode, Error> {
    let write = app.write(&access.actor).await?;
    invitations::withdraw(&write, access.organisation.id, id).await?;
    write.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send an invitation again
///
/// For another seven days. The link before it no longer works, and you answer for the invitation from now on: it can be accepted for
/// as long as you may give its role. An admin's asks for a recent proof of who the user is, as inviting one does, else 401
/// `insufficient_user_authentication`. Too many in 24 hours: 429 `too_many_invitations`. With
/// `verify_email = required` an account whose own address is not proven sends none: 403 `email_unverified`.
#[utoipa::path(post, path = "/api/orgs/{org}/invitations/{invitation_id}/resend", operation_id = "resend_invitation", tag = TAG,
    params(("invitation_id" = InvitationId, Path, description = "The invitation.")),
    responses((status = 200, description = "The invitation as it is now.", body = Invitation),
        (status = 409, description = "It was accepted or withdrawn already (`invitation_ended`), there is no seat left (`seats_taken`), or it had expired and as many are open as may be (`too_many_open_invitations`)."),
        (status = 501, description = "This server sends no mails (`mail_unavailable`; `mail` in the server metadata).")))]
pub async fn resend(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<InvitationId>,
) -> Result<Json<Invitation>, Error> {
    app.needs_mail()?;
    let inviter = access.user()?.id;
    let write = app.write(&access.actor).await?;
    let row =
        invitations::resend(&write, access.organisation.id, inviter, id, app.invitation_rules()).await?;
    if manages_members(row.role) {
        access.principal.check_fresh(&app)?;
    }
    write.commit().await?;
    shown(&app, vec![row]).await?.pop().map(Json).ok_or(Error::NotFound)
}

/// The link of an invitation, and without a sign-in a password: of the account with that address, or
/// of the one that is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InvitationAcceptance, example = json!({"invitation": "osi_…", "password": "a long phrase for Bob", "name": "Bob"}))]
pub struct Acceptance {
    /// What stands behind the `#` of the link.
    #[schema(example = "osi_…")]
    invitation: String,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    password: Option<PresentedPassword>,
    /// Takes the place of the account's `password` in the same step, as for signing in. Without `password`: for an account
    /// whose address was never confirmed. The link proves the mailbox, so the account is taken over.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    new_password: Option<ProposedPassword>,
    /// For a new account.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    name: Option<DisplayName>,
    /// Whether the browser keeps the session cookie when it is closed; default: true. False for machines of others.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    remember: Option<bool>,
    /// As for signing in.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    session: Option<SessionCarrier>,
}

/// The organisation that was joined.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AcceptedInvitation)]
pub struct Joined {
    organisation: OrganisationSummary,
    role: Role,
    /// For a caller who was not signed in before, and is now.
    tokens: Option<Tokens>,
}

impl Joined {
    fn new(active: &ActiveOrganisation, tokens: Option<Tokens>) -> Self {
        Self { organisation: (&active.organisation).into(), role: active.role, tokens }
    }
}

/// Accept an invitation
///
/// One link for people with and without an account. Only the account of the invited address can accept it.
/// Once more by the same user changes nothing.
///
/// An account whose address was never confirmed is not taken over unasked: without its `password`, or with a wrong one, the
/// answer is 409 (`account_unconfirmed`). `new_password` alone replaces the old password, and ends the account's
/// sessions, its links with issuers and the API keys that it made.
#[utoipa::path(post, path = "/api/invitations/accept", operation_id = "accept_invitation", tag = TAG, request_body = Acceptance,
    responses((status = 400, description = "The body is not JSON (`malformed_body`), or there are two credentials (`ambiguous_credentials`)."),
        (status = 200, description = "Joined.", body = Joined),
        (status = 401, description = "The password is not that of the invited address' account (`invalid_login`), or a credential that was sent is no good (`invalid_credential`, `key_malformed`)."),
        (status = 403, description = "Signed in with another address (`invitation_for_another`) or by an API key (`user_required`), or the account is disabled (`user_disabled`), or its password has to be changed (`password_change_required`); the invitation stays good."),
        (status = 409, description = "The account's address was never confirmed: send its `password`, or `new_password` alone (`account_unconfirmed`). Or the account was made meanwhile: sign in (`email_taken`). Or there is no seat left (`seats_taken`), or the user is a member of as many organisations as may be (`too_many_organisations`). Or the member who sent the invitation may not give that role any more: it stays, and an admin can send it again (`invitation_unconfirmed`)."),
        (status = 410, description = "The link is used, replaced, withdrawn or too old (`link_invalid`).")))]
pub async fn accept(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    answering: Answering,
    Input(input): Input<Acceptance>,
) -> Result<Response, Error> {
    let terms = Answers::AsAsked.terms(&app, &client, input.session, Keep::asked(input.remember))?;
    let invited = Invited::by_link(&app, &input.invitation).await?;
    if let Some(by) = optional_user(&app, &client, &headers).await? {
        let actor = client.anonymous();
        let (active, write) = invited.join(&app, &actor, by.id).await?;
        return answering.about(by.id).commit(write, Json(Joined::new(&active, None))).await;
    }
    let new = NewMember {
        password: input.password,
        new_password: input.new_password.as_ref(),
        names: Names { name: input.name, username: None },
    };
    let actor = client.anonymous();
    let (active, SignInState::Started(started), write) =
        invited.sign_in(&app, &client, &actor, new, terms).await?;
    let (cookies, user) = (started.cookies(&app, &client), started.open.user.id);
    let tokens = Tokens::of_started(&app, &client, started)?;
    answering.about(user).commit(write, (cookies, Json(Joined::new(&active, Some(tokens))))).await
}
