//! What other services and proxies ask: who is it, and may they?

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, TestOrganisation};

/// All `X-Auth-*` headers of an answer.
fn identity(answer: &Answer) -> BTreeMap<String, String> {
    let pairs = answer.headers.iter().filter(|(name, _)| name.as_str().starts_with("x-auth-"));
    pairs
        .map(|(name, value)| {
            (name.as_str()["x-auth-".len()..].to_owned(), value.to_str().unwrap().to_owned())
        })
        .collect()
}

fn expected<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

async fn organisation(app: &TestApp) -> TestOrganisation {
    app.organisation("Acme").await
}

const MEMBER: &str = "org:read org:leave members:read keys:read credentials:verify tasks:read tasks:write";

#[tokio::test]
async fn a_user_is_told_in_every_header_and_in_the_body() {
    let app = TestApp::start().await;
    let org = organisation(&app).await;
    for client in [org.member.with_cookie(), org.member.with_bearer()] {
        let answer = client.get("/api/verify").await.status(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        let body = answer.json();
        let session = body["session_id"].as_str().unwrap();
        let all = expected([
            ("kind", "user"),
            ("user-id", &org.member.user_id),
            ("user-email", "member@acme.example"),
            ("user-name", "member"),
            ("org-id", &org.id),
            ("org-slug", "acme"),
            ("role", "member"),
            ("permissions", MEMBER),
            ("environment", "live"),
            ("session-id", session),
            ("key-id", ""),
        ]);
        assert_eq!(identity(&answer), all);
        assert_eq!((&body["kind"], &body["user"]["id"]), (&json!("user"), &json!(org.member.user_id)));
        assert_eq!((&body["organisation"]["id"], &body["role"]), (&json!(org.id), &json!("member")));
        assert_eq!(body.get("memberships"), None, "other organisations are nobody's business");
    }
}

#[tokio::test]
async fn a_key_leaves_the_user_s_headers_empty_but_there() {
    let app = TestApp::start().await;
    let org = organisation(&app).await;
    for (environment, permissions, all_permissions) in [
        ("live", None, "org:read members:read tasks:read"),
        ("test", Some(&["tasks:read"][..]), "tasks:read"),
    ] {
        let key = org.key(environment, "viewer", permissions).await;
        for client in [key.with_bearer(), key.with_x_api_key()] {
            let answer = client.get("/api/verify?environment=any").await.status(200);
            let all = expected([
                ("kind", "api_key"),
                ("user-id", ""),
                ("user-email", ""),
                ("user-name", ""),
                ("org-id", &org.id),
                ("org-slug", "acme"),
                ("role", "viewer"),
                ("permissions", all_permissions),
                ("environment", environment),
                ("session-id", ""),
                ("key-id", &key.id),
            ]);
            assert_eq!(identity(&answer), all);
        }
    }
}

#[tokio::test]
async fn a_user_of_no_organisation_has_neither_role_nor_permissions() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    let answer = person.with_bearer().get("/api/verify").await.status(200);
    let session = answer.json()["session_id"].as_str().unwrap().to_owned();
    let all = expected([
        ("kind", "user"),
        ("user-id", &person.user_id),
        ("user-email", "ana@acme.example"),
        ("user-name", "ana"),
        ("org-id", ""),
        ("org-slug", ""),
        ("role", ""),
        ("permissions", ""),
        ("environment", "live"),
        ("session-id", &session),
        ("key-id", ""),
    ]);
    assert_eq!(identity(&answer), all);
    assert_eq!(person.with_cookie().get("/api/verify?role=viewer").await.status(403).code(), "role_denied");
    let needed = person.with_cookie().get("/api/verify?permission=org:read").await.status(403);
    assert_eq!(needed.code(), "permission_denied");
}

#[tokio::test]
async fn what_the_client_claims_to_be_is_ignored() {
    let app = TestApp::start().await;
    let org = organisation(&app).await;
    let key = org.key("test", "viewer", None).await;
    let mut request = Request::get("/api/verify?permission=org:read&environment=test");
    for (name, value) in [
        ("x-auth-kind", "user"),
        ("x-auth-user-id", &org.admin.user_id),
        ("x-auth-role", "admin"),
        ("x-auth-permissions", "everything"),
        ("x-auth-environment", "live"),
        ("x-auth-session-id", "sess_1"),
        ("x-auth-org-id", "org_1"),
        ("x-auth-key-id", "key_1"),
        ("x-forwarded-user", "root"),
        ("x-original-url", "/api/verify"),
        ("x-original-method", "OPTIONS"),
        ("x-http-method-override", "OPTIONS"),
    ] {
        request = request.header(name, value);
    }
    let claims = identity(&key.with_bearer().send(request.body(Body::empty()).unwrap()).await.status(200));
    assert_eq!(claims, identity(&key.with_bearer().get("/api/verify?environment=test").await.status(200)));
    // Without a credential they make nobody of anybody.
    let mut request = Request::get("/api/verify").body(Body::empty()).unwrap();
    request.headers_mut().insert("x-auth-user-id", org.admin.user_id.parse().unwrap());
    let answer = app.anonymous().send(request).await.status(401);
    assert_eq!(identity(&answer), expected([("redirect", "http://localhost:8675/sign-in")]));
}

#[tokio::test]
async fn every_requirement_must_be_met() {
    let app = TestApp::start().await;
    let org = organisation(&app).await;
    let foreign = app.organisation("Foreign").await;
    let key = org.key("live", "member", Some(&["tasks:read"])).await;
    let id = format!("org={}", org.id);
    let no_such = format!("org={}", foreign.id);
    for (query, member, key_status) in [
        ("", 200, 200),
        ("permission=tasks:read", 200, 200),
        ("permission=tasks:write", 200, 403),
        ("permission=keys:manage", 403, 403),
        ("permission=tasks:read&permission=tasks:write", 200, 403),
        ("permission=tasks:read&permission=keys:manage", 403, 403),
        ("permission=keys:manage&permission=tasks:read", 403, 403),
        ("permission=org:leave", 200, 403),
        ("permission=task:read", 422, 422),
        ("permission=TASKS:READ", 422, 422),
        ("permission=", 422, 422),
        ("permission=tasks:read%20", 422, 422),
        ("permission=tasks:read,tasks:write", 422, 422),
        ("permission=*", 422, 422),
        ("permissions=tasks:read", 422, 422),
        ("role=viewer", 200, 200),
        ("role=member", 200, 200),
        ("role=admin", 403, 403),
        ("role=owner", 422, 422),
        ("role=viewer&role=admin", 422, 422),
        ("org=acme", 200, 200),
        (&id, 200, 200),
        (&no_such, 403, 403),
        ("org=foreign", 403, 403),
        ("org=nowhere", 403, 403),
        ("org=acme&org=foreign", 422, 422),
        ("org=acme&role=admin", 403, 403),
        ("org=foreign&role=viewer&permission=org:read", 403, 403),
        ("org=acme&role=member&permission=tasks:read", 200, 200),
        ("environment=live", 200, 200),
        ("environment=any", 200, 200),
        ("environment=test", 403, 403),
        ("environment=", 422, 422),
        ("environment=all", 422, 422),
        ("environment=live&environment=test", 422, 422),
    ] {
        let path = format!("/api/verify?{query}");
        for (client, status) in [
            (org.member.with_cookie(), member),
            (org.member.with_bearer(), member),
            (key.with_bearer(), key_status),
        ] {
            let answer = client.get(&path).await.status(status);
            assert_eq!(identity(&answer).len(), if status == 200 { 11 } else { 0 }, "{query}");
        }
        app.anonymous().get(&path).await.status(401);
    }
}

#[tokio::test]
async fn a_requirement_without_a_value_is_not_no_requirement() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "admin", None).await;
    for client in [org.admin.with_cookie(), org.admin.with_bearer(), key.with_bearer()] {
        assert_eq!(client.get("/api/verify?role=").await.status(422).pointer(), "/role");
        assert_eq!(client.get("/api/verify?org=").await.status(403).code(), "organisation_denied");
        assert_eq!(client.get("/api/verify?permission=").await.status(422).code(), "unknown_permission");
    }
}

#[tokio::test]
async fn a_refusal_says_which_requirement_it_was() {
    let app = TestApp::start().await;
    let org = organisation(&app).await;
    let client = org.viewer.with_bearer();
    for (query, code, part) in [
        ("permission=tasks:write", "permission_denied", "`tasks:write`"),
        ("role=member", "role_denied", "`member`"),
        ("org=nowhere", "organisation_denied", "organisation"),
    ] {
        let answer = client.get(&format!("/api/verify?{query}")).await.status(403);
        assert_eq!(answer.code(), code);
        assert!(answer.json()["detail"].as_str().unwrap().contains(part), "{}", answer.text());
    }
    assert_eq!(client.get("/api/verify?role=boss").await.status(422).pointer(), "/role");
    let unknown = client.get("/api/verify?permission=no:such").await.status(422);
    assert_eq!(unknown.code(), "unknown_permission");
    assert!(unknown.json()["detail"].as_str().unwrap().contains("`no:such`"), "{}", unknown.text());
}

#[tokio::test]
async fn names_beyond_ascii_are_percent_encoded() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    for (name, header) in [
        ("Ana Ruiz", "Ana Ruiz"),
        ("Ana Müller", "Ana M%C3%BCller"),
        ("100 %, \"x\" + y; %41", "100 %25, \"x\" + y; %2541"),
        ("安娜 🔑", "%E5%AE%89%E5%A8%9C %F0%9F%94%91"),
    ] {
        let renamed = person.with_bearer().patch("/api/account", json!({ "name": name })).await.status(200);
        assert_eq!(renamed.json()["name"], name);
        let answer = person.with_cookie().get("/api/verify").await.status(200);
        assert_eq!(
            (answer.header("x-auth-user-name"), &answer.json()["user"]["name"]),
            (header, &json!(name))
        );
        assert_eq!(person.with_cookie().get("/api/auth/me").await.json()["user"]["name"], name);
    }
}

#[tokio::test]
async fn proxies_may_keep_method_path_and_body() {
    let app = TestApp::start().await;
    let org = organisation(&app).await;
    let key = org.key("test", "viewer", None).await;
    let query = "?permission=tasks:read&environment=any";
    for path in
        ["/api/verify", "/api/verify/some/path", "/api/verify/api/orgs/acme/keys", "/api/verify/a%2Fb%20c"]
    {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD] {
            let reach = format!("{path}{query}");
            for client in [org.viewer.with_cookie(), key.with_x_api_key()] {
                let answer = client.call(method.clone(), &reach, None).await.status(200);
                assert_eq!(identity(&answer).len(), 11, "{method} {reach}");
                let denied = format!("{path}?permission=tasks:write&environment=any");
                client.call(method.clone(), &denied, None).await.status(403);
            }
            app.anonymous().call(method.clone(), &reach, None).await.status(401);
        }
    }
    // Whatever the protected service takes is none of our concern.
    let request = Request::post("/api/verify/upload?environment=test")
        .header("content-type", "multipart/form-data; boundary=x")
        .header("origin", "https://shop.example")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from("x".repeat(100_000)));
    key.with_bearer().send(request.unwrap()).await.status(200);
}

#[tokio::test]
async fn options_need_a_credential_like_any_other_method() {
    let app = TestApp::with(&[("OSKAR_ALLOWED_ORIGINS", "https://app.example.com")]).await;
    let org = app.organisation("Acme").await;
    for path in ["/api/verify", "/api/verify/some/path"] {
        let anonymous = app.anonymous().call(Method::OPTIONS, path, None).await.status(401);
        assert_eq!(anonymous.code(), "unauthenticated");
        let answer = org.viewer.with_bearer().call(Method::OPTIONS, path, None).await.status(200);
        assert_eq!(answer.header("x-auth-user-id"), org.viewer.user_id);
        let denied = format!("{path}?role=admin");
        org.viewer.with_bearer().call(Method::OPTIONS, &denied, None).await.status(403);
        // A preflight on its way to the protected service is that service's, so it needs no answer of ours.
        let request = Request::builder()
            .method(Method::OPTIONS)
            .uri(path)
            .header("origin", "https://app.example.com")
            .header("access-control-request-method", "POST")
            .body(Body::empty());
        app.anonymous().send(request.unwrap()).await.status(401);
    }
}

#[tokio::test]
async fn a_cookie_speaks_for_any_of_its_user_s_organisations() {
    let app = TestApp::start().await;
    let org = organisation(&app).await;
    org.viewer.with_cookie().post("/api/orgs", json!({ "name": "Own" })).await.status(201);
    let answer = org.viewer.with_cookie().get("/api/verify?org=own&role=admin").await.status(200).json();
    assert_eq!((&answer["organisation"]["slug"], &answer["role"]), (&json!("own"), &json!("admin")));
    // A token for one: only for that.
    assert_eq!(
        org.viewer.with_bearer().get("/api/verify?org=own").await.status(403).code(),
        "organisation_denied"
    );
    let implied = org.viewer.with_cookie().get("/api/verify").await.status(200).json();
    assert_eq!(implied["organisation"]["slug"], "acme");
    // Membership ended: still somebody, but nobody there.
    let member = format!("{}/members/{}", org.path, org.viewer.user_id);
    org.admin.with_cookie().delete(&member).await.status(204);
    for client in [org.viewer.with_cookie(), org.viewer.with_bearer()] {
        client.get("/api/verify?org=acme").await.status(403);
        let gone = client.get("/api/verify").await.status(200).json();
        assert_eq!((&gone["organisation"], &gone["permissions"]), (&Value::Null, &json!([])));
    }
}

#[tokio::test]
async fn a_test_key_comes_in_only_where_the_gateway_asks_for_test_keys() {
    let app = TestApp::start().await;
    let org = organisation(&app).await;
    let (live, test) = (org.key("live", "member", None).await, org.key("test", "member", None).await);
    for path in ["/api/verify", "/api/verify/some/path"] {
        for (query, of_live, of_test) in [
            ("", 200, 403),
            ("?environment=live", 200, 403),
            ("?environment=test", 403, 200),
            ("?environment=any", 200, 200),
        ] {
            let path = format!("{path}{query}");
            for (client, status) in [
                (live.with_bearer(), of_live),
                (org.member.with_cookie(), of_live),
                (org.member.with_bearer(), of_live),
                (org.member.with_basic(), of_live),
                (test.with_bearer(), of_test),
                (test.with_x_api_key(), of_test),
            ] {
                let answer = client.get(&path).await.status(status);
                if status == 403 {
                    assert_eq!(answer.code(), "environment_denied");
                } else {
                    assert_eq!(answer.json()["environment"], answer.header("x-auth-environment"));
                }
            }
        }
    }
    let refused = test.with_bearer().get("/api/verify?compat=nginx").await.status(403);
    assert_eq!(refused.header("x-auth-status"), "403");
}

#[tokio::test]
async fn headers_and_body_say_the_same_of_everybody() {
    let app = TestApp::start().await;
    let org = organisation(&app).await;
    let nobody_s = app.register("ana@nowhere.example", None).await;
    let (live, sandbox) = (org.key("live", "admin", None).await, org.key("test", "viewer", None).await);
    for client in [
        org.admin.with_cookie(),
        org.viewer.with_bearer(),
        org.member.with_basic(),
        nobody_s.with_cookie(),
        live.with_bearer(),
        sandbox.with_x_api_key(),
    ] {
        let answer = client.get("/api/verify?environment=any").await.status(200);
        let body = answer.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let permissions: Vec<_> = body["permissions"].as_array().unwrap().iter().map(text).collect();
        let permissions = permissions.join(" ");
        let of_body = [
            ("kind", text(&body["kind"])),
            ("user-id", text(&body["user"]["id"])),
            ("user-email", text(&body["user"]["email"])),
            ("user-name", text(&body["user"]["name"])),
            ("org-id", text(&body["organisation"]["id"])),
            ("org-slug", text(&body["organisation"]["slug"])),
            ("role", text(&body["role"])),
            ("permissions", permissions),
            ("environment", text(&body["environment"])),
            ("session-id", text(&body["session_id"])),
            ("key-id", text(&body["key"]["id"])),
        ];
        let of_body: BTreeMap<_, _> =
            of_body.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(identity(&answer), of_body);
        for member in
            ["kind", "user", "key", "organisation", "role", "permissions", "environment", "session_id"]
        {
            assert!(body.get(member).is_some(), "{member}");
        }
    }
}

#[tokio::test]
async fn a_role_is_the_least_one_whatever_permissions_the_product_adds() {
    for permissions in [
        "",
        "a:all=viewer,b:all=viewer",
        "a:all=admin,b:all=admin,c:all=admin",
        "a:one=admin,b:two=viewer,c:three=member",
    ] {
        let app = TestApp::with(&[("OSKAR_PERMISSIONS", permissions)]).await;
        let org = organisation(&app).await;
        let narrowed = org.key("live", "admin", Some(&["org:read"])).await;
        for (client, held) in [
            (org.viewer.with_cookie(), 0),
            (org.member.with_bearer(), 1),
            (org.admin.with_cookie(), 2),
            (narrowed.with_bearer(), 2),
        ] {
            for (asked, role) in ["viewer", "member", "admin"].into_iter().enumerate() {
                let status = if held >= asked { 200 } else { 403 };
                client.get(&format!("/api/verify?role={role}")).await.status(status);
            }
        }
    }
}

#[tokio::test]
async fn a_body_with_a_credential_of_its_own_is_sent_to_the_right_address() {
    let app = TestApp::start().await;
    let org = organisation(&app).await;
    let (asks, meant) = (org.key("live", "viewer", None).await, org.key("live", "viewer", None).await);
    for body in [
        json!({ "credential": meant.secret }),
        json!({ "credentials": [meant.secret] }),
        json!({ "key": "nonsense" }),
        json!({ "token": org.member.access_token, "permission": "tasks:read" }),
        json!({ "whatever": meant.secret }),
        json!({ "jwt": org.member.access_token }),
    ] {
        // Also from one who has no credential, or does not declare what it is.
        for client in [asks.with_bearer(), app.anonymous()] {
            let answer = client.post("/api/verify", body.clone()).await.status(400);
            assert_eq!(answer.code(), "credential_in_body");
            assert!(answer.json()["detail"].as_str().unwrap().contains("`POST /api/credentials/verify`"));
        }
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let posted =
            asks.with_bearer().call_with(Method::POST, "/api/verify", &form, Some(body.clone())).await;
        posted.status(400);
        // A gateway that repeats its client's request, and says so or appends the path.
        for repeated in [
            ("x-forwarded-method", "POST"),
            ("x-forwarded-uri", "/tasks"),
            ("x-original-url", "/tasks"),
            ("x-envoy-auth-partial-body", "false"),
        ] {
            let client = asks.with_bearer();
            client.call_with(Method::POST, "/api/verify", &[repeated], Some(body.clone())).await.status(200);
        }
        asks.with_bearer().post("/api/verify/login", body.clone()).await.status(200);
    }
    for body in [json!({}), json!({ "title": "a task" }), json!({ "key_of_c": "major" }), json!(["osk_"])] {
        asks.with_bearer().post("/api/verify", body.clone()).await.status(200);
    }
    let long = json!({ "credential": "x".repeat(100_000) });
    asks.with_bearer().post("/api/verify", long).await.status(200);
}
