//! What was answered 2xx survives `kill -9`.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::process::Installation;
use crate::support::PASSWORD;

/// How many answers to wait for before the kill.
const ANSWERED: usize = 40;
const WRITERS: usize = 8;

#[derive(Debug)]
struct Written {
    email: String,
    secret: String,
}

async fn json(request: reqwest::RequestBuilder) -> Option<(u16, Value)> {
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    Some((status, response.json().await.ok()?))
}

/// Registers somebody with an organisation and makes a key; `None` once the server is gone.
async fn write(url: &str, email: String) -> Option<Written> {
    let client = reqwest::Client::new();
    let body = json!({ "email": email, "password": PASSWORD, "organisation": email.replace('@', " at ") });
    let (status, person) = json(client.post(format!("{url}/api/auth/register")).json(&body)).await?;
    assert_eq!(status, 201, "{person}");
    let keys = format!("{url}/api/orgs/{}/keys", person["organisation"]["slug"].as_str()?);
    let body = json!({ "name": "key", "environment": "live", "role": "viewer" });
    let request = client.post(keys).bearer_auth(person["token"].as_str()?).json(&body);
    let (status, key) = json(request).await?;
    assert_eq!(status, 201, "{key}");
    Some(Written { email, secret: key["secret"].as_str()?.to_owned() })
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_in_the_middle_of_writing_loses_nothing_that_was_answered() {
    let installation = Installation::new().await;
    let server = installation
        .serve(&[("OSKAR_LIMITS__HASH_QUEUE", "1000"), ("OSKAR_LIMITS__REGISTRATIONS", "0")])
        .await;
    let url: Arc<str> = server.url.as_str().into();
    let (answered, mut answers) = mpsc::unbounded_channel();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (url, answered) = (url.clone(), answered.clone());
            tokio::spawn(async move {
                let mut tried = Vec::new();
                for round in 0.. {
                    tried.push(format!("w{writer}-r{round}@crash.example"));
                    match write(&url, tried[round].clone()).await {
                        Some(written) => answered.send(written).unwrap(),
                        None => break,
                    }
                }
                tried
            })
        })
        .collect();
    drop(answered);

    let mut kept = Vec::new();
    while kept.len() < ANSWERED {
        kept.push(answers.recv().await.unwrap());
    }
    server.kill().await;
    while let Some(written) = answers.recv().await {
        kept.push(written);
    }

    let server = installation.serve(&[("OSKAR_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let client = reqwest::Client::new();
    for Written { email, secret } in &kept {
        let me = client.get(format!("{}/api/auth/me", server.url)).header("x-api-key", secret);
        let (status, me) = json(me).await.unwrap();
        assert_eq!(status, 200, "{email} has lost a key that was answered: {me}");
    }
    // What was not answered is there as a whole, or not at all.
    let mut half_way = 0;
    for writer in writers {
        let tried = writer.await.unwrap();
        let unanswered = tried.last().unwrap();
        assert!(kept.iter().all(|written| written.email != *unanswered));
        let body = json!({ "email": unanswered, "password": PASSWORD });
        // An address each: those who were not kept are wrong guesses.
        let address = format!("192.0.2.{half_way}");
        let login = client.post(format!("{}/api/auth/login", server.url)).header("x-forwarded-for", address);
        let (status, answer) = json(login.json(&body)).await.unwrap();
        match status {
            200 => assert_eq!(answer["user"]["role"], "admin", "a user without the organisation: {answer}"),
            401 => half_way += 1,
            other => panic!("{other}: {answer}"),
        }
    }
    assert!(half_way <= WRITERS);
}
