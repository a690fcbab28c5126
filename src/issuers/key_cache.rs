//! An issuer's keys, kept: fetched again after ten minutes, used for a day when the issuer cannot be reached.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::TimeDelta;
use jsonwebtoken::Algorithm;
use tokio::sync::Mutex;

use super::discovery::key_set;
use crate::clock::Timestamp;
use crate::config::{IdentityProvider, KeySource};
use crate::jwt::{KeySet, VerifyingKey};
use crate::network::fetch::Fetcher;

/// How long keys are used without a look at the issuer's.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// How long they are used at most, if the issuer cannot be reached.
const STALE: TimeDelta = TimeDelta::hours(24);
/// How long requests are not made to wait again for an issuer that could not be reached.
const PAUSE: TimeDelta = TimeDelta::seconds(10);
/// How long after a look for an unknown key the next look may follow: clients can invent a `kid`.
const UNKNOWN_KEY_PAUSE: TimeDelta = TimeDelta::minutes(1);

/// The log tells of no more short keys of one issuer than these.
const MOST_WARNED_OF: usize = 100;
/// How long a request may have waited for another one's look.
const LONGEST_WAIT: TimeDelta = TimeDelta::seconds(30);

/// What was fetched, and when.
pub struct Keys {
    pub keys: Vec<VerifyingKey>,
    fetched_at: Timestamp,
}

/// The issuer's keys cannot be had.
#[derive(Debug)]
pub struct Unavailable;

/// The keys of one issuer.
pub struct KeyCache {
    issuer: String,
    source: KeySource,
    algorithms: Vec<Algorithm>,
    fetcher: Fetcher,
    kept: RwLock<Option<Arc<Keys>>>,
    /// Held by the request that fetches, so that all others wait for the same answer.
    flight: Mutex<Flight>,
    /// Short keys that the log has told of: `kid` and bits.
    warned_of: std::sync::Mutex<BTreeSet<(Option<String>, usize)>>,
}

#[derive(Default)]
struct Flight {
    failed_at: Option<Timestamp>,
    looked_for_unknown_at: Option<Timestamp>,
}

fn within(since: Option<Timestamp>, now: Timestamp, limit: TimeDelta) -> bool {
    // A clock that was set back makes nothing young again. A request that waited for another's look has an older time.
    since.is_some_and(|since| (-LONGEST_WAIT..limit).contains(&(now - since)))
}

impl KeyCache {
    /// Empty, unless the keys are pinned.
    pub fn new(settings: &IdentityProvider, fetcher: Fetcher) -> Self {
        let mut cache = Self {
            issuer: settings.issuer.clone(),
            source: settings.keys.clone(),
            algorithms: settings.algorithms.clone(),
            fetcher,
            kept: RwLock::default(),
            flight: Mutex::default(),
            warned_of: std::sync::Mutex::default(),
        };
        if let KeySource::Pinned(text) = &settings.keys {
            let keys = cache.usable(text).ok();
            let kept = keys.map(|keys| Arc::new(Keys { keys, fetched_at: Timestamp::MIN_UTC }));
            cache.kept = RwLock::new(kept);
        }
        cache
    }

    /// What a key set has for the issuer's algorithms. What must not be used is told in the log, and what is used but
    /// short is, too, once.
    fn usable(&self, text: &str) -> Result<Vec<VerifyingKey>, String> {
        let set = KeySet::parse(text)?;
        for problem in &set.refused {
            tracing::warn!(issuer = self.issuer, %problem, "refused a key of an issuer");
        }
        let mut warned_of = self.warned_of.lock().unwrap_or_else(PoisonError::into_inner);
        for (kid, bits) in set.short_rsa_keys(&self.algorithms) {
            let key = (kid.map(str::to_owned), bits);
            if warned_of.len() < MOST_WARNED_OF && warned_of.insert(key) {
                tracing::warn!(
                    issuer = self.issuer,
                    kid,
                    bits,
                    "an RSA key of an issuer has less than 3072 bits: have it use longer ones, or ES256"
                );
            }
        }
        set.public_keys(&self.algorithms)
    }

    fn kept(&self) -> Option<Arc<Keys>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_pinned(&self) -> bool {
        matches!(self.source, KeySource::Pinned(_))
    }

    fn fresh(&self, now: Timestamp) -> Option<Arc<Keys>> {
        self.kept().filter(|keys| self.is_pinned() || within(Some(keys.fetched_at), now, FRESH))
    }

    /// The keys of this moment.
    pub async fn current(self: &Arc<Self>, now: Timestamp) -> Result<Arc<Keys>, Unavailable> {
        if let Some(keys) = self.fresh(now) {
            return Ok(keys);
        }
        // In a task of its own: a client that hangs up does not take the answer away from the others.
        let cache = self.clone();
        tokio::spawn(async move { cache.refresh(now).await }).await.map_err(|_| Unavailable)?
    }

    async fn refresh(&self, now: Timestamp) -> Result<Arc<Keys>, Unavailable> {
        let mut flight = self.flight.lock().await;
        if let Some(keys) = self.fresh(now) {
            return Ok(keys);
        }
        if !within(flight.failed_at, now, PAUSE)
            && let Ok(keys) = self.fetch(&mut flight, now).await
        {
            return Ok(keys);
        }
        self.kept().filter(|keys| within(Some(keys.fetched_at), now, STALE)).ok_or(Unavailable)
    }

    /// Keys that were fetched after those, in which a key was missed; `None` if it is too soon to look again.
    pub async fn newer_than(
        self: &Arc<Self>,
        seen: &Arc<Keys>,
        now: Timestamp,
    ) -> Result<Option<Arc<Keys>>, Unavailable> {
        if self.is_pinned() {
            return Ok(None);
        }
        let (cache, seen) = (self.clone(), seen.clone());
        tokio::spawn(async move { cache.look_again(&seen, now).await }).await.map_err(|_| Unavailable)?
    }

    async fn look_again(&self, seen: &Arc<Keys>, now: Timestamp) -> Result<Option<Arc<Keys>>, Unavailable> {
        let mut flight = self.flight.lock().await;
        if let Some(keys) = self.kept().filter(|keys| !Arc::ptr_eq(keys, seen)) {
            return Ok(Some(keys));
        }
        if within(flight.looked_for_unknown_at, now, UNKNOWN_KEY_PAUSE) {
            // A key that could not be looked for may exist: the request does not count as a guess.
            return if flight.failed_at.is_some() { Err(Unavailable) } else { Ok(None) };
        }
        flight.looked_for_unknown_at = Some(now);
        self.fetch(&mut flight, now).await.map(Some)
    }

    async fn fetch(&self, flight: &mut Flight, now: Timestamp) -> Result<Arc<Keys>, Unavailable> {
        let text = key_set(&self.fetcher, &self.issuer, &self.source).await;
        match text.and_then(|text| self.usable(&text)) {
            Ok(keys) => {
                let keys = Arc::new(Keys { keys, fetched_at: now });
                *self.kept.write().unwrap_or_else(PoisonError::into_inner) = Some(keys.clone());
                flight.failed_at = None;
                Ok(keys)
            }
            Err(problem) => {
                tracing::warn!(issuer = self.issuer, problem, "cannot fetch the issuer's keys");
                flight.failed_at = Some(now);
                Err(Unavailable)
            }
        }
    }
}
