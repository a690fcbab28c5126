//! Many at once, on two nodes of one installation: what may happen once happens once.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;

use chrono::TimeDelta;
use oskar::domain::account::disabling;
use oskar::domain::journal::audit::Actor;
use oskar::domain::upkeep::signing_keys;
use oskar::entity::{api_key_secret, membership, organisation, session, signing_key, user};
use oskar::error::Error;
use oskar::permission::Role;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::operator;
use crate::setup::form;
use crate::support::{Answer, Client, Credential, PASSWORD, Person, TestApp};

const MANY: usize = 32;

/// Starts all at the same moment.
pub async fn at_once<T: Send + 'static>(
    tasks: impl IntoIterator<Item: Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = tasks.into_iter().collect();
    let barrier = Arc::new(Barrier::new(tasks.len()));
    let mut running = JoinSet::new();
    for task in tasks {
        let barrier = barrier.clone();
        running.spawn(async move {
            barrier.wait().await;
            task.await
        });
    }
    running.join_all().await
}

fn statuses(answers: &[Answer]) -> BTreeMap<u16, usize> {
    answers.iter().fold(BTreeMap::new(), |mut counts, answer| {
        assert!(answer.status < 500, "{}: {}", answer.asked, answer.text());
        *counts.entry(answer.status).or_default() += 1;
        counts
    })
}

pub fn with(node: &TestApp, credential: Credential) -> Client {
    Client::new(node.router.clone(), credential)
}

/// Posts the same body many times at once, every other time to the other node.
async fn post_often(nodes: [&TestApp; 2], credential: &Credential, path: &str, body: &Value) -> Vec<Answer> {
    at_once((0..MANY).map(|turn| {
        let client = with(nodes[turn % 2], credential.clone());
        let (path, body) = (path.to_owned(), body.clone());
        async move { client.post(&path, body).await }
    }))
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_refresh_token_is_rotated_once() {
    let (app, other) = two_nodes().await;
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let body = json!({ "refresh_token": person.refresh_token });
    let answers = post_often([&app, &other], &Credential::None, "/api/auth/refresh", &body).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(200, MANY)]));
    let successors: BTreeSet<_> =
        answers.iter().map(|answer| answer.json()["refresh_token"].as_str().unwrap().to_owned()).collect();
    assert_eq!(successors.len(), 1, "all get the same one");
    let session = session::Entity::find().one(app.app.db.read()).await.unwrap().unwrap();
    assert_eq!((session.refresh_counter, session.ended_at), (1, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organisation_always_keeps_an_admin() {
    let (app, other) = two_nodes().await;
    for round in 0..8 {
        let name = format!("Acme{round}");
        let org = app.organisation(&name).await;
        let path = format!("{}/members", org.path);
        app.create_user(&format!("second@{name}.example"), &org.id, Role::Admin).await;
        let second = app.sign_in(&format!("second@{name}.example")).await;
        let admins = [(&app, &org.admin, &second), (&other, &second, &org.admin)];
        let mut tasks = Vec::new();
        for turn in 0..MANY / 8 {
            for (node, admin, rival) in admins {
                let (node, me, them) = (
                    with(node, Credential::Cookie(admin.cookie.clone())),
                    format!("{path}/{}", admin.user_id),
                    format!("{path}/{}", rival.user_id),
                );
                let leave = format!("{}/leave", org.path);
                tasks.push(async move {
                    match turn {
                        0 => node.patch(&them, json!({ "role": "viewer" })).await,
                        1 => node.delete(&them).await,
                        2 => node.post(&leave, json!({})).await,
                        _ => node.patch(&me, json!({ "role": "member" })).await,
                    }
                });
            }
        }
        let disabled = [&org.admin, &second].map(|admin| {
            let (app, id) = (app.app.clone(), admin.user_id.parse().unwrap());
            async move {
                let actor = Actor::cli();
                let write = app.write(&actor).await?;
                disabling::disable(&write, id).await?;
                write.commit().await?;
                Ok::<_, Error>(())
            }
        });
        let (answers, disabled) = tokio::join!(at_once(tasks), at_once(disabled));
        statuses(&answers);
        for outcome in disabled {
            assert!(matches!(outcome, Ok(()) | Err(Error::LastAdmin)), "{outcome:?}");
        }
        let id: oskar::id::OrganisationId = org.id.parse().unwrap();
        let left = membership::Entity::in_organisation(id)
            .filter(membership::COLUMN.role.eq(Role::Admin))
            .find_also_related(user::Entity)
            .all(app.app.db.read())
            .await
            .unwrap();
        let active = left.iter().filter(|(_, user)| user.as_ref().unwrap().disabled_at.is_none()).count();
        assert_eq!(active, 1, "round {round}");
    }
}

async fn two_nodes() -> (TestApp, TestApp) {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    (app, other)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_rotations_one_secret_stays() {
    let (app, other) = two_nodes().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    let path = format!("{}/keys/{}/rotate", org.path, key.id);
    let admin = Credential::Cookie(org.admin.cookie.clone());
    let answers = post_often([&app, &other], &admin, &path, &json!({ "overlap": 600 })).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(200, MANY)]));
    let endless = api_key_secret::Entity::in_organisation(org.id.parse().unwrap())
        .filter(api_key_secret::COLUMN.expires_at.is_null())
        .count(app.app.db.read())
        .await
        .unwrap();
    assert_eq!(endless, 1);
    let secrets = answers.iter().map(|answer| answer.json()["secret"].as_str().unwrap().to_owned());
    let secrets: BTreeSet<_> = secrets.chain([key.secret]).collect();
    assert_eq!(secrets.len(), MANY + 1);
    let mut unending = 0;
    for secret in &secrets {
        let answer = with(&app, Credential::ApiKey(secret.clone())).get("/api/verify").await.status(200);
        unending += usize::from(!answer.headers.contains_key("sunset"));
    }
    assert_eq!(unending, 1, "all overlap, and all but one are told when they end");
    app.advance(TimeDelta::seconds(600));
    let mut alive = 0;
    for secret in secrets {
        alive += usize::from(with(&app, Credential::ApiKey(secret)).get("/api/verify").await.status == 200);
    }
    assert_eq!(alive, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_rotations_of_the_signing_key_one_counts() {
    let (app, other) = two_nodes().await;
    let before = signing_key::Entity::find().count(app.app.db.read()).await.unwrap();
    let tasks = (0..MANY).map(|turn| {
        let node = [&app, &other][turn % 2].app.clone();
        async move {
            let actor = Actor::cli();
            let write = node.write(&actor).await.unwrap();
            let (used, day) = (node.algorithms()[0], TimeDelta::days(1));
            let rotated = signing_keys::rotate(&write, used, day).await;
            write.commit().await.unwrap();
            rotated
        }
    });
    let outcomes = at_once(tasks).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in outcomes {
        assert!(matches!(outcome, Ok(_) | Err(Error::Invalid { .. })), "{outcome:?}");
    }
    let after = signing_key::Entity::find().count(app.app.db.read()).await.unwrap();
    assert_eq!(after, before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_address_is_registered_once() {
    let (app, other) = two_nodes().await;
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD, "organisation_name": "Acme" });
    let answers = post_often([&app, &other], &Credential::None, "/api/auth/register", &body).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 1), (409, MANY - 1)]));
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        assert_eq!(answer.code(), "email_taken");
    }
    let db = app.app.db.read();
    assert_eq!(user::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(organisation::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(membership::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(session::Entity::find().count(db).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_slug_is_given_once() {
    let (app, other) = two_nodes().await;
    let person = app.register("ana@acme.example", None).await;
    let cookie = Credential::Cookie(person.cookie);
    let body = json!({ "name": "Acme", "slug": "wanted" });
    let answers = post_often([&app, &other], &cookie, "/api/orgs", &body).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 1), (409, MANY - 1)]));

    // Without a slug of one's own everybody gets one.
    let answers = post_often([&app, &other], &cookie, "/api/orgs", &json!({ "name": "Acme" })).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(201, MANY)]));
    let slugs: BTreeSet<_> = answers.iter().map(|answer| answer.json()["slug"].to_string()).collect();
    assert_eq!(slugs.len(), MANY);

    // Renaming contends for the same names.
    let tasks = answers.iter().enumerate().map(|(turn, answer)| {
        let node = with([&app, &other][turn % 2], cookie.clone());
        let path = format!("/api/orgs/{}", answer.json()["id"].as_str().unwrap());
        async move { node.patch(&path, json!({ "slug": "renamed" })).await }
    });
    assert_eq!(statuses(&at_once(tasks).await), BTreeMap::from([(200, 1), (409, MANY - 1)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn setting_up_happens_once_even_by_two_links() {
    let (app, other) = two_nodes().await;
    let links = [operator::setup_link(&app).await, operator::setup_link(&app).await];
    let tasks = (0..MANY).map(|turn| {
        let (node, link) = (with([&app, &other][turn % 2], Credential::None), links[turn / 2 % 2].clone());
        let fields = format!(
            "email=admin{turn}%40acme.example&organisation=Acme&password=correct+horse+battery+staple"
        );
        async move { node.send(form(&link, fields)).await }
    });
    let answers = at_once(tasks).await;
    assert_eq!(statuses(&answers), BTreeMap::from([(201, 1), (410, MANY - 1)]));
    let db = app.app.db.read();
    assert_eq!(user::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(organisation::Entity::find().count(db).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_session_of_the_old_password_survives_its_change() {
    let (app, other) = two_nodes().await;
    for round in 0..4 {
        // Whoever comes with the old password after the change has guessed wrong: not to be counted for this round.
        app.advance(TimeDelta::minutes(5));
        let email = format!("ana{round}@acme.example");
        let person = app.register(&email, Some("Acme")).await;
        let tasks = (0..=MANY).map(|turn| {
            let node = [&app, &other][turn % 2];
            let (client, path, body) = if turn == MANY / 2 {
                let body = json!({ "current_password": PASSWORD, "new_password": "a new password for Ana" });
                (person.with_cookie(), "/api/auth/change-password", body)
            } else {
                let body = json!({ "email": email, "password": PASSWORD });
                (with(node, Credential::None), "/api/auth/login", body)
            };
            async move { client.post(path, body).await }
        });
        let answers = at_once(tasks).await;
        let (changed, signed_in): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.asked.ends_with("/change-password"));
        assert_eq!(changed[0].status, 200, "{}", changed[0].text());
        for answer in signed_in.into_iter().filter(|answer| answer.status == 200) {
            let cookie = Credential::Cookie(answer.cookie("oskar_session"));
            with(&app, cookie).get("/api/auth/me").await.status(401);
        }
        person.with_cookie().get("/api/auth/me").await.status(401);
        Person::new(&app, changed[0]).with_cookie().get("/api/auth/me").await.status(200);
        let alive = session::Entity::of_user(person.user_id.parse().unwrap());
        assert_eq!(alive.count(app.app.db.read()).await.unwrap(), 1);
    }
}
