//! Organisations: made, shown, renamed, left and deleted with all that they own.

use oskar::domain::journal::audit::Actor;
use oskar::domain::organisation::members;
use oskar::entity::{api_key, api_key_secret, membership, organisation, used_slug};
use oskar::permission::Role;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use crate::races::{at_once, with};
use crate::support::{Answer, Credential, TestApp, TestOrganisation};

/// The answer without what differs from request to request.
fn problem(answer: &Answer) -> String {
    let id = answer.json()["request_id"].as_str().unwrap().to_owned();
    answer.text().replace(&id, "")
}

async fn is_unchanged(org: &TestOrganisation, name: &str, slug: &str) {
    let now = org.viewer.with_cookie().get(&format!("/api/orgs/{}", org.id)).await.status(200).json();
    assert_eq!((&now["name"], &now["slug"]), (&json!(name), &json!(slug)));
}

#[tokio::test]
async fn whoever_makes_one_is_its_admin() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    let body = json!({ "name": "Acme", "slug": "acme-2" });
    let made = person.with_cookie().post("/api/orgs", body).await.status(201).json();
    let members: Vec<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        ["created_at", "external_id", "id", "metadata", "name", "role", "slug", "updated_at"]
    );
    assert_eq!(
        (&made["name"], &made["slug"], &made["role"]),
        (&json!("Acme"), &json!("acme-2"), &json!("admin"))
    );
    for reference in [&made["slug"], &made["id"]] {
        let path = format!("/api/orgs/{}", reference.as_str().unwrap());
        let shown = person.with_cookie().get(&path).await.status(200).json();
        assert_eq!(shown["id"], made["id"]);
        assert_eq!(shown.get("role"), None);
    }
    // The sign-in before was for no organisation, so its token reaches none.
    let refused = person.with_bearer().get("/api/orgs/acme-2").await.status(403);
    assert_eq!(refused.code(), "organisation_denied");
}

#[tokio::test]
async fn a_slug_is_taken_once_and_well_formed() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.member.with_cookie();
    let taken = client.post("/api/orgs", json!({ "name": "Other", "slug": "acme" })).await.status(409);
    assert_eq!(taken.code(), "slug_taken");
    for slug in ["", "a", "A-b", "a--b", "-ab", "ab-", "a_b", "new", "a b", "ä", "org_x", &"x".repeat(64)] {
        let answer = client.post("/api/orgs", json!({ "name": "Other", "slug": slug })).await.status(422);
        assert_eq!(answer.pointer(), "/slug", "{slug}");
    }
    assert_eq!(organisation::Entity::find().count(app.app.db.read()).await.unwrap(), 1);
    // Names are what people call it, of any script; the slug is made from it.
    for (name, slug) in [("Ünïcode & Söhne", "unicode-sohne"), ("new", "org"), ("!", "org-")] {
        let made = client.post("/api/orgs", json!({ "name": name })).await.status(201).json();
        assert!(made["slug"].as_str().unwrap().starts_with(slug), "{made}");
    }
}

#[tokio::test]
async fn a_user_s_organisations_are_listed_with_the_role_in_each() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.organisation("Foreign").await;
    org.viewer.with_cookie().post("/api/orgs", json!({ "name": "Own" })).await.status(201);
    let page = org.viewer.with_cookie().get("/api/orgs").await.status(200).json();
    let listed: Vec<_> =
        page["data"].as_array().unwrap().iter().map(|row| (&row["slug"], &row["role"])).collect();
    assert_eq!(listed, [(&json!("own"), &json!("admin")), (&json!("acme"), &json!("viewer"))]);

    let first = org.viewer.with_cookie().get("/api/orgs?limit=1").await.status(200).json();
    let next = format!("/api/orgs?limit=1&cursor={}", first["next_cursor"].as_str().unwrap());
    let second = org.viewer.with_cookie().get(&next).await.status(200).json();
    assert_eq!((&second["data"][0]["slug"], &second["next_cursor"]), (&json!("acme"), &Value::Null));
}

#[tokio::test]
async fn admins_rename_it_and_its_old_slug_stays_its_own() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let renamed =
        org.admin.with_bearer().patch(&org.path, json!({ "name": "Acme Ltd.", "slug": "acme-ltd" })).await;
    assert_eq!(renamed.status(200).json()["slug"], "acme-ltd");
    is_unchanged(&org, "Acme Ltd.", "acme-ltd").await;
    org.admin.with_cookie().get("/api/orgs/acme").await.status(404);
    // Tokens are for the organisation, whatever it is called.
    org.admin.with_bearer().get("/api/orgs/acme-ltd").await.status(200);
    org.admin.with_cookie().patch("/api/orgs/acme-ltd", json!({})).await.status(200);

    let other = app.register("other@foreign.example", Some("Foreign")).await;
    let used =
        other.with_cookie().post("/api/orgs", json!({ "name": "New", "slug": "acme" })).await.status(409);
    assert_eq!(used.code(), "slug_taken");
    let used = other.with_cookie().patch("/api/orgs/foreign", json!({ "slug": "acme" })).await.status(409);
    assert_eq!(used.code(), "slug_taken");
    let named = other.with_cookie().post("/api/orgs", json!({ "name": "Acme" })).await.status(201).json();
    assert!(named["slug"].as_str().unwrap().starts_with("acme-"), "{named}");
    org.admin.with_cookie().get("/api/orgs/acme").await.status(404);
    let used = used_slug::Entity::in_organisation(org.id.parse().unwrap());
    assert_eq!(used.count(app.app.db.read()).await.unwrap(), 2);
    // It may have it back, and the one in between is its own, too.
    org.admin.with_cookie().patch("/api/orgs/acme-ltd", json!({ "slug": "acme" })).await.status(200);
    org.admin.with_cookie().patch("/api/orgs/acme", json!({ "slug": "acme-ltd" })).await.status(200);
    let taken =
        org.admin.with_cookie().patch("/api/orgs/acme-ltd", json!({ "name": "X", "slug": "foreign" })).await;
    assert_eq!(taken.status(409).code(), "slug_taken");
    for (member, value) in [("id", json!("x")), ("created_at", json!("x")), ("role", json!("admin"))] {
        let answer =
            org.admin.with_cookie().patch("/api/orgs/acme-ltd", json!({ member: value })).await.status(422);
        assert_eq!(answer.pointer(), format!("/{member}"));
    }
    is_unchanged(&org, "Acme Ltd.", "acme-ltd").await;
}

#[tokio::test]
async fn a15_for_strangers_it_does_not_exist() {
    let app = TestApp::start().await;
    let (org, foreign) = (app.organisation("Acme").await, app.organisation("Foreign").await);
    let key = foreign.key("live", "admin", None).await;
    for client in [foreign.admin.with_cookie(), foreign.admin.with_bearer(), key.with_bearer()] {
        for path in ["", "/members", "/keys", "/events"] {
            let nowhere = client.get(&format!("/api/orgs/nowhere{path}")).await.status(404);
            for reference in [&org.slug, &org.id, "org_00000000000000000000000000"] {
                let answer = client.get(&format!("/api/orgs/{reference}{path}")).await.status(404);
                assert_eq!(problem(&answer), problem(&nowhere), "{reference}{path}");
                let names =
                    |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
                assert_eq!(names(&answer), names(&nowhere));
            }
        }
        client.patch(&org.path, json!({ "name": "Mine" })).await.status(404);
        client.delete(&org.path).await.status(404);
    }
    is_unchanged(&org, "Acme", "acme").await;
}

#[tokio::test]
async fn members_see_it_but_only_admins_change_it() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for person in [&org.member, &org.viewer] {
        person.with_cookie().get(&org.path).await.status(200);
        let answer = person.with_cookie().patch(&org.path, json!({ "name": "Mine" })).await.status(403);
        assert_eq!(answer.code(), "permission_denied");
        assert!(answer.json()["detail"].as_str().unwrap().contains("`org:update`"));
        let answer = person.with_bearer().delete(&org.path).await.status(403);
        assert!(answer.json()["detail"].as_str().unwrap().contains("`org:delete`"));
    }
    is_unchanged(&org, "Acme", "acme").await;
}

#[tokio::test]
async fn a13_deleting_it_kills_all_that_it_owned_and_a_namesake_has_none_of_it() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin_key, test_key) = (org.key("live", "admin", None).await, org.key("test", "viewer", None).await);
    org.admin.with_cookie().delete(&org.path).await.status(204);
    for key in [&admin_key, &test_key] {
        for client in [key.with_bearer(), key.with_x_api_key()] {
            assert_eq!(client.get("/api/verify").await.status(401).code(), "invalid_credential");
        }
    }
    let db = app.app.db.read();
    assert_eq!(api_key::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(api_key_secret::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(membership::Entity::find().count(db).await.unwrap(), 0);

    // People go on, in no organisation.
    for client in [org.member.with_cookie(), org.member.with_bearer()] {
        let me = client.get("/api/auth/me").await.status(200).json();
        assert_eq!((&me["organisation"], &me["permissions"]), (&Value::Null, &json!([])));
        client.get(&org.path).await.status(404);
    }
    org.admin.with_cookie().delete(&org.path).await.status(404);

    let heir = app.register("heir@acme.example", None).await;
    let used = heir.with_cookie().post("/api/orgs", json!({ "name": "Acme", "slug": "acme" })).await;
    assert_eq!(used.status(409).code(), "slug_taken", "also of one that is gone");
    let made = heir.with_cookie().post("/api/orgs", json!({ "name": "Acme" })).await.status(201).json();
    let (id, slug) = (made["id"].as_str().unwrap(), made["slug"].as_str().unwrap());
    assert_ne!(id, org.id);
    let heir = app.sign_in("heir@acme.example").await;
    for list in ["keys", "members", "events"] {
        let page = heir.with_bearer().get(&format!("/api/orgs/{slug}/{list}")).await.status(200).json();
        let rows = page["data"].as_array().unwrap();
        assert_eq!(rows.is_empty(), list == "keys", "{page}");
        for row in rows {
            let text = row.to_string();
            assert!(!text.contains(&org.admin.user_id) && !text.contains(&org.id), "{text}");
        }
    }
    for client in
        [org.admin.with_cookie(), org.admin.with_bearer(), org.member.with_bearer(), org.viewer.with_cookie()]
    {
        for path in [format!("/api/orgs/{slug}"), format!("/api/orgs/{id}/keys"), org.path.clone()] {
            client.get(&path).await.status(404);
        }
    }
    admin_key.with_bearer().get("/api/orgs/acme").await.status(401);
    let refreshed =
        app.anonymous().post("/api/auth/refresh", json!({ "refresh_token": org.admin.refresh_token })).await;
    assert_eq!(refreshed.status(200).json()["organisation"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_want_a_slug_at_once_one_gets_it_and_no_other_ever_will() {
    let app = TestApp::start().await;
    let node = app.another_node().await;
    let org = app.organisation("Acme").await;
    let others: Vec<_> = {
        let mut others = Vec::new();
        for number in 0..8 {
            others.push(app.register(&format!("p{number}@wants.example"), None).await.cookie);
        }
        others
    };
    // It is given up, by another name or for good, while others ask for it.
    let gives_up = org.admin.with_cookie();
    let asks = |slug: &'static str| {
        let nodes = [&app, &node];
        let asking = others.iter().enumerate().map(|(turn, cookie)| {
            let client = with(nodes[turn % 2], Credential::Cookie(cookie.clone()));
            async move { client.post("/api/orgs", json!({ "name": "Mine", "slug": slug })).await }
        });
        asking.collect::<Vec<_>>()
    };
    let path = format!("/api/orgs/{}", org.id);
    let renaming = {
        let (client, path) = (gives_up.clone(), path.clone());
        async move { client.patch(&path, json!({ "slug": "acme-ltd" })).await }
    };
    let (renamed, refused) = tokio::join!(tokio::spawn(renaming), at_once(asks("acme")));
    renamed.unwrap().status(200);
    assert!(refused.iter().all(|answer| answer.status == 409), "{refused:?}");
    let deletion = async move { gives_up.delete(&path).await };
    let (deleted, refused) = tokio::join!(tokio::spawn(deletion), at_once(asks("acme-ltd")));
    deleted.unwrap().status(204);
    assert!(refused.iter().all(|answer| answer.status == 409), "{refused:?}");
    let free = at_once(asks("free")).await;
    assert_eq!(free.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(free.iter().filter(|answer| answer.status == 409).count(), 7);
}

#[tokio::test]
async fn a_member_whose_token_is_for_another_organisation_is_told_the_way_and_a_stranger_nothing() {
    let app = TestApp::start().await;
    let (org, foreign) = (app.organisation("Acme").await, app.organisation("Foreign").await);
    let own = org.member.with_cookie().post("/api/orgs", json!({ "name": "Own" })).await.status(201).json();
    let own = own["id"].as_str().unwrap();
    for reference in [own, "own"] {
        for path in ["", "/members", "/events"] {
            let refused =
                org.member.with_bearer().get(&format!("/api/orgs/{reference}{path}")).await.status(403);
            assert_eq!(refused.code(), "organisation_denied");
            let detail = refused.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains("`POST /api/auth/token`") && detail.contains(own), "{detail}");
        }
        let verified =
            org.member.with_bearer().get(&format!("/api/verify?org={reference}")).await.status(403);
        assert_eq!(verified.json()["detail"], "The credential is not for that organisation.");
    }
    // The way that it names leads there.
    let token = org.member.with_bearer().post("/api/auth/token", json!({ "org": own })).await;
    let token = token.status(200).json()["access_token"].as_str().unwrap().to_owned();
    with(&app, Credential::Bearer(token)).get(&format!("/api/orgs/{own}")).await.status(200);
    // A token for another organisation tells a stranger nothing; nor does a key, which has no other organisations.
    let key = org.key("live", "admin", None).await;
    for client in [org.member.with_bearer(), key.with_bearer()] {
        let there = client.get(&format!("/api/orgs/{}", foreign.id)).await.status(404);
        let nowhere = client.get("/api/orgs/nowhere").await.status(404);
        assert_eq!(problem(&there), problem(&nowhere));
    }
    // Nor does it tell members of yesterday.
    let member = format!("{}/members/{}", foreign.path, org.member.user_id);
    let actor = Actor::cli();
    let write = app.app.write(&actor).await.unwrap();
    let (place, user) = (foreign.id.parse().unwrap(), org.member.user_id.parse().unwrap());
    members::add(&write, place, user, Role::Viewer).await.unwrap();
    write.commit().await.unwrap();
    org.member.with_bearer().get(&foreign.path).await.status(403);
    foreign.admin.with_cookie().delete(&member).await.status(204);
    org.member.with_bearer().get(&foreign.path).await.status(404);
}
