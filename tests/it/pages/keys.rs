//! The pages of API keys, and of what each role may do.

use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use oskar::entity::api_key;
use oskar::language::{Language, Languages};
use oskar::permission::Permission;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;

use crate::support::{Answer, Client, Credential, TestApp, TestOrganisation};

const FORM: &str = "application/x-www-form-urlencoded";

/// A page as a browser asks for it.
async fn open(client: &Client, path: &str) -> Answer {
    let request = Request::get(path).header("accept", "text/html").body(Body::empty());
    client.send(request.unwrap()).await
}

/// A form as a browser sends it.
async fn send(client: &Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(path).header("accept", "text/html").header("content-type", FORM);
    client.send(request.body(Body::from(body)).unwrap()).await
}

/// What stands between two texts; the first that does.
#[track_caller]
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split_once(after).unwrap().0
}

fn secret(page: &Answer) -> String {
    between(&page.text(), "id=\"secret\">", "<").to_owned()
}

/// The path of the key whose secret is shown.
fn stored(page: &Answer) -> String {
    let text = page.text();
    let (before, _) = text.split_once("\" data-stored").unwrap();
    before.rsplit_once("href=\"").unwrap().1.to_owned()
}

async fn form_id(client: &Client, path: &str) -> String {
    let page = open(client, path).await.status(200);
    between(&page.text(), "name=\"form_id\" value=\"", "\"").to_owned()
}

fn keys_of(org: &TestOrganisation) -> String {
    format!("/orgs/{}/keys", org.slug)
}

async fn number_of_keys(app: &TestApp) -> u64 {
    api_key::Entity::find().count(app.app.db.read()).await.unwrap()
}

async fn verify(app: &TestApp, secret: &str) -> u16 {
    let client = Client::new(app.router.clone(), Credential::Bearer(secret.to_owned()));
    client.get("/api/verify").await.status
}

#[tokio::test]
async fn a_key_is_made_shown_once_rotated_with_an_overlap_and_revoked() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, keys) = (org.admin.with_cookie(), keys_of(&org));
    let id = form_id(&admin, &format!("{keys}/new")).await;
    let fields = [
        ("form_id", id.as_str()),
        ("name", "Deploy bot"),
        ("environment", "live"),
        ("role", "member"),
        ("extent", "some"),
        ("permissions", "org:read"),
        ("permissions", "tasks:write"),
        ("expires", "30"),
    ];
    let shown = send(&admin, &format!("{keys}/new"), &fields).await.status(200);
    assert_eq!(shown.header("cache-control"), "no-store");
    let (first, page) = (secret(&shown), stored(&shown));
    assert_eq!(verify(&app, &first).await, 200);
    let text = shown.text();
    assert_eq!(text.matches(&first).count(), 3, "alone, for curl and for .env");

    let key = open(&admin, &page).await.status(200).text();
    for told in ["Deploy bot", "org: read · tasks: write", "Member", "in 30 days", "Never used", "Created"] {
        assert!(key.contains(told), "{told}: {key}");
    }
    assert!(!key.contains(&first) && !key.contains("id=\"secret\""), "masked ever after");

    let id = form_id(&admin, &format!("{page}/rotate")).await;
    let fields = [("form_id", id.as_str()), ("overlap", "3600")];
    let shown = send(&admin, &format!("{page}/rotate"), &fields).await.status(200);
    let second = secret(&shown);
    assert_eq!((verify(&app, &first).await, verify(&app, &second).await), (200, 200));
    let key = open(&admin, &page).await.status(200).text();
    assert!(key.contains("Rotating") && key.contains("in 1 h"), "{key}");
    app.advance(TimeDelta::seconds(3601));
    assert_eq!((verify(&app, &first).await, verify(&app, &second).await), (401, 200));
    assert!(!open(&admin, &page).await.text().contains("Rotating"));

    let question = open(&admin, &format!("{page}/revoke")).await.status(200).text();
    assert!(question.contains("Revoke Deploy bot?") && question.contains("cannot be undone"), "{question}");
    assert_eq!(verify(&app, &second).await, 200, "asking does nothing");
    for reason in ["found in a public repository", "another"] {
        let done = send(&admin, &format!("{page}/revoke"), &[("reason", reason)]).await.status(303);
        assert_eq!(done.header("location"), page);
    }
    assert_eq!(verify(&app, &second).await, 401);
    let key = open(&admin, &page).await.status(200).text();
    assert!(key.contains("found in a public repository") && !key.contains("another"), "{key}");
    assert!(!key.contains("/rotate") && !key.contains("/revoke"), "nothing is left to do");
    assert_eq!(open(&admin, &format!("{page}/revoke")).await.status(303).header("location"), page);
    let ended = open(&admin, &format!("{page}/rotate")).await.status(409);
    assert!(ended.text().contains("This key has ended"));
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_key_and_shows_the_same_secret() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, new) = (org.admin.with_cookie(), format!("{}/new", keys_of(&org)));
    let id = form_id(&admin, &new).await;
    let fields = [("form_id", id.as_str()), ("name", "Twice"), ("role", "viewer")];
    let (one, other) = (send(&admin, &new, &fields).await, send(&admin, &new, &fields).await);
    let (one, other) = (one.status(200), other.status(200));
    assert_eq!((secret(&one), stored(&one)), (secret(&other), stored(&other)));
    assert_eq!(number_of_keys(&app).await, 1);

    let id = form_id(&admin, &new).await;
    let fields = [("form_id", id.as_str()), ("name", "At once"), ("role", "viewer")];
    let (first, second) = tokio::join!(send(&admin, &new, &fields), send(&admin, &new, &fields));
    assert_eq!(secret(&first.status(200)), secret(&second.status(200)));
    assert_eq!(number_of_keys(&app).await, 2);

    let rotate = format!("{}/rotate", stored(&one));
    let id = form_id(&admin, &rotate).await;
    let fields = [("form_id", id.as_str()), ("overlap", "0")];
    let (one, other) = (send(&admin, &rotate, &fields).await, send(&admin, &rotate, &fields).await);
    assert_eq!(secret(&one), secret(&other));
    assert_eq!(verify(&app, &secret(&one)).await, 200);
}

#[tokio::test]
async fn what_was_typed_comes_back_with_what_is_wrong_beside_it() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, new) = (org.admin.with_cookie(), format!("{}/new", keys_of(&org)));
    let fields = [
        ("name", "<b>\u{202e}</b>"),
        ("environment", "test"),
        ("role", "viewer"),
        ("extent", "some"),
        ("permissions", "tasks:write"),
        ("expires", "date"),
        ("expires_on", "2001-01-31"),
    ];
    let page = send(&admin, &new, &fields).await.status(422).text();
    assert!(page.contains(r#"aria-describedby="name-hint name-problem" aria-invalid="true""#), "{page}");
    assert!(page.contains(r#"value="2001-01-31""#) && page.contains("&#60;b&#62;"), "{page}");
    let named = [("name", "Bot"), fields[1], fields[2], fields[3], fields[4], fields[5], fields[6]];
    let page = send(&admin, &new, &named).await.status(422).text();
    assert!(page.contains("A key with the role Viewer cannot have tasks:write."), "{page}");
    assert!(page.contains("This is in the past."), "{page}");
    for ticked in
        ["environment-test", "role-viewer", "extent-some", "permissions-tasks:write", "expires-date"]
    {
        let input = between(&page, &format!("<input id=\"{ticked}\""), ">");
        assert!(input.contains(" checked"), "{ticked}: {input}");
    }
    // Nothing ticked is no key without any right, but a mistake.
    let none = [("name", "Bot"), ("extent", "some")];
    assert!(send(&admin, &new, &none).await.status(422).text().contains("Tick what the key may do."));
    assert_eq!(number_of_keys(&app).await, 0);
}

#[tokio::test]
async fn the_day_that_is_chosen_is_the_last_one() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, new) = (org.admin.with_cookie(), format!("{}/new", keys_of(&org)));
    let fields = [("name", "Bot"), ("expires", "date"), ("expires_on", "2060-02-29")];
    let id = stored(&send(&admin, &new, &fields).await.status(200)).rsplit('/').next().unwrap().to_owned();
    let key = admin.get(&format!("{}/keys/{id}", org.path)).await.status(200).json();
    assert_eq!(key["expires_at"], "2060-03-01T00:00:00Z");
    let never = [("name", "Bot"), ("expires", "never")];
    let id = stored(&send(&admin, &new, &never).await.status(200)).rsplit('/').next().unwrap().to_owned();
    let key = admin.get(&format!("{}/keys/{id}", org.path)).await.status(200).json();
    assert_eq!(
        (&key["expires_at"], &key["role"], &key["permissions"]),
        (&json!(null), &json!("viewer"), &json!(null))
    );
}

#[tokio::test]
async fn what_a_role_may_not_do_is_not_shown_and_refused() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let other = app.organisation("Other").await;
    let key = org.key("live", "viewer", None).await;
    let keys = keys_of(&org);
    let page = format!("{keys}/{}", key.id);
    let actions =
        [format!("{keys}/new"), format!("{page}/rotate"), format!("{page}/revoke"), format!("{page}/change")];

    let list = open(&org.admin.with_cookie(), &keys).await.status(200).text();
    for action in &actions {
        assert!(list.contains(&format!("href=\"{action}\"")), "{action}");
    }
    assert!(list.contains("aria-label=\"Actions for live viewer\""), "{list}");
    let member = org.member.with_cookie();
    for shown in [&keys, &page] {
        let text = open(&member, shown).await.status(200).text();
        for action in &actions {
            assert!(!text.contains(action), "{shown}: {action}");
        }
        assert!(!text.contains("What happened"), "the log is for others");
        assert!(open(&other.admin.with_cookie(), shown).await.status(404).text().contains("Not found"));
        assert!(open(&org.viewer.with_cookie(), shown).await.status(403).text().contains("keys:read"));
        let led = open(&app.anonymous(), shown).await.status(303);
        assert!(led.header("location").starts_with("/sign-in?next=%2Forgs%2Facme%2Fkeys"));
    }
    for action in &actions {
        for client in [&member, &org.viewer.with_cookie()] {
            open(client, action).await.status(403);
            send(client, action, &[("name", "Bot")]).await.status(403);
        }
        open(&other.admin.with_cookie(), action).await.status(404);
        // The key of one organisation below the path of another.
        let moved = action.replace("/orgs/acme/", "/orgs/other/");
        if action.contains("key_") {
            open(&other.admin.with_cookie(), &moved).await.status(404);
            send(&other.admin.with_cookie(), &moved, &[("name", "Bot")]).await.status(404);
        }
    }
    assert_eq!((number_of_keys(&app).await, verify(&app, &key.secret).await), (1, 200));
}

#[tokio::test]
async fn the_list_is_narrowed_by_tab_state_and_name() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, keys) = (org.admin.with_cookie(), keys_of(&org));
    let none = open(&admin, &keys).await.status(200).text();
    assert!(none.contains("Create your first key") && none.contains("curl -s http"), "{none}");
    let make = async |admin: &Client, name: &str, environment: &str, days: Option<i64>| {
        let end = days.map(|days| (app.app.now() + TimeDelta::days(days)).to_rfc3339());
        let body = json!({ "name": name, "environment": environment, "role": "viewer", "expires_at": end });
        admin.post(&format!("{}/keys", org.path), body).await.status(201).json()
    };
    let forgotten = make(&admin, "Forgotten", "live", None).await;
    let used = make(&admin, "Used", "live", None).await;
    make(&admin, "Over", "live", Some(1)).await;
    app.advance(TimeDelta::days(90));
    let admin = app.sign_in(&org.admin.email).await.with_cookie();
    assert_eq!(verify(&app, used["secret"].as_str().unwrap()).await, 200);
    oskar::worker::usage::tick(&app.app).await.unwrap();
    make(&admin, "Ending", "live", Some(14)).await;
    make(&admin, "Lasting", "live", Some(15)).await;
    let revoked = make(&admin, "Gone", "live", None).await;
    make(&admin, "Sandbox", "test", None).await;
    let revoke = format!("{}/keys/{}", org.path, revoked["id"].as_str().unwrap());
    admin.delete(&revoke).await.status(204);
    for (query, expected) in [
        ("", vec!["Gone", "Lasting", "Ending", "Over", "Used", "Forgotten"]),
        ("?state=all&q=", vec!["Gone", "Lasting", "Ending", "Over", "Used", "Forgotten"]),
        ("?state=active", vec!["Lasting", "Ending", "Used", "Forgotten"]),
        ("?state=expiring", vec!["Ending"]),
        ("?state=stale", vec!["Forgotten"]),
        ("?state=expired", vec!["Over"]),
        ("?state=revoked", vec!["Gone"]),
        ("?environment=test", vec!["Sandbox"]),
        ("?environment=test&state=stale", vec![]),
        ("?q=sand", vec![]),
        ("?q=+USE+", vec!["Used"]),
    ] {
        let page = open(&admin, &format!("{keys}{query}")).await.status(200).text();
        let rows = page.split("<th scope=\"row\"").skip(1);
        let names: Vec<_> = rows.map(|row| between(row, "<bdi>", "</bdi>")).collect();
        assert_eq!(names, expected, "{query}");
        assert_eq!(page.contains("class=\"stripe\""), query.contains("test"), "{query}");
    }
    let page = open(&admin, &keys).await.text();
    assert!(page.contains("Ending expires in 14 days.") && !page.contains("Lasting expires"), "{page}");
    for badge in ["Expires in 14 days", "Stale", "Revoked ", "Expired ", "Active"] {
        assert!(page.contains(&format!(">{badge}")), "{badge}");
    }
    // Its successor may do the same.
    let link = between(&page, "own. <a href=\"", "\"").replace("&#38;", "&").replace("&amp;", "&");
    let successor = open(&admin, &link).await.status(200).text();
    assert!(successor.contains("value=\"Ending\""), "{successor}");
    // It is stale in the list and on its own page by the same rule.
    let page = format!("{keys}/{}", forgotten["id"].as_str().unwrap());
    assert!(open(&admin, &page).await.text().contains("Nothing has used this key for 90 days"));
    open(&admin, &format!("{keys}?state=odd")).await.status(422);
}

#[tokio::test]
async fn two_hundred_keys_come_page_by_page_whatever_they_are_called() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, keys) = (org.admin.with_cookie(), keys_of(&org));
    let long = "n".repeat(200);
    let mut made = Vec::new();
    for number in 0..200 {
        let name = match number {
            0 => "\u{05de}\u{05e4}\u{05ea}\u{05d7} <script>".to_owned(),
            1 => long.clone(),
            _ => format!("Bot {number}"),
        };
        let body = json!({ "name": name, "environment": "live", "role": "viewer" });
        let key = admin.post(&format!("{}/keys", org.path), body).await.status(201).json();
        made.insert(0, key["id"].as_str().unwrap().to_owned());
    }
    let (mut seen, mut path) = (Vec::new(), Some(keys.clone()));
    let mut last = String::new();
    while let Some(here) = path {
        last = open(&admin, &here).await.status(200).text();
        let rows = last.split("<th scope=\"row\"").skip(1);
        seen.extend(rows.map(|row| between(row, "/keys/", "\"").to_owned()));
        let next = last.split_once("\" rel=\"next\"").map(|(before, _)| before.rsplit_once('"').unwrap().1);
        path = next.map(|next| next.replace("&#38;", "&").replace("&amp;", "&"));
    }
    assert_eq!(seen, made, "each once, the newest first");
    assert!(last.contains("<bdi>\u{05de}\u{05e4}\u{05ea}\u{05d7} &#60;script&#62;</bdi>"), "{last}");
    assert!(last.contains(&long));
}

#[tokio::test]
async fn a_key_is_renamed_and_labelled_and_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, keys) = (org.admin.with_cookie(), keys_of(&org));
    let (one, other) = (org.key("live", "viewer", None).await, org.key("live", "viewer", None).await);
    let change = |id: &str| format!("{keys}/{id}/change");
    let fields = [("name", "Deploy bot"), ("external_id", "worker-7")];
    send(&admin, &change(&one.id), &fields).await.status(303);
    let form = open(&admin, &change(&one.id)).await.text();
    assert!(form.contains("value=\"Deploy bot\"") && form.contains("value=\"worker-7\""), "{form}");
    let taken = send(&admin, &change(&other.id), &fields).await.status(409).text();
    assert!(taken.contains("external_id-problem") && taken.contains("value=\"worker-7\""), "{taken}");
    send(&admin, &change(&one.id), &[("name", "Deploy bot"), ("external_id", "")]).await.status(303);
    send(&admin, &change(&other.id), &fields).await.status(303);
}

#[tokio::test]
async fn a_form_of_a_key_that_another_admin_was_faster_than_shows_both_values() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let (admin, key) = (org.admin.with_cookie(), org.key("live", "viewer", None).await);
    let path = format!("{}/{}/change", keys_of(&org), key.id);
    let read = |page: &str| between(page, "name=\"read\" value=\"", "\"").to_owned();
    let shown = read(&open(&admin, &path).await.status(200).text());
    // What the form does not show can be changed meanwhile.
    key.with_bearer().get("/api/auth/me").await.status(200);
    oskar::worker::usage::tick(&app.app).await.unwrap();
    let metadata = json!({ "metadata": { "team": "red" } });
    org.admin.with_bearer().patch(&format!("{}/keys/{}", org.path, key.id), metadata).await.status(200);
    let mine = [("name", "Mine"), ("external_id", ""), ("read", shown.as_str())];
    send(&admin, &path, &mine).await.status(303);
    let stale = [("name", "Other"), ("external_id", ""), ("read", shown.as_str())];
    let refused = send(&admin, &path, &stale).await.status(412).text();
    assert!(refused.contains("<bdi>Mine</bdi>") && refused.contains("value=\"Other\""), "{refused}");
    let again = read(&refused);
    send(&admin, &path, &[("name", "Other"), ("external_id", ""), ("read", again.as_str())])
        .await
        .status(303);
    assert!(open(&admin, &path).await.text().contains("value=\"Other\""));
}

#[tokio::test]
async fn the_keys_that_end_first_are_warned_of() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for days in [9, 3, 12, 1, 6] {
        let end = (app.app.now() + TimeDelta::days(days)).to_rfc3339();
        let body = json!({ "name": format!("In {days}"), "environment": "live", "role": "viewer", "expires_at": end });
        org.admin.with_bearer().post(&format!("{}/keys", org.path), body).await.status(201);
    }
    let list = open(&org.admin.with_cookie(), &keys_of(&org)).await.status(200).text();
    let warned: Vec<_> =
        list.split("notice warning").skip(1).map(|notice| between(notice, "In ", " ")).collect();
    assert_eq!(warned, ["1", "3", "6"], "{list}");
}

#[tokio::test]
async fn a_key_of_an_admin_asks_for_a_proof_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "admin", None).await;
    let keys = keys_of(&org);
    app.advance(TimeDelta::hours(1));
    let admin = org.admin.with_cookie();
    let fields = [("name", "Röot"), ("role", "admin"), ("extent", "some"), ("permissions", "events:read")];
    let led = send(&admin, &format!("{keys}/new"), &fields).await.status(303);
    let (page, query) = led.header("location").split_once('?').unwrap();
    assert_eq!(page, "/account/confirm");
    let (_, next) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next").unwrap();
    let form = open(&admin, &next).await.status(200).text();
    assert!(form.contains("value=\"Röot\""), "{form}");
    for ticked in ["role-admin", "extent-some", "permissions-events:read"] {
        assert!(between(&form, &format!("<input id=\"{ticked}\""), ">").contains(" checked"), "{ticked}");
    }
    let rotate = format!("{keys}/{}/rotate", key.id);
    for led in [open(&admin, &rotate).await, send(&admin, &rotate, &[("overlap", "0")]).await] {
        assert!(
            led.status(303).header("location").starts_with("/account/confirm?next=%2Forgs%2Facme%2Fkeys")
        );
    }
    assert_eq!((number_of_keys(&app).await, verify(&app, &key.secret).await), (1, 200));
    // Others need no proof.
    send(&admin, &format!("{keys}/new"), &[("name", "Bot"), ("role", "member")]).await.status(200);
}

#[tokio::test]
async fn the_page_of_permissions_says_what_the_table_says() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let page = open(&org.viewer.with_cookie(), "/permissions").await.status(200).text();
    let rows: Vec<_> = page.split("<th scope=\"row\"").skip(1).collect();
    for (name, marks, may) in [
        ("keys:manage", ["no", "no", "yes"], "may not"),
        ("keys:read", ["no", "yes", "yes"], "may"),
        ("org:leave", ["yes", "yes", "yes"], "may not"),
        ("tasks:write", ["no", "yes", "yes"], "may"),
    ] {
        let row = rows.iter().find(|row| row.contains(&format!("<code>{name}</code>"))).unwrap();
        let told: Vec<_> = row.split("</svg> ").skip(1).map(|cell| cell.split_once('<').unwrap().0).collect();
        assert_eq!(told, [marks[0], marks[1], marks[2], may], "{name}");
    }
    assert_eq!(rows.len(), Permission::ALL.len() + 2);
}

#[test]
fn the_sentence_of_each_permission_is_that_of_the_table() {
    let words = Languages::read().unwrap().words(Language::English);
    for permission in Permission::ALL {
        let name = format!("permission-{}", permission.as_str().replace(':', "-"));
        assert_eq!(words.say(&name, &[]), permission.doc());
    }
}
