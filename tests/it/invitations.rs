//! Invitations: from the admin's side, and from the side of whoever is invited.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestApp, TestOrganisation};

const BOB: &str = "bob@new.example";

async fn invite(org: &TestOrganisation, emails: &[&str], role: &str) -> Answer {
    let body = json!({ "emails": emails, "role": role });
    org.admin.with_cookie().post(&format!("{}/invitations", org.path), body).await
}

/// Invites Bob; the invitation's id and the secret of its link.
async fn invite_bob(app: &TestApp, org: &TestOrganisation) -> (String, String) {
    let made = invite(org, &[BOB], "member").await.status(201).json();
    (made["data"][0]["id"].as_str().unwrap().to_owned(), app.mailed_secret(BOB).await)
}

async fn accept(app: &TestApp, token: &str, password: Option<&str>) -> Answer {
    let mut body = json!({ "invitation": token });
    if let Some(password) = password {
        body["password"] = json!(password);
    }
    app.anonymous().post("/api/invitations/accept", body).await
}

async fn list(org: &TestOrganisation) -> Vec<Value> {
    let listed = org.admin.with_cookie().get(&format!("{}/invitations", org.path)).await.status(200);
    listed.json()["data"].as_array().unwrap().clone()
}

async fn member_count(org: &TestOrganisation) -> usize {
    let listed = org.admin.with_cookie().get(&format!("{}/members?limit=100", org.path)).await.status(200);
    listed.json()["data"].as_array().unwrap().len()
}

#[tokio::test]
async fn whoever_has_no_account_joins_by_the_link_and_is_signed_in() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (_, token) = invite_bob(&app, &org).await;
    assert!(token.starts_with("osi_"), "{token}");
    assert_eq!(accept(&app, &token, None).await.status(422).pointer(), "/password");
    assert_eq!(accept(&app, &token, Some("short")).await.status(422).pointer(), "/password");
    let joined = accept(&app, &token, Some(PASSWORD)).await.status(200);
    assert!(joined.set_cookie().starts_with("oskar_session=oss_"));
    let joined = joined.json();
    assert_eq!((&joined["role"], &joined["organisation"]["slug"]), (&json!("member"), &json!("acme")));
    let bob = app.sign_in(BOB).await;
    bob.with_bearer().get(&org.path).await.status(200);
    assert_eq!(list(&org).await[0]["state"], "accepted");
    // The mailbox is proven: with required verification they get in, too.
    let strict = app.another_node_with(&[("OSKAR_VERIFY_EMAIL", "required")]).await;
    strict.sign_in(BOB).await;
}

#[tokio::test]
async fn whoever_has_an_account_joins_signed_in_or_by_its_password_and_once_more_changes_nothing() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let bob = app.register(BOB, None).await;
    let verification = json!({ "link_secret": app.mailed_secret(BOB).await });
    app.anonymous().post("/api/auth/verify-email", verification).await.status(204);
    let (_, token) = invite_bob(&app, &org).await;
    assert_eq!(accept(&app, &token, Some("another password")).await.status(401).code(), "invalid_login");
    let joined = bob.with_cookie().post("/api/invitations/accept", json!({ "invitation": token })).await;
    assert_eq!(joined.status(200).json()["tokens"], Value::Null);
    bob.with_cookie().post("/api/invitations/accept", json!({ "invitation": token })).await.status(200);
    accept(&app, &token, Some(PASSWORD)).await.status(200);
    assert_eq!(member_count(&org).await, 4);
}

#[tokio::test]
async fn a71_another_account_cannot_accept_and_the_invitation_stays_good() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (_, token) = invite_bob(&app, &org).await;
    let unverified = app.register("eve@evil.example", None).await;
    let other = app.organisation("Other").await;
    for eve in [&unverified, &other.member] {
        let refused = eve.with_cookie().post("/api/invitations/accept", json!({ "invitation": token })).await;
        assert_eq!(refused.status(403).code(), "invitation_for_another");
        let body = json!({ "email": "eve2@evil.example", "password": PASSWORD, "invitation": token });
        let refused = app.anonymous().post("/api/auth/register", body).await;
        assert_eq!(refused.status(403).code(), "invitation_for_another");
    }
    assert_eq!(member_count(&org).await, 3);
    accept(&app, &token, Some(PASSWORD)).await.status(200);
}

#[tokio::test]
async fn several_are_invited_at_once_all_or_none() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let refused = invite(&org, &["a@new.example", "member@acme.example"], "viewer").await;
    assert_eq!(refused.status(409).code(), "already_member");
    assert!(list(&org).await.is_empty());
    assert_eq!(
        invite(&org, &["a@new.example", "no address"], "viewer").await.status(422).pointer(),
        "/emails/1"
    );
    assert_eq!(invite(&org, &[], "viewer").await.status(422).pointer(), "/emails");
    assert!(list(&org).await.is_empty());
    let made = invite(&org, &["a@new.example", "b@new.example"], "viewer").await.status(201).json();
    assert_eq!(made["data"].as_array().unwrap().len(), 2);
    for email in ["a@new.example", "b@new.example"] {
        assert_eq!(app.subjects(email).await, ["“admin” invites you to “Acme”"]);
    }
    let first =
        org.admin.with_cookie().get(&format!("{}/invitations?limit=1", org.path)).await.status(200).json();
    assert_eq!(first["data"][0]["email"], "b@new.example");
    let next = format!("{}/invitations?limit=1&cursor={}", org.path, first["next_cursor"].as_str().unwrap());
    let second = org.admin.with_cookie().get(&next).await.status(200).json();
    assert_eq!(
        (&second["data"][0]["email"], &second["next_cursor"]),
        (&json!("a@new.example"), &Value::Null)
    );
    let twice = invite(&org, &["twice@new.example", "Twice@new.example"], "viewer").await;
    assert_eq!(twice.status(201).json()["data"].as_array().unwrap().len(), 1, "invited once");
}

#[tokio::test]
async fn the_secret_is_only_in_the_mail() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let made = invite(&org, &[BOB], "member").await.status(201).text();
    let token = app.mailed_secret(BOB).await;
    let listed = org.admin.with_cookie().get(&format!("{}/invitations", org.path)).await.text();
    let events = org.admin.with_cookie().get(&format!("{}/events", org.path)).await.text();
    for answer in [made, listed, events] {
        assert!(!answer.contains("osi_") && !answer.contains(&token), "{answer}");
    }
}

#[tokio::test]
async fn sending_again_kills_the_older_link_and_gives_another_week() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (id, first) = invite_bob(&app, &org).await;
    app.advance(TimeDelta::days(6));
    let resend = format!("{}/invitations/{id}/resend", org.path);
    let again = app.sign_in(&org.admin.email).await.with_cookie();
    assert_eq!(again.call(Method::POST, &resend, None).await.status(200).json()["delivery"], "pending");
    accept(&app, &first, Some(PASSWORD)).await.status(410);
    let second = app.mailed_secret(BOB).await;
    app.advance(TimeDelta::days(6));
    accept(&app, &first, Some(PASSWORD)).await.status(410);
    accept(&app, &second, Some(PASSWORD)).await.status(200);
    let again = app.sign_in(&org.admin.email).await.with_cookie();
    assert_eq!(again.call(Method::POST, &resend, None).await.status(409).code(), "invitation_ended");
}

#[tokio::test]
async fn inviting_an_address_again_replaces_its_open_invitation() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (_, first) = invite_bob(&app, &org).await;
    invite(&org, &["BOB@new.example"], "viewer").await.status(201);
    let second = app.mailed_secret(BOB).await;
    accept(&app, &first, Some(PASSWORD)).await.status(410);
    assert_eq!(accept(&app, &second, Some(PASSWORD)).await.status(200).json()["role"], "viewer");
    let states: Vec<_> = list(&org).await.into_iter().map(|row| row["state"].clone()).collect();
    assert_eq!(states, ["accepted", "withdrawn"]);
}

#[tokio::test]
async fn a_withdrawn_invitation_is_dead_and_one_that_is_too_old_too() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (id, token) = invite_bob(&app, &org).await;
    let path = format!("{}/invitations/{id}", org.path);
    org.admin.with_cookie().delete(&path).await.status(204);
    org.admin.with_cookie().delete(&path).await.status(204);
    accept(&app, &token, Some(PASSWORD)).await.status(410);
    let resend = org.admin.with_cookie().call(Method::POST, &format!("{path}/resend"), None).await;
    assert_eq!(resend.status(409).code(), "invitation_ended");

    let (id, token) = invite_bob(&app, &org).await;
    app.advance(TimeDelta::days(7));
    accept(&app, &token, Some(PASSWORD)).await.status(410);
    let admin = app.sign_in(&org.admin.email).await.with_cookie();
    let listed = admin.get(&format!("{}/invitations", org.path)).await.status(200).json();
    assert_eq!(listed["data"][0]["state"], "expired");
    // It can be revived.
    admin.call(Method::POST, &format!("{}/invitations/{id}/resend", org.path), None).await.status(200);
    accept(&app, &app.mailed_secret(BOB).await, Some(PASSWORD)).await.status(200);
    let accepted = admin.delete(&format!("{}/invitations/{id}", org.path)).await;
    assert_eq!(accepted.status(409).code(), "invitation_ended");
}

#[tokio::test]
async fn a13_invitations_die_with_their_organisation_also_those_not_yet_sent() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (_, token) = invite_bob(&app, &org).await;
    invite(&org, &["late@new.example"], "member").await.status(201);
    org.admin.with_cookie().delete(&org.path).await.status(204);
    accept(&app, &token, Some(PASSWORD)).await.status(410);
    assert!(app.mails("late@new.example").await.is_empty());
    let again = org.admin.with_cookie().post("/api/orgs", json!({ "name": "Acme", "slug": "acme" })).await;
    assert_eq!(again.status(409).code(), "slug_taken");
    let made = org.admin.with_cookie().post("/api/orgs", json!({ "name": "Acme" })).await.status(201).json();
    accept(&app, &token, Some(PASSWORD)).await.status(410);
    let path = format!("/api/orgs/{}/invitations", made["id"].as_str().unwrap());
    assert_eq!(org.admin.with_cookie().get(&path).await.status(200).json()["data"], json!([]));
}

#[tokio::test]
async fn a01_another_organisations_admin_sees_and_changes_nothing_of_it() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let other = app.organisation("Other").await;
    let (id, token) = invite_bob(&app, &org).await;
    let theirs = other.admin.with_cookie();
    theirs.delete(&format!("{}/invitations/{id}", other.path)).await.status(404);
    theirs.call(Method::POST, &format!("{}/invitations/{id}/resend", other.path), None).await.status(404);
    assert!(list(&other).await.is_empty());
    accept(&app, &token, Some(PASSWORD)).await.status(200);
}

#[tokio::test]
async fn invitations_work_in_every_mode_of_registration() {
    for mode in ["open", "invite", "domain", "closed"] {
        let app = TestApp::start().await;
        let org = app.organisation("Acme").await;
        invite(&org, &["a@new.example", "b@new.example"], "viewer").await.status(201);
        let (by_accepting, by_registering) =
            (app.mailed_secret("a@new.example").await, app.mailed_secret("b@new.example").await);
        let domains = if mode == "open" { "" } else { "acme.example" };
        let node = app
            .another_node_with(&[
                ("OSKAR_REGISTRATION", mode),
                ("OSKAR_REGISTRATION_DOMAINS", domains),
                ("OSKAR_VERIFY_EMAIL", "required"),
            ])
            .await;
        let register = async |email: &str| {
            node.anonymous()
                .post("/api/auth/register", json!({ "email": email, "password": PASSWORD }))
                .await
                .status
        };
        let expected = match mode {
            "open" => [202, 202],
            "domain" => [202, 403],
            _ => [403, 403],
        };
        let seen = [register("x@acme.example").await, register("x@elsewhere.example").await];
        assert_eq!(seen, expected, "{mode}");
        accept(&node, &by_accepting, Some(PASSWORD)).await.status(200);
        let body = json!({ "email": "b@new.example", "password": PASSWORD, "username": "bea",
            "name": "Bea", "invitation": by_registering });
        let made = node.anonymous().post("/api/auth/register", body).await.status(201).json();
        assert_eq!(
            (&made["user"]["role"], &made["user"]["name"]),
            (&json!("viewer"), &json!("Bea")),
            "{mode}"
        );
        node.anonymous()
            .post("/api/auth/login", json!({ "username": "bea", "password": PASSWORD }))
            .await
            .status(200);
    }
}

#[tokio::test]
async fn registering_by_invitation_is_for_whoever_has_no_account() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (_, token) = invite_bob(&app, &org).await;
    let body = |password: &str| json!({ "email": BOB, "password": password, "invitation": token });
    let mut both = body(PASSWORD);
    both["organisation_name"] = json!("Mine");
    let register = async |body: Value| app.anonymous().post("/api/auth/register", body).await;
    assert_eq!(register(both).await.status(422).pointer(), "/organisation_name");
    let mut nonsense = body(PASSWORD);
    nonsense["invitation"] = json!("osi_nonsense");
    assert_eq!(register(nonsense).await.status(410).code(), "link_invalid");
    register(body(PASSWORD)).await.status(201);
    assert_eq!(register(body(PASSWORD)).await.status(409).code(), "email_taken");
}

#[tokio::test]
async fn a74_an_invitation_to_an_account_that_somebody_else_made_leaves_them_nothing() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let attacker = app.register(BOB, Some("Trap")).await;
    let key = json!({ "name": "k", "environment": "live", "role": "admin" });
    let key = attacker.with_cookie().post("/api/orgs/trap/keys", key).await.status(201).json();
    let key = key["secret"].as_str().unwrap().to_owned();
    let (_, token) = invite_bob(&app, &org).await;
    let new = "Bob's very own password";
    // Neither by mistake nor by the older form of the request: what is replaced is named first.
    for password in [None, Some(new)] {
        assert_eq!(accept(&app, &token, password).await.status(409).code(), "account_unconfirmed");
    }
    attacker.with_cookie().get("/api/auth/me").await.status(200);
    let body = json!({ "invitation": token, "new_password": new });
    app.anonymous().post("/api/invitations/accept", body).await.status(200);
    attacker.with_cookie().get("/api/auth/me").await.status(401);
    attacker.with_bearer().get("/api/auth/me").await.status(401);
    let refresh = json!({ "refresh_token": attacker.refresh_token });
    app.anonymous().post("/api/auth/refresh", refresh).await.status(401);
    app.anonymous().call_with(Method::GET, "/api/auth/me", &[("x-api-key", &key)], None).await.status(401);
    let login = json!({ "email": BOB, "password": PASSWORD });
    app.anonymous().post("/api/auth/login", login).await.status(401);
}

#[tokio::test]
async fn an_owner_who_never_confirmed_the_address_keeps_the_account_by_its_password() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let bob = app.register(BOB, Some("Bobs")).await;
    let (_, token) = invite_bob(&app, &org).await;
    let joined = accept(&app, &token, Some(PASSWORD)).await.status(200).json();
    assert_eq!(joined["tokens"]["user"]["id"], bob.user_id.as_str());
    bob.with_cookie().get("/api/auth/me").await.status(200);
    let me = bob.with_cookie().get("/api/auth/me").await.status(200).json();
    assert_eq!(me["memberships"].as_array().unwrap().len(), 2, "{me}");
    // The link has proven the mailbox: no other may take the account over by a link from now on.
    let again = app.organisation("Other").await;
    let (_, token) = invite_bob(&app, &again).await;
    let body = json!({ "invitation": token, "new_password": "Bob's very own password" });
    app.anonymous().post("/api/invitations/accept", body).await.status(422);
    let both =
        json!({ "invitation": token, "password": PASSWORD, "new_password": "Bob's very own password" });
    app.anonymous().post("/api/invitations/accept", both).await.status(200);
    let login = json!({ "email": BOB, "password": PASSWORD });
    app.anonymous().post("/api/auth/login", login).await.status(401);
}

#[tokio::test]
async fn guesses_at_the_password_of_an_unconfirmed_account_count_as_everywhere() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.register(BOB, None).await;
    let (_, token) = invite_bob(&app, &org).await;
    for _ in 0..5 {
        let answer = accept(&app, &token, Some("not the password of Bob")).await.status(409);
        assert_eq!(answer.code(), "account_unconfirmed");
    }
    assert_eq!(accept(&app, &token, Some(PASSWORD)).await.status(429).code(), "too_many_attempts");
}

#[tokio::test]
async fn seats_are_members_and_open_invitations_together() {
    let app = TestApp::with(&[("OSKAR_LIMITS__SEATS", "5")]).await;
    let org = app.organisation("Acme").await;
    let too_many = invite(&org, &["a@new.example", "b@new.example", "c@new.example"], "viewer").await;
    assert_eq!(too_many.status(409).code(), "seats_taken");
    assert!(list(&org).await.is_empty());
    let made = invite(&org, &["a@new.example", "b@new.example"], "viewer").await.status(201).json();
    assert_eq!(invite(&org, &["c@new.example"], "viewer").await.status(409).code(), "seats_taken");
    // Replacing one takes no seat more; accepting neither.
    invite(&org, &["b@new.example"], "member").await.status(201);
    accept(&app, &app.mailed_secret("b@new.example").await, Some(PASSWORD)).await.status(200);
    let first = made["data"][0]["id"].as_str().unwrap();
    org.admin.with_cookie().delete(&format!("{}/invitations/{first}", org.path)).await.status(204);
    let (id, _) = invite_bob(&app, &org).await;
    // What has expired takes none, until it is sent again.
    app.advance(TimeDelta::days(8));
    let admin = app.sign_in(&org.admin.email).await.with_cookie();
    let body = json!({ "emails": ["d@new.example"], "role": "viewer" });
    admin.post(&format!("{}/invitations", org.path), body).await.status(201);
    let resend = admin.call(Method::POST, &format!("{}/invitations/{id}/resend", org.path), None).await;
    assert_eq!(resend.status(409).code(), "seats_taken");
}

#[tokio::test]
async fn a70_nobody_is_buried_in_invitations_whoever_sends_them() {
    let app = TestApp::start().await;
    let (org, other) = (app.organisation("Acme").await, app.organisation("Globex").await);
    let (id, _) = invite_bob(&app, &org).await;
    let resend = format!("{}/invitations/{id}/resend", org.path);
    org.admin.with_cookie().call(Method::POST, &resend, None).await.status(200);
    invite(&org, &[BOB], "viewer").await.status(201);
    invite(&other, &["BOB@new.example"], "viewer").await.status(201);
    invite(&other, &[BOB], "viewer").await.status(201);
    for organisation in [&org, &other] {
        let refused = invite(organisation, &["eve@new.example", BOB], "viewer").await.status(429);
        assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("too_many_mails", "3600"));
        assert!(list(organisation).await.iter().all(|row| row["email"] != "eve@new.example"), "all or none");
    }
    app.deliver().await;
    // The first one, and of those that replaced each other the last of each organisation.
    assert_eq!(app.mails(BOB).await.len(), 3);
    app.advance(TimeDelta::hours(1));
    invite(&other, &[BOB], "viewer").await.status(201);
}

#[tokio::test]
async fn a70_one_person_sends_two_hundred_invitations_an_hour_from_however_many_organisations() {
    let app = TestApp::with(&[("OSKAR_LIMITS__INVITATIONS", "0")]).await;
    let org = app.organisation("Acme").await;
    for hundred in 0..4 {
        let emails: Vec<_> = (0..50).map(|one| format!("n{hundred}-{one}@new.example")).collect();
        let emails: Vec<_> = emails.iter().map(String::as_str).collect();
        invite(&org, &emails, "viewer").await.status(201);
    }
    assert_eq!(invite(&org, &[BOB], "viewer").await.status(429).code(), "too_many_mails");
    let admin = org.admin.with_cookie();
    admin.post("/api/orgs", json!({ "name": "Another", "slug": "another" })).await.status(201);
    let body = json!({ "emails": [BOB], "role": "viewer" });
    admin.post("/api/orgs/another/invitations", body).await.status(429);
    app.advance(TimeDelta::hours(1));
    invite(&org, &[BOB], "viewer").await.status(201);
}

#[tokio::test]
async fn a_limit_that_was_lowered_holds_for_open_invitations_and_leaves_them_good() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (_, token) = invite_bob(&app, &org).await;
    let lowered = app.another_node_with(&[("OSKAR_LIMITS__SEATS", "3")]).await;
    assert_eq!(accept(&lowered, &token, Some(PASSWORD)).await.status(409).code(), "seats_taken");
    assert_eq!(member_count(&org).await, 3);
    accept(&app, &token, Some(PASSWORD)).await.status(200);
    assert_eq!(member_count(&org).await, 4);
}

#[tokio::test]
async fn many_invitations_at_once_do_not_overrun_the_seats() {
    let app = TestApp::with(&[("OSKAR_LIMITS__SEATS", "6")]).await;
    let org = app.organisation("Acme").await;
    let attempts: Vec<_> = (0..16)
        .map(|number| {
            let (client, path) = (org.admin.with_cookie(), format!("{}/invitations", org.path));
            let body = json!({ "emails": [format!("n{number}@new.example")], "role": "viewer" });
            tokio::spawn(async move { client.post(&path, body).await.status })
        })
        .collect();
    let mut made = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            201 => made += 1,
            status => assert_eq!(status, 409),
        }
    }
    assert_eq!(made, 3);
}

#[tokio::test]
async fn accepting_at_once_makes_one_member() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (_, token) = invite_bob(&app, &org).await;
    let attempts: Vec<_> = (0..8)
        .map(|_| {
            let client = app.anonymous();
            let body = json!({ "invitation": token, "password": PASSWORD });
            tokio::spawn(async move { client.post("/api/invitations/accept", body).await.status })
        })
        .collect();
    let mut joined = 0;
    for attempt in attempts {
        let status = attempt.await.unwrap();
        assert!(matches!(status, 200 | 409), "{status}");
        joined += u32::from(status == 200);
    }
    assert!(joined >= 1);
    assert_eq!(member_count(&org).await, 4);
}

#[tokio::test]
async fn the_list_tells_how_far_the_mail_has_come() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    invite(&org, &[BOB], "member").await.status(201);
    assert_eq!(list(&org).await[0]["delivery"], "pending");
    let unreachable = app.another_node_with(&[("OSKAR_MAIL__SMTP_URL", "smtp://127.0.0.1:1")]).await;
    unreachable.deliver().await;
    let row = &list(&org).await[0];
    assert_eq!(row["delivery"], "pending");
    assert!(row["delivery_error"].as_str().unwrap().contains("onnection"), "{row}");
    app.advance(TimeDelta::minutes(2));
    app.deliver().await;
    let row = &list(&org).await[0];
    assert_eq!((&row["delivery"], &row["delivery_error"]), (&json!("sent"), &Value::Null));
}
