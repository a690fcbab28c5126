//! How many invitations organisations and people may send.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::operator::change;
use crate::support::{Answer, Client, PASSWORD, TestApp};

async fn invite(client: &Client, slug: &str, prefix: &str, count: usize) -> Answer {
    let emails: Vec<_> = (0..count).map(|number| format!("{prefix}{number}@new.example")).collect();
    client.post(&format!("/api/orgs/{slug}/invitations"), json!({ "emails": emails, "role": "viewer" })).await
}

/// How long to wait, and what it says of how many.
#[track_caller]
fn refused(answer: Answer) -> (i64, String) {
    let answer = answer.status(429);
    assert_eq!(answer.code(), "too_many_invitations");
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    (answer.header("retry-after").parse().unwrap(), detail)
}

async fn rows(client: &Client, slug: &str) -> Vec<Value> {
    let listed = client.get(&format!("/api/orgs/{slug}/invitations?limit=100")).await.status(200);
    listed.json()["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_new_organisation_sends_five_in_its_first_day() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await.with_cookie();
    app.advance(TimeDelta::hours(1));
    let (wait, detail) = refused(invite(&ana, "acme", "a", 6).await);
    assert_eq!(wait, 23 * 3600, "when it is no longer new");
    assert!(
        detail.contains("may send 5") && detail.contains("5 can be sent at once, more in 23 h"),
        "{detail}"
    );
    assert!(rows(&ana, "acme").await.is_empty(), "all or none");
    let made = invite(&ana, "acme", "a", 4).await.status(201).json();
    // One that is sent again is another mail to somebody.
    let id = made["data"][0]["id"].as_str().unwrap();
    let resend = format!("/api/orgs/acme/invitations/{id}/resend");
    ana.call(Method::POST, &resend, None).await.status(200);
    let (_, detail) = refused(ana.call(Method::POST, &resend, None).await);
    assert!(detail.contains("0 can be sent at once"), "{detail}");
    refused(invite(&ana, "acme", "b", 1).await);
    // Withdrawing takes no mail back.
    ana.delete(&format!("/api/orgs/acme/invitations/{id}")).await.status(204);
    refused(invite(&ana, "acme", "b", 1).await);
}

#[tokio::test]
async fn an_older_one_sends_more_by_its_age_and_by_what_was_accepted() {
    let app = TestApp::start().await;
    app.register("ana@acme.example", Some("Acme")).await;
    let ana = async || app.sign_in("ana@acme.example").await.with_cookie();
    invite(&ana().await, "acme", "a", 5).await.status(201);
    let body = json!({ "invitation": app.mailed_secret("a0@new.example").await, "password": PASSWORD });
    app.anonymous().post("/api/invitations/accept", body).await.status(200);
    refused(invite(&ana().await, "acme", "b", 1).await);

    // One day, one accepted: three times five.
    app.advance(TimeDelta::hours(24));
    assert!(refused(invite(&ana().await, "acme", "b", 16).await).1.contains("may send 15"));
    invite(&ana().await, "acme", "b", 15).await.status(201);
    app.advance(TimeDelta::hours(6));
    let (wait, _) = refused(invite(&ana().await, "acme", "c", 1).await);
    assert_eq!(wait, 18 * 3600, "a day older, or the first one a day ago");
    app.advance(TimeDelta::seconds(wait));
    invite(&ana().await, "acme", "c", 20).await.status(201);
}

#[tokio::test]
async fn several_organisations_of_one_person_send_no_more_than_one() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await.with_cookie();
    invite(&ana, "acme", "a", 5).await.status(201);
    for slug in ["second", "third"] {
        ana.post("/api/orgs", json!({ "name": slug, "slug": slug })).await.status(201);
        refused(invite(&ana, slug, "b", 1).await);
    }
    // Nor do several people of one organisation.
    let body = json!({ "invitation": app.mailed_secret("a0@new.example").await, "password": PASSWORD });
    app.anonymous().post("/api/invitations/accept", body).await.status(200);
    let bob = app.sign_in("a0@new.example").await;
    let path = format!("/api/orgs/acme/members/{}", bob.user_id);
    ana.patch(&path, json!({ "role": "admin" })).await.status(200);
    refused(invite(&bob.with_cookie(), "acme", "c", 1).await);
    // Deleting an organisation takes nothing back.
    ana.delete("/api/orgs/second").await.status(204);
    refused(invite(&ana, "third", "b", 1).await);
}

#[tokio::test]
async fn at_once_and_on_two_nodes_no_more_are_sent() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    ana.with_cookie().post("/api/orgs", json!({ "name": "Two", "slug": "two" })).await.status(201);
    let other = app.another_node().await;
    let attempts: Vec<_> = (0..12)
        .map(|number| {
            let mut person = ana.clone();
            if number % 2 == 0 {
                person.router = other.router.clone();
            }
            tokio::spawn(async move {
                let slug = if number % 3 == 0 { "acme" } else { "two" };
                invite(&person.with_cookie(), slug, &format!("n{number}-"), 1).await.status
            })
        })
        .collect();
    let mut sent = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            201 => sent += 1,
            // Busy: one of several that waited for the same organisation for too long.
            status => assert!(matches!(status, 429 | 503), "{status}"),
        }
    }
    // Neither more nor fewer, once they come one after the other.
    let last = loop {
        let status = invite(&ana.with_cookie(), "two", &format!("late{sent}-"), 1).await.status;
        if status != 201 {
            break status;
        }
        sent += 1;
    };
    assert_eq!((sent, last), (5, 429));
}

#[tokio::test]
async fn operators_send_as_many_as_they_like_and_the_settings_say_how_many_others_do() {
    let app =
        TestApp::with(&[("OSKAR_LIMITS__INVITATIONS", "2"), ("OSKAR_LIMITS__NEW_ORGANISATION", "3d")]).await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    refused(invite(&ana.with_cookie(), "acme", "a", 3).await);
    app.advance(TimeDelta::hours(25));
    let ana = app.sign_in("ana@acme.example").await;
    refused(invite(&ana.with_cookie(), "acme", "a", 3).await);
    app.advance(TimeDelta::days(3));
    let ana = app.sign_in("ana@acme.example").await;
    invite(&ana.with_cookie(), "acme", "a", 10).await.status(201);
    refused(invite(&ana.with_cookie(), "acme", "b", 1).await);
    change(&app, async |write| {
        use oskar::domain::NoEvent;
        use sea_orm::{ActiveModelTrait as _, EntityTrait as _, Set};
        let id: oskar::id::UserId = ana.user_id.parse().unwrap();
        let row = oskar::entity::user::Entity::find_by_id(id).one(write).await?.unwrap();
        let mut row: oskar::entity::user::ActiveModel = row.into();
        row.operator = Set(true);
        Ok(row.update(&write.without_event(NoEvent::Upkeep)).await?)
    })
    .await
    .unwrap();
    invite(&ana.with_cookie(), "acme", "b", 50).await.status(201);
}
