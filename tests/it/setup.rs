//! The page that makes the first administrator.

use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use oskar::crypto::secret::{Secret, SecretKind};
use oskar::domain::account::users::NewUser;
use oskar::domain::onboarding::setup;
use oskar::entity::user;
use oskar::error::Error;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;

use crate::operator::{self, setup_link};
use crate::support::{Answer, Client, Credential, PASSWORD, TestApp};

/// The form that a browser sends when its user follows a link, such as `/setup#osu_…`.
pub fn opening(link: &str) -> Request<Body> {
    let (page, secret) = link.rsplit_once(['#', '/']).unwrap();
    sent(page, format!("link={secret}"))
}

/// The form that does what a link is for.
pub fn form(link: &str, fields: impl Into<String>) -> Request<Body> {
    let (page, secret) = link.rsplit_once(['#', '/']).unwrap();
    let act = match page {
        "/setup" => "create",
        "/verify" => "confirm",
        "/reset" => "choose",
        "/unlock" => "let-in",
        "/invite" => "accept",
        other => panic!("{other} is no page of a link"),
    };
    sent(&format!("{page}/{act}"), format!("link={secret}&{}", fields.into()))
}

fn sent(path: &str, fields: String) -> Request<Body> {
    Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(fields))
        .unwrap()
}

async fn submit(app: &TestApp, link: &str, email: &str, organisation: &str, password: &str) -> Answer {
    submit_by(&app.anonymous(), link, email, organisation, password).await
}

async fn submit_by(client: &Client, link: &str, email: &str, organisation: &str, password: &str) -> Answer {
    let fields = form_urlencoded::Serializer::new(String::new())
        .append_pair("email", email)
        .append_pair("organisation", organisation)
        .append_pair("password", password)
        .finish();
    client.send(form(link, fields)).await
}

/// Whether all scripts of a page are files of ours.
pub fn runs_our_scripts_alone(page: &str) -> bool {
    let ours = [" type=\"module\" src=\"/assets/", " src=\"/assets/"];
    page.split("<script").skip(1).all(|rest| ours.iter().any(|ours| rest.starts_with(ours)))
}

/// Every page: HTML that nobody frames, stores or takes elsewhere.
#[track_caller]
fn is_page(answer: &Answer) {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe") && policy.contains("script-src 'self';"), "{policy}");
    assert!(runs_our_scripts_alone(&answer.text()), "{}", answer.text());
}

async fn is_gone(app: &TestApp, link: &str) {
    let shown = app.anonymous().send(opening(link)).await.status(410);
    is_page(&shown);
    assert!(shown.text().contains("oskar setup --link"), "{}", shown.text());
    let sent = submit(app, link, "late@acme.example", "Acme", PASSWORD).await.status(410);
    is_page(&sent);
    assert!(!sent.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn the_link_makes_the_first_administrator_once() {
    let app = TestApp::start().await;
    let link = setup_link(&app).await;
    let answer = submit(&app, &link, " ana@acme.example ", "Acme <Ltd>", PASSWORD).await.status(201);
    is_page(&answer);
    assert!(answer.text().contains("Acme &#60;Ltd&#62;"), "{}", answer.text());

    let cookie = Credential::Cookie(answer.cookie("oskar_session"));
    let client = Client::new(app.router.clone(), cookie);
    let me = client.get("/api/auth/me").await.status(200).json();
    assert_eq!((&me["user"]["email"], &me["role"]), (&json!("ana@acme.example"), &json!("admin")));
    assert_eq!(me["organisation"]["name"], "Acme <Ltd>");
    let account = client.patch("/api/account", json!({})).await.status(200).json();
    assert_eq!(account["operator"], json!(true));
    app.sign_in("ana@acme.example").await;

    let page = answer.text();
    for secret in [answer.cookie("oskar_session").as_str(), link.trim_start_matches("/setup#"), PASSWORD] {
        assert!(!page.contains(secret), "{page}");
    }
    is_gone(&app, &link).await;
    assert_eq!(user::Entity::find().count(app.app.db.read()).await.unwrap(), 1);
}

#[tokio::test]
async fn looking_at_the_page_uses_nothing_up() {
    let app = TestApp::start().await;
    let link = setup_link(&app).await;
    for _ in 0..3 {
        let answer = app.anonymous().send(opening(&link)).await.status(200);
        is_page(&answer);
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    submit(&app, &link, "ana@acme.example", "Acme", PASSWORD).await.status(201);
}

#[tokio::test]
async fn a_link_works_for_thirty_minutes() {
    let app = TestApp::start().await;
    let link = setup_link(&app).await;
    app.advance(TimeDelta::minutes(30) - TimeDelta::microseconds(1));
    app.anonymous().send(opening(&link)).await.status(200);
    app.advance(TimeDelta::microseconds(1));
    is_gone(&app, &link).await;
    let next = setup_link(&app).await;
    is_gone(&app, &link).await;
    submit(&app, &next, "ana@acme.example", "Acme", PASSWORD).await.status(201);
}

#[tokio::test]
async fn bad_input_comes_back_as_it_was_typed_but_for_the_password() {
    let app = TestApp::start().await;
    let link = setup_link(&app).await;
    let markup = r#""><script>alert('x')</script>&"#;
    let answer = submit(&app, &link, markup, "  ", "too-short-1").await.status(422);
    is_page(&answer);
    let page = answer.text();
    for problem in
        ["This is not an e-mail address.", "A name needs a character", "A password has 12 to 256 characters."]
    {
        assert!(page.contains(problem), "{problem} is not in {page}");
    }
    assert!(!page.contains("alert('x')"), "{page}");
    assert!(
        page.contains("value=\"&#34;&#62;&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;&#38;\""),
        "{page}"
    );
    assert!(!page.contains("too-short-1"), "{page}");

    let page = submit(&app, &link, "ana@acme.example", markup, "too-short-2").await.status(422).text();
    assert!(page.contains(r#"value="ana@acme.example""#) && runs_our_scripts_alone(&page), "{page}");
    assert!(!page.contains("This is not an e-mail address") && !page.contains("too-short-2"), "{page}");

    // Not even a good password is repeated, and nothing was used up.
    let page = submit(&app, &link, "", "Acme", PASSWORD).await.status(422).text();
    assert!(!page.contains(PASSWORD), "{page}");
    app.anonymous().send(form(&link, "")).await.status(422);
    assert_eq!(user::Entity::find().count(app.app.db.read()).await.unwrap(), 0);
    submit(&app, &link, "ana@acme.example", "Acme", PASSWORD).await.status(201);
}

#[tokio::test]
async fn an_account_that_exists_is_not_taken_over() {
    let app = TestApp::start().await;
    let person = app.register("ana@acme.example", None).await;
    let link = setup_link(&app).await;
    let page = submit(&app, &link, "ANA@acme.example", "Acme", "a password of the thief").await.status(409);
    is_page(&page);
    assert!(page.text().contains("an account with this address already"), "{}", page.text());
    app.sign_in(&person.email).await;
    let account = person.with_cookie().patch("/api/account", json!({})).await.status(200).json();
    assert_eq!(account["operator"], json!(false));
    submit(&app, &link, "bea@acme.example", "Acme", PASSWORD).await.status(201);
}

#[tokio::test]
async fn it_signs_the_browser_in_and_ends_the_session_before_as_every_sign_in() {
    let app = TestApp::start().await;
    let before = app.register("ana@acme.example", None).await;
    let link = setup_link(&app).await;
    let done =
        submit_by(&before.with_cookie(), &link, "bea@acme.example", "Acme", PASSWORD).await.status(201);
    before.with_cookie().get("/api/auth/me").await.status(401);
    let after = Client::new(app.router.clone(), Credential::Cookie(done.cookie("oskar_session")));
    let me = after.get("/api/auth/me").await.status(200).json();
    assert_eq!((&me["user"]["email"], &me["role"]), (&json!("bea@acme.example"), &json!("admin")));
}

#[tokio::test]
async fn all_links_die_when_an_administrator_exists() {
    let app = TestApp::start().await;
    let links = [setup_link(&app).await, setup_link(&app).await];
    submit(&app, &links[0], "ana@acme.example", "Acme", PASSWORD).await.status(201);
    for link in &links {
        is_gone(&app, link).await;
    }
    let refused = operator::change(&app, async |write| setup::issue_link(write).await).await;
    assert!(matches!(refused, Err(Error::AlreadySetUp)));
}

#[tokio::test]
async fn a_link_dies_when_the_command_line_was_first() {
    let app = TestApp::start().await;
    let link = setup_link(&app).await;
    let password_hash = app.hash(PASSWORD).await;
    let new = || NewUser {
        email: "ana@acme.example".parse().unwrap(),
        username: None,
        name: None,
        password_hash: Some(password_hash.clone()),
        operator: true,
        email_verified: true,
    };
    let organisation = "Acme".parse().unwrap();
    let make = async || {
        operator::change(&app, async |write| {
            setup::create_first_admin(write, None, new(), &organisation).await
        })
        .await
    };
    make().await.unwrap();
    is_gone(&app, &link).await;
    assert!(matches!(make().await, Err(Error::AlreadySetUp)));
}

#[tokio::test]
async fn nothing_else_opens_the_page() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "admin", None).await;
    let link = setup_link(&app).await;
    let secret = link.trim_start_matches("/setup#").to_owned();
    let never_issued = Secret::generate(SecretKind::Setup);
    for wrong in [
        never_issued.reveal(),
        &key.secret,
        &org.admin.cookie,
        &org.admin.refresh_token,
        &secret[..secret.len() - 1],
        "x",
        "%00",
        "..%2f",
    ] {
        is_gone(&app, &format!("/setup#{wrong}")).await;
    }
    let elsewhere = TestApp::start().await;
    is_gone(&elsewhere, &link).await;
    // Nor does the link open anything else.
    for credential in
        [Credential::Cookie(secret.clone()), Credential::Bearer(secret.clone()), Credential::ApiKey(secret)]
    {
        Client::new(app.router.clone(), credential).get("/api/auth/me").await.status(401);
    }
}

#[tokio::test]
async fn another_site_cannot_send_the_form() {
    let app = TestApp::start().await;
    let link = setup_link(&app).await;
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("origin", "null")]
    {
        let mut request = form(&link, "email=a%40b.example&organisation=A&password=correct+horse+battery");
        request.headers_mut().insert(name, value.parse().unwrap());
        let answer = app.anonymous().send(request).await.status(403);
        assert_eq!(answer.code(), "cross_site", "{name}: {value}");
    }
    app.anonymous().send(opening(&link)).await.status(200);
}

#[tokio::test]
async fn what_is_no_form_is_refused_in_the_usual_shape() {
    let app = TestApp::start().await;
    let link = setup_link(&app).await;
    let answer =
        app.anonymous().post("/setup/create", json!({ "email": "ana@acme.example" })).await.status(415);
    assert_eq!(answer.code(), "unsupported_media_type");
    app.anonymous().send(opening(&link)).await.status(200);
}
