//! Requests of HTTP/2 in the form that those of HTTP/1.1 have, so that everything behind reads one form.
//!
//! `WebSocket`s are not offered on HTTP/2 (RFC 8441 is not announced): browsers open a connection of HTTP/1.1 for them.

use axum::http::header::{COOKIE, HOST};
use axum::http::{HeaderMap, HeaderValue, Request, Uri, Version};

/// Moves the authority from the address into `Host` (RFC 9113 section 8.3.1), and puts the cookies, which HTTP/2 may
/// send apart, into one header again (section 8.2.3).
pub fn as_in_http1<B>(mut request: Request<B>) -> Request<B> {
    if request.version() != Version::HTTP_2 {
        return request;
    }
    join_cookies(request.headers_mut());
    let (Some(authority), Some(path)) = (request.uri().authority(), request.uri().path_and_query()) else {
        return request;
    };
    if let (Ok(host), path) = (HeaderValue::from_str(authority.as_str()), Uri::from(path.clone())) {
        request.headers_mut().insert(HOST, host);
        *request.uri_mut() = path;
    }
    request
}

fn join_cookies(headers: &mut HeaderMap) {
    let parts: Vec<_> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if parts.len() > 1
        && let Ok(joined) = HeaderValue::from_bytes(&parts.join(&b"; "[..]))
    {
        headers.insert(COOKIE, joined);
    }
}
