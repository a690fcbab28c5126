//! What runs in the background. Each job has a `tick` that a test can call.
//!
//! To add one: a file with `tick`, and a line in [`spawn`].

pub mod outbox;
pub mod signing_keys;
pub mod sweep;
pub mod tally;
pub mod unproven;
pub mod updates;
pub mod usage;

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::error::OrLog;

macro_rules! every {
    ($jobs:ident, $app:ident, $seconds:literal, $doing:literal, $tick:path) => {
        let app = $app.clone();
        $jobs.spawn(async move {
            let mut rounds = interval(Duration::from_secs($seconds));
            rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                rounds.tick().await;
                $tick(&app).await.map(drop).or_log($doing);
            }
        });
    };
}

/// Starts all jobs; they end when the set is dropped.
pub fn spawn(app: &App) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    every!(jobs, app, 1, "sending mails", outbox::tick);
    every!(jobs, app, 3, "writing last uses", usage::tick);
    every!(jobs, app, 3, "writing counted failures", tally::tick);
    every!(jobs, app, 30, "reading the signing keys", signing_keys::tick);
    every!(jobs, app, 3600, "sweeping", sweep::tick);
    every!(jobs, app, 3600, "ending unproven accounts", unproven::tick);
    if app.config.update_feed.is_some() {
        jobs.spawn(updates::run(app.clone()));
    }
    jobs
}
