//! The way of a mail: written down with what it tells of, sent once, tried again, given up; and what it says.

use chrono::TimeDelta;
use oskar::domain::NoEvent;
use oskar::domain::journal::audit::Actor;
use oskar::domain::journal::delivery as deliveries;
use oskar::domain::journal::mail::{self as rules, Mail, MailKind};
use oskar::entity::delivery::{self, Channel, DeliveryState};
use oskar::entity::mail;
use oskar::id::{InvitationId, MailId, UserId};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, Set};
use serde_json::json;

use crate::process::Installation;
use crate::support::{PASSWORD, SECRET_KEY, TestApp};

const ANA: &str = "ana@acme.example";
/// Nobody listens there.
const NOBODY: (&str, &str) = ("OSKAR_MAIL__SMTP_URL", "smtp://127.0.0.1:1");

async fn rows(app: &TestApp) -> Vec<(mail::Model, delivery::Model)> {
    mail::Entity::find().find_both_related(delivery::Entity).all(app.app.db.read()).await.unwrap()
}

async fn forgot(app: &TestApp) {
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": ANA })).await.status(202);
}

/// Ana has a link to choose a password coming; her first mail is out already.
async fn with_a_mail_to_send() -> TestApp {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    app.deliver().await;
    forgot(&app).await;
    app
}

/// The delivery of that mail.
async fn waiting(app: &TestApp) -> delivery::Model {
    let kind = MailKind::ResetPassword.as_str();
    rows(app).await.into_iter().find(|(mail, _)| mail.kind == kind).unwrap().1
}

#[tokio::test]
async fn a_mail_is_tried_ever_more_rarely_for_a_day_and_then_given_up_for_people_to_see() {
    let app = with_a_mail_to_send().await;
    let node = app.another_node_with(&[NOBODY]).await;
    let written = waiting(&app).await.created_at;
    let mut waits = Vec::new();
    loop {
        assert!(waits.len() < 100, "{waits:?}");
        node.deliver().await;
        let mail = waiting(&app).await;
        assert!(mail.last_error.is_some());
        if mail.state == DeliveryState::Dead {
            break;
        }
        assert_eq!(node.deliver().await, 0, "not before its time");
        let wait = mail.due_at - app.app.now();
        waits.push(wait.num_seconds());
        app.advance(wait);
    }
    assert_eq!(app.app.now() - written, TimeDelta::hours(24), "the last attempt is a day after the first");
    for (number, wait) in waits[..waits.len() - 1].iter().enumerate() {
        let least = 30 << number.min(8);
        assert!((least..=least + least / 4).contains(wait), "attempt {number}: {wait} s");
    }
    let (first, rest) = (waits.len() + 1, waiting(&app).await);
    assert_eq!(usize::try_from(rest.attempts).unwrap(), first);
    app.advance(TimeDelta::days(1));
    assert_eq!(app.deliver().await, 0, "dead is dead");
}

#[tokio::test]
async fn two_nodes_at_once_send_each_mail_once() {
    let app = TestApp::with(&[("OSKAR_LIMITS__INVITATIONS", "0")]).await;
    let org = app.organisation("Acme").await;
    let emails: Vec<_> = (0..15).map(|number| format!("n{number}@new.example")).collect();
    let body = json!({ "emails": emails, "role": "viewer" });
    org.admin.with_cookie().post(&format!("{}/invitations", org.path), body).await.status(201);
    let other = app.another_node().await;
    let ticks: Vec<_> = [app.app.clone(), other.app.clone(), app.app.clone(), other.app.clone()]
        .into_iter()
        .map(|app| tokio::spawn(async move { oskar::worker::mail::tick(&app).await }))
        .collect();
    for tick in ticks {
        tick.await.unwrap().unwrap();
    }
    let mut sent: Vec<_> = [&app, &other].iter().flat_map(|node| node.app.mailer.captured()).collect();
    sent.retain(|mail| mail.to.starts_with('n'));
    let mut to: Vec<_> = sent.iter().map(|mail| mail.to.clone()).collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), sent.len()), (15, 15));
    assert!(rows(&app).await.iter().all(|(_, row)| row.state == DeliveryState::Sent && row.attempts == 1));
}

/// A node claims a mail and dies before it has sent it.
#[tokio::test]
async fn a_crash_between_claim_and_sending_loses_no_mail() {
    let app = with_a_mail_to_send().await;
    let mail = waiting(&app).await;
    let actor = Actor::system();
    let write = app.app.write(&actor).await.unwrap();
    assert!(deliveries::claim(&write, &mail).await.unwrap().is_some());
    assert!(deliveries::claim(&write, &mail).await.unwrap().is_none(), "of two one gets it");
    write.commit().await.unwrap();

    let other = app.another_node().await;
    app.advance(TimeDelta::seconds(59));
    assert_eq!(other.deliver().await, 0, "the attempt may be under way");
    app.advance(TimeDelta::seconds(2));
    assert_eq!(other.mails(ANA).await.len(), 1);
    assert_eq!(waiting(&app).await.state, DeliveryState::Sent);
}

/// A node sends a mail and dies before it has written that down: the other one's link is the one that works.
#[tokio::test]
async fn a_crash_between_sending_and_noting_sends_one_duplicate_whose_link_replaces_the_first() {
    let app = with_a_mail_to_send().await;
    let first = app.mailed_secret(ANA).await;
    let mail = waiting(&app).await;
    let crashed = delivery::ActiveModel {
        id: Set(mail.id),
        state: Set(DeliveryState::Pending),
        finished_at: Set(None),
        ..Default::default()
    };
    let txn = app.app.db.begin().await.unwrap();
    delivery::Entity::update(crashed).exec(&txn).await.unwrap();
    txn.commit().await.unwrap();

    let other = app.another_node().await;
    app.advance(TimeDelta::seconds(61));
    let second = other.mailed_secret(ANA).await;
    app.advance(TimeDelta::seconds(61));
    assert_eq!(app.deliver().await + other.deliver().await, 0);
    assert_eq!(other.mails(ANA).await.len(), 1);
    for (token, status) in [(first, 410), (second, 204)] {
        let body = json!({ "link_secret": token, "password": "a new password for Ana" });
        app.anonymous().post("/api/auth/reset-password", body).await.status(status);
    }
}

/// A node that was slow must not undo what the one that took over has done.
#[tokio::test]
async fn a_late_failure_does_not_send_again_what_another_node_has_sent() {
    let app = with_a_mail_to_send().await;
    let mail = waiting(&app).await;
    let actor = Actor::system();
    let write = app.app.write(&actor).await.unwrap();
    let claimed = deliveries::claim(&write, &mail).await.unwrap().unwrap();
    write.commit().await.unwrap();
    app.advance(TimeDelta::seconds(61));
    app.deliver().await;
    let write = app.app.write(&actor).await.unwrap();
    deliveries::retry_later(&write, claimed, "too slow").await.unwrap();
    deliveries::give_up(&write, claimed, "too slow").await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(waiting(&app).await.state, DeliveryState::Sent);
}

#[tokio::test]
async fn one_that_cannot_be_sent_does_not_hold_up_the_others() {
    let app = TestApp::start().await;
    let actor = Actor::system();
    let write = app.app.write(&actor).await.unwrap();
    let user_id = UserId::generate();
    for number in 0..25 {
        let email = format!("n{number}@new.example");
        let mail = Mail::ConfirmNewEmail { user_id, email: email.clone(), asked_with: String::new() };
        rules::enqueue(&write, &email, mail).await.unwrap();
    }
    write.commit().await.unwrap();
    app.advance(TimeDelta::seconds(1));
    app.register(ANA, None).await;
    app.deliver().await;
    assert_eq!(app.mails(ANA).await.len(), 1);
}

#[tokio::test]
async fn every_mail_is_read_as_it_was_written() {
    let app = TestApp::start().await;
    let text = |text: &str| text.to_owned();
    let mails = [
        Mail::VerifyEmail,
        Mail::Registration { made: None },
        Mail::Registration { made: Some(UserId::generate()) },
        Mail::SignInFailed { right: true },
        Mail::ResetPassword,
        Mail::ChoosePassword { first: true },
        Mail::ConfirmNewEmail { user_id: UserId::generate(), email: text(ANA), asked_with: text("x") },
        Mail::EmailChanged { new: text(ANA) },
        Mail::Invitation { invitation_id: InvitationId::generate() },
        Mail::NewDevice { device: text("Firefox"), address: text("192.0.2.1"), time: text("now") },
        Mail::PasswordChanged,
        Mail::UsernameChanged { username: None },
        Mail::PasswordGuesses,
        Mail::KeyCreated { actor: text("Ana"), key: text("CI"), organisation: text("Acme") },
        Mail::RefreshTheft { device: text("Firefox") },
        Mail::RaisedToAdmin { organisation: text("Acme") },
        Mail::NewAdmin { members: vec![text("Bob")], organisation: text("Acme") },
        Mail::KeysLeftBehind { member: text("Bob"), organisation: text("Acme"), keys: vec![text("CI")] },
        Mail::IdentityLinked { issuer: text("https://login.example") },
        Mail::IdentityUnlinked { issuer: text("https://login.example") },
        Mail::AccountDeleted,
    ];
    let actor = Actor::system();
    let write = app.app.write(&actor).await.unwrap();
    for mail in &mails {
        rules::enqueue(&write, ANA, mail.clone()).await.unwrap();
    }
    write.commit().await.unwrap();
    let mut rows = rows(&app).await;
    rows.sort_by_key(|(row, _)| row.id);
    let read: Vec<_> = rows.iter().map(|(row, _)| Mail::try_from(row).unwrap()).collect();
    assert_eq!(read, mails);
}

/// What another version of Oskar has written: a kind that is unknown here, and a word that is missing.
#[tokio::test]
async fn a_mail_that_cannot_be_read_is_not_sent_and_an_operator_sees_why() {
    let app = TestApp::with_real_time(&[]).await;
    let actor = Actor::system();
    let write = app.app.write(&actor).await.unwrap();
    let missing = json!({ "actor": "Ana", "organisation": "Acme" });
    for (kind, data) in [("of_the_future", json!({})), ("key_created", missing)] {
        let id = MailId::generate();
        deliveries::enqueue(&write, Channel::Mail, id.into()).await.unwrap();
        let row = mail::ActiveModel {
            id: Set(id),
            kind: Set(kind.to_owned()),
            recipient: Set(ANA.to_owned()),
            data: Set(data),
            requested_from: Set(None),
            organisation_id: Set(None),
            created_at: Set(write.now),
        };
        row.insert(&write.without_event(NoEvent::Deliveries)).await.unwrap();
    }
    rules::enqueue(&write, ANA, Mail::PasswordChanged).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(app.subjects(ANA).await, ["Your password was changed"], "the others go out");

    let installation = Installation::of(&app);
    let secret = [("OSKAR_SECRET_KEY", SECRET_KEY)];
    let listed = installation.run_with(&["mail", "list", "--json"], &secret).await.code(0).json();
    for (place, why) in [(1, "missing field `key`"), (2, "unknown variant `of_the_future`")] {
        let (state, error) = (&listed[place]["state"], listed[place]["last_error"].as_str().unwrap());
        assert_eq!(state, "dead", "{listed}");
        assert!(
            error.contains("this version of Oskar cannot read the mail") && error.contains(why),
            "{error}"
        );
    }
}

#[tokio::test]
async fn what_was_rolled_back_sends_no_mail() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let body = json!({ "emails": ["a@new.example", "member@acme.example"], "role": "viewer" });
    org.admin.with_cookie().post(&format!("{}/invitations", org.path), body).await.status(409);
    assert!(app.mails("a@new.example").await.is_empty());
}

#[tokio::test]
async fn no_secret_is_in_the_rows_of_mails() {
    let app = with_a_mail_to_send().await;
    let token = app.mailed_secret(ANA).await;
    let all = format!("{:?}", rows(&app).await);
    assert!(!all.contains(&token) && !all.contains("osp_"), "{all}");
}

#[tokio::test]
async fn dead_mails_are_listed_and_revived_by_command() {
    let installation = Installation::new().await;
    let folder = installation.data.path().join("mails");
    let run = async |line: &str| installation.run(&line.split(' ').collect::<Vec<_>>(), "").await;
    let user = format!("user create --email {ANA} --password-stdin --keep");
    installation.run(&user.split(' ').collect::<Vec<_>>(), &format!("{PASSWORD}\n")).await.code(0);
    assert_eq!(run("mail list --json").await.code(0).json(), json!([]));
    installation
        .run(&["user", "reset-password", ANA, "--password-stdin", "--keep"], &format!("{PASSWORD}\n"))
        .await
        .code(0);
    let listed = run("mail list --json").await.code(0).json();
    assert_eq!((&listed[0]["kind"], &listed[0]["state"]), (&json!("password_changed"), &json!("pending")));
    let id = listed[0]["id"].as_str().unwrap();
    assert!(id.starts_with("mail_"), "{id}");
    let alive = run(&format!("mail retry {id}")).await.code(1);
    assert!(alive.err.contains("is not dead"), "{}", alive.err);

    // As a permanent refusal leaves it.
    let database = installation.open().await;
    let mail = delivery::Entity::find().one(database.db.read()).await.unwrap().unwrap();
    let actor = Actor::system();
    let write = database.write(&actor).await.unwrap();
    let attempt = deliveries::claim(&write, &mail).await.unwrap().unwrap();
    deliveries::give_up(&write, attempt, "550 no such mailbox").await.unwrap();
    write.commit().await.unwrap();
    let listed = run("mail list").await.code(0);
    assert!(listed.out.contains("dead") && listed.out.contains("550 no such mailbox"), "{}", listed.out);
    assert_eq!(run("mail retry --json").await.code(0).json(), json!({ "revived": 1 }));
    assert_eq!(run("mail list --json").await.code(0).json()[0]["state"], "pending");

    let nowhere = run(&format!("mail test {ANA}")).await.code(1);
    assert!(nowhere.err.contains("no mail server is configured"), "{}", nowhere.err);
    let mut test = installation.command(&["mail", "test", ANA]);
    test.env("OSKAR_MAIL__FOLDER", &folder);
    crate::process::run(test, "").await.code(0);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}
