//! Leaving an organisation.

use axum::response::Response;

use super::confirm::Confirm;
use crate::auth::OrganisationAccess;
use crate::domain::organisation::members;
use crate::error::Error;
use crate::http::Flash;
use crate::language::ToVariable as _;
use crate::web::form::Wrong;
use crate::web::visit::Visit;

fn confirm(visit: &Visit, access: &OrganisationAccess, wrong: Wrong) -> Confirm {
    let (words, organisation) = (visit.words(), &access.organisation);
    let variables = [("name", organisation.name.variable())];
    Confirm {
        title: words.say("organisation-leave-title", &variables),
        texts: vec![words.say("organisation-leave-text", &variables)],
        button: Some(words.say("organisation-leave", &[])),
        dangerous: true,
        back: format!("/orgs/{}/settings", organisation.slug),
        back_label: words.say("organisation-settings-title", &[]),
        wrong,
    }
}

/// Asks whether to leave.
pub async fn ask(visit: Visit, access: OrganisationAccess) -> Result<Response, Error> {
    let (db, organisation) = (visit.app.db.read(), access.organisation.id);
    let mut page = confirm(&visit, &access, Wrong::default());
    if members::is_last_manager(db, organisation, access.user()?.id).await? {
        page.texts = vec![visit.words().say("organisation-leave-last-admin", &[])];
        page.button = None;
    }
    visit.page(&page)
}

/// Ends the membership.
pub async fn leave(visit: Visit, access: OrganisationAccess) -> Result<Response, Error> {
    let left = async {
        let write = visit.app.write(&access.actor).await?;
        members::remove(&write, access.organisation.id, access.user()?.id).await?;
        write.commit().await
    };
    match left.await {
        Ok(()) => {
            let flash = Flash::new("organisation-left").with("name", &access.organisation.name);
            Ok(visit.done("/account/organisations", &flash))
        }
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[])?;
            visit.refused(&error, &confirm(&visit, &access, wrong))
        }
    }
}
