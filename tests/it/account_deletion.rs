//! Accounts end when their owner or an operator wants it: what goes, what stays, and who may not go yet.

use axum::http::Method;
use chrono::TimeDelta;
use oskar::domain::account::deletion::{self, DELETED_USER};
use oskar::domain::journal::audit::Actor;
use oskar::domain::organisation::organisations;
use oskar::domain::values::display_name::DisplayName;
use oskar::entity::delivery::DeliveryState;
use oskar::entity::{
    audit_event, delivery, external_identity, known_network, login_failure, mail, membership, session, user,
};
use oskar::error::Error;
use oskar::permission::Role;
use oskar::worker;
use sea_orm::{ColumnTrait as _, EntityTrait, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::operator;
use crate::process::Installation;
use crate::races::{at_once, with};
use crate::support::{
    Answer, Client, Credential, FakeIssuer, PASSWORD, Person, TestApp, TestOrganisation, on_postgres,
};
use crate::waiting::somebody_waits;

const ACCOUNT: &str = "/api/account";

async fn delete_by(client: &Client, body: Value) -> Answer {
    client.call(Method::DELETE, ACCOUNT, Some(body)).await
}

async fn delete(person: &Person) -> Answer {
    delete_by(&person.with_cookie(), json!({ "password": PASSWORD })).await
}

/// As `oskar user delete` does.
async fn by_operator(app: &TestApp, user: &str) -> Result<deletion::Deleted, Error> {
    let user = user.parse().unwrap();
    operator::change(app, async |write| deletion::delete(write, user).await).await
}

async fn events(app: &TestApp) -> Vec<audit_event::Model> {
    audit_event::Entity::of_installation().all(app.app.db.read()).await.unwrap()
}

async fn exists(app: &TestApp, id: &str) -> bool {
    user::Entity::find_by_id(id.parse::<oskar::id::UserId>().unwrap())
        .one(app.app.db.read())
        .await
        .unwrap()
        .is_some()
}

async fn make_admin(org: &TestOrganisation, person: &Person) {
    let path = format!("{}/members/{}", org.path, person.user_id);
    org.admin.with_cookie().patch(&path, json!({ "role": "admin" })).await.status(200);
}

#[tokio::test]
async fn every_way_in_ends_at_once_and_the_names_are_free() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let member = &org.member;
    member.with_cookie().patch("/api/account", json!({ "username": "bobby" })).await.status(200);
    let other_device = app.sign_in(&member.email).await;
    member.with_basic().get("/api/auth/me").await.status(200);
    let body = json!({ "email": member.email });
    app.anonymous().post("/api/auth/forgot-password", body).await.status(202);
    let reset = app.mailed_secret(&member.email).await;
    // A second one waits to be sent.
    let body = json!({ "email": member.email });
    app.anonymous().post("/api/auth/forgot-password", body).await.status(202);
    let wrong = json!({ "email": member.email, "password": "not the right password" });
    app.anonymous().post("/api/auth/login", wrong).await.status(401);

    let answer = delete(member).await.status(204);
    assert!(answer.set_cookie().contains("Max-Age=0"), "{}", answer.set_cookie());
    for person in [member, &other_device] {
        person.with_cookie().get("/api/auth/me").await.status(401);
        person.with_bearer().get("/api/auth/me").await.status(401);
        let refresh = json!({ "refresh_token": person.refresh_token });
        app.anonymous().post("/api/auth/refresh", refresh).await.status(401);
    }
    member.with_basic().get("/api/auth/me").await.status(401);
    let choose = json!({ "link_secret": reset, "password": "Another long password 9" });
    app.anonymous().post("/api/auth/reset-password", choose).await.status(410);
    let db = app.app.db.read();
    let id: oskar::id::UserId = member.user_id.parse().unwrap();
    assert_eq!(session::Entity::of_user(id).count(db).await.unwrap(), 0);
    assert_eq!(membership::Entity::of_user(id).count(db).await.unwrap(), 0);
    assert_eq!(
        known_network::Entity::find().filter(known_network::COLUMN.user_id.eq(id)).count(db).await.unwrap(),
        0
    );
    assert_eq!(
        login_failure::Entity::find().filter(login_failure::COLUMN.user_id.eq(id)).count(db).await.unwrap(),
        0
    );
    // The farewell is sent, and what waited for the account is not.
    let subjects = app.subjects(&member.email).await;
    assert_eq!(subjects[0], "Your account at Oskar was deleted");
    assert_eq!(
        subjects.iter().filter(|subject| *subject == "Choose a new password").count(),
        1,
        "{subjects:?}"
    );

    // The address and the username are free, and the new account has nothing of the old one.
    let again = app.register(&member.email, None).await;
    assert_ne!(again.user_id, member.user_id);
    again.with_cookie().patch("/api/account", json!({ "username": "bobby" })).await.status(200);
    let me = again.with_cookie().get("/api/auth/me").await.status(200).json();
    assert_eq!(me["memberships"], json!([]));
    again.with_cookie().get(&org.path).await.status(404);
}

#[tokio::test]
async fn the_password_is_asked_for_and_guesses_at_it_count() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", None).await;
    let by = ana.with_cookie();
    assert_eq!(delete_by(&by, json!({})).await.status(403).code(), "wrong_password");
    assert_eq!(
        delete_by(&by, json!({ "password": PASSWORD, "sure": true })).await.status(422).code(),
        "validation_failed"
    );
    by.delete(ACCOUNT).await;
    for _ in 0..5 {
        assert_eq!(
            delete_by(&by, json!({ "password": "wrong wrong wrong" })).await.status(403).code(),
            "wrong_password"
        );
    }
    assert_eq!(delete(&ana).await.status(429).code(), "too_many_attempts");
    assert!(exists(&app, &ana.user_id).await);
    app.advance(TimeDelta::hours(1));
    delete(&ana).await.status(204);
    assert!(!exists(&app, &ana.user_id).await);
    delete(&ana).await.status(401);
}

#[tokio::test]
async fn without_a_password_it_takes_a_recent_proof_and_the_issuer_makes_a_new_account_later() {
    let issuer = FakeIssuer::start().await;
    let settings = issuer.settings(&[
        ("OSKAR_ISSUERS__0__CREATE_USERS", "true"),
        ("OSKAR_ISSUERS__0__ORGANISATION", "acme"),
        ("OSKAR_ISSUERS__0__ROLE", "member"),
    ]);
    let app = TestApp::with(&settings).await;
    app.organisation("Acme").await;
    let sign_in = async |proved: i64| {
        let mut claims = issuer.claims(app.app.now(), "u-1", "ana@new.example");
        claims["auth_time"] = json!(app.app.now().timestamp() - proved);
        let bearer = Client::new(app.router.clone(), Credential::Bearer(issuer.sign(&claims)));
        let answer = bearer.call(Method::POST, "/api/auth/login", None).await.status(200);
        Person::new(&app, &answer)
    };
    let stale = sign_in(3600).await;
    let refused = delete_by(&stale.with_cookie(), json!({})).await.status(401);
    assert_eq!(refused.code(), "insufficient_user_authentication");
    app.advance(TimeDelta::seconds(1));
    let fresh = sign_in(0).await;
    assert_eq!(
        delete_by(&fresh.with_cookie(), json!({ "password": PASSWORD })).await.status(422).pointer(),
        "/password"
    );
    delete_by(&fresh.with_cookie(), json!({})).await.status(204);
    assert_eq!(external_identity::Entity::find().count(app.app.db.read()).await.unwrap(), 0);
    stale.with_cookie().get("/api/auth/me").await.status(401);
    app.advance(TimeDelta::seconds(1));
    let again = sign_in(0).await;
    assert_ne!(again.user_id, fresh.user_id);
}

#[tokio::test]
async fn the_last_admin_hands_over_first_and_is_told_where() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let own = json!({ "name": "Own" });
    org.admin.with_cookie().post("/api/orgs", own).await.status(201);
    let refused = delete(&org.admin).await.status(409);
    assert_eq!(refused.code(), "last_admin");
    let problem = refused.json();
    let slugs: Vec<_> =
        problem["organisations"].as_array().unwrap().iter().map(|one| one["slug"].clone()).collect();
    assert_eq!(slugs, [json!("acme"), json!("own")]);
    assert!(problem["detail"].as_str().unwrap().contains("Acme (acme), Own (own)"), "{problem}");
    assert!(
        matches!(by_operator(&app, &org.admin.user_id).await, Err(Error::LastAdminOf { organisations }) if organisations.len() == 2)
    );
    // Nothing was changed by the attempt.
    org.admin.with_cookie().get("/api/auth/me").await.status(200);
    assert!(!events(&app).await.iter().any(|event| event.action == "user.deleted"));

    make_admin(&org, &org.member).await;
    let refused = delete(&org.admin).await.status(409).json();
    assert_eq!(refused["organisations"][0]["slug"], "own");
    org.admin.with_cookie().delete("/api/orgs/own").await.status(204);
    delete(&org.admin).await.status(204);
    let me = org.member.with_cookie().get("/api/auth/me").await.status(200).json();
    assert_eq!(me["role"], "admin");
    // An admin who is disabled does not count.
    app.create_user("third@acme.example", &org.id, Role::Admin).await;
    let third = app.sign_in("third@acme.example").await;
    operator::disable(&app, &third.user_id).await.unwrap();
    assert_eq!(delete(&org.member).await.status(409).code(), "last_admin");
    by_operator(&app, &third.user_id).await.unwrap();
}

#[tokio::test]
async fn keys_and_the_log_stay_and_name_nobody() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "viewer", None).await;
    let name = json!({ "name": "Ana Maria Ruiz", "username": "anamaria" });
    org.admin.with_cookie().patch("/api/account", name).await.status(200);
    make_admin(&org, &org.member).await;
    let invitation = json!({ "emails": ["new@mail.example"], "role": "viewer" });
    org.admin.with_cookie().post(&format!("{}/invitations", org.path), invitation).await.status(201);
    let link = app.mailed_secret("new@mail.example").await;
    // A change of the address leaves both addresses in the log.
    let change = json!({ "email": "ana.new@acme.example", "password": PASSWORD });
    org.admin.with_cookie().post("/api/auth/change-email", change).await.status(202);
    let confirm = json!({ "link_secret": app.mailed_secret("ana.new@acme.example").await });
    app.anonymous().post("/api/auth/verify-email", confirm).await;
    let admin = app.sign_in("ana.new@acme.example").await;
    // What is denied is counted in memory, and may be written after the deletion.
    delete(&admin).await.status(204);

    let told = app.subjects(&org.member.email).await;
    assert_eq!(told[0], "API keys of a former member of “Acme”");
    key.with_bearer().get("/api/verify").await.status(200);
    let keys = org.member.with_cookie().get(&format!("{}/keys", org.path)).await.status(200).json();
    assert_eq!(keys["data"][0]["created_by"], Value::Null);
    let invitations =
        org.member.with_cookie().get(&format!("{}/invitations", org.path)).await.status(200).json();
    assert_eq!(
        (&invitations["data"][0]["state"], &invitations["data"][0]["invited_by"]),
        (&json!("unconfirmed"), &Value::Null)
    );
    let accept = json!({ "invitation": link, "password": "A very long password 7" });
    let refused = app.anonymous().post("/api/invitations/accept", accept).await.status(409);
    assert_eq!(refused.code(), "invitation_unconfirmed");

    let all = events(&app).await;
    let text = format!("{all:?}").to_lowercase();
    for gone in ["ana maria", "anamaria", "ana.new@", "admin@acme.example"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    let theirs: Vec<_> =
        all.iter().filter(|event| event.actor_id.as_deref() == Some(&admin.user_id)).collect();
    assert!(theirs.len() > 5 && theirs.iter().all(|event| event.actor_name == DELETED_USER), "{theirs:?}");
    let deleted: Vec<_> = all.iter().filter(|event| event.action == "user.deleted").collect();
    let places: Vec<_> = deleted.iter().map(|event| event.organisation_id.map(|id| id.to_string())).collect();
    assert!(
        places.len() == 2 && places.contains(&None) && places.contains(&Some(org.id.clone())),
        "{places:?}"
    );
    assert!(
        deleted
            .iter()
            .all(|event| event.target_id.as_deref() == Some(&admin.user_id) && event.personal.is_none())
    );
}

#[tokio::test]
async fn what_was_counted_before_and_is_written_after_loses_its_name_at_the_next_sweep() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let path = format!("{}/events", org.path);
    for _ in 0..3 {
        org.viewer.with_cookie().get(&path).await.status(403);
    }
    delete(&org.viewer).await.status(204);
    worker::tally::tick(&app.app).await.unwrap();
    worker::sweep::tick(&app.app).await.unwrap();
    let named = events(&app).await;
    let denied: Vec<_> = named.iter().filter(|event| event.action == "access.denied").collect();
    assert!(!denied.is_empty() && denied.iter().all(|event| event.actor_name == DELETED_USER), "{denied:?}");
}

#[tokio::test]
async fn an_invitation_that_was_accepted_counts_and_says_no_longer_whose_it_was() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let path = format!("{}/invitations", org.path);
    org.admin
        .with_cookie()
        .post(&path, json!({ "emails": ["bob@mail.example"], "role": "viewer" }))
        .await
        .status(201);
    let token = app.mailed_secret("bob@mail.example").await;
    let accept = json!({ "invitation": token, "password": PASSWORD });
    app.anonymous().post("/api/invitations/accept", accept).await.status(200);
    delete(&app.sign_in("bob@mail.example").await).await.status(204);
    let listed = org.admin.with_cookie().get(&path).await.status(200).json();
    assert_eq!(
        (&listed["data"][0]["state"], &listed["data"][0]["email"]),
        (&json!("accepted"), &Value::Null)
    );
    assert!(!listed.to_string().contains("bob@"), "{listed}");
}

#[tokio::test]
async fn nobody_is_written_to_who_never_proved_the_mailbox_and_caps_outlive_the_account() {
    let app = TestApp::start().await;
    let mut mails = 0;
    for _ in 0..5 {
        let eve = app.register("victim@mail.example", None).await;
        mails += app.deliver().await;
        delete(&eve).await.status(204);
    }
    let all = mail::Entity::find().all(app.app.db.read()).await.unwrap();
    let to_victim = all.iter().filter(|mail| mail.recipient == "victim@mail.example").count();
    assert!(to_victim <= 3 && mails <= 3, "{to_victim} rows, {mails} mails");
    assert_eq!(
        app.subjects("victim@mail.example")
            .await
            .iter()
            .filter(|subject| subject.contains("deleted"))
            .count(),
        0
    );
}

#[tokio::test]
async fn a_link_whose_account_is_gone_when_its_mail_is_written_is_dropped() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", None).await;
    let change = json!({ "email": "new@acme.example", "password": PASSWORD });
    ana.with_cookie().post("/api/auth/change-email", change).await.status(202);
    delete(&ana).await.status(204);
    app.deliver().await;
    assert!(app.subjects("new@acme.example").await.is_empty());
    let waiting = delivery::Entity::find().filter(delivery::COLUMN.state.eq(DeliveryState::Pending));
    assert_eq!(waiting.count(app.app.db.read()).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_admins_who_delete_themselves_at_once_leave_one() {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    for round in 0..8 {
        let org = app.organisation(&format!("Acme{round}")).await;
        make_admin(&org, &org.member).await;
        let admins = [(&app, &org.admin, &org.member), (&other, &org.member, &org.admin)];
        let mut tasks = Vec::new();
        for turn in 0..3 {
            for (node, admin, rival) in admins {
                let client = with(node, Credential::Cookie(admin.cookie.clone()));
                let rival = format!("{}/members/{}", org.path, rival.user_id);
                let leave = format!("{}/leave", org.path);
                tasks.push(async move {
                    match (turn, round % 3) {
                        (0 | 1, _) => delete_by(&client, json!({ "password": PASSWORD })).await,
                        (_, 0) => client.patch(&rival, json!({ "role": "viewer" })).await,
                        (_, 1) => client.post(&leave, json!({})).await,
                        _ => client.delete(&rival).await,
                    }
                });
            }
        }
        for answer in at_once(tasks).await {
            assert!(answer.status < 500 || answer.code() == "busy", "{}: {}", answer.asked, answer.text());
        }
        let admins = membership::Entity::in_organisation(org.id.parse().unwrap())
            .filter(membership::COLUMN.role.eq(Role::Admin))
            .count(app.app.db.read())
            .await
            .unwrap();
        assert_eq!(admins, 1, "round {round}");
    }
}

/// Without a cap of organisations nothing else locks the account while an organisation is being made.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organisation_that_is_being_made_keeps_its_admin() {
    let app = TestApp::with(&[("OSKAR_LIMITS__ORGANISATIONS", "0")]).await;
    let ana = app.register("ana@acme.example", None).await;
    let user = ana.user_id.parse().unwrap();
    let actor = Actor::system();
    let write = app.app.write(&actor).await.unwrap();
    let name = DisplayName::try_from("Acme".to_owned()).unwrap();
    organisations::create(&write, &name, None, Some(user)).await.unwrap();
    let me = ana.with_cookie();
    let deletion = tokio::spawn(async move { delete_by(&me, json!({ "password": PASSWORD })).await });
    if on_postgres() {
        somebody_waits(&app).await;
    }
    write.commit().await.unwrap();
    let answer = deletion.await.unwrap();
    assert!(["last_admin", "busy"].contains(&answer.code().as_str()), "{}", answer.text());
    assert!(exists(&app, &ana.user_id).await);
    assert_eq!(membership::Entity::of_user(user).count(app.app.db.read()).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sign_ins_refreshes_and_joining_in_that_moment_leave_nothing_behind() {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    for round in 0..6 {
        let ana = app.register(&format!("ana{round}@acme.example"), None).await;
        let id = ana.user_id.clone();
        let mut tasks = Vec::new();
        for (turn, node) in [&app, &other].into_iter().cycle().take(10).enumerate() {
            let (nobody, me) =
                (with(node, Credential::None), with(node, Credential::Cookie(ana.cookie.clone())));
            let (email, refresh) = (ana.email.clone(), ana.refresh_token.clone());
            tasks.push(async move {
                match turn {
                    0 | 1 => delete_by(&me, json!({ "password": PASSWORD })).await,
                    2..=4 => {
                        nobody.post("/api/auth/login", json!({ "email": email, "password": PASSWORD })).await
                    }
                    5 | 6 => nobody.post("/api/auth/refresh", json!({ "refresh_token": refresh })).await,
                    7 => me.post("/api/orgs", json!({ "name": format!("Own{round}") })).await,
                    8 => me.post("/api/auth/token", json!({})).await,
                    _ => me.post("/api/auth/reauthenticate", json!({ "password": PASSWORD })).await,
                }
            });
        }
        let answers = at_once(tasks).await;
        for answer in &answers {
            assert!(answer.status < 500 || answer.code() == "busy", "{}: {}", answer.asked, answer.text());
        }
        let gone = !exists(&app, &id).await;
        let user: oskar::id::UserId = id.parse().unwrap();
        let db = app.app.db.read();
        if gone {
            assert_eq!(session::Entity::of_user(user).count(db).await.unwrap(), 0);
            // Whoever made an organisation in that moment is there still, or the organisation has gone elsewhere.
            assert_eq!(membership::Entity::of_user(user).count(db).await.unwrap(), 0);
            let own = oskar::entity::organisation::Entity::find().all(db).await.unwrap();
            assert!(
                !own.iter().any(|place| place.name == format!("Own{round}")),
                "an organisation without an admin"
            );
        }
        for answer in answers.iter().filter(|answer| answer.status == 200) {
            let Some(token) = answer.json()["access_token"].as_str().map(str::to_owned) else { continue };
            let status = with(&app, Credential::Bearer(token)).get("/api/auth/me").await.status;
            assert!(!gone || status == 401, "{}: {status}", answer.asked);
        }
    }
}

#[tokio::test]
async fn the_command_asks_first_and_says_what_was_removed() {
    let installation = Installation::new().await;
    let run = async |line: &str| installation.run(&line.split(' ').collect::<Vec<_>>(), "").await;
    run("user create --email ana@acme.test").await.code(0);
    run("org create --name Acme --admin ana@acme.test").await.code(0);
    run("user create --email bob@acme.test --org acme").await.code(0);
    let refused = run("user delete bob@acme.test").await.code(1);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    let last = run("user delete ana@acme.test --yes").await.code(1);
    assert!(last.err.contains("last admin of Acme (acme)"), "{}", last.err);
    let gone = run("user delete bob@acme.test --yes --json").await.code(0).json();
    assert_eq!((&gone["state"], &gone["organisations"]), (&json!("deleted"), &json!(["acme"])));
    let unknown = run("user delete bob@acme.test --yes").await.code(1);
    assert!(unknown.err.contains("there is no user"), "{}", unknown.err);
    let left = run("user list --json").await.code(0).json();
    assert_eq!(left.as_array().unwrap().len(), 1, "{left}");
    let id = left[0]["id"].as_str().unwrap().to_owned();
    let by_id = run(&format!("user delete {id} --yes")).await.code(1);
    assert!(by_id.err.contains("last admin"), "{}", by_id.err);
}
