//! The user as whom every client acts on a server without authentication, and that user's organisation.

use sea_orm::{ColumnTrait as _, QueryFilter as _};

use crate::domain::Write;
use crate::domain::account::disabling;
use crate::domain::account::users::{self, NewUser};
use crate::domain::organisation::{members, organisations};
use crate::domain::session::sign_in;
use crate::domain::values::display_name::DisplayName;
use crate::entity::{membership, organisation};
use crate::error::Error;
use crate::id::UserId;
use crate::permission::Role;

pub const EMAIL: &str = "dev@localhost";
/// Its slug, as long as it is not changed.
pub const ORGANISATION: &str = "development";

/// Finds them, or makes what is missing. No operator: an installation that was used so can still be set up.
pub async fn ensure(write: &Write<'_>, password_hash: String) -> Result<UserId, Error> {
    let user = if let Some(user) = sign_in::find(write, EMAIL).await? {
        if user.disabled_at.is_some() {
            disabling::enable(write, user.id).await?;
        }
        user.id
    } else {
        let new = NewUser {
            email: EMAIL.to_owned().try_into().map_err(Error::internal)?,
            username: None,
            name: Some(DisplayName::try_from("Developer".to_owned()).map_err(Error::internal)?),
            password_hash: Some(password_hash),
            operator: false,
            email_verified: true,
        };
        users::create(write, new).await?.id
    };
    let mut place = organisation::Entity::find_by_reference(ORGANISATION).one(write).await?;
    if place.is_none() {
        // Deleted or renamed: the slug stays with that one, and the developer's own may have another.
        place = organisation::Entity::of_user(user).one(write).await?.map(|(place, _)| place);
    }
    let Some(place) = place else {
        let name = DisplayName::try_from("Development".to_owned()).map_err(Error::internal)?;
        organisations::create(write, &name, None, Some(user)).await?;
        return Ok(user);
    };
    let membership =
        membership::Entity::in_organisation(place.id).filter(membership::COLUMN.user_id.eq(user));
    if membership.one(write).await?.is_some() {
        members::change_role(write, place.id, None, user, Role::Admin).await?;
    } else {
        members::add(write, place.id, user, Role::Admin).await?;
    }
    Ok(user)
}
