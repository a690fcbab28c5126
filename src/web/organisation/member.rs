//! One member: another role, the end of their sessions here, the end of the membership.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::confirm::Confirm;
use crate::app::App;
use crate::auth::OrganisationAccess;
use crate::domain::organisation::members;
use crate::error::Error;
use crate::http::input::PathId;
use crate::http::{Answering, Flash, filters};
use crate::id::UserId;
use crate::language::{ToVariable as _, Words};
use crate::permission::{Entry, Role};
use crate::views;
use crate::views::members::Member;
use crate::web::form::{Sent, Wrong};
use crate::web::permissions::sentence;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/organisation/member.html")]
struct RolePage {
    org: String,
    member: Member,
    chosen: Role,
    choices: Vec<Choice>,
    /// Their role cannot be taken from them.
    last_admin: bool,
    wrong: Wrong,
}

/// A role that a member can get.
struct Choice {
    role: Role,
    /// What a change to it takes from the member, in sentences.
    lost: Vec<String>,
}

impl Choice {
    fn of(app: &App, words: &Words, now: Role, role: Role) -> Self {
        let (has, will_have) =
            (app.config.permissions.of_member(now), app.config.permissions.of_member(role));
        let entries = app.config.permissions.entries().iter();
        let lost = entries.filter(|entry| has.permits(entry) && !will_have.permits(entry));
        let told = |entry: &Entry| sentence(words, &entry.name).unwrap_or_else(|| entry.name.clone());
        Self { role, lost: lost.map(told).collect() }
    }
}

async fn role_page(
    visit: &Visit,
    access: &OrganisationAccess,
    id: UserId,
    chosen: Option<Role>,
    wrong: Wrong,
) -> Result<RolePage, Error> {
    let (db, organisation) = (visit.app.db.read(), access.organisation.id);
    let member = views::members::find(db, organisation, id).await?;
    let choices =
        Role::ALL.into_iter().rev().map(|role| Choice::of(&visit.app, visit.words(), member.role, role));
    Ok(RolePage {
        org: format!("/orgs/{}", access.organisation.slug),
        chosen: chosen.unwrap_or(member.role),
        choices: choices.collect(),
        last_admin: members::is_last_manager(db, organisation, id).await?,
        wrong,
        member,
    })
}

/// The member, and the roles to choose from.
pub async fn show(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<UserId>,
) -> Result<Response, Error> {
    visit.page(&role_page(&visit, &access, id, None, Wrong::default()).await?)
}

/// What the form sends.
#[derive(Deserialize)]
pub struct RoleForm {
    #[serde(default)]
    role: String,
}

/// Gives the role.
pub async fn change(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<UserId>,
    Sent(form): Sent<RoleForm>,
) -> Result<Response, Error> {
    let changed = async {
        let role: Role = form.role.parse().map_err(|problem: String| Error::invalid("/role", problem))?;
        if members::manages_members(role) {
            access.principal.check_fresh(&visit.app)?;
        }
        let write = visit.app.write(&access.actor).await?;
        members::change_role(&write, access.organisation.id, Some(access.user()?.id), id, role).await?;
        let member = views::members::find(&write, access.organisation.id, id).await?;
        write.commit().await?;
        let role = visit.words().say(&format!("role-{role}"), &[]);
        let flash = Flash::new("member-role-changed").with("name", &member.user.name).with("role", &role);
        Ok(visit.done(&format!("/orgs/{}/members", access.organisation.slug), &flash))
    };
    match changed.await {
        Ok(done) => Ok(done),
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[("last_admin", "role")])?;
            let page = role_page(&visit, &access, id, form.role.parse().ok(), wrong).await?;
            visit.refused(&error, &page)
        }
    }
}

/// A page that asks about a member before something is done to them.
fn confirm(visit: &Visit, access: &OrganisationAccess, member: &Member, text: &str, wrong: Wrong) -> Confirm {
    let (words, organisation) = (visit.words(), &access.organisation);
    let variables = [("name", member.user.name.variable()), ("organisation", organisation.name.variable())];
    Confirm {
        title: words.say(&format!("{text}-title"), &variables),
        texts: vec![words.say(&format!("{text}-text"), &variables)],
        button: Some(words.say(&format!("{text}-button"), &[])),
        dangerous: true,
        back: format!("/orgs/{}/members", organisation.slug),
        back_label: words.say("members-title", &[]),
        wrong,
    }
}

/// Asks whether to remove the member.
pub async fn ask_removal(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<UserId>,
) -> Result<Response, Error> {
    let (db, organisation) = (visit.app.db.read(), access.organisation.id);
    let member = views::members::find(db, organisation, id).await?;
    let mut page = confirm(&visit, &access, &member, "member-remove", Wrong::default());
    if members::is_last_manager(db, organisation, id).await? {
        page.texts = vec![visit.words().say("member-last-admin", &[("name", member.user.name.variable())])];
        page.button = None;
    }
    visit.page(&page)
}

/// Removes the member.
pub async fn remove(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<UserId>,
    answering: Answering,
) -> Result<Response, Error> {
    let organisation = access.organisation.id;
    let member = views::members::find(visit.app.db.read(), organisation, id).await?;
    let removed = async {
        let write = visit.app.write(&access.actor).await?;
        members::remove(&write, organisation, id).await?;
        let flash = Flash::new("member-removed").with("name", &member.user.name);
        let done = visit.done(&format!("/orgs/{}/members", access.organisation.slug), &flash);
        answering.about(id).commit(write, done).await
    };
    match removed.await {
        Ok(done) => Ok(done),
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[])?;
            visit.refused(&error, &confirm(&visit, &access, &member, "member-remove", wrong))
        }
    }
}

/// Asks whether to end the member's sessions.
pub async fn ask_end_of_sessions(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<UserId>,
) -> Result<Response, Error> {
    let member = views::members::find(visit.app.db.read(), access.organisation.id, id).await?;
    visit.page(&confirm(&visit, &access, &member, "member-end-sessions", Wrong::default()))
}

/// Ends them in this organisation.
pub async fn end_sessions(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<UserId>,
) -> Result<Response, Error> {
    let write = visit.app.write(&access.actor).await?;
    members::end_sessions(&write, access.organisation.id, id).await?;
    let member = views::members::find(&write, access.organisation.id, id).await?;
    write.commit().await?;
    let flash = Flash::new("member-sessions-ended").with("name", &member.user.name);
    Ok(visit.done(&format!("/orgs/{}/members", access.organisation.slug), &flash))
}
