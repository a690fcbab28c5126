//! Clients that take their time.

use std::time::Duration;

use oskar::permission::Role;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::support::TestApp;

const MANY: usize = 60;
/// Far more than the server's second, far less than for ever.
const PATIENCE: Duration = Duration::from_secs(20);

/// Serves on a port of its own.
async fn serve(app: &TestApp) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let shared = app.app.clone();
    tokio::spawn(async move { oskar::server::serve(&shared, listener, None, std::future::pending()).await });
    port
}

/// Connections that have sent something and then nothing more.
async fn stuck(port: u16, sent: &str) -> Vec<TcpStream> {
    let mut connections = Vec::new();
    for _ in 0..MANY {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        connection.write_all(sent.as_bytes()).await.unwrap();
        connections.push(connection);
    }
    connections
}

/// What the server says before it hangs up.
async fn last_words(mut connection: TcpStream) -> String {
    let mut said = Vec::new();
    // A reset is a way to hang up too.
    drop(timeout(PATIENCE, connection.read_to_end(&mut said)).await.unwrap());
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn a89_slow_clients_are_cut_off_and_hold_nobody_up() {
    let app = TestApp::with(&[("OSKAR_LIMITS__REQUEST_TIMEOUT", "1s")]).await;
    let port = serve(&app).await;
    let in_headers = stuck(port, "GET /health HTTP/1.1\r\nhost: localhost\r\nx-slow: ").await;
    let head = "POST /api/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    let in_body = stuck(port, &format!("{head}content-length: 100\r\n\r\n{{")).await;
    let idle = stuck(port, "").await;
    let others = reqwest::get(format!("http://127.0.0.1:{port}/health")).await.unwrap();
    assert_eq!(others.status(), 200);

    for connection in in_headers.into_iter().chain(idle) {
        assert!(!last_words(connection).await.starts_with("HTTP/1.1 2"));
    }
    for connection in in_body {
        let said = last_words(connection).await;
        assert!(said.starts_with("HTTP/1.1 408") || said.starts_with("HTTP/1.1 503"), "{said}");
    }
}

#[tokio::test]
async fn a89_whoever_does_not_read_the_answer_is_cut_off() {
    let app = TestApp::with(&[("OSKAR_LIMITS__REQUEST_TIMEOUT", "1s")]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let shared = app.app.clone();
    let serving = tokio::spawn(async move {
        oskar::server::serve(&shared, listener, None, async { drop(stopped.await) }).await;
    });
    // More than any socket buffers, again and again on one connection.
    let ask = "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(20);
    let unread = stuck(port, &ask).await;
    stop.send(()).unwrap();
    // It waits ten seconds for those that go on; these do not.
    timeout(Duration::from_secs(8), serving).await.unwrap().unwrap();
    drop(unread);
}

/// A request whose body's last byte is held back.
async fn held_back(port: u16, head: &str) -> TcpStream {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let body = r#"{"role":"admin""#;
    let head = format!(
        "{head}host: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len() + 1
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body once it reads it.
    let mut asked = [0; 25];
    connection.read_exact(&mut asked).await.unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100 Continue"));
    connection.write_all(body.as_bytes()).await.unwrap();
    connection
}

#[tokio::test]
async fn a11_a_request_whose_end_is_held_back_has_no_rights_that_have_ended_meanwhile() {
    let app = TestApp::start().await;
    let port = serve(&app).await;
    let org = app.organisation("Acme").await;
    app.create_user("second@acme.example", &org.id, Role::Admin).await;
    let second = app.sign_in("second@acme.example").await;
    let path = format!("{}/members/{}", org.path, second.user_id);
    let head = format!("PATCH {path} HTTP/1.1\r\ncookie: oskar_session={}\r\n", second.cookie);

    let mut demoted = held_back(port, &head).await;
    org.admin.with_cookie().patch(&path, json!({ "role": "viewer" })).await.status(200);
    demoted.write_all(b"}").await.unwrap();
    let said = last_words(demoted).await;
    assert!(said.starts_with("HTTP/1.1 403"), "{said}");

    org.admin.with_cookie().patch(&path, json!({ "role": "admin" })).await.status(200);
    let mut signed_out = held_back(port, &head).await;
    second.with_cookie().post("/api/auth/logout", json!({})).await.status(204);
    signed_out.write_all(b"}").await.unwrap();
    let said = last_words(signed_out).await;
    assert!(said.starts_with("HTTP/1.1 401"), "{said}");
}

#[tokio::test]
async fn a_forwarded_request_is_judged_without_its_body() {
    let app = TestApp::start().await;
    let port = serve(&app).await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let head = format!(
        "POST /api/verify HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncookie: oskar_session={}\r\n\
         content-length: 100\r\n\r\n",
        ana.cookie
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let said = last_words(connection).await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
}
