//! The live audit log, by a WebSocket client over a real socket.

use std::time::Duration;

use axum::http::HeaderValue;
use chrono::TimeDelta;
use futures_util::{SinkExt as _, StreamExt as _};
use oskar::domain::journal::audit::Actor;
use oskar::entity::{audit_event, socket_ticket};
use oskar::id::AuditEventId;
use sea_orm::{ActiveModelTrait as _, Set};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::support::{Client, Credential, PASSWORD, Person, TestApp, TestOrganisation};

const OWN: &str = "http://localhost:8675";
const FRIEND: &str = "https://app.example.com";
const FOREIGN: &str = "https://evil.example";

pub type Stream = WebSocketStream<TcpStream>;

/// Serves as `oskar serve` does; the port.
pub async fn serve(app: &TestApp) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = app.app.clone();
    tokio::spawn(async move { oskar::server::serve(&app, listener, None, std::future::pending()).await });
    port
}

/// The socket, or the status of the refusal.
pub async fn open(port: u16, org: &str, ticket: &str, origin: Option<&str>) -> Result<Stream, u16> {
    let address = format!("ws://127.0.0.1:{port}/api/orgs/{org}/events/stream?ticket={ticket}");
    let mut request = address.into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", HeaderValue::from_str(origin).unwrap());
    }
    let connection = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    match client_async(request, connection).await {
        Ok((socket, _)) => Ok(socket),
        Err(SocketError::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

pub async fn ticket(client: &Client, origin: Option<&str>) -> String {
    let headers: Vec<_> = origin.map(|origin| ("origin", origin)).into_iter().collect();
    let answer = client.call_with("POST".parse().unwrap(), "/api/auth/ws-token", &headers, None).await;
    let answer = answer.status(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    let token = body["ticket"].as_str().unwrap().to_owned();
    assert!(token.starts_with("ost_"));
    assert_eq!(body, json!({ "ticket": token, "expires_in": 120 }));
    token
}

/// The next event of that kind.
async fn event(socket: &mut Stream, action: &str) -> Value {
    loop {
        let message = timeout(Duration::from_secs(5), socket.next()).await.unwrap();
        if let Message::Text(text) = message.unwrap().unwrap() {
            let event: Value = serde_json::from_str(&text).unwrap();
            if event["type"] == action {
                return event;
            }
        }
    }
}

/// The code that the server closes with, in that time at most.
pub async fn close_code(socket: &mut Stream, within: Duration) -> u16 {
    let closed = async {
        loop {
            if let Message::Close(frame) = socket.next().await.unwrap().unwrap() {
                return frame.unwrap().code.into();
            }
        }
    };
    timeout(within, closed).await.unwrap()
}

async fn organisation() -> (TestApp, TestOrganisation, u16) {
    let app = TestApp::with(&[("OSKAR_ALLOWED_ORIGINS", FRIEND)]).await;
    let org = app.organisation("Acme").await;
    let port = serve(&app).await;
    (app, org, port)
}

#[tokio::test]
async fn a81_a_ticket_opens_one_socket_be_it_asked_for_twice_or_twice_at_once() {
    let (app, org, port) = organisation().await;
    let other_port = serve(&app.another_node_with(&[("OSKAR_ALLOWED_ORIGINS", FRIEND)]).await).await;
    let used = ticket(&org.admin.with_bearer(), None).await;
    open(port, "acme", &used, None).await.unwrap();
    assert_eq!(open(port, "acme", &used, None).await.unwrap_err(), 401);
    assert_eq!(open(other_port, "acme", &used, None).await.unwrap_err(), 401);
    for _ in 0..5 {
        let ticket = ticket(&org.admin.with_cookie(), None).await;
        let ports = [port, other_port, port, other_port];
        let [a, b, c, d] = ports.map(|port| open(port, "acme", &ticket, None));
        let (a, b, c, d) = tokio::join!(a, b, c, d);
        let opened = [a, b, c, d].into_iter().flatten().count();
        assert_eq!(opened, 1);
    }
}

#[tokio::test]
async fn a81_a_ticket_is_good_for_two_minutes() {
    let (app, org, port) = organisation().await;
    let client = org.admin.with_bearer();
    let (early, late) = (ticket(&client, None).await, ticket(&client, None).await);
    app.advance(TimeDelta::seconds(119));
    open(port, "acme", &early, None).await.unwrap();
    app.advance(TimeDelta::seconds(1));
    assert_eq!(open(port, "acme", &late, None).await.unwrap_err(), 401);
}

#[tokio::test]
async fn a81_a_ticket_is_good_for_pages_of_the_origin_that_asked_for_it() {
    let (_app, org, port) = organisation().await;
    let client = org.admin.with_bearer();
    for (asked_by, opened_by, refused) in [
        (None, None, None),
        (None, Some(OWN), None),
        (Some(OWN), Some(OWN), None),
        (Some(FRIEND), Some(FRIEND), None),
        (None, Some(FOREIGN), Some(403)),
        (None, Some(FRIEND), Some(403)),
        (None, Some("null"), Some(403)),
        (Some(FRIEND), None, Some(403)),
        (Some(FRIEND), Some(OWN), Some(403)),
        (Some(OWN), Some(FRIEND), Some(403)),
    ] {
        let ticket = ticket(&client, asked_by).await;
        let answer = open(port, "acme", &ticket, opened_by).await.err();
        assert_eq!(answer, refused, "asked by {asked_by:?}, opened by {opened_by:?}");
    }
}

#[tokio::test]
async fn only_a_ticket_for_the_organisation_and_of_somebody_who_may_opens_a_socket() {
    let (app, org, port) = organisation().await;
    let other = app.organisation("Other").await;
    let foreign = ticket(&other.admin.with_bearer(), None).await;
    assert_eq!(open(port, "acme", &foreign, None).await.unwrap_err(), 404);
    let viewer = ticket(&org.viewer.with_bearer(), None).await;
    assert_eq!(open(port, "acme", &viewer, None).await.unwrap_err(), 403);
    let key = org.key("live", "admin", None).await;
    let unknown = oskar::crypto::secret::Secret::generate(oskar::crypto::secret::SecretKind::SocketTicket);
    for no_ticket in [&org.admin.access_token, &org.admin.cookie, &key.secret, "", unknown.reveal()] {
        assert_eq!(open(port, "acme", no_ticket, None).await.unwrap_err(), 401, "{no_ticket}");
    }
    // A ticket is no credential anywhere else.
    let ticket = ticket(&org.admin.with_bearer(), None).await;
    let client = Client::new(app.router.clone(), crate::support::Credential::Bearer(ticket.clone()));
    client.get("/api/auth/me").await.status(401);
    let plain = app.anonymous().get(&format!("/api/orgs/acme/events/stream?ticket={ticket}")).await;
    assert_eq!(plain.status(426).code(), "upgrade_required");
    // For an organisation that is named.
    let body = json!({ "org": "other" });
    org.admin.with_cookie().post("/api/auth/ws-token", body).await.status(404);
    let lonely = app.register("lonely@acme.example", None).await;
    let answer = lonely.with_cookie().post("/api/auth/ws-token", json!({})).await.status(422);
    assert_eq!(answer.pointer(), "/org");
}

#[tokio::test]
async fn new_events_arrive_as_the_list_shows_them_from_whichever_node() {
    let (app, org, port) = organisation().await;
    let other = app.organisation("Other").await;
    let mut socket = open(port, "acme", &ticket(&org.admin.with_bearer(), None).await, None).await.unwrap();
    other.key("live", "viewer", None).await;
    let node = app.another_node_with(&[]).await;
    let client =
        Client::new(node.router.clone(), crate::support::Credential::Bearer(org.admin.access_token.clone()));
    let body = json!({ "name": "Deploy bot", "environment": "live", "role": "viewer" });
    let key = client.post("/api/orgs/acme/keys", body).await.status(201).json();
    let seen = event(&mut socket, "key.created").await;
    let listed = client.get("/api/orgs/acme/events?type=key.created").await.status(200).json();
    assert_eq!(seen, listed["data"][0]);
    assert_eq!(seen["target"]["id"], key["id"]);
}

/// Two transactions may end in another order than they began in.
#[tokio::test]
async fn an_event_of_a_long_transaction_is_not_missed_and_none_comes_twice() {
    let (app, org, port) = organisation().await;
    let mut socket = open(port, "acme", &ticket(&org.admin.with_bearer(), None).await, None).await.unwrap();
    let mut order = Vec::new();
    for (action, age) in [("test.second", 0_u128), ("test.first", 30_000), ("test.third", 0)] {
        let id = AuditEventId(uuid::Uuid::from_u128(uuid::Uuid::now_v7().as_u128() - (age << 80)));
        let actor = Actor::system();
        let txn = app.app.db.begin().await.unwrap();
        audit_event::ActiveModel {
            counted_under: Set(None),
            count: Set(None),
            personal: Set(None),
            id: Set(id),
            organisation_id: Set(Some(org.id.parse().unwrap())),
            actor_kind: Set(actor.kind),
            actor_id: Set(None),
            actor_name: Set(actor.name),
            action: Set(action.to_owned()),
            target_id: Set(None),
            data: Set(json!({})),
            ip: Set(None),
            user_agent: Set(None),
            request_id: Set(None),
            created_at: Set(app.app.now()),
        }
        .insert(&txn)
        .await
        .unwrap();
        txn.commit().await.unwrap();
        let message = timeout(Duration::from_secs(5), socket.next()).await.unwrap().unwrap().unwrap();
        let event: Value = serde_json::from_str(message.to_text().unwrap()).unwrap();
        order.push(event["type"].as_str().unwrap().to_owned());
    }
    assert_eq!(order, ["test.second", "test.first", "test.third"]);
}

#[tokio::test]
async fn the_socket_closes_within_a_second_when_what_is_behind_it_goes() {
    let (app, org, port) = organisation().await;
    let second = Duration::from_secs(1);
    let admin = org.admin.with_bearer();
    let another = async || {
        let email = format!("{}@acme.example", oskar::id::UserId::generate());
        app.create_user(&email, &org.id, oskar::permission::Role::Admin).await;
        app.sign_in(&email).await
    };
    let follow = async |client: &Client| open(port, "acme", &ticket(client, None).await, None).await.unwrap();

    let person = another().await;
    let mut socket = follow(&person.with_cookie()).await;
    person.with_bearer().post("/api/auth/logout", json!({})).await.status(204);
    assert_eq!(close_code(&mut socket, second).await, 1008, "session");

    let person = another().await;
    let mut socket = follow(&person.with_bearer()).await;
    let path = format!("/api/orgs/acme/members/{}", person.user_id);
    admin.patch(&path, json!({ "role": "viewer" })).await.status(200);
    assert_eq!(close_code(&mut socket, second).await, 1008, "role");

    let person = another().await;
    let mut socket = follow(&person.with_bearer()).await;
    let path = format!("/api/orgs/acme/members/{}", person.user_id);
    admin.delete(&path).await.status(204);
    assert_eq!(close_code(&mut socket, second).await, 1008, "membership");

    let key = org.key("live", "admin", None).await;
    let mut socket = follow(&key.with_x_api_key()).await;
    admin.delete(&format!("/api/orgs/acme/keys/{}", key.id)).await.status(204);
    assert_eq!(close_code(&mut socket, second).await, 1008, "key");

    let person = another().await;
    let unused = ticket(&person.with_bearer(), None).await;
    person.with_bearer().post("/api/auth/logout", json!({})).await.status(204);
    assert_eq!(open(port, "acme", &unused, None).await.unwrap_err(), 401, "an unused ticket");

    let mut socket = follow(&admin).await;
    admin.delete("/api/orgs/acme").await.status(204);
    assert_eq!(close_code(&mut socket, second).await, 1008, "organisation");
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_waits_for_the_answer() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let shared = app.app.clone();
    let serving = tokio::spawn(async move {
        oskar::server::serve(&shared, listener, None, async { stopped.await.unwrap() }).await;
    });
    let client = org.admin.with_bearer();
    let mut socket = open(port, "acme", &ticket(&client, None).await, None).await.unwrap();
    stop.send(()).unwrap();
    assert_eq!(close_code(&mut socket, Duration::from_secs(1)).await, 1001);
    drop(socket);
    timeout(Duration::from_secs(5), serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn a89_an_organisation_has_fifty_sockets_and_gets_them_back() {
    let (app, org, port) = organisation().await;
    let client = org.admin.with_bearer();
    let follow = async || open(port, "acme", &ticket(&client, None).await, None).await;
    let mut open_ones = Vec::new();
    for _ in 0..50 {
        open_ones.push(follow().await.unwrap());
    }
    assert_eq!(follow().await.unwrap_err(), 503);
    let other = app.organisation("Globex").await;
    let theirs = ticket(&other.admin.with_bearer(), None).await;
    open(port, "globex", &theirs, None).await.unwrap();
    client.get("/api/auth/me").await.status(200);
    let mut one = open_ones.pop().unwrap();
    one.close(None).await.unwrap();
    // The server says goodbye too, and then the place is free.
    while one.next().await.is_some() {}
    follow().await.unwrap();
}

#[tokio::test]
async fn a81_large_frames_and_floods_end_the_socket() {
    let (_app, org, port) = organisation().await;
    let client = org.admin.with_bearer();
    let follow = async || open(port, "acme", &ticket(&client, None).await, None).await.unwrap();

    let mut socket = follow().await;
    socket.send(Message::Binary(vec![0; 64 << 10].into())).await.unwrap();
    socket.send(Message::Binary(vec![0; (64 << 10) + 1].into())).await.unwrap();
    assert_eq!(close_code(&mut socket, Duration::from_secs(2)).await, 1009);

    let mut socket = follow().await;
    for _ in 0..1000 {
        if socket.feed(Message::Text("x".into())).await.is_err() {
            break;
        }
    }
    socket.flush().await.unwrap();
    assert_eq!(close_code(&mut socket, Duration::from_secs(2)).await, 1008);
}

#[tokio::test]
async fn the_appliance_s_ticket_is_one_too_and_of_a_ticket_only_a_digest_is_kept() {
    let (app, org, port) = organisation().await;
    let answer = org.admin.with_cookie().get("/api/ws-token").await.status(200).json();
    let token = answer["token"].as_str().unwrap();
    assert_eq!(answer, json!({ "status": "success", "token": token }));
    let rows = socket_ticket::Entity::in_organisation(org.id.parse().unwrap());
    let rows = rows.all(app.app.db.read()).await.unwrap();
    let secret = oskar::crypto::secret::Secret::parse(token).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].digest, secret.digest(&app.app.keyring).to_vec());
    open(port, "acme", token, Some(OWN)).await.unwrap();
    let rows = socket_ticket::Entity::in_organisation(org.id.parse().unwrap());
    assert!(rows.all(app.app.db.read()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_session_that_an_admin_ended_here_keeps_no_socket_open_here() {
    let (app, org, port) = organisation().await;
    let member = format!("{}/members/{}", org.path, org.member.user_id);
    org.admin.with_cookie().patch(&member, json!({ "role": "admin" })).await.status(200);
    org.member.with_cookie().post("/api/orgs", json!({ "name": "Globex" })).await.status(201);
    let mut here = open(port, "acme", &ticket(&org.member.with_bearer(), None).await, None).await.unwrap();
    let unused = ticket(&org.member.with_bearer(), None).await;
    let cookie = org.member.with_cookie();
    let elsewhere = cookie.post("/api/auth/ws-token", json!({ "org": "globex" })).await.status(200);
    let elsewhere = elsewhere.json()["ticket"].as_str().unwrap().to_owned();
    let mut elsewhere = open(port, "globex", &elsewhere, None).await.unwrap();
    org.admin.with_cookie().delete(&format!("{member}/sessions")).await.status(204);
    assert_eq!(close_code(&mut here, Duration::from_secs(1)).await, 1008);
    assert_eq!(open(port, "acme", &unused, None).await.unwrap_err(), 401);
    cookie.patch("/api/orgs/globex", json!({ "name": "Globex Ltd." })).await.status(200);
    event(&mut elsewhere, "organisation.updated").await;
    app.advance(TimeDelta::milliseconds(1));
    let again = app.sign_in(&org.member.email).await;
    open(port, "acme", &ticket(&again.with_bearer(), None).await, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_by_the_password_alone_lives_as_long_as_the_password() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let port = serve(&app).await;
    let admin = org.admin.with_basic();
    let mut socket = open(port, &org.slug, &ticket(&admin, None).await, None).await.unwrap();
    let before = ticket(&admin, None).await;
    let change = |from: &str, to: &str| json!({ "current_password": from, "new_password": to });
    let new = "another horse battery staple";
    let changed = org.admin.with_cookie().post("/api/auth/change-password", change(PASSWORD, new)).await;
    let admin = Person::new(&app, &changed.status(200));
    assert_eq!(close_code(&mut socket, Duration::from_secs(1)).await, 1008);
    assert_eq!(open(port, &org.slug, &before, None).await.unwrap_err(), 401);
    // Signing out elsewhere does not touch it: it has no session.
    let by_new = Client::new(app.router.clone(), Credential::Basic(org.admin.email.clone(), new.to_owned()));
    let mut socket = open(port, &org.slug, &ticket(&by_new, None).await, None).await.unwrap();
    admin.with_cookie().post("/api/auth/logout", json!({})).await.status(204);
    by_new.post("/api/orgs", json!({ "name": "Elsewhere" })).await.status(201);
    let key = json!({ "name": "k", "environment": "live", "role": "viewer" });
    by_new.post(&format!("{}/keys", org.path), key).await.status(201);
    event(&mut socket, "key.created").await;
    // Nor can a member who is none any more keep it open.
    let gone = ticket(&org.member.with_basic(), None).await;
    by_new.delete(&format!("{}/members/{}", org.path, org.member.user_id)).await.status(204);
    assert_eq!(open(port, &org.slug, &gone, None).await.unwrap_err(), 401);
}
