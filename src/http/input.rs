//! Input: JSON bodies and query strings, with a pointer to whatever is wrong.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::json_body::JsonBody;
use super::shape::Shape;
use super::wrong_members;
use crate::app::App;
use crate::error::{Error, FieldCode, FieldError};
use crate::password::{ProposedPassword, Reason, complaints};
use crate::text::json::{malformed, without_mark};

/// A JSON body.
pub struct Input<T>(pub T);

impl<T: DeserializeOwned + ToSchema> FromRequest<App> for Input<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        if !is_json(request.headers()) {
            return Err(Error::UnsupportedMediaType);
        }
        let body = body(request, app).await?;
        parse::<T, T>(app, &body).map(Self)
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

impl<T: DeserializeOwned + ToSchema> FromRequest<App> for OptionalInput<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let declared = request.headers().contains_key(CONTENT_TYPE);
        let json = is_json(request.headers());
        let body = body(request, app).await?;
        match (body.is_empty(), declared && !json) {
            (true, _) => Ok(Self(None)),
            (false, true) => Err(Error::UnsupportedMediaType),
            (false, false) => parse::<Option<T>, T>(app, &body).map(Self),
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

/// The body as a `T`, whose schema is that of `S`.
fn parse<T: DeserializeOwned, S: ToSchema>(app: &App, body: &[u8]) -> Result<T, Error> {
    let body = without_mark(body);
    // Serde would take an array for an object, member by member.
    if !body.trim_ascii_start().starts_with(b"[")
        && let Ok(input) = serde_json::from_slice(body)
    {
        return Ok(input);
    }
    let read = JsonBody::read(body).map_err(|error| Error::MalformedBody(malformed(&error)))?;
    if read.value.is_array() {
        return Err(Error::wrong("", FieldCode::WrongType, "the body is an object"));
    }
    let shape = Shape::of_body::<S>();
    let mut errors = wrong_members::of_body::<T>(&shape, &read.value);
    add_doubles(&mut errors, &read.twice);
    if errors.is_empty() {
        errors.extend(wrong_members::first_of_text::<T>(body));
    }
    add_weak_passwords(app, &shape, &read.value, &mut errors);
    Err(Error::Invalid { errors })
}

fn add_doubles(errors: &mut Vec<FieldError>, twice: &[String]) {
    for name in twice {
        let pointer = format!("/{}", wrong_members::escape(name));
        if !errors.iter().any(|error| error.pointer == pointer && error.code == FieldCode::Unknown) {
            errors.push(FieldError::new(pointer, FieldCode::Duplicate, "this is there twice"));
        }
    }
}

/// A new password is judged where it is stored. If it does not come to that, because other members are wrong, it is judged
/// here, so that the answer tells all at once.
fn add_weak_passwords(app: &App, shape: &Shape, body: &Value, errors: &mut Vec<FieldError>) {
    let text = |name: &str| body[name].as_str().filter(|text| text.len() < 1000);
    let names = ["name", "username", "organisation_name"].into_iter().filter_map(text);
    let context = app.password_context(text("email").unwrap_or_default()).and(names);
    for (name, value) in body.as_object().into_iter().flatten() {
        let is_password = Shape::is_of_type::<ProposedPassword>(shape.root(), name);
        let password = value.as_str().filter(|_| is_password);
        let Some(Ok(password)) = password.map(|text| ProposedPassword::try_from(text.to_owned())) else {
            continue;
        };
        let pointer = format!("/{}", wrong_members::escape(name));
        let line =
            |reason: Reason| FieldError::new(pointer.clone(), FieldCode::from(reason), reason.message());
        errors.extend(complaints(&password, &context).into_iter().map(line));
    }
}

/// A query string. Its type refuses names that it does not know.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned + IntoParams, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parse_query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// What a query, or a part of one, says.
///
/// # Errors
/// [`Error::Invalid`] if a name or a value is none of the type's.
pub(super) fn parse_query<T: DeserializeOwned + IntoParams>(query: &str) -> Result<T, Error> {
    serde_html_form::from_str(query)
        .map_err(|_| Error::Invalid { errors: wrong_members::of_query::<T>(query) })
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
