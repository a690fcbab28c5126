//! Tickets as the name of a protocol: in no address, and so in no proxy's log.

use axum::Router;
use axum::http::{HeaderValue, Method};
use axum::response::Html;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Error as SocketError;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::stream::serve;
use crate::support::{Client, Tab, TestApp, browser};

async fn ticket(client: &Client, headers: &[(&str, &str)]) -> String {
    let answer = client.call_with(Method::POST, "/api/auth/ws-token", headers, None).await;
    answer.status(200).json()["ticket"].as_str().unwrap().to_owned()
}

/// The protocol that the server selects, or the status of its refusal.
async fn open(port: u16, query: &str, protocols: &[&str]) -> Result<Option<String>, u16> {
    let address = format!("ws://127.0.0.1:{port}/api/orgs/acme/events/stream{query}");
    let mut request = address.into_client_request().unwrap();
    for line in protocols {
        request.headers_mut().append("sec-websocket-protocol", HeaderValue::from_str(line).unwrap());
    }
    let connection = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    match client_async(request, connection).await {
        Ok((_, answer)) => {
            let selected = answer.headers().get("sec-websocket-protocol");
            Ok(selected.map(|selected| selected.to_str().unwrap().to_owned()))
        }
        Err(SocketError::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_ticket_is_taken_as_a_protocol_and_only_the_other_one_is_answered() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let port = serve(&app).await;
    let next = async || ticket(&org.admin.with_cookie(), &[]).await;
    let events = Ok(Some("oskar.events".to_owned()));

    let named = format!("oskar.ticket.{}", next().await);
    assert_eq!(open(port, "", &[&format!("oskar.events, {named}")]).await, events);
    assert_eq!(open(port, "", &[&format!("oskar.events, {named}")]).await, Err(401), "good once");
    let named = format!("oskar.ticket.{}", next().await);
    assert_eq!(open(port, "", &[&format!("{named},other , oskar.events")]).await, events, "in any order");

    // Browsers would close the socket, so that the ticket is not used up either.
    let named = format!("oskar.ticket.{}", next().await);
    assert_eq!(open(port, "", &[&named]).await, Err(422));
    assert_eq!(open(port, "", &[&format!("other,{named}")]).await, Err(422));
    assert_eq!(open(port, "", &[&format!("oskar.events,{named}")]).await, events);

    // The address is good as before, with and without a protocol.
    assert_eq!(open(port, &format!("?ticket={}", next().await), &[]).await, Ok(None));
    assert_eq!(open(port, &format!("?ticket={}", next().await), &["oskar.events"]).await, events);

    // One ticket, not two, and nothing else.
    let (one, two) = (next().await, next().await);
    let both = format!("oskar.events, oskar.ticket.{one}");
    assert_eq!(open(port, &format!("?ticket={two}"), &[&both]).await, Err(401));
    assert_eq!(open(port, "", &[&both, &format!("oskar.ticket.{two}")]).await, Err(401));
    for other in ["", &org.admin.access_token, &org.admin.cookie] {
        assert_eq!(open(port, "", &[&format!("oskar.events, oskar.ticket.{other}")]).await, Err(401));
    }
    assert_eq!(open(port, "", &["oskar.events"]).await, Err(401));
    assert_eq!(open(port, "", &[&both]).await, events, "no refusal has used it up");
}

#[tokio::test]
async fn a_browser_opens_a_socket_without_a_secret_in_its_address() {
    let Some(program) = browser() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let page = Router::new().fallback(async || Html("<h1>A product</h1>"));
    tokio::spawn(async move { axum::serve(listener, page).await });
    let app = TestApp::with(&[("OSKAR_ALLOWED_ORIGINS", &origin)]).await;
    let org = app.organisation("Acme").await;
    let port = serve(&app).await;
    let ticket = ticket(&org.admin.with_bearer(), &[("origin", &origin)]).await;
    let mut tab = Tab::open(&program, "").await;
    tab.visit(&origin).await;
    let script = format!(
        "const socket = new WebSocket('ws://127.0.0.1:{port}/api/orgs/acme/events/stream', \
         ['oskar.events', 'oskar.ticket.{ticket}']); \
         socket.onopen = () => location.search = 'opened=' + socket.protocol; \
         socket.onerror = () => location.search = 'failed';"
    );
    tab.follow(&script).await;
    assert_eq!(tab.evaluate("location.search").await, "?opened=oskar.events");
}
