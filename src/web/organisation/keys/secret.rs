//! The page that shows the secret of an API key, once.

use askama::Template;
use axum::response::Response;

use super::keys_of;
use crate::auth::OrganisationAccess;
use crate::clock::Timestamp;
use crate::crypto::secret::Secret;
use crate::entity::api_key;
use crate::error::Error;
use crate::http::filters;
use crate::id::OrganisationId;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "pages/keys/secret.html")]
struct SecretPage<'a> {
    path: String,
    key: &'a api_key::Model,
    secret: &'a Secret,
    public_url: &'a str,
    organisation: OrganisationId,
    /// Of a key that was rotated: until when the replaced secret works.
    old_until: Option<Timestamp>,
}

impl SecretPage<'_> {
    fn test(&self) -> bool {
        self.key.environment == api_key::Environment::Test
    }
}

/// The page, for a new key or for one with a new secret.
pub fn page(
    visit: &Visit,
    access: &OrganisationAccess,
    key: &api_key::Model,
    secret: &Secret,
    old_until: Option<Timestamp>,
) -> Result<Response, Error> {
    visit.page(&SecretPage {
        path: keys_of(access),
        key,
        secret,
        public_url: &visit.app.config.public_url,
        organisation: access.organisation.id,
        old_until,
    })
}
