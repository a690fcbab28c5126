//! What an operator may ask of an issuer's tokens beyond that they are good, and what becomes of what they say:
//! each is good once, and a session tells how and when its user proved who they are.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use oskar::entity::{session, spent_issuer_token};
use sea_orm::{EntityTrait, PaginatorTrait as _};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Credential, FakeIssuer, SPEAKS_FOR_ACME, TestApp};

async fn scene(more: &[(&str, &str)]) -> (TestApp, FakeIssuer) {
    let issuer = FakeIssuer::start().await;
    let mut settings = issuer.settings(more);
    settings.push(SPEAKS_FOR_ACME);
    let app = TestApp::with(&settings).await;
    app.organisation("Acme").await;
    (app, issuer)
}

async fn sign_in(app: &TestApp, token: &str) -> Answer {
    let client = Client::new(app.router.clone(), Credential::Bearer(token.to_owned()));
    client.call(Method::POST, "/api/auth/login", None).await
}

/// A member's token that says these things too; what is null it does not say.
fn token(app: &TestApp, issuer: &FakeIssuer, more: &Value) -> String {
    let mut claims = issuer.claims(app.app.now(), "m", "member@acme.example");
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    issuer.sign(&claims)
}

fn said(answer: &Answer) -> Value {
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

async fn refused(app: &TestApp, token: &str, why: &str) {
    let answer = sign_in(app, token).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "invalid_issuer_token"), "{why}");
    app.advance(TimeDelta::minutes(5));
}

async fn remembered(app: &TestApp) -> u64 {
    spent_issuer_token::Entity::find().count(app.app.db.read()).await.unwrap()
}

#[tokio::test]
async fn a_token_is_good_once_on_every_node_and_after_a_restart_until_it_expires() {
    let (app, issuer) = scene(&[]).await;
    let good = token(&app, &issuer, &json!({}));
    sign_in(&app, &good).await.status(200);
    let other = app.another_node().await;
    for node in [&app, &other] {
        let again = sign_in(node, &good).await.status(401);
        assert_eq!(again.code(), "issuer_token_used");
        let client = Client::new(node.router.clone(), Credential::Bearer(good.clone()));
        let core = client.call(Method::POST, "/api/login", None).await.status(401);
        assert_eq!(core.code(), "issuer_token_used");
    }
    // It is remembered for as long as any node could take it, and no longer.
    app.advance(TimeDelta::seconds(329));
    oskar::worker::sweep::tick(&app.app).await.unwrap();
    assert_eq!(sign_in(&app, &good).await.status(401).code(), "issuer_token_used");
    assert_eq!(remembered(&app).await, 1);
    app.advance(TimeDelta::hours(2));
    oskar::worker::sweep::tick(&app.app).await.unwrap();
    assert_eq!(remembered(&app).await, 0);
    assert_eq!(sign_in(&app, &good).await.status(401).code(), "invalid_issuer_token");
}

/// ECDSA has two signatures for each: whoever has seen one can make the other, without the key.
#[tokio::test]
async fn another_signature_of_the_same_token_is_no_other_token() {
    // The order of P-256 (SEC 2, section 2.4.2).
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
        0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let (app, issuer) = scene(&[]).await;
    let twin = |token: &str| {
        let (message, signature) = token.rsplit_once('.').unwrap();
        let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let mut borrow = 0;
        for place in (0..32).rev() {
            let digit = i16::from(ORDER[place]) - i16::from(signature[32 + place]) - borrow;
            borrow = i16::from(digit < 0);
            signature[32 + place] = u8::try_from(digit.rem_euclid(256)).unwrap();
        }
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    // It is a good signature, if it comes first.
    let (one, other) = (token(&app, &issuer, &json!({})), token(&app, &issuer, &json!({})));
    sign_in(&app, &twin(&one)).await.status(200);
    sign_in(&app, &other).await.status(200);
    assert_eq!(sign_in(&app, &twin(&other)).await.status(401).code(), "issuer_token_used");
}

#[tokio::test]
async fn a_token_that_signed_nobody_in_is_not_used_up() {
    let (app, issuer) = scene(&[]).await;
    let good = token(&app, &issuer, &json!({}));
    let client = Client::new(app.router.clone(), Credential::Bearer(good.clone()));
    client.post("/api/auth/login", json!({ "org": "elsewhere" })).await.status(404);
    assert_eq!(remembered(&app).await, 0);
    client.post("/api/auth/login", json!({ "org": "acme" })).await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_uses_at_once_one_signs_in() {
    let (app, issuer) = scene(&[]).await;
    let other = app.another_node().await;
    for _ in 0..3 {
        let good = token(&app, &issuer, &json!({}));
        let sessions = async || session::Entity::find().count(app.app.db.read()).await.unwrap();
        let before = sessions().await;
        let uses = (0..10).map(|number| sign_in(if number % 2 == 0 { &app } else { &other }, &good));
        let answers = futures_util::future::join_all(uses).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!((answer.status, answer.code().as_str()), (401, "issuer_token_used"));
        }
        assert_eq!(sessions().await, before + 1);
    }
}

#[tokio::test]
async fn the_operator_says_which_kind_of_token_is_taken() {
    let (app, issuer) = scene(&[]).await;
    let id = [json!({}), json!({ "nonce": "n" }), json!({ "typ": "ID", "at_hash": "h" })];
    let access = [
        json!({ "typ": "Bearer" }),
        json!({ "scope": "api" }),
        json!({ "scp": ["api"] }),
        json!({ "client_id": "c" }),
    ];
    let odd = json!({ "scope": "api", "nonce": "n" });
    let by_header = |app: &TestApp| {
        let header = json!({ "alg": "ES256", "kid": "first", "typ": "at+jwt" });
        issuer.key.token(&header, &issuer.claims(app.app.now(), "m", "member@acme.example"))
    };
    for claims in id.iter().chain(&access).chain([&odd]) {
        sign_in(&app, &token(&app, &issuer, claims)).await.status(200);
    }
    sign_in(&app, &by_header(&app)).await.status(200);
    for (accept, taken, not_taken) in [("id_token", &id[..], &access[..]), ("access_token", &access, &id)] {
        let settings = issuer.settings(&[("OSKAR_ISSUERS__0__ACCEPT", accept)]);
        let narrow = app.another_node_with(&settings).await;
        for claims in taken {
            sign_in(&narrow, &token(&narrow, &issuer, claims)).await.status(200);
        }
        for claims in not_taken.iter().chain([&odd]) {
            refused(&narrow, &token(&narrow, &issuer, claims), &format!("{accept}: {claims}")).await;
        }
        let expected = if accept == "access_token" { 200 } else { 401 };
        sign_in(&narrow, &by_header(&narrow)).await.status(expected);
    }
}

#[tokio::test]
async fn scopes_that_are_asked_for_must_all_be_there() {
    let (app, issuer) = scene(&[("OSKAR_ISSUERS__0__SCOPE", "oskar:login, profile")]).await;
    for good in [
        json!({ "scope": "profile email oskar:login" }),
        json!({ "scope": ["oskar:login", "profile"] }),
        json!({ "scp": ["profile", "oskar:login"] }),
        json!({ "scp": "profile oskar:login" }),
    ] {
        sign_in(&app, &token(&app, &issuer, &good)).await.status(200);
    }
    for bad in [
        json!({}),
        json!({ "scope": "profile" }),
        json!({ "scope": "profile oskar:login2 xoskar:login" }),
        json!({ "scope": "profile OSKAR:LOGIN" }),
        json!({ "scope": { "profile": true, "oskar:login": true } }),
    ] {
        refused(&app, &token(&app, &issuer, &bad), &bad.to_string()).await;
    }
}

#[tokio::test]
async fn a_proof_that_is_too_old_or_too_weak_is_to_be_given_again_at_the_issuer() {
    let settings = [("OSKAR_ISSUERS__0__MAX_AUTH_AGE", "1h"), ("OSKAR_ISSUERS__0__ACR", "urn:mfa,urn:key")];
    let (app, issuer) = scene(&settings).await;
    let now = app.app.now().timestamp();
    for acr in ["urn:mfa", "urn:key"] {
        let good = json!({ "auth_time": now - 3599, "acr": acr });
        sign_in(&app, &token(&app, &issuer, &good)).await.status(200);
    }
    let max_age = "max_age=3600";
    let acr_values = r#"acr_values="urn:mfa urn:key""#;
    for (bad, asked, not_asked) in [
        (json!({ "acr": "urn:mfa" }), max_age, "acr_values"),
        (json!({ "acr": "urn:mfa", "auth_time": now - 3600 }), max_age, "acr_values"),
        (json!({ "acr": "urn:mfa", "auth_time": now.to_string() }), max_age, "acr_values"),
        (json!({ "acr": "urn:mfa", "auth_time": 1e300 }), max_age, "acr_values"),
        (json!({ "acr": "urn:mfa", "auth_time": i64::MIN }), max_age, "acr_values"),
        (json!({ "auth_time": now }), acr_values, "max_age"),
        (json!({ "auth_time": now, "acr": "urn:mfa2" }), acr_values, "max_age"),
        (json!({ "auth_time": now, "acr": ["urn:mfa"] }), acr_values, "max_age"),
    ] {
        let answer = sign_in(&app, &token(&app, &issuer, &bad)).await.status(401);
        assert_eq!(answer.code(), "insufficient_user_authentication", "{bad}");
        let challenge = answer.header("www-authenticate");
        assert!(challenge.starts_with(r#"Bearer realm="oskar", error="insufficient_user_authentication", "#));
        assert!(challenge.ends_with(asked) && !challenge.contains(not_asked), "{challenge}");
    }
    // It is no guess.
    sign_in(&app, &token(&app, &issuer, &json!({ "auth_time": now, "acr": "urn:mfa" }))).await.status(200);
    // Nor does anybody prove anything in the future.
    sign_in(&app, &token(&app, &issuer, &json!({ "auth_time": now + 30, "acr": "urn:mfa" })))
        .await
        .status(200);
    refused(&app, &token(&app, &issuer, &json!({ "auth_time": now + 31, "acr": "urn:mfa" })), "future").await;
}

#[tokio::test]
async fn our_tokens_say_when_and_how_the_user_proved_who_they_are_to_the_issuer() {
    let (app, issuer) = scene(&[]).await;
    let proved = app.app.now().timestamp() - 7200;
    let all = json!({ "auth_time": proved, "acr": "urn:mfa", "amr": ["pwd", "otp"] });
    let answer = sign_in(&app, &token(&app, &issuer, &all)).await.status(200);
    let expected = (json!(proved), json!("urn:mfa"), json!(["fed", "pwd", "otp"]));
    let told = |said: &Value| (said["auth_time"].clone(), said["acr"].clone(), said["amr"].clone());
    assert_eq!(told(&said(&answer)), expected);
    app.advance(TimeDelta::minutes(5));
    let body = json!({ "refresh_token": answer.json()["refresh_token"] });
    let refreshed = app.anonymous().post("/api/auth/refresh", body).await.status(200);
    assert_eq!(told(&said(&refreshed)), expected);
    let client = Client::new(app.router.clone(), Credential::Cookie(answer.cookie("oskar_session")));
    let other = client.post("/api/auth/token", json!({ "org": "acme" })).await.status(200);
    assert_eq!(told(&said(&other)), expected);

    // What it does not say, or not in a form that is known, is left out, and what is huge is cut down.
    let nothing = said(&sign_in(&app, &token(&app, &issuer, &json!({}))).await.status(200));
    assert_eq!(told(&nothing), (Value::Null, Value::Null, json!(["fed"])));
    let many: Vec<_> = (0..100).map(|number| format!("m{number}")).collect();
    for (odd, amr) in [
        (json!({ "amr": "pwd" }), json!(["fed"])),
        (json!({ "amr": ["fed", "a b", "", 7, "ü", "x".repeat(51), "mfa"] }), json!(["fed", "mfa"])),
        (json!({ "amr": many }), json!(["fed", "m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7"])),
        (json!({ "acr": "x".repeat(201) }), json!(["fed"])),
        (json!({ "acr": "two words" }), json!(["fed"])),
    ] {
        let said = said(&sign_in(&app, &token(&app, &issuer, &odd)).await.status(200));
        assert_eq!(told(&said), (Value::Null, Value::Null, amr), "{odd}");
    }
}

#[tokio::test]
async fn a_session_outlives_the_issuer_s_token_by_what_the_operator_says() {
    // `exp` is in 300 s, and taken for 30 s longer.
    for (setting, lasts) in [("1h", 3600 + 330), ("0", 330), ("", 86_400 + 330)] {
        let settings = [("OSKAR_SESSIONS__IDLE", "7d"), ("OSKAR_ISSUERS__0__SESSION_OUTLIVES", setting)];
        let (app, issuer) = scene(if setting.is_empty() { &settings[..1] } else { &settings }).await;
        // In whole seconds, as tokens count.
        app.advance(TimeDelta::nanoseconds(
            1_000_000_000 - i64::from(app.app.now().timestamp_subsec_nanos()),
        ));
        let answer = sign_in(&app, &token(&app, &issuer, &json!({}))).await.status(200);
        let expires_in = answer.json()["expires_in"].as_i64().unwrap();
        assert_eq!(expires_in, Ord::min(lasts, 900), "an access token ends with its session");
        assert_eq!(said(&answer)["exp"], json!(app.app.now().timestamp() + expires_in));
        let cookie = Client::new(app.router.clone(), Credential::Cookie(answer.cookie("oskar_session")));
        let by_password = app.sign_in("member@acme.example").await;
        let refresh = async |token: &Value| {
            app.anonymous().post("/api/auth/refresh", json!({ "refresh_token": token })).await
        };
        app.advance(TimeDelta::seconds(lasts - 1));
        cookie.get("/api/auth/me").await.status(200);
        let next = refresh(&answer.json()["refresh_token"]).await.status(200).json();
        assert_eq!(next["expires_in"], 1);
        app.advance(TimeDelta::seconds(1));
        assert_eq!(cookie.get("/api/auth/me").await.status(401).code(), "invalid_credential");
        // Nothing lives longer by what it is used for.
        refresh(&next["refresh_token"]).await.status(401);
        let core = next["refresh_token"].as_str().unwrap().to_owned();
        let core = Client::new(app.router.clone(), Credential::Bearer(core));
        core.get("/api/login/refresh").await.status(401);
        let bearer = next["access_token"].as_str().unwrap().to_owned();
        let bearer = Client::new(app.router.clone(), Credential::Bearer(bearer));
        bearer.get("/api/auth/me").await.status(401);
        let list = by_password.with_basic().get("/api/auth/sessions").await.status(200).json();
        let by_issuer = session::Entity::find().all(app.app.db.read()).await.unwrap();
        let by_issuer = by_issuer.into_iter().find(|session| session.issuer.is_some()).unwrap();
        let shown = list["data"].as_array().unwrap();
        assert!(shown.iter().all(|session| session["id"] != json!(by_issuer.id)));
    }
}
