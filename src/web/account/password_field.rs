//! The fields for passwords. What was left empty is told beside its field, and is no guess.

use crate::error::{Error, FieldCode};
use crate::password::{LONGEST, PresentedPassword, ProposedPassword, SHORTEST};

/// The password that the account has, as it was typed.
///
/// # Errors
/// [`Error::Invalid`] if it is empty or far too long.
pub fn current(pointer: &'static str, typed: String) -> Result<PresentedPassword, Error> {
    if typed.is_empty() {
        return Err(Error::wrong(pointer, FieldCode::Required, "this is required"));
    }
    PresentedPassword::try_from(typed).map_err(|problem| Error::wrong(pointer, FieldCode::TooLong, problem))
}

/// A new one, as it was typed.
///
/// # Errors
/// [`Error::Invalid`] if it is too short or too long.
pub fn new(pointer: &'static str, typed: String) -> Result<ProposedPassword, Error> {
    let code = match typed.chars().count() {
        0 => FieldCode::Required,
        SHORTEST..=LONGEST => FieldCode::InvalidValue,
        1..SHORTEST => FieldCode::TooShort,
        _ => FieldCode::TooLong,
    };
    ProposedPassword::try_from(typed).map_err(|problem| Error::wrong(pointer, code, problem))
}
