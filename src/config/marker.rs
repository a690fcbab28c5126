//! A file in the data folder that says that a database has data: an empty one in its place is then a lost one, and
//! starting with it would let any client become its first administrator.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use sea_orm::sqlx::postgres::PgConnectOptions;

use super::Config;

const NAME: &str = "database.marker";
const WORDS: &str = "Oskar has stored data in the database that the last line names. An empty database in its place \
    is refused while this file is here.\n";

impl Config {
    /// Whether this database had data at an earlier start. A backup without the marker, or a data folder that did
    /// not last, says nothing.
    pub fn had_data(&self) -> bool {
        std::fs::read_to_string(self.marker()).is_ok_and(|text| text == self.marker_text())
    }

    /// What to say when a database that had data is empty.
    pub fn lost_data(&self) -> String {
        format!(
            "the database {} is empty, but had data: restore the last good backup. To begin anew with nothing, delete {}",
            self.database_place(),
            self.marker().display()
        )
    }

    /// Writes down that this database has data, where there is a data folder.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note_data(&self) -> std::io::Result<()> {
        if self.had_data() || !self.data_dir.is_dir() {
            return Ok(());
        }
        // Aside and renamed: half a marker would be none.
        let aside = self.marker().with_extension("new");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&aside)?;
        file.write_all(self.marker_text().as_bytes())?;
        file.sync_all()?;
        std::fs::rename(aside, self.marker())
    }

    fn marker(&self) -> PathBuf {
        self.data_dir.join(NAME)
    }

    fn marker_text(&self) -> String {
        format!("{WORDS}{}\n", self.database_place())
    }

    /// Names the database: a file in the data folder as seen from there, which may be moved as a whole.
    fn database_place(&self) -> String {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if let Some(file) = self.database_file() {
            let (file, folder) = (absolute(&file), absolute(&self.data_dir));
            return file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        }
        let Ok(server) = PgConnectOptions::from_str(&self.database_url) else { return String::new() };
        let host =
            server.get_socket().map_or_else(|| server.get_host().into(), |folder| folder.to_string_lossy());
        let database = server.get_database().unwrap_or_else(|| server.get_username());
        format!("{host}:{}/{database}", server.get_port())
    }
}
