//! The master secret: how good it must be, and the file that it is kept in.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use super::reader::Reader;
use super::secret_file::{self, read_private};
use super::{Config, ConfigError};
use crate::crypto::keyring::Keyring;
use crate::crypto::secret::random_base62;

const FILE: &str = "secret.key";
const PREVIOUS_FILE: &str = "secret.key.previous";
const SHORTEST: usize = 32;
/// The decimal logarithm of how many guesses a master secret must take at least. Random ones take 10³² and more.
const FEWEST_GUESSES: f64 = 16.0;
/// How often, and how long after each other, a file is read that another process is about to write.
const LOOKS: usize = 40;
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What is wrong with a master secret, if anything is.
pub fn weakness(key: &str) -> Option<&'static str> {
    let lower = key.to_ascii_lowercase();
    if key.len() < SHORTEST {
        Some("is too short: 32 characters at least, from a random generator")
    } else if key.chars().collect::<HashSet<_>>().len() < 10
        || ["changeme", "change-me", "change_me", "placeholder", "your-secret", "your_secret", "example"]
            .iter()
            .any(|word| lower.contains(word))
        || zxcvbn::zxcvbn(key, &[]).guesses_log10() < FEWEST_GUESSES
    {
        Some("looks like a placeholder: take 32 random characters")
    } else {
        None
    }
}

/// Makes a folder for the owner alone; true if it was not there.
pub fn make_private_folder(path: &Path) -> Result<bool, String> {
    let is_new = !path.is_dir();
    if is_new {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|error| format!("the data folder {}: {error}", path.display()))?;
    }
    #[cfg(unix)]
    warn_of_modes(path);
    Ok(is_new)
}

/// Warns of a data folder that other users can write into: they could put another database and secret there.
#[cfg(unix)]
fn warn_of_modes(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = path.display();
    if secret_file::keeps_modes(path) == Some(false) {
        tracing::warn!(%folder, "the volume of the data folder keeps no modes: it cannot be closed to other users");
    } else if path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o002 != 0) {
        tracing::warn!(%folder, "everybody can write into the data folder: chmod 700");
    }
}

/// The secret in the data folder, which is there unless it was lost: the database has data.
pub fn read_existing(data_dir: &Path) -> Result<Zeroizing<String>, String> {
    let path = data_dir.join(FILE);
    if path.exists() {
        return read_strong(&path);
    }
    Err(format!(
        "{} is missing, and the database was written under it: restore it from the backup, or set `secret_key`. \
         A new one would open nothing that is stored, so none was made",
        path.display()
    ))
}

fn read_strong(path: &Path) -> Result<Zeroizing<String>, String> {
    let key = read(path)?;
    match weakness(&key) {
        Some(problem) => Err(format!("{} {problem}", path.display())),
        None => Ok(key),
    }
}

/// The secret before the one in the data folder, if its file is there.
pub fn read_previous(data_dir: &Path) -> Result<Option<Zeroizing<String>>, String> {
    let path = data_dir.join(PREVIOUS_FILE);
    path.exists().then(|| read_strong(&path)).transpose()
}

/// The secret in the data folder, made there if there is none. Two processes that start at once end up with the same
/// one.
pub fn read_or_make(data_dir: &Path) -> Result<Zeroizing<String>, String> {
    let path = data_dir.join(FILE);
    if !path.exists() {
        make_private_folder(data_dir)?;
        make(data_dir, &path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    read_strong(&path)
}

/// The file is written aside and linked into its place, which only the first process can do, and which never shows
/// half a secret. Not every volume has hard links: elsewhere the first process is the one that makes the file.
fn make(data_dir: &Path, path: &Path) -> io::Result<()> {
    let secret = Zeroizing::new(random_base62(64).as_bytes().to_vec());
    let aside = data_dir.join(format!("secret.key.{}", &*random_base62(8)));
    write_new(&aside, &secret)?;
    let linked = std::fs::hard_link(&aside, path);
    std::fs::remove_file(&aside)?;
    if let Err(error) = linked
        && error.kind() != ErrorKind::AlreadyExists
    {
        tracing::warn!(%error, "the volume of the data folder has no hard links");
        match write_new(path, &secret) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    // The name must be on disk before anything is stored under the secret. Some volumes cannot promise it.
    #[cfg(unix)]
    match File::open(data_dir).and_then(|folder| folder.sync_all()) {
        Err(error) if [ErrorKind::InvalidInput, ErrorKind::Unsupported].contains(&error.kind()) => {
            tracing::warn!(%error, "the volume of the data folder does not write folders to disk when it is asked to");
        }
        outcome => outcome?,
    }
    Ok(())
}

fn write_new(path: &Path, secret: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(secret)?;
    file.sync_all()
}

/// Without hard links the file is empty for a moment, in which another process may be here already.
fn read(path: &Path) -> Result<Zeroizing<String>, String> {
    for _ in 0..LOOKS {
        let read = read_private(path)?;
        if let Some(warning) = read.warning {
            tracing::warn!("{warning}");
        }
        if !read.text.is_empty() {
            return Ok(Zeroizing::new(read.text));
        }
        std::thread::sleep(LOOK_AGAIN);
    }
    let path = path.display();
    Err(format!(
        "{path} is empty: a first start was interrupted. If nothing was ever stored under it, delete it"
    ))
}

/// A master secret that was given.
type Given = Option<Zeroizing<String>>;

/// The settings `secret_key` and `secret_key_previous`.
pub fn read_given(read: &mut Reader<'_>) -> (Given, Given) {
    let mut one = |name: &str| {
        let text = Some(read.text(name)).filter(|text| !text.is_empty())?;
        if let Some(problem) = weakness(text) {
            read.problem(name, problem);
        }
        Some(Zeroizing::new(text.to_owned()))
    };
    let (current, previous) = (one("secret_key"), one("secret_key_previous"));
    if current.is_some() && current == previous {
        read.problem("secret_key_previous", "is the same as `secret_key`: leave it out");
    }
    (current, previous)
}

impl Config {
    /// The keys of the master secret, and of the previous one if there is one.
    ///
    /// # Errors
    /// Those of the secrets: they cannot be read, are too weak, open to others, or the same.
    pub fn keyring(&self, database_has_data: bool) -> Result<Keyring, ConfigError> {
        let current = self.master_secret(database_has_data)?;
        let keyring = Keyring::new(current.as_bytes());
        // The file in the data folder belongs to the secret that is kept beside it.
        let previous = match (&self.secret_key_previous, &self.secret_key) {
            (Some(given), _) => Some(given.clone()),
            (None, Some(_)) => None,
            (None, None) => read_previous(&self.data_dir).map_err(|problem| ConfigError(vec![problem]))?,
        };
        match previous {
            Some(previous) if previous == current => Err(ConfigError(vec![
                "`secret_key_previous` is the same as `secret_key`: leave it out".to_owned(),
            ])),
            Some(previous) => Ok(keyring.accepting(previous.as_bytes())),
            None => Ok(keyring),
        }
    }

    /// The master secret. It is made in the data folder at the first start, and only then: what a database has was
    /// written under the one that there was.
    ///
    /// # Errors
    /// When it cannot be read, is too weak, or is open to others; when it is missing and the database has data.
    fn master_secret(&self, database_has_data: bool) -> Result<Zeroizing<String>, ConfigError> {
        let read = match &self.secret_key {
            Some(given) => Ok(given.clone()),
            None if database_has_data => read_existing(&self.data_dir),
            None => read_or_make(&self.data_dir),
        };
        read.map_err(|problem| ConfigError(vec![problem]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_random_is_strong() {
        for weak in [
            "short",
            "please-changeme-please-changeme-0123",
            "abcdefghijklmnopqrstuvwxyz123456",
            "0123456789abcdef0123456789abcdef",
            "qwertyuiopasdfghjklzxcvbnm123456",
            "passwordpasswordpassword12345678",
        ] {
            assert!(weakness(weak).is_some(), "{weak}");
        }
        for _ in 0..50 {
            let key = random_base62(32);
            assert_eq!(weakness(&key), None, "{}", *key);
        }
    }
}
