//! Users whom another issuer vouches for: who they are here, and how they come to be.
//!
//! A user is known by issuer and subject. An e-mail address leads to an account only once, when the two are linked
//! (`linking.rs` has the rules): issuers give an address to another person in time, a subject never. `spent.rs` makes
//! each token good once.

mod linking;
mod spent;

use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};

use super::Write;
use super::email::Email;
use crate::clock::Timestamp;
use crate::domain::account::users::{self, NewUser};
use crate::domain::onboarding::invitations;
use crate::domain::organisation::members;
use crate::domain::session::authentication::Authentication;
use crate::domain::values::display_name::DisplayName;
use crate::entity::{external_identity, organisation, user};
use crate::error::Error;
use crate::id::UserId;
use crate::permission::Role;

/// What an issuer says of a user's address.
#[derive(Clone, Debug)]
pub enum ClaimedEmail {
    Absent,
    /// There is one, but no mail could be sent to it from here.
    Unreadable,
    Readable(Email),
}

impl From<Option<String>> for ClaimedEmail {
    fn from(claim: Option<String>) -> Self {
        match claim.filter(|text| !text.trim().is_empty()).map(Email::try_from) {
            None => Self::Absent,
            Some(Err(_)) => Self::Unreadable,
            Some(Ok(email)) => Self::Readable(email),
        }
    }
}
pub use linking::{link, link_own, unlink, unlink_own};
pub use spent::spend;

/// What an issuer says of a user, once its signature was checked.
#[derive(Clone, Debug)]
pub struct ExternalIdentityClaims {
    pub issuer: String,
    pub subject: String,
    pub email: ClaimedEmail,
    /// Whether the issuer says that the address is theirs.
    pub email_verified: bool,
    pub name: Option<DisplayName>,
    /// What a session begins with that this token starts.
    pub authentication: Authentication,
    /// SHA-256 of what the issuer signed.
    pub digest: [u8; 32],
    /// When the token expires.
    pub expires_at: Timestamp,
}

impl ExternalIdentityClaims {
    fn proven_email(&self) -> Result<&Email, Error> {
        match &self.email {
            ClaimedEmail::Unreadable => Err(Error::IssuerEmailUnreadable),
            ClaimedEmail::Readable(email) if self.email_verified => Ok(email),
            ClaimedEmail::Readable(_) | ClaimedEmail::Absent => Err(Error::IssuerEmailUnverified),
        }
    }
}

/// Whom the operator lets in by an issuer.
#[derive(Clone, Copy, Debug)]
pub struct Admission<'a> {
    /// In lower case. Both empty: every user of the issuer.
    pub emails: &'a [String],
    pub domains: &'a [String],
    /// Slug or id of the organisation that users without an account join, and their role.
    pub new_users: Option<(&'a str, Role)>,
    pub seats: Option<u64>,
}

impl Admission<'_> {
    /// Whether the operator has said which addresses the issuer may speak for.
    fn names_addresses(&self) -> bool {
        !self.emails.is_empty() || !self.domains.is_empty()
    }

    fn check(&self, normalised: &str) -> Result<(), Error> {
        let domain = normalised.rsplit('@').next().unwrap_or_default();
        let named = self.emails.iter().any(|email| email == normalised);
        if !self.names_addresses() || named || self.domains.iter().any(|allowed| allowed == domain) {
            Ok(())
        } else {
            Err(Error::NotAllowedByIssuer)
        }
    }

    /// At every sign-in. A token may be without an address; then the account's counts.
    fn check_again(&self, vouched: &ExternalIdentityClaims, user: &user::Model) -> Result<(), Error> {
        if !self.names_addresses() {
            Ok(())
        } else if !matches!(vouched.email, ClaimedEmail::Absent) {
            self.check(&vouched.proven_email()?.normalised())
        } else if user.email_verified_at.is_some() {
            self.check(&user.email_normalised)
        } else {
            Err(Error::NotAllowedByIssuer)
        }
    }
}

/// Whether that issuer has ever signed in a user.
pub async fn is_known(db: &impl ConnectionTrait, issuer: &str) -> Result<bool, Error> {
    // PostgreSQL has no texts with NUL, so no account has that name.
    if issuer.contains('\0') {
        return Ok(false);
    }
    Ok(external_identity::Entity::of_issuer(issuer).one(db).await?.is_some())
}

/// The account that a token of an issuer is about, if there is one: by subject, else by an address that is proven there.
pub async fn account_of(
    db: &impl ConnectionTrait,
    vouched: &ExternalIdentityClaims,
) -> Result<Option<UserId>, Error> {
    let key = (vouched.issuer.clone(), vouched.subject.clone());
    if let Some(linked) = external_identity::Entity::find_by_id(key).one(db).await? {
        return Ok(Some(linked.user_id));
    }
    let Ok(email) = vouched.proven_email() else { return Ok(None) };
    let found = user::Entity::find().filter(user::COLUMN.email_normalised.eq(email.normalised()));
    Ok(found.one(db).await?.map(|user| user.id))
}

/// The account of the user whom an issuer vouches for, linked or made if need be, and locked.
///
/// # Errors
/// [`Error::UserDisabled`]; [`Error::NotAllowedByIssuer`]. For users who are new here [`Error::IssuerEmailUnverified`],
/// [`Error::IssuerEmailUnreadable`], [`Error::NoAccount`] and [`Error::SeatsTaken`]; if there is an account with their address [`Error::LinkRequired`] and
/// [`Error::LinkedToAnother`].
pub async fn sign_in(
    write: &Write<'_>,
    vouched: &ExternalIdentityClaims,
    admission: &Admission<'_>,
) -> Result<user::Model, Error> {
    if let Some(user) = linked(write, vouched).await? {
        return admit(write, vouched, admission, user).await;
    }
    let email = vouched.proven_email()?.normalised();
    admission.check(&email)?;
    let place = match admission.new_users {
        Some((reference, role)) => {
            organisation::Entity::find_by_reference(reference).one(write).await?.map(|place| (place, role))
        }
        None => None,
    };
    if let Some((place, _)) = &place {
        // From here on one after the other: a request that had to wait finds what was made meanwhile.
        members::lock(write, place.id).await?;
        if let Some(user) = linked(write, vouched).await? {
            return admit(write, vouched, admission, user).await;
        }
    }
    let found = user::Entity::find().filter(user::COLUMN.email_normalised.eq(&email)).one(write).await?;
    match (found, place) {
        (Some(user), _) => linking::adopt(write, vouched, admission, &user).await,
        (None, Some((place, role))) => {
            if invitations::taken_seats(write, place.id).await? >= admission.seats.unwrap_or(u64::MAX) {
                return Err(Error::SeatsTaken);
            }
            create(write, vouched, &place, role).await
        }
        (None, None) => Err(Error::NoAccount),
    }
}

/// The account of a user who is signed in already and proves it once more by an issuer's token.
///
/// # Errors
/// [`Error::NotLinked`] if the token is another user's; [`Error::UserDisabled`]; [`Error::NotAllowedByIssuer`].
pub async fn prove_again(
    write: &Write<'_>,
    vouched: &ExternalIdentityClaims,
    admission: &Admission<'_>,
    signed_in: UserId,
) -> Result<user::Model, Error> {
    let linked = linked(write, vouched).await?.filter(|linked| linked.id == signed_in);
    admit(write, vouched, admission, linked.ok_or(Error::NotLinked)?).await
}

async fn linked(write: &Write<'_>, vouched: &ExternalIdentityClaims) -> Result<Option<user::Model>, Error> {
    let key = (vouched.issuer.clone(), vouched.subject.clone());
    let found = external_identity::Entity::find_by_id(key).find_also_related(user::Entity);
    Ok(found.one(write).await?.and_then(|(_, user)| user))
}

async fn admit(
    write: &Write<'_>,
    vouched: &ExternalIdentityClaims,
    admission: &Admission<'_>,
    user: user::Model,
) -> Result<user::Model, Error> {
    let user = users::lock(write, user.id).await?;
    // The link may have ended while this waited for the account.
    if linked(write, vouched).await?.is_none_or(|linked| linked.id != user.id) {
        return Err(Error::Busy);
    }
    if user.disabled_at.is_some() {
        return Err(Error::UserDisabled);
    }
    admission.check_again(vouched, &user)?;
    Ok(user)
}

async fn create(
    write: &Write<'_>,
    vouched: &ExternalIdentityClaims,
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
    let user = users::create(write, new).await.map_err(|error| match error {
        // An account was made with it in this moment.
        Error::EmailTaken => Error::Busy,
        other => other,
    })?;
    let actor = write.actor.as_user(user.id, &user.name);
    let write = &write.by(&actor);
    linking::insert(write, &vouched.issuer, &vouched.subject, &user).await?;
    members::add(write, place.id, user.id, role).await?;
    Ok(user)
}
