//! What may be given by an invitation is decided when it is accepted, by what the one who answers for it may do then; and all
//! admins learn of a new one, whichever way it came.

use axum::http::Method;
use chrono::TimeDelta;
use oskar::domain::account::disabling;
use oskar::domain::journal::audit::Actor;
use serde_json::{Value, json};

use crate::mail_pages::{look, submit};
use crate::process::Installation;
use crate::support::{Answer, FakeIssuer, PASSWORD, TestApp, TestOrganisation};

const BOB: &str = "bob@new.example";

/// Acme with a second admin, who invites Bob as an admin.
async fn scene() -> (TestApp, TestOrganisation, String) {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    role(&org, "admin").await;
    let body = json!({ "emails": [BOB], "role": "admin" });
    let made = org.member.with_cookie().post(&format!("{}/invitations", org.path), body).await.status(201);
    let id = made.json()["data"][0]["id"].as_str().unwrap().to_owned();
    (app, org, id)
}

fn member(org: &TestOrganisation) -> String {
    format!("{}/members/{}", org.path, org.member.user_id)
}

async fn role(org: &TestOrganisation, role: &str) {
    org.admin.with_cookie().patch(&member(org), json!({ "role": role })).await.status(200);
}

async fn accept(app: &TestApp, token: &str) -> Answer {
    app.anonymous()
        .post("/api/invitations/accept", json!({ "invitation": token, "password": PASSWORD }))
        .await
}

async fn state(org: &TestOrganisation) -> Value {
    let listed = org.admin.with_cookie().get(&format!("{}/invitations", org.path)).await.status(200).json();
    listed["data"][0]["state"].clone()
}

/// Whatever became of the inviter, the invitation waits for somebody who answers for it.
async fn is_unconfirmed(app: &TestApp, org: &TestOrganisation, token: &str) {
    assert_eq!(accept(app, token).await.status(409).code(), "invitation_unconfirmed");
    let register = json!({ "email": BOB, "password": PASSWORD, "invitation": token });
    let answer = app.anonymous().post("/api/auth/register", register).await.status(409);
    assert_eq!(answer.code(), "invitation_unconfirmed");
    let link = format!("/invite#{token}");
    for answer in [look(app, &link).await, submit(app, &link, &[]).await] {
        assert!(answer.clone().status(409).text().contains("send it again"), "{}", answer.text());
    }
    assert_eq!(state(org).await, "unconfirmed");
    let nobody = json!({ "email": BOB, "password": PASSWORD });
    app.anonymous().post("/api/auth/login", nobody).await.status(401);
}

#[tokio::test]
async fn an_invitation_ends_with_its_inviter_s_right_and_another_admin_confirms_it() {
    for what in ["removed", "demoted", "disabled"] {
        let (app, org, id) = scene().await;
        let token = app.mailed_secret(BOB).await;
        assert_eq!(state(&org).await, "open");
        match what {
            "removed" => {
                org.admin.with_cookie().delete(&member(&org)).await.status(204);
            }
            "demoted" => role(&org, "member").await,
            _ => {
                let actor = Actor::cli();
                let write = app.app.write(&actor).await.unwrap();
                disabling::disable(&write, org.member.user_id.parse().unwrap()).await.unwrap();
                write.commit().await.unwrap();
            }
        }
        is_unconfirmed(&app, &org, &token).await;

        app.advance(TimeDelta::minutes(6));
        let resend = format!("{}/invitations/{id}/resend", org.path);
        let sent = org.admin.with_cookie().post(&resend, json!({})).await.status(200).json();
        assert_eq!(
            (&sent["state"], &sent["invited_by"]),
            (&json!("open"), &json!(org.admin.user_id)),
            "{what}"
        );
        let events = format!("{}/events?type=invitation.resent", org.path);
        let events = org.admin.with_cookie().get(&events).await.status(200).json();
        let answers = json!({
            "object": { "invited_by": org.admin.user_id }, "previous": { "invited_by": org.member.user_id }
        });
        assert_eq!(events["data"][0]["data"], answers);
        // The link from before is dead, the new one works.
        let fresh = app.mailed_secret(BOB).await;
        assert_eq!(accept(&app, &token).await.status(410).code(), "link_invalid");
        assert_eq!(accept(&app, &fresh).await.status(200).json()["role"], "admin");
        // What was accepted once stays so, whoever goes.
        app.sign_in(BOB).await.with_cookie().get(&org.path).await.status(200);
    }
}

#[tokio::test]
async fn it_counts_again_when_the_inviter_may_again() {
    let (app, org, _) = scene().await;
    let token = app.mailed_secret(BOB).await;
    role(&org, "viewer").await;
    assert_eq!(accept(&app, &token).await.status(409).code(), "invitation_unconfirmed");
    role(&org, "admin").await;
    accept(&app, &token).await.status(200);
    // Once more by the same user, after the inviter is gone, changes nothing.
    org.admin.with_cookie().delete(&member(&org)).await.status(204);
    let bob = app.sign_in(BOB).await;
    bob.with_cookie().post("/api/invitations/accept", json!({ "invitation": token })).await.status(200);
}

#[tokio::test]
async fn no_mail_goes_out_in_the_name_of_somebody_who_may_not_invite_any_more() {
    let (app, org, _) = scene().await;
    role(&org, "member").await;
    assert_eq!(app.subjects(BOB).await, Vec::<String>::new());
    let listed = org.admin.with_cookie().get(&format!("{}/invitations", org.path)).await.status(200).json();
    assert_eq!(
        (&listed["data"][0]["state"], &listed["data"][0]["delivery"]),
        (&json!("unconfirmed"), &json!("dropped"))
    );
}

#[tokio::test]
async fn whoever_may_not_invite_confirms_nothing() {
    let (app, org, id) = scene().await;
    role(&org, "member").await;
    let resend = format!("{}/invitations/{id}/resend", org.path);
    for client in [org.member.with_cookie(), org.viewer.with_cookie()] {
        client.post(&resend, json!({})).await.status(403);
    }
    let other = app.organisation("Foreign").await;
    other.admin.with_cookie().post(&resend, json!({})).await.status(404);
    assert_eq!(state(&org).await, "unconfirmed");
}

/// How many mails tell somebody of a new admin.
async fn told(app: &TestApp, to: &str) -> usize {
    app.subjects(to).await.iter().filter(|subject| *subject == "New admin of “Acme”").count()
}

#[tokio::test]
async fn all_admins_are_told_of_a_new_one() {
    let issuer = FakeIssuer::start().await;
    let settings = issuer.settings(&[
        ("OSKAR_ISSUERS__0__CREATE_USERS", "true"),
        ("OSKAR_ISSUERS__0__ORGANISATION", "acme"),
        ("OSKAR_ISSUERS__0__ROLE", "admin"),
    ]);
    let app = TestApp::with(&settings).await;
    let org = app.organisation("Acme").await;
    assert_eq!(told(&app, &org.admin.email).await, 0, "the first admin is told of nobody");
    // By a change of role.
    role(&org, "admin").await;
    assert_eq!((told(&app, &org.admin.email).await, told(&app, &org.member.email).await), (1, 0));
    let mail = &app.mails(&org.admin.email).await[0];
    assert!(mail.letter.text().unwrap().contains("“member (member"), "{}", mail.letter.text().unwrap());
    // By an invitation.
    let body = json!({ "emails": [BOB], "role": "admin" });
    org.admin.with_cookie().post(&format!("{}/invitations", org.path), body).await.status(201);
    accept(&app, &app.mailed_secret(BOB).await).await.status(200);
    // By an issuer.
    let token = issuer.token(app.app.now(), "cleo", "cleo@acme.example");
    let client = crate::support::Client::new(app.router.clone(), crate::support::Credential::Bearer(token));
    client.call(Method::POST, "/api/auth/login", None).await.status(200);
    // By somebody who adds an account to the organisation, as the command line does.
    app.create_user("dan@acme.example", &org.id, oskar::permission::Role::Admin).await;
    app.create_user("eve@acme.example", &org.id, oskar::permission::Role::Member).await;
    for (email, expected) in [
        (org.admin.email.as_str(), 4),
        (&org.member.email, 3),
        (BOB, 2),
        ("cleo@acme.example", 1),
        ("dan@acme.example", 0),
        (&org.viewer.email, 0),
        ("eve@acme.example", 0),
    ] {
        assert_eq!(told(&app, email).await, expected, "{email}");
    }
    // A disabled admin who is let in again is one more.
    let actor = Actor::cli();
    let write = app.app.write(&actor).await.unwrap();
    disabling::disable(&write, org.member.user_id.parse().unwrap()).await.unwrap();
    for _ in 0..2 {
        disabling::enable(&write, org.member.user_id.parse().unwrap()).await.unwrap();
    }
    write.commit().await.unwrap();
    assert_eq!(told(&app, &org.admin.email).await, 5);
}

#[tokio::test]
async fn all_admins_are_told_of_imported_ones_in_one_mail() {
    let installation = Installation::new().await;
    let setup = ["setup", "--email", "admin@acme.test", "--org", "Acme", "--password-stdin"];
    installation.run(&setup, &format!("{PASSWORD}\n")).await.code(0);
    let hash = crate::imported_hashes::BCRYPT;
    let line = |number: usize, role: &str| {
        let email = format!("{role}{number}@acme.test");
        format!(
            "{}\n",
            json!({ "email": email, "password_hash": hash, "organisation": "acme", "role": role })
        )
    };
    let lines: String = (0..12).map(|number| line(number, "admin")).collect();
    let file = installation.data.path().join("users.jsonl");
    std::fs::write(&file, lines + &line(0, "viewer")).unwrap();
    installation.run(&["user", "import", file.to_str().unwrap()], "").await.code(0);
    let listed = installation.run(&["mail", "list", "--json"], "").await.code(0).json();
    let mails: Vec<_> =
        listed.as_array().unwrap().iter().filter(|mail| mail["kind"] == "new_admin").collect();
    assert_eq!(mails.len(), 1, "{listed}");
    assert_eq!(mails[0]["recipient"], "admin@acme.test");
}
