//! What a route asks of its callers: written once, where the route is added, for its guard, the document and the matrix.

use crate::permission::Permission;

/// What a route asks of its callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    pub who: Who,
    /// What members and tickets must permit in the organisation in the path; `None`: belonging to it is enough.
    pub permission: Option<Permission>,
    /// Whether the proof of who is calling must be recent (`sessions.fresh_within`).
    pub fresh: bool,
    /// Whether API keys are refused, whatever they may do: pages are for people.
    pub people_only: bool,
    pub body: RequestBody,
}

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everyone. No credential is looked at.
    Public,
    /// Everyone. Handlers learn who it is by [`super::OptionalCaller`]; a bad credential counts as none.
    Optional,
    /// Every caller with a good credential.
    Any,
    /// Users, by cookie, access token or HTTP Basic.
    User,
    /// Users who are operators.
    Operator,
    /// Members of the organisation in the path, and its keys.
    Member,
    /// Members of the organisation that the credential implies, and its keys. The request asks and changes nothing,
    /// whatever its method: test keys may.
    Own,
    /// Holders of a socket ticket of the organisation in the path.
    Ticket,
}

/// When the guard decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestBody {
    /// Once the body is there. Otherwise a caller could hold it back, and finish with rights that have ended since.
    Awaited,
    /// At once: proxies repeat requests without their bodies.
    Ignored,
}

impl Access {
    pub const PUBLIC: Self = Self::of(Who::Public);
    pub const OPTIONAL: Self = Self::of(Who::Optional);
    pub const ANY: Self = Self::of(Who::Any);
    /// What gateways ask at.
    pub const FORWARDED: Self = Self { body: RequestBody::Ignored, ..Self::ANY };
    pub const USER: Self = Self::of(Who::User);
    pub const OPERATOR: Self = Self::of(Who::Operator);

    const fn of(who: Who) -> Self {
        Self { who, permission: None, fresh: false, people_only: false, body: RequestBody::Awaited }
    }

    /// Members with that permission, and keys that have it.
    pub const fn member(permission: Permission) -> Self {
        Self { permission: Some(permission), ..Self::of(Who::Member) }
    }

    /// Members with that permission.
    pub const fn person(permission: Permission) -> Self {
        Self { people_only: true, ..Self::member(permission) }
    }

    /// Callers who have that permission in the organisation that their credential implies, for requests that change
    /// nothing.
    pub const fn own(permission: Permission) -> Self {
        Self { permission: Some(permission), ..Self::of(Who::Own) }
    }

    /// Sockets for tickets of callers with that permission.
    pub const fn ticket(permission: Permission) -> Self {
        Self { permission: Some(permission), ..Self::of(Who::Ticket) }
    }

    /// Whether a request without a good credential is refused.
    pub const fn needs_credential(self) -> bool {
        !matches!(self.who, Who::Public | Who::Optional)
    }

    /// Whether only users can come in.
    pub const fn is_for_users(self) -> bool {
        self.people_only || matches!(self.who, Who::User | Who::Operator)
    }
}
