//! Numbers and times, as their standards define them.

use axum::http::Method;
use serde_json::{Value, json};

use crate::process::Installation;
use crate::support::{Answer, Client, Credential, FakeIssuer, SPEAKS_FOR_ACME, TestApp};

async fn sign_in(app: &TestApp, issuer: &FakeIssuer, claims: &Value) -> Answer {
    let client = Client::new(app.router.clone(), Credential::Bearer(issuer.sign(claims)));
    client.call(Method::POST, "/api/auth/login", None).await
}

#[tokio::test]
async fn a_numeric_date_of_an_issuer_is_any_number() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[SPEAKS_FOR_ACME])).await;
    app.organisation("Acme").await;
    let now = app.app.now().timestamp();
    #[expect(clippy::cast_precision_loss, reason = "times of today are far below 2^52")]
    let float = |seconds: i64| seconds as f64;
    let claims = |exp: Value, iat: Value| {
        let mut claims = issuer.claims(app.app.now(), "u-7", "member@acme.example");
        (claims["exp"], claims["iat"]) = (exp, iat);
        claims
    };
    for exp in [json!(float(now + 300)), json!(float(now + 300) + 0.5), json!(1e300)] {
        for (member, value) in [("nbf", json!(float(now) + 0.25)), ("auth_time", json!(float(now) - 9.5))] {
            let mut claims = claims(exp.clone(), json!(float(now) - 0.5));
            claims[member] = value;
            sign_in(&app, &issuer, &claims).await.status(200);
        }
    }
    for exp in
        [json!(float(now - 31) + 0.5), json!(-1e300), json!((now + 300).to_string()), json!([now + 300])]
    {
        sign_in(&app, &issuer, &claims(exp, json!(now))).await.status(401);
    }
    sign_in(&app, &issuer, &claims(json!(now + 300), json!(float(now + 32) + 0.5))).await.status(401);
}

#[tokio::test]
async fn an_expiry_is_any_time_of_rfc_3339_and_what_is_missing_is_said() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await.with_bearer();
    let year = app.app.now().format("%Y").to_string().parse::<i32>().unwrap() + 1;
    let create = async |expires_at: Value| {
        let body = json!({ "name": "k", "environment": "live", "role": "viewer", "expires_at": expires_at });
        ana.post("/api/orgs/acme/keys", body).await
    };
    for (written, read) in [
        ("-12-01T00:00:00Z", "-12-01T00:00:00Z"),
        ("-12-01t00:00:00z", "-12-01T00:00:00Z"),
        ("-12-01 00:00:00Z", "-12-01T00:00:00Z"),
        ("-12-01T02:00:00+02:00", "-12-01T00:00:00Z"),
        ("-12-01T00:00:00-00:00", "-12-01T00:00:00Z"),
        ("-11-30T23:59:60Z", "-12-01T00:00:00Z"),
        ("-12-01T00:00:00.0000000000000Z", "-12-01T00:00:00Z"),
    ] {
        let answer = create(json!(format!("{year}{written}"))).await.status(201);
        assert_eq!(answer.json()["expires_at"], json!(format!("{year}{read}")), "{written}");
    }
    create(Value::Null).await.status(201);
    for (written, told) in [
        (json!(format!("{year}-12-01T00:00:00")), "offset from UTC: add `Z`"),
        (json!(format!("{year}-12-01")), "a date without a time"),
        (json!("tomorrow"), "no time such as"),
        (json!(""), "no time such as"),
        (json!(1_800_000_000), "this is a number, and must be a text"),
    ] {
        let answer = create(written).await.status(422);
        assert_eq!(answer.pointer(), "/expires_at");
        assert!(answer.text().contains(told), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_plus_in_a_query_s_time_is_a_plus() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.admin.with_cookie();
    for list in [format!("{}/events", org.path), "/api/account/events".to_owned()] {
        for time in ["2000-12-01T00:00:00+02:00", "2000-12-01T00:00:00%2B02:00", "2000-12-01t00:00:00z"] {
            let found = client.get(&format!("{list}?from={time}")).await.status(200).json();
            assert!(!found["data"].as_array().unwrap().is_empty(), "{list} {time}");
            let found = client.get(&format!("{list}?to={time}")).await.status(200).json();
            assert!(found["data"].as_array().unwrap().is_empty(), "{list} {time}");
        }
        for (time, told) in
            [("2000-12-01T00:00:00", "offset from UTC"), ("2000-12-01", "a date without a time")]
        {
            let answer = client.get(&format!("{list}?from={time}")).await.status(422);
            assert_eq!(answer.pointer(), "/from");
            assert!(answer.text().contains(told), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_json() {
    let app = TestApp::start().await;
    let body = json!({ "email": "ana@acme.example", "password": crate::support::PASSWORD });
    let request = axum::http::Request::post("/api/auth/register").header("content-type", "application/json");
    let request = request.body(format!("\u{feff}{body}").into()).unwrap();
    app.anonymous().send(request).await.status(201);
    let installation = Installation::new().await;
    let file = installation.data.path().join("oskar.toml");
    std::fs::write(&file, "\u{feff}registration = \"closed\"\n").unwrap();
    installation.run(&["config", "check"], "").await.code(0);
    let issuer = FakeIssuer::start().await;
    let keys = installation.data.path().join("keys.json");
    let set = json!({ "keys": [issuer.key.jwk("first")] });
    std::fs::write(&keys, format!("\u{feff}{set}")).unwrap();
    let settings = [
        ("OSKAR_ISSUERS__0__ISSUER", issuer.url.as_str()),
        ("OSKAR_ISSUERS__0__AUDIENCE", crate::support::AUDIENCE),
        ("OSKAR_ISSUERS__0__JWKS", keys.to_str().unwrap()),
    ];
    installation.run_with(&["config", "check"], &settings).await.code(0);
    let app = TestApp::with(&settings).await;
    let token = issuer.token(app.app.now(), "u-1", "nobody@acme.example");
    let client = Client::new(app.router.clone(), Credential::Bearer(token));
    assert_eq!(client.call(Method::POST, "/api/auth/login", None).await.status(403).code(), "no_account");
}
