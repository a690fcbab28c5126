//! Revoke an API key.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::keys_of;
use super::row::KeyRow;
use crate::auth::OrganisationAccess;
use crate::domain::key::keys;
use crate::domain::values::reason::RevocationReason;
use crate::error::Error;
use crate::http::input::PathId;
use crate::http::{Flash, filters};
use crate::id::ApiKeyId;
use crate::views;
use crate::web::form::{Sent, Wrong};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/keys/revoke.html")]
struct RevokePage {
    path: String,
    row: KeyRow,
    reason: String,
    wrong: Wrong,
}

impl RevokePage {
    /// The key's own page.
    fn url(&self) -> String {
        format!("{}/{}", self.path, self.row.key.id)
    }

    async fn of(
        visit: &Visit,
        access: &OrganisationAccess,
        id: ApiKeyId,
        (reason, wrong): (String, Wrong),
    ) -> Result<Self, Error> {
        let now = visit.app.now();
        let key = views::keys::find(visit.app.db.read(), access.organisation.id, id, now).await?;
        Ok(Self { path: keys_of(access), row: KeyRow::new(visit.words(), key, now), reason, wrong })
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct RevokeForm {
    #[serde(default)]
    reason: String,
}

/// Asks once more.
pub async fn show(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
) -> Result<Response, Error> {
    let page = RevokePage::of(&visit, &access, id, (String::new(), Wrong::default())).await?;
    if page.row.is_revoked() {
        return Ok(visit.lead_to(&format!("{}/{id}", page.path)));
    }
    visit.page(&page)
}

/// Revokes it; once more changes nothing.
pub async fn revoke(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
    Sent(form): Sent<RevokeForm>,
) -> Result<Response, Error> {
    let organisation = access.organisation.id;
    let revoked = async {
        let reason = Some(form.reason.trim().to_owned()).filter(|reason| !reason.is_empty());
        let reason = reason.map(RevocationReason::try_from).transpose();
        let reason = reason.map_err(|problem| Error::invalid("/reason", problem))?;
        let write = visit.app.write(&access.actor).await?;
        keys::revoke(&write, organisation, id, reason.map(RevocationReason::into_text)).await?;
        let key = views::keys::find(&write, organisation, id, write.now).await?;
        write.commit().await?;
        let flash = Flash::new("keys-revoked").with("name", &key.name);
        Ok(visit.done(&format!("{}/{id}", keys_of(&access)), &flash))
    };
    match revoked.await {
        Ok(done) => Ok(done),
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[])?;
            visit.refused(&error, &RevokePage::of(&visit, &access, id, (form.reason, wrong)).await?)
        }
    }
}
