//! Older clients: each sends what its own server documents, and gets that server's answer.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Credential, PASSWORD, TestApp, WITHOUT_OLDER_CLIENTS};

const NAME: &str = "ana@acme.example";

fn login(password: &str) -> Value {
    json!({ "username": NAME, "password": password })
}

fn bearer(app: &TestApp, token: &str) -> Client {
    Client::new(app.router.clone(), Credential::Bearer(token.to_owned()))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The status and the very members of an answer.
#[track_caller]
fn is(answer: &Answer, status: u16, expected: &Value) {
    assert_eq!((answer.status, &answer.json()), (status, expected), "{}", answer.asked);
}

#[track_caller]
fn is_osmedeus_error(answer: &Answer, status: u16, message: &str) {
    is(answer, status, &json!({ "error": true, "message": message }));
    assert_eq!(answer.header("content-type"), "application/json");
}

fn claims(token: &str) -> Value {
    crate::forge::decode(crate::forge::parts(token)[1])
}

#[tokio::test]
async fn osmedeus_signs_in_and_out() {
    let app = TestApp::start().await;
    app.register(NAME, Some("Acme")).await;
    let answer = app.anonymous().post("/osm/api/login", login(PASSWORD)).await;
    let token = text(&answer.json()["token"]);
    is(&answer, 200, &json!({ "token": token }));
    assert!(answer.cookie("oskar_session").starts_with("oss_"));
    bearer(&app, &token).get("/api/auth/me").await.status(200);

    let answer = bearer(&app, &token).post("/osm/api/logout", json!({})).await;
    is(&answer, 200, &json!({ "message": "Logged out successfully" }));
    assert!(answer.set_cookie().starts_with("oskar_session=;") && answer.set_cookie().contains("Max-Age=0"));
    bearer(&app, &token).get("/api/auth/me").await.status(401);
}

#[tokio::test]
async fn osmedeus_gets_errors_in_its_shape() {
    let app = TestApp::start().await;
    app.register(NAME, None).await;
    let wrong = app.anonymous().post("/osm/api/login", login("not the password")).await;
    is_osmedeus_error(&wrong, 401, "Invalid credentials");
    assert!(!wrong.headers.contains_key("set-cookie"));
    for body in [json!({}), json!([]), json!({ "username": 1, "password": "x" }), json!("x")] {
        let answer = app.anonymous().post("/osm/api/login", body).await;
        is_osmedeus_error(&answer, 400, "Invalid request body");
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = app.anonymous().call_with(Method::POST, "/osm/api/login", &form, None).await;
    is_osmedeus_error(&answer, 400, "Invalid request body");
}

#[tokio::test]
async fn osmedeus_is_told_what_is_wrong_with_its_bearer() {
    let app = TestApp::start().await;
    let ana = app.register(NAME, Some("Acme")).await;
    let ask = async |authorization: &str| {
        let headers = [("authorization", authorization)];
        app.anonymous().call_with(Method::GET, "/osm/api/scans", &headers, None).await
    };
    let missing = app.anonymous().get("/osm/api/scans").await;
    is_osmedeus_error(&missing, 401, "Missing authorization header");
    assert_eq!(missing.header("www-authenticate"), r#"Bearer realm="oskar""#);
    for malformed in ["", "Bearer", "Token x", &ana.access_token] {
        is_osmedeus_error(&ask(malformed).await, 401, "Invalid authorization header format");
    }
    app.advance(TimeDelta::hours(1));
    for bad in ["Bearer x.y.z", "Bearer osk_live_x", &format!("Bearer {}", ana.access_token)] {
        is_osmedeus_error(&ask(bad).await, 401, "Invalid or expired token");
    }
    let token =
        text(&ana.with_cookie().post("/api/auth/token", json!({ "org": "acme" })).await.json()["token"]);
    let answer = ask(&format!("Bearer {token}")).await.status(200);
    assert_eq!(answer.header("x-auth-user-id"), ana.user_id);
    let denied = bearer(&app, &token).get("/osm/api/scans?permission=no:such").await;
    let told = "`no:such` is no permission: neither a built-in one nor one of `[permissions]`.";
    is_osmedeus_error(&denied, 400, told);
}

#[tokio::test]
async fn osmedeus_sends_api_keys_in_a_header_of_its_own_which_outranks_a_token() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "member", None).await;
    let ask = async |headers: &[(&str, &str)]| {
        app.anonymous().call_with(Method::GET, "/osm/api/scans", headers, None).await
    };
    let token = format!("Bearer {}", org.admin.access_token);
    for headers in [
        &[("x-osm-api-key", key.secret.as_str())][..],
        &[("x-osm-api-key", &key.secret), ("authorization", &token)],
        &[("x-osm-api-key", &key.secret), ("authorization", "Bearer nonsense")],
    ] {
        assert_eq!(ask(headers).await.status(200).header("x-auth-key-id"), key.id);
    }
    let unknown = oskar::crypto::secret::Secret::generate(oskar::crypto::secret::SecretKind::LiveKey);
    for bad in ["", " ", "null", "undefined", "nil", "NULL", "osk_live_x", unknown.reveal()] {
        let answer = ask(&[("x-osm-api-key", bad), ("authorization", &token)]).await;
        is_osmedeus_error(&answer, 401, "Invalid or missing API key");
    }
    let twice = [("x-osm-api-key", key.secret.as_str()), ("x-osm-api-key", &key.secret)];
    is_osmedeus_error(&ask(&twice).await, 401, "Invalid or missing API key");
    // Nowhere else does it count.
    let elsewhere = [("x-osm-api-key", key.secret.as_str())];
    app.anonymous().call_with(Method::GET, "/api/auth/me", &elsewhere, None).await.status(401);
    // Keys have nothing to sign out of.
    let answer = app.anonymous().call_with(Method::POST, "/osm/api/logout", &elsewhere, None).await;
    is(&answer, 200, &json!({ "message": "Logged out successfully" }));
    ask(&elsewhere).await.status(200);
}

#[tokio::test]
async fn core_signs_in_with_claims_of_its_own() {
    let app = TestApp::start().await;
    app.register(NAME, Some("Acme")).await;
    let answer = app.anonymous().post("/api/login", login(PASSWORD)).await;
    let (access, refresh) = (text(&answer.json()["access_token"]), text(&answer.json()["refresh_token"]));
    is(&answer, 200, &json!({ "access_token": access, "refresh_token": refresh }));
    let said = claims(&access);
    assert_eq!((&said["exi"], &said["usefor"]), (&json!(900), &json!("access")));
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), 900);
    bearer(&app, &access).get("/api/auth/me").await.status(200);
    let ours = app.anonymous().post("/api/auth/login", login(PASSWORD)).await.status(200).json();
    let ours = claims(ours["token"].as_str().unwrap());
    assert!(ours.get("exi").is_none() && ours.get("usefor").is_none());
    assert_eq!(app.anonymous().post("/api/login", login("wrong")).await.status(401).code(), "invalid_login");
}

#[tokio::test]
async fn core_refreshes_again_and_again_with_the_same_token_which_is_no_good_elsewhere() {
    let app = TestApp::start().await;
    app.register(NAME, Some("Acme")).await;
    let signed_in = app.anonymous().post("/api/login", login(PASSWORD)).await.status(200).json();
    let refresh = signed_in["refresh_token"].as_str().unwrap();
    let client = bearer(&app, refresh);
    for _ in 0..3 {
        app.advance(TimeDelta::days(9));
        let answer = client.get("/api/login/refresh").await;
        let access = text(&answer.json()["access_token"]);
        is(&answer, 200, &json!({ "access_token": access }));
        assert_eq!(claims(&access)["usefor"], "access");
        bearer(&app, &access).get("/api/auth/me").await.status(200);
    }
    for path in ["/api/auth/me", "/api/verify", "/api/orgs/acme", "/osm/api/scans"] {
        client.get(path).await.status(401);
    }
    // An access token does not refresh.
    let access = signed_in["access_token"].as_str().unwrap();
    assert_eq!(
        bearer(&app, access).get("/api/login/refresh").await.status(401).code(),
        "invalid_refresh_token"
    );
    app.anonymous().get("/api/login/refresh").await.status(401);
    // Its lifetime counts from issue: 30 days, however often it was used.
    app.advance(TimeDelta::days(4));
    assert_eq!(client.get("/api/login/refresh").await.status(401).code(), "invalid_refresh_token");
}

#[tokio::test]
async fn core_s_refresh_ends_with_the_session_and_tells_of_theft() {
    let app = TestApp::start().await;
    app.register(NAME, Some("Acme")).await;
    let sign_in = async || app.anonymous().post("/api/login", login(PASSWORD)).await.status(200).json();
    let first = sign_in().await;
    bearer(&app, first["access_token"].as_str().unwrap())
        .post("/api/auth/logout", json!({}))
        .await
        .status(204);
    bearer(&app, first["refresh_token"].as_str().unwrap()).get("/api/login/refresh").await.status(401);

    // Once it was exchanged at the newer door it is theft at both.
    for at_the_older_door in [true, false] {
        let second = sign_in().await;
        let old = second["refresh_token"].as_str().unwrap();
        bearer(&app, old).get("/api/login/refresh").await.status(200);
        let exchange =
            async |token: &str| bearer(&app, token).call(Method::POST, "/api/auth/refresh", None).await;
        let rotated = exchange(old).await.status(200).json();
        let (access, successor) =
            (rotated["token"].as_str().unwrap(), rotated["refresh_token"].as_str().unwrap());
        // Its successor rotates, and is no good at the older door; a lost answer there is no theft.
        for token in [old, successor] {
            bearer(&app, token).get("/api/login/refresh").await.status(401);
        }
        bearer(&app, access).get("/api/auth/me").await.status(200);
        app.advance(TimeDelta::seconds(11));
        if at_the_older_door {
            bearer(&app, old).get("/api/login/refresh").await.status(401);
        } else {
            exchange(old).await.status(401);
        }
        bearer(&app, access).get("/api/auth/me").await.status(401);
        exchange(successor).await.status(401);
        assert_eq!(app.subjects(NAME).await[0], "A session was ended for your safety");
    }
}

#[tokio::test]
async fn core_refreshes_no_session_that_began_elsewhere_so_that_a_thief_cannot_live_beside_its_owner() {
    let app = TestApp::start().await;
    let registered = app.register(NAME, Some("Acme")).await.refresh_token;
    let signed_in = app.sign_in(NAME).await;
    let onedb = app.anonymous().post("/api/auth/login", login(PASSWORD)).await.status(200).json();
    for token in [&registered, &signed_in.refresh_token, onedb["refresh_token"].as_str().unwrap()] {
        let answer = bearer(&app, token).get("/api/login/refresh").await.status(401);
        assert_eq!(answer.code(), "invalid_refresh_token");
        // It was the wrong door, and no theft.
        let successor =
            bearer(&app, token).call(Method::POST, "/api/auth/refresh", None).await.status(200).json();
        let successor = successor["refresh_token"].as_str().unwrap();
        bearer(&app, successor).get("/api/login/refresh").await.status(401);
        bearer(&app, successor).call(Method::POST, "/api/auth/refresh", None).await.status(200);
    }
    // An old one that turns up here is theft, as it is at its own door.
    bearer(&app, &signed_in.refresh_token).get("/api/login/refresh").await.status(401);
    signed_in.with_cookie().get("/api/auth/me").await.status(401);
    assert_eq!(app.subjects(NAME).await[0], "A session was ended for your safety");
}

#[tokio::test]
async fn sessions_from_before_it_was_known_where_they_began_rotate() {
    let app = TestApp::start().await;
    app.register(NAME, Some("Acme")).await;
    let before = app.anonymous().post("/api/login", login(PASSWORD)).await.status(200).json();
    // Taken back, and made again.
    let steps = app.app.db.migrations().await.unwrap();
    let knows = steps.iter().position(|(name, _)| name.starts_with("m0019")).unwrap();
    app.app.db.migrate_down(u32::try_from(steps.len() - knows).unwrap()).await.unwrap();
    app.app.db.migrate().await.unwrap();
    let token = before["refresh_token"].as_str().unwrap();
    bearer(&app, token).get("/api/login/refresh").await.status(401);
    bearer(&app, token).call(Method::POST, "/api/auth/refresh", None).await.status(200);
    let after = app.anonymous().post("/api/login", login(PASSWORD)).await.status(200).json();
    bearer(&app, after["refresh_token"].as_str().unwrap()).get("/api/login/refresh").await.status(200);
}

#[tokio::test]
async fn the_appliance_finds_its_status_and_revokes_the_very_token() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.register(NAME, None).await;
    let answer = app.anonymous().post("/api/auth/login", login(PASSWORD)).await.status(200).json();
    assert_eq!((&answer["status"], &answer["success"]), (&json!("success"), &json!(true)));
    let token = answer["token"].as_str().unwrap();
    is(&bearer(&app, token).post("/api/logout", json!({})).await, 200, &json!({ "status": "success" }));
    for _ in 0..2 {
        bearer(&app, token).get("/api/auth/me").await.status(401);
        bearer(&app, token).post("/api/logout", json!({})).await.status(401);
        app.advance(TimeDelta::minutes(1));
    }
    bearer(&app.another_node().await, token).get("/api/auth/me").await.status(401);
    // A caller without a session has nothing to end.
    let key = org.key("live", "viewer", None).await;
    is(&key.with_bearer().post("/api/logout", json!({})).await, 200, &json!({ "status": "success" }));
    key.with_bearer().get("/api/auth/me").await.status(200);
    assert_eq!(app.anonymous().post("/api/logout", json!({})).await.status(401).code(), "unauthenticated");
}

#[tokio::test]
async fn the_appliance_changes_a_password() {
    let app = TestApp::start().await;
    let ana = app.register(NAME, None).await;
    let new = "another horse battery staple";
    let body = |current: &str| json!({ "current_password": current, "new_password": new });
    let change = async |current: &str| ana.with_bearer().post("/api/change-password", body(current)).await;
    assert_eq!(change("wrong").await.status(403).code(), "wrong_password");
    let changed = change(PASSWORD).await;
    is(&changed, 200, &json!({ "status": "success" }));
    // The very session that chose it goes on as another one, for browsers; whoever has copied it has nothing.
    ana.with_bearer().get("/api/auth/me").await.status(401);
    ana.with_cookie().get("/api/auth/me").await.status(401);
    let cookie = Client::new(app.router.clone(), Credential::Cookie(changed.cookie("oskar_session")));
    cookie.get("/api/auth/me").await.status(200);
    app.anonymous().post("/api/auth/login", login(PASSWORD)).await.status(401);
    app.anonymous().post("/api/auth/login", login(new)).await.status(200);
}

#[tokio::test]
async fn assimetria_finds_its_members_in_our_own_answers() {
    let app = TestApp::start().await;
    app.register(NAME, Some("Acme")).await;
    let answer = app.anonymous().post("/api/auth/login", login(PASSWORD)).await.status(200).json();
    assert_eq!(answer["success"], json!(true));
    assert!(answer["token"].is_string() && answer["refresh_token"].is_string());
    let user = &answer["user"];
    assert!(user["id"].is_string());
    assert_eq!((&user["email"], &user["role"]), (&json!(NAME), &json!("admin")));
}

#[tokio::test]
async fn onedb_gets_a_token_or_its_own_refusal() {
    let app = TestApp::start().await;
    app.register(NAME, None).await;
    let answer = app.anonymous().post("/api/authenticate", login(PASSWORD)).await;
    let token = text(&answer.json()["token"]);
    let message = "Token has been generated!";
    is(&answer, 200, &json!({ "id": 1, "message": message, "success": true, "token": token }));
    bearer(&app, &token).get("/api/auth/me").await.status(200);
    assert_eq!(claims(&token)["exp"].as_i64().unwrap() - claims(&token)["iat"].as_i64().unwrap(), 900);

    let answer = app.anonymous().post("/api/authenticate", login("not the password")).await;
    let message = "Invalid username or password";
    is(&answer, 401, &json!({ "id": 2, "message": message, "success": false }));
}

const DOORS: [(&str, &str); 9] = [
    ("post", "/osm/api/login"),
    ("post", "/osm/api/logout"),
    ("get", "/osm/api/{rest}"),
    ("post", "/api/login"),
    ("get", "/api/login/refresh"),
    ("post", "/api/logout"),
    ("post", "/api/change-password"),
    ("get", "/api/ws-token"),
    ("post", "/api/authenticate"),
];

#[tokio::test]
async fn they_are_marked_deprecated_and_settings_take_them_away() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.json();
    let mut marked = 0;
    for item in document["paths"].as_object().unwrap().values() {
        marked += item.as_object().unwrap().values().filter(|each| each["deprecated"] == json!(true)).count();
    }
    assert_eq!(marked, DOORS.len());
    let without = TestApp::with(&WITHOUT_OLDER_CLIENTS).await;
    let smaller = without.anonymous().get("/api/openapi.json").await.json();
    for (method, path) in DOORS {
        assert_eq!(document["paths"][path][method]["deprecated"], json!(true), "{path}");
        assert!(smaller["paths"].get(path).is_none(), "{path}");
        let method = method.to_uppercase().parse().unwrap();
        let path = path.replace("{rest}", "scans");
        without.anonymous().call(method, &path, None).await.status(404);
    }
}

#[tokio::test]
async fn a_basic_caller_s_logout_is_a_no_op_in_every_dialect() {
    let app = TestApp::start().await;
    let ana = app.register(NAME, Some("Acme")).await;
    let basic = ana.with_basic();
    is(&basic.post("/api/logout", json!({})).await, 200, &json!({ "status": "success" }));
    let message = json!({ "message": "Logged out successfully" });
    is(&basic.post("/osm/api/logout", json!({})).await, 200, &message);
    for client in [&basic, &ana.with_bearer(), &ana.with_cookie()] {
        client.get("/api/auth/me").await.status(200);
    }
    assert_eq!(basic.get("/osm/api/scans").await.status(200).header("x-auth-user-id"), ana.user_id);
    let ticket = basic.get("/api/ws-token").await;
    is(&ticket, 200, &json!({ "status": "success", "token": ticket.json()["token"] }));
    let wrong = Client::new(app.router.clone(), Credential::Basic(NAME.to_owned(), "wrong".to_owned()));
    is_osmedeus_error(&wrong.get("/osm/api/scans").await, 401, "Invalid credentials");
}

#[tokio::test]
async fn osmedeus_signs_in_whatever_key_is_sent_along() {
    let app = TestApp::start().await;
    app.register(NAME, Some("Acme")).await;
    let stale = oskar::crypto::secret::Secret::generate(oskar::crypto::secret::SecretKind::LiveKey);
    for key in ["", "null", "osk_live_x", stale.reveal()] {
        let headers = [("x-osm-api-key", key)];
        let ask = async |password: &str| {
            let path = "/osm/api/login";
            app.anonymous().call_with(Method::POST, path, &headers, Some(login(password))).await
        };
        ask(PASSWORD).await.status(200);
        is_osmedeus_error(&ask("not the password").await, 401, "Invalid credentials");
        app.advance(TimeDelta::minutes(2));
    }
}
