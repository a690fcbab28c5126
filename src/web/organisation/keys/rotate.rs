//! Give an API key a new secret.

use askama::Template;
use axum::response::Response;
use chrono::TimeDelta;
use serde::Deserialize;

use super::row::KeyRow;
use super::{keys_of, secret};
use crate::auth::OrganisationAccess;
use crate::domain::key::keys;
use crate::domain::organisation::members::manages_members;
use crate::error::Error;
use crate::http::input::PathId;
use crate::http::{Answering, filters};
use crate::id::ApiKeyId;
use crate::views;
use crate::web::form::Sent;
use crate::web::visit::Visit;

/// How long the replaced secret goes on.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub enum Overlap {
    #[serde(rename = "0")]
    None,
    #[serde(rename = "3600")]
    Hour,
    #[default]
    #[serde(rename = "86400")]
    Day,
    #[serde(rename = "604800")]
    Week,
}

impl From<Overlap> for TimeDelta {
    fn from(overlap: Overlap) -> Self {
        match overlap {
            Overlap::None => Self::zero(),
            Overlap::Hour => Self::hours(1),
            Overlap::Day => Self::days(1),
            Overlap::Week => Self::weeks(1),
        }
    }
}

#[derive(Template)]
#[template(path = "pages/keys/rotate.html")]
struct RotatePage {
    path: String,
    row: KeyRow,
}

impl RotatePage {
    /// The key's own page.
    fn url(&self) -> String {
        format!("{}/{}", self.path, self.row.key.id)
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct RotateForm {
    #[serde(default)]
    overlap: Overlap,
}

/// The form.
pub async fn show(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
) -> Result<Response, Error> {
    let now = visit.app.now();
    let key = views::keys::find(visit.app.db.read(), access.organisation.id, id, now).await?;
    let row = KeyRow::new(visit.words(), key, now);
    if !row.is_alive() {
        return Err(Error::KeyEnded);
    }
    if manages_members(row.key.role) {
        access.principal.check_fresh(&visit.app)?;
    }
    visit.page(&RotatePage { path: keys_of(&access), row })
}

/// Makes the new secret, and shows it.
pub async fn rotate(
    visit: Visit,
    access: OrganisationAccess,
    PathId(id): PathId<ApiKeyId>,
    answering: Answering,
    Sent(form): Sent<RotateForm>,
) -> Result<Response, Error> {
    let overlap = TimeDelta::from(form.overlap);
    let write = visit.app.write(&access.actor).await?;
    let (key, _, new) = keys::rotate(&write, access.organisation.id, id, overlap).await?;
    if manages_members(key.role) {
        access.principal.check_fresh(&visit.app)?;
    }
    let page = secret::page(&visit, &access, &key, &new, Some(write.now + overlap))?;
    answering.commit(write, page).await
}
