//! Signing in with another issuer's token: who that is here. `issuer_tokens.rs` is about the token itself,
//! `issuer_keys.rs` about the issuer's keys.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oskar::domain::account::disabling;
use oskar::entity::{audit_event, external_identity, session, user};
use sea_orm::{ActiveModelTrait as _, EntityTrait, PaginatorTrait as _, Set};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Credential, FakeIssuer, PASSWORD, SPEAKS_FOR_ACME, TestApp};

/// Whoever is new becomes a member of Acme.
const NEW_USERS: [(&str, &str); 3] = [
    ("OSKAR_ISSUERS__0__CREATE_USERS", "true"),
    ("OSKAR_ISSUERS__0__ORGANISATION", "acme"),
    ("OSKAR_ISSUERS__0__ROLE", "member"),
];

/// Signs in with a token, as a browser of that name.
async fn sign_in(app: &TestApp, token: &str) -> Answer {
    let client = Client::new(app.router.clone(), Credential::Bearer(token.to_owned()));
    client.call(Method::POST, "/api/auth/login", None).await
}

fn bearer(app: &TestApp, answer: &Answer) -> Client {
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    Client::new(app.router.clone(), Credential::Bearer(token))
}

async fn refresh(app: &TestApp, answer: &Answer) -> Answer {
    let body = json!({ "refresh_token": answer.json()["refresh_token"] });
    app.anonymous().post("/api/auth/refresh", body).await
}

async fn actions(app: &TestApp) -> Vec<String> {
    let all = audit_event::Entity::find().all(app.app.db.read()).await.unwrap();
    all.into_iter().map(|event| event.action).collect()
}

async fn count(app: &TestApp) -> (u64, u64, u64) {
    let db = app.app.db.read();
    let users = user::Entity::find().count(db).await.unwrap();
    let identities = external_identity::Entity::find().count(db).await.unwrap();
    (users, identities, session::Entity::find().count(db).await.unwrap())
}

async fn user(app: &TestApp, email: &str) -> user::Model {
    let all = user::Entity::find().all(app.app.db.read()).await.unwrap();
    all.into_iter().find(|user| user.email == email).unwrap()
}

/// Marks an address as proven, or as not.
async fn set_verified(app: &TestApp, email: &str, verified: bool) {
    let mut row: user::ActiveModel = user(app, email).await.into();
    row.email_verified_at = Set(verified.then(|| app.app.now()));
    let txn = app.app.db.begin().await.unwrap();
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
}

#[tokio::test]
async fn somebody_new_gets_an_account_in_the_named_organisation_and_the_usual_answer() {
    let issuer = FakeIssuer::start().await;
    // How people register does not matter: the operator named the issuer.
    let mut settings = issuer.settings(&NEW_USERS);
    settings.push(("OSKAR_REGISTRATION", "closed"));
    let open = TestApp::start().await;
    open.organisation("Acme").await;
    let app = open.another_node_with(&settings).await;
    let mut claims = issuer.claims(app.app.now(), "u-1", "Ana@New.example");
    claims["name"] = json!("Ana Ruiz");
    let before = actions(&app).await.len();
    let answer = sign_in(&app, &issuer.sign(&claims)).await.status(200);
    let body = answer.json();
    assert_eq!((&body["success"], &body["token_type"]), (&json!(true), &json!("Bearer")));
    assert_eq!(body["user"]["email"], "Ana@new.example");
    assert_eq!((&body["user"]["name"], &body["user"]["role"]), (&json!("Ana Ruiz"), &json!("member")));
    assert_eq!(body["organisation"]["slug"], "acme");
    assert_eq!(body["token"], body["access_token"]);
    assert_eq!(answer.cookies("oskar_device").len(), 1);
    let cookie = Client::new(app.router.clone(), Credential::Cookie(answer.cookie("oskar_session")));
    assert_eq!(cookie.get("/api/auth/me").await.status(200).json()["user"]["id"], body["user"]["id"]);
    bearer(&app, &answer).get("/api/orgs/acme").await.status(200);
    let payload = body["access_token"].as_str().unwrap().split('.').nth(1).unwrap();
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(payload["amr"], json!(["fed"]));
    let done = ["user.created", "identity.linked", "member.added", "session.started"];
    assert_eq!(actions(&app).await[before..], done);
    let ana = user(&app, "Ana@new.example").await;
    assert!(app.password_hash(&ana.email).await.is_none());
    assert!(ana.email_verified_at.is_some() && !ana.operator);
    let session = session::Entity::of_user(ana.id).one(app.app.db.read()).await.unwrap().unwrap();
    assert_eq!(session.issuer.as_ref(), Some(&issuer.url));
    refresh(&app, &answer).await.status(200);

    // The subject counts from now on, whatever the address is.
    let again = sign_in(&app, &issuer.token(app.app.now(), "u-1", "ana@married.example")).await.status(200);
    assert_eq!(again.json()["user"]["id"], body["user"]["id"]);
    assert_eq!(again.json()["user"]["email"], "Ana@new.example");
    // Without a password there is none to guess, and one can be chosen by mail.
    let guess = json!({ "email": "ana@new.example", "password": "" });
    app.anonymous().post("/api/auth/login", guess).await.status(401);
    app.anonymous()
        .post("/api/auth/forgot-password", json!({ "email": "ana@new.example" }))
        .await
        .status(202);
    let choice = json!({ "link_secret": app.mailed_secret("ana@new.example").await, "password": PASSWORD });
    app.anonymous().post("/api/auth/reset-password", choice).await.status(204);
    app.sign_in("ana@new.example").await;
}

#[tokio::test]
async fn without_an_account_nobody_comes_in_unless_the_operator_wants_it() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[])).await;
    let before = count(&app).await;
    let token = issuer.token(app.app.now(), "u-1", "ana@new.example");
    assert_eq!(sign_in(&app, &token).await.status(403).code(), "no_account");
    assert_eq!(count(&app).await, before);
    // The organisation that new users were to join is gone.
    let app = TestApp::with(&issuer.settings(&NEW_USERS)).await;
    let token = issuer.token(app.app.now(), "u-1", "ana@new.example");
    assert_eq!(sign_in(&app, &token).await.status(403).code(), "no_account");
    // Nobody's address is taken on the word of whom it is not proven to.
    app.organisation("Acme").await;
    let before = count(&app).await;
    for (claim, value) in
        [("email_verified", json!(false)), ("email_verified", json!("yes")), ("email", Value::Null)]
    {
        let mut claims = issuer.claims(app.app.now(), "u-1", "ana@new.example");
        claims[claim] = value;
        assert_eq!(sign_in(&app, &issuer.sign(&claims)).await.status(403).code(), "issuer_email_unverified");
    }
    let mut claims = issuer.claims(app.app.now(), "u-1", "ana@new.example");
    claims.as_object_mut().unwrap().remove("email_verified");
    assert_eq!(sign_in(&app, &issuer.sign(&claims)).await.status(403).code(), "issuer_email_unverified");
    assert_eq!(count(&app).await, before);
}

#[tokio::test]
async fn a_name_at_the_issuer_that_is_an_address_is_left_out() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&NEW_USERS)).await;
    app.organisation("Acme").await;
    let mut claims = issuer.claims(app.app.now(), "u-1", "ana@new.example");
    claims["name"] = json!("Win at https://evil.example");
    let signed_in = sign_in(&app, &issuer.sign(&claims)).await.status(200).json();
    assert_eq!(signed_in["user"]["name"], "ana");
}

#[tokio::test]
async fn an_account_whose_address_is_proven_on_both_sides_is_linked_and_stays_as_it_is() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[SPEAKS_FOR_ACME])).await;
    let org = app.organisation("Acme").await;
    let token = issuer.token(app.app.now(), "u-7", "MEMBER@acme.example");
    let answer = sign_in(&app, &token).await.status(200);
    assert_eq!(answer.json()["user"]["id"], org.member.user_id.as_str());
    assert!(actions(&app).await.contains(&"identity.linked".to_owned()));
    org.member.with_cookie().get("/api/auth/me").await.status(200);
    app.sign_in("member@acme.example").await;
    // A token without an address is enough once the two are linked.
    let mut claims = issuer.claims(app.app.now(), "u-7", "");
    claims.as_object_mut().unwrap().remove("email");
    sign_in(&app, &issuer.sign(&claims)).await.status(200);
    // The address has another owner over there now, who is not this member.
    let token = issuer.token(app.app.now(), "u-8", "member@acme.example");
    assert_eq!(sign_in(&app, &token).await.status(403).code(), "linked_to_another");
    assert_eq!(count(&app).await.1, 1);
}

#[tokio::test]
async fn a74_whoever_registered_with_an_address_before_its_owner_keeps_nothing_of_it() {
    let issuer = FakeIssuer::start().await;
    let settings = issuer.settings(&[("OSKAR_ISSUERS__0__ALLOWED_DOMAINS", "owner.example")]);
    let app = TestApp::with(&settings).await;
    let victim = "victim@owner.example";
    let attacker = app.register(victim, Some("Trap")).await;
    set_verified(&app, victim, false).await;
    let body = json!({ "name": "Door", "environment": "live", "role": "admin" });
    let key = attacker.with_bearer().post("/api/orgs/trap/keys", body).await.status(201).json();
    let key = Client::new(app.router.clone(), Credential::ApiKey(key["secret"].as_str().unwrap().to_owned()));
    key.get("/api/auth/me").await.status(200);

    // Unless the issuer says that the address is theirs, nothing is linked and nothing ends.
    let mut claims = issuer.claims(app.app.now(), "v", victim);
    claims["email_verified"] = json!(false);
    assert_eq!(sign_in(&app, &issuer.sign(&claims)).await.status(403).code(), "issuer_email_unverified");
    attacker.with_cookie().get("/api/auth/me").await.status(200);

    let answer = sign_in(&app, &issuer.token(app.app.now(), "v", victim)).await.status(200);
    attacker.with_cookie().get("/api/auth/me").await.status(401);
    attacker.with_bearer().get("/api/auth/me").await.status(401);
    key.get("/api/auth/me").await.status(401);
    let refreshed = json!({ "refresh_token": attacker.refresh_token });
    app.anonymous().post("/api/auth/refresh", refreshed).await.status(401);
    let password = json!({ "email": victim, "password": PASSWORD });
    app.anonymous().post("/api/auth/login", password).await.status(401);
    bearer(&app, &answer).get("/api/auth/me").await.status(200);
    assert!(user(&app, victim).await.email_verified_at.is_some());
}

#[tokio::test]
async fn only_allowed_addresses_come_in_and_that_is_looked_at_every_time() {
    let issuer = FakeIssuer::start().await;
    let mut settings = issuer.settings(&NEW_USERS);
    settings.push(("OSKAR_ISSUERS__0__ALLOWED_DOMAINS", "Acme.example"));
    settings.push(("OSKAR_ISSUERS__0__ALLOWED_EMAILS", "Guest@Else.example"));
    let app = TestApp::with(&settings).await;
    app.organisation("Acme").await;
    let try_as =
        async |subject: &str, email: &str| sign_in(&app, &issuer.token(app.app.now(), subject, email)).await;
    try_as("a", "ana@ACME.example").await.status(200);
    try_as("g", "guest@else.example").await.status(200);
    for (subject, email) in [
        ("x", "other@else.example"),
        ("x", "ana@sub.acme.example"),
        ("x", "ana@notacme.example"),
        ("x", "ana@acme.example.evil.example"),
        // Linked before, and somewhere else now.
        ("a", "ana@else.example"),
    ] {
        assert_eq!(try_as(subject, email).await.status(403).code(), "not_allowed", "{email}");
    }
    let mut claims = issuer.claims(app.app.now(), "a", "ana@acme.example");
    claims["email_verified"] = json!(false);
    assert_eq!(sign_in(&app, &issuer.sign(&claims)).await.status(403).code(), "issuer_email_unverified");
    // Without an address in the token the account's own counts.
    claims.as_object_mut().unwrap().remove("email");
    sign_in(&app, &issuer.sign(&claims)).await.status(200);
    claims["jti"] = json!("another one");
    set_verified(&app, "ana@acme.example", false).await;
    assert_eq!(sign_in(&app, &issuer.sign(&claims)).await.status(403).code(), "not_allowed");
}

#[tokio::test]
async fn a80_a_disabled_user_and_a_disabled_or_removed_issuer_sign_nobody_in_and_other_logins_go_on() {
    let issuer = FakeIssuer::start().await;
    let other = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[SPEAKS_FOR_ACME])).await;
    let org = app.organisation("Acme").await;
    let token = || issuer.token(app.app.now(), "m", "member@acme.example");
    let through = sign_in(&app, &token()).await.status(200);
    let by_password = org.member.clone();

    let disabled = app.another_node_with(&issuer.settings(&[("OSKAR_ISSUERS__0__ENABLED", "false")])).await;
    let removed = app.another_node_with(&other.settings(&[])).await;
    for node in [&disabled, &removed, &app.another_node_with(&[]).await] {
        assert_eq!(sign_in(node, &token()).await.status(403).code(), "issuer_disabled");
        assert_eq!(refresh(node, &through).await.status(403).code(), "issuer_disabled");
        bearer(node, &through).get("/api/auth/me").await.status(401);
        let cookie = Client::new(node.router.clone(), Credential::Cookie(through.cookie("oskar_session")));
        cookie.get("/api/auth/me").await.status(401);
        let core = Client::new(
            node.router.clone(),
            Credential::Bearer(through.json()["refresh_token"].as_str().unwrap().to_owned()),
        );
        assert_eq!(core.get("/api/login/refresh").await.status(403).code(), "issuer_disabled");
        let cookie = Client::new(node.router.clone(), Credential::Cookie(by_password.cookie.clone()));
        cookie.get("/api/auth/me").await.status(200);
        node.sign_in("member@acme.example").await;
    }
    // Nobody was ever signed in by that one: it is no issuer of ours.
    let stranger = other.token(app.app.now(), "x", "member@acme.example");
    assert_eq!(sign_in(&app, &stranger).await.status(401).code(), "invalid_issuer_token");
    // Turned on again, all is as before.
    refresh(&app, &through).await.status(200);

    let actor = oskar::domain::journal::audit::Actor::cli();
    let write = app.app.write(&actor).await.unwrap();
    disabling::disable(&write, org.member.user_id.parse().unwrap()).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(sign_in(&app, &token()).await.status(403).code(), "user_disabled");
    refresh(&app, &through).await.status(401);
    // Nor by the address, for whoever is not linked yet.
    let unlinked = issuer.token(app.app.now(), "n", "member@acme.example");
    assert_eq!(sign_in(&app, &unlinked).await.status(403).code(), "user_disabled");
    app.sign_in("viewer@acme.example").await;
}

#[tokio::test]
async fn a_seat_is_needed_and_an_organisation_can_be_asked_for() {
    let issuer = FakeIssuer::start().await;
    let mut settings = issuer.settings(&NEW_USERS);
    settings.push(("OSKAR_LIMITS__SEATS", "4"));
    settings.push(("OSKAR_ISSUERS__0__ALLOWED_DOMAINS", "new.example,other.example"));
    let app = TestApp::with(&settings).await;
    app.organisation("Acme").await;
    app.register("boss@other.example", Some("Other")).await;
    let with = async |subject: &str, email: &str, body: Value| {
        let token = issuer.token(app.app.now(), subject, email);
        let client = Client::new(app.router.clone(), Credential::Bearer(token));
        client.post("/api/auth/login", body).await
    };
    // Asking for one that they are no member of makes nothing at all.
    let before = count(&app).await;
    with("a", "a@new.example", json!({ "org": "other" })).await.status(404);
    assert_eq!(count(&app).await, before);
    with("a", "a@new.example", json!({ "org": "acme" })).await.status(200);
    assert_eq!(with("b", "b@new.example", json!({})).await.status(409).code(), "seats_taken");
    assert_eq!(count(&app).await, (before.0 + 1, 1, before.2 + 1));
    // Whoever is here already needs none.
    with("a", "a@new.example", json!({})).await.status(200);
    with("v", "boss@other.example", Value::Null).await.status(200);
}

#[tokio::test]
async fn one_account_comes_of_many_first_sign_ins_at_once() {
    let issuer = FakeIssuer::start().await;
    let mut settings = issuer.settings(&NEW_USERS);
    settings.push(("OSKAR_ISSUERS__0__ALLOWED_DOMAINS", "new.example,acme.example"));
    let app = TestApp::with(&settings).await;
    app.organisation("Acme").await;
    let other_node = app.another_node().await;
    let before = count(&app).await;
    let now = app.app.now();
    let tasks = (0..12).map(|number| {
        let node = if number % 2 == 0 { &app } else { &other_node };
        let (new, linked) =
            (issuer.token(now, "new", "new@new.example"), issuer.token(now, "m", "member@acme.example"));
        async move {
            let token = if number % 3 == 0 { linked } else { new };
            sign_in(node, &token).await.status(200);
        }
    });
    futures_util::future::join_all(tasks).await;
    let after = count(&app).await;
    assert_eq!((after.0, after.1), (before.0 + 1, 2));
    let actions = actions(&app).await;
    // The new user's, and the member's with the one that their organisation reads.
    assert_eq!(actions.iter().filter(|action| *action == "identity.linked").count(), 3);
}

#[tokio::test]
async fn who_gives_a_password_means_it_and_a_page_elsewhere_signs_nobody_in() {
    let issuer = FakeIssuer::start().await;
    let mut settings = issuer.settings(&[SPEAKS_FOR_ACME]);
    settings.push(("OSKAR_ALLOWED_ORIGINS", "https://app.example"));
    let app = TestApp::with(&settings).await;
    let org = app.organisation("Acme").await;
    let password = json!({ "email": "admin@acme.example", "password": PASSWORD });
    let good = issuer.token(app.app.now(), "m", "member@acme.example");
    for stale in ["nonsense", org.viewer.access_token.as_str(), good.as_str()] {
        let client = Client::new(app.router.clone(), Credential::Bearer(stale.to_owned()));
        let answer = client.post("/api/auth/login", password.clone()).await.status(200);
        assert_eq!(answer.json()["user"]["email"], "admin@acme.example");
    }
    let client = Client::new(app.router.clone(), Credential::Bearer(good.clone()));
    assert_eq!(
        client.post("/api/auth/login", json!({ "password": 1 })).await.status(422).pointer(),
        "/password"
    );
    assert_eq!(client.post("/api/auth/login", json!({ "token": "x" })).await.status(422).pointer(), "/token");
    // Our own tokens and keys are no issuer's: what is missing is a password.
    let own = org.viewer.with_bearer().post("/api/auth/login", json!({})).await.status(422);
    assert_eq!(own.pointer(), "/email");

    let good = format!("Bearer {good}");
    let from = async |origin: &str| {
        let headers =
            [("authorization", good.as_str()), ("origin", origin), ("sec-fetch-site", "cross-site")];
        app.anonymous().call_with(Method::POST, "/api/auth/login", &headers, None).await
    };
    assert_eq!(from("https://evil.example").await.status(403).code(), "cross_site");
    let answer = from("https://app.example").await.status(200);
    assert_eq!(answer.header("access-control-allow-origin"), "https://app.example");
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a55_bad_tokens_draw_on_the_budget_of_the_address_and_refusals_of_good_ones_do_not() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[SPEAKS_FOR_ACME])).await;
    app.organisation("Acme").await;
    let ana = "member@acme.example";
    let stranger = issuer.token(app.app.now(), "x", "nobody@acme.example");
    for _ in 0..8 {
        sign_in(&app, &stranger).await.status(403);
    }
    for _ in 0..5 {
        sign_in(&app, "ey.ey.ey").await.status(401);
    }
    let answer = sign_in(&app, "ey.ey.ey").await.status(429);
    assert_eq!(answer.header("retry-after"), "300");
    // A good one cannot be guessed: those who guess behind the same address do not stop it.
    sign_in(&app, &issuer.token(app.app.now(), "a", ana)).await.status(200);
    // One budget for all doors.
    let right = json!({ "email": ana, "password": PASSWORD });
    app.anonymous().post("/api/auth/login", right).await.status(429);
    app.advance(chrono::TimeDelta::minutes(5));
    sign_in(&app, &issuer.token(app.app.now(), "a", ana)).await.status(200);
}

#[tokio::test]
async fn datarhei_core_signs_in_with_an_issuer_s_token() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[SPEAKS_FOR_ACME])).await;
    app.organisation("Acme").await;
    let mut claims = issuer.claims(app.app.now(), "auth0|62a", "member@acme.example");
    claims["azp"] = json!("oskar-at-work");
    let client = Client::new(app.router.clone(), Credential::Bearer(issuer.sign(&claims)));
    let answer = client.call(Method::POST, "/api/login", None).await.status(200);
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["access_token", "refresh_token"]);
    assert_eq!(
        bearer(&app, &answer).get("/api/auth/me").await.status(200).json()["user"]["email"],
        "member@acme.example"
    );
    let again = Client::new(
        app.router.clone(),
        Credential::Bearer(body["refresh_token"].as_str().unwrap().to_owned()),
    );
    again.get("/api/login/refresh").await.status(200);
    let bad = Client::new(app.router.clone(), Credential::Bearer("nonsense".to_owned()));
    assert_eq!(bad.call(Method::POST, "/api/login", None).await.status(401).code(), "invalid_issuer_token");
}
