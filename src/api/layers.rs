//! What every request passes through, outermost first: see [`around`].

use std::any::Any;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use ipnet::IpNet;
use tower::{Layer as _, ServiceBuilder, ServiceExt as _, service_fn};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::sensitive_headers::{SetSensitiveRequestHeadersLayer, SetSensitiveResponseHeadersLayer};
use tracing::Instrument as _;
use tracing::field::Empty;
use uuid::Uuid;

use super::no_auth::on_this_machine;
use super::rate_limit::{POLICY, STATE, limit};
use crate::app::App;
use crate::auth::{API_KEY_HEADER, Address, RequestId};
use crate::deadline;
use crate::error::{Code, Error, Problem};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
/// Nothing may be loaded and nobody may frame us; pages that show something ask for what they need.
const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Puts all layers around the routes.
pub fn around(router: Router, app: &App) -> Router {
    let config = &app.config;
    let timeout = config.limits.request_timeout.to_std().unwrap_or(Duration::from_secs(30));
    let secret = [header::AUTHORIZATION, header::COOKIE, HeaderName::from_static(API_KEY_HEADER)];
    router.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(config.is_https(), security_headers))
            .layer(from_fn_with_state(config.trusted_proxies.clone(), locate))
            .layer(from_fn(problems))
            .layer(from_fn(trace))
            .layer(from_fn_with_state(config.no_auth, on_this_machine))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(timeout, limit_time))
            .layer(DefaultBodyLimit::max(config.limits.body_bytes))
            .layer(SetSensitiveRequestHeadersLayer::new(secret))
            .layer(SetSensitiveResponseHeadersLayer::new([header::SET_COOKIE]))
            .layer(from_fn_with_state(cors(&config.allowed_origins), cross_origin))
            .layer(csrf(&config.allowed_origins))
            .layer(from_fn_with_state(app.clone(), limit))
            .layer(from_fn(unknown)),
    )
}

/// Tells whose request it is.
async fn locate(State(proxies): State<Vec<IpNet>>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let address = Address::resolve(peer.ip(), request.headers(), &proxies);
        request.extensions_mut().insert(address);
    }
    next.run(request).await
}

/// Gives the request its id, and every error its body.
async fn problems(mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().simple().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let head = request.method() == Method::HEAD;
    let mut response = next.run(request).await;
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>() {
        problem.request_id.clone_from(&id);
        let (mut parts, _) = response.into_parts();
        parts.headers.remove(header::CONTENT_LENGTH);
        let body = if head { Body::empty() } else { Json(problem).into_response().into_body() };
        response = Response::from_parts(parts, body);
        response.headers_mut().insert(header::CONTENT_TYPE, PROBLEM_JSON);
        response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Gives a form to what no handler of ours has answered: paths and methods that do not exist.
async fn unknown(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.extensions().get::<Problem>().is_some() || is_page(&response) {
        return response;
    }
    match response.status() {
        StatusCode::NOT_FOUND => Error::NotFound.into_response(),
        StatusCode::METHOD_NOT_ALLOWED => {
            let allow = response.headers_mut().remove(header::ALLOW);
            let mut response = Error::MethodNotAllowed.into_response();
            response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
            response
        }
        _ => response,
    }
}

fn is_page(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

async fn security_headers(State(https): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(CSP);
    // What answers tell is for the caller of this moment; the few that everybody may keep say so themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        let a_year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    response
}

/// One line a request: who called from where and what they were answered. The matched route, never the path with its
/// query, which may hold secrets; never a name that was typed, which may be a password. `actor` is who has proven to be
/// it, `account` whose password was tried: both are filled in where they become known.
async fn trace(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let address = request.extensions().get::<Address>().map(|address| address.0.to_string());
    // Of the highest level, so that warnings have it too where nothing else is logged.
    let span = tracing::error_span!(
        "request",
        id,
        method = %request.method(),
        route,
        address,
        actor = Empty,
        credential = Empty,
        account = Empty,
    );
    async {
        let started = std::time::Instant::now();
        let response = next.run(request).await;
        let status = response.status().as_u16();
        let problem = response.extensions().get::<Problem>().map(|problem| problem.code);
        let code = problem.or_else(|| response.extensions().get::<Code>().map(|code| code.0));
        tracing::info!(status, code, milliseconds = started.elapsed().as_secs_f64() * 1e3, "answered");
        response
    }
    .instrument(span)
    .await
}

#[expect(clippy::needless_pass_by_value, reason = "the layer gives it away")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Error::internal(format!("panic: {}", text.unwrap_or("of unknown kind"))).into_response()
}

async fn limit_time(State(timeout): State<Duration>, request: Request, next: Next) -> Response {
    deadline::within(timeout, next.run(request)).await.unwrap_or_else(|| Error::Timeout.into_response())
}

/// Answers preflights and marks answers for pages of other origins.
async fn cross_origin(State(layer): State<Option<CorsLayer>>, request: Request, next: Next) -> Response {
    let Some(layer) = layer.filter(|_| !is_forwarded(request.uri())) else { return next.run(request).await };
    let inner = service_fn(move |request| {
        let next = next.clone();
        async move { Ok::<_, Infallible>(next.run(request).await) }
    });
    match layer.layer(inner).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// CORS and CSRF are fed from the same list, so that who may read may also write.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, HeaderName::from_static(API_KEY_HEADER)])
        .expose_headers([REQUEST_ID, header::RETRY_AFTER, header::WWW_AUTHENTICATE, POLICY, STATE])
        .max_age(Duration::from_mins(10));
    Some(layer)
}

/// Proxies repeat the client's own method and headers there, preflights and foreign origins included, from the
/// sites that they protect: they are to be judged, not answered. It changes nothing.
pub fn is_forwarded(uri: &Uri) -> bool {
    uri.path() == "/api/verify" || uri.path().starts_with("/api/verify/")
}

type CsrfRejection = fn(ProtectionError) -> Response;

fn csrf(origins: &[String]) -> CsrfLayer<CsrfRejection> {
    let layer = origins
        .iter()
        .fold(CsrfLayer::new(), |layer, origin| layer.clone().add_trusted_origin(origin).unwrap_or(layer));
    layer
        .with_insecure_bypass(|_, uri| is_forwarded(uri))
        .with_rejection_response(|_| Error::CrossSite.into_response())
}
