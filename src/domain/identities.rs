//! Users whom another issuer vouches for: who they are here, and how they come to be.
//!
//! A user is known by issuer and subject. An e-mail address leads to an account only once, when the two are linked,
//! and only if it is proven on both sides; addresses are given to somebody else in time, subjects never.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set, TryInsertResult};
use serde_json::json;

use super::display_name::DisplayName;
use super::email::Email;
use super::users::{self, NewUser};
use super::{Change, invitations, mailbox, members};
use crate::entity::{external_identity, organisation, session, user};
use crate::error::Error;
use crate::id::UserId;
use crate::permission::Role;

/// What an issuer says of a user's address.
#[derive(Clone, Debug)]
pub enum VouchedEmail {
    Absent,
    /// There is one, but no mail could be sent to it from here.
    Unreadable,
    Readable(Email),
}

impl From<Option<String>> for VouchedEmail {
    fn from(claim: Option<String>) -> Self {
        match claim.filter(|text| !text.trim().is_empty()).map(Email::try_from) {
            None => Self::Absent,
            Some(Err(_)) => Self::Unreadable,
            Some(Ok(email)) => Self::Readable(email),
        }
    }
}

/// What an issuer says of a user, once its signature was checked.
#[derive(Clone, Debug)]
pub struct Vouched {
    pub issuer: String,
    pub subject: String,
    pub email: VouchedEmail,
    /// Whether the issuer says that the address is theirs.
    pub email_verified: bool,
    pub name: Option<DisplayName>,
}

impl Vouched {
    fn proven_email(&self) -> Result<&Email, Error> {
        match &self.email {
            VouchedEmail::Unreadable => Err(Error::IssuerEmailUnreadable),
            VouchedEmail::Readable(email) if self.email_verified => Ok(email),
            VouchedEmail::Readable(_) | VouchedEmail::Absent => Err(Error::IssuerEmailUnverified),
        }
    }
}

/// Whom the operator lets in by an issuer.
#[derive(Clone, Copy, Debug)]
pub struct Admission<'a> {
    /// In lower case. Both empty: everybody.
    pub emails: &'a [String],
    pub domains: &'a [String],
    /// Slug or id of the organisation that users without an account join, and their role.
    pub new_users: Option<(&'a str, Role)>,
    pub seats: Option<u64>,
}

impl Admission<'_> {
    fn check(&self, normalised: &str) -> Result<(), Error> {
        let domain = normalised.rsplit('@').next().unwrap_or_default();
        let open = self.emails.is_empty() && self.domains.is_empty();
        let named = self.emails.iter().any(|email| email == normalised);
        if open || named || self.domains.iter().any(|allowed| allowed == domain) {
            Ok(())
        } else {
            Err(Error::NotAllowedByIssuer)
        }
    }

    /// At every sign-in. A token may be without an address; then the account's counts.
    fn check_again(&self, vouched: &Vouched, user: &user::Model) -> Result<(), Error> {
        if self.emails.is_empty() && self.domains.is_empty() {
            Ok(())
        } else if !matches!(vouched.email, VouchedEmail::Absent) {
            self.check(&vouched.proven_email()?.normalised())
        } else if user.email_verified_at.is_some() {
            self.check(&user.email_normalised)
        } else {
            Err(Error::NotAllowedByIssuer)
        }
    }
}

/// Whether anybody was ever signed in by that issuer.
pub async fn is_known(db: &impl ConnectionTrait, issuer: &str) -> Result<bool, Error> {
    // PostgreSQL has no texts with NUL, so nobody is called that.
    if issuer.contains('\0') {
        return Ok(false);
    }
    Ok(external_identity::Entity::of_issuer(issuer).one(db).await?.is_some())
}

/// The account that a token of an issuer is about, if there is one: by subject, else by an address that is proven there.
pub async fn account_of(db: &impl ConnectionTrait, vouched: &Vouched) -> Result<Option<UserId>, Error> {
    let key = (vouched.issuer.clone(), vouched.subject.clone());
    if let Some(linked) = external_identity::Entity::find_by_id(key).one(db).await? {
        return Ok(Some(linked.user_id));
    }
    let Ok(email) = vouched.proven_email() else { return Ok(None) };
    let found = user::Entity::find().filter(user::COLUMN.email_normalised.eq(email.normalised()));
    Ok(found.one(db).await?.map(|user| user.id))
}

/// The account of whoever an issuer vouches for, linked or made if need be, and locked.
///
/// # Errors
/// [`Error::UserDisabled`]; [`Error::NotAllowedByIssuer`]; [`Error::IssuerEmailUnverified`],
/// [`Error::IssuerEmailUnreadable`] and [`Error::NoAccount`] for users who are new; [`Error::LinkedToAnother`]; [`Error::SeatsTaken`].
pub async fn sign_in(
    change: Change<'_>,
    vouched: &Vouched,
    admission: &Admission<'_>,
) -> Result<user::Model, Error> {
    if let Some(user) = linked(change, vouched).await? {
        return admit(change, vouched, admission, user).await;
    }
    let email = vouched.proven_email()?.normalised();
    admission.check(&email)?;
    let place = match admission.new_users {
        Some((reference, role)) => organisation::Entity::find_by_reference(reference)
            .one(change.txn)
            .await?
            .map(|place| (place, role)),
        None => None,
    };
    if let Some((place, _)) = &place {
        // From here on one after the other: whoever had to wait finds what was made meanwhile.
        members::lock(change, place.id).await?;
        if let Some(user) = linked(change, vouched).await? {
            return admit(change, vouched, admission, user).await;
        }
    }
    let found = user::Entity::find().filter(user::COLUMN.email_normalised.eq(&email)).one(change.txn).await?;
    match (found, place) {
        (Some(user), _) => adopt(change, vouched, &user).await,
        (None, Some((place, role))) => {
            if invitations::taken_seats(change, place.id).await? >= admission.seats.unwrap_or(u64::MAX) {
                return Err(Error::SeatsTaken);
            }
            create(change, vouched, &place, role).await
        }
        (None, None) => Err(Error::NoAccount),
    }
}

async fn linked(change: Change<'_>, vouched: &Vouched) -> Result<Option<user::Model>, Error> {
    let key = (vouched.issuer.clone(), vouched.subject.clone());
    let found = external_identity::Entity::find_by_id(key).find_also_related(user::Entity);
    Ok(found.one(change.txn).await?.and_then(|(_, user)| user))
}

async fn admit(
    change: Change<'_>,
    vouched: &Vouched,
    admission: &Admission<'_>,
    user: user::Model,
) -> Result<user::Model, Error> {
    let user = users::lock(change, user.id).await?;
    // The link may have ended while this waited for the account: an operator unlinked it.
    if linked(change, vouched).await?.is_none_or(|linked| linked.id != user.id) {
        return Err(Error::Busy);
    }
    if user.disabled_at.is_some() {
        return Err(Error::UserDisabled);
    }
    admission.check_again(vouched, &user)?;
    Ok(user)
}

/// Links an account that is there already. If its address was never proven, whoever made it need not be the one
/// whose address it is: the owner takes it over, and nothing of the other one's is left.
async fn adopt(change: Change<'_>, vouched: &Vouched, found: &user::Model) -> Result<user::Model, Error> {
    let user = users::lock(change, found.id).await?;
    if user.email_normalised != found.email_normalised {
        return Err(Error::Busy);
    }
    if user.disabled_at.is_some() {
        return Err(Error::UserDisabled);
    }
    if user.email_verified_at.is_none() {
        mailbox::take_over(change, user.id, None).await?;
    }
    let earlier = external_identity::Entity::of_issuer(&vouched.issuer)
        .filter(external_identity::COLUMN.user_id.eq(user.id))
        .one(change.txn)
        .await?;
    match earlier {
        None => {
            let actor = change.actor.as_user(user.id, &user.name);
            link(Change { actor: &actor, ..change }, vouched, &user).await?;
        }
        // Another request linked it while this one waited for the account.
        Some(earlier) if earlier.subject == vouched.subject => {}
        // The address has a new owner there.
        Some(_) => return Err(Error::LinkedToAnother),
    }
    users::lock(change, user.id).await
}

async fn create(
    change: Change<'_>,
    vouched: &Vouched,
    place: &organisation::Model,
    role: Role,
) -> Result<user::Model, Error> {
    let new = NewUser {
        email: vouched.proven_email()?.clone(),
        username: None,
        name: vouched.name.clone(),
        password_hash: None,
        operator: false,
        email_verified: true,
    };
    let user = users::create(change, new).await.map_err(|error| match error {
        // Somebody registered with it in this moment.
        Error::EmailTaken => Error::Busy,
        other => other,
    })?;
    let actor = change.actor.as_user(user.id, &user.name);
    let change = Change { actor: &actor, ..change };
    link(change, vouched, &user).await?;
    members::add(change, place.id, user.id, role).await?;
    Ok(user)
}

/// Writes down who a user is at an issuer.
///
/// # Errors
/// [`Error::LinkedToAnother`].
pub async fn link(change: Change<'_>, vouched: &Vouched, user: &user::Model) -> Result<(), Error> {
    let row = external_identity::ActiveModel {
        issuer: Set(vouched.issuer.clone()),
        subject: Set(vouched.subject.clone()),
        user_id: Set(user.id),
        created_at: Set(change.now),
    };
    let written = external_identity::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(change.txn)
        .await?;
    if !matches!(written, TryInsertResult::Inserted(1)) {
        return Err(Error::LinkedToAnother);
    }
    let data = json!({ "issuer": vouched.issuer, "subject": vouched.subject });
    change.record(None, "identity.linked", Some(user.id.to_string()), data).await?;
    Ok(())
}

/// Forgets who a user is at an issuer, and ends the sessions that were started through it.
///
/// # Errors
/// [`Error::NotFound`] if they are nobody there.
pub async fn unlink(change: Change<'_>, user: UserId, issuer: &str) -> Result<(), Error> {
    users::lock(change, user).await?;
    let forgotten = external_identity::Entity::delete_many()
        .filter(external_identity::COLUMN.user_id.eq(user))
        .filter(external_identity::COLUMN.issuer.eq(issuer))
        .exec(change.txn)
        .await?;
    if forgotten.rows_affected == 0 {
        return Err(Error::NotFound);
    }
    let ended = session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(change.now))
        .filter(session::COLUMN.user_id.eq(user))
        .filter(session::COLUMN.issuer.eq(issuer))
        .filter(session::COLUMN.ended_at.is_null())
        .exec(change.txn)
        .await?;
    let data = json!({ "issuer": issuer, "sessions_ended": ended.rows_affected });
    change.record(None, "identity.unlinked", Some(user.to_string()), data).await?;
    Ok(())
}
