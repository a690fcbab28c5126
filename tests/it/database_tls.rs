//! The way to a PostgreSQL on another machine: a real one that speaks TLS only, with a certificate of its own authority.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::process::{Ran, oskar, run};
use crate::support::on_postgres;

/// Stops when it is dropped: then its standard input ends.
struct Postgres {
    _process: Child,
    port: String,
    certificates: String,
}

impl Postgres {
    /// `None` where PostgreSQL may not be installed: `./test` runs this with the other tests on PostgreSQL.
    async fn start() -> Option<Self> {
        if !on_postgres() {
            eprintln!("SKIPPED: this needs PostgreSQL. ./test runs it.");
            return None;
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts/postgres-tls");
        let mut process = Command::new(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap();
        let (port, certificates) = line.split_once(' ').unwrap();
        Some(Self { port: port.to_owned(), certificates: certificates.to_owned(), _process: process })
    }

    /// The parameters, in which `{}` stands for the folder of the certificates.
    async fn connect(&self, host: &str, parameters: &str) -> Ran {
        let parameters = parameters.replace("{}", &self.certificates);
        let folder = tempfile::tempdir().unwrap();
        let mut command = oskar(&["user", "list"]);
        command.current_dir(folder.path()).env(
            "OSKAR_DATABASE_URL",
            format!("postgres://oskar@{host}:{}/postgres?{parameters}", self.port),
        );
        run(command, "").await
    }
}

#[tokio::test]
async fn a_certificate_is_checked_against_the_named_authority_and_the_host() {
    let Some(postgres) = Postgres::start().await else { return };
    let verified = "sslmode=verify-full&sslrootcert={}/ca.pem";
    postgres.connect("localhost", verified).await.code(0);
    for (host, parameters) in [
        // It is not for that name, it is of an authority that nobody knows, it is of another one; and it insists.
        ("127.0.0.1", verified),
        ("localhost", "sslmode=verify-full"),
        ("localhost", "sslmode=verify-full&sslrootcert={}/other.pem"),
        ("localhost", "sslmode=disable"),
    ] {
        let refused = postgres.connect(host, parameters).await.code(1);
        assert!(refused.err.contains("cannot open the database"), "{host} {parameters}: {}", refused.err);
    }
    for (parameters, told) in [
        ("sslmode=verify-full&sslrootcert={}/none.pem", "none.pem: No such file"),
        ("sslmode=verify-full&sslrootcert={}/ca.key", "ca.key, which is none in PEM"),
    ] {
        let refused = postgres.connect("localhost", parameters).await.code(78);
        assert!(refused.err.contains("`database_url` names the certificate"), "{}", refused.err);
        assert!(refused.err.contains(told), "{}", refused.err);
    }
}

#[tokio::test]
async fn production_does_not_send_a_password_to_another_machine_in_the_clear() {
    let check = async |url: &str, more: &[(&str, &str)]| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = oskar(&["config", "check"]);
        command.current_dir(folder.path()).envs(crate::production::GOOD.iter().copied());
        command.env("OSKAR_DATABASE_URL", url).envs(more.iter().copied());
        run(command, "").await
    };
    let url = "postgres://oskar:secret@db.example/oskar";
    let refused = check(url, &[]).await.code(78);
    assert!(
        refused.err.contains("sslmode=verify-full") && refused.err.contains("(OSKAR_DATABASE_URL)"),
        "{}",
        refused.err
    );
    assert!(!refused.err.contains("secret"), "{}", refused.err);
    check(&format!("{url}?sslmode=require"), &[]).await.code(78);
    check(&format!("{url}?sslmode=verify-full"), &[]).await.code(0);
    // PostgreSQL's own variables count where the URL is silent.
    check(url, &[("PGSSLMODE", "verify-full")]).await.code(0);
    check("postgres:///oskar", &[("PGHOST", "db.example")]).await.code(78);
    check(url, &[("OSKAR_DATABASE_TLS", "insecure")]).await.code(0);
    check("postgres://oskar:secret@127.0.0.1/oskar", &[]).await.code(0);
}
