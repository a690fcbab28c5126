//! The link by which people choose the password of an account that an operator has made for them, or whose password an
//! operator has taken away. Operators never learn a password that lasts.

use chrono::TimeDelta;

use crate::clock::Timestamp;
use crate::crypto::secret::Secret;
use crate::domain::Write;
use crate::domain::account::one_time;
use crate::domain::journal::mail::{self, Mail};
use crate::entity::one_time_token::LinkPurpose;
use crate::entity::user;
use crate::error::Error;
use crate::event::Event;

/// How long such a link works: people did not ask for it, so it has to wait for them.
pub const LINK_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Makes a link that the operator hands over; when it ends.
pub async fn issue_link(write: &Write<'_>, user: &user::Model) -> Result<(Secret, Timestamp), Error> {
    let link = renew_link(write, user).await?;
    record(write, user, false).await?;
    Ok((link, write.now + LINK_LIFETIME))
}

/// Has a link mailed. `first` says that the account is new.
pub async fn mail_link(write: &Write<'_>, user: &user::Model, first: bool) -> Result<(), Error> {
    mail::enqueue(write, &user.email, Mail::ChoosePassword { first }).await?;
    record(write, user, true).await
}

/// The link of such a mail; one that was made before is revoked.
pub async fn renew_link(write: &Write<'_>, user: &user::Model) -> Result<Secret, Error> {
    one_time::issue_for(write, LinkPurpose::ResetPassword, user.id, &user.email, LINK_LIFETIME).await
}

async fn record(write: &Write<'_>, user: &user::Model, mailed: bool) -> Result<(), Error> {
    write.record(Event::UserPasswordLinkIssued { user: user.id, mailed }).await
}
