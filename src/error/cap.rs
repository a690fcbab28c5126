//! Caps (`limits.*`): the errors of what exceeds one.

use axum::http::StatusCode;

/// What there are too many of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cap {
    Keys,
    Organisations,
    OpenInvitations,
    Tickets,
    EmailChanges,
}

impl Cap {
    pub(super) const fn kind(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Keys => (StatusCode::CONFLICT, "too_many_keys", "Too many keys"),
            Self::Organisations => (StatusCode::CONFLICT, "too_many_organisations", "Too many organisations"),
            Self::OpenInvitations => {
                (StatusCode::CONFLICT, "too_many_open_invitations", "Too many open invitations")
            }
            Self::Tickets => (StatusCode::TOO_MANY_REQUESTS, "too_many_tickets", "Too many tickets"),
            Self::EmailChanges => {
                (StatusCode::TOO_MANY_REQUESTS, "too_many_email_changes", "Too many changes of address")
            }
        }
    }

    pub(super) fn detail(self, most: u64) -> String {
        match self {
            Self::Keys => format!("An organisation has at most {most} API keys: revoke one first."),
            Self::Organisations => {
                format!("A user is a member of at most {most} organisations: leave one first.")
            }
            Self::OpenInvitations => {
                format!("An organisation has at most {most} open invitations: withdraw one first.")
            }
            Self::Tickets => {
                format!("At most {most} tickets may be unused: use them, or wait until they expire.")
            }
            Self::EmailChanges => {
                format!("A change of address can be asked for {most} times in 24 hours. Try again later.")
            }
        }
    }
}
