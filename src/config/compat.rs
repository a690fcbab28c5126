//! `[compat]`: older clients, a dialect each, as `api/compat/` serves them.

use chrono::TimeDelta;

use super::reader::Reader;
use crate::jwt::{DialectName, SigningAlgorithm};

/// The settings of `[compat]`.
#[derive(Clone, Copy, Debug)]
pub struct Compat {
    pub osmedeus: Dialect,
    /// Whether an API key for clients of Osmedeus is made, and shown, once.
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
    pub name: DialectName,
    pub algorithm: SigningAlgorithm,
    /// Lifetime of an access token.
    pub access_ttl: TimeDelta,
    /// Lifetime of a refresh token; `None` where the dialect has no lifetime of its own.
    pub refresh_ttl: Option<TimeDelta>,
}

impl DialectTokens {
    /// The setting of `access_ttl`.
    pub const fn access_ttl_key(&self) -> &'static str {
        match self.name {
            DialectName::Osmedeus => "compat.osmedeus_access_ttl",
            DialectName::Core => "compat.core_access_ttl",
            DialectName::Appliance => "compat.appliance_access_ttl",
            DialectName::Assimetria => "compat.assimetria_access_ttl",
            DialectName::OneDb => "compat.onedb_access_ttl",
        }
    }

    /// The longest lifetime of one of them.
    pub fn longest(&self) -> TimeDelta {
        self.refresh_ttl.map_or(self.access_ttl, |refresh| refresh.max(self.access_ttl))
    }
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
            osmedeus: dialect(read, DialectName::Osmedeus, "osmedeus", false),
            osmedeus_key: read.one("compat.osmedeus_key", false),
            core: dialect(read, DialectName::Core, "core", true),
            appliance: dialect(read, DialectName::Appliance, "appliance", true),
            assimetria: dialect(read, DialectName::Assimetria, "assimetria", false),
            onedb: dialect(read, DialectName::OneDb, "onedb", false),
        };
        if compat.appliance.documented().is_some() && compat.assimetria.documented().is_some() {
            let problem =
                "and `compat.appliance` are both on: both say what `/api/auth/login` answers. Turn on one";
            read.problem("compat.assimetria", problem);
        }
        compat
    }

    /// The tokens of the dialects that are turned on by name.
    pub fn documented(&self) -> impl Iterator<Item = DialectTokens> {
        [self.osmedeus, self.core, self.appliance, self.assimetria, self.onedb]
            .into_iter()
            .filter_map(Dialect::documented)
    }

    /// The dialects that are turned on by name, and what their tokens are signed with.
    pub fn signed(&self) -> Vec<(DialectName, SigningAlgorithm)> {
        self.documented().map(|tokens| (tokens.name, tokens.algorithm)).collect()
    }

    /// The tokens of the dialect that shares `/api/auth/*` with our own API, if one is turned on by name: they are our
    /// own API's then.
    pub fn shared(&self) -> Option<DialectTokens> {
        self.appliance.documented().or_else(|| self.assimetria.documented())
    }
}

fn dialect(read: &mut Reader<'_>, name: DialectName, word: &str, has_refresh_ttl: bool) -> Dialect {
    let key = format!("compat.{word}");
    let tokens = DialectTokens {
        name,
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
