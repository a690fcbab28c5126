//! The password that is to take the place of a user's.

use sea_orm::{ConnectionTrait, QuerySelect as _};

use crate::domain::account::passwords::UserWithPassword;
use crate::entity::{organisation, user};
use crate::error::Error;
use crate::password::{Context, Hasher, NewPassword, ProposedPassword};

/// The most organisations whose names a password is compared with: a bound on the work.
const MOST_ORGANISATIONS: u64 = 50;

/// Judges a password for a user. `context` is that of the address; `pointer` is where the password stands in the input.
///
/// # Errors
/// [`Error::WeakPassword`].
pub async fn judge(
    db: &impl ConnectionTrait,
    hasher: &Hasher,
    context: Context,
    user: &user::Model,
    pointer: &'static str,
    proposed: &ProposedPassword,
) -> Result<NewPassword, Error> {
    let context = add_names(db, context, user).await?;
    hasher.accept(pointer, proposed, &context).await
}

/// Where a password has to be changed, the same one again would not do. To be asked only once the user has proven who they
/// are: the answer tells what the password is.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Busy`].
pub async fn refuse_the_same(
    hasher: &Hasher,
    account: &UserWithPassword,
    pointer: &'static str,
    proposed: &ProposedPassword,
) -> Result<(), Error> {
    if account.must_change_password() && hasher.verify(&proposed.clone().into(), account.hash()).await? {
        return Err(Error::invalid(pointer, "choose another password than the one that has to be changed"));
    }
    Ok(())
}

/// Adds what an account and its organisations are called to what its password must not consist of.
pub async fn add_names(
    db: &impl ConnectionTrait,
    context: Context,
    user: &user::Model,
) -> Result<Context, Error> {
    let places = organisation::Entity::of_user(user.id).limit(MOST_ORGANISATIONS).all(db).await?;
    let places = places.iter().flat_map(|(place, _)| [place.name.as_str(), place.slug.as_str()]);
    Ok(context.and([user.name.as_str()]).and(user.username.as_deref()).and(places))
}
