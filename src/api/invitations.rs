//! Invitations to an organisation.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Input, Params, PathId, present};
use super::page::{Page, Part};
use super::session_carrier::{Answers, SessionCarrier};
use super::shapes::OrganisationSummary;
use super::tokens::Tokens;
use crate::app::App;
use crate::auth::sign_in::{Invited, NewMember, SignInState};
use crate::auth::{Client, Keep, OrganisationAccess, optional_user};
use crate::domain::allowance::Allowance;
use crate::domain::display_name::DisplayName;
use crate::domain::email::Email;
use crate::domain::invitations::{self, Rules};
use crate::domain::joining::Names;
use crate::domain::members::manages_members;
use crate::domain::tokens::ActiveOrganisation;
use crate::entity::delivery::{self, DeliveryState};
use crate::entity::invitation;
use crate::error::Error;
use crate::id::{DeliveryId, InvitationId, UserId};
use crate::password::{PresentedPassword, ProposedPassword};
use crate::permission::Role;

const TAG: &str = "Invitations";
const MOST_AT_ONCE: usize = 50;

/// How far an invitation has come.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    Open,
    /// Open, but whoever answers for it may not give that role any more: it cannot be accepted before an admin sends it
    /// again.
    Unconfirmed,
    Accepted,
    Expired,
    Withdrawn,
}

/// An invitation. Its link is in the mail only.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitation {
    id: InvitationId,
    /// Null once the account that accepted it was deleted.
    #[schema(example = "bob@acme.example")]
    email: Option<String>,
    role: Role,
    state: InvitationState,
    /// How far its mail has come.
    delivery: Option<DeliveryState>,
    /// What the mail server said last, if the mail is not out.
    delivery_error: Option<String>,
    /// Who answers for it: who sent it last. Null if that account is gone.
    invited_by: Option<UserId>,
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

async fn show(app: &App, rows: Vec<invitation::Model>) -> Result<Vec<Invitation>, Error> {
    let ids = rows.iter().filter_map(|row| row.mail_id).map(DeliveryId::from);
    let deliveries =
        delivery::Entity::find().filter(delivery::COLUMN.id.is_in(ids)).all(app.db.read()).await?;
    let now = app.now();
    // A page has few inviters.
    let mut confirmed = HashMap::new();
    for row in rows.iter().filter(|row| row.is_open(now)) {
        if let Entry::Vacant(unknown) = confirmed.entry((row.invited_by, row.role)) {
            unknown.insert(invitations::is_confirmed(app.db.read(), &app.config.permissions, row).await?);
        }
    }
    let shown = rows.into_iter().map(|row| {
        let mail = row.mail_id.map(DeliveryId::from);
        let delivery = deliveries.iter().find(|delivery| Some(delivery.id) == mail);
        Invitation {
            state: match (row.accepted_at, row.withdrawn_at) {
                (Some(_), _) => InvitationState::Accepted,
                (None, Some(_)) => InvitationState::Withdrawn,
                (None, None) => match confirmed.get(&(row.invited_by, row.role)) {
                    _ if !row.is_open(now) => InvitationState::Expired,
                    Some(true) => InvitationState::Open,
                    _ => InvitationState::Unconfirmed,
                },
            },
            delivery: delivery.map(|delivery| delivery.state),
            delivery_error: delivery.and_then(|delivery| delivery.last_error.clone()),
            id: row.id,
            email: Some(row.email).filter(|email| !email.is_empty()),
            role: row.role,
            invited_by: row.invited_by,
            expires_at: row.expires_at,
            created_at: row.created_at,
        }
    });
    Ok(shown.collect())
}

/// List the invitations
///
/// Newest first, ended ones too.
#[utoipa::path(get, path = "/api/orgs/{org}/invitations", operation_id = "list_invitations", tag = TAG,
    params(("org" = String, Path, description = "Slug or id.", example = "acme"), Part),
    responses((status = 200, description = "The invitations.", body = Page<Invitation>)))]
pub async fn list(
    State(app): State<App>,
    access: OrganisationAccess,
    Params(part): Params<Part>,
) -> Result<Json<Page<Invitation>>, Error> {
    let limit = part.limit()?;
    let mut select = invitation::Entity::in_organisation(access.organisation.id)
        .order_by_desc(invitation::Column::Id)
        .limit(limit + 1);
    if let Some(after) = part.after::<InvitationId>()? {
        select = select.filter(invitation::COLUMN.id.lt(after));
    }
    let page = Page::new(select.all(app.db.read()).await?, limit, |row| row.id.to_string(), |row| row);
    Ok(Json(Page { data: show(&app, page.data).await?, next_cursor: page.next_cursor }))
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

fn rules(app: &App) -> Rules {
    let limits = &app.config.limits;
    let allowance = limits.invitations.map(|each| Allowance { each, new: limits.new_organisation });
    Rules { seats: limits.seats, allowance, only_proven: app.config.verify_email_required }
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
    params(("org" = String, Path, description = "Slug or id.", example = "acme")),
    responses((status = 201, description = "The invitations; their mails are on their way.", body = Invitations),
        (status = 409, description = "Somebody is a member already (`already_member`), there is no seat left (`seats_taken`), or as many invitations are open as may be (`too_many_open_invitations`).", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = 501, description = "This server sends no mails (`mail` in the server metadata).", body = crate::error::Problem, content_type = "application/problem+json")))]
pub async fn create(
    State(app): State<App>,
    access: OrganisationAccess,
    Input(input): Input<NewInvitations>,
) -> Result<(StatusCode, Json<Invitations>), Error> {
    if manages_members(input.role) {
        access.principal.check_fresh(&app)?;
    }
    app.needs_mail()?;
    if !(1..=MOST_AT_ONCE).contains(&input.emails.len()) {
        return Err(Error::invalid("/emails", "1 to 50 addresses"));
    }
    // Lists that people paste have doubles; nobody is to get two mails for that.
    let mut seen = HashSet::new();
    let once: Vec<_> = input.emails.iter().filter(|email| seen.insert(email.normalised())).collect();
    let inviter = access.user()?.id;
    let write = app.write(&access.actor).await?;
    let organisation = access.organisation.id;
    let rows = invitations::create(&write, organisation, inviter, &once, input.role, rules(&app)).await?;
    write.commit().await?;
    Ok((StatusCode::CREATED, Json(Invitations { data: show(&app, rows).await? })))
}

/// Withdraw an invitation
#[utoipa::path(delete, path = "/api/orgs/{org}/invitations/{id}", operation_id = "withdraw_invitation", tag = TAG,
    params(("org" = String, Path, description = "Slug or id.", example = "acme"), ("id" = InvitationId, Path, description = "The invitation.")),
    responses((status = 204, description = "Its link no longer works."),
        (status = 409, description = "It was accepted already.", body = crate::error::Problem, content_type = "application/problem+json")))]
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
/// For another seven days. The link before it dies, and you answer for the invitation from now on: it can be accepted for
/// as long as you may give its role. An admin's asks for a recent proof of who the user is, as inviting one does.
#[utoipa::path(post, path = "/api/orgs/{org}/invitations/{id}/resend", operation_id = "resend_invitation", tag = TAG,
    params(("org" = String, Path, description = "Slug or id.", example = "acme"), ("id" = InvitationId, Path, description = "The invitation.")),
    responses((status = 200, description = "The invitation as it is now.", body = Invitation),
        (status = 409, description = "It was accepted or withdrawn already (`invitation_ended`), there is no seat left (`seats_taken`), or it had expired and as many are open as may be (`too_many_open_invitations`).", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = 501, description = "This server sends no mails (`mail` in the server metadata).", body = crate::error::Problem, content_type = "application/problem+json")))]
pub async fn resend(
    State(app): State<App>,
    access: OrganisationAccess,
    PathId(id): PathId<InvitationId>,
) -> Result<Json<Invitation>, Error> {
    app.needs_mail()?;
    let inviter = access.user()?.id;
    let write = app.write(&access.actor).await?;
    let row = invitations::resend(&write, access.organisation.id, inviter, id, rules(&app)).await?;
    if manages_members(row.role) {
        access.principal.check_fresh(&app)?;
    }
    write.commit().await?;
    show(&app, vec![row]).await?.pop().map(Json).ok_or(Error::NotFound)
}

/// The link of an invitation, and for whoever is not signed in a password: of the account with that address, or
/// of the one that is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "osi_…", "password": "a long phrase for Bob", "name": "Bob"}))]
pub struct Acceptance {
    /// What stands behind the `#` of the link.
    #[schema(example = "osi_…")]
    token: String,
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
    /// `cookie`: the answer has no tokens, and the session no refresh token. For pages of the server's own site.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    session: Option<SessionCarrier>,
}

/// The organisation that was joined.
#[derive(Debug, Serialize, ToSchema)]
pub struct Joined {
    organisation: OrganisationSummary,
    role: Role,
    /// For whoever was not signed in before: they are now.
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
    responses((status = 200, description = "Joined.", body = Joined),
        (status = 401, description = "The password is not that of the invited address' account.", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Signed in with another address, or the account's password has to be changed (`password_change_required`); the invitation stays good.", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = 409, description = "The account's address was never confirmed: send its `password`, or `new_password` alone (`account_unconfirmed`). Or the account was made meanwhile: sign in (`email_taken`). Or there is no seat left (`seats_taken`), or the user is a member of as many organisations as may be (`too_many_organisations`). Or whoever sent the invitation may not give that role any more: it stays, and an admin can send it again (`invitation_unconfirmed`).", body = crate::error::Problem, content_type = "application/problem+json"),
        (status = 410, description = "The link is used, replaced, withdrawn or too old.", body = crate::error::Problem, content_type = "application/problem+json")))]
pub async fn accept(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Input(input): Input<Acceptance>,
) -> Result<Response, Error> {
    let terms = Answers::TokensOrCookie.terms(&app, &client, input.session, Keep::asked(input.remember))?;
    let invited = Invited::by_link(&app, &input.token).await?;
    if let Some(by) = optional_user(&app, &client, &headers).await? {
        let active = invited.join(&app, &client, by.id).await?;
        return Ok(Json(Joined::new(&active, None)).into_response());
    }
    let new = NewMember {
        password: input.password,
        new_password: input.new_password.as_ref(),
        names: Names { name: input.name, username: None },
    };
    let (active, SignInState::Started(started)) = invited.sign_in(&app, &client, new, terms).await?;
    let cookies = started.cookies(&app, &client);
    let tokens = Tokens::of_started(&app, &client, started)?;
    Ok((cookies, Json(Joined::new(&active, Some(tokens)))).into_response())
}
