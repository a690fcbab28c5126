//! What a guard leaves for the handlers of routes that are in no organisation.

use std::sync::Arc;

use super::client::Client;
use super::principal::{Principal, UserPrincipal};
use crate::domain::journal::audit::Actor;

/// The caller, for routes that take any credential.
#[derive(Clone, Debug)]
pub struct Caller {
    pub principal: Principal,
    pub actor: Actor,
}

impl Caller {
    pub(super) fn new(principal: Principal, client: &Client) -> Self {
        Self { actor: principal.actor(client), principal }
    }
}

/// The caller, for routes that answer everyone and some callers more.
#[derive(Clone, Debug)]
pub struct OptionalCaller(pub Option<Principal>);

/// The user who called.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub by: Arc<UserPrincipal>,
    pub actor: Actor,
}
