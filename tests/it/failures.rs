//! What failed leaves a trace: counted in the audit log, and with address, route, code and account in the server's log.

use axum::http::Method;
use chrono::TimeDelta;
use oskar::entity::{audit_event, instance};
use oskar::worker;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};

use crate::process::{Installation, Server};
use crate::support::{Answer, Client, Credential, FakeIssuer, PASSWORD, TestApp, TestOrganisation, basic};

const PROXIED: &[(&str, &str)] =
    &[("OSKAR_TRUSTED_PROXIES", "203.0.113.7"), ("OSKAR_LIMITS__FAILURES_PER_ADDRESS", "1000")];

async fn guess(app: &TestApp, from: &str, name: &str, password: &str) -> Answer {
    let body = json!({ "email": name, "password": password });
    app.anonymous().call_with(Method::POST, "/api/auth/login", &[("x-forwarded-for", from)], Some(body)).await
}

/// What is in an organisation's log of one kind, newest first.
async fn events(org: &TestOrganisation, action: &str) -> Vec<Value> {
    let path = format!("{}/events?action={action}", org.path);
    org.admin.with_cookie().get(&path).await.status(200).json()["data"].as_array().unwrap().clone()
}

async fn write(nodes: &[&TestApp]) {
    for node in nodes {
        worker::tally::tick(&node.app).await.unwrap();
    }
}

/// The middle of a quarter of an hour, so that a few seconds do not lead out of it.
async fn to_the_middle(app: &TestApp) {
    let into = app.app.now().timestamp().rem_euclid(900);
    app.advance(TimeDelta::seconds(900 - into + 60));
}

#[tokio::test]
async fn failed_sign_ins_are_one_event_for_each_account_network_and_quarter_of_an_hour() {
    let app = TestApp::with(PROXIED).await;
    let org = app.organisation("Acme").await;
    // An account of two organisations, and one of none.
    org.member.with_cookie().post("/api/orgs", json!({ "name": "Globex" })).await.status(201);
    app.register("alone@nowhere.example", None).await;
    to_the_middle(&app).await;
    let node = app.another_node_with(PROXIED).await;
    let member = org.member.email.as_str();
    for (from, on) in [("198.51.100.1", &app), ("198.51.100.200", &node), ("198.51.100.1", &app)] {
        guess(on, from, member, "wrong").await.status(401);
    }
    guess(&node, "2001:db8:1:2::1", member, "wrong").await.status(401);
    guess(&app, "198.51.100.1", "alone@nowhere.example", "wrong").await.status(401);
    guess(&app, "198.51.100.1", "a password that was typed into the name", "wrong").await.status(401);
    // Nothing is written while a client waits: that would tell which accounts exist.
    assert_eq!(events(&org, "sign_in.failed").await, Vec::<Value>::new());
    write(&[&app, &node]).await;

    let written = events(&org, "sign_in.failed").await;
    assert_eq!(written.len(), 2, "{written:?}");
    let of = |network: &str| {
        let found = written.iter().find(|event| event["data"]["network"] == network);
        found.unwrap_or_else(|| panic!("{network} is not in {written:?}")).clone()
    };
    let first = of("198.51.100.0/24");
    let data = json!({ "network": "198.51.100.0/24", "code": "invalid_login", "count": 3 });
    assert_eq!((&first["data"], &first["target_id"]), (&data, &json!(org.member.user_id)));
    assert_eq!(first["actor"], json!({ "kind": "anonymous", "id": null, "name": "" }));
    assert!(first["request_id"].is_string() && first["ip"].as_str().unwrap().starts_with("198.51.100."));
    assert_eq!(of("2001:db8:1:2::/64")["data"]["count"], 1);
    let globex =
        org.member.with_cookie().get("/api/orgs/globex/events?action=sign_in.failed").await.status(200);
    assert_eq!(globex.json()["data"].as_array().unwrap().len(), 2);
    let all = audit_event::Entity::find()
        .order_by_asc(audit_event::Column::Id)
        .all(app.app.db.read())
        .await
        .unwrap();
    let failed: Vec<_> = all.iter().filter(|row| row.action == "sign_in.failed").collect();
    assert_eq!(failed.len(), 5, "and one of no organisation");
    assert!(!format!("{all:?}").contains("a password that was typed"));

    // The row grows, by whatever node; the next quarter of an hour has its own.
    guess(&node, "198.51.100.9", member, "wrong").await.status(401);
    write(&[&app, &node]).await;
    write(&[&app, &node]).await;
    let grown = events(&org, "sign_in.failed").await;
    assert_eq!(grown.len(), 2);
    assert!(grown.iter().any(|event| event["data"]["count"] == 4 && event["id"] == first["id"]), "{grown:?}");
    app.advance(TimeDelta::minutes(15));
    guess(&app, "198.51.100.1", member, "wrong").await;
    guess(&app, "198.51.100.1", &org.viewer.email, "wrong").await.status(401);
    write(&[&app, &node]).await;
    let later = events(&org, "sign_in.failed").await;
    assert!(later.iter().filter(|event| event["data"]["count"] == 1).count() >= 2, "{later:?}");
}

#[tokio::test]
async fn every_door_at_which_a_password_is_said_leaves_it_and_a_right_one_does_not() {
    let app = TestApp::with(PROXIED).await;
    let org = app.organisation("Acme").await;
    to_the_middle(&app).await;
    let name = org.member.email.as_str();
    let login = |password: &str| json!({ "username": name, "password": password });
    org.member.with_basic().get("/api/auth/me").await.status(200);
    app.anonymous().post("/api/auth/login", login(PASSWORD)).await.status(200);
    write(&[&app]).await;
    assert_eq!(events(&org, "sign_in.failed").await, Vec::<Value>::new());
    for path in ["/api/auth/login", "/osm/api/login", "/api/login", "/api/authenticate"] {
        app.anonymous().post(path, login("wrong")).await.status(401);
    }
    // Signed in, by another budget.
    let change = json!({ "current_password": "wrong", "new_password": "another horse battery staple" });
    org.member.with_cookie().post("/api/auth/change-password", change).await.status(403);
    let email = json!({ "email": "new@acme.example", "password": "wrong" });
    org.member.with_cookie().post("/api/auth/change-email", email).await.status(403);
    let headers = [("authorization", basic(name, "wrong"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    app.anonymous().call_with(Method::GET, "/api/auth/me", &headers, None).await.status(401);
    write(&[&app]).await;
    let written = events(&org, "sign_in.failed").await;
    assert_eq!(written.len(), 1, "{written:?}");
    assert_eq!(
        written[0]["data"],
        json!({ "network": "203.0.113.0/24", "code": "invalid_login", "count": 7 })
    );
}

async fn rename(app: &TestApp, from: &str, to: &str) {
    let txn = app.app.db.begin().await.unwrap();
    txn.execute_unprepared(&format!("ALTER TABLE {from} RENAME TO {to}")).await.unwrap();
    txn.commit().await.unwrap();
}

#[tokio::test]
async fn what_could_not_be_written_is_written_later() {
    let app = TestApp::with(PROXIED).await;
    let org = app.organisation("Acme").await;
    to_the_middle(&app).await;
    let node = app.another_node_with(PROXIED).await;
    guess(&node, "198.51.100.1", &org.member.email, "wrong").await.status(401);
    rename(&node, "audit_event", "hidden").await;
    worker::tally::tick(&node.app).await.unwrap_err();
    rename(&node, "hidden", "audit_event").await;
    guess(&node, "198.51.100.2", &org.member.email, "wrong").await.status(401);
    write(&[&node]).await;
    assert_eq!(events(&org, "sign_in.failed").await[0]["data"]["count"], 2);
}

#[tokio::test]
async fn a_user_whom_an_issuer_vouches_for_and_who_is_not_let_in_is_told_of_too() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[])).await;
    let org = app.organisation("Acme").await;
    let sign_in = async |subject: &str| {
        let token = issuer.token(app.app.now(), subject, &org.member.email);
        let client = Client::new(app.router.clone(), Credential::Bearer(token));
        client.call(Method::POST, "/api/auth/login", None).await
    };
    sign_in("the member").await.status(200);
    assert_eq!(sign_in("somebody else").await.status(403).code(), "linked_to_another");
    write(&[&app]).await;
    let written = events(&org, "sign_in.failed").await;
    assert_eq!((written.len(), &written[0]["data"]["code"]), (1, &json!("linked_to_another")));
    assert_eq!(written[0]["target_id"], json!(org.member.user_id));
}

#[tokio::test]
async fn denials_are_one_event_for_each_actor_permission_and_quarter_of_an_hour_also_at_verify() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let foreign = app.organisation("Foreign").await;
    let key = org.key("live", "viewer", None).await;
    to_the_middle(&app).await;
    let bearer = app.sign_in(&org.viewer.email).await.with_bearer();
    for round in 0..25 {
        assert_eq!(
            bearer.get("/api/verify?permission=tasks:write").await.status(403).code(),
            "permission_denied"
        );
        key.with_bearer().get("/api/verify?permission=tasks:write").await.status(403);
        key.with_bearer().get("/api/verify/some/path?role=admin").await.status(403);
        // Whatever a caller invents is one.
        key.with_bearer().get(&format!("/api/verify?permission=invented:{round}")).await.status(403);
        // Strangers leave nothing in a log that is not theirs.
        bearer.get("/api/verify?org=foreign").await.status(403);
    }
    // The first one is there at once, the others a few seconds later.
    let early = events(&org, "access.denied").await;
    assert_eq!(early.len(), 4, "{early:?}");
    write(&[&app]).await;
    let written = events(&org, "access.denied").await;
    assert_eq!(written.len(), 4, "{written:?}");
    let viewer = json!(org.viewer.user_id);
    for (actor, data) in [
        (&viewer, json!({ "permission": "tasks:write", "count": 25 })),
        (&json!(key.id), json!({ "permission": "tasks:write", "count": 25 })),
        (&json!(key.id), json!({ "role": "admin", "count": 25 })),
        (&json!(key.id), json!({ "permission": "unknown", "count": 25 })),
    ] {
        let found = written.iter().any(|event| event["actor"]["id"] == *actor && event["data"] == data);
        assert!(found, "{actor} {data} is not in {written:?}");
    }
    assert_eq!(events(&foreign, "access.denied").await, Vec::<Value>::new());
    app.advance(TimeDelta::minutes(15));
    key.with_bearer().get("/api/verify?role=admin").await.status(403);
    assert_eq!(events(&org, "access.denied").await.len(), 5);
}

#[tokio::test]
async fn a_changed_address_leaves_both_in_the_part_of_the_event_that_names_people() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", None).await;
    let body = json!({ "email": "Ana@New.example", "password": PASSWORD });
    ana.with_cookie().post("/api/auth/change-email", body).await.status(202);
    let token = app.mailed_secret("ana@new.example").await;
    app.anonymous().post("/api/auth/verify-email", json!({ "token": token })).await.status(204);
    let all = audit_event::Entity::find().all(app.app.db.read()).await.unwrap();
    let changed = all.iter().find(|row| row.action == "user.email_changed").unwrap();
    assert_eq!(changed.data, json!({}));
    assert_eq!(changed.personal, Some(json!({ "before": "ana@acme.example", "after": "Ana@New.example" })));
    assert!(all.iter().all(|row| !row.data.to_string().contains("@")));
}

/// The lines of a server's log, once it has stopped.
async fn log_of(server: Server) -> Vec<Value> {
    server.terminate().await;
    let (_, log) = server.ended().await;
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn the_log_says_who_called_from_where_and_what_they_were_answered() {
    let installation = Installation::new().await;
    let settings = [("OSKAR_TRUSTED_PROXIES", "127.0.0.1"), ("OSKAR_PERMISSIONS", "tasks:write=admin")];
    let server = installation.serve(&settings).await;
    let client = reqwest::Client::new();
    let call = async |method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>| {
        let mut request = client.request(method.parse().unwrap(), format!("{}{path}", server.url));
        request = request.header("x-forwarded-for", "198.51.100.9");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match body {
            Some(body) => request.json(&body),
            None => request,
        }
        .send()
        .await
        .unwrap();
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        (id, answer.text().await.unwrap())
    };
    let ana = json!({ "email": "ana@acme.test", "password": PASSWORD, "organisation": "Acme" });
    let ana: Value =
        serde_json::from_str(&call("POST", "/api/auth/register", &[], Some(ana)).await.1).unwrap();
    let (user, token) = (ana["user"]["id"].clone(), ana["token"].as_str().unwrap());
    let good = format!("Bearer {token}");
    let bad = "Bearer nonsense";
    let key = json!({ "name": "k", "environment": "live", "role": "viewer" });
    let key = call("POST", "/api/orgs/acme/keys", &[("authorization", &good)], Some(key)).await.1;
    let key: Value = serde_json::from_str(&key).unwrap();
    let secret = key["secret"].as_str().unwrap();
    let typed = "hunter2 typed into the name";
    let login = |name: &str| Some(json!({ "username": name, "password": "wrong" }));
    let text = ("content-type", "text/plain");
    let mut expected = Vec::new();
    for (method, path, headers, body, status, code, actor, credential, account) in [
        (
            "POST",
            "/api/auth/login",
            vec![],
            login("ana@acme.test"),
            401,
            "invalid_login",
            None,
            None,
            Some(&user),
        ),
        ("POST", "/api/auth/login", vec![], login(typed), 401, "invalid_login", None, None, None),
        (
            "POST",
            "/osm/api/login",
            vec![],
            login("ana@acme.test"),
            401,
            "invalid_login",
            None,
            None,
            Some(&user),
        ),
        (
            "POST",
            "/api/authenticate",
            vec![],
            login("ana@acme.test"),
            401,
            "invalid_login",
            None,
            None,
            Some(&user),
        ),
        (
            "GET",
            "/api/auth/me",
            vec![("authorization", bad)],
            None,
            401,
            "invalid_credential",
            None,
            Some("bearer"),
            None,
        ),
        (
            "GET",
            "/api/verify?role=admin",
            vec![("x-api-key", secret)],
            None,
            403,
            "role_denied",
            Some(&key["id"]),
            Some("api_key"),
            None,
        ),
        (
            "POST",
            "/api/orgs",
            vec![("authorization", good.as_str()), text],
            None,
            415,
            "unsupported_media_type",
            Some(&user),
            Some("bearer"),
            None,
        ),
        (
            "POST",
            "/api/orgs",
            vec![("authorization", good.as_str())],
            Some(json!({ "name": 3 })),
            422,
            "validation_failed",
            Some(&user),
            Some("bearer"),
            None,
        ),
        (
            "POST",
            "/api/auth/logout",
            vec![("authorization", good.as_str()), ("origin", "https://evil.example")],
            None,
            403,
            "cross_site",
            None,
            None,
            None,
        ),
        ("GET", "/invite/nonsense", vec![], None, 410, "link_invalid", None, None, None),
    ] {
        let (id, _) = call(method, path, &headers, body).await;
        expected.push((id, status, code, actor.cloned(), credential, account.cloned()));
    }
    let lines = log_of(server).await;
    for (id, status, code, actor, credential, account) in expected {
        let of_it = || lines.iter().filter(|line| line["span"]["id"] == json!(id));
        let answered: Vec<_> = of_it().filter(|line| line["message"] == "answered").collect();
        assert_eq!(answered.len(), 1, "{code}");
        let (line, span) = (answered[0], &answered[0]["span"]);
        assert_eq!((&line["status"], &line["code"]), (&json!(status), &json!(code)));
        assert_eq!(span["address"], "198.51.100.9", "{code}");
        assert_eq!(span.get("actor").cloned(), actor, "{code}");
        assert_eq!(span.get("credential").cloned(), credential.map(|credential| json!(credential)), "{code}");
        assert_eq!(span.get("account").cloned(), account, "{code}");
        assert!(span["route"].as_str().is_some_and(|route| route.starts_with('/')), "{line}");
    }
    let warnings: Vec<_> = lines.iter().filter(|line| line["message"] == "refused a credential").collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!((&warnings[0]["level"], &warnings[0]["credential"]), (&json!("WARN"), &json!("bearer")));
    assert_eq!(warnings[0]["reason"], "not three parts of base64url");
    let log = json!(lines).to_string();
    for secret in [typed, "hunter2", "ana@acme.test", secret, token, PASSWORD] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn a_flood_of_bad_tokens_warns_ten_times_and_then_once_a_second() {
    let issuer = FakeIssuer::start().await;
    let installation = Installation::new().await;
    let mut settings = issuer.settings(&[("OSKAR_LIMITS__RATE_PER_SECOND", "0")]);
    settings.extend([("OSKAR_TRUSTED_PROXIES", "127.0.0.1"), ("OSKAR_LOG__LEVEL", "warn")]);
    let server = installation.serve(&settings).await;
    let client = reqwest::Client::new();
    let send = async |path: &str, from: &str, token: &str| {
        let post = client.post(format!("{}{path}", server.url)).header("x-forwarded-for", from);
        assert_eq!(post.bearer_auth(token).send().await.unwrap().status(), 401);
    };
    let foreign =
        issuer.sign(&json!({ "iss": issuer.url, "aud": "somebody else", "sub": "ana", "iat": 1, "exp": 2 }));
    send("/api/auth/login", "198.51.100.1", &foreign).await;
    send("/api/auth/refresh", "198.51.100.1", "osr_nonsense").await;
    for _ in 0..100 {
        send("/api/auth/logout", "198.51.100.2", "nonsense").await;
    }
    let lines = log_of(server).await;
    let warned = |from: &str| {
        let all = lines.iter().filter(|line| line["message"] == "refused a credential");
        all.filter(|line| line["span"]["address"] == from).cloned().collect::<Vec<_>>()
    };
    let told: Vec<_> = warned("198.51.100.1")
        .iter()
        .map(|line| (line["credential"].clone(), line["reason"].clone()))
        .collect();
    assert_eq!(
        told,
        [(json!("issuer_token"), json!("expired")), (json!("refresh_token"), json!("it is not one of ours")),]
    );
    let flood = warned("198.51.100.2").len();
    assert!((10..100).contains(&flood), "{flood} of 100 warned");
}

#[tokio::test]
async fn a_start_with_other_settings_is_written_down_without_their_secrets() {
    let installation = Installation::new().await;
    let smtp = ("OSKAR_MAIL__SMTP_URL", "smtp://oskar:sEcret@127.0.0.1:1");
    let open = ("OSKAR_VERIFY_EMAIL", "optional");
    let both = "limits.failures_per_address, mail.smtp_url";
    let other = [open, smtp, ("OSKAR_LIMITS__FAILURES_PER_ADDRESS", "500")];
    for (settings, expected) in
        [(&[open][..], None), (&[open][..], None), (&other[..], Some(both)), (&[open][..], Some(both))]
    {
        let lines = log_of(installation.serve(settings).await).await;
        let told = lines.iter().find(|line| line["message"] == "settings have changed since the last start");
        assert_eq!(told.map(|line| line["settings"].as_str().unwrap()), expected);
    }
    let app = installation.open().await;
    let all =
        audit_event::Entity::find().order_by_asc(audit_event::Column::Id).all(app.db.read()).await.unwrap();
    let changes: Vec<_> =
        all.iter().filter(|row| row.action == "settings.changed").map(|row| row.data.clone()).collect();
    assert_eq!(
        changes,
        [
            json!({ "limits.failures_per_address": { "before": null, "after": "500" }, "mail.smtp_url": "changed" }),
            json!({ "limits.failures_per_address": { "before": "500", "after": null }, "mail.smtp_url": "changed" }),
        ]
    );
    let kept =
        instance::Entity::find().one(app.db.read()).await.unwrap().unwrap().settings.unwrap().to_string();
    assert!(!kept.contains("sEcret") && !format!("{all:?}").contains("sEcret"), "{kept}");
}
