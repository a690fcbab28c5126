//! Where a request comes from, as the audit log tells it.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;

use crate::domain::audit::Actor;
use crate::entity::audit_event::ActorKind;

const LONGEST_USER_AGENT: usize = 400;

/// What finds a request in the log. Always ours: a client's own could forge lines.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Address, browser and request id.
#[derive(Clone, Debug)]
pub struct Client {
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: Option<String>,
}

impl Client {
    /// Somebody who has not said who they are.
    pub fn anonymous(&self) -> Actor {
        self.actor(ActorKind::Anonymous, None, String::new())
    }

    /// Somebody known.
    pub fn actor(&self, kind: ActorKind, id: Option<String>, name: String) -> Actor {
        Actor {
            kind,
            id,
            name,
            ip: self.ip.clone(),
            user_agent: self.user_agent.clone(),
            request_id: self.request_id.clone(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            ip: peer.map(|ConnectInfo(address)| address.ip().to_canonical().to_string()),
            user_agent: user_agent.map(|text| text.chars().take(LONGEST_USER_AGENT).collect()),
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()),
        })
    }
}
