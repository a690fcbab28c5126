//! Files with secrets: who else could read or change them.
//!
//! A secret that others can read on an ordinary disk is refused, because it may be known already and because its
//! owner can mend it. Container platforms mount secrets readable by all and read-only, and some volumes keep no modes
//! at all: there nothing can be mended, other users seldom exist, and a warning has to do.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::path::Path;

use crate::crypto::secret::random_base62;

/// Where Docker, Podman and their compositions put secrets, which not all of them mount read-only.
const CONTAINER_SECRETS: &str = "/run/secrets";

/// A secret as a file has it.
#[derive(Debug)]
pub struct Private {
    /// Without the line break at its end.
    pub text: String,
    pub warning: Option<String>,
}

/// A secret's file.
pub fn read_private(path: &Path) -> Result<Private, String> {
    let shown = path.display();
    let failed = |error: std::io::Error| format!("{shown}: {error}");
    let mut file = File::open(path).map_err(failed)?;
    let warning = check(path, &file)?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(failed)?;
    Ok(Private { text: text.trim_end_matches(['\r', '\n']).to_owned(), warning })
}

#[cfg(not(unix))]
fn check(_: &Path, _: &File) -> Result<Option<String>, String> {
    Ok(None)
}

/// What is to be said of a file's mode.
#[cfg(unix)]
fn check(path: &Path, file: &File) -> Result<Option<String>, String> {
    use std::os::unix::fs::MetadataExt as _;

    let shown = path.display();
    let metadata = file.metadata().map_err(|error| format!("{shown}: {error}"))?;
    let (readable, writable) = (metadata.mode() & 0o005 != 0, metadata.mode() & 0o002 != 0);
    // Pipes and devices have no mode that says anything.
    if !metadata.is_file() || !(readable || writable) {
        return Ok(None);
    }
    let mounted = if is_read_only(file) {
        Some("it is mounted read-only")
    } else {
        path.starts_with(CONTAINER_SECRETS).then_some("it lies where container platforms put secrets")
    };
    if let (Some(mounted), false) = (mounted, writable) {
        return Ok(Some(format!("{shown} can be read by everybody; {mounted}, so it is taken as it is")));
    }
    let folder = std::fs::canonicalize(path).ok().and_then(|path| Some(path.parent()?.to_owned()));
    let same_volume = |folder: &Path| folder.metadata().is_ok_and(|folder| folder.dev() == metadata.dev());
    if folder.is_some_and(|folder| same_volume(&folder) && keeps_modes(&folder) == Some(false)) {
        return Ok(Some(format!(
            "{shown}: its volume keeps no modes, so it cannot be closed to other users"
        )));
    }
    let what = if writable { "changed" } else { "read" };
    Err(format!(
        "{shown} can be {what} by everybody: `chmod 600 {shown}`, or mount it read-only and without write permission"
    ))
}

#[cfg(unix)]
fn is_read_only(file: &File) -> bool {
    rustix::fs::fstatvfs(file)
        .is_ok_and(|volume| volume.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY))
}

/// Whether files in a folder keep the mode that they are made with. `None` if none can be made.
#[cfg(unix)]
pub fn keeps_modes(folder: &Path) -> Option<bool> {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};

    let path = folder.join(format!(".oskar-mode-{}", &*random_base62(8)));
    let probe = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).ok()?;
    let mode = probe.metadata().map(|metadata| metadata.mode());
    let removed = std::fs::remove_file(&path);
    mode.ok().filter(|_| removed.is_ok()).map(|mode| mode.trailing_zeros() >= 6)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn on_an_ordinary_disk_a_secret_is_for_its_owner_and_their_group() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "the secret\r\n").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        for (mode, told) in [
            (0o600, None),
            (0o440, None),
            (0o644, Some("can be read by everybody")),
            (0o604, Some("can be read by everybody")),
            (0o602, Some("can be changed by everybody")),
            (0o777, Some("can be changed by everybody")),
        ] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            for path in [&path, &link] {
                let read = read_private(path).map(|read| (read.text, read.warning));
                match told {
                    None => assert_eq!(read, Ok(("the secret".to_owned(), None)), "{mode:o}"),
                    Some(told) => assert!(read.unwrap_err().contains(told), "{mode:o}"),
                }
            }
        }
        assert_eq!(keeps_modes(folder.path()), Some(true));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left of the probe");
        assert!(read_private(folder.path()).is_err(), "a folder");
    }
}
