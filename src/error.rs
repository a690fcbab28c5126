//! Everything that can go wrong, named after what happened, and mapped to HTTP once.
//!
//! The answer is a problem (RFC 9457) whose `code` is part of the contract. Clients are told what they
//! can act on; what happened inside goes to the log.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::password::PasswordRefusal;
use crate::permission::Permission;
use crate::step_up::StepUp;

mod cap;
mod database;
mod problem;

pub use cap::Cap;
pub use database::{OnConflict, StorageFailure, denied};
pub use problem::{Code, LastAdminOf, Problem};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("The body is not JSON: {0}")]
    MalformedBody(String),
    #[error(
        "Send one credential: either `Authorization` or `X-API-Key`, or one session cookie. If your browser has two of them, delete this site's cookies."
    )]
    AmbiguousCredentials,

    #[error("A credential is needed: the session cookie, a bearer token, an API key, or HTTP Basic.")]
    Unauthenticated,
    #[error("The credential is malformed, expired or revoked.")]
    InvalidCredential,
    #[error(
        "An admin of this organisation ended the sessions that you had here. Sign in again; in other organisations your session goes on."
    )]
    SessionEndedHere,
    #[error("The key's checksum does not match: it was cut off or altered. It should have 47 characters.")]
    KeyMalformed,
    #[error(
        "The e-mail address, the username or the password is wrong, or the address is not confirmed yet: then the link is in a mail."
    )]
    InvalidLogin,
    #[error("The issuer's token is malformed, expired, or not meant for this server.")]
    InvalidIssuerToken,
    #[error("The issuer's token was used already, and each is good once: get a new one.")]
    IssuerTokenUsed,
    #[error("{}", .0.detail)]
    StepUp(StepUp),
    #[error("The refresh token is malformed, expired, used or revoked. Sign in again.")]
    InvalidRefreshToken,

    #[error("This needs the permission `{0}`.")]
    PermissionDenied(String),
    #[error("`{0}` is no permission: neither a built-in one nor one of `[permissions]`.")]
    UnknownPermission(String),
    #[error("This needs the role `{0}`.")]
    RoleDenied(crate::permission::Role),
    #[error("The credential is not for that organisation.")]
    OrganisationDenied,
    #[error("This is for users: sign in. API keys never reach it.")]
    UserRequired,
    #[error("This is for the operators of this server.")]
    OperatorRequired,
    #[error("This needs a session, which HTTP Basic has not: sign in.")]
    SessionRequired,
    #[error("Test keys may read, but change nothing: use a live key or sign in.")]
    LiveOnly,
    #[error("The request came from another site. Add its origin to `allowed_origins` if it may.")]
    CrossSite,
    #[error(
        "The request came from another site. If it did not, or may: name the gateway in `trusted_proxies`, let it send `X-Forwarded-Host`, or add the origin to `allowed_origins`."
    )]
    ForwardedCrossSite,
    #[error("This server runs with --no-auth, and answers to `localhost` only.")]
    ForeignHost,
    #[error("Registration is closed. Ask an administrator for an account.")]
    RegistrationClosed,
    #[error("This account is disabled. Ask an administrator.")]
    UserDisabled,
    #[error("Confirm your e-mail address first: the link is in the mail that was sent to it.")]
    EmailUnverified,
    #[error("This invitation is for another e-mail address. Sign in with the account of that address.")]
    InvitationForAnother,
    #[error("Nobody signs in through this issuer any more. Sign in another way, or ask the operator.")]
    IssuerDisabled,
    #[error(
        "The issuer does not say that your e-mail address is confirmed. Confirm it there, then try again."
    )]
    IssuerEmailUnverified,
    #[error(
        "The issuer's token has an e-mail address that this server cannot send mails to. Give your account there another one, then try again."
    )]
    IssuerEmailUnreadable,
    #[error("Your e-mail address is not among those that may sign in through this issuer.")]
    NotAllowedByIssuer,
    #[error("There is no account for you here. Ask an administrator for an invitation.")]
    NoAccount,
    #[error(
        "There is a link to another user already: of this account, or of the issuer's. Ask the operator."
    )]
    LinkedToAnother,
    #[error(
        "There is an account with your e-mail address, which this issuer does not open. Sign in to it another way, and link the issuer by `POST /api/auth/identities`."
    )]
    LinkRequired,
    #[error("The issuer's token is of a user who is not linked to this account.")]
    NotLinked,
    #[error("The current password is wrong.")]
    WrongPassword,
    #[error(
        "This password was set for you, and has to be changed first: sign in with it and with the one of your choice as `new_password`, or ask for a link by `POST /api/auth/forgot-password`."
    )]
    PasswordChangeRequired,

    #[error("There is nothing here, or nothing that you may know of.")]
    NotFound,
    #[error("This path does not have that method.")]
    MethodNotAllowed,
    #[error("This path speaks WebSocket only.")]
    UpgradeRequired,

    #[error("An account with this e-mail address exists already. Sign in instead.")]
    EmailTaken,
    #[error("This username is taken.")]
    UsernameTaken,
    #[error("This slug is taken.")]
    SlugTaken,
    #[error("The user is a member of the organisation already.")]
    AlreadyMember,
    #[error("An organisation needs an admin: make somebody else admin first.")]
    LastAdmin,
    #[error(
        "This account is the last admin of {}. Make somebody else admin there, or delete the organisation, first.", problem::named(.0)
    )]
    LastAdminOf(Vec<LastAdminOf>),
    #[error("The key is revoked or expired: create a new one.")]
    KeyEnded,
    #[error("This is your only way to sign in: choose a password or link another issuer first.")]
    LastWayIn,

    #[error("This installation has its first administrator already.")]
    AlreadySetUp,
    #[error("{}", .cap.detail(*.most))]
    CapReached {
        cap: Cap,
        most: u64,
        /// Seconds, where waiting helps.
        retry_after: Option<u64>,
    },
    #[error("The organisation has no seat left.")]
    SeatsTaken,
    #[error("The invitation was accepted or withdrawn already.")]
    InvitationEnded,
    #[error(
        "Whoever sent this invitation may not invite to this organisation any more. Ask one of its admins to send it again."
    )]
    InvitationUnconfirmed,
    #[error(
        "There is an account with this address, and the address was never confirmed. Accept the invitation (`POST /api/invitations/accept`) with the account's password as `password` to keep the account, or with a new password as `new_password` and without `password`: that replaces the old password, and ends the account's sessions, its links with issuers and the API keys that it made."
    )]
    AccountUnconfirmed,
    #[error("This link was used, was replaced by a newer one, or is too old.")]
    LinkInvalid,
    #[error("The body is larger than this server accepts.")]
    BodyTooLarge,
    #[error("Send `Content-Type: application/json`.")]
    UnsupportedMediaType,
    #[error("{}", .0.first().map_or("The input is not valid.", |first| first.message.as_str()))]
    Invalid(Vec<FieldError>),

    #[error("{0}")]
    WeakPassword(Box<PasswordRefusal>),

    #[error("There were too many wrong attempts. Wait before the next one.")]
    TooManyAttempts {
        /// Seconds.
        retry_after: u64,
    },
    #[error("Too many invitations were sent, to this address or by you. Try again in an hour.")]
    TooManyMails,
    #[error(
        "This organisation and you may send {allowed} invitations in 24 hours for now: {left} can be sent at once, more in {} h. A new organisation sends few; the number grows with its age and with each invitation that is accepted.",
        .retry_after.div_ceil(3600)
    )]
    TooManyInvitations {
        allowed: u64,
        left: u64,
        /// Seconds.
        retry_after: u64,
    },
    #[error("Too many accounts were registered from your network. Try again in {} min.", .retry_after.div_ceil(60))]
    TooManyRegistrations {
        /// Seconds.
        retry_after: u64,
    },
    #[error("Too many mails were asked for from this address. Try again later.")]
    TooManyMailsAsked {
        /// Seconds.
        retry_after: u64,
    },
    #[error("Too many requests from this address. Slow down.")]
    RateLimited {
        /// Seconds.
        retry_after: u64,
    },
    #[error("This server sends no mails, and this would take one. Ask its operator.")]
    MailUnavailable,
    #[error("The server is busy. Try again in a moment.")]
    Busy,
    #[error("The database cannot be reached, or cannot read or write. Try again in a moment.")]
    StorageUnavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("The issuer's keys cannot be fetched. Try again in a moment.")]
    IssuerUnavailable,
    #[error("The request took too long.")]
    Timeout,
    #[error("Something went wrong on our side. The request id helps to find it.")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// One member of the input that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: a JSON Pointer into the body (RFC 6901), or `/name` of a query or path parameter.
    #[schema(example = "/email")]
    pub pointer: String,
    /// What is wrong with it.
    #[schema(example = "this is not an e-mail address")]
    pub message: String,
}

impl Error {
    /// A failure of ours.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// The permission that was missing.
    pub fn permission(permission: Permission) -> Self {
        Self::PermissionDenied(permission.as_str().to_owned())
    }

    /// One bad member of the input.
    pub fn invalid(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { pointer: pointer.into(), message: message.into() }])
    }

    /// The stable code, part of the contract.
    pub fn code(&self) -> &'static str {
        self.kind().1
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.kind().0
    }

    fn kind(&self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::MalformedBody(_) => (S::BAD_REQUEST, "malformed_body", "Malformed body"),
            Self::AmbiguousCredentials => (S::BAD_REQUEST, "ambiguous_credentials", "Two credentials"),
            Self::Unauthenticated => (S::UNAUTHORIZED, "unauthenticated", "Not signed in"),
            Self::InvalidCredential => (S::UNAUTHORIZED, "invalid_credential", "Invalid credential"),
            Self::SessionEndedHere => (S::UNAUTHORIZED, "session_ended_here", "Session ended here"),
            Self::KeyMalformed => (S::UNAUTHORIZED, "key_malformed", "Malformed API key"),
            Self::InvalidLogin => (S::UNAUTHORIZED, "invalid_login", "Sign-in failed"),
            Self::InvalidIssuerToken => (S::UNAUTHORIZED, "invalid_issuer_token", "Invalid issuer's token"),
            Self::IssuerTokenUsed => (S::UNAUTHORIZED, "issuer_token_used", "Issuer's token used"),
            Self::StepUp(_) => {
                (S::UNAUTHORIZED, "insufficient_user_authentication", "Insufficient authentication")
            }
            Self::InvalidRefreshToken => (S::UNAUTHORIZED, "invalid_refresh_token", "Invalid refresh token"),
            Self::PermissionDenied(_) => (S::FORBIDDEN, "permission_denied", "Permission denied"),
            Self::RoleDenied(_) => (S::FORBIDDEN, "role_denied", "Role denied"),
            Self::OrganisationDenied => (S::FORBIDDEN, "organisation_denied", "Another organisation"),
            Self::ForeignHost => (S::MISDIRECTED_REQUEST, "foreign_host", "Foreign host"),
            Self::UserRequired => (S::FORBIDDEN, "user_required", "User required"),
            Self::OperatorRequired => (S::FORBIDDEN, "operator_required", "Operator required"),
            Self::SessionRequired => (S::FORBIDDEN, "session_required", "Session required"),
            Self::LiveOnly => (S::FORBIDDEN, "live_only", "Live only"),
            Self::CrossSite | Self::ForwardedCrossSite => (S::FORBIDDEN, "cross_site", "Cross-site request"),
            Self::RegistrationClosed => (S::FORBIDDEN, "registration_closed", "Registration closed"),
            Self::UserDisabled => (S::FORBIDDEN, "user_disabled", "Account disabled"),
            Self::EmailUnverified => (S::FORBIDDEN, "email_unverified", "Address not confirmed"),
            Self::InvitationForAnother => (S::FORBIDDEN, "invitation_for_another", "For another address"),
            Self::IssuerDisabled => (S::FORBIDDEN, "issuer_disabled", "Issuer disabled"),
            Self::IssuerEmailUnverified => {
                (S::FORBIDDEN, "issuer_email_unverified", "Address not confirmed by the issuer")
            }
            Self::IssuerEmailUnreadable => {
                (S::FORBIDDEN, "issuer_email_unreadable", "Unreadable address from the issuer")
            }
            Self::NotAllowedByIssuer => (S::FORBIDDEN, "not_allowed", "Not allowed"),
            Self::NoAccount => (S::FORBIDDEN, "no_account", "No account"),
            Self::LinkedToAnother => (S::FORBIDDEN, "linked_to_another", "Linked to another"),
            Self::LinkRequired => (S::FORBIDDEN, "link_required", "Link required"),
            Self::NotLinked => (S::FORBIDDEN, "not_linked", "Not linked"),
            Self::WrongPassword => (S::FORBIDDEN, "wrong_password", "Wrong password"),
            Self::PasswordChangeRequired => {
                (S::FORBIDDEN, "password_change_required", "Password change required")
            }
            Self::NotFound => (S::NOT_FOUND, "not_found", "Not found"),
            Self::MethodNotAllowed => (S::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed"),
            Self::UpgradeRequired => (S::UPGRADE_REQUIRED, "upgrade_required", "WebSocket required"),
            Self::EmailTaken => (S::CONFLICT, "email_taken", "E-mail address taken"),
            Self::UsernameTaken => (S::CONFLICT, "username_taken", "Username taken"),
            Self::SlugTaken => (S::CONFLICT, "slug_taken", "Slug taken"),
            Self::AlreadyMember => (S::CONFLICT, "already_member", "Already a member"),
            Self::LastAdmin | Self::LastAdminOf(_) => (S::CONFLICT, "last_admin", "Last admin"),
            Self::LastWayIn => (S::CONFLICT, "last_way_in", "Last way in"),
            Self::KeyEnded => (S::CONFLICT, "key_ended", "Key ended"),
            Self::AlreadySetUp => (S::CONFLICT, "already_set_up", "Already set up"),
            Self::CapReached { cap, .. } => cap.kind(),
            Self::SeatsTaken => (S::CONFLICT, "seats_taken", "No seat left"),
            Self::InvitationEnded => (S::CONFLICT, "invitation_ended", "Invitation ended"),
            Self::InvitationUnconfirmed => {
                (S::CONFLICT, "invitation_unconfirmed", "Invitation not confirmed any more")
            }
            Self::AccountUnconfirmed => (S::CONFLICT, "account_unconfirmed", "Account not confirmed"),
            Self::LinkInvalid => (S::GONE, "link_invalid", "Link no longer valid"),
            Self::BodyTooLarge => (S::PAYLOAD_TOO_LARGE, "body_too_large", "Body too large"),
            Self::UnsupportedMediaType => {
                (S::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Unsupported media type")
            }
            Self::Invalid(_) | Self::WeakPassword(_) => {
                (S::UNPROCESSABLE_ENTITY, "validation_failed", "Invalid input")
            }
            Self::UnknownPermission(_) => {
                (S::UNPROCESSABLE_ENTITY, "unknown_permission", "Unknown permission")
            }
            Self::TooManyAttempts { .. } => (S::TOO_MANY_REQUESTS, "too_many_attempts", "Too many attempts"),
            Self::TooManyMails | Self::TooManyMailsAsked { .. } => {
                (S::TOO_MANY_REQUESTS, "too_many_mails", "Too many mails")
            }
            Self::TooManyInvitations { .. } => {
                (S::TOO_MANY_REQUESTS, "too_many_invitations", "Too many invitations")
            }
            Self::TooManyRegistrations { .. } => {
                (S::TOO_MANY_REQUESTS, "too_many_registrations", "Too many registrations")
            }
            Self::RateLimited { .. } => (S::TOO_MANY_REQUESTS, "rate_limited", "Too many requests"),
            Self::MailUnavailable => (S::NOT_IMPLEMENTED, "mail_unavailable", "No mails"),
            Self::Busy => (S::SERVICE_UNAVAILABLE, "busy", "Busy"),
            Self::StorageUnavailable(_) => {
                (S::SERVICE_UNAVAILABLE, "storage_unavailable", "Storage unavailable")
            }
            Self::IssuerUnavailable => (S::SERVICE_UNAVAILABLE, "issuer_unavailable", "Issuer unavailable"),
            Self::Timeout => (S::SERVICE_UNAVAILABLE, "timeout", "Timeout"),
            Self::Internal(_) => (S::INTERNAL_SERVER_ERROR, "internal", "Internal error"),
        }
    }
}

/// Names an error that is deliberately only logged.
pub trait OrLog {
    /// Logs the error, if there is one, with what was being done.
    fn or_log(self, doing: &'static str);
}

impl<E: std::fmt::Display + 'static> OrLog for Result<(), E> {
    fn or_log(self, doing: &'static str) {
        let Err(error) = self else { return };
        // The database logs these, once a minute; jobs that run each second would log each of theirs.
        let ours = (&error as &dyn std::any::Any).downcast_ref::<Error>();
        if !matches!(ours, Some(Error::StorageUnavailable(_))) {
            tracing::warn!(doing, %error, "failed, and went on");
        }
    }
}
