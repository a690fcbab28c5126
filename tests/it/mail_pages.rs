//! The pages that mailed links lead to, without a browser, and the development mailbox.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::json;

use crate::setup::{form, opening, runs_our_scripts_alone};
use crate::support::{Answer, PASSWORD, TestApp};

/// Tells that an answer was given before.
const REPLAYED: &str = "idempotency-replayed";
const BOB: &str = "bob@new.example";

pub async fn path_in_mail(app: &TestApp, to: &str) -> String {
    app.mailed_link(to).await.strip_prefix("http://localhost:8675").unwrap().to_owned()
}

/// What a link leads to.
pub async fn look(app: &TestApp, path: &str) -> Answer {
    app.anonymous().send(opening(path)).await
}

pub async fn submit(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    let fields = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    app.anonymous().send(form(path, fields)).await
}

/// Bob's way in to an organisation of that name.
async fn invited(app: &TestApp, organisation: &str) -> String {
    let admin = app.register("admin@acme.example", Some(organisation)).await;
    let slug = admin.signed_in["organisation"]["slug"].as_str().unwrap();
    let body = json!({ "emails": [BOB], "role": "member" });
    admin.with_cookie().post(&format!("/api/orgs/{slug}/invitations"), body).await.status(201);
    path_in_mail(app, BOB).await
}

#[track_caller]
fn is_page(answer: &Answer) {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    assert!(runs_our_scripts_alone(&answer.text()), "{}", answer.text());
}

#[tokio::test]
async fn a54_names_with_markup_are_shown_as_they_are_written() {
    let app = TestApp::start().await;
    let path = invited(&app, "<script>alert(1)</script>\"' Acme").await;
    let shown = look(&app, &path).await.status(200);
    is_page(&shown);
    assert!(shown.text().contains("&#60;script&#62;alert(1)"), "{}", shown.text());
    let wrong = submit(&app, &path, &[("name", "\"><b>Bob"), ("password", "short")]).await.status(422);
    is_page(&wrong);
    assert!(
        wrong.text().contains("value=\"&#34;&#62;&#60;b&#62;Bob\""),
        "kept and escaped: {}",
        wrong.text()
    );
    assert!(!wrong.text().contains("value=\"short\""), "passwords are not sent back");
}

#[tokio::test]
async fn an_invitation_page_makes_the_account_and_signs_in_and_a_second_press_is_no_error() {
    let app = TestApp::start().await;
    let path = invited(&app, "Acme").await;
    is_page(&look(&app, &path).await.status(200));
    let joined = submit(&app, &path, &[("name", "Bob"), ("password", PASSWORD)]).await.status(200);
    is_page(&joined);
    let cookie = joined.cookie("oskar_session");
    let bob = crate::support::Client::new(app.router.clone(), crate::support::Credential::Cookie(cookie));
    assert_eq!(bob.get("/api/auth/me").await.status(200).json()["user"]["name"], "Bob");
    bob.send(form(&path, "")).await.status(200);
    submit(&app, &path, &[("password", PASSWORD)]).await.status(410);
}

#[tokio::test]
async fn an_invitation_page_asks_whoever_has_an_account_for_its_password() {
    let app = TestApp::start().await;
    let bob = app.register(BOB, None).await;
    let verified = submit(&app, &path_in_mail(&app, BOB).await, &[]).await.status(200);
    is_page(&verified);
    let path = invited(&app, "Acme").await;
    let page = look(&app, &path).await.status(200).text();
    assert!(page.contains("Password of your account") && !page.contains("name=\"name\""), "{page}");
    let eve = app.register("eve@evil.example", None).await;
    is_page(&eve.with_cookie().send(opening(&path)).await.status(403));
    is_page(&eve.with_cookie().send(form(&path, "")).await.status(403));
    submit(&app, &path, &[("password", "another password")]).await.status(401);
    bob.with_cookie().send(form(&path, "")).await.status(200);
}

#[tokio::test]
async fn a_reset_page_says_what_is_wrong_and_the_link_stays_good() {
    let app = TestApp::start().await;
    app.register(BOB, None).await;
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": BOB })).await.status(202);
    let path = path_in_mail(&app, BOB).await;
    is_page(&look(&app, &path).await.status(200));
    let wrong = submit(&app, &path, &[("password", "short")]).await.status(422);
    is_page(&wrong);
    assert!(wrong.text().contains("aria-invalid") && wrong.text().contains("12 to 256"), "{}", wrong.text());
    is_page(&submit(&app, &path, &[("password", "a new password for Bob")]).await.status(200));
    is_page(&submit(&app, &path, &[("password", "a new password for Bob")]).await.status(410));
    is_page(&look(&app, &path).await.status(410));
}

#[tokio::test]
async fn links_that_do_not_work_lead_to_a_page_that_says_so() {
    let app = TestApp::start().await;
    app.register(BOB, None).await;
    let late = path_in_mail(&app, BOB).await;
    app.advance(TimeDelta::hours(24));
    for path in [&late, "/verify#osv_x", "/reset#%00", "/invite#osi_x", "/reset#osv_x"] {
        is_page(&look(&app, path).await.status(410));
        is_page(&submit(&app, path, &[("password", PASSWORD)]).await.status(410));
    }
    // A link of one kind does not open the door of another.
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": BOB })).await.status(202);
    let secret = app.mailed_secret(BOB).await;
    for page in ["verify", "invite", "setup"] {
        look(&app, &format!("/{page}#{secret}")).await.status(410);
    }
}

#[tokio::test]
async fn the_development_mailbox_shows_what_was_sent_on_this_machine_only() {
    let app = TestApp::start().await;
    let path = invited(&app, "<i>Acme</i>").await;
    let read = async |path: &str, accept: &str| {
        app.anonymous().call_with(Method::GET, path, &[("accept", accept)], None).await.status(200)
    };
    // As browsers ask.
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let list = read("/dev/mail", browser).await;
    is_page(&list);
    assert!(list.text().contains("&#60;i&#62;Acme") && list.text().contains(BOB), "{}", list.text());
    let id = app.mails(BOB).await[0].id;
    let one = format!("/dev/mail/{id}");
    let mail = read(&one, browser).await;
    is_page(&mail);
    assert!(mail.text().contains(&path));
    for accept in ["*/*", "text/plain", "application/json;q=0.1, text/plain;q=0.5", "text/html;q=0, */*"] {
        for address in ["/dev/mail", &one] {
            let text = read(address, accept).await;
            assert_eq!(text.header("content-type"), "text/plain; charset=utf-8", "{accept}");
            assert_eq!(text.header("vary"), "accept");
            assert!(text.text().contains(&path) && text.text().contains("<i>Acme</i>"), "{}", text.text());
        }
    }
    let json = read("/dev/mail", "application/json").await.json()["data"][0].clone();
    assert_eq!((&json["to"], &json["id"]), (&json!(BOB), &json!(id)));
    assert!(json["link"].as_str().unwrap().ends_with(&path), "{json}");
    assert_eq!(read(&one, "application/json").await.json(), json);
    app.anonymous().get("/dev/mail/mail_nothing").await.status(404);

    for settings in [
        crate::production::WITHOUT_MAIL,
        &[("OSKAR_LISTEN", "0.0.0.0:8675")],
        &[("OSKAR_MAIL__SMTP_URL", "smtp://127.0.0.1:1")],
    ] {
        let node = app.another_node_with(settings).await;
        node.anonymous().get("/dev/mail").await.status(404);
        node.anonymous().get(&format!("/dev/mail/{id}")).await.status(404);
    }
}

#[tokio::test]
async fn an_unconfirmed_account_is_kept_by_its_password_or_replaced_by_a_form_that_says_so() {
    let app = TestApp::start().await;
    let path = invited(&app, "Acme").await;
    let bob = app.register(BOB, None).await;
    let shown = look(&app, &path).await.status(200);
    is_page(&shown);
    let text = shown.text();
    for said in
        ["never confirmed", "choose a new password: it replaces the old one", "Keep the account as it is"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    let wrong = submit(&app, &path, &[("password", "Bob's very own password")]).await.status(409);
    is_page(&wrong);
    assert!(wrong.text().contains("not the password of the account"), "{}", wrong.text());
    let weak = submit(&app, &path, &[("new_password", "short")]).await.status(422);
    assert!(weak.text().contains("Or choose a new password"), "{}", weak.text());
    bob.with_cookie().get("/api/auth/me").await.status(200);
    submit(&app, &path, &[("new_password", "Bob's very own password")]).await.status(200);
    bob.with_cookie().get("/api/auth/me").await.status(401);
}

#[tokio::test]
async fn a_form_of_a_mailed_link_that_is_sent_twice_is_answered_twice_the_same() {
    let app = TestApp::start().await;
    let invitation = invited(&app, "Acme").await;
    let eve = "eve@mail.example";
    app.register(eve, None).await;
    let proof = path_in_mail(&app, eve).await;
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": eve })).await.status(202);
    let reset = path_in_mail(&app, eve).await;
    for (path, password) in
        [(&invitation, PASSWORD), (&proof, ""), (&reset, "seven unrelated words of spring")]
    {
        let shown = look(&app, path).await.status(200).text();
        let (_, id) = shown.split_once("name=\"form_id\" value=\"").unwrap();
        let fields = [("form_id", id.split('"').next().unwrap()), ("name", "Bob"), ("password", password)];
        let (one, other) = tokio::join!(submit(&app, path, &fields), submit(&app, path, &fields));
        let (one, other) = (one.status(200), other.status(200));
        assert_eq!(one.text(), other.text(), "{path}");
        assert_eq!(
            one.headers.get_all("set-cookie").iter().count(),
            other.headers.get_all("set-cookie").iter().count()
        );
        assert_ne!(one.headers.contains_key(REPLAYED), other.headers.contains_key(REPLAYED), "{path}");
        // Another form with the same link finds it used up.
        submit(&app, path, &[("form_id", "another"), ("name", "Bob"), ("password", password)])
            .await
            .status(410);
    }
}

#[tokio::test]
async fn pages_that_end_lead_to_the_product_if_there_is_one() {
    let product = [
        ("OSKAR_BRANDING__NAME", "Acme <Cloud>"),
        ("OSKAR_PRODUCT_URL", "https://app.example/start?a=1&b=2"),
    ];
    let app = TestApp::with(&product).await;
    let path = invited(&app, "Acme").await;
    let button = "href=\"https://app.example/start?a=1&#38;b=2\" rel=\"noreferrer\">Continue to Acme &#60;Cloud&#62;</a>";
    let asked = look(&app, &path).await.status(200).text();
    assert!(
        !asked.contains(button) && asked.contains("<title>Join Acme · Acme &#60;Cloud&#62;</title>"),
        "{asked}"
    );
    let welcome = submit(&app, &path, &[("name", "Bob"), ("password", PASSWORD)]).await.status(200);
    assert!(welcome.text().contains(button), "{}", welcome.text());
    let gone = look(&app, "/verify#osv_nonsense").await.status(410);
    assert!(gone.text().contains(button), "{}", gone.text());
    app.register("ana@mail.example", None).await;
    let mails = app.mails("ana@mail.example").await;
    assert_eq!(mails[0].letter.subject, "Confirm your e-mail address for Acme <Cloud>");
    let path = path_in_mail(&app, "ana@mail.example").await;
    let confirmed = submit(&app, &path, &[]).await.status(200).text();
    assert!(confirmed.contains(button) && !confirmed.contains("close this page"), "{confirmed}");
    app.anonymous().post("/api/auth/forgot-password", json!({ "email": BOB })).await.status(202);
    let path = path_in_mail(&app, BOB).await;
    let reset = submit(&app, &path, &[("password", "Another long password 9")]).await.status(200).text();
    assert!(reset.contains(button), "{reset}");

    let plain = TestApp::start().await;
    let path = invited(&plain, "Acme").await;
    let welcome = submit(&plain, &path, &[("name", "Bob"), ("password", PASSWORD)]).await.status(200).text();
    assert!(!welcome.contains("Continue to") && welcome.contains("Go to the overview"), "{welcome}");
}

#[tokio::test]
async fn a_mail_that_proves_an_address_names_the_organisation_that_waits_for_it() {
    let app =
        TestApp::with(&[("OSKAR_VERIFY_EMAIL", "required"), ("OSKAR_BRANDING__NAME", "Acme Cloud")]).await;
    let body = json!({ "email": BOB, "password": PASSWORD, "organisation_name": "Bob & Sons" });
    app.anonymous().post("/api/auth/register", body).await.status(202);
    let mail = app.mails(BOB).await.remove(0).letter;
    assert!(
        mail.paragraphs[0].contains("at Acme Cloud") && mail.paragraphs[0].contains("“Bob & Sons”"),
        "{mail:?}"
    );
    assert!(mail.footer.contains("sent by Acme Cloud"), "{mail:?}");
}
