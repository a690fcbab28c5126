//! Input: JSON bodies and query strings, with a pointer to whatever is wrong.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::error::Error;
use crate::text::json::{malformed, misfit, without_mark};

/// A JSON body.
pub struct Input<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        if !is_json(request.headers()) {
            return Err(Error::UnsupportedMediaType);
        }
        let body = body(request, state).await?;
        parse(&body).map(Self)
    }
}

/// Given means given: neither null nor an empty text stands for a member that is left out.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A JSON body that may be left out altogether.
pub struct OptionalInput<T>(pub Option<T>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for OptionalInput<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let declared = request.headers().contains_key(CONTENT_TYPE);
        let json = is_json(request.headers());
        let body = body(request, state).await?;
        match (body.is_empty(), declared && !json) {
            (true, _) => Ok(Self(None)),
            (false, true) => Err(Error::UnsupportedMediaType),
            (false, false) => parse::<Option<T>>(&body).map(Self),
        }
    }
}

async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Error> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::BodyTooLarge,
        _ => Error::MalformedBody("it broke off".to_owned()),
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(first), None) = (types.next(), types.next()) else { return false };
    let essence =
        first.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let body = without_mark(body);
    // Serde would take an array for an object, member by member.
    if body.trim_ascii_start().starts_with(b"[") {
        serde_json::from_slice::<IgnoredAny>(body)
            .map_err(|error| Error::MalformedBody(malformed(&error)))?;
        return Err(Error::invalid("", "the body is an object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let input = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        match inner.classify() {
            Category::Data => data_error(pointer, &inner.to_string()),
            // Serde calls it a syntax error, too, where it finds good JSON of another type than an enum's.
            Category::Syntax if serde_json::from_slice::<serde_json::Value>(body).is_ok() => {
                Error::invalid(pointer, "this is none of the possible values")
            }
            Category::Syntax | Category::Eof | Category::Io => Error::MalformedBody(malformed(&inner)),
        }
    })?;
    reader.end().map_err(|error| Error::MalformedBody(malformed(&error)))?;
    Ok(input)
}

/// Serde points at the object where a member is missing or unknown; clients want the member.
fn data_error(mut pointer: String, message: &str) -> Error {
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    for (start, text) in [
        ("missing field `", "this is required"),
        ("unknown field `", "there is no such member"),
        ("duplicate field `", "this is there twice"),
    ] {
        if let Some(name) = message.strip_prefix(start).and_then(|rest| rest.split('`').next()) {
            if !pointer.ends_with(&format!("/{}", escape(name))) {
                pointer = format!("{pointer}/{}", escape(name));
            }
            return Error::invalid(pointer, text);
        }
    }
    Error::invalid(pointer, misfit(message))
}

/// RFC 6901.
fn pointer(path: &Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Map { key } => format!("/{}", escape(key)),
            Segment::Seq { index } => format!("/{index}"),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A query string. Its type refuses names that it does not know.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parse_query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// What a query, or a part of one, says.
///
/// # Errors
/// [`Error::Invalid`] if a name or a value is none of the type's.
pub(super) fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Error> {
    let reader = serde_html_form::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let pointer = pointer(error.path());
        match error.into_inner().to_string() {
            said if said.starts_with("invalid type: sequence") => {
                Error::invalid(pointer, "this is there twice")
            }
            said => data_error(pointer, &said),
        }
    })
}

/// A path parameter that is an id. Anything else is the name of nothing: 404.
pub struct PathId<T>(pub T);

impl<T: std::str::FromStr + Send, S: Send + Sync> FromRequestParts<S> for PathId<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let params = axum::extract::RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Error::NotFound)?;
        let last = params.iter().filter(|(name, _)| *name != "org").last();
        last.and_then(|(_, value)| value.parse().ok()).map(Self).ok_or(Error::NotFound)
    }
}
