//! Create an API key.

use askama::Template;
use axum::response::Response;

use super::key_form::{Expiry, Extent, KeyForm};
use super::{keys_of, secret};
use crate::auth::OrganisationAccess;
use crate::domain::key::keys;
use crate::domain::organisation::members::manages_members;
use crate::entity::api_key::Environment;
use crate::error::Error;
use crate::http::{Answering, CONFIRM, filters};
use crate::language::ToVariable as _;
use crate::permission::{Keys, Role};
use crate::web::form::{Sent, Wrong};
use crate::web::permissions::sentence;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/keys/create.html")]
struct CreatePage {
    path: String,
    form: KeyForm,
    /// Those that the visitor may give.
    roles: Vec<Role>,
    resources: Vec<Resource>,
    wrong: Wrong,
}

impl CreatePage {
    fn of(visit: &Visit, access: &OrganisationAccess, form: KeyForm, wrong: Wrong) -> Self {
        let catalogue = &visit.app.config.permissions;
        let roles = Role::ALL.into_iter().filter(|role| access.grants.cover(catalogue.role(*role)));
        let mut resources = Vec::<Resource>::new();
        let entries = catalogue.entries().iter();
        for entry in entries.filter(|entry| entry.keys == Keys::May && access.grants.permits(entry)) {
            let name = entry.name.split(':').next().unwrap_or_default();
            let line = Line {
                ticked: form.permissions.contains(&entry.name),
                sentence: sentence(visit.words(), &entry.name),
                name: entry.name.clone(),
                from: Role::ALL
                    .into_iter()
                    .find(|role| catalogue.of_member(*role).permits(entry))
                    .unwrap_or(Role::Admin),
            };
            match resources.iter_mut().find(|resource| resource.name == name) {
                Some(resource) => resource.lines.push(line),
                None => resources.push(Resource { name: name.to_owned(), lines: vec![line] }),
            }
        }
        Self { path: keys_of(access), form, roles: roles.collect(), resources, wrong }
    }

    fn test(&self) -> bool {
        self.form.environment == Environment::Test
    }

    fn some(&self) -> bool {
        self.form.extent == Extent::Some
    }

    fn expires(&self, expiry: Expiry) -> bool {
        self.form.expires == expiry
    }
}

/// The permissions of one resource that keys may have.
struct Resource {
    name: String,
    lines: Vec<Line>,
}

struct Line {
    name: String,
    sentence: Option<String>,
    /// The first role that has it.
    from: Role,
    ticked: bool,
}

/// The form.
pub async fn show(visit: Visit, access: OrganisationAccess) -> Result<Response, Error> {
    let form = KeyForm::of_address(visit.address());
    visit.page(&CreatePage::of(&visit, &access, form, Wrong::default()))
}

/// Makes it, and shows its secret.
pub async fn create(
    visit: Visit,
    access: OrganisationAccess,
    answering: Answering,
    Sent(form): Sent<KeyForm>,
) -> Result<Response, Error> {
    let (app, organisation) = (&visit.app, access.organisation.id);
    if manages_members(form.role) && access.principal.check_fresh(app).is_err() {
        return Ok(confirm_and_come_back(&visit, &access, &form));
    }
    let made = async {
        let (new, creator) = (form.read(app.now())?, access.user()?.id);
        let write = app.write(&access.actor).await?;
        let (key, _, made) =
            keys::create(&write, &app.config.permissions, organisation, Some(creator), new).await?;
        let page = secret::page(&visit, &access, &key, &made, None)?;
        answering.commit(write, page).await
    };
    match made.await {
        Ok(shown) => Ok(shown),
        Err(error) => {
            let (wrong, error) = explained(&visit, &form, error)?;
            visit.refused(&error, &CreatePage::of(&visit, &access, form, wrong))
        }
    }
}

/// What was typed goes along in the address, so that it is there afterwards.
fn confirm_and_come_back(visit: &Visit, access: &OrganisationAccess, form: &KeyForm) -> Response {
    let back = format!("{}/new?{}", keys_of(access), form.query());
    let next = form_urlencoded::Serializer::new(String::new()).append_pair("next", &back).finish();
    visit.lead_to(&format!("{CONFIRM}?{next}"))
}

/// What is wrong, with the roles and permissions in words.
fn explained(visit: &Visit, form: &KeyForm, error: Error) -> Result<(Wrong, Error), Error> {
    let (mut wrong, error) = Wrong::of(visit, error, &[])?;
    let beyond = form.beyond_role(&visit.app.config.permissions);
    if !beyond.is_empty() {
        let words = visit.words();
        let role = words.say(&format!("role-{}", form.role), &[]);
        let beyond = beyond.join(", ");
        let variables = [("role", role.variable()), ("permissions", beyond.variable())];
        wrong.put("permissions", &words.say("keys-permissions-beyond", &variables));
    }
    Ok((wrong, error))
}
