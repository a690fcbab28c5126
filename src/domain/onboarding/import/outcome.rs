//! The outcome for one account of the file.

use crate::permission::Role;

/// What an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// There is a new account.
    Created,
    /// An account that was imported before, in this file or an earlier one, is a member of one organisation more.
    Joined,
    /// All of it was there already.
    Unchanged,
}

/// Why an account was not imported. Nothing was changed of what is there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("exists already: there is an account with this e-mail address, and it was not imported")]
    EmailExists,
    #[error("exists already: there is an account with this username")]
    UsernameExists,
    #[error(
        "exists already, and was imported with another password hash or without one: the password stays as it is"
    )]
    OtherHash,
    #[error("exists already, with another `external_id` or without one")]
    OtherExternalId,
    #[error("another account has this `external_id`")]
    ExternalIdExists,
    #[error("is a member of `{0}` already, with the role {1}: the role stays as it is")]
    OtherRole(String, Role),
    #[error("left the organisation `{0}`, or was removed from it: an import adds no former member again")]
    HasLeft(String),
    #[error("is in as many organisations as one account may be")]
    TooManyOrganisations,
    #[error("there is no organisation `{0}`")]
    NoOrganisation(String),
    #[error(
        "there is no organisation `{0}`, and only an admin who is not disabled can be the first of a new one"
    )]
    NoFirstAdmin(String),
    #[error("the slug `{0}` was another organisation's, and stays its own")]
    SlugUsed(String),
    #[error("the organisation `{0}` has no seat left")]
    SeatsTaken(String),
    #[error("`created_at` is in the future, or before 1970")]
    CreatedAt,
}

impl Refused {
    /// For programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EmailExists => "email_exists",
            Self::UsernameExists => "username_exists",
            Self::OtherHash => "other_hash",
            Self::OtherExternalId => "other_external_id",
            Self::ExternalIdExists => "external_id_exists",
            Self::OtherRole(..) => "other_role",
            Self::HasLeft(_) => "has_left",
            Self::TooManyOrganisations => "too_many_organisations",
            Self::NoOrganisation(_) => "no_organisation",
            Self::SlugUsed(_) => "slug_used",
            Self::NoFirstAdmin(_) => "no_first_admin",
            Self::SeatsTaken(_) => "seats_taken",
            Self::CreatedAt => "created_at",
        }
    }
}
