//! Names that are addresses, and words of others in mails.

use oskar::entity::user;
use oskar::mail::{Letter, messages};
use sea_orm::EntityTrait as _;
use serde_json::json;

use crate::mail_pages::submit;
use crate::operator::setup_link;
use crate::support::{PASSWORD, TestApp};

const ADDRESSES: &[&str] = &[
    "sign in at https://evil.example",
    "www.evil.example",
    "ana@evil.example",
    "https：//evil",
    "ｗｗｗ．evil",
];

#[tokio::test]
async fn addresses_are_refused_as_names_at_every_door() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await.with_bearer();
    let key = json!({ "name": "k", "environment": "live", "role": "viewer" });
    let key = ana.post("/api/orgs/acme/keys", key).await.status(201).json();
    let key = format!("/api/orgs/acme/keys/{}", key["id"].as_str().unwrap());
    let invitation = json!({ "emails": ["bob@new.example"], "role": "viewer" });
    ana.post("/api/orgs/acme/invitations", invitation).await.status(201);
    let link = app.mailed_link("bob@new.example").await;
    let link = link.strip_prefix("http://localhost:8675").unwrap();
    let setup = setup_link(&app).await;
    for name in ADDRESSES {
        let new = json!({ "email": "new@acme.example", "password": PASSWORD });
        let with = |member: &str| {
            let mut body = new.clone();
            body[member] = json!(name);
            body
        };
        let token = link.rsplit('#').next().unwrap();
        let acceptance = json!({ "invitation": token, "password": PASSWORD, "name": name });
        for answer in [
            app.anonymous().post("/api/auth/register", with("name")).await,
            app.anonymous().post("/api/auth/register", with("organisation_name")).await,
            app.anonymous().post("/api/invitations/accept", acceptance).await,
            ana.patch("/api/account", json!({ "name": name })).await,
            ana.post("/api/orgs", json!({ "name": name })).await,
            ana.patch("/api/orgs/acme", json!({ "name": name })).await,
            ana.post("/api/orgs/acme/keys", json!({ "name": name, "environment": "live", "role": "viewer" }))
                .await,
            ana.patch(&key, json!({ "name": name })).await,
        ] {
            let answer = answer.status(422);
            assert!(["/name", "/organisation_name"].contains(&answer.pointer().as_str()), "{}", answer.asked);
            assert!(answer.text().contains("a name is no address"), "{}", answer.text());
        }
        let shown = submit(&app, link, &[("name", name), ("password", PASSWORD)]).await.status(422);
        assert!(shown.text().contains("A name is no address"), "{}", shown.text());
        let fields = [("email", "x@acme.example"), ("organisation", name), ("password", PASSWORD)];
        let shown = submit(&app, &setup, &fields).await.status(422);
        assert!(shown.text().contains("A name is no address"), "{}", shown.text());
    }
    for name in ["Booking.com", "Acme Inc.", "Project: Apollo"] {
        ana.patch("/api/orgs/acme", json!({ "name": name })).await.status(200);
    }
}

#[tokio::test]
async fn what_stands_before_the_at_sign_is_a_name_whatever_it_is() {
    let app = TestApp::start().await;
    for (email, name) in [("www.evil.example@acme.example", "www evil example"), ("a.b@acme.example", "a.b")]
    {
        let person = app.register(email, None).await;
        assert_eq!(person.signed_in["user"]["name"], name);
        person.with_cookie().patch("/api/account", json!({ "name": name })).await.status(200);
    }
}

/// What mail programs make links of: each is there in neither part nor the subject.
#[track_caller]
fn leads_nowhere(letter: &Letter) {
    let html = letter.html().unwrap();
    for (part, text) in [("subject", &letter.subject), ("text", &letter.text().unwrap()), ("html", &html)] {
        for link in [
            "https://evil",
            "www.evil",
            "evil.example",
            "evil．example",
            "evil。example",
            "evil｡example",
            "a@evil",
            "a＠evil",
            "mailto:a",
            "javascript:x",
            r"\\evil",
            "\u{202e}",
            "\u{200b}",
        ] {
            assert!(!text.contains(link), "{link:?} in the {part}: {text}");
        }
    }
    let words = letter.paragraphs.iter().chain([&letter.subject]);
    let longest =
        words.flat_map(|text| text.split(['“', '”']).skip(1).step_by(2)).map(|quoted| quoted.chars().count());
    // A space behind each of sixty characters at most, and the device's 120.
    assert!(longest.max().unwrap() <= 240);
}

#[test]
fn no_mail_makes_a_link_of_what_others_wrote() {
    let link = || "https://auth.example/invite/osi_x".to_owned();
    for words in [
        "Sign in at https://evil.example/x now",
        "www.evil.example a@evil.example mailto:a",
        "evil．example evil。example evil｡example a＠evil",
        r"javascript:x \\evil\share",
        "”: “Security” https://evil.example \u{202e}elpmaxe.live\u{200b}",
        &"evil.example ".repeat(300),
    ] {
        let all = vec![words.to_owned(); 40];
        for letter in [
            messages::invitation(Some(words), words, "admin", link()),
            messages::invitation(None, words, "admin", link()),
            messages::verify_email("Acme Cloud", Some(words), link()),
            messages::new_device(words, "203.0.113.7", "2026-01-02 03:04 UTC"),
            messages::refresh_theft(words),
            messages::key_created(words, words, words),
            messages::raised_to_admin(words),
            messages::keys_left_behind(words, words, &all),
            messages::email_changed(words),
        ] {
            leads_nowhere(&letter);
            assert!(letter.subject.chars().count() < 330, "{}", letter.subject);
        }
    }
    let letter = messages::invitation(Some("Ana “the boss” Ruiz"), "Booking.com", "member", link());
    assert_eq!(letter.subject, "“Ana 'the boss' Ruiz” invites you to “Booking. com”");
    let long = "x".repeat(61);
    let letter = messages::raised_to_admin(&long);
    assert_eq!(letter.subject, format!("You are an admin of “{}…”", "x".repeat(59)));
}

/// Names from before the rule, or from another door, are in the database.
#[tokio::test]
async fn the_mail_that_goes_out_leads_nowhere_either() {
    use sea_orm::{ActiveModelTrait as _, Set};
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    crate::operator::change(&app, async |write| {
        let id: oskar::id::UserId = ana.user_id.parse().unwrap();
        let mut row: user::ActiveModel = user::Entity::find_by_id(id).one(write).await?.unwrap().into();
        row.name = Set("Win at https://evil.example".to_owned());
        Ok(row.update(&write.without_event(oskar::domain::NoEvent::Upkeep)).await?)
    })
    .await
    .unwrap();
    let invitation = json!({ "emails": ["bob@new.example"], "role": "viewer" });
    ana.with_bearer().post("/api/orgs/acme/invitations", invitation).await.status(201);
    leads_nowhere(&app.mails("bob@new.example").await[0].letter);
}

#[tokio::test]
async fn the_command_line_refuses_addresses_as_names_too() {
    let installation = crate::process::Installation::new().await;
    let setup = ["setup", "--email", "admin@acme.test", "--org", "https://evil.test", "--password-stdin"];
    let refused = installation.run(&setup, &format!("{PASSWORD}\n")).await.code(2);
    assert!(refused.err.contains("a name is no address"), "{}", refused.err);
}
