//! What runs in the background. Each job has a `tick` that a test can call.
//!
//! To add one: a file with `tick`, and a line in [`spawn`].

pub mod delivery;
pub mod mail;
pub mod signing_keys;
pub mod sweep;
pub mod tally;
pub mod unproven;
pub mod updates;
pub mod usage;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
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
                if let Some(done) = watched(&app, $doing, $tick(&app)).await {
                    done.map(drop).or_log($doing);
                }
            }
        });
    };
}

/// Starts all jobs; they end when the set is dropped.
pub fn spawn(app: &App) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    every!(jobs, app, 1, "sending mails", mail::tick);
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

/// One round of a job. `None` if it panicked: that is counted, logged, and told of at `/health`, and the job goes on
/// with its next round.
pub async fn watched<T>(app: &App, job: &'static str, round: impl Future<Output = T>) -> Option<T> {
    // A job keeps nothing from one round to the next, and requests share with it only what survives their own panics.
    let ended = AssertUnwindSafe(round).catch_unwind().await;
    if ended.is_err() {
        app.job_panics.record(job, app.now());
        tracing::error!(job, "a background job panicked and is started again");
    }
    ended.ok()
}
