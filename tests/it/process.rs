//! The real binary as a process, for what only a process can show.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::Arc;

use oskar::app::App;
use oskar::clock::Clock;
use oskar::config::{Config, Environment, Sources};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::support::{PASSWORD, TestApp, fresh_database};

/// An installation of its own: a data folder and a database.
pub struct Installation {
    pub data: Arc<tempfile::TempDir>,
    pub database_url: String,
}

impl Installation {
    pub async fn new() -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let database_url = fresh_database(data.path()).await;
        Self { data, database_url }
    }

    /// With that address of a database, or the default one, which is a file in the data folder.
    pub fn with(database_url: impl Into<Option<String>>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let in_folder = || format!("sqlite://{}", data.path().join("data/oskar.db").display());
        let database_url = database_url.into().unwrap_or_else(in_folder);
        Self { data: Arc::new(data), database_url }
    }

    /// The installation of a test's own node. Its master secret has to be given to processes.
    pub fn of(app: &TestApp) -> Self {
        Self { data: app.data.clone(), database_url: app.database_url.clone() }
    }

    /// `oskar` with these arguments, in an environment of its own.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = oskar(arguments);
        command
            .current_dir(self.data.path())
            .env("OSKAR_DATABASE_URL", &self.database_url)
            .env("OSKAR_LIMITS__EXEMPT", "127.0.0.1")
            .env("OSKAR_DATA_DIR", self.data.path().join("data"));
        command
    }

    /// The same installation, opened by this process.
    pub async fn open(&self) -> App {
        let data = self.data.path().join("data");
        let variables =
            [("OSKAR_DATABASE_URL", self.database_url.as_str()), ("OSKAR_DATA_DIR", data.to_str().unwrap())];
        let empty = self.data.path().join("none.toml");
        std::fs::write(&empty, "").unwrap();
        let sources = Sources::gather(Some(&empty), &Environment::of(variables), &[]);
        let config = Config::from_sources(&sources).unwrap();
        App::open(config, Clock::System).await.unwrap().0
    }

    /// Runs a command to its end, with something to read.
    pub async fn run(&self, arguments: &[&str], input: &str) -> Ran {
        run(self.command(arguments), input).await
    }

    /// Runs a command to its end, with settings of its own.
    pub async fn run_with(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Ran {
        let mut command = self.command(arguments);
        command.envs(settings.iter().copied());
        run(command, "").await
    }

    /// Starts a server and waits until it says that it is ready.
    pub async fn serve(&self, settings: &[(&str, &str)]) -> Server {
        self.serve_with(&[], settings).await
    }

    /// Starts a server with flags.
    pub async fn serve_with(&self, flags: &[&str], settings: &[(&str, &str)]) -> Server {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        self.serve_at(port, flags, settings).await
    }

    /// Starts a server at that port.
    pub async fn serve_at(&self, port: u16, flags: &[&str], settings: &[(&str, &str)]) -> Server {
        let mut command = self.command(&["serve", "--listen", &format!("127.0.0.1:{port}")]);
        command
            .args(flags)
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut banner = String::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            banner.push_str(&line);
            banner.push('\n');
            if line.contains("ready in") {
                return Server { child, banner, port, url: format!("http://localhost:{port}") };
            }
        }
        panic!("the server did not start:\n{banner}");
    }
}

/// `oskar` in an empty environment. Files that may not grow are an error of writing for it, not its end.
pub fn oskar(arguments: &[&str]) -> Command {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", r#"trap '' XFSZ; exec "$0" "$@""#, env!("CARGO_BIN_EXE_oskar")])
        .args(arguments)
        .env_clear();
    command
}

/// Runs a command to its end, with something to read.
pub async fn run(mut command: Command, input: &str) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Fails unless the exit code is that one.
    #[track_caller]
    pub fn code(self, expected: i32) -> Self {
        assert_eq!(self.code, expected, "{self:?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

/// A running server.
pub struct Server {
    child: Child,
    pub banner: String,
    pub port: u16,
    pub url: String,
}

impl Server {
    /// Posts to it; the body of its answer, which is a success.
    async fn post(&self, path: &str, bearer: Option<&str>, body: Value) -> Value {
        let mut request = reqwest::Client::new().post(format!("{}{path}", self.url)).json(&body);
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.json().await.unwrap()
    }

    /// Registers Ana of Acme; the answer.
    pub async fn register(&self) -> Value {
        let body = json!({ "email": "ana@acme.example", "password": PASSWORD, "organisation_name": "Acme" });
        self.post("/api/auth/register", None, body).await
    }

    /// Makes a viewer's live key of Acme; its secret.
    pub async fn key(&self, admin: &Value) -> String {
        let body = json!({ "name": "key", "environment": "live", "role": "viewer" });
        let made = self.post("/api/orgs/acme/keys", admin["token"].as_str(), body).await;
        made["secret"].as_str().unwrap().to_owned()
    }

    /// `kill -9`.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Its process id.
    pub fn process(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Asks it to stop, as a service manager does.
    pub async fn terminate(&self) {
        self.signal("TERM").await;
    }

    /// Sends it a signal.
    pub async fn signal(&self, name: &str) {
        let process = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &process]).status().await.unwrap();
        assert!(sent.success());
    }

    /// From now on nobody reads what it writes.
    pub fn close_terminal(&mut self) {
        drop(self.child.stdout.take());
    }

    /// Waits for its end: the exit code.
    pub async fn code(mut self) -> Option<i32> {
        self.child.wait().await.unwrap().code()
    }

    /// Waits for its end: the exit code, and all that it logged.
    pub async fn ended(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut log).await.unwrap();
        (self.child.wait().await.unwrap().code(), log)
    }

    /// The setup link of the banner.
    pub fn setup_link(&self) -> &str {
        self.banner.split_whitespace().find(|word| word.contains("/setup#")).unwrap()
    }
}

/// Whether a file is for its owner alone.
pub fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode().trailing_zeros() >= 6
}
