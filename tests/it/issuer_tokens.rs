//! What another issuer's token must say, and how it must be signed.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::support::{AUDIENCE, Answer, Client, Credential, FakeIssuer, Key, SPEAKS_FOR_ACME, TestApp};

/// An app with an issuer that vouches for `ana@acme.example`, subject `ana`.
async fn scene(more: &[(&str, &str)]) -> (TestApp, FakeIssuer) {
    let issuer = FakeIssuer::start().await;
    let mut settings = issuer.settings(more);
    settings.push(SPEAKS_FOR_ACME);
    let app = TestApp::with(&settings).await;
    app.register("ana@acme.example", Some("Acme")).await;
    let claims = issuer.claims(app.app.now(), "ana", "ana@acme.example");
    sign_in(&app, &issuer.sign(&claims)).await.status(200);
    (app, issuer)
}

async fn sign_in(app: &TestApp, token: &str) -> Answer {
    let client = Client::new(app.router.clone(), Credential::Bearer(token.to_owned()));
    client.call(Method::POST, "/api/auth/login", None).await
}

/// Fails unless the token is refused, without a word about why. The budget is another test's affair.
async fn refused(app: &TestApp, token: &str, why: &str) {
    let answer = sign_in(app, token).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "invalid_issuer_token"), "{why}");
    app.advance(TimeDelta::minutes(5));
}

fn claims(app: &TestApp, issuer: &FakeIssuer) -> Value {
    issuer.claims(app.app.now(), "ana", "ana@acme.example")
}

/// A claim, and what it is wrongly at that time.
type Wrong = (&'static str, fn(i64) -> Value);

#[tokio::test]
async fn a77_claims_that_are_wrong_missing_or_for_another_use_are_refused() {
    let (app, issuer) = scene(&[]).await;
    let cases: &[Wrong] = &[
        ("iss", |_| json!("http://127.0.0.1:1/realms/work/")),
        ("iss", |_| Value::Null),
        ("aud", |_| json!("another-client")),
        ("aud", |_| json!(["another-client"])),
        ("aud", |_| json!([])),
        ("aud", |_| Value::Null),
        ("aud", |_| json!(AUDIENCE.to_uppercase())),
        ("azp", |_| json!("another-client")),
        ("exp", |now| json!(now - 30)),
        ("exp", |_| Value::Null),
        ("exp", |now| json!((now + 300).to_string())),
        ("exp", |_| json!(-1e12)),
        ("nbf", |now| json!(now + 31)),
        ("iat", |now| json!(now + 31)),
        ("iat", |_| Value::Null),
        ("iat", |_| json!("1.5")),
        ("sub", |_| Value::Null),
        ("sub", |_| json!("")),
        ("sub", |_| json!(" ")),
        ("sub", |_| json!("x".repeat(256))),
        ("sub", |_| json!("a\0b")),
        ("sub", |_| json!("änne")),
        ("sub", |_| json!(7)),
        ("email", |_| json!(["ana@acme.example"])),
        // A logout token, one that is bound to a key, Keycloak's refresh and logout tokens.
        ("events", |_| json!({ "http://schemas.openid.net/event/backchannel-logout": {} })),
        ("cnf", |_| json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" })),
        ("typ", |_| json!("Refresh")),
        ("typ", |_| json!("Logout")),
    ];
    for (claim, value) in cases {
        let mut wrong = claims(&app, &issuer);
        wrong[*claim] = value(app.app.now().timestamp());
        refused(&app, &issuer.sign(&wrong), &format!("{claim}: {}", wrong[*claim])).await;
        let mut missing = claims(&app, &issuer);
        missing.as_object_mut().unwrap().remove(*claim);
        if ["iss", "aud", "exp", "iat", "sub"].contains(claim) {
            refused(&app, &issuer.sign(&missing), &format!("no {claim}")).await;
        }
    }
    for several in [json!([AUDIENCE, "another-client"]), json!(["another-client", AUDIENCE])] {
        let mut wrong = claims(&app, &issuer);
        wrong["aud"] = several;
        refused(&app, &issuer.sign(&wrong), "several audiences, and nothing about whom it was issued to")
            .await;
    }
    sign_in(&app, &issuer.sign(&claims(&app, &issuer))).await.status(200);
}

#[tokio::test]
async fn clocks_may_differ_by_half_a_minute_and_id_and_access_tokens_are_both_taken() {
    let (app, issuer) = scene(&[]).await;
    let now = app.app.now().timestamp();
    for (claim, value) in [
        ("exp", json!(now - 29)),
        ("nbf", json!(now + 30)),
        ("iat", json!(now + 30)),
        ("aud", json!([AUDIENCE])),
        ("azp", json!(AUDIENCE)),
        ("client_id", json!("whoever the issuer gives such tokens to")),
        ("typ", json!("Bearer")),
        ("typ", json!("ID")),
    ] {
        let mut good = claims(&app, &issuer);
        good[claim] = value;
        sign_in(&app, &issuer.sign(&good)).await.status(200);
    }
    let mut good = claims(&app, &issuer);
    (good["aud"], good["azp"]) = (json!(["https://tenant.example/userinfo", AUDIENCE]), json!(AUDIENCE));
    sign_in(&app, &issuer.sign(&good)).await.status(200);
    for typ in ["JWT", "at+jwt", "application/at+JWT"] {
        let header = json!({ "alg": "ES256", "kid": "first", "typ": typ });
        sign_in(&app, &issuer.key.token(&header, &good)).await.status(200);
    }
}

#[tokio::test]
async fn a77_a_token_that_another_client_asked_for_needs_that_client_among_the_authorized_parties() {
    let (app, issuer) = scene(&[("OSKAR_ISSUERS__0__AUTHORIZED_PARTIES", "front-end, back-end")]).await;
    let with = |changes: Value| {
        let mut claims = claims(&app, &issuer);
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        issuer.sign(&claims)
    };
    let several = json!([AUDIENCE, "https://tenant.example/userinfo"]);
    for good in [
        json!({ "azp": "front-end" }),
        json!({ "azp": "back-end", "aud": several }),
        json!({ "client_id": "front-end", "aud": several }),
    ] {
        sign_in(&app, &with(good)).await.status(200);
    }
    for bad in [
        json!({ "azp": "another" }),
        json!({ "azp": "another", "client_id": "front-end" }),
        json!({ "client_id": "another" }),
        json!({ "azp": "another", "aud": several }),
        // It is no audience: that party's own ID tokens are not for us.
        json!({ "aud": "front-end", "azp": "front-end" }),
    ] {
        refused(&app, &with(bad.clone()), &bad.to_string()).await;
    }
}

#[tokio::test]
async fn a77_headers_and_signatures_that_are_not_the_issuer_s_are_refused() {
    let (app, issuer) = scene(&[]).await;
    let good = json!({ "alg": "ES256", "kid": "first" });
    let stranger = Key::p256();
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("")),
        ("alg", json!("ES384")),
        ("alg", json!("RS256")),
        ("alg", json!("EdDSA")),
        ("alg", json!("HS256")),
        ("kid", json!("second")),
        ("kid", json!("")),
        ("kid", json!("../first")),
        ("kid", json!(1)),
        ("jku", json!("http://127.0.0.1:1/keys")),
        ("jwk", stranger.jwk("first")),
        ("x5u", json!("http://127.0.0.1:1/cert")),
        ("x5c", json!([])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("typ", json!("logout+jwt")),
        ("typ", json!("dpop+jwt")),
        ("typ", json!("secevent+jwt")),
    ] {
        let mut header = good.clone();
        header[name] = value;
        let claims = claims(&app, &issuer);
        refused(&app, &issuer.key.token(&header, &claims), &header.to_string()).await;
        if name == "jwk" {
            refused(&app, &stranger.token(&header, &claims), "by the key that it brings along").await;
        }
    }
    let claims_now = claims(&app, &issuer);
    refused(&app, &stranger.token(&good, &claims_now), "by another key").await;
    let token = issuer.sign(&claims(&app, &issuer));
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let mut other = claims(&app, &issuer);
    other["sub"] = json!("eve");
    let other = URL_SAFE_NO_PAD.encode(other.to_string());
    for (token, why) in [
        (format!("{message}."), "no signature"),
        (message.to_owned(), "two parts"),
        (format!("{message}.{signature}."), "four parts"),
        (format!("{header}.{other}.{signature}"), "other claims"),
        (format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode([0; 64])), "a signature of zeros"),
        (format!("{message}.{signature}=="), "padding"),
        ("nonsense".to_owned(), "nonsense"),
    ] {
        refused(&app, &token, why).await;
    }
    let mut long = claims(&app, &issuer);
    long["groups"] = json!("x".repeat(13 * 1024));
    refused(&app, &issuer.sign(&long), "longer than anybody reads").await;
    long["groups"] = json!("x".repeat(8 * 1024));
    long["exp"] = json!(app.app.now().timestamp() + 300);
    sign_in(&app, &issuer.sign(&long)).await.status(200);
}

#[tokio::test]
async fn a77_a_mac_keyed_with_the_public_key_is_refused() {
    let (app, issuer) = scene(&[]).await;
    let rsa = Key::rsa();
    let mut jwk = rsa.jwk("rsa");
    issuer.mood.keys.lock().await.push(jwk.clone());
    app.advance(TimeDelta::minutes(11));
    let header = json!({ "alg": "RS256", "kid": "rsa" });
    sign_in(&app, &rsa.token(&header, &claims(&app, &issuer))).await.status(200);
    let modulus = jwk["n"].as_str().unwrap().to_owned();
    let decoded = URL_SAFE_NO_PAD.decode(&modulus).unwrap();
    for (secret, name) in
        [(jwk.to_string().into_bytes(), "JWK"), (modulus.into_bytes(), "text"), (decoded, "modulus")]
    {
        for (alg, algorithm) in [("HS256", Algorithm::HS256), ("HS512", Algorithm::HS512)] {
            let claims = claims(&app, &issuer);
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let message = format!("{}.{}", part(&json!({ "alg": alg, "kid": "rsa" })), part(&claims));
            let mac =
                jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(&secret), algorithm);
            refused(&app, &format!("{message}.{}", mac.unwrap()), name).await;
        }
    }
    // Even if the issuer publishes a secret.
    jwk = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode([7; 64]), "kid": "secret", "alg": "HS256" });
    issuer.mood.keys.lock().await.push(jwk);
    app.advance(TimeDelta::minutes(11));
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "alg": "HS256", "kid": "secret" });
    let message = format!("{}.{}", part(&header), part(&claims(&app, &issuer)));
    let key = EncodingKey::from_secret(&[7; 64]);
    let mac = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
    refused(&app, &format!("{message}.{mac}"), "a published secret").await;
}

#[tokio::test]
async fn every_kind_of_public_key_works_where_both_the_key_and_the_operator_allow_it() {
    let (app, issuer) = scene(&[]).await;
    let (rsa, ed25519) = (Key::rsa(), Key::ed25519());
    let mut only_pss = rsa.jwk("pss");
    only_pss["alg"] = json!("PS256");
    let mut for_encryption = rsa.jwk("enc");
    for_encryption["use"] = json!("enc");
    // As a provider might, that is ahead of its time.
    let unknown = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA", "kid": "new" });
    issuer.mood.keys.lock().await.extend([
        unknown,
        rsa.jwk("rsa"),
        ed25519.jwk("ed"),
        only_pss,
        for_encryption,
    ]);
    app.advance(TimeDelta::minutes(11));
    for (key, alg, kid, good) in [
        (&rsa, "RS256", "rsa", true),
        (&rsa, "PS256", "rsa", true),
        (&ed25519, "EdDSA", "ed", true),
        (&issuer.key, "ES256", "first", true),
        (&rsa, "PS256", "pss", true),
        (&rsa, "RS256", "pss", false),
        (&rsa, "RS256", "enc", false),
        (&rsa, "RS256", "ed", false),
        (&issuer.key, "ES256", "rsa", false),
    ] {
        let token = key.token(&json!({ "alg": alg, "kid": kid }), &claims(&app, &issuer));
        if good {
            sign_in(&app, &token).await.status(200);
        } else {
            refused(&app, &token, &format!("{alg} by {kid}")).await;
        }
    }
    let narrow =
        app.another_node_with(&issuer.settings(&[("OSKAR_ISSUERS__0__ALGORITHMS", "ES256,PS256")])).await;
    for (key, alg, kid, status) in [
        (&issuer.key, "ES256", "first", 200),
        (&rsa, "PS256", "rsa", 200),
        (&rsa, "RS256", "rsa", 401),
        (&ed25519, "EdDSA", "ed", 401),
    ] {
        let token = key.token(&json!({ "alg": alg, "kid": kid }), &claims(&app, &issuer));
        sign_in(&narrow, &token).await.status(status);
    }
}
