//! Conditional requests (RFC 9110 section 13): what a client has read before it changes it, and whether that is still so.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{HeaderBuilder, RefOr, Required, ResponseBuilder};
use utoipa::{IntoParams, PartialSchema as _};

use crate::error::Error;

/// A strong entity tag: of what is shown, so that it changes exactly if that does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of what is shown.
    ///
    /// # Errors
    /// Those of serde, for what is no JSON.
    pub fn of(shown: &impl Serialize) -> Result<Self, Error> {
        let text = serde_json::to_vec(shown).map_err(Error::internal)?;
        // 128 bits are enough: an ETag finds changes, and is no defence against forgery.
        let digest = Sha256::digest(&text);
        Ok(Self(URL_SAFE_NO_PAD.encode(&digest[..16])))
    }

    /// The tag as text, for the hidden field of a form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks the tag that a form carried, in the transaction of the change, under its lock. A form without one is not checked.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`].
    pub fn check(&self, carried: &str) -> Result<(), Error> {
        if carried.is_empty() || carried == self.0 { Ok(()) } else { Err(Error::PreconditionFailed) }
    }
}

/// One tag of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    weak: bool,
    opaque: String,
}

/// What a condition names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Any,
    Tags(Vec<Listed>),
}

impl Named {
    /// All lines of the header together are one list (RFC 9110 section 5.3). `None` without the header. What is no list of
    /// tags names none.
    fn read(headers: &HeaderMap, name: HeaderName) -> Option<Self> {
        let lines: Vec<_> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        if lines.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(&lines.join(&b","[..])).into_owned();
        Some(if text.trim() == "*" { Self::Any } else { Self::Tags(tags(&text)) })
    }
}

/// The tags of a list. One may contain commas. From what is none on, nothing is read.
fn tags(text: &str) -> Vec<Listed> {
    let (mut found, mut rest) = (Vec::new(), text);
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |rest| (true, rest));
        let Some((opaque, behind)) = quoted.strip_prefix('"').and_then(|inside| inside.split_once('"'))
        else {
            return found;
        };
        found.push(Listed { weak, opaque: opaque.to_owned() });
        rest = behind;
    }
}

/// `If-Match`: the change is wanted only if what is there is still what the client has read.
#[derive(Clone, Debug)]
pub struct IfMatch(Option<Named>);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        Ok(Self(Named::read(&parts.headers, header::IF_MATCH)))
    }
}

impl IfMatch {
    /// Checks it against what is there: in the transaction of the change, under its lock.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`]. Weak tags never match (RFC 9110 section 13.1.1).
    pub fn check(&self, current: &ETag) -> Result<(), Error> {
        match &self.0 {
            None | Some(Named::Any) => Ok(()),
            Some(Named::Tags(tags)) if tags.iter().any(|tag| !tag.weak && tag.opaque == current.0) => Ok(()),
            Some(Named::Tags(_)) => Err(Error::PreconditionFailed),
        }
    }
}

/// `If-None-Match`: the answer is wanted only if it is another than the one that the client has.
#[derive(Clone, Debug)]
pub struct IfNoneMatch(Option<Named>);

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        Ok(Self(Named::read(&parts.headers, header::IF_NONE_MATCH)))
    }
}

impl IfNoneMatch {
    /// The answer with its tag; 304 if the client has it.
    pub fn answer(&self, shown: impl Serialize) -> Result<Response, Error> {
        let tag = ETag::of(&shown)?;
        let has_it = match &self.0 {
            None => false,
            Some(Named::Any) => true,
            Some(Named::Tags(tags)) => tags.iter().any(|known| known.opaque == tag.0),
        };
        if has_it {
            return Ok(([(header::ETAG, tag.header()?)], StatusCode::NOT_MODIFIED).into_response());
        }
        tagged(&tag, shown)
    }
}

/// An answer with that tag.
pub fn tagged(tag: &ETag, shown: impl Serialize) -> Result<Response, Error> {
    Ok(([(header::ETAG, tag.header()?)], Json(shown)).into_response())
}

const TAG: &str = "Names what is shown: another value, another answer.";

/// What the document says of a request's header with a list of tags.
fn parameter(name: &str, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(String::schema()))
        .build()
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let told = "The `ETag` of what is to be changed, as it was read; several, or `*`. If it is another by now: 412, and nothing changes.";
        vec![parameter("If-Match", told)]
    }
}

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![parameter(
            "If-None-Match",
            "The `ETag` of the answer that the client has: 304 if it is still the same.",
        )]
    }
}

/// Writes into an operation what the conditions among its parameters can come to.
pub(super) fn document(operation: &mut Operation) {
    let parameters = operation.parameters.iter().flatten();
    let names: Vec<_> = parameters
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter.name.clone()),
            RefOr::Ref(_) => None,
        })
        .collect();
    let has = |name: &str| names.iter().any(|known| known == name);
    let responses = &mut operation.responses.responses;
    let tag = || HeaderBuilder::new().schema(Some(String::schema())).description(Some(TAG)).build();
    if has("If-None-Match") {
        let same = ResponseBuilder::new().description("The client has it.").header("ETag", tag()).build();
        responses.insert("304".to_owned(), same.into());
    }
    if has("If-Match") {
        let changed = "It is no longer what `If-Match` names (`precondition_failed`).";
        responses.insert("412".to_owned(), ResponseBuilder::new().description(changed).build().into());
    }
    if (has("If-None-Match") || has("If-Match"))
        && let Some(RefOr::T(shown)) = responses.get_mut("200")
    {
        shown.headers.insert("ETag".to_owned(), tag().into());
    }
}

impl ETag {
    fn header(&self) -> Result<HeaderValue, Error> {
        HeaderValue::from_str(&format!("\"{}\"", self.0)).map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(lines: &[&'static str]) -> Option<Named> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::IF_MATCH, HeaderValue::from_static(line));
        }
        Named::read(&headers, header::IF_MATCH)
    }

    #[test]
    fn lists_of_tags_are_read_as_they_are_written() {
        let tag = |weak, opaque: &str| Listed { weak, opaque: opaque.to_owned() };
        assert_eq!(named(&[]), None);
        assert_eq!(named(&[" * "]), Some(Named::Any));
        let both = vec![tag(false, "a,b"), tag(true, "c"), tag(false, "")];
        assert_eq!(named(&[r#""a,b" , W/"c""#, r#""""#]), Some(Named::Tags(both)));
        for none in ["", "a", "\"a", "w/\"a\"", "a, \"b\"", "*, \"a\""] {
            assert_eq!(named(&[none]), Some(Named::Tags(Vec::new())), "{none}");
        }
    }

    #[test]
    fn weak_tags_never_match_a_change() {
        let current = ETag("a".to_owned());
        let check = |lines: &[&'static str]| IfMatch(named(lines)).check(&current).is_ok();
        assert!(check(&[]) && check(&["*"]) && check(&[r#""b", "a""#]));
        assert!(!check(&[r#"W/"a""#]) && !check(&[""]) && !check(&[r#""b""#]) && !check(&["a"]));
    }
}
