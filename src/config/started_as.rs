//! How the program was started.

use super::Environment;

/// What is typed to start this program again: the path or the name by which it was called, or Cargo's command.
pub fn started_as(environment: &Environment) -> String {
    let called = std::env::args_os().next().unwrap_or_default();
    of(called.to_str().unwrap_or_default(), environment.get("CARGO_PKG_NAME"), cfg!(debug_assertions))
}

fn of(called: &str, cargo_package: Option<&str>, debug: bool) -> String {
    // `cargo run` sets it for the program that it starts, from the folder that it builds into.
    let folder = if debug { "/debug/oskar" } else { "/release/oskar" };
    if cargo_package == Some(env!("CARGO_PKG_NAME")) && called.ends_with(folder) {
        return if debug { "cargo run --".to_owned() } else { "cargo run --release --".to_owned() };
    }
    let is_plain = |character: char| character.is_alphanumeric() || "/._-+@%:,=".contains(character);
    if called.is_empty() || called.chars().any(char::is_control) {
        "oskar".to_owned()
    } else if called.chars().all(is_plain) {
        called.to_owned()
    } else {
        format!("'{}'", called.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn it_is_what_was_typed() {
        for (called, package, debug, expected) in [
            ("oskar", None, false, "oskar"),
            ("./oskar", None, false, "./oskar"),
            ("/usr/local/bin/oskar", None, false, "/usr/local/bin/oskar"),
            ("target/release/oskar", None, false, "target/release/oskar"),
            ("target/release/oskar", Some("oskar"), false, "cargo run --release --"),
            ("/tmp/target/debug/oskar", Some("oskar"), true, "cargo run --"),
            // Started by another project's `cargo run`.
            ("/tmp/target/release/oskar", Some("shop"), false, "/tmp/target/release/oskar"),
            ("/opt/my auth/it's", None, false, r"'/opt/my auth/it'\''s'"),
            ("", None, false, "oskar"),
            ("a\nb", None, false, "oskar"),
        ] {
            assert_eq!(of(called, package, debug), expected, "{called}");
        }
    }
}
