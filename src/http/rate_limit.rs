//! The limit of requests from an address, and the headers that tell of it
//! (draft-ietf-httpapi-ratelimit-headers).

use axum::extract::{Request, State};
use axum::http::header::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::forwarded::is_forwarded;
use super::limited_paths::is_limited;
use crate::app::App;
use crate::auth::Address;
use crate::error::Error;
use crate::limits::rate::{Rate, RateDecision};

pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// Takes a token for every request that is limited.
pub async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<Address>().copied();
    // A gateway asks for all of its visitors: there the guard counts what was wrong, by whose it was.
    let address = address.filter(|_| !is_forwarded(&request) && is_limited(request.uri().path()));
    let Some((rate, verdict)) =
        address.and_then(|address| app.config.limits.rate.zip(app.take_token(address.0)))
    else {
        return next.run(request).await;
    };
    let mut response = if verdict.allowed {
        next.run(request).await
    } else {
        Error::RateLimited { retry_after: verdict.retry_after }.into_response()
    };
    announce(&mut response, rate, verdict);
    response
}

fn announce(response: &mut Response, rate: Rate, verdict: RateDecision) {
    let window = rate.burst.div_ceil(rate.per_second.max(1));
    let policy = format!(r#""default";q={};w={window}"#, rate.burst);
    let state = format!(r#""default";r={};t={}"#, verdict.remaining, verdict.reset);
    for (name, value) in [(POLICY, policy), (STATE, state)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
}
