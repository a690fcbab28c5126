//! How many of the same kind may be under way at once, in memory: each node counts for itself.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;

/// One gate for each key, while something is inside or waits.
#[derive(Debug)]
pub struct Gates<K>(Mutex<HashMap<K, Weak<Semaphore>>>);

impl<K> Default for Gates<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// A place inside, until it is dropped.
#[derive(Debug)]
pub struct Permit {
    _permit: OwnedSemaphorePermit,
}

impl<K: Eq + Hash> Gates<K> {
    /// Waits for one of the key's `places`.
    ///
    /// # Errors
    /// [`Error::Internal`]: never in practice.
    pub async fn enter(&self, key: K, places: usize) -> Result<Permit, Error> {
        let permit = self.of(key, places).acquire_owned().await.map_err(Error::internal)?;
        Ok(Permit { _permit: permit })
    }

    /// Takes one of the key's `places` if one is free.
    pub fn try_enter(&self, key: K, places: usize) -> Option<Permit> {
        let permit = self.of(key, places).try_acquire_owned().ok()?;
        Some(Permit { _permit: permit })
    }

    fn of(&self, key: K, places: usize) -> Arc<Semaphore> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = gates.get(&key).and_then(Weak::upgrade) {
            return gate;
        }
        // The others are empty. So the map is never larger than the number of requests under way.
        gates.retain(|_, gate| gate.strong_count() > 0);
        let gate = Arc::new(Semaphore::new(places));
        gates.insert(key, Arc::downgrade(&gate));
        gate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_places_and_gets_them_back() {
        let gates = Gates::default();
        let inside: Vec<_> = (0..3).map(|_| gates.try_enter("acme", 3)).collect();
        assert!(inside.iter().all(Option::is_some));
        assert!(gates.try_enter("acme", 3).is_none());
        assert!(gates.try_enter("globex", 3).is_some());
        drop(inside);
        assert!(gates.try_enter("acme", 3).is_some());
        gates.try_enter("initech", 3);
        assert_eq!(gates.0.lock().unwrap().len(), 1, "the empty ones are gone");
    }
}
