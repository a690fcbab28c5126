//! `oskar serve --demo`: an example with life in it, by the same functions that the API calls. `story.rs` says what has
//! happened, `telling.rs` makes it happen, at the times of the story.

mod story;
mod telling;

use std::path::PathBuf;

use oskar::app::App;
use oskar::clock::Clock;
use oskar::error::{Error, OrLog as _};

pub use story::{PASSWORD, PEOPLE};

/// The folder of an example. It is deleted with all that is in it when this is dropped.
pub struct Folder(pub PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        if self.0.exists() {
            std::fs::remove_dir_all(&self.0).or_log("deleting the example");
        }
    }
}

/// Fills an empty installation. The app must have a `Clock::Behind`, which is set to the present afterwards.
pub async fn fill(app: &App) -> Result<(), Error> {
    let told = telling::tell(app, story::whole(Clock::System.now())).await;
    app.clock.set_back(chrono::TimeDelta::zero());
    told
}
