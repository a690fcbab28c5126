//! What errors say in a visitor's language.

use crate::language::{ToVariable as _, Words};

/// What fills in the texts of errors.
#[derive(Clone, Copy, Default)]
pub struct ErrorVariables<'a> {
    /// Of `permission_denied`.
    pub permission: Option<&'a str>,
    /// In seconds, of errors that end by themselves.
    pub retry_after: Option<u64>,
}

/// The text `error-<code>`, or with `part` its title, if there is one.
pub fn error_words(words: &Words, code: &str, part: &str, variables: ErrorVariables<'_>) -> Option<String> {
    let minutes = variables.retry_after.map_or(0, |seconds| seconds.div_ceil(60));
    let permission = variables.permission.unwrap_or_default();
    let variables = [("minutes", minutes.variable()), ("permission", permission.variable())];
    words.find(&format!("error-{}{part}", code.replace('_', "-")), &variables)
}
