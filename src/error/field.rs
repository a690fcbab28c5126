//! What is wrong with single members of the input.

use serde::Serialize;
use utoipa::ToSchema;

use super::Error;
use crate::password::Reason;

/// What is wrong with a member of the input, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// It is missing.
    Required,
    /// There is no such member.
    Unknown,
    /// It is there twice.
    Duplicate,
    /// It is a text where a number belongs, or the like.
    WrongType,
    /// The text has too few characters.
    TooShort,
    /// The text has too many characters.
    TooLong,
    /// The list has too few entries.
    TooFew,
    /// The list has too many entries.
    TooMany,
    /// The number or the time is too small or too large.
    OutOfRange,
    /// It is none of the values that are possible here.
    NotAllowed,
    /// It is not written as such a value is.
    InvalidFormat,
    /// It does not fit for another reason, which `message` tells.
    InvalidValue,
    /// The password is a repetition or a run of neighbouring keys.
    Repetitive,
    /// The password is one of those that attackers try first.
    Common,
    /// The password consists of names of the person, the organisation or the service.
    Personal,
    /// The password is guessed at once.
    Guessable,
}

impl FieldCode {
    /// As it is written in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Unknown => "unknown",
            Self::Duplicate => "duplicate",
            Self::WrongType => "wrong_type",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::TooFew => "too_few",
            Self::TooMany => "too_many",
            Self::OutOfRange => "out_of_range",
            Self::NotAllowed => "not_allowed",
            Self::InvalidFormat => "invalid_format",
            Self::InvalidValue => "invalid_value",
            Self::Repetitive => "repetitive",
            Self::Common => "common",
            Self::Personal => "personal",
            Self::Guessable => "guessable",
        }
    }
}

impl From<Reason> for FieldCode {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Length => Self::TooShort,
            Reason::Repetitive => Self::Repetitive,
            Reason::Common => Self::Common,
            Reason::Personal => Self::Personal,
            Reason::Guessable => Self::Guessable,
        }
    }
}

/// One member of the input that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: a JSON Pointer into the body (RFC 6901), or `/name` of a query or path parameter.
    #[schema(example = "/email")]
    pub pointer: String,
    /// What is wrong with it, for programs.
    pub code: FieldCode,
    /// What is wrong with it, for people.
    #[schema(example = "this is not an e-mail address")]
    pub message: String,
}

impl FieldError {
    /// A wrong member.
    pub fn new(pointer: impl Into<String>, code: FieldCode, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, message: message.into() }
    }
}

/// Both outcomes; if both are bad input, what is wrong with either, so that one answer tells it all.
///
/// # Errors
/// Those of the outcomes, the first one's first.
pub fn both<A, B>(first: Result<A, Error>, second: Result<B, Error>) -> Result<(A, B), Error> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (Err(Error::Invalid { mut errors }), Err(Error::Invalid { errors: more })) => {
            errors.extend(more);
            Err(Error::Invalid { errors })
        }
        (Err(error), _) | (Ok(_), Err(error)) => Err(error),
    }
}
