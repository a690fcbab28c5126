//! Inviting people.

use std::collections::HashSet;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::OrganisationAccess;
use crate::domain::email::Email;
use crate::domain::onboarding::invitations;
use crate::domain::organisation::members::manages_members;
use crate::error::{Error, FieldCode};
use crate::http::{Answering, CONFIRM, Flash, filters};
use crate::language::{ToVariable as _, Words};
use crate::permission::Role;
use crate::views;
use crate::web::form::{Sent, Wrong};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/organisation/invite.html")]
struct InvitePage {
    org: String,
    emails: String,
    role: Role,
    roles: [Role; 3],
    can_send: bool,
    /// What is wrong with single addresses.
    problems: Vec<String>,
    /// The sender has to prove once more who they are.
    needs_proof: bool,
    wrong: Wrong,
}

impl InvitePage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates give references")]
    fn is_chosen(&self, role: &Role) -> bool {
        self.role == *role
    }

    fn new(visit: &Visit, access: &OrganisationAccess, form: &InviteForm) -> Self {
        let [viewer, member, admin] = Role::ALL;
        Self {
            org: format!("/orgs/{}", access.organisation.slug),
            emails: form.emails.clone(),
            role: form.role.parse().unwrap_or(member),
            roles: [member, admin, viewer],
            can_send: visit.app.needs_mail().is_ok(),
            problems: Vec::new(),
            needs_proof: false,
            wrong: Wrong::default(),
        }
    }
}

/// What the form sends.
#[derive(Default, Deserialize)]
pub struct InviteForm {
    /// One on each line, or with commas between them.
    #[serde(default)]
    emails: String,
    #[serde(default)]
    role: String,
}

impl InviteForm {
    /// The addresses, each once; and what is wrong with what is none.
    fn addresses(&self, words: &Words) -> (Vec<Email>, Vec<String>) {
        let (mut seen, mut addresses, mut problems) = (HashSet::new(), Vec::new(), Vec::new());
        let parts = self.emails.split([',', ';', '\n', ' ', '\t']).map(str::trim);
        for part in parts.filter(|part| !part.is_empty()) {
            match part.parse::<Email>() {
                Ok(email) if seen.insert(email.normalised()) => addresses.push(email),
                Ok(_) => {}
                Err(_) => problems.push(words.say("invite-no-address", &[("email", part.variable())])),
            }
        }
        (addresses, problems)
    }
}

/// The form.
pub async fn show(visit: Visit, access: OrganisationAccess) -> Result<Response, Error> {
    visit.page(&InvitePage::new(&visit, &access, &InviteForm::default()))
}

/// Invites all of them, or none.
pub async fn invite(
    visit: Visit,
    access: OrganisationAccess,
    answering: Answering,
    Sent(form): Sent<InviteForm>,
) -> Result<Response, Error> {
    let mut page = InvitePage::new(&visit, &access, &form);
    let (addresses, mut problems) = form.addresses(visit.words());
    if invitations::check_how_many(addresses.len()).is_ok() {
        problems.extend(members_among(&visit, &access, &addresses).await?);
    }
    if !problems.is_empty() {
        page.wrong.put("emails", &visit.words().say("invite-none-sent", &[]));
        page.problems = problems;
        let error = Error::wrong("/emails", FieldCode::InvalidValue, "no invitation was sent");
        return visit.refused(&error, &page);
    }
    match send(&visit, &access, answering, &form, &addresses).await {
        Ok(done) => Ok(done),
        // What was pasted is too long for an address that comes back, so the proof is made in another tab.
        Err(error @ Error::StepUp(_)) => {
            page.needs_proof = true;
            visit.refused(&error, &page)
        }
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[("already_member", "emails")])?;
            page.wrong = wrong;
            visit.refused(&error, &page)
        }
    }
}

/// Says of each address that is a member's that it is one.
async fn members_among(
    visit: &Visit,
    access: &OrganisationAccess,
    addresses: &[Email],
) -> Result<Vec<String>, Error> {
    let known = addresses.iter().map(Email::normalised).collect();
    let members = views::members::among(visit.app.db.read(), access.organisation.id, known).await?;
    let say = |email: &Email| visit.words().say("invite-is-member", &[("email", email.as_str().variable())]);
    Ok(addresses.iter().filter(|email| members.contains(&email.normalised())).map(say).collect())
}

async fn send(
    visit: &Visit,
    access: &OrganisationAccess,
    answering: Answering,
    form: &InviteForm,
    addresses: &[Email],
) -> Result<Response, Error> {
    let role: Role = form.role.parse().map_err(|problem: String| Error::invalid("/role", problem))?;
    if manages_members(role) {
        access.principal.check_fresh(&visit.app)?;
    }
    visit.app.needs_mail()?;
    invitations::check_how_many(addresses.len())?;
    let once: Vec<_> = addresses.iter().collect();
    let write = visit.app.write(&access.actor).await?;
    let (organisation, inviter) = (access.organisation.id, access.user()?.id);
    invitations::create(&write, organisation, inviter, &once, role, visit.app.invitation_rules()).await?;
    let flash = match addresses {
        [email] => Flash::new("invitation-sent").with("email", email.as_str()),
        several => Flash::new("invitations-sent-all").with("count", &several.len().to_string()),
    };
    let list = format!("/orgs/{}/invitations", access.organisation.slug);
    answering.commit(write, visit.done(&list, &flash)).await
}
