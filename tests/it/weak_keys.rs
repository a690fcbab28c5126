//! Keys in others' key sets that must not be used: weak ones, and those that cannot be told apart. One of them does not take
//! the good ones along.

use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::RsaKeyPair;
use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::process::{Installation, Ran};
use crate::support::{Client, Credential, FakeIssuer, Key, SPEAKS_FOR_ACME, TestApp};

/// A key of 2048 bits whose primes were made as the faulty library did: k·M + (65537^a mod M).
fn roca() -> Key {
    let pem: String = include_str!("roca.pem").lines().filter(|line| !line.starts_with('-')).collect();
    Key::Rsa(RsaKeyPair::from_der(&STANDARD.decode(pem).unwrap()).unwrap())
}

fn with_algorithm(mut jwk: Value, algorithm: &str) -> Value {
    jwk["alg"] = json!(algorithm);
    jwk
}

/// What `oskar jwt verify` says to tokens that these keys have signed.
async fn verify(installation: &Installation, set: &Value, signed: &[(&Key, &str, &str)]) -> Ran {
    let file = installation.data.path().join("keys.json");
    std::fs::write(&file, set.to_string()).unwrap();
    let line = |(key, algorithm, kid): &(&Key, &str, &str)| {
        let token = key.token(&json!({ "alg": algorithm, "kid": kid }), &json!({ "sub": "ana" }));
        format!("{}\n", json!({ "jws": token }))
    };
    let lines: String = signed.iter().map(line).collect();
    installation.run(&["jwt", "verify", "--jwks", file.to_str().unwrap()], &lines).await.code(0)
}

#[tokio::test]
async fn the_command_line_refuses_a_weak_key_and_goes_on_with_the_others() {
    let installation = Installation::new().await;
    let (weak, rsa, p256) = (roca(), Key::rsa(), Key::p256());
    let keys = json!([
        with_algorithm(weak.jwk("weak"), "RS256"),
        with_algorithm(rsa.jwk("rsa"), "RS256"),
        p256.jwk("p256"),
        { "kty": "unheard of", "kid": "future" },
        "no key at all",
    ]);
    let signed = [(&weak, "RS256", "weak"), (&rsa, "RS256", "rsa"), (&p256, "ES256", "p256")];
    let ran = verify(&installation, &json!({ "keys": keys }), &signed).await;
    assert_eq!(ran.out.lines().collect::<Vec<_>>(), ["no key with that `kid`", "ok", "ok"]);
    assert!(ran.err.contains("the key weak is weak (ROCA, CVE-2017-15361)"), "{}", ran.err);
    // A single key is looked at in the same way.
    let single = with_algorithm(weak.jwk("weak"), "RS256");
    let ran = verify(&installation, &single, &[(&weak, "RS256", "weak")]).await;
    assert_eq!(ran.out.trim(), "no key with that `kid`");
}

#[tokio::test]
async fn the_command_line_uses_no_key_whose_kid_another_one_has() {
    let installation = Installation::new().await;
    let (first, second, rsa, other) = (Key::p256(), Key::p256(), Key::rsa(), Key::p256());
    let same = [(&first, "ES256", "same"), (&second, "ES256", "same"), (&other, "ES256", "other")];
    let refused = ["no key with that `kid`", "no key with that `kid`", "ok"];
    for twin in [
        second.jwk("same"),
        // It would be passed over as one that does not say its algorithm, and the first one would be used.
        rsa.jwk("same"),
        json!({ "kty": "unheard of", "kid": "same" }),
    ] {
        let set = json!({ "keys": [first.jwk("same"), twin, other.jwk("other")] });
        let ran = verify(&installation, &set, &same).await;
        assert_eq!(ran.out.lines().collect::<Vec<_>>(), refused, "{set}");
        assert!(ran.err.contains("several keys have the `kid` same"), "{}", ran.err);
    }
    // A key for encryption is never confused with one.
    let mut for_encryption = rsa.jwk("same");
    for_encryption["use"] = json!("enc");
    let set = json!({ "keys": [for_encryption, first.jwk("same")] });
    let ran = verify(&installation, &set, &[(&first, "ES256", "same")]).await;
    assert_eq!((ran.out.trim(), ran.err.as_str()), ("ok", ""));
}

#[tokio::test]
async fn an_issuer_with_a_weak_or_ambiguous_key_signs_in_by_its_other_keys() {
    let issuer = FakeIssuer::start().await;
    let weak = roca();
    let (first, second) = (Key::p256(), Key::ed25519());
    let set = vec![issuer.key.jwk("first"), weak.jwk("weak"), first.jwk("same"), second.jwk("same")];
    issuer.mood.keys.lock().await.clone_from(&set);
    let pinned = json!({ "keys": set }).to_string();
    let fetched = TestApp::with(&issuer.settings(&[SPEAKS_FOR_ACME])).await;
    fetched.register("ana@acme.example", Some("Acme")).await;
    let settings = issuer.settings(&[SPEAKS_FOR_ACME, ("OSKAR_ISSUERS__0__JWKS", &pinned)]);
    let by_setting = fetched.another_node_with(&settings).await;
    for app in [&fetched, &by_setting] {
        let sign_in = async |key: &Key, algorithm: &str, kid: &str| {
            let claims = issuer.claims(app.app.now(), "ana", "ana@acme.example");
            let token = key.token(&json!({ "alg": algorithm, "kid": kid }), &claims);
            let client = Client::new(app.router.clone(), Credential::Bearer(token));
            client.call(Method::POST, "/api/auth/login", None).await
        };
        for (key, algorithm, kid) in
            [(&weak, "RS256", "weak"), (&first, "ES256", "same"), (&second, "EdDSA", "same")]
        {
            let answer = sign_in(key, algorithm, kid).await.status(401);
            assert_eq!(answer.code(), "invalid_issuer_token", "{kid}");
        }
        sign_in(&issuer.key, "ES256", "first").await.status(200);
        // The address may guess again.
        app.advance(chrono::TimeDelta::minutes(5));
    }
}

#[tokio::test]
async fn an_rsa_key_below_3072_bits_is_used_and_warned_of_once() {
    let issuer = FakeIssuer::start().await;
    let (short, enough) = (Key::rsa(), Key::Rsa(RsaKeyPair::generate(KeySize::Rsa3072).unwrap()));
    *issuer.mood.keys.lock().await = vec![short.jwk("short"), enough.jwk("enough"), issuer.key.jwk("first")];
    let installation = Installation::new().await;
    let settings = issuer.settings(&[("OSKAR_LOG__LEVEL", "warn"), SPEAKS_FOR_ACME]);
    let server = installation.serve(&settings).await;
    server.register().await;
    for kid in ["short", "invented"] {
        let claims = issuer.claims(oskar::clock::Clock::System.now(), "ana", "ana@acme.example");
        let token = short.token(&json!({ "alg": "RS256", "kid": kid }), &claims);
        let request =
            reqwest::Client::new().post(format!("{}/api/auth/login", server.url)).bearer_auth(token);
        request.send().await.unwrap();
    }
    assert_eq!(issuer.fetches(), 2, "it was looked at again");
    server.terminate().await;
    let (_, log) = server.ended().await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = lines.iter().filter(|line| line["bits"].is_number()).collect();
    assert_eq!(told.len(), 1, "{log}");
    assert_eq!((&told[0]["kid"], &told[0]["bits"]), (&json!("short"), &json!(2048)));
}
