//! The limit of requests from an address, and the headers that tell of it
//! (draft-ietf-httpapi-ratelimit-headers).

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::app::App;
use crate::auth::Address;
use crate::error::Error;
use crate::rate::{Rate, Verdict};

pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// Takes a token for every request that is not exempt.
pub async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<Address>().copied();
    let (Some(rate), Some(address)) = (app.config.limits.rate, address) else {
        return next.run(request).await;
    };
    if is_exempt(&app, address, &request) {
        return next.run(request).await;
    }
    let verdict = app.buckets.take(address.network(), rate, app.now());
    let mut response = if verdict.allowed {
        next.run(request).await
    } else {
        Error::RateLimited { retry_after: verdict.retry_after }.into_response()
    };
    announce(&mut response, rate, verdict);
    response
}

/// A gateway asks on behalf of all its clients: what counts for `/api/verify` is who connects.
fn is_exempt(app: &App, address: Address, request: &Request) -> bool {
    let listed = |address| app.config.limits.exempt.iter().any(|network| network.contains(&address));
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    listed(address.0)
        || super::layers::is_forwarded(request.uri())
            && peer.is_some_and(|ConnectInfo(peer)| listed(peer.ip().to_canonical()))
}

fn announce(response: &mut Response, rate: Rate, verdict: Verdict) {
    let window = rate.burst.div_ceil(rate.per_second.max(1));
    let policy = format!(r#""default";q={};w={window}"#, rate.burst);
    let state = format!(r#""default";r={};t={}"#, verdict.remaining, verdict.reset);
    for (name, value) in [(POLICY, policy), (STATE, state)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
}
