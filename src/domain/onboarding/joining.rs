//! Joining an organisation by an invitation, with or without an account.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::domain::Write;
use crate::domain::account::users::{self, NewUser};
use crate::domain::account::{mailbox, replacement};
use crate::domain::email::Email;
use crate::domain::onboarding::{invitations, registration};
use crate::domain::organisation::members;
use crate::domain::session::attempts::AttemptContext;
use crate::domain::session::device::Device;
use crate::domain::session::sessions;
use crate::domain::session::sign_in::{self, Checked};
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::username::Username;
use crate::entity::{invitation, membership, user};
use crate::error::{Error, FieldCode};
use crate::event::Event;
use crate::id::UserId;
use crate::password::{Context, PresentedPassword, ProposedPassword};

/// Makes a user whose mailbox the invitation was sent to a member. Once more by the same user changes nothing.
///
/// # Errors
/// [`Error::LinkInvalid`]; [`Error::SeatsTaken`]; [`Error::InvitationForAnother`] and [`Error::InvitationUnconfirmed`],
/// which leave the invitation as it is.
async fn accept(
    write: &Write<'_>,
    invitation: &invitation::Model,
    user: &user::Model,
    seats: Option<u64>,
) -> Result<membership::Model, Error> {
    if invitation.email_normalised != user.email_normalised {
        return Err(Error::InvitationForAnother);
    }
    let organisation = invitation.organisation_id;
    let accepted = invitation::Entity::update_many()
        .col_expr(invitation::Column::AcceptedAt, Expr::value(write.now))
        .col_expr(invitation::Column::AcceptedBy, Expr::value(user.id))
        .col_expr(invitation::Column::UpdatedAt, Expr::value(write.now))
        .filter(invitation::COLUMN.id.eq(invitation.id))
        .filter(invitation::COLUMN.digest.eq(invitation.digest.clone().unwrap_or_default()))
        .filter(invitation::COLUMN.accepted_at.is_null())
        .filter(invitation::COLUMN.withdrawn_at.is_null())
        .filter(invitation::COLUMN.expires_at.gt(write.now))
        .exec(write)
        .await?;
    let present = members::find(write, organisation, user.id).await;
    if accepted.rows_affected != 1 {
        let mine = invitations::find(write, organisation, invitation.id).await?.accepted_by == Some(user.id);
        return if mine { present.map_err(gone) } else { Err(Error::LinkInvalid) };
    }
    // Its link is still the one that was looked up, so the invitation was not taken over since.
    if !invitations::is_confirmed(write, write.catalogue(), invitation).await? {
        return Err(Error::InvitationUnconfirmed);
    }
    mailbox::mark_proven(write, user.id).await?;
    let (role, invited_by) = (invitation.role, invitation.invited_by);
    write
        .record(Event::InvitationAccepted { organisation, invitation: invitation.id, role, invited_by })
        .await?;
    match present {
        Ok(member) => Ok(member),
        // Its seat is its own, unless the limit was lowered or a member was added past it.
        Err(Error::NotFound)
            if invitations::members(write, organisation).await? >= seats.unwrap_or(u64::MAX) =>
        {
            Err(Error::SeatsTaken)
        }
        Err(Error::NotFound) => members::add(write, organisation, user.id, invitation.role).await,
        Err(error) => Err(error),
    }
}

/// The names that a new user chose.
#[derive(Debug, Default)]
pub struct Names {
    pub name: Option<DisplayName>,
    pub username: Option<Username>,
}

/// Who accepts an invitation.
#[derive(Debug)]
pub enum Joiner {
    /// Signed in already.
    SignedIn(UserId),
    /// Without an account so far.
    New { password_hash: String, names: Names },
    /// With an account whose password was just checked, and the hash of the one that takes its place, if there is one.
    Known { checked: Box<Checked>, new_hash: Option<String> },
    /// With an account whose address was never proven, and a new password for it. The owner of the mailbox takes it over.
    Reclaimed { user: UserId, password_hash: String },
}

/// Finds out how the holder of an invitation's link joins by a password; outside any transaction, because
/// hashing takes long. `replacing` is to take the place of an account's password. `context` is for a new password; what the
/// joiner wants to be called is added to it.
///
/// The holder of the link has proven the mailbox, and may take over an account whose address was never proven; but only by
/// a password that is said to be new, so that an owner who forgot to prove the address loses nothing by mistake.
///
/// # Errors
/// [`Error::Invalid`] without a password, and [`Error::WeakPassword`] with one that cannot be a new one;
/// [`Error::AccountUnconfirmed`] if the account's address is not proven and the password is not the account's; those of
/// [`sign_in::check`].
pub async fn by_password(
    attempt: &AttemptContext<'_>,
    invitation: &invitation::Model,
    password: Option<PresentedPassword>,
    replacing: Option<&ProposedPassword>,
    names: Names,
    context: Context,
) -> Result<Joiner, Error> {
    let found = sign_in::find_with_password(attempt.db.read(), &invitation.email).await?;
    let Some(account) = found else {
        let missing = || Error::wrong("/password", FieldCode::Required, "sign in, or give a password");
        let password = match password {
            Some(password) => {
                let wrong = |problem: String| Error::wrong("/password", FieldCode::TooShort, problem);
                password.try_into().map_err(wrong)?
            }
            None => replacing.cloned().ok_or_else(missing)?,
        };
        let context = context.and(names.name.as_ref().map(DisplayName::as_str));
        let context = context.and(names.username.as_ref().map(Username::as_str));
        let password = attempt.hasher.accept("/password", &password, &context).await?;
        return Ok(Joiner::New { password_hash: attempt.hasher.hash(&password).await?, names });
    };
    let user = &account.user;
    let unproven = user.email_verified_at.is_none();
    if let Some(password) = password {
        // The link was mailed to the owner, so that it is as good as a device: others' guesses do not stop its holder.
        let link = Device { user: user.id, id: invitation.id.0, since: attempt.now };
        let attempt = AttemptContext { device: Some(link), ..attempt.clone() };
        let checked = match sign_in::check(&attempt, &invitation.email, &password, false).await {
            Err(Error::InvalidLogin) if unproven => return Err(Error::AccountUnconfirmed),
            checked => checked?,
        };
        let new_hash = match replacing {
            Some(new) => {
                let (db, hasher, pointer) = (attempt.db.read(), attempt.hasher, "/new_password");
                let judged = replacement::judge(db, hasher, context, user, pointer, new).await?;
                replacement::refuse_the_same(hasher, &account, pointer, new).await?;
                Some(hasher.hash(&judged).await?)
            }
            None => None,
        };
        return Ok(Joiner::Known { checked: Box::new(checked), new_hash });
    }
    if !unproven {
        let message = "sign in, or give the password of the account";
        return Err(Error::wrong("/password", FieldCode::Required, message));
    }
    let Some(new) = replacing else { return Err(Error::AccountUnconfirmed) };
    let (db, hasher) = (attempt.db.read(), attempt.hasher);
    let judged = replacement::judge(db, hasher, context, user, "/new_password", new).await?;
    let password_hash = hasher.hash(&judged).await?;
    Ok(Joiner::Reclaimed { user: account.user.id, password_hash })
}

/// Accepts an invitation, making the account if there is none.
///
/// # Errors
/// [`Error::LinkInvalid`]; [`Error::InvitationForAnother`]; [`Error::InvitationUnconfirmed`]; [`Error::SeatsTaken`]; [`Error::UserDisabled`];
/// [`Error::EmailTaken`] if the account was made meanwhile.
pub async fn join(
    write: &Write<'_>,
    invitation: &invitation::Model,
    joiner: Joiner,
    seats: Option<u64>,
) -> Result<(user::Model, membership::Model), Error> {
    // First the organisation, then the account, as everywhere: two changes cannot wait for each other.
    members::lock(write, invitation.organisation_id).await.map_err(gone)?;
    let user = match joiner {
        Joiner::SignedIn(user) => {
            let user = users::lock(write, user).await?;
            if user.disabled_at.is_some() {
                return Err(Error::UserDisabled);
            }
            user
        }
        Joiner::Known { checked, new_hash } => {
            let user = match new_hash {
                Some(new_hash) => checked.confirm_and_replace(write, new_hash).await?,
                None => checked.confirm(write).await?.user,
            };
            // Who has the password and the mailbox is who registered.
            if user.email_verified_at.is_none() {
                registration::fulfil(write, &user).await?;
            }
            sessions::announce_new_device(write, &user).await?;
            user
        }
        Joiner::New { password_hash, names: Names { name, username } } => {
            let email = Email::try_from(invitation.email.clone()).map_err(Error::internal)?;
            let (operator, email_verified) = (false, true);
            let password_hash = Some(password_hash);
            let new = NewUser { email, username, name, password_hash, operator, email_verified };
            users::create(write, new).await?
        }
        Joiner::Reclaimed { user, password_hash } => {
            let user = users::lock(write, user).await?;
            if user.email_verified_at.is_some() {
                return Err(Error::InvalidLogin);
            }
            if user.disabled_at.is_some() {
                return Err(Error::UserDisabled);
            }
            mailbox::take_over(write, user.id, Some(password_hash)).await?;
            user
        }
    };
    let actor = write.actor.as_user(user.id, &user.name);
    let membership = accept(&write.by(&actor), invitation, &user, seats).await?;
    Ok((user, membership))
}

/// A link into what is not there any more is no good; a database that fails says nothing of the link.
fn gone(error: Error) -> Error {
    match error {
        Error::NotFound => Error::LinkInvalid,
        other => other,
    }
}
