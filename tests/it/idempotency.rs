//! `Idempotency-Key`: what is asked for again with the same key is answered again, and not done again.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::task::Poll;

use axum::http::Method;
use chrono::TimeDelta;
use oskar::domain::journal::answers::{self, Asked, KEPT_FOR, LEASE, Repeated};
use oskar::domain::journal::audit::Actor;
use oskar::domain::onboarding::invitations;
use oskar::entity::{api_key, idempotency, organisation, user};
use oskar::error::Error;
use oskar::http::Route;
use oskar::permission::Role;
use oskar::worker;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, Statement};
use serde_json::{Value, json};

use crate::process::Installation;
use crate::races::{at_once, with};
use crate::support::{
    Answer, Client, Credential, FakeIssuer, PASSWORD, SECRET_KEY, TestApp, TestOrganisation,
};

const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";
/// Where what is made twice would show.
const TABLES: [&str; 11] = [
    "\"user\"",
    "organisation",
    "membership",
    "session",
    "api_key",
    "api_key_secret",
    "invitation",
    "mail",
    "socket_ticket",
    "external_identity",
    "audit_event",
];

async fn post(client: &Client, path: &str, key: &str, body: Value) -> Answer {
    client.call_with(Method::POST, path, &[("idempotency-key", key)], Some(body)).await
}

fn is_replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == "true"
}

/// All of an answer but what tells one request from another.
fn told(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let own = |name: &str| !["x-request-id", "idempotency-replayed"].contains(&name);
    let headers = answer.headers.iter().filter(|(name, _)| own(name.as_str()));
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    (answer.status, headers, answer.text())
}

async fn rows(app: &TestApp) -> BTreeMap<&'static str, i64> {
    let db = app.app.db.read();
    let mut counted = BTreeMap::new();
    for table in TABLES {
        let statement =
            Statement::from_string(db.get_database_backend(), format!("SELECT count(*) FROM {table}"));
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        counted.insert(table, row.try_get_by_index(0).unwrap());
    }
    counted
}

async fn kept(app: &TestApp) -> Vec<idempotency::Model> {
    idempotency::Entity::find().all(app.app.db.read()).await.unwrap()
}

async fn keys_named(app: &TestApp, name: &str) -> u64 {
    let mut count = 0;
    for place in organisation::Entity::find().all(app.app.db.read()).await.unwrap() {
        let keys = api_key::Entity::in_organisation(place.id).filter(api_key::COLUMN.name.eq(name));
        count += keys.count(app.app.db.read()).await.unwrap();
    }
    count
}

fn new_key(name: &str) -> Value {
    json!({ "name": name, "environment": "live", "role": "viewer" })
}

/// A good request for a route that is marked. A route that is not here fails the test.
async fn prepare(
    app: &TestApp,
    org: &TestOrganisation,
    issuer: &FakeIssuer,
    route: &Route,
) -> (Client, String, Value) {
    let admin = org.admin.with_cookie();
    let mut path = route.path.replace("{org}", &org.slug);
    let (client, body) = match route.path.as_str() {
        "/api/auth/register" => {
            let body =
                json!({ "email": "new@acme.example", "password": PASSWORD, "organisation_name": "New" });
            (app.anonymous(), body)
        }
        "/api/auth/ws-token" => (admin, json!({ "org": org.slug })),
        "/api/auth/identities" => {
            let token = issuer.token(app.app.now(), "subject", &org.member.email);
            (org.member.with_cookie(), json!({ "issuer_token": token }))
        }
        "/api/orgs" => (admin, json!({ "name": "Another" })),
        "/api/orgs/{org}/invitations" => (admin, json!({ "emails": ["bob@acme.example"], "role": "viewer" })),
        "/api/orgs/{org}/keys" => (admin, new_key("key")),
        "/api/invitations/accept" => {
            let body = json!({ "emails": ["eve@acme.example"], "role": "viewer" });
            let made = admin.post(&format!("{}/invitations", org.path), body).await.status(201).json();
            let id = made["data"][0]["id"].as_str().unwrap().parse().unwrap();
            app.deliver().await;
            let actor = Actor::system();
            let write = app.app.write(&actor).await.unwrap();
            let (_, link) = invitations::issue_link(&write, id).await.unwrap().unwrap();
            write.commit().await.unwrap();
            (app.anonymous(), json!({ "invitation": link.reveal(), "password": "a long phrase for Eve" }))
        }
        place if place.ends_with("/rotate") => {
            let key = org.key("live", "viewer", None).await;
            let (start, _) = path.split_once("/keys/").unwrap();
            path = format!("{start}/keys/{}/rotate", key.id);
            (admin, json!({ "overlap": 60 }))
        }
        place => panic!("{place} may be repeated: say what to ask of it"),
    };
    (client, path, body)
}

#[tokio::test]
async fn every_route_that_is_marked_answers_the_same_again_and_does_nothing_again() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[("OSKAR_ISSUERS__0__ALLOWED_DOMAINS", "acme.example")])).await;
    let org = app.organisation("Acme").await;
    let other = app.another_node().await;
    let marked: Vec<_> =
        oskar::api::recorded_routes(&app.app).into_iter().filter(|route| route.idempotent).collect();
    assert_eq!(marked.len(), 8);
    for route in marked {
        assert_eq!(route.method, Method::POST);
        let (client, path, body) = prepare(&app, &org, &issuer, &route).await;
        let first = post(&client, &path, KEY, body.clone()).await;
        assert!((200..300).contains(&first.status), "{}: {}", first.asked, first.text());
        assert!(!is_replayed(&first));
        let before = rows(&app).await;
        // Also as a string by RFC 8941, and on another node.
        for (node, key) in [(&app, KEY.to_owned()), (&other, format!("\"{KEY}\""))] {
            let client = client.on(&node.router);
            let again = post(&client, &path, &key, body.clone()).await;
            assert!(is_replayed(&again), "{}: {}", again.asked, again.text());
            assert_eq!(told(&again), told(&first), "{}", again.asked);
        }
        assert_eq!(rows(&app).await, before, "{path}");
        // What is kept tells nothing to those who have the database.
        let row = kept(&app).await.into_iter().find(|row| row.answer.is_some()).unwrap();
        let holds = |text: &str| {
            [&row.digest, &row.request, row.answer.as_ref().unwrap()]
                .iter()
                .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
        };
        assert!(!holds(KEY) && !holds("osk_") && !holds("ost_") && !holds("acme"));
        // With the same key and another body: refused, unless it is not known who asks.
        let refused = post(&client, &path, KEY, json!({ "unknown": true })).await.status(422);
        let code = if route.access.needs_credential() { "idempotency_mismatch" } else { "validation_failed" };
        assert_eq!(refused.code(), code, "{path}");
        let write = app.app.db.begin().await.unwrap();
        idempotency::Entity::delete_many().exec(&write).await.unwrap();
        write.commit().await.unwrap();
    }
}

#[tokio::test]
async fn the_document_tells_of_it_where_something_is_made() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    let marked: BTreeSet<_> = oskar::api::recorded_routes(&app.app)
        .into_iter()
        .filter(|route| route.idempotent)
        .map(|route| route.path)
        .collect();
    let is_header =
        |parameter: &&Value| parameter["in"] == "header" && parameter["name"] == "Idempotency-Key";
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameter = operation["parameters"].as_array().into_iter().flatten().find(is_header);
            assert_eq!(parameter.is_some(), method == "post" && marked.contains(path), "{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            if parameter.is_none() {
                assert!(
                    !responses.contains_key("201"),
                    "{method} {path} makes something, and is not `idempotent`"
                );
                continue;
            }
            for (status, code) in [
                ("400", "malformed_idempotency_key"),
                ("409", "idempotency_in_progress"),
                ("422", "idempotency_mismatch"),
            ] {
                assert!(responses[status].to_string().contains(code), "{path}: {status}");
            }
            for (status, response) in responses.iter().filter(|(status, _)| status.starts_with('2')) {
                assert!(response["headers"]["Idempotency-Replayed"].is_object(), "{path}: {status}");
            }
        }
    }
}

#[tokio::test]
async fn a_malformed_key_is_refused_and_one_where_nothing_is_made_is_ignored() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, path) = (org.admin.with_cookie(), format!("{}/keys", org.path));
    let long = "x".repeat(256);
    for key in ["", " ", "\"\"", "a b", "\"a", "ü", &long] {
        let refused = post(&admin, &path, key, new_key("bad")).await.status(400);
        assert_eq!(refused.code(), "malformed_idempotency_key", "{key}");
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "a")];
    let refused = admin.call_with(Method::POST, &path, &twice, Some(new_key("bad"))).await.status(400);
    assert_eq!(refused.code(), "malformed_idempotency_key");
    assert_eq!(keys_named(&app, "bad").await, 0);
    post(&admin, &path, &long[1..], new_key("good")).await.status(201);
    let login = json!({ "email": org.admin.email, "password": PASSWORD });
    let first = post(&app.anonymous(), "/api/auth/login", KEY, login.clone()).await.status(200);
    let second = post(&app.anonymous(), "/api/auth/login", KEY, login).await.status(200);
    assert_ne!(first.json()["refresh_token"], second.json()["refresh_token"]);
    admin.call_with(Method::GET, &path, &[("idempotency-key", "\"")], None).await.status(200);
}

#[tokio::test]
async fn a_key_belongs_to_one_caller_and_one_request() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, path) = (org.admin.with_cookie(), format!("{}/keys", org.path));
    let first = post(&admin, &path, KEY, new_key("one")).await.status(201).json();
    // Another session of the same user is the same caller; another user is not.
    let again = post(&org.admin.with_basic(), &path, KEY, new_key("one")).await.status(201);
    assert!(is_replayed(&again));
    assert_eq!(again.json()["secret"], first["secret"], "the same secret");
    app.create_user("second@acme.example", &org.id, Role::Admin).await;
    let second = app.sign_in("second@acme.example").await;
    let own = post(&second.with_cookie(), &path, KEY, new_key("one")).await.status(201);
    assert!(!is_replayed(&own));
    assert_ne!(own.json()["secret"], first["secret"]);
    // The same body in other letters is another body, and each path is another.
    for (path, body) in [
        (path.clone(), new_key("two")),
        (format!("/api/orgs/{}/keys", org.id), new_key("one")),
        (format!("{path}?x=1"), new_key("one")),
        (format!("{path}/{}/rotate", first["id"].as_str().unwrap()), json!({})),
        ("/api/orgs".to_owned(), new_key("one")),
    ] {
        let refused = post(&admin, &path, KEY, body).await.status(422);
        assert_eq!(refused.code(), "idempotency_mismatch", "{path}");
    }
    assert_eq!(keys_named(&app, "one").await, 2);
    // Strangers do not come into each other's way.
    let register = |email: &str| json!({ "email": email, "password": PASSWORD });
    let ana =
        post(&app.anonymous(), "/api/auth/register", KEY, register("ana@acme.example")).await.status(201);
    let bob =
        post(&app.anonymous(), "/api/auth/register", KEY, register("bob@acme.example")).await.status(201);
    assert!(!is_replayed(&bob));
    let again =
        post(&app.anonymous(), "/api/auth/register", KEY, register("ana@acme.example")).await.status(201);
    assert_eq!(told(&again), told(&ana));
    let session = Client::new(app.router.clone(), Credential::Cookie(again.cookie("oskar_session")));
    session.get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn what_failed_is_not_kept() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let wanted = json!({ "name": "Wanted", "slug": "wanted" });
    let taken = org.member.with_cookie().post("/api/orgs", wanted.clone()).await.status(201).json();
    assert_eq!(post(&admin, "/api/orgs", KEY, wanted.clone()).await.status(409).code(), "slug_taken");
    assert_eq!(kept(&app).await.len(), 0);
    let path = format!("/api/orgs/{}", taken["id"].as_str().unwrap());
    org.member.with_cookie().patch(&path, json!({ "slug": "given-up" })).await.status(200);
    let free = json!({ "name": "Wanted", "slug": "never-used" });
    assert_eq!(
        post(&admin, "/api/orgs", KEY, json!({ "name": 1 })).await.status(422).code(),
        "validation_failed"
    );
    assert!(!is_replayed(&post(&admin, "/api/orgs", KEY, free.clone()).await.status(201)));
    assert!(is_replayed(&post(&admin, "/api/orgs", KEY, free).await.status(201)));
}

#[tokio::test]
async fn after_a_day_it_is_done_again_and_what_is_past_is_swept() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, path) = (org.admin.with_basic(), format!("{}/keys", org.path));
    let made = async || post(&admin, &path, KEY, new_key("daily")).await.status(201);
    let first = made().await;
    app.advance(KEPT_FOR - TimeDelta::seconds(1));
    worker::sweep::tick(&app.app).await.unwrap();
    assert_eq!(made().await.json(), first.json());
    app.advance(TimeDelta::seconds(1));
    let second = made().await;
    assert!(!is_replayed(&second));
    assert_ne!(second.json()["id"], first.json()["id"]);
    assert_eq!(kept(&app).await.len(), 1, "in the place of the first");
    app.advance(KEPT_FOR + TimeDelta::seconds(1));
    worker::sweep::tick(&app.app).await.unwrap();
    assert_eq!(kept(&app).await.len(), 0);
}

#[tokio::test]
async fn who_has_lost_the_right_is_refused_before_any_answer() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let path = format!("{}/keys", org.path);
    app.create_user("second@acme.example", &org.id, Role::Admin).await;
    let second = app.sign_in("second@acme.example").await;
    let member = format!("{}/members/{}", org.path, second.user_id);
    let admin = org.admin.with_cookie();
    let again = async |client: Client| post(&client, &path, KEY, new_key("key")).await;
    again(second.with_cookie()).await.status(201);
    assert_eq!(again(app.anonymous()).await.status(401).code(), "unauthenticated");
    admin.patch(&member, json!({ "role": "member" })).await.status(200);
    assert_eq!(again(second.with_cookie()).await.status(403).code(), "permission_denied");
    admin.patch(&member, json!({ "role": "admin" })).await.status(200);
    assert!(is_replayed(&again(second.with_cookie()).await.status(201)));
    admin.delete(&member).await.status(204);
    assert_eq!(again(second.with_cookie()).await.status(404).code(), "not_found");
    second.with_cookie().post("/api/auth/logout", json!({})).await.status(204);
    again(second.with_cookie()).await.status(401);
    assert_eq!(keys_named(&app, "key").await, 1);
}

#[tokio::test]
async fn a_request_that_runs_or_never_ended_blocks_for_its_lease_and_cannot_commit_after_it() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, body) = (org.admin.with_cookie(), json!({ "name": "Labs" }));
    let text = body.to_string();
    let caller = Some(org.admin.user_id.as_str());
    let repeated = Repeated { caller, key: KEY, route: "POST /api/orgs", body: text.as_bytes() };
    let asked = Asked::new(&app.app.keyring, repeated);
    let actor = Actor::system();
    let claim = async || {
        let write = app.app.write(&actor).await.unwrap();
        let claim = answers::claim(&write, &asked, None, None).await.unwrap();
        write.commit().await.unwrap();
        claim
    };
    let lost = claim().await.unwrap();
    assert!(claim().await.is_none());
    let refused = post(&admin, "/api/orgs", KEY, body.clone()).await.status(409);
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("idempotency_in_progress", "1"));
    assert_eq!(
        post(&admin, "/api/orgs", KEY, json!({ "name": "X" })).await.status(422).code(),
        "idempotency_mismatch"
    );
    app.advance(LEASE);
    let made = post(&admin, "/api/orgs", KEY, body.clone()).await.status(201);
    assert!(!is_replayed(&made));
    // The first one comes too late, and must not commit.
    let write = app.app.write(&actor).await.unwrap();
    let late = answers::keep(&write, &lost, None, b"late").await;
    assert!(matches!(late, Err(Error::IdempotencyInProgress)), "{late:?}");
    answers::release(&write, &lost).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(told(&post(&admin, "/api/orgs", KEY, body).await), told(&made));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_on_two_nodes_one_makes_it() {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    let org = app.organisation("Acme").await;
    let keys = format!("{}/keys", org.path);
    let admin = Credential::Cookie(org.admin.cookie.clone());
    let register = json!({ "email": "new@acme.example", "password": PASSWORD });
    for (round, (credential, path, body)) in [
        (admin.clone(), keys.clone(), new_key("one")),
        (admin, "/api/orgs".to_owned(), json!({ "name": "Labs" })),
        (Credential::None, "/api/auth/register".to_owned(), register),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("round-{round}");
        let answers = at_once((0..32).map(|turn| {
            let client = with([&app, &other][turn % 2], credential.clone());
            let (path, key, body) = (path.clone(), key.clone(), body.clone());
            async move { post(&client, &path, &key, body).await }
        }))
        .await;
        let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
        for answer in refused {
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (409, "idempotency_in_progress"),
                "{}",
                answer.text()
            );
        }
        assert_eq!(made.iter().filter(|answer| !is_replayed(answer)).count(), 1, "{path}");
        assert!(made.iter().all(|answer| told(answer) == told(made[0])), "{path}");
        assert!(is_replayed(&post(&with(&other, credential), &path, &key, body).await.status(201)));
    }
    assert_eq!(keys_named(&app, "one").await, 1);
    let db = app.app.db.read();
    let labs = organisation::Entity::find().filter(organisation::COLUMN.name.eq("Labs"));
    assert_eq!(labs.count(db).await.unwrap(), 1);
    let new = user::Entity::find().filter(user::COLUMN.email.eq("new@acme.example"));
    assert_eq!(new.count(db).await.unwrap(), 1);
}

/// Gives a request up after it was polled that often.
async fn give_up_after(polls: usize, request: impl Future<Output = Answer>) {
    let mut request = std::pin::pin!(request);
    for _ in 0..polls {
        let polled = poll_fn(|context| Poll::Ready(request.as_mut().poll(context).is_ready()));
        if polled.await {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_client_that_hangs_up_anywhere_and_asks_again_has_one() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, path) = (org.admin.with_cookie(), format!("{}/keys", org.path));
    for polls in (0..40).chain([60, 100, 200, 500, 1000, 5000]) {
        let name = format!("after-{polls}");
        give_up_after(polls, post(&admin, &path, &name, new_key(&name))).await;
        let mut again = post(&admin, &path, &name, new_key(&name)).await;
        while again.status == 409 {
            again = post(&admin, &path, &name, new_key(&name)).await;
        }
        let key = again.status(201).json();
        assert_eq!(keys_named(&app, &name).await, 1, "{name}");
        let client =
            Client::new(app.router.clone(), Credential::ApiKey(key["secret"].as_str().unwrap().to_owned()));
        client.get("/api/verify").await.status(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_leaves_one_for_who_asks_again() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let path = format!("{}/keys", org.path);
    let installation = Installation::of(&app);
    let mut answered = BTreeMap::new();
    let mut names = Vec::new();
    for round in 0..3 {
        let settings = [("OSKAR_SECRET_KEY", SECRET_KEY), ("OSKAR_LOG__LEVEL", "warn")];
        let server = installation.serve(&settings).await;
        let (url, cookie) = (format!("{}{path}", server.url), format!("oskar_session={}", org.admin.cookie));
        let client = reqwest::Client::new();
        let (done, mut first) = tokio::sync::mpsc::unbounded_channel();
        let mut running = tokio::task::JoinSet::new();
        for turn in 0..12 {
            let name = format!("round {round}, key {turn}");
            names.push(name.clone());
            let request =
                client.post(&url).header("cookie", &cookie).header("idempotency-key", format!("\"{name}\""));
            let (request, done) = (request.json(&new_key(&name)), done.clone());
            running.spawn(async move {
                let answer = request.send().await.ok()?;
                assert_eq!(answer.status().as_u16(), 201);
                let key: Value = answer.json().await.ok()?;
                done.send(()).unwrap();
                Some((name, key))
            });
        }
        drop(done);
        for _ in 0..=round {
            first.recv().await.unwrap();
        }
        server.kill().await;
        answered.extend(running.join_all().await.into_iter().flatten());
    }
    // The machine's time went on while the clock of this node stood still.
    app.advance(LEASE + TimeDelta::minutes(5));
    for name in &names {
        let again =
            post(&org.admin.with_cookie(), &path, &format!("\"{name}\""), new_key(name)).await.status(201);
        if let Some(key) = answered.get(name) {
            assert!(is_replayed(&again), "{name}");
            assert_eq!(again.json(), *key);
        }
        assert_eq!(keys_named(&app, name).await, 1, "{name}");
    }
    println!("{} of {} were answered before a kill", answered.len(), names.len());
}

#[tokio::test]
async fn what_is_kept_goes_with_the_account_and_the_organisation() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let body = json!({ "email": "new@acme.example", "password": PASSWORD });
    let made = post(&app.anonymous(), "/api/auth/register", KEY, body.clone()).await.status(201);
    let new = Client::new(app.router.clone(), Credential::Cookie(made.cookie("oskar_session")));
    post(&new, "/api/auth/ws-token", "none", json!({})).await.status(422);
    post(&org.admin.with_cookie(), &format!("{}/keys", org.path), KEY, new_key("key")).await.status(201);
    assert_eq!(kept(&app).await.len(), 2);
    let user = made.json()["user"]["id"].as_str().unwrap().to_owned();
    assert!(kept(&app).await.iter().any(|row| row.user_id.is_some_and(|id| id.to_string() == user)));
    new.call(Method::DELETE, "/api/account", Some(json!({ "password": PASSWORD }))).await.status(204);
    assert_eq!(kept(&app).await.len(), 1);
    org.admin.with_cookie().delete(&org.path).await.status(204);
    assert_eq!(kept(&app).await.len(), 0);
    // The address is free, and a new account is a new one.
    let again = post(&app.anonymous(), "/api/auth/register", KEY, body).await.status(201);
    assert_ne!(again.json()["user"]["id"].as_str().unwrap(), user);
}

#[tokio::test]
async fn an_answer_is_opened_while_the_master_secret_is_replaced() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (path, body) = (format!("{}/keys", org.path), new_key("key"));
    let first = post(&org.admin.with_cookie(), &path, KEY, body.clone()).await.status(201);
    let new = "bK9wR3nY6uS0xA4cO7dG2iM5qT8eH1zB";
    let rotated =
        app.another_node_with(&[("OSKAR_SECRET_KEY", new), ("OSKAR_SECRET_KEY_PREVIOUS", SECRET_KEY)]).await;
    let client = with(&rotated, Credential::Cookie(org.admin.cookie.clone()));
    let again = post(&client, &path, KEY, body).await.status(201);
    assert!(is_replayed(&again));
    assert_eq!(again.json(), first.json());
}

#[tokio::test]
async fn front_ends_of_other_origins_may_send_the_key_and_read_that_it_was_replayed() {
    let app = TestApp::with(&[("OSKAR_ALLOWED_ORIGINS", "https://app.example.com")]).await;
    let preflight = [
        ("origin", "https://app.example.com"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "idempotency-key"),
    ];
    let answer = app.anonymous().call_with(Method::OPTIONS, "/api/auth/register", &preflight, None).await;
    assert!(answer.header("access-control-allow-headers").contains("idempotency-key"));
    let body = json!({ "email": "new@acme.example", "password": PASSWORD });
    let headers = [("origin", "https://app.example.com"), ("idempotency-key", KEY)];
    for _ in 0..2 {
        let answer =
            app.anonymous().call_with(Method::POST, "/api/auth/register", &headers, Some(body.clone())).await;
        assert!(answer.status(201).header("access-control-expose-headers").contains("idempotency-replayed"));
    }
}
