//! A real browser, driven by the Chrome `DevTools` Protocol. `./test` says where it is; without it the tests that need
//! it are skipped.

use std::process::Stdio;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// Longer than any page takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// The browser's program, if there is one.
#[expect(clippy::disallowed_methods, reason = "tells where the browser is")]
pub fn browser() -> Option<String> {
    let browser = std::env::var("OSKAR_TEST_BROWSER").ok();
    if browser.is_none() {
        eprintln!("SKIPPED: no browser. ./test finds or installs Chromium and sets OSKAR_TEST_BROWSER.");
    }
    browser
}

/// A browser with one tab. It ends when it is dropped.
pub struct Tab {
    socket: WebSocketStream<TcpStream>,
    session: String,
    commands: u64,
    /// Whether a page was loaded since the last question for one.
    loaded: bool,
    _process: Child,
    _profile: TempDir,
}

impl Tab {
    /// Starts the browser; `rules` map names of hosts to addresses, as `--host-resolver-rules` does.
    pub async fn open(program: &str, rules: &str) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut process = command(program, &profile, &[&format!("--host-resolver-rules={rules}")])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = async {
            loop {
                let line = told.next_line().await.unwrap().unwrap();
                if let Some(address) = line.strip_prefix("DevTools listening on ") {
                    break address.trim().to_owned();
                }
            }
        };
        let address = timeout(PATIENCE, address).await.unwrap();
        // It would stop at a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = told.next_line().await {} });
        let host = address.trim_start_matches("ws://").split('/').next().unwrap();
        let connection = TcpStream::connect(host).await.unwrap();
        let (socket, _) = client_async(&address, connection).await.unwrap();
        let mut tab = Self {
            socket,
            session: String::new(),
            commands: 0,
            loaded: false,
            _process: process,
            _profile: profile,
        };
        let target = tab.send("Target.createTarget", json!({ "url": "about:blank" })).await;
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = tab.send("Target.attachToTarget", attach).await;
        tab.session = session["sessionId"].as_str().unwrap().to_owned();
        tab.send("Page.enable", json!({})).await;
        tab
    }

    /// Opens an address and waits until it is loaded.
    pub async fn visit(&mut self, url: &str) {
        self.loaded = false;
        self.send("Page.navigate", json!({ "url": url })).await;
        self.wait_for_page().await;
    }

    /// Follows a link that was sent to somebody, until the page is there that the link's own page leads to.
    pub async fn open_link(&mut self, link: &str) {
        self.visit(link).await;
        let arrived = "document.readyState === 'complete' && document.getElementById('link') === null";
        let parameters = json!({ "expression": arrived, "returnByValue": true });
        // Between the two there is no page to ask, which is an error.
        while self
            .try_send("Runtime.evaluate", parameters.clone())
            .await
            .map_or(true, |answer| answer["result"]["value"] != json!(true))
        {}
    }

    /// Whether pages run their scripts. What [`Tab::evaluate`] runs is none of them.
    pub async fn run_scripts(&mut self, run: bool) {
        self.send("Emulation.setScriptExecutionDisabled", json!({ "value": !run })).await;
    }

    /// Runs a script that leads to another page, and waits until that is loaded.
    pub async fn follow(&mut self, script: &str) {
        self.loaded = false;
        self.evaluate(script).await;
        self.wait_for_page().await;
    }

    /// The value of an expression on the page.
    pub async fn evaluate(&mut self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "returnByValue": true });
        let answer = self.send("Runtime.evaluate", parameters).await;
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// The HTTP status of the page that is shown.
    pub async fn status(&mut self) -> u64 {
        let entry = "performance.getEntriesByType('navigation')[0].responseStatus";
        self.evaluate(entry).await.as_u64().unwrap()
    }

    async fn wait_for_page(&mut self) {
        while !self.loaded {
            self.receive().await;
        }
    }

    async fn send(&mut self, method: &str, parameters: Value) -> Value {
        self.try_send(method, parameters).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    async fn try_send(&mut self, method: &str, parameters: Value) -> Result<Value, Value> {
        self.commands += 1;
        let mut command = json!({ "id": self.commands, "method": method, "params": parameters });
        if !self.session.is_empty() {
            command["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::text(command.to_string())).await.unwrap();
        loop {
            let mut message = self.receive().await;
            if message["id"] == self.commands {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].take()),
                };
            }
        }
    }

    async fn receive(&mut self) -> Value {
        let next = timeout(PATIENCE, self.socket.next()).await.unwrap();
        let message: Value = serde_json::from_str(next.unwrap().unwrap().to_text().unwrap()).unwrap();
        self.loaded |= message["method"] == "Page.loadEventFired";
        message
    }
}

/// How the browser is started, without a window and without asking anybody else.
pub fn command(program: &str, profile: &TempDir, more: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        // It needs no display, and leaves one alone if it stops before the page does.
        .arg("--remote-debugging-port=0")
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command
}
