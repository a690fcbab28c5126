//! What a request asks to change of one member.

use serde::{Deserialize, Deserializer};

/// Tells null from absent (RFC 7396): a member that is left out stays as it is, null takes it away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// It is left out. Of a struct's member that takes `#[serde(default)]`.
    #[default]
    Keep,
    /// Null.
    TakeAway,
    To(T),
}

impl<T> Change<T> {
    /// Whether it asks for anything.
    pub const fn is_asked_for(&self) -> bool {
        !matches!(self, Self::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| value.map_or(Self::TakeAway, Self::To))
    }
}
