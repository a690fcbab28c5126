//! The README's transcripts, run from its own text in one shell against a running server.

use std::process::Stdio;
use std::time::Duration;

use chrono::TimeDelta;
use oskar::clock::Clock;
use oskar::entity::session;
use sea_orm::EntityTrait as _;
use sea_orm::sea_query::Expr;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{ChildStdin, ChildStdout};

use crate::process::Installation;
use crate::support::{FakeIssuer, SPEAKS_FOR_ACME};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
/// Ends what a command prints.
const END: &str = "\u{1e}";

/// A command and what the README shows of its output.
struct Step {
    heading: String,
    command: String,
    output: String,
}

/// All commands in blocks of `console`, in their order.
fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut heading, mut inside, mut goes_on) = ("", false, false);
    let text = std::fs::read_to_string(README).unwrap();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            heading = title;
        }
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside && let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                heading: heading.to_owned(),
                command: command.to_owned(),
                output: String::new(),
            });
            goes_on = line.ends_with('\\');
        } else if inside {
            let step = steps.last_mut().unwrap();
            if goes_on {
                step.command.push('\n');
                step.command.push_str(line);
                goes_on = line.ends_with('\\');
            } else {
                step.output.push_str(line);
                step.output.push('\n');
            }
        }
    }
    steps
}

/// Without white space, and with a `*` for what is another one each time: ids, tokens, secrets, times.
fn normal(text: &str) -> String {
    let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let is_of_word = |character: char| character.is_ascii_alphanumeric() || "_-.:…*".contains(character);
    let mut normal = String::new();
    let mut word = String::new();
    for character in text.chars().chain(['\0']) {
        if is_of_word(character) {
            word.push(character);
            continue;
        }
        let changes = ["eyJ", "osr_", "osk_", "osi_", "osp_", "user_", "org_", "key_", "inv_", "mail_0"]
            .iter()
            .any(|beginning| word.starts_with(beginning) && word.len() > beginning.len());
        let is_time = word.starts_with("20") && word.contains('T') && word.ends_with('Z');
        normal.push_str(if changes || is_time { "*" } else { &word });
        if (changes || is_time) && word.ends_with('…') {
            normal.push('…');
        }
        word.clear();
        normal.push(character);
    }
    normal
}

/// Whether the output is as shown; `…` stands for anything.
fn is_as_shown(output: &str, shown: &str) -> bool {
    let (output, shown) = (normal(output), normal(shown));
    let mut rest = output.as_str();
    for (at, part) in shown.split('…').enumerate() {
        match rest.find(part) {
            Some(found) if at > 0 || found == 0 => rest = &rest[found + part.len()..],
            _ => return false,
        }
    }
    rest.is_empty() || shown.trim_end_matches('\0').ends_with('…')
}

struct Shell {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Shell {
    async fn run(&mut self, command: &str) -> String {
        self.input
            .write_all(format!("{{ {command}\n}} </dev/null\nprintf '{END}\\n'\n").as_bytes())
            .await
            .unwrap();
        let mut output = String::new();
        while !output.ends_with(&format!("{END}\n")) {
            let read = tokio::time::timeout(Duration::from_mins(1), self.output.read_line(&mut output)).await;
            let Ok(read) = read else { panic!("`{command}` does not end: {output}") };
            let read = read.unwrap();
            assert!(read > 0, "the shell ended at `{command}`: {output}");
        }
        output.replace(&format!("{END}\n"), "")
    }
}

#[tokio::test]
async fn the_transcripts_of_the_readme_are_true() {
    let steps = steps();
    assert_eq!([&*steps[0].command, &*steps[1].command], ["cargo run --release", "./test"]);
    let installation = Installation::new().await;
    let issuer = FakeIssuer::start().await;
    let mut settings = issuer.settings(&[SPEAKS_FOR_ACME]);
    // Nobody reads the log, and a full pipe would stop the server. Looking for mails is many requests.
    settings.extend([("OSKAR_LOG__LEVEL", "off"), ("OSKAR_LIMITS__RATE_PER_SECOND", "0")]);
    let server = installation.serve(&settings).await;
    let database = sea_orm::Database::connect(&installation.database_url).await.unwrap();
    let now = Clock::System.now();
    // Only what the installation is started with: settings of whoever runs the tests are none of its own.
    let mut shell = tokio::process::Command::new("bash");
    shell.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
    for (name, value) in installation.command(&[]).as_std().get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    // A variable that is not set ends it.
    shell.args(["-u"]).current_dir(installation.data.path()).envs(settings.iter().copied());
    // Two, since each is good once.
    for name in ["ID_TOKEN", "NEXT_ID_TOKEN"] {
        let mut claims = issuer.claims(now, "ana", "ana@acme.example");
        claims["auth_time"] = now.timestamp().into();
        claims["jti"] = name.into();
        shell.env(name, issuer.sign(&claims));
    }
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = shell.spawn().unwrap();
    let mut shell =
        Shell { input: child.stdin.take().unwrap(), output: BufReader::new(child.stdout.take().unwrap()) };
    shell.run(&format!("oskar() {{ '{}' \"$@\"; }}", env!("CARGO_BIN_EXE_oskar"))).await;
    let here = format!("localhost:{}", server.port);
    for Step { heading, command, output } in &steps[2..] {
        // An hour has passed, says the text before it.
        if heading == "Sessions and recent proof" && command.contains("DELETE") {
            session::Entity::update_many()
                .col_expr(session::Column::AuthenticatedAt, Expr::value(now - TimeDelta::hours(1)))
                .exec(&database)
                .await
                .unwrap();
        }
        let command = command.replace("localhost:8675", &here);
        let mut printed = shell.run(&command).await.replace(&here, "localhost:8675");
        // Mails go out in a moment: who sees none yet looks again.
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        while command.contains("/dev/mail") && std::time::Instant::now() < deadline {
            let has_come = match command.strip_prefix("LINK=") {
                Some(_) => !shell.run("echo \"$LINK\"").await.trim().is_empty(),
                None => is_as_shown(&printed, output),
            };
            if has_come {
                break;
            }
            printed = shell.run(&command).await.replace(&here, "localhost:8675");
        }
        assert!(is_as_shown(&printed, output), "{heading}: {command}\n{printed}\nis not as shown:\n{output}");
    }
}
