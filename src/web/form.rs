//! Forms: what they send, and what is wrong with it.

use std::collections::BTreeMap;

use axum::extract::rejection::RawFormRejection;
use axum::extract::{FromRequest, RawForm, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::error::{Error, FieldError};
use crate::language::{Language, Words};
use crate::password::refusal::PasswordRefusal;

use super::visit::Visit;

/// What a form has sent.
pub struct Sent<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let wrong = || Error::invalid("", "the form is incomplete, has a field twice, or is not UTF-8");
        let RawForm(sent) = RawForm::from_request(request, state).await.map_err(
            |rejection: RawFormRejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Error::BodyTooLarge,
                StatusCode::UNSUPPORTED_MEDIA_TYPE => Error::UnsupportedMediaType,
                _ => wrong(),
            },
        )?;
        // Several values of one name are what several ticks send.
        serde_html_form::from_bytes(&sent).map(Self).map_err(|_| wrong())
    }
}

/// What is wrong with a form, in the visitor's language: field by field, and as a whole.
#[derive(Debug, Default)]
pub struct Wrong {
    fields: BTreeMap<String, String>,
    whole: Option<String>,
}

impl Wrong {
    /// What an error says of a form. `fields` are codes that belong to a field: `("slug_taken", "slug")`.
    ///
    /// # Errors
    /// The error itself, if it is not the form's: it has a page of its own.
    pub fn of(visit: &Visit, error: Error, fields: &[(&str, &str)]) -> Result<(Self, Error), Error> {
        if matches!(error, Error::Internal(_)) || [401, 404].contains(&error.status()) {
            return Err(error);
        }
        let mut wrong = Self::default();
        match &error {
            Error::Invalid { errors } => {
                for one in errors {
                    wrong.put(one.pointer.trim_start_matches('/'), &message(visit.words(), one));
                }
            }
            Error::WeakPassword(refusal) => {
                let why = why_weak(visit.words(), refusal);
                wrong.put(refusal.pointer.trim_start_matches('/'), &why);
            }
            error => match fields.iter().find(|(code, _)| *code == error.code()) {
                Some((_, field)) => wrong.put(field, &visit.says(error)),
                None => wrong.whole = Some(visit.says(error)),
            },
        }
        Ok((wrong, error))
    }

    /// One thing that is wrong with the form as a whole.
    pub fn whole_form(problem: String) -> Self {
        Self { whole: Some(problem), ..Self::default() }
    }

    /// Says what is wrong with a field; of several things the first.
    pub fn put(&mut self, field: &str, problem: &str) {
        if field.is_empty() {
            self.whole.get_or_insert_with(|| problem.to_owned());
        } else {
            self.fields.entry(field.to_owned()).or_insert_with(|| problem.to_owned());
        }
    }

    /// What is wrong with a field.
    pub fn at(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }

    /// What is wrong with the form as a whole.
    pub fn whole(&self) -> Option<&str> {
        self.whole.as_deref()
    }
}

/// In English with how to make a better one.
fn why_weak(words: &Words, refusal: &PasswordRefusal) -> String {
    if words.language == Language::English {
        return refusal.advice();
    }
    let reasons = refusal.reasons.iter();
    let reasons = reasons
        .map(|reason| message(words, &FieldError::new(refusal.pointer, (*reason).into(), reason.message())));
    reasons.collect::<Vec<_>>().join(" ")
}

/// In English the error's own message, which is more exact; else the text of its code.
fn message(words: &Words, error: &FieldError) -> String {
    let text = error.code.as_str().replace('_', "-");
    let found =
        if words.language == Language::English { None } else { words.find(&format!("field-{text}"), &[]) };
    found.unwrap_or_else(|| sentence(&error.message))
}

/// A message of the API as a sentence.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let text: String = first.chain(letters).collect();
    if text.ends_with(['.', '?', '!']) { text } else { format!("{text}.") }
}
