//! The API key that clients of Osmedeus share, as its server makes one at its first start.

use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::crypto::secret::Secret;
use crate::domain::Write;
use crate::domain::journal::audit::Actor;
use crate::domain::key::keys::{self, NewKey};
use crate::domain::organisation::members::manages_members;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::labels::NewLabels;
use crate::entity::api_key::Environment;
use crate::entity::{instance, membership, organisation, user};
use crate::error::Error;
use crate::id::ApiKeyId;
use crate::permission::{Catalogue, Role};

const NAME: &str = "Osmedeus clients";

/// The key, to be shown this once.
#[derive(Debug)]
pub struct OsmedeusKey {
    pub id: ApiKeyId,
    /// The slug of its organisation.
    pub organisation: String,
    pub secret: Secret,
}

impl OsmedeusKey {
    /// Tells the log, once it is committed, which key it is; never the secret, which may be lost on its way to the
    /// operator.
    pub fn note(&self) {
        let Self { id, organisation, .. } = self;
        tracing::info!(key = %id, organisation, "the API key for clients of Osmedeus was made; `oskar key rotate` gives it a new secret");
    }
}

/// Makes the key, once in the life of an installation: for the first organisation that an operator is admin of. There is
/// none before the first administrator exists; organisations that others have registered do not count. `None` if it was
/// made before, or cannot be made yet. Of many at once one makes it.
///
/// It is a live key, which does not expire, with the role member: it opens what the product's users work with, and not
/// the administration of the organisation, which Osmedeus has not.
///
/// # Errors
/// Those of [`keys::create`].
pub async fn make_once(write: &Write<'_>, catalogue: &Catalogue) -> Result<Option<OsmedeusKey>, Error> {
    let Some(place) = operator_s_organisation(write).await? else { return Ok(None) };
    let claimed = instance::Entity::update_many()
        .col_expr(instance::Column::OsmedeusKeyMadeAt, Expr::value(write.now))
        .filter(instance::COLUMN.id.eq(instance::ONLY))
        .filter(instance::COLUMN.osmedeus_key_made_at.is_null())
        .exec(write)
        .await?;
    if claimed.rows_affected != 1 {
        return Ok(None);
    }
    let new = NewKey {
        name: DisplayName::try_from(NAME.to_owned()).map_err(Error::internal)?,
        environment: Environment::Live,
        role: Role::Member,
        permissions: None,
        expires_at: None,
        labels: NewLabels::default(),
    };
    // A setting makes it, and not the person who starts or sets up the server.
    let actor = Actor::system();
    let write = &write.by(&actor);
    let (key, _, secret) = keys::create(write, catalogue, place.id, None, new).await?;
    Ok(Some(OsmedeusKey { id: key.id, organisation: place.slug, secret }))
}

/// The eldest operator's eldest.
async fn operator_s_organisation(write: &Write<'_>) -> Result<Option<organisation::Model>, Error> {
    let operators = user::Entity::find()
        .filter(user::COLUMN.operator.eq(true))
        .filter(user::COLUMN.disabled_at.is_null())
        .order_by_asc(user::Column::Id)
        .all(write)
        .await?;
    for operator in operators {
        let places = organisation::Entity::of_user(operator.id).all(write).await?;
        let is_admin = |membership: &Option<membership::Model>| {
            membership.as_ref().is_some_and(|membership| manages_members(membership.role))
        };
        if let Some((place, _)) = places.into_iter().find(|(_, membership)| is_admin(membership)) {
            return Ok(Some(place));
        }
    }
    Ok(None)
}
