//! Looks at the feed of releases and advisories, if there is one.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use super::watched;
use crate::app::App;
use crate::config::UpdateFeed;
use crate::crypto::secret::random_bytes;
use crate::error::{Error, OrLog as _};
use crate::network::fetch::Limits;
use crate::program::updates;

const READING: &str = "reading the update feed";
const PAUSE: Duration = Duration::from_hours(6);
const PAUSE_AFTER_FAILURE: Duration = Duration::from_mins(30);
const LIMITS: Limits = Limits { time: Duration::from_secs(10), bytes: updates::LARGEST };

/// Reads the feed. What was known before stays if it cannot be read.
pub async fn tick(app: &App) -> Result<(), Error> {
    let text = match &app.config.update_feed {
        None => return Ok(()),
        Some(UpdateFeed::Url(url)) => app.fetcher.get_json(url, LIMITS).await.map_err(Error::internal)?,
        Some(UpdateFeed::File(path)) => {
            let path = path.clone();
            tokio::task::spawn_blocking(move || read(&path)).await.map_err(Error::internal)??
        }
    };
    app.updates.put(updates::read(&text, &updates::running(), app.now()).map_err(Error::internal)?);
    Ok(())
}

fn read(path: &Path) -> Result<String, Error> {
    // A pipe could keep us waiting for ever.
    if !path.metadata().map_err(Error::internal)?.is_file() {
        return Err(Error::internal("it is no file"));
    }
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(Error::internal)?;
    file.take(updates::LARGEST as u64 + 1).read_to_string(&mut text).map_err(Error::internal)?;
    if text.len() > updates::LARGEST {
        return Err(Error::internal(format!("longer than {} bytes", updates::LARGEST)));
    }
    Ok(text)
}

/// Now and then, and not at the same moment as all other installations.
pub async fn run(app: App) {
    loop {
        let read = watched(&app, READING, tick(&app)).await;
        let pause = if matches!(read, Some(Ok(()))) { PAUSE } else { PAUSE_AFTER_FAILURE };
        read.unwrap_or(Ok(())).map_err(told).or_log(READING);
        tokio::time::sleep(pause + pause.mul_f64(f64::from(random_bytes::<1>()[0]) / 1024.0)).await;
    }
}

/// The log is for operators: it tells the cause too.
fn told(error: Error) -> String {
    match error {
        Error::Internal(source) | Error::StorageUnavailable(source) => source.to_string(),
        other => other.to_string(),
    }
}
