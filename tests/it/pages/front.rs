//! The front door: signing in and out, new accounts, forgotten passwords, and the ways back to products.

use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use oskar::entity::{organisation, user};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;

use crate::mail_pages::{path_in_mail, submit};
use crate::operator::setup_link;
use crate::setup::{form, opening};
use crate::support::{Answer, Client, Credential, PASSWORD, TestApp};

const ANA: &str = "ana@acme.example";
const PRODUCT: &str = "https://app.acme.example";

/// A form as a browser sends it.
pub fn sent(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let fields = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(fields))
        .unwrap()
}

async fn sign_in(client: &Client, path: &str, password: &str) -> Answer {
    client.send(sent(path, &[("name", ANA), ("password", password), ("remember", "true")])).await
}

fn with_cookie(app: &TestApp, answer: &Answer) -> Client {
    Client::new(app.router.clone(), Credential::Cookie(answer.cookie("oskar_session")))
}

/// What the next request of the browser sends, so that the page says what was done.
fn flash(answer: &Answer) -> String {
    answer.cookies("oskar_flash")[0].split(';').next().unwrap().to_owned()
}

/// The id that a form tells.
fn form_id(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"form_id\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn signing_in_leads_to_the_page_that_was_asked_for() {
    let app = TestApp::start().await;
    app.register(ANA, Some("Acme")).await;
    let browser = [("accept", "text/html")];
    let led = app.anonymous().call_with(Method::GET, "/organisations/new?x=1", &browser, None).await;
    let to = led.status(303).header("location").to_owned();
    let page = app.anonymous().get(&to).await.status(200).text();
    assert!(page.contains("autocomplete=username") && page.contains("current-password"), "{page}");
    let (_, action) = page.split_once("<form method=\"post\" action=\"").unwrap();
    let action = action.split('"').next().unwrap();
    let done = sign_in(&app.anonymous(), action, PASSWORD).await.status(303);
    assert_eq!(done.header("location"), "/organisations/new?x=1");
    let ana = with_cookie(&app, &done);
    ana.get("/organisations/new?x=1").await.status(200);
    // Signed in already: straight on.
    assert_eq!(ana.get(&to).await.status(303).header("location"), "/organisations/new?x=1");
    assert_eq!(ana.get("/sign-in").await.status(303).header("location"), "/");
    assert_eq!(ana.get("/sign-up").await.status(303).header("location"), "/");
}

#[tokio::test]
async fn a_product_gets_its_users_back_and_no_other_site_does() {
    let app = TestApp::with(&[("OSKAR_ALLOWED_ORIGINS", PRODUCT)]).await;
    app.register(ANA, None).await;
    let asked = "/sign-in?return_to=https%3A%2F%2Fapp.acme.example%2Ftasks%3Fa%3D1";
    let page = app.anonymous().get(asked).await.status(200);
    let policy = page.header("content-security-policy");
    assert!(policy.ends_with("form-action 'self' https://app.acme.example"), "{policy}");
    assert!(page.text().contains("app.acme.example"), "{}", page.text());
    let wrong = sign_in(&app.anonymous(), asked, "another password").await.status(401);
    assert!(wrong.header("content-security-policy").contains(PRODUCT));
    let done = sign_in(&app.anonymous(), asked, PASSWORD).await.status(303);
    assert_eq!(done.header("location"), "https://app.acme.example/tasks?a=1");
    let out =
        with_cookie(&app, &done).send(sent(&asked.replace("sign-in", "sign-out"), &[])).await.status(303);
    assert_eq!(out.header("location"), "https://app.acme.example/tasks?a=1");

    for evil in [
        "return_to=https://evil.example/",
        "return_to=//evil.example",
        "return_to=https://app.acme.example.evil.example/",
        "return_to=https://app.acme.example@evil.example/",
        "return_to=javascript:alert(1)",
        "return_to=/%5Cevil.example",
        "return_to=/%09/evil.example",
        "next=//evil.example",
        "next=https://evil.example/",
        // A `next` is a path, even where products may be returned to.
        "next=https://app.acme.example/",
    ] {
        let page = format!("/sign-in?{evil}");
        let shown = app.anonymous().get(&page).await.status(200);
        assert!(shown.header("content-security-policy").ends_with("form-action 'self'"), "{evil}");
        assert!(!shown.text().contains("action=\"/sign-in?"), "{evil}");
        let done = sign_in(&app.anonymous(), &page, PASSWORD).await.status(303);
        assert_eq!(done.header("location"), "/", "{evil}");
        let ana = with_cookie(&app, &done);
        assert_eq!(ana.get(&page).await.status(303).header("location"), "/", "{evil}");
        let out = ana.send(sent(&format!("/sign-out?{evil}"), &[])).await.status(303);
        assert_eq!(out.header("location"), "/sign-in", "{evil}");
    }
}

#[tokio::test]
async fn unknown_users_and_wrong_passwords_are_told_in_the_same_words() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    let told = async |name: &str| {
        let fields = [("name", name), ("password", "another password")];
        let page = app.anonymous().send(sent("/sign-in", &fields)).await.status(401).text();
        assert!(page.contains(&format!("value=\"{name}\"")) && !page.contains("another password"), "{page}");
        assert!(!page.contains("Send the mail again"), "{page}");
        page.replace(name, "NAME")
    };
    let wrong = told(ANA).await;
    assert!(wrong.contains("The e-mail address, the username or the password is wrong."), "{wrong}");
    assert_eq!(wrong, told("nobody@acme.example").await);
    for _ in 0..9 {
        app.anonymous().send(sent("/sign-in", &[("name", ANA), ("password", "x")])).await;
    }
    let waits = app.anonymous().send(sent("/sign-in", &[("name", ANA), ("password", "x")])).await.status(429);
    assert!(waits.headers.contains_key("retry-after") && waits.text().contains(" min."), "{}", waits.text());
}

#[tokio::test]
async fn a_session_that_was_there_before_is_not_the_one_after() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    let eve = app.register("eve@evil.example", None).await;
    // A cookie that was planted: its session ends, and the user gets one of their own.
    let done = sign_in(&eve.with_cookie(), "/sign-in", PASSWORD).await.status(303);
    assert_ne!(done.cookie("oskar_session"), eve.cookie);
    let me = with_cookie(&app, &done).get("/api/auth/me").await.status(200).json();
    assert_eq!(me["user"]["email"], ANA);
    eve.with_cookie().get("/api/auth/me").await.status(401);
    // Another site cannot sign a browser in.
    let mut request = sent("/sign-in", &[("name", ANA), ("password", PASSWORD)]);
    request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    let answer = app.anonymous().send(request).await.status(403);
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn a_browser_forgets_the_session_when_it_closes_unless_it_is_told_to_keep_it() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    let kept = sign_in(&app.anonymous(), "/sign-in", PASSWORD).await.status(303);
    assert!(kept.cookies("oskar_session")[0].contains("Max-Age="));
    let fields = [("name", ANA), ("password", PASSWORD)];
    let short = app.anonymous().send(sent("/sign-in", &fields)).await.status(303);
    assert!(!short.cookies("oskar_session")[0].contains("Max-Age="));
}

#[tokio::test]
async fn signing_out_ends_the_session_and_a_second_time_is_no_error() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let button = ana.with_cookie().get("/sign-out").await.status(200);
    assert!(button.text().contains("action=\"/sign-out\""), "{}", button.text());
    ana.with_bearer().get("/api/auth/me").await.status(200);
    let done = ana.with_cookie().send(sent("/sign-out", &[])).await.status(303);
    assert_eq!(done.header("location"), "/sign-in");
    assert!(done.cookies("oskar_session")[0].contains("Max-Age=0"));
    ana.with_cookie().get("/api/auth/me").await.status(401);
    ana.with_bearer().get("/api/auth/me").await.status(401);
    let flash = flash(&done);
    let next = app.anonymous().call_with(Method::GET, "/sign-in", &[("cookie", &flash)], None).await;
    assert!(next.text().contains("You are signed out."), "{}", next.text());
    ana.with_cookie().send(sent("/sign-out", &[])).await.status(303);
    assert_eq!(app.anonymous().get("/sign-out").await.status(303).header("location"), "/sign-in");
}

#[tokio::test]
async fn pages_speak_the_language_that_the_browser_asks_for() {
    let app = TestApp::start().await;
    for (page, english, german) in [
        ("/sign-in", "Keep me signed in", "Auf diesem Gerät angemeldet bleiben"),
        ("/sign-up", "Create an account", "Konto anlegen"),
        ("/forgot", "Forgot your password?", "Passwort vergessen?"),
        ("/verify", "Paste the link", "Fügen Sie den Link ein"),
    ] {
        let shown = async |language: &str| {
            let headers = [("accept-language", language)];
            app.anonymous().call_with(Method::GET, page, &headers, None).await.status(200).text()
        };
        let (en, de) = (shown("en-GB,de;q=0.5").await, shown("de-AT,en;q=0.5").await);
        assert!(en.contains("<html lang=\"en\">") && en.contains(english), "{en}");
        assert!(de.contains("<html lang=\"de\">") && de.contains(german), "{de}");
    }
}

#[tokio::test]
async fn a_new_account_is_made_once_however_often_the_form_is_sent() {
    let app = TestApp::start().await;
    let id = form_id(&app.anonymous().get("/sign-up").await.status(200).text());
    let fields = [
        ("form_id", &*id),
        ("name", "Ana"),
        ("email", ANA),
        ("password", PASSWORD),
        ("organisation", "Acme"),
    ];
    let first = app.anonymous().send(sent("/sign-up", &fields)).await.status(303);
    let second = app.anonymous().send(sent("/sign-up", &fields)).await.status(303);
    assert_eq!(first.cookie("oskar_session"), second.cookie("oskar_session"));
    let me = with_cookie(&app, &second).get("/api/auth/me").await.status(200).json();
    assert_eq!((&me["user"]["name"], &me["organisation"]["name"]), (&json!("Ana"), &json!("Acme")));
    let db = app.app.db.read();
    assert_eq!(user::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(organisation::Entity::find().count(db).await.unwrap(), 1);
    // Where no proof is asked for, a taken address is told beside its field; what was typed stays.
    let fields = [("name", "Bob"), ("email", ANA), ("password", PASSWORD)];
    let page = app.anonymous().send(sent("/sign-up", &fields)).await.status(409).text();
    assert!(page.contains("id=\"email-problem\"") && page.contains("value=\"Bob\""), "{page}");
    let fields = [("email", "x"), ("password", "short"), ("organisation", "\u{7}")];
    let page = app.anonymous().send(sent("/sign-up", &fields)).await.status(422).text();
    for field in ["email", "password", "organisation"] {
        assert!(page.contains(&format!("id=\"{field}-problem\"")), "{field}: {page}");
    }
}

#[tokio::test]
async fn a_taken_address_gets_the_same_page_as_a_free_one_where_addresses_are_proven() {
    let app = TestApp::with(&[("OSKAR_VERIFY_EMAIL", "required")]).await;
    let told = async |email: &str| {
        let fields = [("email", email), ("password", PASSWORD)];
        let done = app.anonymous().send(sent("/sign-up", &fields)).await.status(303);
        assert!(done.cookies("oskar_session").is_empty());
        let flash = flash(&done);
        let to = done.header("location").to_owned();
        let page = app.anonymous().call_with(Method::GET, &to, &[("cookie", &flash)], None).await.status(200);
        (to, page.text().replace(email, "ADDRESS"))
    };
    let free = told(ANA).await;
    assert!(free.0 == "/check-mail" && free.1.contains("sent a mail to ADDRESS"), "{free:?}");
    let page = sign_in(&app.anonymous(), "/sign-in", PASSWORD).await.status(401).text();
    assert!(page.contains("/verify/again"), "{page}");
    let path = path_in_mail(&app, ANA).await;
    submit(&app, &path, &[]).await.status(200);
    assert_eq!(told(ANA).await, free);
    sign_in(&app.anonymous(), "/sign-in", PASSWORD).await.status(303);
}

#[tokio::test]
async fn where_accounts_are_made_by_invitation_the_page_says_how_to_get_one() {
    for mode in ["invite", "closed"] {
        let app = TestApp::with(&[("OSKAR_REGISTRATION", mode)]).await;
        let page = app.anonymous().get("/sign-up").await.status(200).text();
        assert!(page.contains("Ask an admin") && !page.contains("name=\"password\""), "{page}");
        assert!(!app.anonymous().get("/sign-in").await.text().contains("/sign-up"));
        let fields = [("email", ANA), ("password", PASSWORD)];
        app.anonymous().send(sent("/sign-up", &fields)).await.status(403);
        assert_eq!(user::Entity::find().count(app.app.db.read()).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_the_address_is_filled_in_at_the_sign_in() {
    let app = TestApp::start().await;
    app.register(ANA, None).await;
    let ask = async |email: &str| {
        let done = app.anonymous().send(sent("/forgot", &[("email", email)])).await.status(303);
        (done.header("location").to_owned(), done.headers.contains_key("set-cookie"))
    };
    assert_eq!(ask(ANA).await, ask("nobody@acme.example").await);
    app.anonymous().send(sent("/forgot", &[("email", "x")])).await.status(422);
    let path = path_in_mail(&app, ANA).await;
    let done = submit(&app, &path, &[("password", "another long phrase of Ana")]).await.status(200);
    assert!(done.text().contains("href=\"/sign-in\""), "{}", done.text());
    let flash = flash(&done);
    let page = app.anonymous().call_with(Method::GET, "/sign-in", &[("cookie", &flash)], None).await.text();
    assert!(page.contains(&format!("value=\"{ANA}\"")), "{page}");
    sign_in(&app.anonymous(), "/sign-in", "another long phrase of Ana").await.status(303);

    let silent = TestApp::with(crate::production::WITHOUT_MAIL).await;
    let page = silent.anonymous().get("/forgot").await.status(200).text();
    assert!(
        page.contains("sends no mails") && !page.contains("<form method=\"post\" action=\"/forgot"),
        "{page}"
    );
    silent.anonymous().send(sent("/forgot", &[("email", ANA)])).await.status(501);
}

#[tokio::test]
async fn a_guest_who_is_signed_in_as_another_signs_out_and_comes_back_to_the_invitation() {
    let app = TestApp::start().await;
    let admin = app.register(ANA, Some("Acme")).await;
    let invite = json!({ "emails": ["bob@new.example"], "role": "member" });
    admin.with_cookie().post("/api/orgs/acme/invitations", invite).await.status(201);
    let path = path_in_mail(&app, "bob@new.example").await;
    let page = admin.with_cookie().send(opening(&path)).await.status(403).text();
    assert!(page.contains(ANA) && page.contains("bob@new.example"), "{page}");
    assert!(page.contains(&format!("name=\"return_to\" value=\"{path}\"")), "{page}");
    let out = admin.with_cookie().send(sent("/sign-out", &[("return_to", &path)])).await.status(303);
    assert_eq!(out.header("location"), path);
    let fields = [("name", "Bob"), ("password", PASSWORD)];
    let joined = submit(&app, &path, &fields).await.status(200);
    assert!(joined.text().contains("href=\"/orgs/acme\""), "{}", joined.text());
}

#[tokio::test]
async fn setting_up_ends_on_the_first_key_which_works_and_is_shown_again_to_a_form_that_is_sent_twice() {
    let app = TestApp::start().await;
    let link = setup_link(&app).await;
    let id = form_id(&app.anonymous().send(opening(&link)).await.status(200).text());
    let fields = format!(
        "form_id={id}&email=ana%40acme.example&organisation=Acme&password={}",
        PASSWORD.replace(' ', "+")
    );
    let page = app.anonymous().send(form(&link, fields.clone())).await.status(201).text();
    let at = page.find("osk_test_").unwrap();
    let key = &page[at..at + 47];
    assert!(page.contains("href=\"/orgs/acme\"") && page.contains("OSKAR_API_KEY="), "{page}");
    let me = Client::new(app.router.clone(), Credential::Bearer(key.to_owned())).get("/api/auth/me").await;
    let me = me.status(200).json();
    assert_eq!((&me["key"]["name"], &me["role"]), (&json!("First key"), &json!("viewer")));
    assert_eq!(app.anonymous().send(form(&link, fields)).await.status(201).text(), page);
    app.anonymous().send(form(&link, "email=b%40acme.example")).await.status(410);
}

#[tokio::test]
async fn a_session_that_an_admin_has_ended_in_one_organisation_is_not_sent_in_circles() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let page = ana.with_cookie().get("/sign-in?next=/orgs/acme&again=true").await.status(200).text();
    assert!(page.contains("ended the sessions that you had here"), "{page}");
}

#[tokio::test]
async fn a_sentence_of_a_cookie_that_this_server_did_not_write_is_not_shown() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let done = ana.with_cookie().send(sent("/account", &[("name", "Ana Two")])).await.status(303);
    let told = flash(&done);
    let shown = async |flash: &str| {
        let cookies = format!("oskar_session={}; {flash}", ana.cookie);
        let headers = [("cookie", cookies.as_str()), ("accept", "text/html")];
        let page = app.anonymous().call_with(Method::GET, "/account", &headers, None).await.status(200);
        page.text().contains("Saved")
    };
    assert!(shown(&told).await, "{told}");
    let value = told.strip_prefix("oskar_flash=").unwrap();
    let foreign =
        TestApp::with(&[("OSKAR_SECRET_KEY", "another-key-of-another-server-0123456789abcdef")]).await;
    let eve = foreign.register(ANA, None).await;
    let foreign = flash(&eve.with_cookie().send(sent("/account", &[("name", "Eve")])).await.status(303));
    let altered = format!("oskar_flash={}", value.chars().rev().collect::<String>());
    let unsigned = format!(
        "oskar_flash={}",
        BASE64_URL_SAFE_NO_PAD.encode(r#"{"text":"profile-saved","variables":[]}"#)
    );
    let cut = format!("oskar_flash={}", &value[..value.len() - 2]);
    for forged in [foreign.as_str(), &altered, &unsigned, &cut, "oskar_flash=", "oskar_flash=%00"] {
        assert!(!shown(forged).await, "{forged}");
    }
}
