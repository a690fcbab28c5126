//! Clients that take their time.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::support::TestApp;

const MANY: usize = 60;
/// Far more than the server's second, far less than for ever.
const PATIENCE: Duration = Duration::from_secs(20);

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
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let shared = app.app.clone();
    tokio::spawn(async move { oskar::server::serve(&shared, listener, std::future::pending()).await });

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
        oskar::server::serve(&shared, listener, async { drop(stopped.await) }).await;
    });
    // More than any socket buffers, again and again on one connection.
    let ask = "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(20);
    let unread = stuck(port, &ask).await;
    stop.send(()).unwrap();
    // It waits ten seconds for those that go on; these do not.
    timeout(Duration::from_secs(8), serving).await.unwrap().unwrap();
    drop(unread);
}
