//! What was answered 2xx survives `kill -9`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::process::Installation;
use crate::support::{PASSWORD, takes_long};

/// How many answers to wait for before a kill.
const ANSWERED: usize = 40;
const WRITERS: usize = 8;
/// How many kills there are when there is time.
const ROUNDS: usize = 20;

/// What was answered: the secret of a key for each address.
type Kept = BTreeMap<String, String>;

async fn json(request: reqwest::RequestBuilder) -> Option<(u16, Value)> {
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    Some((status, response.json().await.ok()?))
}

/// Registers somebody with an organisation and makes a key, whose secret it gives; `None` once the server is gone.
async fn write(url: &str, email: &str) -> Option<String> {
    let client = reqwest::Client::new();
    let body =
        json!({ "email": email, "password": PASSWORD, "organisation_name": email.replace('@', " at ") });
    let (status, person) = json(client.post(format!("{url}/api/auth/register")).json(&body)).await?;
    assert_eq!(status, 201, "{person}");
    let keys = format!("{url}/api/orgs/{}/keys", person["organisation"]["slug"].as_str()?);
    let body = json!({ "name": "key", "environment": "live", "role": "viewer" });
    let request = client.post(keys).bearer_auth(person["token"].as_str()?).json(&body);
    let (status, key) = json(request).await?;
    assert_eq!(status, 201, "{key}");
    Some(key["secret"].as_str()?.to_owned())
}

/// Writes until the kill: what was answered, and the addresses that were not.
async fn write_and_kill(installation: &Installation, round: usize) -> (Kept, Vec<String>) {
    let settings = [
        ("OSKAR_LIMITS__HASH_QUEUE", "1000"),
        ("OSKAR_LIMITS__REGISTRATIONS", "0"),
        ("OSKAR_LOG__LEVEL", "warn"),
    ];
    let server = installation.serve(&settings).await;
    let url: Arc<str> = server.url.as_str().into();
    let (answered, mut answers) = mpsc::unbounded_channel();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (url, answered) = (url.clone(), answered.clone());
            tokio::spawn(async move {
                for turn in 0.. {
                    let email = format!("r{round}-w{writer}-t{turn}@crash.example");
                    let Some(secret) = write(&url, &email).await else { return email };
                    answered.send((email, secret)).unwrap();
                }
                unreachable!("the server was killed")
            })
        })
        .collect();
    drop(answered);
    let mut kept = Kept::new();
    while kept.len() < ANSWERED {
        kept.extend(answers.recv().await);
    }
    server.kill().await;
    while let Some(answer) = answers.recv().await {
        kept.extend([answer]);
    }
    let mut unanswered = Vec::new();
    for writer in writers {
        unanswered.push(writer.await.unwrap());
    }
    (kept, unanswered)
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_in_the_middle_of_writing_loses_nothing_that_was_answered() {
    let installation = Installation::new().await;
    let (mut kept, mut unanswered) = (Kept::new(), Vec::new());
    let rounds = if takes_long() { ROUNDS } else { 1 };
    for round in 0..rounds {
        let (answered, cut_off) = write_and_kill(&installation, round).await;
        kept.extend(answered);
        unanswered.extend(cut_off);
    }

    let settings = [("OSKAR_TRUSTED_PROXIES", "127.0.0.1"), ("OSKAR_LOG__LEVEL", "warn")];
    let server = installation.serve(&settings).await;
    let client = reqwest::Client::new();
    for (email, secret) in &kept {
        let me = client.get(format!("{}/api/auth/me", server.url)).header("x-api-key", secret);
        let (status, me) = json(me).await.unwrap();
        assert_eq!(status, 200, "{email} has lost a key that was answered: {me}");
    }
    // What was not answered is there as a whole, or not at all.
    let (mut whole, mut nothing) = (0, 0);
    for email in &unanswered {
        assert!(!kept.contains_key(email));
        let body = json!({ "email": email, "password": PASSWORD });
        // An address each: those who were not kept are wrong guesses.
        let address = format!("192.0.2.{nothing}");
        let login = client.post(format!("{}/api/auth/login", server.url)).header("x-forwarded-for", address);
        let (status, answer) = json(login.json(&body)).await.unwrap();
        match status {
            200 => {
                assert_eq!(answer["user"]["role"], "admin", "a user without the organisation: {answer}");
                whole += 1;
            }
            401 => nothing += 1,
            other => panic!("{other}: {answer}"),
        }
    }
    println!("{rounds} kills: {} answered and kept; not answered: {whole} there, {nothing} not", kept.len());
}
