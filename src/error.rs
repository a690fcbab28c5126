//! Everything that can go wrong, named after what happened: one line each, with its HTTP status.
//!
//! Clients are told what they can act on (`code` is part of the contract); what happened inside goes to the log. The answer
//! is written in `http/problem.rs`.
//!
//! To add one: a line in the list below, and for a new code one in `error/guide.rs`.

use crate::id::OrganisationId;
use crate::password::refusal::PasswordRefusal;
use crate::permission::{Permission, Role};
use crate::step_up::StepUp;

mod database;
mod field;
mod guide;
mod last_admin;

pub use database::{OnConflict, StorageFailure, denied};
pub use field::{FieldCode, FieldError, both};
pub use guide::Guide;
pub use last_admin::LastAdminOf;

/// A kind of error, without what happened in the single case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub status: u16,
    /// Part of the contract.
    pub code: &'static str,
    pub title: &'static str,
}

/// What an error came from.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// `Variant = status, "code", "Title", "text for people";` — the variant's data follows its name. Where the text has a bare
/// `{}`, `of (…)` says what goes there.
macro_rules! errors {
    ($(
        $variant:ident
            $(($(#[$attribute:meta])* $held:ty))?
            $({ $($member:ident: $member_type:ty),* })?
            = $status:literal, $code:literal, $title:literal, $text:tt $(of ($($taken:tt)+))?;
    )*) => {
        /// What went wrong.
        #[derive(Debug, thiserror::Error)]
        pub enum Error {
            $(
                #[error($text $(, $($taken)+)?)]
                $variant $(($(#[$attribute])* $held))? $({ $($member: $member_type),* })?,
            )*
        }

        impl Error {
            /// All kinds, as the list has them.
            pub const KINDS: &[Kind] = &[$(Kind { status: $status, code: $code, title: $title },)*];

            /// The HTTP status.
            pub const fn status(&self) -> u16 {
                match self { $(Self::$variant { .. } => $status,)* }
            }

            /// The stable code, part of the contract.
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $code,)* }
            }

            /// The kind of error in two words, for people.
            pub const fn title(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $title,)* }
            }
        }
    };
}

// `retry_after` is in seconds.
errors! {
    MalformedBody(String) = 400, "malformed_body", "Malformed body", "The body is not JSON: {0}";
    AmbiguousCredentials = 400, "ambiguous_credentials", "Two credentials",
        "Send one credential: either `Authorization` or `X-API-Key`, or one session cookie. If your browser has two of them, delete this site's cookies.";
    CredentialInBody = 400, "credential_in_body", "Credential in the body",
        "This address tells who sends the request, and does not read its body. To verify a credential that is in the body, send it to `POST /api/credentials/verify`.";
    IdempotencyKeyMalformed = 400, "malformed_idempotency_key", "Malformed Idempotency-Key",
        "`Idempotency-Key` is one header of 1 to 255 visible characters, bare or in double quotes.";
    Unauthenticated = 401, "unauthenticated", "Not signed in",
        "A credential is needed: the session cookie, a bearer token, an API key, or HTTP Basic.";
    InvalidCredential = 401, "invalid_credential", "Invalid credential",
        "The credential is malformed, expired or revoked.";
    SessionEndedHere = 401, "session_ended_here", "Session ended here",
        "An admin of this organisation ended the sessions that you had here. Sign in again; in other organisations your session goes on.";
    KeyMalformed = 401, "key_malformed", "Malformed API key",
        "The key's checksum does not match: it was cut off or altered. It should have 47 characters.";
    InvalidLogin = 401, "invalid_login", "Sign-in failed",
        "The e-mail address, the username or the password is wrong, or the address is not confirmed yet: then the link is in a mail.";
    InvalidIssuerToken = 401, "invalid_issuer_token", "Invalid issuer's token",
        "The issuer's token is malformed, expired, or not meant for this server.";
    IssuerTokenUsed = 401, "issuer_token_used", "Issuer's token used",
        "The issuer's token was used already, and each is good once: get a new one.";
    StepUp(StepUp) = 401, "insufficient_user_authentication", "Insufficient authentication", "{0}";
    InvalidRefreshToken = 401, "invalid_refresh_token", "Invalid refresh token",
        "The refresh token is malformed, expired, used or revoked. Sign in again.";
    PermissionDenied(String) = 403, "permission_denied", "Permission denied",
        "This needs the permission `{0}`.";
    UnknownPermission(String) = 422, "unknown_permission", "Unknown permission",
        "`{0}` is no permission: neither a built-in one nor one of `[permissions]`.";
    RoleDenied(Role) = 403, "role_denied", "Role denied", "This needs the role `{0}`.";
    EnvironmentDenied(&'static str) = 403, "environment_denied", "Environment denied",
        "This takes credentials of the environment `{0}` only.";
    OrganisationDenied = 403, "organisation_denied", "Another organisation",
        "The credential is not for that organisation.";
    TokenForAnother(OrganisationId) = 403, "organisation_denied", "Another organisation",
        "The access token is not for this organisation, of which you are a member. Get one that is by `POST /api/auth/token` with `{0}` as `org`.";
    UserRequired = 403, "user_required", "User required",
        "This is for users: sign in. API keys never reach it.";
    OperatorRequired = 403, "operator_required", "Operator required",
        "This is for the operators of this server.";
    SessionRequired = 403, "session_required", "Session required",
        "This needs a session, which HTTP Basic has not: sign in.";
    LiveOnly = 403, "live_only", "Live only",
        "Test keys may read, but change nothing: use a live key or sign in.";
    CrossSite = 403, "cross_site", "Cross-site request",
        "The request came from another site. Add its origin to `allowed_origins` if it may.";
    ForwardedCrossSite = 403, "cross_site", "Cross-site request",
        "The request came from another site. If it did not, or may: name the gateway in `trusted_proxies`, let it send `X-Forwarded-Host`, or add the origin to `allowed_origins`.";
    ForeignHost = 421, "foreign_host", "Foreign host",
        "This server runs with --no-auth, and answers to `localhost` only.";
    RegistrationClosed = 403, "registration_closed", "Registration closed",
        "Registration is closed. Ask an administrator for an account.";
    UserDisabled = 403, "user_disabled", "Account disabled",
        "This account is disabled. Ask an administrator.";
    EmailUnverified = 403, "email_unverified", "Address not confirmed",
        "Confirm your e-mail address first: the link is in the mail that was sent to it.";
    InvitationForAnother = 403, "invitation_for_another", "For another address",
        "This invitation is for another e-mail address. Sign in with the account of that address.";
    IssuerDisabled = 403, "issuer_disabled", "Issuer disabled",
        "This issuer opens no account here any more. Sign in another way, or ask the operator.";
    IssuerEmailUnverified = 403, "issuer_email_unverified", "Address not confirmed by the issuer",
        "The issuer does not say that your e-mail address is confirmed. Confirm it there, then try again.";
    IssuerEmailUnreadable = 403, "issuer_email_unreadable", "Unreadable address from the issuer",
        "The issuer's token has an e-mail address that this server cannot send mails to. Give your account there another one, then try again.";
    NotAllowedByIssuer = 403, "not_allowed", "Not allowed",
        "Your e-mail address is not among those that may sign in through this issuer.";
    NoAccount = 403, "no_account", "No account",
        "There is no account for you here. Ask an administrator for an invitation.";
    LinkedToAnother = 403, "linked_to_another", "Linked to another",
        "There is a link to another user already: of this account, or of the issuer's. Ask the operator.";
    LinkRequired = 403, "link_required", "Link required",
        "There is an account with your e-mail address, which this issuer does not open. Sign in to it another way, and link the issuer by `POST /api/auth/identities`.";
    NotLinked = 403, "not_linked", "Not linked",
        "The issuer's token is of a user who is not linked to this account.";
    WrongPassword = 403, "wrong_password", "Wrong password", "The current password is wrong.";
    PasswordChangeRequired = 403, "password_change_required", "Password change required",
        "This password was set for you, and has to be changed first: sign in with it and with the one of your choice as `new_password`, or ask for a link by `POST /api/auth/forgot-password`.";
    NotFound = 404, "not_found", "Not found", "There is nothing here, or nothing that you may know of.";
    MethodNotAllowed = 405, "method_not_allowed", "Method not allowed",
        "This path does not have that method.";
    UpgradeRequired = 426, "upgrade_required", "WebSocket required", "This path speaks WebSocket only.";
    EmailTaken = 409, "email_taken", "E-mail address taken",
        "An account with this e-mail address exists already. Sign in instead.";
    UsernameTaken = 409, "username_taken", "Username taken", "This username is taken.";
    SlugTaken = 409, "slug_taken", "Slug taken",
        "This slug is taken, or was another organisation's once.";
    ExternalIdTaken = 409, "external_id_taken", "External id taken",
        "Something else of the same kind has this `external_id`.";
    AlreadyMember = 409, "already_member", "Already a member",
        "The user is a member of the organisation already.";
    LastAdmin = 409, "last_admin", "Last admin",
        "An organisation needs an admin: make another member admin first.";
    LastAdminOf { organisations: Vec<LastAdminOf> } = 409, "last_admin", "Last admin",
        "This account is the last admin of {}. Make another member admin there, or delete the organisation, first." of (last_admin::named(.organisations));
    KeyEnded = 409, "key_ended", "Key ended", "The key is revoked or expired: create a new one.";
    LastWayIn = 409, "last_way_in", "Last way in",
        "This is your only way to sign in: choose a password or link another issuer first.";
    AlreadySetUp = 409, "already_set_up", "Already set up",
        "This installation has its first administrator already.";
    TooManyKeys { most: u64 } = 409, "too_many_keys", "Too many keys",
        "An organisation has at most {most} API keys: revoke one first.";
    TooManyOrganisations { most: u64 } = 409, "too_many_organisations", "Too many organisations",
        "A user is a member of at most {most} organisations: leave one first.";
    TooManyOpenInvitations { most: u64 } = 409, "too_many_open_invitations", "Too many open invitations",
        "An organisation has at most {most} open invitations: withdraw one first.";
    TooManyTickets { most: u64, retry_after: u64 } = 429, "too_many_tickets", "Too many tickets",
        "At most {most} tickets may be unused: use them, or wait until they expire.";
    TooManyEmailChanges { most: u64, retry_after: u64 } = 429, "too_many_email_changes", "Too many changes of address",
        "A change of address can be asked for {most} times in 24 hours. Try again later.";
    SeatsTaken = 409, "seats_taken", "No seat left", "The organisation has no seat left.";
    InvitationEnded = 409, "invitation_ended", "Invitation ended",
        "The invitation was accepted or withdrawn already.";
    InvitationUnconfirmed = 409, "invitation_unconfirmed", "Invitation not confirmed any more",
        "The member who sent this invitation may not invite to this organisation any more. Ask one of its admins to send it again.";
    AccountUnconfirmed = 409, "account_unconfirmed", "Account not confirmed",
        "There is an account with this address, and the address was never confirmed. Accept the invitation (`POST /api/invitations/accept`) with the account's password as `password` to keep the account, or with a new password as `new_password` and without `password`: that replaces the old password, and ends the account's sessions, its links with issuers and the API keys that it made.";
    IdempotencyInProgress = 409, "idempotency_in_progress", "Still in progress",
        "The first request with this `Idempotency-Key` is still in progress. Send this one again in a moment: it gets the same answer.";
    LinkInvalid = 410, "link_invalid", "Link no longer valid",
        "This link was used, was replaced by a newer one, or is too old.";
    PreconditionFailed = 412, "precondition_failed", "Changed in between",
        "This is no longer what `If-Match` names: read it again, and decide anew.";
    BodyTooLarge = 413, "body_too_large", "Body too large", "The body is larger than this server accepts.";
    UnsupportedMediaType = 415, "unsupported_media_type", "Unsupported media type",
        "Send `Content-Type: application/json`.";
    Invalid { errors: Vec<FieldError> } = 422, "validation_failed", "Invalid input",
        "{}" of (.errors.first().map_or("The input is not valid.", |first| first.message.as_str()));
    IdempotencyMismatch = 422, "idempotency_mismatch", "Idempotency-Key used",
        "This `Idempotency-Key` came with another request before: another path, query or body. Use a new one for each thing that you want to be done.";
    WeakPassword(Box<PasswordRefusal>) = 422, "validation_failed", "Invalid input", "{0}";
    TooManyAttempts { retry_after: u64 } = 429, "too_many_attempts", "Too many attempts",
        "There were too many wrong attempts. Wait before the next one.";
    TooManyMails = 429, "too_many_mails", "Too many mails",
        "Too many invitations were sent, to this address or by you. Try again in an hour.";
    TooManyInvitations { allowed: u64, left: u64, retry_after: u64 } = 429, "too_many_invitations", "Too many invitations",
        "This organisation and you may send {allowed} invitations in 24 hours for now: {left} can be sent at once, more in {} h. A new organisation sends few; the number grows with its age and with each invitation that is accepted." of (.retry_after.div_ceil(3600));
    TooManyRegistrations { retry_after: u64 } = 429, "too_many_registrations", "Too many registrations",
        "Too many accounts were registered from your network. Try again in {} min." of (.retry_after.div_ceil(60));
    TooManyMailsAsked { retry_after: u64 } = 429, "too_many_mails", "Too many mails",
        "Too many mails were asked for from this address. Try again later.";
    RateLimited { retry_after: u64 } = 429, "rate_limited", "Too many requests",
        "Too many requests from this address. Slow down.";
    MailUnavailable = 501, "mail_unavailable", "No mails",
        "This server sends no mails, and this would take one. Ask its operator.";
    Busy = 503, "busy", "Busy", "The server is busy. Try again in a moment.";
    StorageUnavailable(#[source] Cause) = 503, "storage_unavailable", "Storage unavailable",
        "The database cannot be reached, or cannot read or write. Try again in a moment.";
    IssuerUnavailable = 503, "issuer_unavailable", "Issuer unavailable",
        "The issuer's keys cannot be fetched. Try again in a moment.";
    Timeout = 503, "timeout", "Timeout", "The request took too long.";
    Internal(#[source] Cause) = 500, "internal", "Internal error",
        "Something went wrong on our side. The request id helps to find it.";
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

    /// One bad member of the input, for a reason that no code but [`FieldCode::InvalidValue`] tells.
    pub fn invalid(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::wrong(pointer, FieldCode::InvalidValue, message)
    }

    /// One bad member of the input.
    pub fn wrong(pointer: impl Into<String>, code: FieldCode, message: impl Into<String>) -> Self {
        Self::Invalid { errors: vec![FieldError::new(pointer, code, message)] }
    }

    /// Whether a request has no credential that is good, whatever the reason: it is missing, wrong, ended, or not looked at
    /// for now. Not so if the server failed to find out.
    pub const fn means_no_usable_credential(&self) -> bool {
        matches!(
            self,
            Self::Unauthenticated
                | Self::AmbiguousCredentials
                | Self::InvalidCredential
                | Self::KeyMalformed
                | Self::UserDisabled
                | Self::PasswordChangeRequired
                | Self::TooManyAttempts { .. }
        )
    }

    /// Whether the server failed, so that the same request may succeed another time. It says nothing of the request.
    pub const fn is_failure_of_the_server(&self) -> bool {
        matches!(
            self,
            Self::Internal(_)
                | Self::StorageUnavailable(_)
                | Self::IssuerUnavailable
                | Self::Busy
                | Self::Timeout
                | Self::MailUnavailable
        )
    }

    /// After how many seconds the same request may succeed, where waiting helps.
    pub const fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooManyAttempts { retry_after }
            | Self::TooManyInvitations { retry_after, .. }
            | Self::TooManyRegistrations { retry_after }
            | Self::TooManyMailsAsked { retry_after }
            | Self::TooManyTickets { retry_after, .. }
            | Self::TooManyEmailChanges { retry_after, .. }
            | Self::RateLimited { retry_after } => Some(*retry_after),
            Self::TooManyMails => Some(3600),
            Self::StorageUnavailable(_)
            | Self::IssuerUnavailable
            | Self::Busy
            | Self::Timeout
            | Self::IdempotencyInProgress => Some(1),
            _ => None,
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
