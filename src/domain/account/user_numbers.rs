//! Numbers of users, for clients of an older API that know users by numbers.

use sea_orm::sea_query::OnConflict as Upsert;
use sea_orm::{EntityTrait as _, Set};

use crate::crypto::secret::random_bytes;
use crate::domain::{NoEvent, Write};
use crate::entity::user_number::{ActiveModel, Entity};
use crate::error::Error;
use crate::id::UserId;

/// Even with half of all numbers taken, one user in a million would need more.
const TRIES: usize = 20;

/// The user's number, for good; made when it is first asked for. It is random: it does not tell how many users
/// there are, and a new user does not get the number of a deleted one.
pub async fn of(write: &Write<'_>, user: UserId) -> Result<i32, Error> {
    for _ in 0..TRIES {
        if let Some(row) = Entity::find_by_id(user).one(write).await? {
            return Ok(row.number);
        }
        let number = (i32::from_be_bytes(random_bytes()) & i32::MAX).max(1);
        // Neither another request for the same user nor a number that is taken is an error.
        Entity::insert(ActiveModel { user_id: Set(user), number: Set(number) })
            .on_conflict(Upsert::new().do_nothing().to_owned())
            .try_insert()
            .exec(&write.without_event(NoEvent::Numbers))
            .await?;
    }
    Err(Error::internal("no free number for the user was found"))
}
