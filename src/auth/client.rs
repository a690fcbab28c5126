//! Where a request comes from, as the audit log tells it.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Not as _;

use axum::extract::FromRequestParts;
use axum::http::header::{COOKIE, ORIGIN, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};

use super::address::Address;
use crate::domain::journal::audit::Actor;
use crate::entity::audit_event::ActorKind;

const LONGEST_USER_AGENT: usize = 400;
/// Of requests that came by no socket: they share one budget.
const UNKNOWN: Address = Address(IpAddr::V4(Ipv4Addr::UNSPECIFIED));

/// What finds a request in the log. Always ours: a client's own could forge lines.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The request's cookies, unchecked.
#[derive(Clone, Debug)]
pub(super) struct SentCookies(pub(super) HeaderMap);

impl SentCookies {
    fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(COOKIE).iter();
        Self(lines.map(|line| (COOKIE, line.clone())).collect())
    }
}

/// Address, browser and request id.
#[derive(Clone, Debug)]
pub struct Client {
    pub address: Address,
    pub(super) cookies: SentCookies,
    /// Of the page that asks, as the browser tells it.
    pub(super) origin: Option<HeaderValue>,
    pub user_agent: Option<String>,
    pub request_id: Option<String>,
}

impl Client {
    /// A client that has not said who it is.
    pub fn anonymous(&self) -> Actor {
        self.actor(ActorKind::Anonymous, None, String::new())
    }

    /// A known user, key or other actor.
    pub fn actor(&self, kind: ActorKind, id: Option<String>, name: String) -> Actor {
        Actor {
            kind,
            id,
            name,
            ip: self.address.0.is_unspecified().not().then(|| self.address.0.to_string()),
            user_agent: self.user_agent.clone(),
            request_id: self.request_id.clone(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            address: parts.extensions.get().copied().unwrap_or(UNKNOWN),
            cookies: SentCookies::of(&parts.headers),
            origin: parts.headers.get(ORIGIN).cloned(),
            user_agent: user_agent.map(|text| text.chars().take(LONGEST_USER_AGENT).collect()),
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
        })
    }
}
