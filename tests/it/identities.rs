//! Who may sign in to an account that is there already: accounts that are linked with an issuer by their address, and by
//! their owner. `issuers.rs` is about everything else that becomes of an issuer's token.

use axum::http::Method;
use chrono::TimeDelta;
use oskar::domain::identities;
use oskar::entity::{audit_event, external_identity, user};
use oskar::id::UserId;
use oskar::permission::Role;
use sea_orm::{ActiveModelTrait as _, EntityTrait, Set};
use serde_json::{Value, json};

use crate::support::{AUDIENCE, Answer, Client, Credential, FakeIssuer, Person, TestApp, TestOrganisation};

const IDENTITIES: &str = "/api/auth/identities";

/// Two issuers, both of which may speak for the addresses of Acme.
struct Scene {
    app: TestApp,
    org: TestOrganisation,
    a: FakeIssuer,
    b: FakeIssuer,
}

async fn scene(more: &[(&str, &str)]) -> Scene {
    let (a, b) = (FakeIssuer::start().await, FakeIssuer::start().await);
    let mut settings = a.settings(&[("OSKAR_ISSUERS__0__ALLOWED_DOMAINS", "acme.example")]);
    settings.extend([
        ("OSKAR_ISSUERS__1__ISSUER", b.url.as_str()),
        ("OSKAR_ISSUERS__1__AUDIENCE", AUDIENCE),
        ("OSKAR_ISSUERS__1__ALLOWED_DOMAINS", "acme.example"),
    ]);
    settings.extend(more);
    let app = TestApp::with(&settings).await;
    let org = app.organisation("Acme").await;
    Scene { app, org, a, b }
}

impl Scene {
    fn token(&self, issuer: &FakeIssuer, subject: &str, email: &str) -> String {
        issuer.token(self.app.app.now(), subject, email)
    }

    async fn identities(&self) -> Vec<(String, String, String)> {
        let all = external_identity::Entity::find().all(self.app.app.db.read()).await.unwrap();
        let mut all: Vec<_> =
            all.into_iter().map(|row| (row.issuer, row.subject, row.user_id.to_string())).collect();
        all.sort();
        all
    }

    async fn is_linked(&self, issuer: &FakeIssuer, subject: &str, person: &Person) -> bool {
        let wanted = (issuer.url.clone(), subject.to_owned(), person.user_id.clone());
        self.identities().await.contains(&wanted)
    }
}

async fn sign_in(app: &TestApp, token: &str) -> Answer {
    let client = Client::new(app.router.clone(), Credential::Bearer(token.to_owned()));
    client.call(Method::POST, "/api/auth/login", None).await
}

async fn link(client: &Client, token: &str) -> Answer {
    client.post(IDENTITIES, json!({ "issuer_token": token })).await
}

async fn unlink(client: &Client, issuer: &FakeIssuer) -> Answer {
    let query: String =
        form_urlencoded::Serializer::new(String::new()).append_pair("issuer", &issuer.url).finish();
    client.delete(&format!("{IDENTITIES}?{query}")).await
}

async fn change_user(app: &TestApp, id: &str, change: impl FnOnce(&mut user::ActiveModel)) {
    let txn = app.app.db.begin().await.unwrap();
    let row = user::Entity::find_by_id(id.parse::<UserId>().unwrap()).one(&txn).await.unwrap().unwrap();
    let mut row: user::ActiveModel = row.into();
    change(&mut row);
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
}

/// What an organisation's admin reads of links.
async fn told_to_the_organisation(org: &TestOrganisation) -> Vec<(String, String, Value)> {
    let path = format!("{}/events?limit=100", org.path);
    let page = org.admin.with_basic().get(&path).await.status(200).json();
    let events = page["data"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    events
        .filter(|event| text(&event["type"]).starts_with("identity."))
        .map(|event| (text(&event["type"]), text(&event["target"]["id"]), event["data"]["object"].clone()))
        .collect()
}

#[tokio::test]
async fn another_issuer_takes_over_nobody_whom_an_issuer_vouches_for_already() {
    let scene = scene(&[]).await;
    let Scene { app, org, a, b } = &scene;
    let admin = &org.admin.email;
    change_user(app, &org.admin.user_id, |row| row.email_verified_at = Set(Some(app.app.now()))).await;
    sign_in(app, &scene.token(a, "ana", admin)).await.status(200);
    let before = scene.identities().await;
    assert_eq!(sign_in(app, &scene.token(b, "eve", admin)).await.status(403).code(), "link_required");
    // Nor an account that only an issuer opens, which has no password.
    app.set_password_hash(&org.admin.user_id, None).await;
    assert_eq!(sign_in(app, &scene.token(b, "eve", admin)).await.status(403).code(), "link_required");
    // Nor when the issuer that it was linked with first is turned off, or taken out of the settings.
    let settings = [
        ("OSKAR_ISSUERS__0__ISSUER", b.url.as_str()),
        ("OSKAR_ISSUERS__0__AUDIENCE", AUDIENCE),
        ("OSKAR_ISSUERS__0__ALLOWED_DOMAINS", "acme.example"),
    ];
    let only_b = app.another_node_with(&settings).await;
    assert_eq!(sign_in(&only_b, &scene.token(b, "eve", admin)).await.status(403).code(), "link_required");
    assert_eq!(scene.identities().await, before);
    sign_in(app, &scene.token(a, "ana", admin)).await.status(200);
}

#[tokio::test]
async fn an_account_is_linked_by_its_address_only_where_the_operator_has_named_the_addresses() {
    let issuer = FakeIssuer::start().await;
    let create = [
        ("OSKAR_ISSUERS__0__CREATE_USERS", "true"),
        ("OSKAR_ISSUERS__0__ORGANISATION", "acme"),
        ("OSKAR_ISSUERS__0__ROLE", "viewer"),
    ];
    let app = TestApp::with(&issuer.settings(&create)).await;
    let org = app.organisation("Acme").await;
    let token = |email: &str| issuer.token(app.app.now(), email, email);
    // Everybody whom it knows may come in, but not as somebody who is here already …
    sign_in(&app, &token("new@acme.example")).await.status(200);
    let refused = sign_in(&app, &token(&org.member.email)).await.status(403);
    assert_eq!(refused.code(), "link_required");
    // … and not as somebody who has only registered with the address either: what they have goes on.
    let registered = app.register("first@acme.example", None).await;
    sign_in(&app, &token("first@acme.example")).await.status(403);
    registered.with_cookie().get("/api/auth/me").await.status(200);
    assert!(app.mails(&org.member.email).await.is_empty());
    // One address named is enough, and counts for that address alone.
    let mut named = issuer.settings(&create);
    named.push(("OSKAR_ISSUERS__0__ALLOWED_EMAILS", "member@acme.example"));
    let named = app.another_node_with(&named).await;
    let answer = sign_in(&named, &token("member@acme.example")).await.status(200);
    assert_eq!(answer.json()["user"]["id"], json!(org.member.user_id));
    assert_eq!(sign_in(&named, &token("viewer@acme.example")).await.status(403).code(), "not_allowed");
}

/// An operator has ended its link: the address, which the issuer may speak for, is the only way back besides a mail.
#[tokio::test]
async fn an_account_that_nothing_opens_is_linked_by_its_address_like_any_other() {
    let scene = scene(&[]).await;
    let Scene { app, org, a, b } = &scene;
    sign_in(app, &scene.token(a, "m", &org.member.email)).await.status(200);
    app.set_password_hash(&org.member.user_id, None).await;
    let actor = oskar::domain::journal::audit::Actor::cli();
    let write = app.app.write(&actor).await.unwrap();
    identities::unlink(&write, org.member.user_id.parse().unwrap(), &a.url).await.unwrap();
    write.commit().await.unwrap();
    let answer = sign_in(app, &scene.token(b, "m", &org.member.email)).await.status(200);
    assert_eq!(answer.json()["user"]["id"], json!(org.member.user_id));
    assert!(scene.is_linked(b, "m", &org.member).await);
}

#[tokio::test]
async fn an_operator_s_account_is_never_linked_by_its_address() {
    let scene = scene(&[]).await;
    let member = &scene.org.member;
    change_user(&scene.app, &member.user_id, |row| row.operator = Set(true)).await;
    let token = scene.token(&scene.a, "eve", &member.email);
    assert_eq!(sign_in(&scene.app, &token).await.status(403).code(), "link_required");
    // Not even one whose address was never proven: there would be an operator whom the issuer chose.
    change_user(&scene.app, &member.user_id, |row| row.email_verified_at = Set(None)).await;
    let token = scene.token(&scene.a, "eve", &member.email);
    assert_eq!(sign_in(&scene.app, &token).await.status(403).code(), "link_required");
    assert!(scene.identities().await.is_empty());
    member.with_cookie().get("/api/auth/me").await.status(200);
}

#[tokio::test]
async fn no_account_is_linked_in_silence() {
    let scene = scene(&[]).await;
    let Scene { app, org, a, b } = &scene;
    let other = app.organisation("Other").await;
    let actor = oskar::domain::journal::audit::Actor::cli();
    let write = app.app.write(&actor).await.unwrap();
    let member = org.member.user_id.parse().unwrap();
    oskar::domain::organisation::members::add(&write, other.id.parse().unwrap(), member, Role::Viewer)
        .await
        .unwrap();
    write.commit().await.unwrap();
    // By the address, …
    sign_in(app, &scene.token(a, "m", "member@acme.example")).await.status(200);
    // … by the owner, …
    link(&org.member.with_cookie(), &scene.token(b, "m-at-b", "member@acme.example")).await.status(201);
    unlink(&org.member.with_cookie(), b).await.status(204);
    // … and at the command line.
    let write = app.app.write(&actor).await.unwrap();
    identities::link(&write, &b.url, "m-at-b", member).await.unwrap();
    write.commit().await.unwrap();
    let linked = "A new way to sign in to your account";
    let unlinked = "A way to sign in to your account was removed";
    let mut subjects = app.subjects("member@acme.example").await;
    subjects.sort();
    assert_eq!(subjects, [linked, linked, linked, unlinked]);
    let mails = app.mails("member@acme.example").await;
    assert!(mails.iter().any(|mail| mail.letter.text().unwrap().contains(&a.url)));
    for place in [org, &other] {
        let target = || org.member.user_id.clone();
        let mut told = told_to_the_organisation(place).await;
        told.sort_by_key(|(action, _, data)| (action.clone(), data.to_string()));
        let mut expected = vec![
            ("identity.linked".to_owned(), target(), json!({ "issuer": a.url, "subject": null })),
            ("identity.linked".to_owned(), target(), json!({ "issuer": b.url, "subject": null })),
            ("identity.linked".to_owned(), target(), json!({ "issuer": b.url, "subject": null })),
            ("identity.unlinked".to_owned(), target(), json!({ "issuer": b.url, "sessions_ended": null })),
        ];
        expected.sort_by_key(|(action, _, data)| (action.clone(), data.to_string()));
        assert_eq!(told, expected, "{}", place.slug);
    }
}

#[tokio::test]
async fn the_owner_links_another_issuer_and_signs_in_by_it() {
    let scene = scene(&[]).await;
    let Scene { app, org, a, b } = &scene;
    let member = org.member.with_cookie();
    assert_eq!(member.get(IDENTITIES).await.status(200).json(), json!({ "data": [], "next_cursor": null }));
    let token = scene.token(a, "m", "member@acme.example");
    let made = link(&member, &token).await.status(201).json();
    assert_eq!((&made["issuer"], &made["subject"]), (&json!(a.url), &json!("m")));
    assert_eq!(member.get(IDENTITIES).await.status(200).json()["data"], json!([made]));
    // The token is used up, here as at the sign-in.
    assert_eq!(link(&member, &token).await.status(401).code(), "issuer_token_used");
    assert_eq!(sign_in(app, &token).await.status(401).code(), "issuer_token_used");
    // Once more changes nothing, and another subject of the issuer is somebody else.
    link(&member, &scene.token(a, "m", "member@acme.example")).await.status(201);
    let second = link(&member, &scene.token(a, "n", "member@acme.example")).await.status(403);
    assert_eq!(second.code(), "linked_to_another");
    let foreign =
        link(&org.viewer.with_bearer(), &scene.token(a, "m", "viewer@acme.example")).await.status(403);
    assert_eq!(foreign.code(), "linked_to_another");
    // A second issuer, by Basic, although the first one is there: the owner says so.
    link(&org.member.with_basic(), &scene.token(b, "m-at-b", "member@acme.example")).await.status(201);
    for (issuer, subject) in [(a, "m"), (b, "m-at-b")] {
        let answer = sign_in(app, &scene.token(issuer, subject, "member@acme.example")).await.status(200);
        assert_eq!(answer.json()["user"]["id"], json!(org.member.user_id));
    }
    assert_eq!(app.subjects("member@acme.example").await.len(), 2, "one mail for each link");
    assert_eq!(scene.identities().await.len(), 2);
}

#[tokio::test]
async fn a_link_needs_a_good_token_of_a_user_who_may_come_in_and_an_owner_whose_address_is_proven() {
    let scene = scene(&[]).await;
    let Scene { app, org, a, .. } = &scene;
    let member = org.member.with_cookie();
    assert_eq!(link(&member, "ey.ey.ey").await.status(401).code(), "invalid_issuer_token");
    assert_eq!(member.post(IDENTITIES, json!({})).await.status(422).pointer(), "/issuer_token");
    let elsewhere = scene.token(a, "m", "member@elsewhere.example");
    assert_eq!(link(&member, &elsewhere).await.status(403).code(), "not_allowed");
    // What was refused is not used up.
    assert_eq!(link(&member, &elsewhere).await.status(403).code(), "not_allowed");
    let key = org.key("live", "admin", None).await;
    let token = scene.token(a, "m", "member@acme.example");
    assert_eq!(link(&key.with_bearer(), &token).await.status(403).code(), "user_required");
    assert_eq!(link(&app.anonymous(), &token).await.status(401).code(), "unauthenticated");
    // Whoever registers with somebody's address leaves no way in of their own behind.
    let registered = app.register("victim@acme.example", None).await;
    let own = scene.token(a, "attacker", "attacker@acme.example");
    assert_eq!(link(&registered.with_cookie(), &own).await.status(403).code(), "email_unverified");
    assert!(scene.identities().await.is_empty());
    link(&member, &token).await.status(201);
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let scene = scene(&[]).await;
    let Scene { app, org, a, b } = &scene;
    let answer = sign_in(app, &scene.token(a, "m", "member@acme.example")).await.status(200);
    let through = Person::new(app, &answer);
    let member = org.member.with_cookie();
    link(&member, &scene.token(b, "m", "member@acme.example")).await.status(201);
    app.set_password_hash(&org.member.user_id, None).await;
    // The other one is turned off: it is no way in.
    let mut settings = a.settings(&[("OSKAR_ISSUERS__1__ENABLED", "false")]);
    settings.extend([("OSKAR_ISSUERS__1__ISSUER", b.url.as_str()), ("OSKAR_ISSUERS__1__AUDIENCE", AUDIENCE)]);
    let off = app.another_node_with(&settings).await;
    let there = Client::new(off.router.clone(), Credential::Cookie(org.member.cookie.clone()));
    assert_eq!(unlink(&there, a).await.status(409).code(), "last_way_in");
    // With both on, one of them may go, and with it the sessions that began there.
    through.with_cookie().get("/api/auth/me").await.status(200);
    unlink(&member, a).await.status(204);
    through.with_cookie().get("/api/auth/me").await.status(401);
    member.get("/api/auth/me").await.status(200);
    unlink(&member, a).await.status(204);
    assert_eq!(unlink(&member, b).await.status(409).code(), "last_way_in");
    assert_eq!(member.delete(IDENTITIES).await.status(422).pointer(), "/issuer");
    // It is nobody else's to take away.
    assert_eq!(unlink(&org.admin.with_cookie(), b).await.status(404).code(), "not_found");
    assert!(scene.is_linked(b, "m", &org.member).await);
    let hash = app.hash(crate::support::PASSWORD).await;
    app.set_password_hash(&org.member.user_id, Some(&hash)).await;
    unlink(&member, b).await.status(204);
    assert!(scene.identities().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_issuers_that_claim_an_account_at_once_one_gets_it() {
    for _ in 0..3 {
        let scene = scene(&[]).await;
        let other_node = scene.app.another_node().await;
        let attempts = (0..12).map(|number| {
            let node = if number % 2 == 0 { &scene.app } else { &other_node };
            let issuer = if number % 4 < 2 { &scene.a } else { &scene.b };
            let token = scene.token(issuer, "m", "member@acme.example");
            async move { (issuer.url.clone(), sign_in(node, &token).await) }
        });
        let answers = futures_util::future::join_all(attempts).await;
        let identities = scene.identities().await;
        let [(winner, _, _)] = &identities[..] else { panic!("{identities:?}") };
        for (issuer, answer) in answers {
            if issuer == *winner {
                answer.status(200);
            } else {
                assert_eq!(answer.status(403).code(), "link_required");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_ways_in_that_are_taken_away_at_once_one_stays() {
    for _ in 0..3 {
        let scene = scene(&[]).await;
        let Scene { app, org, a, b } = &scene;
        let member = org.member.with_cookie();
        link(&member, &scene.token(a, "m", "member@acme.example")).await.status(201);
        link(&member, &scene.token(b, "m", "member@acme.example")).await.status(201);
        app.set_password_hash(&org.member.user_id, None).await;
        let node = app.another_node().await;
        let there = Client::new(node.router.clone(), Credential::Cookie(org.member.cookie.clone()));
        let (one, other) = futures_util::future::join(unlink(&member, a), unlink(&there, b)).await;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
        assert_eq!(scene.identities().await.len(), 1);
    }
}

/// Addresses change hands; what was linked stays whose it was.
#[tokio::test]
async fn renamed_addresses_lead_to_nobody_else_s_account() {
    let scene = scene(&[]).await;
    let Scene { app, org, a, b } = &scene;
    sign_in(app, &scene.token(a, "m", "member@acme.example")).await.status(200);
    sign_in(app, &scene.token(b, "v", "viewer@acme.example")).await.status(200);
    // At the issuers the two have exchanged their addresses.
    for (issuer, subject, email, person) in
        [(a, "m", "viewer@acme.example", &org.member), (b, "v", "member@acme.example", &org.viewer)]
    {
        let answer = sign_in(app, &scene.token(issuer, subject, email)).await.status(200);
        assert_eq!(answer.json()["user"]["id"], json!(person.user_id));
    }
    // A newcomer over there who was given the address of one of them is neither.
    let newcomer = sign_in(app, &scene.token(a, "new", "member@acme.example")).await.status(403);
    assert_eq!(newcomer.code(), "linked_to_another");
    let newcomer = sign_in(app, &scene.token(a, "new", "viewer@acme.example")).await.status(403);
    assert_eq!(newcomer.code(), "link_required");
    // Here the member takes another address: the old one leads nowhere, the new one is not the issuer's to give.
    change_user(app, &org.member.user_id, |row| {
        row.email = Set("renamed@acme.example".to_owned());
        row.email_normalised = Set("renamed@acme.example".to_owned());
    })
    .await;
    let nobody = sign_in(app, &scene.token(b, "new", "member@acme.example")).await.status(403);
    assert_eq!(nobody.code(), "no_account");
    let renamed = sign_in(app, &scene.token(b, "new", "renamed@acme.example")).await.status(403);
    assert_eq!(renamed.code(), "link_required");
    assert_eq!(scene.identities().await.len(), 2);
}

#[tokio::test]
async fn linking_and_unlinking_ask_for_a_recent_proof_and_are_written_down() {
    let scene = scene(&[]).await;
    let Scene { app, org, a, .. } = &scene;
    app.advance(TimeDelta::minutes(10));
    let member = org.member.with_cookie();
    let token = scene.token(a, "m", "member@acme.example");
    assert_eq!(link(&member, &token).await.status(401).code(), "insufficient_user_authentication");
    assert_eq!(unlink(&member, a).await.status(401).code(), "insufficient_user_authentication");
    member.get(IDENTITIES).await.status(200);
    let member = app.sign_in("member@acme.example").await.with_cookie();
    link(&member, &token).await.status(201);
    let events = audit_event::Entity::find().all(app.app.db.read()).await.unwrap();
    let linked: Vec<_> = events.iter().filter(|event| event.action == "identity.linked").collect();
    assert_eq!(linked.len(), 2, "one for the account, one for its organisation");
    assert!(linked.iter().all(|event| event.actor_id.as_ref() == Some(&org.member.user_id)));
    // The organisation is not told who the user is elsewhere.
    let subject = |event: &&&audit_event::Model| event.data["object"]["subject"] == json!("m");
    assert_eq!(linked.iter().filter(subject).filter(|event| event.organisation_id.is_none()).count(), 1);
    assert_eq!(linked.iter().filter(subject).count(), 1);
}
