//! A proxy that nobody listed in `trusted_proxies`.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use serde_json::Value;

use crate::process::Installation;
use crate::support::{Client, Person, TestApp};

/// A request that a peer passes on.
async fn from_peer(client: &Client, peer: [u8; 4], path: &str, header: &str) -> Value {
    let request = Request::builder().uri(path).header(header, "198.51.100.9").body(Body::empty());
    let mut request = request.unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer, 4711))));
    client.send(request).await.status(200).json()
}

async fn with_operator(settings: &[(&str, &str)]) -> (TestApp, Person, Person) {
    let app = TestApp::with(settings).await;
    let admin = app.register("admin@acme.example", Some("Acme")).await;
    let operator = app.register("operator@acme.example", None).await;
    let row = oskar::entity::user::ActiveModel {
        id: sea_orm::Set(operator.user_id.parse().unwrap()),
        operator: sea_orm::Set(true),
        ..Default::default()
    };
    let txn = app.app.db.begin().await.unwrap();
    sea_orm::ActiveModelTrait::update(row, &txn).await.unwrap();
    txn.commit().await.unwrap();
    (app, admin, operator)
}

#[tokio::test]
async fn operators_are_told_of_a_proxy_that_is_not_believed() {
    let ours = [("OSKAR_TRUSTED_PROXIES", "10.0.0.1,203.0.113.7")];
    for (settings, peer, header, told) in [
        (&[][..], [10, 0, 0, 5], "x-forwarded-for", Some("10.0.0.5 sends X-Forwarded-For")),
        (&[], [127, 0, 0, 1], "forwarded", Some("127.0.0.1 sends Forwarded")),
        (&ours, [192, 168, 1, 1], "x-forwarded-for", Some("OSKAR_TRUSTED_PROXIES=192.168.1.1")),
        (&ours, [10, 0, 0, 1], "forwarded", Some("Have it send X-Forwarded-For")),
        (&ours, [10, 0, 0, 1], "x-forwarded-for", None),
        // What strangers write in such a header is their own affair.
        (&[], [198, 51, 100, 1], "x-forwarded-for", None),
        (&[], [10, 0, 0, 5], "x-real-ip", None),
    ] {
        let (app, admin, operator) = with_operator(settings).await;
        assert_eq!(
            operator.with_bearer().get("/health").await.status(200).json()["problems"],
            serde_json::json!([])
        );
        from_peer(&app.anonymous(), peer, "/livez", header).await;
        let health = operator.with_bearer().get("/health").await.status(200).json();
        let problems = health["problems"].as_array().unwrap();
        match told {
            Some(part) => assert!(problems[0].as_str().unwrap().contains(part), "{health}"),
            None => assert!(problems.is_empty(), "{health}"),
        }
        // Nobody else learns how the machines are connected.
        for client in [admin.with_bearer(), app.anonymous()] {
            assert!(client.get("/health").await.status(200).json().get("problems").is_none());
        }
    }
}

#[tokio::test]
async fn the_log_tells_of_it_once_by_the_setting_s_name() {
    let installation = Installation::new().await;
    let server = installation.serve(&[]).await;
    let client = reqwest::Client::new();
    for header in ["x-forwarded-for", "x-forwarded-for", "forwarded"] {
        let asked = client.get(format!("{}/livez", server.url)).header(header, "198.51.100.9").send();
        assert_eq!(asked.await.unwrap().status(), 200);
    }
    server.terminate().await;
    let (_, log) = server.ended().await;
    let lines: Vec<_> = log.lines().filter(|line| line.contains("OSKAR_TRUSTED_PROXIES=127.0.0.1")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert!(lines[0].contains("WARN") && lines[0].contains("X-Forwarded-For"), "{}", lines[0]);
}
