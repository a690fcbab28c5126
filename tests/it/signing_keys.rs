//! The keys that sign: published, rotated, retired, and never readable in the database.

use chrono::TimeDelta;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use oskar::entity::{audit_event, signing_key};
use oskar::error::Error;
use oskar::jwt::SigningAlgorithm;
use oskar::worker;
use sea_orm::{EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::forge::{Forge, decode, is_accepted, is_refused, parts};
use crate::operator;
use crate::support::TestApp;

const AHEAD: TimeDelta = TimeDelta::hours(24);
/// The longest that a token lives, and what clocks may differ by.
const TAIL: TimeDelta = TimeDelta::seconds(900 + 30);

async fn published(app: &TestApp) -> Vec<Value> {
    let answer = app.anonymous().get("/.well-known/jwks.json").await.status(200);
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    answer.json()["keys"].as_array().unwrap().clone()
}

async fn published_kids(app: &TestApp) -> Vec<String> {
    published(app).await.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(token: &str) -> String {
    decode(parts(token)[0])["kid"].as_str().unwrap().to_owned()
}

/// Signs Ana in and gives her token.
async fn token(app: &TestApp) -> String {
    app.sign_in("ana@acme.example").await.access_token
}

#[tokio::test]
async fn the_key_set_shows_what_verifying_needs_and_no_more() {
    for (name, expected) in [
        ("ES256", json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig" })),
        ("EdDSA", json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig" })),
    ] {
        let app = TestApp::with(&[("OSKAR_TOKENS__ALGORITHM", name)]).await;
        let person = app.register("ana@acme.example", Some("Acme")).await;
        let keys = published(&app).await;
        assert_eq!(keys.len(), 1);
        let mut shown = keys[0].as_object().unwrap().clone();
        assert_eq!(shown.remove("kid"), Some(json!(kid(&person.access_token))));
        for point in ["x", "y"] {
            let there = shown.remove(point).is_some();
            assert_eq!(there, point == "x" || name == "ES256", "{name}: {point}");
        }
        // So there is no `d`, no `k`, nothing else.
        assert_eq!(Value::Object(shown), expected);
    }
}

#[tokio::test]
async fn others_verify_by_the_key_set_alone() {
    for (name, algorithm) in [("ES256", Algorithm::ES256), ("EdDSA", Algorithm::EdDSA)] {
        let app = TestApp::with(&[("OSKAR_TOKENS__ALGORITHM", name)]).await;
        let person = app.register("ana@acme.example", Some("Acme")).await;
        let jwks = app.anonymous().get("/.well-known/jwks.json").await.status(200);
        let jwks: JwkSet = serde_json::from_slice(&jwks.body).unwrap();
        let jwk = jwks.find(&kid(&person.access_token)).unwrap();
        let mut rules = Validation::new(algorithm);
        rules.set_audience(&["http://localhost:8675"]);
        rules.set_issuer(&["http://localhost:8675"]);
        let key = DecodingKey::from_jwk(jwk).unwrap();
        let read = jsonwebtoken::decode::<Value>(&person.access_token, &key, &rules).unwrap();
        assert_eq!(read.claims["sub"], json!(person.user_id), "{name}");
    }
}

#[tokio::test]
async fn every_algorithm_works_from_end_to_end() {
    for algorithm in SigningAlgorithm::ALL {
        let name = algorithm.as_str();
        let app = TestApp::with(&[("OSKAR_TOKENS__ALGORITHM", name)]).await;
        let person = app.register("ana@acme.example", Some("Acme")).await;
        assert_eq!(decode(parts(&person.access_token)[0])["alg"], json!(name));
        is_accepted(&app, &person.access_token).await;
        is_accepted(&app.another_node().await, &person.access_token).await;
        let symmetric = name.starts_with("HS");
        assert_eq!(published(&app).await.len(), usize::from(!symmetric), "{name}");

        let forge = Forge::of(&app, &person).await;
        is_accepted(&app, &forge.sign(&forge.header, &forge.claims)).await;
        for other in ["none", "ES256", "EdDSA", "HS256", "HS512"].into_iter().filter(|other| *other != name) {
            is_refused(&app, &forge.with_header("alg", &json!(other)), &format!("{name} said to be {other}"))
                .await;
        }
        let [header, claims, _] = parts(&person.access_token);
        is_refused(&app, &format!("{header}.{claims}."), name).await;
        let weak =
            forge.by_hmac(name, if name == "HS512" { Algorithm::HS512 } else { Algorithm::HS256 }, b"secret");
        is_refused(&app, &weak, name).await;
    }
}

#[tokio::test]
async fn a36_the_next_key_is_published_before_it_signs_and_the_old_one_retires_after_its_last_token() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let forge = Forge::of(&app, &person).await;
    let old = kid(&person.access_token);
    let rotated = operator::rotate_signing_keys(&app).await.unwrap();
    assert_eq!(rotated.signs_from, app.app.now() + AHEAD);
    assert_eq!(rotated.old_retires_at, rotated.signs_from + TAIL);

    let kids = published_kids(&app).await;
    assert!(kids.len() == 2 && kids.contains(&old), "{kids:?}");
    let next = kids.into_iter().find(|kid| *kid != old).unwrap();
    app.advance(AHEAD - TimeDelta::microseconds(1));
    let last_of_old = token(&app).await;
    assert_eq!(kid(&last_of_old), old);
    app.advance(TimeDelta::microseconds(1));
    let first_of_next = token(&app).await;
    assert_eq!(kid(&first_of_next), next);
    is_accepted(&app, &first_of_next).await;
    is_accepted(&app, &last_of_old).await;

    // One that would live longer than the key, so that it is the key that ends it.
    let long = forge.with_claim("exp", &json!(app.app.now().timestamp() + 86_400));
    app.advance(TAIL - TimeDelta::microseconds(1));
    is_accepted(&app, &long).await;
    assert_eq!(published_kids(&app).await.len(), 2);
    app.advance(TimeDelta::microseconds(1));
    is_refused(&app, &long, "its key has retired").await;
    assert_eq!(published_kids(&app).await, [next.as_str()]);

    // Once nobody needs the old one, it is deleted; the next one stays.
    app.advance(TimeDelta::seconds(1));
    worker::sweep::tick(&app.app).await.unwrap();
    worker::signing_keys::tick(&app.app).await.unwrap();
    let rows = signing_key::Entity::find().all(app.app.db.read()).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), [next.as_str()]);
    is_accepted(&app, &token(&app).await).await;
    let audited = audit_event::Entity::find()
        .filter(audit_event::COLUMN.action.eq("signing_key.rotated"))
        .count(app.app.db.read())
        .await
        .unwrap();
    assert_eq!(audited, 1);
}

#[tokio::test]
async fn one_rotation_at_a_time() {
    let app = TestApp::start().await;
    app.register("ana@acme.example", None).await;
    operator::rotate_signing_keys(&app).await.unwrap();
    let before = published_kids(&app).await;
    assert!(matches!(operator::rotate_signing_keys(&app).await, Err(Error::Invalid { .. })));
    assert_eq!(published_kids(&app).await, before);
    app.advance(AHEAD);
    operator::rotate_signing_keys(&app).await.unwrap();
    assert_eq!(published_kids(&app).await.len(), 3, "old, current and next");
}

#[tokio::test]
async fn another_node_learns_of_the_next_key_long_before_it_signs() {
    let app = TestApp::start().await;
    app.register("ana@acme.example", None).await;
    let other = app.another_node().await;
    operator::rotate_signing_keys(&app).await.unwrap();
    worker::signing_keys::tick(&other.app).await.unwrap();
    assert_eq!(published_kids(&other).await, published_kids(&app).await);
    app.advance(AHEAD);
    let token = token(&app).await;
    is_accepted(&other, &token).await;
}

#[tokio::test]
async fn tokens_of_the_old_algorithm_stay_good_until_they_expire() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let forge = Forge::of(&app, &person).await;
    let long = forge.with_claim("exp", &json!(app.app.now().timestamp() + 86_400));
    let changed = app.another_node_with(&[("OSKAR_TOKENS__ALGORITHM", "EdDSA")]).await;
    is_accepted(&changed, &person.access_token).await;
    let new = token(&changed).await;
    assert_eq!(decode(parts(&new)[0])["alg"], json!("EdDSA"));
    is_accepted(&changed, &new).await;
    assert_eq!(published_kids(&changed).await.len(), 2);
    is_refused(&changed, &forge.with_header("alg", &json!("EdDSA")), "the old key under the new name").await;

    app.advance(TAIL - TimeDelta::microseconds(1));
    is_accepted(&changed, &long).await;
    app.advance(TimeDelta::microseconds(1));
    is_refused(&changed, &long, "its key has retired").await;
    assert_eq!(published_kids(&changed).await, [kid(&new)]);

    // And back again: with a key of its own, not with the retired one.
    let back = app.another_node_with(&[("OSKAR_TOKENS__ALGORITHM", "ES256")]).await;
    let newest = token(&back).await;
    assert_ne!(kid(&newest), kid(&person.access_token));
    is_accepted(&back, &newest).await;
    is_refused(&back, &long, "its key has retired").await;
}

#[tokio::test]
async fn private_keys_are_encrypted_and_bound_to_their_rows() {
    // What begins a private key in PKCS#8: the identifiers of P-256 and of Ed25519.
    let marks: [&[u8]; 2] =
        [&[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], &[0x06, 0x03, 0x2b, 0x65, 0x70]];
    let contains = |hay: &[u8], needle: &[u8]| hay.windows(needle.len()).any(|window| window == needle);
    for algorithm in SigningAlgorithm::ALL {
        let app = TestApp::with(&[("OSKAR_TOKENS__ALGORITHM", algorithm.as_str())]).await;
        let rows = signing_key::Entity::find().all(app.app.db.read()).await.unwrap();
        let [row] = rows.as_slice() else { panic!("{} keys", rows.len()) };
        let plain = app.app.keyring.open(&row.id, &row.private_key).unwrap();
        if matches!(algorithm, SigningAlgorithm::Es256 | SigningAlgorithm::EdDsa) {
            assert!(
                marks.iter().any(|mark| contains(&plain, mark)),
                "{algorithm:?}: that is the private key"
            );
        }
        for mark in marks {
            assert!(!contains(&row.private_key, mark), "{algorithm:?}");
        }
        for piece in plain.chunks_exact(16) {
            assert!(!contains(&row.private_key, piece), "{algorithm:?}");
        }
        assert!(app.app.keyring.open("another row", &row.private_key).is_none());
        let elsewhere = TestApp::with(&[("OSKAR_SECRET_KEY", "another master secret, long enough")]).await;
        assert!(elsewhere.app.keyring.open(&row.id, &row.private_key).is_none());
    }
}
