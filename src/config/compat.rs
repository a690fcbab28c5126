//! `[compat]`: older clients, a dialect each, as `api/compat/` serves them.

use chrono::TimeDelta;

use super::reader::Reader;
use crate::jwt::SigningAlgorithm;

/// The settings of `[compat]`.
#[derive(Clone, Copy, Debug)]
pub struct Compat {
    pub osmedeus: Dialect,
    /// Whether the first start makes an API key for clients of Osmedeus, and shows it once.
    pub osmedeus_key: bool,
    pub core: Dialect,
    pub appliance: Dialect,
    pub assimetria: Dialect,
    pub onedb: Dialect,
}

/// How one older API is served.
#[derive(Clone, Copy, Debug)]
pub enum Dialect {
    /// Its requests are not answered.
    Off,
    /// Its own requests are answered, with tokens that live and are signed as this server's own.
    OwnTokens,
    /// It was turned on by name: its tokens are as its document has them.
    Documented(DialectTokens),
}

/// The tokens of a dialect.
#[derive(Clone, Copy, Debug)]
pub struct DialectTokens {
    pub algorithm: SigningAlgorithm,
    /// Lifetime of an access token.
    pub access_ttl: TimeDelta,
    /// Lifetime of a refresh token; `None` where the dialect has no lifetime of its own.
    pub refresh_ttl: Option<TimeDelta>,
}

impl Dialect {
    /// Whether its own requests are answered.
    pub const fn is_served(self) -> bool {
        !matches!(self, Self::Off)
    }

    /// Its tokens, if it was turned on by name.
    pub const fn documented(self) -> Option<DialectTokens> {
        match self {
            Self::Documented(tokens) => Some(tokens),
            Self::Off | Self::OwnTokens => None,
        }
    }
}

impl Compat {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let compat = Self {
            osmedeus: dialect(read, "osmedeus", false),
            osmedeus_key: read.one("compat.osmedeus_key", false),
            core: dialect(read, "core", true),
            appliance: dialect(read, "appliance", true),
            assimetria: dialect(read, "assimetria", false),
            onedb: dialect(read, "onedb", false),
        };
        if compat.appliance.documented().is_some() && compat.assimetria.documented().is_some() {
            let problem =
                "and `compat.appliance` are both on: both say what `/api/auth/login` answers. Turn on one";
            read.problem("compat.assimetria", problem);
        }
        compat
    }

    /// The algorithms of the dialects that are turned on by name.
    pub fn algorithms(&self) -> impl Iterator<Item = SigningAlgorithm> {
        [self.osmedeus, self.core, self.appliance, self.assimetria, self.onedb]
            .into_iter()
            .filter_map(|dialect| Some(dialect.documented()?.algorithm))
    }
}

fn dialect(read: &mut Reader<'_>, name: &str, has_refresh_ttl: bool) -> Dialect {
    let key = format!("compat.{name}");
    let tokens = DialectTokens {
        algorithm: read.one(&format!("{key}_algorithm"), SigningAlgorithm::Hs256),
        access_ttl: read.duration(&format!("{key}_access_ttl")),
        refresh_ttl: has_refresh_ttl.then(|| read.duration(&format!("{key}_refresh_ttl"))),
    };
    match read.text(&key) {
        "" => Dialect::OwnTokens,
        "on" | "true" => Dialect::Documented(tokens),
        "off" | "false" => Dialect::Off,
        given => {
            read.problem(&key, &format!("is `{given}`, neither `on` nor `off`"));
            Dialect::OwnTokens
        }
    }
}
