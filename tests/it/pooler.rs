//! A real `PgBouncer` between Oskar and PostgreSQL. Needs `OSKAR_TEST_PGBOUNCER`, and a PostgreSQL.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::process::Installation;
use crate::support::{fresh_database, postgres};

const SECRET: &str = "pa/ss wörd%41";
const ENCODED: &str = "pa%2Fss%20w%C3%B6rd%2541";

struct Pooler {
    _child: Child,
    _folder: tempfile::TempDir,
    port: u16,
    database: String,
}

impl Pooler {
    fn url(&self, password: &str) -> String {
        format!("postgres://oskar:{password}@127.0.0.1:{}/{}", self.port, self.database)
    }
}

#[expect(clippy::disallowed_methods, reason = "tells where PgBouncer is")]
fn program() -> Option<String> {
    std::env::var("OSKAR_TEST_PGBOUNCER").ok().filter(|path| !path.is_empty())
}

/// Starts one with these settings, in front of a database of its own.
async fn start(settings: &str) -> Option<Pooler> {
    let (program, server) = (program()?, postgres()?);
    let folder = tempfile::tempdir().unwrap();
    let url = fresh_database(folder.path()).await;
    let database = url.rsplit_once('/').unwrap().1.to_owned();
    let server_port = server.rsplit_once(':').unwrap().1;
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let users = folder.path().join("users.txt");
    let configuration = folder.path().join("pgbouncer.ini");
    std::fs::write(&users, format!("\"oskar\" \"{SECRET}\"\n")).unwrap();
    let text = format!(
        "[databases]\n* = host=127.0.0.1 port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = plain\nauth_file = {}\n{settings}\n",
        users.display()
    );
    std::fs::write(&configuration, text).unwrap();
    let mut command = Command::new(program);
    // It refuses to run as root, and reads its files as who it becomes.
    if Command::new("id").arg("-u").output().await.unwrap().stdout == b"0\n" {
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        command.args(["-u", "nobody"]);
    }
    let child = command.arg(&configuration).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        tokio::task::yield_now().await;
    }
    Some(Pooler { _child: child, _folder: folder, port, database })
}

#[tokio::test]
async fn transaction_mode_is_refused_and_told_which_setting_works() {
    let ignored = "ignore_startup_parameters = extra_float_digits,options";
    for more in ["", ignored, "server_round_robin = 1"] {
        let Some(pooler) = start(&format!("pool_mode = transaction\n{more}")).await else { return };
        let ran = Installation::with(pooler.url(ENCODED)).run(&["user", "list"], "").await.code(1);
        assert!(ran.err.contains("`pool_mode = session`"), "{more}: {}", ran.err);
        assert!(!ran.err.contains(SECRET) && !ran.err.contains(ENCODED), "{}", ran.err);
    }
}

#[tokio::test]
async fn session_mode_works_without_any_setting() {
    let Some(pooler) = start("pool_mode = session").await else { return };
    let installation = Installation::with(pooler.url(ENCODED));
    installation.run(&["migrate", "up"], "").await.code(0);
    let server = installation.serve(&[]).await;
    assert!(!server.banner.contains(SECRET) && !server.banner.contains(ENCODED), "{}", server.banner);
    let person = server.register().await;
    let key = server.key(&person).await;
    let client = reqwest::Client::new();
    for _ in 0..20 {
        let verify = client.get(format!("{}/api/verify", server.url)).header("x-api-key", &key);
        assert_eq!(verify.send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_as_such() {
    let Some(pooler) = start("pool_mode = session").await else { return };
    let ran = Installation::with(pooler.url("hunter2")).run(&["user", "list"], "").await.code(1);
    assert!(ran.err.contains("the password is wrong for user `oskar`"), "{}", ran.err);
    assert!(ran.err.contains("/ is %2F") && !ran.err.contains("hunter2"), "{}", ran.err);
}
