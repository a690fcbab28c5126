//! A running server: how it stops, and what it logs.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::process::Installation;
use crate::support::PASSWORD;

#[tokio::test]
async fn sigterm_lets_a_request_under_way_finish() {
    let installation = Installation::new().await;
    let server = installation.serve(&[]).await;
    let body = json!({ "email": "ana@acme.test", "password": PASSWORD }).to_string();
    let (most, rest) = body.split_at(body.len() - 1);
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await.unwrap();
    let head = format!(
        "POST /api/auth/register HTTP/1.1\r\nhost: localhost:{}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        server.port,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body once the handler reads it: from then on the request is under way.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100 Continue"));
    stream.write_all(most.as_bytes()).await.unwrap();

    server.terminate().await;
    let port = server.port;
    while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stream.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let (code, log) = server.ended().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("\"stopped\""), "{log}");
}

#[tokio::test]
async fn a87_the_log_has_a_line_for_each_request_and_no_secret_in_any() {
    let installation = Installation::new().await;
    let server = installation.serve(&[("OSKAR_LOG__LEVEL", "debug")]).await;
    let client = reqwest::Client::new();
    let url = &server.url;
    let name = "Ana\u{1b}[31m";
    let person = server.register().await;
    let key = &server.key(&person).await;
    let token = person["token"].as_str().unwrap();
    let refresh = person["refresh_token"].as_str().unwrap();
    let link = server.setup_link().to_owned();
    client.get(format!("{url}/api/auth/me?api_key={key}")).header("x-api-key", key).send().await.unwrap();
    // As in the mails of older versions: it leads to a page that asks for the secret in a form.
    let older = link.replace('#', "/");
    let page = client.get(&older).header("user-agent", "line\tbreak").send().await.unwrap();
    let form = format!("link={}", link.rsplit('#').next().unwrap());
    let form = client.post(page.url().clone()).body(form);
    let form = form.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    assert_eq!(form.status(), 200);
    let body = json!({ "refresh_token": refresh });
    let answer = client.post(format!("{url}/api/auth/refresh")).json(&body).send().await.unwrap();
    let request_id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let refused =
        client.patch(format!("{url}/api/account")).bearer_auth(token).json(&json!({ "name": name }));
    assert_eq!(refused.send().await.unwrap().status(), 422);

    server.terminate().await;
    let (_, log) = server.ended().await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answered: Vec<_> = lines.iter().filter(|line| line["message"] == "answered").collect();
    assert_eq!(answered.len(), 8, "{log}");
    assert!(
        answered
            .iter()
            .any(|line| line["span"]["id"] == request_id && line["span"]["route"] == "/api/auth/refresh")
    );
    let link = link.rsplit('#').next().unwrap();
    for secret in [PASSWORD, token, key, refresh, link, "api_key=", "ana@acme.example"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
