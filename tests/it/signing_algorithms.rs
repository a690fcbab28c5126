//! Keys of several algorithms side by side: each signs its own tokens, is rotated, and retires in its own time.

use chrono::TimeDelta;
use oskar::domain::upkeep::signing_keys;
use oskar::entity::signing_key;
use oskar::error::Error;
use oskar::worker;
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};

use crate::forge::{Forge, decode, is_accepted, is_refused, parts};
use crate::operator;
use crate::process::Installation;
use crate::support::{PASSWORD, TestApp};

const NAME: &str = "ana@acme.example";
const CORE: (&str, &str) = ("OSKAR_COMPAT__CORE", "on");
/// What Core's refresh tokens live, and what clocks may differ by.
const CORE_S_TAIL: TimeDelta = TimeDelta::seconds(86_400 + 30);

async fn rows(app: &TestApp) -> Vec<signing_key::Model> {
    let order = signing_key::Entity::find().order_by_asc(signing_key::Column::Algorithm);
    order.order_by_asc(signing_key::Column::Generation).all(app.app.db.read()).await.unwrap()
}

async fn algorithms(app: &TestApp) -> Vec<String> {
    rows(app).await.into_iter().map(|row| row.algorithm).collect()
}

fn header(token: &str) -> Value {
    decode(parts(token)[0])
}

async fn core_token(app: &TestApp) -> String {
    let body = json!({ "username": NAME, "password": PASSWORD });
    let answer = app.anonymous().post("/api/login", body).await.status(200).json();
    answer["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_dialect_has_a_key_of_its_own_which_is_made_when_it_is_turned_on() {
    let before = TestApp::start().await;
    before.register(NAME, Some("Acme")).await;
    assert_eq!(algorithms(&before).await, ["ES256"]);
    let app = before.another_node_with(&[CORE]).await;
    assert_eq!(algorithms(&app).await, ["ES256", "HS256"]);
    let (ours, core) = (app.sign_in(NAME).await.access_token, core_token(&app).await);
    assert_eq!((&header(&ours)["alg"], &header(&core)["alg"]), (&json!("ES256"), &json!("HS256")));
    assert_ne!(header(&ours)["kid"], header(&core)["kid"]);
    for token in [&ours, &core] {
        is_accepted(&app, token).await;
        is_accepted(&app.another_node_with(&[CORE]).await, token).await;
    }
    // Nothing of a shared key is published.
    let published = app.anonymous().get("/.well-known/jwks.json").await.json();
    assert_eq!(published["keys"].as_array().unwrap().len(), 1);
    // The same algorithm has the same key.
    let same = app.another_node_with(&[CORE, ("OSKAR_TOKENS__ALGORITHM", "HS256")]).await;
    assert_eq!(header(&same.sign_in(NAME).await.access_token)["kid"], header(&core)["kid"]);
    assert_eq!(algorithms(&same).await, ["ES256", "HS256"]);
}

#[tokio::test]
async fn a_key_is_good_with_its_own_algorithm_alone_and_under_its_own_kid() {
    let app = TestApp::with(&[CORE]).await;
    let mut person = app.register(NAME, Some("Acme")).await;
    let ours = Forge::of(&app, &person).await;
    person.access_token = core_token(&app).await;
    let core = Forge::of(&app, &person).await;
    is_accepted(&app, &core.sign(&core.header, &core.claims)).await;
    for (forge, other) in [(&ours, &core), (&core, &ours)] {
        is_refused(&app, &forge.sign(&other.header, &other.claims), "the other key, its own kid").await;
        for part in ["alg", "kid"] {
            is_refused(&app, &forge.with_header(part, &other.header[part]), part).await;
        }
        is_refused(&app, &forge.with_header("alg", &json!("none")), "none").await;
        let [head, claims, _] = parts(&person.access_token);
        is_refused(&app, &format!("{head}.{claims}."), "without a signature").await;
    }
    // A service that was given Core's key makes no tokens of our own API with it, nor of another dialect.
    is_refused(&app, &core.sign(&core.header, &ours.claims), "Core's key, our claims").await;
    let both = app.another_node_with(&[CORE, ("OSKAR_COMPAT__ONEDB", "on")]).await;
    let claims = |name: &str| {
        let mut claims = ours.claims.clone();
        claims["compat"] = json!(name);
        claims
    };
    for name in ["onedb", "appliance", "nonsense"] {
        is_refused(&both, &core.sign(&core.header, &claims(name)), name).await;
        is_refused(&both, &ours.sign(&ours.header, &claims(name)), name).await;
    }
    // By what everybody knows of the key of ES256, as octets.
    let jwk = app.anonymous().get("/.well-known/jwks.json").await.json()["keys"][0].clone();
    for octets in [jwk.to_string(), jwk["x"].as_str().unwrap().to_owned()] {
        for forge in [&ours, &core] {
            let token = forge.by_hmac("HS256", jsonwebtoken::Algorithm::HS256, octets.as_bytes());
            is_refused(&app, &token, "the public key as a secret").await;
        }
    }
}

#[tokio::test]
async fn a_key_that_no_dialect_uses_any_more_verifies_until_its_longest_token_has_expired() {
    let app = TestApp::with(&[CORE]).await;
    let off = app.another_node().await.another_node_with(&[]).await;
    let retired = rows(&off).await.into_iter().find(|row| row.algorithm == "HS256").unwrap();
    assert_eq!(retired.retires_at, Some(app.app.now() + CORE_S_TAIL));
    assert!(rows(&off).await.iter().all(|row| row.algorithm == "HS256" || row.retires_at.is_none()));
    // Turned on again in time, it goes on with the same key; a command that was run without the setting did no harm.
    app.advance(CORE_S_TAIL - TimeDelta::seconds(1));
    worker::signing_keys::tick(&app.app).await.unwrap();
    assert_eq!(rows(&app).await.iter().map(|row| row.retires_at).collect::<Vec<_>>(), [None, None]);
    // Too late, it gets another one.
    app.another_node_with(&[]).await;
    app.advance(CORE_S_TAIL + TimeDelta::seconds(1));
    app.another_node_with(&[CORE]).await;
    let rows = rows(&app).await;
    let keys: Vec<_> = rows.iter().map(|row| (row.algorithm.as_str(), row.generation)).collect();
    assert_eq!(keys, [("ES256", 1), ("HS256", 1), ("HS256", 2)]);
    assert!(rows[1].retires_at.is_some() && rows[2].retires_at.is_none());
}

#[tokio::test]
async fn a_longer_lifetime_counts_for_the_keys_that_sign_and_a_shorter_one_for_the_tokens_to_come() {
    let app = TestApp::with(&[CORE]).await;
    let hs256 = |app: &TestApp| app.app.algorithms()[1];
    let rotate = async |app: &TestApp| {
        let ahead = TimeDelta::hours(24);
        let rotated =
            operator::change(app, async |write| signing_keys::rotate(write, hs256(app), ahead).await);
        rotated.await
    };
    let rotated = rotate(&app).await.unwrap();
    assert_eq!(rotated.old_retires_at, rotated.signs_from + CORE_S_TAIL);
    assert!(matches!(rotate(&app).await, Err(Error::Invalid { .. })));
    // The key before signs for a day still, and what it signs may live for a week now.
    let week = [CORE, ("OSKAR_COMPAT__CORE_REFRESH_TTL", "7d")];
    app.another_node_with(&week).await;
    let longer = rotated.signs_from + TimeDelta::days(7) + TimeDelta::seconds(30);
    assert_eq!(rows(&app).await[1].retires_at, Some(longer));
    assert_eq!(rows(&app).await[2].token_lifetime, Some(7 * 86_400));
    // Shorter again, its tokens of a week ago are still there.
    app.advance(TimeDelta::hours(24));
    let rotated = rotate(&app).await.unwrap();
    assert_eq!(rotated.old_retires_at, rotated.signs_from + TimeDelta::days(7) + TimeDelta::seconds(30));
}

#[tokio::test]
async fn operators_see_the_age_of_every_key() {
    let app = TestApp::with(&[CORE]).await;
    let ana = app.register(NAME, Some("Acme")).await;
    crate::health::make_operator(&app, &ana).await;
    operator::rotate_signing_keys(&app).await.unwrap();
    let keys = ana.with_bearer().get("/health").await.status(200).json()["signing_keys"].clone();
    let seen: Vec<_> =
        keys.as_array().unwrap().iter().map(|key| (&key["algorithm"], &key["current"])).collect();
    let count = |algorithm: &str, current: bool| {
        seen.iter().filter(|seen| **seen == (&json!(algorithm), &json!(current))).count()
    };
    assert_eq!((count("ES256", true), count("ES256", false), count("HS256", true)), (1, 1, 1), "{keys}");
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn the_command_shows_and_rotates_every_key_or_one() {
    let installation = Installation::new().await;
    let run = async |arguments: &[&str]| installation.run_with(arguments, &[CORE]).await;
    let shown = run(&["jwks", "show"]).await.code(0).out;
    let lines: Vec<_> =
        shown.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    let states: Vec<_> = lines.iter().map(|words| words[1..].join(" ")).collect();
    assert_eq!(states, ["ES256 signs", "HS256 signs"], "{shown}");
    let names = |value: &Value| -> Vec<String> {
        let keys = value.as_array().unwrap().iter();
        keys.map(|key| key["algorithm"].as_str().unwrap().to_owned()).collect()
    };
    let one = run(&["jwks", "rotate", "--algorithm", "HS256", "--json"]).await.code(0).json();
    assert_eq!(names(&one), ["HS256"]);
    // One of them is under way, so that nothing is done; the other one can be named.
    let both = run(&["jwks", "rotate"]).await.code(1);
    assert!(both.err.contains("the next HS256 key signs from"), "{}", both.err);
    let other = run(&["jwks", "rotate", "--algorithm", "ES256", "--ahead", "0s"]).await.code(0);
    assert!(other.out.contains("The next ES256 key is published."), "{}", other.out);
    let unused = run(&["jwks", "rotate", "--algorithm", "HS512"]).await.code(1);
    assert!(unused.err.contains("nothing is signed with HS512"), "{}", unused.err);
    run(&["jwks", "rotate", "--algorithm", "RS256"]).await.code(2);
    let fresh = Installation::new().await;
    let rotated = fresh.run_with(&["jwks", "rotate", "--json"], &[CORE]).await.code(0).json();
    assert_eq!(names(&rotated), ["ES256", "HS256"]);
}
