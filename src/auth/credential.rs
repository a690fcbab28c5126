//! Headers to credential: pure parsing, no look-up.

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::{Zeroize as _, Zeroizing};

use super::principal::CredentialKind;
use crate::crypto::secret::{Secret, SecretKind};
use crate::error::Error;
use crate::password::PresentedPassword;

/// The other place for API keys.
pub const API_KEY_HEADER: &str = "x-api-key";

/// In bytes; no e-mail address and no username is longer.
const LONGEST_NAME: usize = 320;

/// What all API keys begin with.
pub(super) const API_KEY_PREFIX: &str = "osk_";

/// What a request brings along to say who is calling.
#[derive(Debug)]
pub enum Credential {
    ApiKey(Secret),
    /// A JSON Web Token, unchecked.
    AccessToken(String),
    SessionCookie(Secret),
    /// E-mail address or username, and password.
    Basic(String, PresentedPassword),
}

impl Credential {
    /// What kind it is, good or not.
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::ApiKey(_) => CredentialKind::ApiKey,
            Self::AccessToken(_) => CredentialKind::Bearer,
            Self::SessionCookie(_) => CredentialKind::Cookie,
            Self::Basic(..) => CredentialKind::Basic,
        }
    }

    /// Reads the headers; `Ok(None)` if there is no credential at all.
    ///
    /// An `Authorization` or `X-API-Key` header decides alone: if it is bad the request fails, however good
    /// the cookie is. Two session cookies with different values decide nothing: another site on the same domain can plant
    /// one, and which of the two comes first is its choice (a longer `Path`).
    ///
    /// # Errors
    /// [`Error::AmbiguousCredentials`], [`Error::KeyMalformed`], [`Error::InvalidCredential`].
    pub fn from_headers(headers: &HeaderMap, cookie_name: &str) -> Result<Option<Self>, Error> {
        match (single(headers, AUTHORIZATION.as_str())?, single(headers, API_KEY_HEADER)?) {
            (Some(_), Some(_)) => Err(Error::AmbiguousCredentials),
            (Some(value), None) => authorization(value).map(Some),
            (None, Some(value)) => api_key(value.to_str().map_err(|_| Error::InvalidCredential)?).map(Some),
            (None, None) => match cookie(headers, cookie_name) {
                Sent::None => Ok(None),
                Sent::Differing => Err(Error::AmbiguousCredentials),
                Sent::One(value) => Secret::parse(&value)
                    .filter(|secret| secret.kind() == SecretKind::Session)
                    .map(|secret| Some(Self::SessionCookie(secret)))
                    .ok_or(Error::InvalidCredential),
            },
        }
    }
}

impl Credential {
    /// Reads a credential that stands alone, as in a body: a key, an access token, or a session cookie's value.
    ///
    /// # Errors
    /// [`Error::KeyMalformed`], [`Error::InvalidCredential`].
    pub(super) fn from_text(text: &str) -> Result<Self, Error> {
        if text.starts_with(API_KEY_PREFIX) {
            return api_key(text);
        }
        match Secret::parse(text) {
            Some(secret) if secret.kind() == SecretKind::Session => Ok(Self::SessionCookie(secret)),
            Some(_) => Err(Error::InvalidCredential),
            None => Ok(Self::AccessToken(text.to_owned())),
        }
    }
}

/// Whether a request has a header that a credential may stand in.
pub fn sends_credential(headers: &HeaderMap) -> bool {
    [AUTHORIZATION.as_str(), COOKIE.as_str(), API_KEY_HEADER].iter().any(|name| headers.contains_key(*name))
}

/// The header's value. The same header twice is refused: it is never meant.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a HeaderValue>, Error> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() { Err(Error::InvalidCredential) } else { Ok(first) }
}

/// What is sent as bearer, whatever it is.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// RFC 6750 section 2.1; the scheme's case does not count (RFC 9110 section 11.1).
fn authorization(value: &HeaderValue) -> Result<Credential, Error> {
    let text = value.to_str().map_err(|_| Error::InvalidCredential)?;
    let (scheme, token) = text.split_once(' ').ok_or(Error::InvalidCredential)?;
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("basic") {
        basic(token).ok_or(Error::InvalidCredential)
    } else if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        Err(Error::InvalidCredential)
    } else if token.starts_with(API_KEY_PREFIX) {
        api_key(token)
    } else {
        Ok(Credential::AccessToken(token.to_owned()))
    }
}

/// RFC 7617, in UTF-8: the name ends at the first colon, and the password may have more of them.
fn basic(encoded: &str) -> Option<Credential> {
    let text =
        String::from_utf8(STANDARD.decode(encoded).ok()?).map_err(|error| error.into_bytes().zeroize());
    let text = Zeroizing::new(text.ok()?);
    let (name, password) = text.split_once(':')?;
    // An API key sent as user name or password gets an error that says so, and does not count as a wrong guess.
    if name.len() > LONGEST_NAME || [name, password].into_iter().any(|text| Secret::parse(text).is_some()) {
        return None;
    }
    Some(Credential::Basic(name.to_owned(), password.to_owned().try_into().ok()?))
}

fn api_key(text: &str) -> Result<Credential, Error> {
    let text = text.trim();
    match Secret::parse(text) {
        Some(secret) if matches!(secret.kind(), SecretKind::LiveKey | SecretKind::TestKey) => {
            Ok(Credential::ApiKey(secret))
        }
        None if text.starts_with(API_KEY_PREFIX) => Err(Error::KeyMalformed),
        _ => Err(Error::InvalidCredential),
    }
}

/// What a request has of cookies of one name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sent {
    None,
    /// Its value, whatever it is.
    One(String),
    /// Several values: not all of them are ours.
    Differing,
}

/// The cookies of that name.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Sent {
    // Not by a jar: a header with odd bytes elsewhere must not hide the cookie, nor a bad one look absent.
    let pairs =
        headers.get_all(COOKIE).iter().flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    let mut values = pairs
        .filter_map(|pair| pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"="))
        .map(|value| String::from_utf8_lossy(value).into_owned());
    match values.next() {
        None => Sent::None,
        Some(first) if values.any(|other| other != first) => Sent::Differing,
        Some(first) => Sent::One(first),
    }
}

/// The session cookie's value, whatever it is; `None` if there are several.
pub fn session_cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    if let Sent::One(value) = cookie(headers, name) { Some(value) } else { None }
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
        let key = Secret::generate(SecretKind::LiveKey).reveal().to_owned();
        let cookie = Secret::generate(SecretKind::Session).reveal().to_owned();
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
    fn basic_is_name_colon_password_in_utf_8() {
        let of = |bytes: &[u8]| match read(&[("authorization", &format!("bAsIc {}", STANDARD.encode(bytes)))])
        {
            Ok(Some(Credential::Basic(name, password))) => Some((name, password.as_bytes().to_vec())),
            _ => None,
        };
        let pair = |name: &str, password: &str| Some((name.to_owned(), password.as_bytes().to_vec()));
        assert_eq!(of(b"ana:secret"), pair("ana", "secret"));
        assert_eq!(of(b"ana:se:cr:et:"), pair("ana", "se:cr:et:"));
        assert_eq!(of("änä@é.example:pässwörd 🔑".as_bytes()), pair("änä@é.example", "pässwörd 🔑"));
        assert_eq!((of(b"ana:"), of(b":"), of(b":x")), (pair("ana", ""), pair("", ""), pair("", "x")));
        let key = Secret::generate(SecretKind::LiveKey).reveal().to_owned();
        let long = "x".repeat(1025);
        for bad in [&b"ana"[..], b"", b"an\xe4:secret", format!("ana:{long}").as_bytes()] {
            assert_eq!(of(bad), None);
        }
        for bad in [format!("{key}:"), format!(":{key}"), format!("ana:{key}"), format!("{long}:x")] {
            assert_eq!(of(bad.as_bytes()), None);
        }
    }

    #[test]
    fn a_bad_header_fails_whatever_else_is_good() {
        let key = Secret::generate(SecretKind::TestKey).reveal().to_owned();
        let cookie = format!("oskar_session={}", Secret::generate(SecretKind::Session).reveal());
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
