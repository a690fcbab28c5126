//! Hashing and checking passwords, as many at once as there are cores; a bounded queue waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use argon2::Params;
use tokio::sync::Semaphore;

use super::normal::normal;
use super::stored::{Memory, Stored};
use super::{
    Context, NewPassword, PasswordRefusal, PresentedPassword, ProposedPassword, RANDOM_PASSWORD, Reason,
    Strength, policy,
};
use crate::error::Error;

/// OWASP's baseline for argon2id: memory in KiB, passes, lanes.
pub const PRODUCTION: Cost = Cost { memory: 19_456, passes: 2, lanes: 1 };

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub memory: u32,
    pub passes: u32,
    pub lanes: u32,
}

/// Hashes and checks passwords.
#[derive(Clone, Debug)]
pub struct Hasher {
    params: Params,
    cores: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    longest_queue: usize,
    memory: Memory,
    dummy: Arc<str>,
    runs: Arc<AtomicU64>,
}

impl Hasher {
    /// A pool of `cores` hashes at once, with at most `longest_queue` waiting.
    pub fn new(cost: Cost, cores: usize, longest_queue: usize) -> Result<Self, Error> {
        let params = Params::new(cost.memory, cost.passes, cost.lanes, None).map_err(Error::internal)?;
        let memory = Memory::new(&params);
        // The dummy password is checked when there is no user, so that the answer takes as long.
        let nobody = crate::crypto::secret::random_base62(RANDOM_PASSWORD);
        let dummy = memory.hash(&params, nobody.as_bytes())?.into();
        Ok(Self {
            params,
            cores: Arc::new(Semaphore::new(cores)),
            waiting: Arc::default(),
            longest_queue,
            memory,
            dummy,
            runs: Arc::default(),
        })
    }

    /// Judges a proposed password; `pointer` is where it stood in the input.
    ///
    /// # Errors
    /// [`Error::WeakPassword`] with the reasons and how strong it is.
    pub async fn accept(
        &self,
        pointer: &'static str,
        password: &ProposedPassword,
        context: &Context,
    ) -> Result<NewPassword, Error> {
        let presented = PresentedPassword(password.0.clone());
        let (reasons, strength) = match self.strength(&presented, context).await {
            Ok((reasons, _)) if reasons.is_empty() => return Ok(NewPassword(normal(&password.0))),
            Ok((reasons, strength)) => (reasons, Some(strength)),
            Err(busy) => {
                let reasons = policy::judge(&normal(&password.0), context);
                if reasons.is_empty() {
                    return Err(busy);
                }
                // It is refused all the same when there is no time to say how weak it is.
                (reasons, None)
            }
        };
        Err(Error::WeakPassword(Box::new(PasswordRefusal { pointer, reasons, strength })))
    }

    /// What speaks against a password, and how strong it is.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many are waiting already.
    pub async fn strength(
        &self,
        password: &PresentedPassword,
        context: &Context,
    ) -> Result<(Vec<Reason>, Strength), Error> {
        let (password, context) = (normal(&password.0), context.clone());
        self.run(move |_| {
            let mut reasons = policy::judge(&password, &context);
            let strength = Strength::measure(&password, &context);
            if reasons.is_empty() && strength.score == 0 {
                reasons.push(Reason::Guessable);
            }
            let strength = if reasons.is_empty() { strength } else { strength.of_a_refused_one() };
            Ok((reasons, strength))
        })
        .await
    }

    /// The hash of a new password, as a PHC string with its own salt.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many are waiting already.
    pub async fn hash(&self, password: &NewPassword) -> Result<String, Error> {
        let (password, params) = (password.0.clone(), self.params.clone());
        self.run(move |memory| memory.hash(&params, password.as_bytes())).await
    }

    /// Whether the password is the one that was hashed. Without a hash (no such user, or one without a
    /// password) a dummy is checked instead, so that the answer takes as long and says no.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many are waiting already; an unreadable stored hash is internal.
    pub async fn verify(&self, password: &PresentedPassword, stored: Option<&str>) -> Result<bool, Error> {
        let (written, normal) = (password.0.clone(), normal(&password.0));
        // Elsewhere an empty password may have been hashed; here it is none.
        let known = stored.is_some() && !written.is_empty();
        let hash: Arc<str> = stored.map_or_else(|| self.dummy.clone(), Arc::from);
        let matches = self
            .run(move |memory| {
                let stored = Stored::read(&hash).map_err(|problem| Error::internal(problem.to_string()))?;
                // Imported hashes, and our own of earlier versions, are of what was typed. Most passwords are in their
                // normal form and are compared once. Others are compared twice if they are wrong, for known and
                // unknown users alike.
                let is_right = |password: &str| stored.verify(memory, password);
                Ok(is_right(&written)? || (written != normal && is_right(&normal)?))
            })
            .await?;
        Ok(matches && known)
    }

    /// A hash at today's cost of a password that was just verified, if the stored one was made in another way.
    /// Not judged: it is the right password, whatever the rules are by now.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many are waiting already.
    pub async fn upgrade(&self, verified: &PresentedPassword, stored: &str) -> Result<Option<String>, Error> {
        if !self.is_outdated(stored) {
            return Ok(None);
        }
        self.hash(&NewPassword(normal(&verified.0))).await.map(Some)
    }

    fn is_outdated(&self, stored: &str) -> bool {
        Stored::read(stored).map_or(true, |stored| !stored.is_made_by(&self.params))
    }

    /// How often a core was taken, for tests: known and unknown accounts must take as many.
    pub fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Memory) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let slot = QueueSlot::take(&self.waiting, self.longest_queue)?;
        let permit = self.cores.clone().acquire_owned().await.map_err(Error::internal)?;
        drop(slot);
        self.runs.fetch_add(1, Ordering::Relaxed);
        let memory = self.memory.clone();
        // The permit goes along: a client that hangs up must not free its core while it is still in use.
        tokio::task::spawn_blocking(move || {
            let result = work(&memory);
            drop(permit);
            result
        })
        .await
        .map_err(Error::internal)?
    }
}

/// A slot in the queue for a core; given up when dropped, also when the client hangs up.
struct QueueSlot(Arc<AtomicUsize>);

impl QueueSlot {
    fn take(waiting: &Arc<AtomicUsize>, longest: usize) -> Result<Self, Error> {
        let slot = Self(waiting.clone());
        if waiting.fetch_add(1, Ordering::SeqCst) >= longest { Err(Error::Busy) } else { Ok(slot) }
    }
}

impl Drop for QueueSlot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory: 8, passes: 1, lanes: 1 };

    fn presented(text: &str) -> PresentedPassword {
        PresentedPassword::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn production_hashes_as_owasp_advises() {
        let hasher = Hasher::new(PRODUCTION, 1, 1).unwrap();
        assert!(hasher.dummy.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hasher.dummy);
        assert!(!hasher.is_outdated(&hasher.dummy));
        assert!(Hasher::new(CHEAP, 1, 1).unwrap().is_outdated(&hasher.dummy));
    }

    #[tokio::test]
    async fn passwords_are_checked_whole() {
        let hasher = Hasher::new(CHEAP, 1, 8).unwrap();
        let long = "x".repeat(71);
        for password in
            [format!("{long}ab"), format!("{long}ac"), "\0 leading zero".into(), "🔑🔑🔑🔑".into()]
        {
            let hash = hasher.hash(&NewPassword(password.clone().into())).await.unwrap();
            assert!(hasher.verify(&presented(&password), Some(&hash)).await.unwrap());
            assert!(!hasher.verify(&presented(&format!("{long}ad")), Some(&hash)).await.unwrap());
            assert!(!hasher.verify(&presented(&password), None).await.unwrap());
        }
        assert!(hasher.verify(&presented("x"), Some("not a hash")).await.is_err());
    }

    #[tokio::test]
    async fn a_full_queue_says_so_and_empties_again() {
        let hasher = Hasher::new(CHEAP, 1, 1).unwrap();
        let core = hasher.cores.clone().acquire_owned().await.unwrap();
        let waits = tokio::spawn({
            let hasher = hasher.clone();
            async move { hasher.verify(&presented("x"), None).await }
        });
        while hasher.waiting.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(hasher.verify(&presented("x"), None).await, Err(Error::Busy)));
        drop(core);
        assert!(!waits.await.unwrap().unwrap());
        assert!(!hasher.verify(&presented("x"), None).await.unwrap(), "the slot is free again");
    }
}
