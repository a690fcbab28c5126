//! Every write of the API, with a storage that fails at its n-th operation and then works again.
//!
//! A server runs as a process of its own, so that its storage alone fails; the test looks at the same database from
//! beside it. On SQLite the server may write no byte after a chosen one of the write-ahead log: each page of a commit
//! is an operation. On PostgreSQL its connection is cut at a chosen message, before the server gets it or after.
//!
//! What is held against the ledger (the audit log, which is written in the same transaction):
//!
//! - An answer is a success or 503, and what was answered with success is there.
//! - What was answered 503 is there as a whole or not at all, and the same request succeeds when the storage works.
//! - No row is without the event that tells of it, and no event without its row.

mod ledger;
mod writes;

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::Method;
use oskar::http::Route;
use sea_orm::{ConnectionTrait as _, Database as Connection, DatabaseConnection};
use serde_json::Value;
use tokio::process::Command;

use crate::process::{Installation, Server};
use crate::support::{Break, FakeIssuer, Fault, Person, Proxy, SECRET_KEY, TestApp, on_postgres, takes_long};
use writes::Asked;

/// SQLite's log begins with a header; each page has one of its own.
const LOG_HEADER: usize = 32;
const LOGGED_PAGE: usize = 24 + 4096;
/// The longest transaction has fewer operations.
const OPERATIONS: usize = 200;

/// How an operation fails.
#[derive(Clone, Copy, Debug)]
struct Failure {
    nth: usize,
    way: Break,
}

/// A server whose storage fails when it is told to.
struct Rig {
    app: TestApp,
    server: Server,
    client: reqwest::Client,
    storage: Storage,
    organisations: AtomicUsize,
    issuer: FakeIssuer,
}

enum Storage {
    Sqlite { beside: DatabaseConnection },
    Postgres(Proxy),
}

impl Rig {
    async fn start() -> Self {
        let app = TestApp::with_real_time(&[]).await;
        let installation = Installation::of(&app);
        let issuer = FakeIssuer::start().await;
        let mut settings = issuer.settings(&[
            ("OSKAR_SECRET_KEY", SECRET_KEY),
            // Tokens of one are good for the other.
            ("OSKAR_PUBLIC_URL", &app.app.config.public_url),
            ("OSKAR_LIMITS__FAILURES_PER_ADDRESS", "1000000"),
            ("OSKAR_LOG__LEVEL", "off"),
        ]);
        let url;
        let storage = if on_postgres() {
            let proxy = Proxy::to(&app.database_url).await;
            url = proxy.url(&app.database_url);
            settings.push(("OSKAR_DATABASE_URL", &url));
            Storage::Postgres(proxy)
        } else {
            Storage::Sqlite { beside: Connection::connect(&app.database_url).await.unwrap() }
        };
        let server = installation.serve(&settings).await;
        Self {
            app,
            server,
            client: reqwest::Client::new(),
            storage,
            organisations: AtomicUsize::new(0),
            issuer,
        }
    }

    /// An organisation that no other request knows: its admin.
    async fn organisation(&self) -> Person {
        let number = self.organisations.fetch_add(1, Ordering::SeqCst);
        self.app.register(&format!("admin@acme{number}.example"), Some(&format!("Acme{number}"))).await
    }

    async fn break_at(&self, failure: Failure) {
        match &self.storage {
            Storage::Sqlite { beside } => {
                beside.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
                self.limit_files(&(LOG_HEADER + failure.nth * LOGGED_PAGE).to_string()).await;
            }
            Storage::Postgres(proxy) => proxy.plan(Fault::Nth(failure.nth, failure.way)),
        }
    }

    /// Whether the failure happened, as far as that can be known.
    async fn recover(&self) -> bool {
        match &self.storage {
            Storage::Sqlite { .. } => {
                self.limit_files("unlimited").await;
                true
            }
            Storage::Postgres(proxy) => proxy.recover(),
        }
    }

    async fn limit_files(&self, bytes: &str) {
        let process = self.server.process().to_string();
        let arguments = ["--pid", &process, &format!("--fsize={bytes}:")];
        assert!(Command::new("prlimit").args(arguments).status().await.unwrap().success());
    }

    async fn send(&self, asked: &Asked) -> Told {
        let mut request =
            self.client.request(asked.method.clone(), format!("{}{}", self.server.url, asked.path));
        for (name, value) in &asked.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = &asked.body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let text = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        Told {
            status: response.status().as_u16(),
            request_id: text("x-request-id").unwrap(),
            retry_after: text("retry-after"),
            body: response.json().await.unwrap_or_default(),
        }
    }

    /// One write that meets one failure; whether it met it.
    async fn try_one(&self, route: &Route, failure: Failure) -> bool {
        let asked = writes::prepare(self, route).await;
        let before = asked.proof.measure(self).await;
        self.break_at(failure).await;
        let told = self.send(&asked).await;
        let happened = self.recover().await;
        let what = format!("{} {}, {failure:?}: {told:?}", route.method, route.path);
        let is_there = asked.proof.holds(self, before, &told).await;
        if told.is_success() {
            assert!(is_there, "acknowledged, and not there: {what}");
        } else {
            assert_eq!(told.status, 503, "{what}");
            assert_eq!(told.retry_after.as_deref(), Some("1"), "{what}");
            let code = &told.body["code"];
            assert!(code.is_null() || code == "storage_unavailable" || code == "busy", "{what}");
        }
        ledger::check(&self.app, &what).await;
        if !told.is_success() {
            // Without a restart, and without another try.
            let again = self.send(&asked).await;
            let what = format!("{what}, then {again:?}");
            if is_there {
                assert!(again.status < 500, "{what}");
            } else {
                assert!(again.is_success() && asked.proof.holds(self, before, &again).await, "{what}");
            }
        }
        happened && !told.is_success()
    }
}

/// An answer.
#[derive(Debug)]
struct Told {
    status: u16,
    request_id: String,
    retry_after: Option<String>,
    body: Value,
}

impl Told {
    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

fn writes_of(app: &TestApp) -> Vec<Route> {
    let routes = oskar::api::recorded_routes(&app.app).into_iter();
    routes.filter(|route| route.method != Method::GET).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_survives_a_storage_that_fails_at_any_operation() {
    let rig = Rig::start().await;
    let (mut met, mut tried) = (0, 0);
    let ways = if on_postgres() { &[Break::Before, Break::After][..] } else { &[Break::Before] };
    for (place, route) in writes_of(&rig.app).iter().enumerate() {
        // All operations until one is not reached any more; or two that differ from route to route.
        let long = ways.iter().flat_map(|way| (0..OPERATIONS).map(|nth| Failure { nth, way: *way }));
        let short =
            [place % 2, 2 + place % 9].map(|nth| Failure { nth, way: ways[(place + nth) % ways.len()] });
        let mut reached = true;
        for failure in if takes_long() { long.collect() } else { short.to_vec() } {
            reached = reached || failure.nth == 0;
            if !reached {
                continue;
            }
            tried += 1;
            let failed = rig.try_one(route, failure).await;
            met += usize::from(failed);
            // What the server does by itself may be in the way of the first ones.
            reached = failed || failure.nth < 3 || !takes_long();
        }
    }
    ledger::check(&rig.app, "all").await;
    println!("{tried} writes, {met} of them refused");
    assert!(met * 3 > tried, "few met a failure: {met} of {tried}");
    let ready = rig.client.get(format!("{}/readyz", rig.server.url)).send().await.unwrap();
    assert_eq!(ready.status(), 200);
}
