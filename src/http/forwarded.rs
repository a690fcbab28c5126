//! Around the doors where gateways ask about requests of others: which doors these are, and statuses that every gateway
//! understands.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::route_table::Route;
use crate::auth::RequestBody;
use crate::error::Error;

/// What the answer would be for gateways that understand it.
const STATUS: HeaderName = HeaderName::from_static("x-auth-status");

/// The paths, as routes have them, that gateways ask at.
#[derive(Clone)]
pub struct Doors(Arc<BTreeSet<String>>);

impl Doors {
    /// Those among all routes.
    pub fn among(routes: &[Route]) -> Self {
        let doors = routes.iter().filter(|route| route.access.body == RequestBody::Ignored);
        Self(Arc::new(doors.map(|route| route.path.clone()).collect()))
    }
}

/// Marks a request that a gateway repeats with its client's own headers, and often method: preflights, foreign origins
/// and all of one gateway's visitors are to be judged as those of the sites that it protects.
#[derive(Clone, Copy, Debug)]
struct Forwarded;

/// Whether a gateway asks about it.
pub fn is_forwarded(request: &Request) -> bool {
    request.extensions().get::<Forwarded>().is_some()
}

/// Whether the answer is for a gateway, whose errors are JSON whatever its client accepts.
pub fn is_for_gateway(response: &Response) -> bool {
    response.extensions().get::<Forwarded>().is_some()
}

/// Marks what a gateway asks about, and its answer, and answers it in statuses that the gateway understands.
pub async fn receive(State(Doors(paths)): State<Doors>, mut request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    if !path.is_some_and(|path| paths.contains(path.as_str())) {
        return next.run(request).await;
    }
    request.extensions_mut().insert(Forwarded);
    let mut response = match compat(request.uri().query().unwrap_or_default()) {
        Ok(true) => for_nginx(next.run(request).await),
        Ok(false) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    response.extensions_mut().insert(Forwarded);
    response
}

/// Refused before anything else, so that a mistake in a gateway's settings shows at its first request.
fn compat(query: &str) -> Result<bool, Error> {
    let mut is_nginx = false;
    for (_, value) in form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "compat") {
        if is_nginx || value != "nginx" {
            return Err(Error::invalid("/compat", "this is `nginx`, once, or left out"));
        }
        is_nginx = true;
    }
    Ok(is_nginx)
}

/// `auth_request` takes 401 and 403 for refusals and makes everything else a failure of its own, 500, so 403 stands for
/// the rest. nginx can tell the gateway's own mistakes (422) from a visitor's 403 by the header.
fn for_nginx(mut response: Response) -> Response {
    let status = response.status();
    if !status.is_success() && status != StatusCode::UNAUTHORIZED {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    response.headers_mut().insert(STATUS, status.as_u16().into());
    response
}
