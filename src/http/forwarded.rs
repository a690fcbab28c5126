//! Around the doors where gateways ask about requests of others: which doors these are, statuses that every gateway
//! understands, and where browsers that are refused can sign in.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::negotiation::preferred;
use super::page_table::AGAIN;
use super::problem::Problem;
use super::route_table::Route;
use crate::app::App;
use crate::auth::{Repeated, RequestBody, WayIn, way_in};
use crate::error::Error;

/// What the answer would be for gateways that understand it.
const STATUS: HeaderName = HeaderName::from_static("x-auth-status");
/// The header with the address of the sign-in page.
const REDIRECT: HeaderName = HeaderName::from_static("x-auth-redirect");
/// The header that asks for what `redirect` asks for, for gateways that cannot add to their query.
const ON_DENY: HeaderName = HeaderName::from_static("x-oskar-on-deny");

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
pub async fn receive(
    State((app, Doors(paths))): State<(App, Doors)>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    if !path.is_some_and(|path| paths.contains(path.as_str())) {
        return next.run(request).await;
    }
    request.extensions_mut().insert(Forwarded);
    let wishes = match Wishes::parse(request.uri().query().unwrap_or_default(), request.headers()) {
        Ok(wishes) => wishes,
        Err(error) => return marked(error.into_response()),
    };
    let wants_page = wishes.redirect
        && preferred(request.headers(), &["application/json", "text/html"]) == Some("text/html");
    let repeated = Repeated::of(&app, &request);
    let mut response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        let way_in = way_in(&app, &repeated);
        let redirects = wants_page && !wishes.for_nginx && way_in.is_get;
        response = lead_in(response, &way_in, redirects);
    }
    marked(if wishes.for_nginx { for_nginx(response) } else { response })
}

fn marked(mut response: Response) -> Response {
    response.extensions_mut().insert(Forwarded);
    response
}

/// Adds the address of the sign-in page, and with `redirects` makes the answer a redirect. Programs and forms keep their
/// error: what a form has sent would be lost.
fn lead_in(response: Response, way_in: &WayIn, redirects: bool) -> Response {
    let ended_here =
        response.extensions().get::<Problem>().is_some_and(|problem| problem.code == "session_ended_here");
    let separator = if way_in.address.contains('?') { '&' } else { '?' };
    let again = if ended_here { format!("{separator}{AGAIN}=true") } else { String::new() };
    let Ok(address) = HeaderValue::try_from(format!("{}{again}", way_in.address)) else { return response };
    let mut response = if redirects {
        (StatusCode::FOUND, [(header::LOCATION, address.clone())]).into_response()
    } else {
        response
    };
    response.headers_mut().insert(REDIRECT, address);
    response
}

/// What a gateway wants refusals to look like.
#[derive(Clone, Copy, Debug, Default)]
struct Wishes {
    for_nginx: bool,
    redirect: bool,
}

impl Wishes {
    /// Refused before anything else, so that a mistake in a gateway's settings shows at its first request.
    fn parse(query: &str, headers: &HeaderMap) -> Result<Self, Error> {
        let mut wishes = Self::default();
        let mut seen = (false, false);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let (wish, seen, pointer, told) = match &*name {
                "compat" => {
                    (&mut wishes.for_nginx, &mut seen.0, "/compat", "this is `nginx`, once, or left out")
                }
                "redirect" => {
                    let told = "this is `true`, `false` or empty, once, or left out";
                    (&mut wishes.redirect, &mut seen.1, "/redirect", told)
                }
                _ => continue,
            };
            *wish = match (&*name, &*value) {
                ("compat", "nginx") | ("redirect", "" | "true") if !*seen => true,
                ("redirect", "false") if !*seen => false,
                _ => return Err(Error::invalid(pointer, told)),
            };
            *seen = true;
        }
        wishes.redirect |= headers.get(ON_DENY).is_some_and(|value| value == "redirect");
        Ok(wishes)
    }
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
