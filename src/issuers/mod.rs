//! Other issuers whose tokens sign users in: their keys, and what a token of theirs must say.
//!
//! `discovery.rs` finds keys over the network, `key_cache.rs` keeps them, `claims.rs` reads what a token says.
//!
//! ID tokens (OpenID Connect Core section 2) and access tokens (RFC 9068, or what providers made before it) are
//! both taken, if we are their audience and the operator has not narrowed it (`kind.rs`): clients have one or the
//! other. What is made for some other use is not.

mod claims;
mod discovery;
mod key_cache;
mod kind;

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::clock::Timestamp;
use crate::config::{Config, IdentityProvider};
use crate::domain::identities::ExternalIdentityClaims;
use crate::jwt::{Expected, Rejection, claimed, verify};
use crate::network::fetch::Fetcher;
use crate::step_up::StepUp;
use claims::{Checked, Claims};
use key_cache::KeyCache;

/// The longest token that is looked at, in bytes: providers put roles and groups in.
const LONGEST: usize = 16 * 1024;

/// Why a token signs no one in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// The issuer's name stays out of the log: a client can write anything there.
    #[error("no such issuer is configured")]
    Unknown(String),
    #[error("its issuer is turned off")]
    Disabled,
    #[error(transparent)]
    Token(Rejection),
    #[error("its proof is too old or too weak")]
    StepUp(StepUp),
    #[error("its issuer's keys cannot be had")]
    Unavailable,
}

impl From<Rejection> for TokenRefusal {
    fn from(rejection: Rejection) -> Self {
        Self::Token(rejection)
    }
}

/// All that are configured.
pub struct Issuers(Vec<Trusted>);

struct Trusted {
    settings: IdentityProvider,
    keys: Arc<KeyCache>,
}

impl Issuers {
    /// By the settings. Nothing is fetched before it is needed.
    pub fn new(config: &Config, fetcher: &Fetcher) -> Self {
        let trusted = |settings: &IdentityProvider| Trusted {
            settings: settings.clone(),
            keys: Arc::new(KeyCache::new(settings, fetcher.clone())),
        };
        Self(config.issuers.iter().map(trusted).collect())
    }

    fn find(&self, issuer: &str) -> Option<&Trusted> {
        self.0.iter().find(|trusted| trusted.settings.issuer == issuer)
    }

    /// Whether sessions that were started through that issuer still count; those of no issuer always do.
    pub fn admit(&self, issuer: Option<&str>) -> bool {
        issuer.is_none_or(|issuer| self.find(issuer).is_some_and(|trusted| trusted.settings.enabled))
    }

    /// Checks a token, and gives whom it is of and what is configured for its issuer.
    ///
    /// # Errors
    /// The first reason for which it is refused.
    pub async fn check(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<(ExternalIdentityClaims, &IdentityProvider), TokenRefusal> {
        let claimed = claimed(token, LONGEST)?;
        let Some(trusted) = self.find(&claimed.issuer) else {
            return Err(TokenRefusal::Unknown(claimed.issuer));
        };
        if !trusted.settings.enabled {
            return Err(TokenRefusal::Disabled);
        }
        // A token for a logout, an event or a proof is signed by the same keys (RFC 8725 section 3.11).
        if !matches!(claimed.typ.as_deref(), None | Some("jwt" | "at+jwt")) {
            return Err(Rejection::WrongType.into());
        }
        let payload = trusted.verify(token, now).await?;
        let signed = token.rsplit_once('.').map_or(token, |(signed, _)| signed);
        let token = Checked { typ: claimed.typ.as_deref(), digest: Sha256::digest(signed).into(), now };
        Ok((Claims::read(&payload)?.vouch(&trusted.settings, &token)?, &trusted.settings))
    }
}

impl Trusted {
    async fn verify(&self, token: &str, now: Timestamp) -> Result<Vec<u8>, TokenRefusal> {
        let expected = Expected {
            types: &[],
            issuer: Some(&self.settings.issuer),
            audience: None,
            registered_claims: true,
            longest: LONGEST,
            now,
        };
        let keys = self.keys.current(now).await.map_err(|_| TokenRefusal::Unavailable)?;
        match verify(token, &keys.keys, &expected) {
            Err(Rejection::UnknownKey) => {
                let newer = self.keys.newer_than(&keys, now).await.map_err(|_| TokenRefusal::Unavailable)?;
                let newer = newer.ok_or(Rejection::UnknownKey)?;
                Ok(verify(token, &newer.keys, &expected)?)
            }
            checked => Ok(checked?),
        }
    }
}
