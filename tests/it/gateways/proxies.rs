//! The recipes, each run by the real program. `./test` says where the programs are; elsewhere these are skipped.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use tokio::process::{Child, Command};

/// The name that the recipes protect.
pub const HOST: &str = "app.example.com";

/// A gateway that runs.
pub struct Gateway {
    pub port: u16,
    /// Whether it can take one cookie out of several.
    pub edits_cookies: bool,
    process: Child,
    _folder: tempfile::TempDir,
}

/// Where the parts of a test are.
#[derive(Clone, Copy)]
pub struct Addresses<'a> {
    pub oskar: &'a str,
    pub service: &'a str,
    /// Where the gateway is to listen.
    pub gateway: u16,
}

/// A recipe's text, as it is copied.
pub fn recipe(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text for these addresses; nothing else of it is changed.
fn at(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the recipe has no `{from}`");
        text.replace(from, to)
    })
}

/// A program, if `./test` says where it is.
#[expect(clippy::disallowed_methods, reason = "tells where the programs are")]
fn program(variable: &str) -> Option<Command> {
    let program = std::env::var(variable).ok();
    if program.is_none() {
        eprintln!("SKIPPED: no gateway. ./test installs it and sets {variable}.");
    }
    program.map(Command::new)
}

async fn is_unknown(port: u16) -> bool {
    let url = format!("http://127.0.0.1:{port}/");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(url).header("host", HOST).send().await;
    answer.map_or(true, |answer| answer.status() == 404)
}

pub fn spare_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Gateway {
    async fn run(mut command: Command, folder: tempfile::TempDir, port: u16, edits_cookies: bool) -> Self {
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        // Some listen before they know their routes.
        while is_unknown(port).await {
            let log = || std::fs::read_to_string(folder.path().join("log")).unwrap();
            assert!(process.try_wait().unwrap().is_none(), "the gateway did not start:\n{}", log());
            tokio::task::yield_now().await;
        }
        Self { port, edits_cookies, process, _folder: folder }
    }

    /// Stops it.
    pub async fn stop(mut self) {
        self.process.kill().await.unwrap();
    }

    pub async fn nginx(places: Addresses<'_>) -> Option<Self> {
        let mut command = program("OSKAR_TEST_NGINX")?;
        let (folder, port) = (tempfile::tempdir().unwrap(), places.gateway);
        let listen = format!("listen 127.0.0.1:{port};");
        let text = at(
            &recipe("nginx/oskar.conf"),
            &[("127.0.0.1:8675", places.oskar), ("127.0.0.1:3000", places.service), ("listen 80;", &listen)],
        );
        let at = folder.path().display();
        // What distributions have around it.
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {at}/{name};"))
            .concat();
        let around = format!(
            "daemon off; master_process off; pid {at}/pid; error_log {at}/log;\n\
             events {{ worker_connections 4096; }}\n\
             http {{ access_log off; {temporary} include {at}/oskar.conf; }}\n"
        );
        std::fs::write(folder.path().join("oskar.conf"), text).unwrap();
        std::fs::write(folder.path().join("nginx.conf"), around).unwrap();
        command.arg("-e").arg(folder.path().join("log")).arg("-c").arg(folder.path().join("nginx.conf"));
        Some(Self::run(command, folder, port, true).await)
    }

    /// The same recipe for Debian's version and for the newest.
    pub async fn caddy(variable: &str, places: Addresses<'_>) -> Option<Self> {
        let mut command = program(variable)?;
        let (folder, port) = (tempfile::tempdir().unwrap(), places.gateway);
        let site = format!("http://{HOST}:{port} {{");
        let changes = [
            ("127.0.0.1:8675", places.oskar),
            ("127.0.0.1:3000", places.service),
            ("app.example.com {", &site),
        ];
        std::fs::write(folder.path().join("recipe"), at(&recipe("caddy/Caddyfile"), &changes)).unwrap();
        // Several run at once, and each wants the same port for its administration.
        std::fs::write(folder.path().join("Caddyfile"), "{\n\tadmin off\n}\nimport recipe\n").unwrap();
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.path().join("Caddyfile"));
        for home in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
            command.env(home, folder.path());
        }
        Some(Self::run(command, folder, port, true).await)
    }

    pub async fn traefik(places: Addresses<'_>) -> Option<Self> {
        let mut command = program("OSKAR_TEST_TRAEFIK")?;
        let (folder, port) = (tempfile::tempdir().unwrap(), places.gateway);
        let routes = folder.path().join("oskar.yaml");
        let changes = [("127.0.0.1:8675", places.oskar), ("127.0.0.1:3000", places.service)];
        std::fs::write(&routes, at(&recipe("traefik/oskar.yaml"), &changes)).unwrap();
        let address = format!("\"127.0.0.1:{port}\"");
        let changes = [("\":80\"", address.as_str()), ("/etc/traefik/oskar.yaml\n", "ROUTES\n")];
        let text = at(&recipe("traefik/traefik.yaml"), &changes).replace("ROUTES", routes.to_str().unwrap());
        let settings = folder.path().join("traefik.yaml");
        std::fs::write(&settings, text).unwrap();
        command.arg(format!("--configFile={}", settings.display()));
        Some(Self::run(command, folder, port, false).await)
    }

    pub async fn envoy(places: Addresses<'_>) -> Option<Self> {
        let mut command = program("OSKAR_TEST_ENVOY")?;
        let (folder, port) = (tempfile::tempdir().unwrap(), places.gateway);
        let socket = |address: &str| {
            let port = address.rsplit(':').next().unwrap();
            format!("address: 127.0.0.1, port_value: {port} ")
        };
        let changes = [
            ("http://127.0.0.1:8675", &format!("http://{}", places.oskar)),
            ("address: 127.0.0.1, port_value: 8675 ", &socket(places.oskar)),
            ("address: 127.0.0.1, port_value: 3000 ", &socket(places.service)),
            ("address: 0.0.0.0, port_value: 80 ", &format!("address: 127.0.0.1, port_value: {port} ")),
        ];
        let changes = changes.map(|(from, to)| (from, to.as_str()));
        let settings = folder.path().join("envoy.yaml");
        std::fs::write(&settings, at(&recipe("envoy/envoy.yaml"), &changes)).unwrap();
        command.arg("-c").arg(settings).args(["--disable-hot-restart", "--concurrency", "1"]);
        command.args(["--log-level", "warning"]);
        Some(Self::run(command, folder, port, true).await)
    }
}
