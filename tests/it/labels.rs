//! What the integrator's own system keeps beside organisations, users and keys: `external_id` and `metadata`.

use axum::http::Method;
use oskar::domain::account::users;
use oskar::domain::values::change::Change;
use oskar::domain::values::labels::LabelChanges;
use oskar::entity::audit_event;
use oskar::error::Error;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::operator;
use crate::process::Installation;
use crate::races::{at_once, with};
use crate::support::{Answer, Client, Credential, Person, TestApp};

/// As `oskar user set` does.
async fn label(app: &TestApp, person: &Person, external_id: &str, metadata: Value) -> Result<(), Error> {
    let changes = LabelChanges {
        external_id: Change::To(external_id.parse().unwrap()),
        metadata: Change::To(serde_json::from_value(metadata).unwrap()),
    };
    let user = person.user_id.parse().unwrap();
    let labelled = async |write: &oskar::domain::Write<'_>| {
        let user = users::lock(write, user).await?;
        users::label(write, user, &changes).await
    };
    operator::change(app, labelled).await.map(|_| ())
}

/// What the answer has of them.
fn labels(answer: &Value) -> (&Value, &Value) {
    (&answer["external_id"], &answer["metadata"])
}

async fn new_key(admin: &Client, org: &str, labels: Value) -> Answer {
    let mut body = json!({ "name": "key", "environment": "live", "role": "viewer" });
    body.as_object_mut().unwrap().extend(labels.as_object().unwrap().clone());
    admin.post(&format!("{org}/keys"), body).await
}

#[tokio::test]
async fn an_organisation_and_a_key_have_them_from_the_start_and_are_found_by_them() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", None).await;
    let client = ana.with_cookie();
    let body = json!({ "name": "Acme", "external_id": "customer-1", "metadata": { "plan": "team", "": "" } });
    assert_eq!(client.post("/api/orgs", body).await.status(422).pointer(), "/metadata");
    let body = json!({ "name": "Acme", "external_id": "customer-1", "metadata": { "plan": "team" } });
    let made = client.post("/api/orgs", body).await.status(201).json();
    assert_eq!(labels(&made), (&json!("customer-1"), &json!({ "plan": "team" })));
    client.post("/api/orgs", json!({ "name": "Beta" })).await.status(201);
    let shown = client.get("/api/orgs/acme").await.status(200).json();
    assert_eq!(labels(&shown), labels(&made));
    let body = json!({ "external_id": "worker-7", "metadata": { "pool": "eu" } });
    let mut key = new_key(&client, "/api/orgs/acme", body).await.status(201).json();
    let secret = key["secret"].take().as_str().unwrap().to_owned();
    assert_eq!(labels(&key), (&json!("worker-7"), &json!({ "pool": "eu" })));
    new_key(&client, "/api/orgs/acme", json!({})).await.status(201);

    for (path, found, unknown) in
        [("/api/orgs", "customer-1", "Customer-1"), ("/api/orgs/acme/keys", "worker-7", "worker")]
    {
        let all = client.get(path).await.status(200).json();
        assert_eq!(all["data"].as_array().unwrap().len(), 2, "{path}");
        let list = client.get(&format!("{path}?external_id={found}")).await.status(200).json();
        let list = list["data"].as_array().unwrap().clone();
        assert_eq!((list.len(), &list[0]["external_id"]), (1, &json!(found)), "{path}");
        let none = client.get(&format!("{path}?external_id={unknown}")).await.status(200).json();
        assert_eq!(none["data"], json!([]), "letter by letter");
        for bad in ["", "%00", "%20a", "a%0A", &"a".repeat(256)] {
            let answer = client.get(&format!("{path}?external_id={bad}")).await.status(422);
            assert_eq!(answer.pointer(), "/external_id", "{path} {bad}");
        }
    }
    // Gateways are told, and the caller.
    let key = Client::new(app.router.clone(), Credential::ApiKey(secret));
    for path in ["/api/verify", "/api/auth/me"] {
        let told = key.get(path).await.status(200).json();
        assert_eq!(labels(&told["key"]), (&json!("worker-7"), &json!({ "pool": "eu" })), "{path}");
        assert_eq!(
            labels(&told["organisation"]),
            (&json!("customer-1"), &json!({ "plan": "team" })),
            "{path}"
        );
    }
    // Strangers find nothing by the id.
    let eve = app.register("eve@other.example", Some("Other")).await.with_cookie();
    assert_eq!(eve.get("/api/orgs?external_id=customer-1").await.status(200).json()["data"], json!([]));
}

#[tokio::test]
async fn a_patch_changes_the_members_that_it_names_and_null_takes_away() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let key = format!("{}/keys/{}", org.path, org.key("live", "viewer", None).await.id);
    for path in [org.path.clone(), key] {
        let patch = async |body: Value| admin.patch(&path, body).await;
        let first = json!({ "external_id": "a/ä 1", "metadata": { "plan": "team", "seats": "5" } });
        let shown = patch(first.clone()).await.status(200).json();
        assert_eq!(labels(&shown), (&first["external_id"], &first["metadata"]), "{path}");
        let merged =
            patch(json!({ "metadata": { "plan": null, "region": "eu", "never": null } })).await.status(200);
        let both = json!({ "region": "eu", "seats": "5" });
        assert_eq!(labels(&merged.json()), (&first["external_id"], &both), "{path}");
        let named = patch(json!({ "name": "Another name" })).await.status(200).json();
        assert_eq!(labels(&named), (&first["external_id"], &both), "{path}");
        assert_eq!(admin.get(&path).await.status(200).json(), named);
        let bare = patch(json!({ "external_id": null, "metadata": null })).await.status(200).json();
        assert_eq!(labels(&bare), (&Value::Null, &json!({})), "{path}");
        assert_eq!(bare["name"], "Another name");

        for (body, pointer) in [
            (json!({ "external_id": "" }), "/external_id"),
            (json!({ "external_id": " a" }), "/external_id"),
            (json!({ "external_id": "a\u{7}" }), "/external_id"),
            (json!({ "external_id": "a".repeat(256) }), "/external_id"),
            (json!({ "metadata": [] }), "/metadata"),
            (json!({ "metadata": { "n".repeat(65): "" } }), "/metadata"),
            (json!({ "metadata": { "a": "\u{0}" } }), "/metadata"),
            (json!({ "metadata": { "a\u{0}": "a" } }), "/metadata"),
            (json!({ "metadata": { "a": 1 } }), "/metadata/a"),
        ] {
            let answer = patch(body.clone()).await.status(422);
            assert!(answer.pointer().starts_with(pointer), "{path} {body}: {}", answer.text());
        }
        let longest =
            json!({ "external_id": "ß".repeat(255), "metadata": { "ß".repeat(64): "a\n\u{1F600}" } });
        let kept = patch(longest.clone()).await.status(200).json();
        assert_eq!(labels(&kept), (&longest["external_id"], &longest["metadata"]));
    }
}

#[tokio::test]
async fn metadata_has_8_kib_at_most_also_bit_by_bit() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    // `{"a":"…"}` is 8 bytes besides.
    let full = json!({ "metadata": { "a": "x".repeat(8 * 1024 - 8) } });
    admin.patch(&org.path, full.clone()).await.status(200);
    let more = admin.patch(&org.path, json!({ "metadata": { "b": "" } })).await.status(422);
    assert_eq!(more.pointer(), "/metadata");
    assert_eq!(admin.get(&org.path).await.json()["metadata"], full["metadata"]);
    let larger = json!({ "name": "key", "environment": "live", "role": "viewer", "metadata": { "a": "x".repeat(8 * 1024 - 7) } });
    let answer = admin.post(&format!("{}/keys", org.path), larger).await.status(422);
    assert_eq!(answer.pointer(), "/metadata");
    // What is exchanged in the same request has room.
    admin
        .patch(&org.path, json!({ "metadata": { "a": null, "b": "x".repeat(8 * 1024 - 8) } }))
        .await
        .status(200);
}

#[tokio::test]
async fn an_external_id_is_of_one_organisation_of_the_server_and_of_one_key_of_an_organisation() {
    let app = TestApp::start().await;
    let (org, other) = (app.organisation("Acme").await, app.organisation("Other").await);
    let (admin, elsewhere) = (org.admin.with_cookie(), other.admin.with_cookie());
    let id = json!({ "external_id": "one" });
    admin.patch(&org.path, id.clone()).await.status(200);
    admin.patch(&org.path, id.clone()).await.status(200);
    assert_eq!(elsewhere.patch(&other.path, id.clone()).await.status(409).code(), "external_id_taken");
    let new = json!({ "name": "New", "slug": "brand-new", "external_id": "one" });
    assert_eq!(elsewhere.post("/api/orgs", new).await.status(409).code(), "external_id_taken");
    let new = json!({ "name": "New", "external_id": "one" });
    assert_eq!(elsewhere.post("/api/orgs", new).await.status(409).code(), "external_id_taken");
    assert_eq!(elsewhere.get("/api/orgs").await.json()["data"].as_array().unwrap().len(), 1);

    let first = new_key(&admin, &org.path, id.clone()).await.status(201).json();
    assert_eq!(new_key(&admin, &org.path, id.clone()).await.status(409).code(), "external_id_taken");
    new_key(&elsewhere, &other.path, id.clone()).await.status(201);
    let second = new_key(&admin, &org.path, json!({})).await.status(201).json();
    let path = |key: &Value| format!("{}/keys/{}", org.path, key["id"].as_str().unwrap());
    assert_eq!(admin.patch(&path(&second), id.clone()).await.status(409).code(), "external_id_taken");
    admin.patch(&path(&first), json!({ "external_id": null })).await.status(200);
    admin.patch(&path(&second), id.clone()).await.status(200);
    // A key that is revoked gives it to the one that takes its place.
    admin.delete(&path(&second)).await.status(204);
    new_key(&admin, &org.path, id.clone()).await.status(201);
    let list = admin.get(&format!("{}/keys?external_id=one", org.path)).await.status(200).json();
    let states: Vec<_> = list["data"].as_array().unwrap().iter().map(|key| &key["state"]).collect();
    assert_eq!(states, ["active", "revoked"]);
    // An organisation that is gone gives its own back.
    admin.delete(&org.path).await.status(204);
    elsewhere.patch(&other.path, id).await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_gets_the_external_id() {
    let app = TestApp::start().await;
    let node = app.another_node().await;
    let org = app.organisation("Acme").await;
    let body = |path: &str| match path {
        "/api/orgs" => json!({ "name": "Many", "external_id": "wanted" }),
        _ => json!({ "name": "key", "environment": "live", "role": "viewer", "external_id": "wanted" }),
    };
    for path in ["/api/orgs".to_owned(), format!("{}/keys", org.path)] {
        let answers = at_once((0..6).map(|turn| {
            let client = with([&app, &node][turn % 2], Credential::Cookie(org.admin.cookie.clone()));
            let (path, body) = (path.clone(), body(&path));
            async move { client.post(&path, body).await }
        }))
        .await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        let refused =
            answers.iter().filter(|answer| answer.status == 409 && answer.code() == "external_id_taken");
        assert_eq!((made, refused.count()), (1, 5), "{path}");
    }
}

#[tokio::test]
async fn a_user_has_them_of_the_operator_and_cannot_choose_them() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let member = org.member.with_cookie();
    for body in [json!({ "external_id": "me" }), json!({ "metadata": { "plan": "gold" } })] {
        member.patch("/api/account", body.clone()).await.status(422);
        let mut new = json!({ "email": "new@acme.example", "password": crate::support::PASSWORD });
        new.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        app.anonymous().post("/api/auth/register", new).await.status(422);
    }
    label(&app, &org.member, "4711", json!({ "crm": "C-1" })).await.unwrap();
    let expected = (&json!("4711"), &json!({ "crm": "C-1" }));
    assert_eq!(labels(&member.get("/api/account").await.status(200).json()), expected);
    for path in ["/api/auth/me", "/api/verify"] {
        assert_eq!(labels(&member.get(path).await.status(200).json()["user"]), expected, "{path}");
    }
    // Others in the organisation see the id, to find people by it, and not what else is kept of them.
    let found =
        org.viewer.with_cookie().get(&format!("{}/members?external_id=4711", org.path)).await.status(200);
    let found = found.json();
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    assert_eq!(found["data"][0]["user"]["id"], json!(org.member.user_id));
    assert_eq!(found["data"][0]["user"]["external_id"], "4711");
    assert!(!found.to_string().contains("C-1"), "{found}");
    let other = app.organisation("Other").await;
    let nobody = other.admin.with_cookie().get(&format!("{}/members?external_id=4711", other.path)).await;
    assert_eq!(nobody.status(200).json()["data"], json!([]));

    let taken = label(&app, &org.viewer, "4711", json!({})).await;
    assert!(matches!(taken, Err(Error::ExternalIdTaken)), "{taken:?}");
    label(&app, &org.member, "4711", json!({ "crm": null })).await.unwrap();
    assert_eq!(labels(&member.get("/api/account").await.json()), (&json!("4711"), &json!({})));
}

#[tokio::test]
async fn the_audit_log_has_ids_and_names_of_metadata_and_never_its_texts() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let key = format!("{}/keys/{}", org.path, org.key("live", "viewer", None).await.id);
    let body = json!({ "external_id": "own-id", "metadata": { "owner": "Secret Person" } });
    for path in [&org.path, &key] {
        admin.patch(path, body.clone()).await.status(200);
    }
    label(&app, &org.member, "own-id", json!({ "owner": "Secret Person" })).await.unwrap();
    let all = audit_event::Entity::find().all(app.app.db.read()).await.unwrap();
    let of = |action: &str, what: &str| {
        all.iter().filter(|event| event.action == action && event.data.to_string().contains(what)).count()
    };
    for (action, ids) in [("organisation.updated", 1), ("key.updated", 1), ("user.updated", 1)] {
        assert_eq!(of(action, "own-id"), ids, "{action}");
        assert_eq!(of(action, "owner"), 1, "{action}");
    }
    assert!(all.iter().all(|event| !event.data.to_string().contains("Secret Person")));
    // The account's end takes the id out of the log.
    let password = json!({ "password": crate::support::PASSWORD });
    org.member.with_cookie().call(Method::DELETE, "/api/account", Some(password)).await.status(204);
    let left =
        audit_event::Entity::of_target(org.member.user_id.clone()).all(app.app.db.read()).await.unwrap();
    assert!(left.iter().all(|event| !event.data.to_string().contains("own-id")));
}

#[tokio::test]
async fn operators_set_them_at_the_command_line() {
    let installation = Installation::new().await;
    let run = async |line: &str| installation.run(&line.split(' ').collect::<Vec<_>>(), "").await;
    run("user create --email ana@acme.test --external-id 4711 --metadata crm=C=1").await.code(0);
    let twice = run("user create --email bob@acme.test --external-id 4711").await.code(1);
    assert!(twice.err.contains("external_id"), "{}", twice.err);
    run("org create --name Acme --admin ana@acme.test --external-id cust-1 --metadata plan=team")
        .await
        .code(0);
    let users = run("user list --json").await.code(0).json();
    assert_eq!(labels(&users[0]), (&json!("4711"), &json!({ "crm": "C=1" })));
    assert_eq!(users.as_array().unwrap().len(), 1, "{users}");
    let set =
        run("user set ana@acme.test --no-external-id --metadata a=b --no-metadata crm --json").await.code(0);
    assert_eq!(labels(&set.json()), (&Value::Null, &json!({ "a": "b" })));
    let set = run("org set acme --external-id cust-2 --json").await.code(0).json();
    assert_eq!(labels(&set), (&json!("cust-2"), &json!({ "plan": "team" })));
    run("org set acme --external-id cust-2 --no-external-id").await.code(2);
}
