//! Passwords: what is accepted as one, and hashing in a bounded pool (argon2id, RFC 9106).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::secret::random_bytes;

/// OWASP's baseline for argon2id: memory in KiB, passes, lanes.
pub const PRODUCTION: Cost = Cost { memory: 19_456, passes: 2, lanes: 1 };
/// In bytes. RFC 8265 asks for no more rules than length; NIST SP 800-63B advises against composition rules.
pub const SHORTEST: usize = 12;
pub const LONGEST: usize = 1024;

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub memory: u32,
    pub passes: u32,
    pub lanes: u32,
}

macro_rules! passwords {
    ($($(#[$doc:meta])* $name:ident, $check:expr, $message:literal;)*) => {$(
        #[derive(Clone, Deserialize, ToSchema)]
        $(#[$doc])*
        #[serde(try_from = "String")]
        pub struct $name(Zeroizing<String>);

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                let text = Zeroizing::new(text);
                let check: fn(usize) -> bool = $check;
                if check(text.len()) { Ok(Self(text)) } else { Err($message.to_owned()) }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

passwords! {
    /// A password that somebody chooses: 12 to 1024 bytes, no other rules.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256, example = "correct horse battery staple")]
    NewPassword, |length| (SHORTEST..=LONGEST).contains(&length), "a password has 12 to 1024 bytes";
    /// A password that somebody presents, whatever the rules were when it was chosen.
    #[schema(value_type = String, format = Password, max_length = 256, example = "correct horse battery staple")]
    PresentedPassword, |length| length <= LONGEST, "no password is longer than 1024 bytes";
}

/// Hashes and checks passwords, as many at once as there are cores; a bounded queue waits.
#[derive(Clone, Debug)]
pub struct Hasher {
    params: Params,
    cores: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    longest_queue: usize,
    memory: Memory,
    dummy: Arc<str>,
}

impl Hasher {
    /// A pool of `cores` hashes at once, with at most `longest_queue` waiting.
    pub fn new(cost: Cost, cores: usize, longest_queue: usize) -> Result<Self, Error> {
        let params = Params::new(cost.memory, cost.passes, cost.lanes, None).map_err(Error::internal)?;
        let memory = Memory::default();
        // Nobody's password: checked when there is no user, so that the answer takes as long.
        let nobody = crate::secret::random_base62(RANDOM_PASSWORD);
        let dummy = memory.hash(&params, nobody.as_bytes())?.into();
        Ok(Self {
            params,
            cores: Arc::new(Semaphore::new(cores)),
            waiting: Arc::default(),
            longest_queue,
            memory,
            dummy,
        })
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
        let password = password.0.clone();
        let known = stored.is_some();
        let hash: Arc<str> = stored.map_or_else(|| self.dummy.clone(), Arc::from);
        let matches = self.run(move |memory| memory.verify(password.as_bytes(), &hash)).await?;
        Ok(matches && known)
    }

    /// Whether a stored hash was made at another cost than today's.
    pub fn is_outdated(&self, stored: &str) -> bool {
        let today = &self.params;
        PasswordHash::new(stored).ok().and_then(|hash| Params::try_from(&hash).ok()).is_none_or(|then| {
            (then.m_cost(), then.t_cost(), then.p_cost()) != (today.m_cost(), today.t_cost(), today.p_cost())
        })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Memory) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let place = Place::take(&self.waiting, self.longest_queue)?;
        let permit = self.cores.clone().acquire_owned().await.map_err(Error::internal)?;
        drop(place);
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

/// The memory that argon2 fills, as many times as there are cores, and used again: allocated anew for each hash
/// it would stay with the allocator, 19 MiB for every thread that ever hashed.
#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Vec<Vec<Block>>>>);

impl Memory {
    fn hash(&self, params: &Params, password: &[u8]) -> Result<String, Error> {
        let salt = Salt::new(&random_bytes::<{ Salt::RECOMMENDED_LENGTH }>()).map_err(Error::internal)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: params.try_into().map_err(Error::internal)?,
            hash: Some(self.derive(&argon2, password, &salt, Params::DEFAULT_OUTPUT_LEN)?),
            salt: Some(salt),
        };
        Ok(hash.to_string())
    }

    fn verify(&self, password: &[u8], stored: &str) -> Result<bool, Error> {
        let stored = PasswordHash::new(stored).map_err(Error::internal)?;
        let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else {
            return Err(Error::internal("a stored hash without salt or output"));
        };
        let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(Error::internal)?;
        let version =
            stored.version.map(Version::try_from).transpose().map_err(Error::internal)?.unwrap_or_default();
        let params = Params::try_from(&stored).map_err(Error::internal)?;
        let derived =
            self.derive(&Argon2::new(algorithm, version, params), password, &salt, expected.len())?;
        // `Output` compares in constant time.
        Ok(derived == expected)
    }

    fn derive(
        &self,
        argon2: &Argon2<'_>,
        password: &[u8],
        salt: &[u8],
        length: usize,
    ) -> Result<Output, Error> {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        memory.resize(argon2.params().block_count(), Block::default());
        let mut output = [0; Output::MAX_LENGTH];
        let derived =
            argon2.hash_password_into_with_memory(password, salt, &mut output[..length], &mut memory);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        derived.map_err(Error::internal)?;
        Output::new(&output[..length]).map_err(Error::internal)
    }
}

const RANDOM_PASSWORD: usize = 24;

impl NewPassword {
    /// A random one, for users made on the command line: 24 characters, 142 bits.
    pub fn generate() -> (Self, Zeroizing<String>) {
        let text = crate::secret::random_base62(RANDOM_PASSWORD);
        (Self(text.clone()), text)
    }
}

impl PresentedPassword {
    /// For digests of it; never to be kept.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl TryFrom<PresentedPassword> for NewPassword {
    type Error = String;
    fn try_from(presented: PresentedPassword) -> Result<Self, String> {
        presented.0.as_str().to_owned().try_into()
    }
}

impl From<NewPassword> for PresentedPassword {
    fn from(new: NewPassword) -> Self {
        Self(new.0)
    }
}

/// A place in the queue for a core; given up when dropped, also when the client hangs up.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(waiting: &Arc<AtomicUsize>, longest: usize) -> Result<Self, Error> {
        let place = Self(waiting.clone());
        if waiting.fetch_add(1, Ordering::SeqCst) >= longest { Err(Error::Busy) } else { Ok(place) }
    }
}

impl Drop for Place {
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
            let hash = hasher.hash(&NewPassword::try_from(password.clone()).unwrap()).await.unwrap();
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
        assert!(!hasher.verify(&presented("x"), None).await.unwrap(), "the place is free again");
    }
}
