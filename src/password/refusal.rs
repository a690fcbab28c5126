//! A password that was refused, and why.

use super::policy::Reason;
use super::strength::Strength;

/// A password that was refused: what the answer tells.
#[derive(Clone, Debug)]
pub struct PasswordRefusal {
    /// Where it stood in the input: a JSON Pointer.
    pub pointer: &'static str,
    pub reasons: Vec<Reason>,
    /// Missing when there was too much to do to measure it.
    pub strength: Option<Strength>,
}

impl std::fmt::Display for PasswordRefusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.reasons.first().map_or("", |reason| reason.message()))
    }
}

impl PasswordRefusal {
    /// The reasons, and how to make a better one, as sentences for people.
    pub fn advice(&self) -> String {
        let reasons = self.reasons.iter().map(|reason| sentence(reason.message()));
        let strength = self.strength.iter().flat_map(|strength| &strength.suggestions);
        reasons.chain(strength.map(|text| sentence(text))).collect::<Vec<_>>().join(" ")
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let end = if text.ends_with('.') { "" } else { "." };
    first.chain(letters).chain(end.chars()).collect()
}
