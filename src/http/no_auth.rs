//! What keeps web pages out of a server that lets every client in (`serve --no-auth`).
//!
//! It listens on loopback only, but browsers are on loopback too. That pages of other sites send nothing which
//! changes anything is seen to by the layer against CSRF, as for every other caller. Here: a page whose host name was
//! made to point at this machine (DNS rebinding) is of the same site to its browser, but still says its name.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{HOST, HeaderName};
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::config::is_loopback_name;
use crate::error::Error;

const NO_AUTH: HeaderName = HeaderName::from_static("x-oskar-no-auth");

/// Refuses requests for other hosts, and marks answers, if there is no authentication.
pub async fn on_this_machine(State(no_auth): State<bool>, request: Request, next: Next) -> Response {
    if !no_auth {
        return next.run(request).await;
    }
    let mut response =
        if is_local(&request) { next.run(request).await } else { Error::ForeignHost.into_response() };
    response.headers_mut().insert(NO_AUTH, HeaderValue::from_static("true"));
    response
}

/// Whether all that names a host, and at least one thing does, names this machine.
fn is_local(request: &Request) -> bool {
    let named =
        request.headers().get_all(HOST).iter().map(|value| Authority::try_from(value.as_bytes()).ok());
    let mut hosts = named.chain(request.uri().authority().cloned().map(Some)).peekable();
    hosts.peek().is_some()
        && hosts.all(|authority| authority.is_some_and(|authority| is_loopback_name(authority.host())))
}
