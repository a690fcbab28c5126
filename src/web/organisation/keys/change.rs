//! Change what an API key is called.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::keys_of;
use crate::auth::OrganisationAccess;
use crate::domain::key::keys;
use crate::domain::values::change::Change;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::external_id::ExternalId;
use crate::domain::values::labels::LabelChanges;
use crate::error::{Error, both};
use crate::http::conditions::ETag;
use crate::http::input::PathId;
use crate::http::{Flash, filters};
use crate::id::ApiKeyId;
use crate::views;
use crate::views::keys::Key;
use crate::web::form::{Sent, Wrong};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/keys/change.html")]
struct ChangePage {
    path: String,
    id: ApiKeyId,
    form: ChangeForm,
    /// The key as it is, if somebody else changed it after the form was shown.
    now: Option<ChangeForm>,
    wrong: Wrong,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct ChangeForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    external_id: String,
    /// Names what the form was filled with.
    #[serde(default)]
    read: String,
}

impl ChangeForm {
    fn of(key: Key) -> Result<Self, Error> {
        let read = tag(&key.name, key.external_id.as_deref())?.as_str().to_owned();
        Ok(Self { name: key.name, external_id: key.external_id.unwrap_or_default(), read })
    }

    fn read(&self) -> Result<(DisplayName, Change<ExternalId>), Error> {
        let name = DisplayName::try_from(self.name.clone());
        let external_id = match self.external_id.trim() {
            "" => Ok(Change::TakeAway),
            id => ExternalId::try_from(id.to_owned()).map(Change::To),
        };
        both(
            name.map_err(|problem| Error::invalid("/name", problem)),
            external_id.map_err(|problem| Error::invalid("/external_id", problem)),
        )
    }
}

async fn shown(visit: &Visit, access: &OrganisationAccess, id: ApiKeyId) -> Result<ChangeForm, Error> {
    let (db, now) = (visit.app.db.read(), visit.app.now());
    ChangeForm::of(views::keys::find(db, access.organisation.id, id, now).await?)
}

/// Of what the form changes, and of nothing else of the key: that can be changed meanwhile.
fn tag(name: &str, external_id: Option<&str>) -> Result<ETag, Error> {
    ETag::of(&(name, external_id))
}

/// The form.
pub async fn show(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
) -> Result<Response, Error> {
    let form = shown(&visit, &access, id).await?;
    visit.page(&ChangePage { path: keys_of(&access), id, form, now: None, wrong: Wrong::default() })
}

/// Changes it.
pub async fn change(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
    Sent(form): Sent<ChangeForm>,
) -> Result<Response, Error> {
    let path = keys_of(&access);
    let changed = async {
        let (name, external_id) = form.read()?;
        let write = visit.app.write(&access.actor).await?;
        let key = keys::lock(&write, access.organisation.id, id).await?;
        tag(&key.name, key.external_id.as_deref())?.check(&form.read)?;
        let labels = LabelChanges { external_id, metadata: Change::Keep };
        let key = keys::update(&write, key, Some(&name), &labels).await?;
        write.commit().await?;
        let flash = Flash::new("keys-changed").with("name", &key.name);
        Ok(visit.done(&format!("{path}/{id}"), &flash))
    };
    match changed.await {
        Ok(done) => Ok(done),
        Err(error) => {
            let (wrong, error) = Wrong::of(&visit, error, &[("external_id_taken", "external_id")])?;
            let stale = matches!(error, Error::PreconditionFailed);
            let now = if stale { Some(shown(&visit, &access, id).await?) } else { None };
            // Sent once more, it is what its sender wants beside what is there now.
            let read = now.as_ref().map_or_else(|| form.read.clone(), |now| now.read.clone());
            visit.refused(&error, &ChangePage { path, id, form: ChangeForm { read, ..form }, now, wrong })
        }
    }
}
