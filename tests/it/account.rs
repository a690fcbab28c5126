//! Who am I, and what users change of themselves.

use oskar::entity::user;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, Person, TestApp};

const NEW_PASSWORD: &str = "a new password for Ana";

async fn row(app: &TestApp, id: &str) -> user::Model {
    let id: oskar::id::UserId = id.parse().unwrap();
    user::Entity::find_by_id(id).one(app.app.db.read()).await.unwrap().unwrap()
}

async fn login(app: &TestApp, name: &str, password: &str) -> Answer {
    app.anonymous().post("/api/auth/login", json!({ "email": name, "password": password })).await
}

fn with_labels(summary: &Value) -> Value {
    let mut whole = summary.clone();
    whole["external_id"] = Value::Null;
    whole["metadata"] = json!({});
    whole
}

#[tokio::test]
async fn a_user_is_told_about_themselves_by_cookie_and_by_token() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for (client, credential) in [(org.member.with_cookie(), "cookie"), (org.member.with_bearer(), "bearer")] {
        let mut me = client.get("/api/auth/me").await.status(200).json();
        assert!(me["session_id"].as_str().unwrap().starts_with("sess_"));
        me["session_id"] = json!("");
        let summary = json!({ "id": org.id, "slug": "acme", "name": "Acme" });
        let organisation = with_labels(&summary);
        let expected = json!({
            "kind": "user",
            "credential": credential,
            "environment": "live",
            "user": {
                "id": org.member.user_id,
                "email": "member@acme.example",
                "name": "member",
                "external_id": null,
                "metadata": {},
            },
            "key": null,
            "organisation": organisation,
            "role": "member",
            "permissions": ["org:read", "org:leave", "members:read", "keys:read", "credentials:verify", "tasks:read", "tasks:write"],
            "session_id": "",
            "memberships": [{ "organisation": summary, "role": "member" }],
        });
        assert_eq!(me, expected);
    }
}

#[tokio::test]
async fn a_key_is_told_what_it_is_and_nothing_of_people() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let live = org.key("live", "member", None).await;
    let test = org.key("test", "viewer", Some(&["org:read"])).await;
    let organisation = with_labels(&json!({ "id": org.id, "slug": "acme", "name": "Acme" }));
    for (key, name, environment, role, permissions) in [
        (
            &live,
            "live member",
            "live",
            "member",
            json!([
                "org:read",
                "members:read",
                "keys:read",
                "credentials:verify",
                "tasks:read",
                "tasks:write"
            ]),
        ),
        (&test, "test viewer", "test", "viewer", json!(["org:read"])),
    ] {
        for client in [key.with_bearer(), key.with_x_api_key()] {
            let me = client.get("/api/auth/me").await.status(200).json();
            let expected = json!({
                "kind": "api_key",
                "credential": "api_key",
                "environment": environment,
                "user": null,
                "key": { "id": key.id, "name": name, "external_id": null, "metadata": {} },
                "organisation": organisation,
                "role": role,
                "permissions": permissions,
                "session_id": null,
                "memberships": [],
            });
            assert_eq!(me, expected);
        }
    }
}

#[tokio::test]
async fn a_token_tells_of_its_own_organisation_and_the_cookie_of_the_one_signed_in_to() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    org.admin.with_cookie().post("/api/orgs", json!({ "name": "Second" })).await.status(201);
    let answer = org.admin.with_cookie().post("/api/auth/token", json!({ "org": "second" })).await;
    let token = answer.status(200).json()["token"].as_str().unwrap().to_owned();
    let me = crate::forge::me(&app, &token).await.status(200).json();
    assert_eq!(
        (&me["organisation"]["slug"], &me["memberships"][1]["role"]),
        (&json!("second"), &json!("admin"))
    );
    assert_eq!(me["memberships"].as_array().unwrap().len(), 2);
    let me = org.admin.with_cookie().get("/api/auth/me").await.status(200).json();
    assert_eq!(me["organisation"]["slug"], "acme");
}

#[tokio::test]
async fn name_and_username_are_the_user_s_to_change() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let client = person.with_cookie();
    let account = client
        .patch("/api/account", json!({ "name": "  Ana Ruiz ", "username": "Ana" }))
        .await
        .status(200)
        .json();
    let members: Vec<_> = account.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "created_at",
            "email",
            "external_id",
            "id",
            "metadata",
            "name",
            "operator",
            "updated_at",
            "username"
        ]
    );
    assert_eq!((&account["name"], &account["username"]), (&json!("Ana Ruiz"), &json!("ana")));
    assert_eq!(client.get("/api/auth/me").await.status(200).json()["user"]["name"], "Ana Ruiz");
    login(&app, "ANA", PASSWORD).await.status(200);

    // Left out is left as it is, null takes the username away.
    let account = client.patch("/api/account", json!({})).await.status(200).json();
    assert_eq!(account["username"], "ana");
    let account = client.patch("/api/account", json!({ "username": null })).await.status(200).json();
    assert_eq!((&account["name"], &account["username"]), (&json!("Ana Ruiz"), &Value::Null));
    login(&app, "ana", PASSWORD).await.status(401);
}

#[tokio::test]
async fn a_username_belongs_to_one() {
    let app = TestApp::start().await;
    let (ana, bea) =
        (app.register("ana@acme.example", None).await, app.register("bea@acme.example", None).await);
    ana.with_cookie().patch("/api/account", json!({ "username": "first" })).await.status(200);
    let answer = bea.with_bearer().patch("/api/account", json!({ "name": "Bea", "username": "FIRST" })).await;
    assert_eq!(answer.status(409).code(), "username_taken");
    assert_eq!(
        (row(&app, &bea.user_id).await.name, row(&app, &bea.user_id).await.username),
        ("bea".to_owned(), None)
    );
    ana.with_cookie().patch("/api/account", json!({ "username": null })).await.status(200);
    bea.with_cookie().patch("/api/account", json!({ "username": "first" })).await.status(200);
}

#[tokio::test]
async fn a06_nothing_else_of_an_account_can_be_changed() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let before = row(&app, &person.user_id).await;
    for (member, value) in [
        ("role", json!("admin")),
        ("operator", json!(true)),
        ("id", json!("user_00000000000000000000000000")),
        ("password_hash", json!("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAA")),
        ("password", json!(NEW_PASSWORD)),
        ("email", json!("other@acme.example")),
        ("email_verified_at", json!("2026-01-01T00:00:00Z")),
        ("created_at", json!("2026-01-01T00:00:00Z")),
        ("disabled_at", Value::Null),
        ("memberships", json!([])),
    ] {
        let mut body = json!({ "name": "Changed" });
        body[member] = value;
        let answer = person.with_cookie().patch("/api/account", body).await.status(422);
        assert_eq!((answer.code(), answer.pointer()), ("validation_failed".to_owned(), format!("/{member}")));
    }
    for (member, value) in [
        ("name", json!("")),
        ("name", json!(" \t ")),
        ("name", json!("line\nbreak")),
        ("name", json!("\u{1b}[31mred")),
        ("name", json!("x".repeat(201))),
        ("name", json!(7)),
        ("username", json!("ab")),
        ("username", json!("a@b")),
        ("username", json!("-ab")),
        ("username", json!("x".repeat(65))),
        ("username", json!("ａｎａ")),
    ] {
        let answer = person.with_cookie().patch("/api/account", json!({ member: value })).await.status(422);
        assert_eq!(answer.pointer(), format!("/{member}"), "{value}");
    }
    assert_eq!(row(&app, &person.user_id).await, before);
}

#[tokio::test]
async fn a34_a_new_password_ends_all_sessions_and_the_one_that_chose_it_goes_on_as_a_new_one() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let (mine, other) = (app.sign_in("ana@acme.example").await, app.sign_in("ana@acme.example").await);
    let body = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    let answer = mine.with_bearer().post("/api/auth/change-password", body).await.status(200);
    // A thief's copy of the session that chose it is as dead as the others.
    for ended in [&person, &other, &mine] {
        for client in [ended.with_cookie(), ended.with_bearer()] {
            client.get("/api/auth/me").await.status(401);
        }
        let body = json!({ "refresh_token": ended.refresh_token });
        app.anonymous().post("/api/auth/refresh", body).await.status(401);
    }
    assert_eq!(answer.cookies("oskar_device").len(), 1, "the device stays known");
    let goes_on = Person::new(&app, &answer);
    assert_eq!(goes_on.organisation_id(), mine.organisation_id());
    for client in [goes_on.with_cookie(), goes_on.with_bearer()] {
        client.get("/api/orgs/acme").await.status(200);
    }
    let body = json!({ "refresh_token": goes_on.refresh_token });
    app.anonymous().post("/api/auth/refresh", body).await.status(200);
    login(&app, "ana@acme.example", PASSWORD).await.status(401);
    login(&app, "ana@acme.example", NEW_PASSWORD).await.status(200);
}

#[tokio::test]
async fn a50_a_password_is_changed_only_by_who_knows_the_current_one() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    let other = app.sign_in("ana@acme.example").await;
    let before = row(&app, &person.user_id).await;
    let change_as = async |person: &Person, current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        person.with_cookie().post("/api/auth/change-password", body).await
    };
    let change = async |current: &str, new: &str| change_as(&person, current, new).await;
    for wrong in ["wrong horse battery staple", "", "correct horse battery staple "] {
        assert_eq!(change(wrong, NEW_PASSWORD).await.status(403).code(), "wrong_password");
    }
    let short = change(PASSWORD, "too short").await.status(422);
    assert_eq!(short.pointer(), "/new_password");
    assert_eq!(row(&app, &person.user_id).await, before);
    other.with_cookie().get("/api/auth/me").await.status(200);

    // The one that was current is no longer.
    let goes_on = Person::new(&app, &change(PASSWORD, NEW_PASSWORD).await.status(200));
    assert_eq!(change(NEW_PASSWORD, "yet another password").await.status(401).code(), "invalid_credential");
    let again = change_as(&goes_on, PASSWORD, "yet another password").await;
    assert_eq!(again.status(403).code(), "wrong_password");
    login(&app, "ana@acme.example", NEW_PASSWORD).await.status(200);
}
