//! How this program was started, for texts that tell what to run.

pub mod job_panics;
pub mod updates;

use std::sync::OnceLock;

static NAME: OnceLock<String> = OnceLock::new();

/// Notes how it was started; the first note counts. Without one it is `oskar`.
pub fn started_as(name: String) {
    NAME.get_or_init(|| name);
}

/// A command of this program, to be typed as it was started: `oskar setup --link` from the `PATH`,
/// `cargo run --release -- setup --link` in a checkout.
pub fn command(arguments: &str) -> String {
    format!("{} {arguments}", NAME.get().map_or("oskar", String::as_str))
}
