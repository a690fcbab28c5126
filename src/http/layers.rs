//! What every request passes through, outermost first: see [`around`].

use std::any::Any;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower::util::BoxCloneSyncService;
use tower::{Layer, Service, ServiceBuilder, ServiceExt as _, service_fn};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::sensitive_headers::{SetSensitiveRequestHeadersLayer, SetSensitiveResponseHeadersLayer};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::forwarded::{Doors, is_forwarded, receive};
use super::idempotency::IDEMPOTENCY_KEY;
use super::kept_answer::REPLAYED;
use super::no_auth::on_this_machine;
use super::problem::{Code, Problem};
use super::problems::{NO_STORE, REQUEST_ID, problems, unknown};
use super::rate_limit::{POLICY, STATE, limit};
use crate::app::App;
use crate::auth::{API_KEY_HEADER, Address, RequestId, unheard};
use crate::config::Config;
use crate::error::Error;
use crate::limits::deadline;

/// Nothing may be loaded, and no site may frame us. Pages that show something set what they need.
const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// What pages of other origins may send: credentials, and what tracing libraries (W3C Trace Context, W3C Baggage,
/// Sentry) and clients that try again add by themselves.
const ALLOWED_HEADERS: [&str; 10] = [
    "authorization",
    "content-type",
    API_KEY_HEADER,
    "traceparent",
    "tracestate",
    "baggage",
    "sentry-trace",
    "idempotency-key",
    "if-match",
    "if-none-match",
];

/// The number of an answer, counted from the start of the process, where a client is told it.
#[derive(Clone, Copy, Debug)]
pub struct AnswerNumber(pub u64);

/// Puts all layers around the routes. `shapes` adds the layer that gives failures the shapes of older clients.
pub fn around(router: Router, app: &App, doors: Doors, shapes: impl FnOnce(Router) -> Router) -> Router {
    let config = &app.config;
    let timeout = config.limits.request_timeout.to_std().unwrap_or(Duration::from_secs(30));
    let secret = [
        header::AUTHORIZATION,
        header::COOKIE,
        header::SEC_WEBSOCKET_PROTOCOL,
        HeaderName::from_static(API_KEY_HEADER),
        IDEMPOTENCY_KEY,
    ];
    let inner = router.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state((app.clone(), doors), receive))
            .layer(from_fn(trace))
            .layer(from_fn_with_state(config.no_auth, on_this_machine))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(timeout, limit_time))
            .layer(DefaultBodyLimit::max(config.limits.body_bytes))
            .layer(SetSensitiveRequestHeadersLayer::new(secret))
            .layer(SetSensitiveResponseHeadersLayer::new([header::SET_COOKIE]))
            .layer(from_fn_with_state(cors(config), cross_origin))
            .layer(from_fn_with_state(csrf(&config.allowed_origins), cross_site))
            .layer(from_fn_with_state(app.clone(), limit))
            .layer(from_fn(unknown)),
    );
    shapes(inner).layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(transport_security(config), security_headers))
            .layer(from_fn_with_state(app.clone(), locate))
            .layer(from_fn_with_state(app.clone(), problems)),
    )
}

/// Finds the client's address. A proxy that `trusted_proxies` does not list is reported in the log, once, and to operators
/// at `/health`.
async fn locate(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let (peer, proxies) = (peer.ip().to_canonical(), &app.config.trusted_proxies);
        let address = Address::resolve(peer, request.headers(), proxies);
        if let Some(header) = unheard(peer, request.headers(), proxies)
            && app.unheard_proxy.set((peer, header)).is_ok()
        {
            tracing::warn!(%peer, header, "{}", unheard_proxy(peer, header));
        }
        request.extensions_mut().insert(address);
    }
    next.run(request).await
}

/// What an operator has to know of a proxy whose word does not count.
pub fn unheard_proxy(peer: IpAddr, header: &str) -> String {
    let advice = if header == "Forwarded" {
        "Have it send X-Forwarded-For, which is the header that is read, and list it in trusted_proxies"
    } else {
        "If it is a proxy of yours, list it in trusted_proxies"
    };
    format!(
        "{peer} sends {header}, which is not believed: all clients behind it count as one address. Five wrong \
         passwords of one of them stop the sign-in of the others, except on devices that signed in before; and they \
         share the limits of requests and mails. {advice} (OSKAR_TRUSTED_PROXIES={peer}); if it is none, have it not \
         send the header."
    )
}

/// How long browsers are to use https only (RFC 6797); nothing where there is no https.
fn transport_security(config: &Config) -> Option<HeaderValue> {
    let year = if config.hsts_include_subdomains {
        "max-age=31536000; includeSubDomains"
    } else {
        "max-age=31536000"
    };
    config.is_https().then(|| HeaderValue::from_static(year))
}

async fn security_headers(State(hsts): State<Option<HeaderValue>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(CSP);
    // An answer is for this caller at this moment. The few that caches may keep set the header themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        // For loads without CORS only: front ends of `allowed_origins` read by CORS.
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    name_charset(headers);
    headers.extend(hsts.map(|hsts| (header::STRICT_TRANSPORT_SECURITY, hsts)));
    response
}

/// Browsers guess the charset of a text that names none.
fn name_charset(headers: &mut HeaderMap) {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return };
    let is_text = value.get(..5).is_some_and(|kind| kind.eq_ignore_ascii_case("text/"));
    if is_text
        && !value.to_ascii_lowercase().contains("charset=")
        && let Ok(named) = HeaderValue::from_str(&format!("{value}; charset=utf-8"))
    {
        headers.insert(header::CONTENT_TYPE, named);
    }
}

/// One line a request: who called from where and what they were answered. The matched route, never the path with its
/// query, which may hold secrets; never a name that was typed, which may be a password. `actor` is who has proven to be
/// it, `account` whose password was tried: both are filled in where they become known.
async fn trace(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let address = request.extensions().get::<Address>().map(|address| address.0.to_string());
    let answer = request.extensions().get::<AnswerNumber>().map(|number| number.0);
    // Of the highest level, so that warnings have it too where nothing else is logged.
    let span = tracing::error_span!(
        "request",
        id,
        method = %request.method(),
        route,
        address,
        answer,
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
    match layer {
        Some(layer) if !is_forwarded(&request) => through(layer, request, next).await,
        _ => next.run(request).await,
    }
}

/// Refuses what pages of other origins make browsers change.
async fn cross_site(State(layer): State<CsrfLayer<CsrfRejection>>, request: Request, next: Next) -> Response {
    if is_forwarded(&request) { next.run(request).await } else { through(layer, request, next).await }
}

/// What is not for all requests cannot be one of the layers.
async fn through<L>(layer: L, request: Request, next: Next) -> Response
where
    L: Layer<BoxCloneSyncService<Request, Response, Infallible>>,
    L::Service: Service<Request, Response = Response, Error = Infallible>,
{
    let inner = service_fn(move |request| {
        let next = next.clone();
        async move { Ok(next.run(request).await) }
    });
    match layer.layer(BoxCloneSyncService::new(inner)).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// CORS and CSRF are fed from the same list, so that who may read may also write.
fn cors(config: &Config) -> Option<CorsLayer> {
    if config.allowed_origins.is_empty() {
        return None;
    }
    let headers = ALLOWED_HEADERS.map(HeaderName::from_static).into_iter();
    let headers: Vec<_> = headers.chain(config.allowed_headers.iter().cloned()).collect();
    let origins = config.allowed_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers(headers)
        .expose_headers([
            REQUEST_ID,
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            POLICY,
            STATE,
            REPLAYED,
        ])
        .max_age(Duration::from_mins(10));
    Some(layer)
}

type CsrfRejection = fn(ProtectionError) -> Response;

fn csrf(origins: &[String]) -> CsrfLayer<CsrfRejection> {
    let layer = origins
        .iter()
        .fold(CsrfLayer::new(), |layer, origin| layer.clone().add_trusted_origin(origin).unwrap_or(layer));
    layer.with_rejection_response(|_| Error::CrossSite.into_response())
}
