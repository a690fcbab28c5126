//! The invitations to an organisation: those that wait for an answer, and what became of the others.

use askama::Template;
use axum::response::Response;

use super::confirm::Confirm;
use crate::auth::OrganisationAccess;
use crate::domain::onboarding::invitations;
use crate::domain::organisation::members::manages_members;
use crate::entity::delivery::DeliveryState;
use crate::error::{Error, both};
use crate::http::input::PathId;
use crate::http::list_filters::InvitationQuery;
use crate::http::{Answering, Flash, filters};
use crate::id::InvitationId;
use crate::language::ToVariable as _;
use crate::text::email::shown;
use crate::views;
use crate::views::invitations::{Invitation, InvitationState};
use crate::web::form::Wrong;
use crate::web::list::Narrowed;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/organisation/invitations.html")]
struct InvitationsPage {
    org: String,
    state: String,
    rows: Vec<Invitation>,
    next: Option<String>,
}

impl InvitationsPage {
    /// What the list can be narrowed down to, besides those that wait.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn states(&self) -> [&'static str; 3] {
        [InvitationState::Accepted, InvitationState::Expired, InvitationState::Withdrawn]
            .map(InvitationState::as_str)
    }
}

impl Invitation {
    /// The colour of its badge.
    fn kind(&self) -> &'static str {
        match self.state {
            InvitationState::Open => "info",
            InvitationState::Unconfirmed | InvitationState::Expired => "warning",
            InvitationState::Accepted => "success",
            InvitationState::Withdrawn => "plain",
        }
    }

    fn address(&self) -> String {
        self.email.as_deref().map_or_else(|| "–".to_owned(), |email| shown(email).into_owned())
    }

    fn waits(&self) -> bool {
        matches!(self.state, InvitationState::Open | InvitationState::Unconfirmed)
    }

    fn can_be_sent_again(&self) -> bool {
        self.waits() || matches!(self.state, InvitationState::Expired)
    }

    /// How far the mail has come, if that is of interest.
    fn mail(&self) -> Option<&'static str> {
        let delivery = self.delivery.filter(|_| self.can_be_sent_again())?;
        Some(match delivery {
            DeliveryState::Pending => "pending",
            DeliveryState::Sent => "sent",
            DeliveryState::Dropped => "dropped",
            DeliveryState::Dead => "dead",
        })
    }
}

/// A page of them, the newest first: those that wait, unless another state is asked for.
pub async fn list(
    visit: Visit,
    access: OrganisationAccess,
    Narrowed(asked): Narrowed<InvitationQuery>,
) -> Result<Response, Error> {
    let organisation = access.organisation.id;
    let (mut filter, list) = both(asked.filter.filter(), asked.of(&visit.app, "invitations", organisation))?;
    filter.waiting = filter.state.is_none();
    let (db, catalogue, now) = (visit.app.db.read(), &visit.app.config.permissions, visit.app.now());
    let page = views::invitations::list(db, catalogue, organisation, &filter, &list.request, now).await?;
    let (rows, next) = list.rows(page);
    let state = asked.given("state").to_owned();
    visit.page(&InvitationsPage { org: format!("/orgs/{}", access.organisation.slug), state, rows, next })
}

async fn find(visit: &Visit, access: &OrganisationAccess, id: InvitationId) -> Result<Invitation, Error> {
    let (db, catalogue) = (visit.app.db.read(), &visit.app.config.permissions);
    views::invitations::find(db, catalogue, access.organisation.id, id, visit.app.now()).await
}

/// A page that asks about an invitation before something is done to it.
fn confirm(visit: &Visit, access: &OrganisationAccess, of: &Invitation, text: &str, wrong: Wrong) -> Confirm {
    let (words, address) = (visit.words(), of.address());
    let variables = [("email", address.variable())];
    Confirm {
        title: words.say(&format!("{text}-title"), &variables),
        texts: vec![words.say(&format!("{text}-text"), &variables)],
        button: Some(words.say(&format!("{text}-button"), &[])),
        dangerous: text == WITHDRAW,
        back: list_of(access),
        back_label: words.say("invitations-title", &[]),
        wrong,
    }
}

const RESEND: &str = "invitation-resend";
const WITHDRAW: &str = "invitation-withdraw";

fn list_of(access: &OrganisationAccess) -> String {
    format!("/orgs/{}/invitations", access.organisation.slug)
}

/// Asks whether to send it again.
pub async fn ask_to_resend(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<InvitationId>,
) -> Result<Response, Error> {
    let invitation = find(&visit, &access, id).await?;
    visit.page(&confirm(&visit, &access, &invitation, RESEND, Wrong::default()))
}

/// Sends it again.
pub async fn resend(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<InvitationId>,
    answering: Answering,
) -> Result<Response, Error> {
    let invitation = find(&visit, &access, id).await?;
    let sent = async {
        visit.app.needs_mail()?;
        let write = visit.app.write(&access.actor).await?;
        let (organisation, rules) = (access.organisation.id, visit.app.invitation_rules());
        let row = invitations::resend(&write, organisation, access.user()?.id, id, rules).await?;
        if manages_members(row.role) {
            access.principal.check_fresh(&visit.app)?;
        }
        let flash = Flash::new("invitation-resent").with("email", &invitation.address());
        answering.commit(write, visit.done(&list_of(&access), &flash)).await
    };
    match sent.await {
        Ok(done) => Ok(done),
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[])?;
            visit.refused(&error, &confirm(&visit, &access, &invitation, RESEND, wrong))
        }
    }
}

/// Asks whether to withdraw it.
pub async fn ask_to_withdraw(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<InvitationId>,
) -> Result<Response, Error> {
    let invitation = find(&visit, &access, id).await?;
    visit.page(&confirm(&visit, &access, &invitation, WITHDRAW, Wrong::default()))
}

/// Withdraws it.
pub async fn withdraw(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<InvitationId>,
) -> Result<Response, Error> {
    let invitation = find(&visit, &access, id).await?;
    let withdrawn = async {
        let write = visit.app.write(&access.actor).await?;
        invitations::withdraw(&write, access.organisation.id, id).await?;
        write.commit().await
    };
    match withdrawn.await {
        Ok(()) => {
            let flash = Flash::new("invitation-withdrawn").with("email", &invitation.address());
            Ok(visit.done(&list_of(&access), &flash))
        }
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[])?;
            visit.refused(&error, &confirm(&visit, &access, &invitation, WITHDRAW, wrong))
        }
    }
}
