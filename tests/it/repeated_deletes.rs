//! A DELETE that is sent again, because its answer was lost: the same answer, and nothing more happens.

use std::collections::BTreeSet;

use axum::http::Method;
use oskar::domain::identities;
use oskar::entity::audit_event;
use oskar::id::UserId;
use oskar::permission::Role;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;

use crate::operator;
use crate::support::{Client, FakeIssuer, TestApp, TestOrganisation};

async fn events(app: &TestApp) -> u64 {
    audit_event::Entity::find().count(app.app.db.read()).await.unwrap()
}

async fn invitation(org: &TestOrganisation) -> String {
    let body = json!({ "emails": ["bob@acme.example"], "role": "viewer" });
    let path = format!("{}/invitations", org.path);
    let made = org.admin.with_bearer().post(&path, body).await.status(201).json();
    made["data"][0]["id"].as_str().unwrap().to_owned()
}

/// Each DELETE of one thing, where the caller can ask again.
async fn targets(app: &TestApp, org: &TestOrganisation, issuer: &FakeIssuer) -> Vec<(&'static str, String)> {
    let gone = format!("gone@{}.example", org.slug);
    app.create_user(&gone, &org.id, Role::Viewer).await;
    let member = app.sign_in(&gone).await.user_id;
    app.sign_in(&org.admin.email).await;
    let sessions = org.admin.with_cookie().get("/api/auth/sessions").await.status(200).json();
    let session_id = sessions["data"][0]["id"].as_str().unwrap().to_owned();
    let admin: UserId = org.admin.user_id.parse().unwrap();
    let (url, subject) = (issuer.url.clone(), org.slug.clone());
    let linked = operator::change(app, async |write| identities::link(write, &url, &subject, admin).await);
    linked.await.unwrap();
    let key = org.key("live", "viewer", None).await.id;
    let (path, invitation) = (&org.path, invitation(org).await);
    vec![
        ("/api/orgs/{org}/keys/{key_id}", format!("{path}/keys/{key}")),
        ("/api/orgs/{org}/members/{user_id}", format!("{path}/members/{member}")),
        ("/api/orgs/{org}/invitations/{invitation_id}", format!("{path}/invitations/{invitation}")),
        ("/api/auth/sessions/{session_id}", format!("/api/auth/sessions/{session_id}")),
        ("/api/auth/identities", format!("/api/auth/identities?issuer={url}")),
    ]
}

/// After these the caller may not ask any more, or what they end is all that there is at that moment.
const OTHERS: [(&str, &str); 4] = [
    ("/api/orgs/{org}", "the organisation does not exist any more: 404, as for all that never was"),
    ("/api/account", "the credential has ended with the account: 401"),
    ("/api/auth/sessions", "all that there are: 204, each time"),
    ("/api/orgs/{org}/members/{user_id}/sessions", "all that there are: 204, each time"),
];

#[tokio::test]
async fn a_repeated_delete_answers_the_same_and_does_nothing() {
    let issuer = FakeIssuer::start().await;
    let app = TestApp::with(&issuer.settings(&[])).await;
    let org = app.organisation("Acme").await;
    let foreign = app.organisation("Foreign").await;
    let elsewhere = targets(&app, &foreign, &issuer).await;
    let here = targets(&app, &org, &issuer).await;
    let admin = org.admin.with_cookie();
    for ((route, path), (_, foreign_path)) in here.iter().zip(&elsewhere) {
        // Nothing of another organisation's, nor what never was: both alike.
        let foreign_id = foreign_path.rsplit('/').next().unwrap();
        let (start, id) = path.rsplit_once('/').unwrap();
        if !route.ends_with("identities") {
            let nobody = UserId::generate().to_string();
            let never = format!("{}_{}", id.split('_').next().unwrap(), nobody.split('_').nth(1).unwrap());
            for strange in [foreign_id, &never, "nonsense"] {
                let refused = admin.delete(&format!("{start}/{strange}")).await.status(404);
                assert_eq!(refused.code(), "not_found", "{route}");
            }
        }
        let before = events(&app).await;
        admin.delete(path).await.status(204);
        let after = events(&app).await;
        assert!(after > before, "{route}: the first one is in the log");
        for _ in 0..2 {
            let again = admin.delete(path).await.status(204);
            assert_eq!(again.text(), "", "{route}");
        }
        assert_eq!(events(&app).await, after, "{route}: once is enough");
        // Who was refused the first time is refused now.
        if route.contains("{org}") {
            org.viewer.with_cookie().delete(path).await.status(403);
            foreign.admin.with_cookie().delete(path).await.status(404);
        }
    }
    assert_eq!(
        admin.delete("/api/auth/identities?issuer=https://never.example").await.status(404).code(),
        "not_found"
    );

    let (viewer, path) = (org.viewer.with_cookie(), &org.path);
    for _ in 0..2 {
        admin.delete(&format!("{path}/members/{}/sessions", org.member.user_id)).await.status(204);
        viewer.delete("/api/auth/sessions").await.status(204);
    }
    let password = json!({ "password": crate::support::PASSWORD });
    let ended =
        async |client: &Client| client.call(Method::DELETE, "/api/account", Some(password.clone())).await;
    ended(&viewer).await.status(204);
    ended(&viewer).await.status(401);
    admin.delete(path).await.status(204);
    admin.delete(path).await.status(404);

    let routes = oskar::api::recorded_routes(&app.app);
    let all: BTreeSet<_> = routes
        .iter()
        .filter(|route| route.method == Method::DELETE)
        .map(|route| route.path.as_str())
        .collect();
    let seen = here.iter().map(|(route, _)| *route).chain(OTHERS.map(|(route, _)| route)).collect();
    assert_eq!(all, seen, "say above what a second DELETE of the new route answers");
}

#[tokio::test]
async fn a_member_who_is_there_again_is_removed_again() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let path = format!("{}/members/{}", org.path, org.viewer.user_id);
    admin.delete(&path).await.status(204);
    let (organisation, user) = (org.id.parse().unwrap(), org.viewer.user_id.parse().unwrap());
    operator::change(&app, async |write| {
        oskar::domain::organisation::members::add(write, organisation, user, Role::Viewer).await
    })
    .await
    .unwrap();
    admin.get(&path).await.status(200);
    admin.delete(&path).await.status(204);
    admin.get(&path).await.status(404);
}
