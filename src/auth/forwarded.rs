//! Requests that a gateway repeats at `/api/verify`: what is known of the original, whether a foreign site made the
//! browser send it, and what a bad credential costs.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::header::{HOST, ORIGIN, SEC_WEBSOCKET_KEY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use serde_json::Value;
use tokio::time::timeout;

use super::client::Client;
use super::principal::{CredentialKind, Principal};
use super::return_to::{ReturnTo, SIGN_IN};
use crate::app::App;
use crate::error::Error;

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_METHOD: &str = "x-forwarded-method";
const FORWARDED_HOST: &str = "x-forwarded-host";
const FORWARDED_PROTO: &str = "x-forwarded-proto";
const FORWARDED_URI: &str = "x-forwarded-uri";
/// The longest address of a page that is led back to, percent-encoded: gateways have buffers of 4 KiB for all headers.
const LONGEST_WAY: usize = 2048;
/// The longest body that is looked at, in bytes.
const LONGEST_MISTAKE: usize = 16 * 1024;
/// How long a body that is promised is waited for.
const BODY_PATIENCE: Duration = Duration::from_millis(500);
/// What clients call the credential that they want to have verified.
const MEANT: [&str; 9] = [
    "credential",
    "credentials",
    "key",
    "api_key",
    "apiKey",
    "token",
    "access_token",
    "accessToken",
    "session",
];
const FETCH_SITE: &str = "sec-fetch-site";

/// Warns once of a gateway that does not say for whom it asks.
pub(super) fn watch(app: &App, request: &Request) {
    let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() else { return };
    let names_client = request.headers().contains_key(FORWARDED_FOR);
    if let Some(address) = app.gateways.note(peer.ip().to_canonical(), names_client) {
        tracing::warn!(
            %address,
            "most verifications come from one address without X-Forwarded-For: wrong credentials of one visitor \
             count for all of them. Let the gateway send it, and name the gateway in `trusted_proxies`"
        );
    }
}

/// Refuses a body that has the credential that the client means, at the one address that does not read it. A client that
/// sends `{"key": "osk_…"}` there with a credential of its own would be told of itself, and would let every visitor in.
///
/// Gateways that repeat requests are left alone: they repeat a path, or say of the original what it was, or ask by GET, and a
/// body that names no credential passes. One that promises a body and does not send it is waited for no longer than
/// [`BODY_PATIENCE`].
///
/// # Errors
/// [`Error::CredentialInBody`]
pub(super) async fn refuse_credential_in_body(request: Request) -> Result<Request, Error> {
    let hint = request.body().size_hint();
    let is_small = hint.upper().is_none_or(|upper| upper <= LONGEST_MISTAKE as u64);
    let repeated = request.headers().keys().any(|name| {
        let name = name.as_str();
        ["x-original-", "x-envoy-"].iter().any(|prefix| name.starts_with(prefix))
            || [FORWARDED_METHOD, FORWARDED_URI].contains(&name)
    });
    let is_meant = request.method() == Method::POST && request.uri().path() == "/api/verify" && !repeated;
    if !is_meant || request.body().is_end_stream() || !is_small {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    // What is longer, breaks off, or does not come is no such mistake.
    let read = timeout(BODY_PATIENCE, to_bytes(body, LONGEST_MISTAKE)).await;
    let read = read.ok().and_then(Result::ok).unwrap_or_default();
    if names_credential(&read) {
        Err(Error::CredentialInBody)
    } else {
        Ok(Request::from_parts(parts, Body::empty()))
    }
}

/// Whether a body is an object that is there for its credential.
fn names_credential(body: &[u8]) -> bool {
    let Ok(members) = serde_json::from_slice::<serde_json::Map<String, Value>>(body) else { return false };
    let is_secret = |value: &Value| {
        value.as_str().is_some_and(|text| ["osk_", "oss_", "eyJ"].iter().any(|start| text.starts_with(start)))
    };
    members.iter().any(|(name, value)| MEANT.contains(&name.as_str()) || is_secret(value))
}

/// What a failed look-up is answered with: after too many from one address, that there were too many. A good
/// credential is never refused for the bad ones of others, so the token is taken afterwards. What has no credential
/// at all guesses nothing and costs nothing.
pub(super) fn limit(app: &App, client: &Client, error: Error) -> Error {
    if !matches!(error, Error::InvalidCredential | Error::KeyMalformed) {
        return error;
    }
    match app.take_token(client.address.0) {
        Some(verdict) if !verdict.allowed => Error::RateLimited { retry_after: verdict.retry_after },
        _ => error,
    }
}

/// Refuses what a foreign site made the browser send. Browsers add cookies and passwords that they keep by
/// themselves; keys and tokens are added by who knows them.
///
/// # Errors
/// [`Error::ForwardedCrossSite`]
pub(super) fn refuse_cross_site(app: &App, principal: &Principal, request: &Request) -> Result<(), Error> {
    match principal.credential() {
        CredentialKind::Bearer | CredentialKind::ApiKey => return Ok(()),
        CredentialKind::Cookie | CredentialKind::Basic | CredentialKind::None => {}
    }
    let original = Original::of(request, is_trusted(app, request));
    if original.is_cross_site(request.headers(), &app.config.allowed_origins) {
        Err(Error::ForwardedCrossSite)
    } else {
        Ok(())
    }
}

/// Where a browser that is refused can sign in, and whether it asked for a page by GET, so that it can be sent there.
#[derive(Clone, Debug)]
pub struct WayIn {
    /// The address of the sign-in page, which leads back to the page that was asked for if that page may be led to.
    pub address: String,
    pub is_get: bool,
}

/// What tells of the original of a request that a gateway repeats: kept while the request is answered, and looked at only if
/// it is refused.
pub struct Repeated {
    uri: Uri,
    /// Those that tell of the original; none of a sender whose word does not count.
    headers: HeaderMap,
}

impl Repeated {
    /// Of that request.
    pub fn of(app: &App, request: &Request) -> Self {
        let is_trusted = is_trusted(app, request);
        let mut headers = HeaderMap::new();
        for name in [FORWARDED_METHOD, FORWARDED_HOST, FORWARDED_PROTO, FORWARDED_URI] {
            for value in request.headers().get_all(name).iter().filter(|_| is_trusted) {
                headers.append(HeaderName::from_static(name), value.clone());
            }
        }
        Self { uri: request.uri().clone(), headers }
    }

    /// The address that the gateway was asked for, if people may be sent there and the cookie will open it.
    fn page(&self, app: &App) -> Option<ReturnTo> {
        let headers = &self.headers;
        let host = only(headers, FORWARDED_HOST)?;
        // Envoy's `path_prefix` repeats the path behind ours. Its query cannot be told from requirements.
        let uri = match headers.get(FORWARDED_URI) {
            Some(_) => single(headers, FORWARDED_URI)?,
            None => self.uri.path().strip_prefix("/api/verify").unwrap_or_default(),
        };
        let uri = if uri.is_empty() { "/" } else { uri };
        let schemes: &[&str] = match only(headers, FORWARDED_PROTO) {
            Some("https") => &["https"],
            // A gateway behind another one that ends TLS sees http where the browser sees https.
            Some("http") => &["http", "https"],
            None if !headers.contains_key(FORWARDED_PROTO) => &["https", "http"],
            _ => &[],
        };
        let is_path = uri.starts_with('/');
        let judge = |scheme: &&str| ReturnTo::parse(&app.config, &format!("{scheme}://{host}{uri}"));
        let mut pages = schemes.iter().filter_map(judge);
        pages
            .find(|page| is_path && page.receives_cookies(&app.config) && page.encoded().len() <= LONGEST_WAY)
    }
}

/// The way in for the browser whose request the gateway repeats.
pub fn way_in(app: &App, repeated: &Repeated) -> WayIn {
    let path = repeated.page(app).map_or_else(|| SIGN_IN.to_owned(), |page| page.through(SIGN_IN));
    let address = format!("{}{path}", app.config.public_url);
    // Not of the method of the request itself, which may be the gateway's own.
    let is_get = only(&repeated.headers, FORWARDED_METHOD).is_some_and(|method| method == Method::GET);
    WayIn { address, is_get }
}

/// Whether the sender is a gateway of `trusted_proxies`, whose `X-Forwarded-…` headers are believed.
fn is_trusted(app: &App, request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.is_some_and(|ConnectInfo(peer)| {
        let peer = peer.ip().to_canonical();
        app.config.trusted_proxies.iter().any(|network| network.contains(&peer))
    })
}

/// What is known of the request that the gateway has received. Only gateways that are named in `trusted_proxies` are
/// believed what they say of it.
#[derive(Debug)]
struct Original<'a> {
    /// Most gateways ask by GET whatever the client's method is: that GET says nothing.
    method: Option<Method>,
    host: Option<&'a str>,
    by_https: bool,
}

impl<'a> Original<'a> {
    fn of(request: &'a Request, is_trusted: bool) -> Self {
        let headers = request.headers();
        let told = |name| if is_trusted { only(headers, name) } else { None };
        let method = match told(FORWARDED_METHOD) {
            Some(method) => method.parse().ok(),
            // Envoy repeats the client's.
            None => Some(request.method().clone()).filter(|method| !method.is_safe()),
        };
        let host = if is_trusted && headers.contains_key(FORWARDED_HOST) {
            only(headers, FORWARDED_HOST)
        } else {
            only(headers, HOST.as_str())
        };
        let by_https = told(FORWARDED_PROTO).is_some_and(|proto| proto.eq_ignore_ascii_case("https"));
        Self { method, host, by_https }
    }

    /// As for our own routes: by `Sec-Fetch-Site`, and by `Origin` where that is missing. Where the method is not
    /// known, a foreign origin is refused: pages send one with all that changes something, and links send none.
    fn is_cross_site(&self, headers: &HeaderMap, allowed_origins: &[String]) -> bool {
        // A socket is opened by GET and can then say anything.
        let opens_socket = headers.contains_key(SEC_WEBSOCKET_KEY);
        if self.method.as_ref().is_some_and(Method::is_safe) && !opens_socket {
            return false;
        }
        let origin = headers.contains_key(ORIGIN).then(|| only(headers, ORIGIN.as_str()));
        let is_allowed = |origin: &str| allowed_origins.iter().any(|allowed| allowed == origin);
        if origin.flatten().is_some_and(is_allowed) {
            return false;
        }
        match headers.get(FETCH_SITE).map(HeaderValue::as_bytes) {
            Some(b"same-origin" | b"none") => false,
            Some(_) => self.method.is_some() || origin.is_some(),
            None => origin.is_some_and(|origin| origin.is_none_or(|origin| !self.is_own(origin))),
        }
    }

    /// Whether an origin is the one that the request was sent to. A gateway behind another one that ends TLS sees
    /// http where the browser sees https; the other way round an attacker may be on the way.
    fn is_own(&self, origin: &str) -> bool {
        let (Some((scheme, authority)), Some(host)) = (origin.split_once("://"), self.host) else {
            return false;
        };
        let port = match scheme {
            "https" => ":443",
            "http" if !self.by_https => ":80",
            _ => return false,
        };
        host.strip_suffix(port).unwrap_or(host).eq_ignore_ascii_case(authority)
    }
}

/// A header's value, if it is there once and names one thing.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    single(headers, name).filter(|value| !value.contains(','))
}

/// A header's value, if it is there once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    value.to_str().ok()
}
