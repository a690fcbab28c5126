//! Headers to credential: pure parsing, no look-up.

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::cookie::{Cookie, SameSite};

use crate::error::Error;
use crate::secret::{Kind, Secret};

/// The other place for API keys.
pub const API_KEY_HEADER: &str = "x-api-key";

/// What a request brings along to say who is calling.
#[derive(Debug)]
pub enum Credential {
    ApiKey(Secret),
    /// A JSON Web Token, unchecked.
    AccessToken(String),
    SessionCookie(Secret),
}

impl Credential {
    /// Reads the headers; `Ok(None)` if there is no credential at all.
    ///
    /// An `Authorization` or `X-API-Key` header decides alone: if it is bad the request fails, however good
    /// the cookie is.
    ///
    /// # Errors
    /// [`Error::AmbiguousCredentials`], [`Error::KeyMalformed`], [`Error::InvalidCredential`].
    pub fn from_headers(headers: &HeaderMap, cookie_name: &str) -> Result<Option<Self>, Error> {
        match (single(headers, AUTHORIZATION.as_str())?, single(headers, API_KEY_HEADER)?) {
            (Some(_), Some(_)) => Err(Error::AmbiguousCredentials),
            (Some(value), None) => bearer(value).map(Some),
            (None, Some(value)) => api_key(value.to_str().map_err(|_| Error::InvalidCredential)?).map(Some),
            (None, None) => match session_cookie(headers, cookie_name) {
                None => Ok(None),
                Some(value) => Secret::parse(&value)
                    .filter(|secret| secret.kind() == Kind::Session)
                    .map(|secret| Some(Self::SessionCookie(secret)))
                    .ok_or(Error::InvalidCredential),
            },
        }
    }
}

/// The header's value; twice the same header is nobody's intention.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a HeaderValue>, Error> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() { Err(Error::InvalidCredential) } else { Ok(first) }
}

/// RFC 6750 section 2.1; the scheme's case does not count (RFC 9110 section 11.1).
fn bearer(value: &HeaderValue) -> Result<Credential, Error> {
    let text = value.to_str().map_err(|_| Error::InvalidCredential)?;
    let (scheme, token) = text.split_once(' ').ok_or(Error::InvalidCredential)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        Err(Error::InvalidCredential)
    } else if token.starts_with("osk_") {
        api_key(token)
    } else {
        Ok(Credential::AccessToken(token.to_owned()))
    }
}

fn api_key(text: &str) -> Result<Credential, Error> {
    let text = text.trim();
    match Secret::parse(text) {
        Some(secret) if matches!(secret.kind(), Kind::LiveKey | Kind::TestKey) => {
            Ok(Credential::ApiKey(secret))
        }
        None if text.starts_with("osk_") => Err(Error::KeyMalformed),
        _ => Err(Error::InvalidCredential),
    }
}

/// The session cookie's value, whatever it is.
pub fn session_cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    // Not by a jar: a header with odd bytes elsewhere must not hide the cookie, nor a bad one look absent.
    let pairs =
        headers.get_all(COOKIE).iter().flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    pairs
        .filter_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="))
        .map(|value| String::from_utf8_lossy(value).into_owned())
        .next()
}

/// The cookie's name. `__Host-` binds it to the host and to https (RFC 6265bis section 4.1.3.2).
pub const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-oskar_session" } else { "oskar_session" }
}

/// A session cookie for the browser. It has no lifetime of its own: the server decides.
pub fn new_cookie(value: String, https: bool) -> Cookie<'static> {
    Cookie::build((cookie_name(https), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Result<Option<Credential>, &'static str> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        Credential::from_headers(&headers, "oskar_session").map_err(|error| error.code())
    }

    #[test]
    fn each_kind_in_its_place() {
        let key = Secret::generate(Kind::LiveKey).reveal().to_owned();
        let cookie = Secret::generate(Kind::Session).reveal().to_owned();
        assert!(matches!(read(&[]), Ok(None)));
        assert!(matches!(
            read(&[("authorization", &format!("bEaReR {key}"))]),
            Ok(Some(Credential::ApiKey(_)))
        ));
        assert!(matches!(read(&[("x-api-key", &key)]), Ok(Some(Credential::ApiKey(_)))));
        assert!(matches!(read(&[("authorization", "Bearer ey.a.b")]), Ok(Some(Credential::AccessToken(_)))));
        let jar = format!("a=b; oskar_session={cookie}; c=\u{fffd}");
        assert!(matches!(read(&[("cookie", &jar)]), Ok(Some(Credential::SessionCookie(_)))));
        assert!(matches!(read(&[("cookie", "other=1")]), Ok(None)));
    }

    #[test]
    fn a_bad_header_fails_whatever_else_is_good() {
        let key = Secret::generate(Kind::TestKey).reveal().to_owned();
        let cookie = format!("oskar_session={}", Secret::generate(Kind::Session).reveal());
        for bad in ["", " ", "Bearer", "Bearer ", "Basic !!!", "Digest x", "bearer", "é"] {
            assert_eq!(
                read(&[("authorization", bad), ("cookie", &cookie)]).unwrap_err(),
                "invalid_credential",
                "{bad}"
            );
        }
        assert_eq!(read(&[("x-api-key", ""), ("cookie", &cookie)]).unwrap_err(), "invalid_credential");
        assert_eq!(read(&[("x-api-key", &key[..40])]).unwrap_err(), "key_malformed");
        assert_eq!(read(&[("authorization", "Bearer osk_live_x")]).unwrap_err(), "key_malformed");
        assert_eq!(
            read(&[("x-api-key", &key), ("authorization", "Bearer x")]).unwrap_err(),
            "ambiguous_credentials"
        );
        assert_eq!(
            read(&[("authorization", "Bearer x"), ("authorization", "Bearer x")]).unwrap_err(),
            "invalid_credential"
        );
        assert_eq!(read(&[("cookie", "oskar_session=nonsense")]).unwrap_err(), "invalid_credential");
        assert_eq!(read(&[("cookie", &format!("oskar_session={key}"))]).unwrap_err(), "invalid_credential");
    }
}
