//! The master secret: how good it must be, and the file that it is kept in.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::Path;

use zeroize::Zeroizing;

use super::sources::read_private;
use crate::secret::random_base62;

const FILE: &str = "secret.key";
const SHORTEST: usize = 32;

/// What is wrong with a master secret, if anything is.
pub fn weakness(key: &str) -> Option<&'static str> {
    let lower = key.to_ascii_lowercase();
    if key.len() < SHORTEST {
        Some("is too short: 32 characters at least, from a random generator")
    } else if key.chars().collect::<HashSet<_>>().len() < 10
        || ["changeme", "change-me", "change_me", "placeholder", "your-secret", "your_secret", "example"]
            .iter()
            .any(|word| lower.contains(word))
    {
        Some("looks like a placeholder: take 32 random characters")
    } else {
        None
    }
}

/// Makes a folder for the owner alone; true if it was not there.
pub fn make_private_folder(path: &Path) -> Result<bool, String> {
    if path.is_dir() {
        return Ok(false);
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map(|()| true)
        .map_err(|error| format!("the data folder {}: {error}", path.display()))
}

/// The secret in the data folder, which is there unless it was lost: the database has data.
pub fn read(data_dir: &Path) -> Result<Zeroizing<String>, String> {
    let path = data_dir.join(FILE);
    if !path.exists() {
        return Err(format!(
            "{} is missing, and the database was written under it: restore it from the backup, or set `secret_key`. \
             A new one would open nothing that is stored, so none was made",
            path.display()
        ));
    }
    let key = Zeroizing::new(read_private(&path)?);
    match weakness(&key) {
        Some(problem) => Err(format!("{} {problem}", path.display())),
        None => Ok(key),
    }
}

/// The secret in the data folder, made if there is none. Two processes that start at once end up with the same one: the file is
/// written aside and linked into its place, which only the first can do.
pub fn read_or_make(data_dir: &Path) -> Result<Zeroizing<String>, String> {
    let path = data_dir.join(FILE);
    if !path.exists() {
        make_private_folder(data_dir)?;
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        let aside = data_dir.join(format!("secret.key.{}", &*random_base62(8)));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&aside).map_err(failed)?;
        file.write_all(random_base62(64).as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        let linked = std::fs::hard_link(&aside, &path);
        std::fs::remove_file(&aside).map_err(failed)?;
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(failed(error)),
            _ => {}
        }
        // The link must be on disk before anything is stored under the secret.
        #[cfg(unix)]
        std::fs::File::open(data_dir).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    read(data_dir)
}
