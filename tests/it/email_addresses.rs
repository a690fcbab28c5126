//! E-mail addresses: one validator at every door, one form in the database, another one for people.

use oskar::entity::user;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, Set};
use serde_json::{Value, json};

use crate::mail_pages::look;
use crate::process::Installation;
use crate::support::{FakeIssuer, PASSWORD, TestApp};

const SHOWN: &str = "Ana@Müller.example";
const STORED: &str = "ana@xn--mller-kva.example";

#[tokio::test]
async fn a_domain_of_any_alphabet_is_accepted_stored_in_one_form_and_shown_in_the_other() {
    let app = TestApp::start().await;
    let ana = app.register(SHOWN, Some("Acme")).await;
    assert_eq!(ana.email, "Ana@xn--mller-kva.example");
    let stored = user::Entity::find().one(app.app.db.read()).await.unwrap().unwrap();
    assert_eq!(
        (stored.email.as_str(), stored.email_normalised.as_str()),
        ("Ana@xn--mller-kva.example", STORED)
    );
    for same in ["ana@müller.example", "ANA@MÜLLER.EXAMPLE", STORED, "Ana@XN--MLLER-KVA.example"] {
        app.sign_in(same).await;
        let body = json!({ "email": same, "password": PASSWORD });
        assert_eq!(app.anonymous().post("/api/auth/register", body).await.status(409).code(), "email_taken");
    }
    // Mails go where mail servers know the domain, and say it as people write it.
    let body = json!({ "emails": ["bob@bücher.example", "BOB@xn--bcher-kva.example"], "role": "member" });
    let made = ana.with_bearer().post("/api/orgs/acme/invitations", body).await.status(201).json();
    assert_eq!(made["data"].as_array().unwrap().len(), 1);
    let link = app.mailed_link("bob@xn--bcher-kva.example").await;
    let page = look(&app, link.strip_prefix("http://localhost:8675").unwrap()).await.status(200);
    assert!(page.text().contains("The invitation is for bob@bücher.example"), "{}", page.text());
    let body = json!({ "email": "ana@bücher.example", "password": PASSWORD });
    ana.with_bearer().post("/api/auth/change-email", body).await.status(202);
    let token = app.mailed_secret("ana@xn--bcher-kva.example").await;
    app.anonymous().post("/api/auth/verify-email", json!({ "link_secret": token })).await.status(204);
    let told = &app.mails("Ana@xn--mller-kva.example").await[0];
    assert!(told.letter.paragraphs[0].contains("“ana @ bücher. example”"), "{told:?}");
    app.sign_in("ana@bücher.example").await;

    let stored = "ana@xn--bcher-kva.example";
    // Wrong guesses by either form are guesses at one account.
    for guess in ["ana@bücher.example", stored, "ANA@bücher.example", stored, "Ana@Bücher.example"] {
        let body = json!({ "email": guess, "password": "wrong" });
        app.anonymous().post("/api/auth/login", body).await.status(401);
    }
    let body = json!({ "email": stored, "password": PASSWORD });
    app.anonymous().post("/api/auth/login", body).await.status(429);
}

#[tokio::test]
async fn what_the_mailer_refuses_is_refused_at_every_door() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for address in
        ["a..b@acme.example", ".a@acme.example", "a.@acme.example", "ä@acme.example", "\"a b\"@acme.example"]
    {
        for (path, body, pointer) in [
            ("/api/auth/register".to_owned(), json!({ "email": address, "password": PASSWORD }), "/email"),
            ("/api/auth/forgot-password".to_owned(), json!({ "email": address }), "/email"),
            (
                "/api/auth/change-email".to_owned(),
                json!({ "email": address, "password": PASSWORD }),
                "/email",
            ),
            (
                format!("{}/invitations", org.path),
                json!({ "emails": [address], "role": "member" }),
                "/emails/0",
            ),
        ] {
            let answer = org.admin.with_bearer().post(&path, body).await.status(422).json();
            assert_eq!(answer["errors"][0]["pointer"], pointer, "{path} {address}");
        }
    }
    let installation = Installation::new().await;
    let refused = installation.run(&["user", "create", "--email", "a..b@acme.example"], "").await.code(2);
    assert!(refused.err.contains("not an e-mail address"), "{}", refused.err);
}

#[tokio::test]
async fn accounts_of_an_earlier_version_are_still_found() {
    let app = TestApp::start().await;
    app.register("ana@acme.example", Some("Acme")).await;
    // As browsers take it, and as it was stored then.
    let mut row = user::Entity::find().one(app.app.db.read()).await.unwrap().unwrap().into_active_model();
    row.email = Set("A..b@Acme.Example".to_owned());
    row.email_normalised = Set("a..b@acme.example".to_owned());
    let txn = app.app.db.begin().await.unwrap();
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    app.sign_in("a..B@ACME.example").await;
}

#[tokio::test]
async fn an_issuer_s_address_that_cannot_be_read_is_told_as_that() {
    let issuer = FakeIssuer::start().await;
    let mut settings = issuer.settings(&[]);
    settings.push(("OSKAR_ISSUERS__0__ALLOWED_DOMAINS", "MÜLLER.example"));
    let app = TestApp::with(&settings).await;
    app.register("ana@müller.example", Some("Acme")).await;
    let sign_in = async |email: Value| {
        let mut claims = issuer.claims(app.app.now(), "u-1", "");
        claims["email"] = email;
        let client = crate::support::Client::new(
            app.router.clone(),
            crate::support::Credential::Bearer(issuer.sign(&claims)),
        );
        client.call(axum::http::Method::POST, "/api/auth/login", None).await
    };
    for unreadable in ["Jürgen@müller.example", "a..b@müller.example", "not an address"] {
        let refused = sign_in(json!(unreadable)).await.status(403);
        assert_eq!(refused.code(), "issuer_email_unreadable", "{unreadable}");
    }
    for absent in [Value::Null, json!(" ")] {
        assert_eq!(sign_in(absent).await.status(403).code(), "issuer_email_unverified");
    }
    // Either form of the domain is the same, in the token as in the setting.
    sign_in(json!("ana@müller.example")).await.status(200);
    sign_in(json!("ana@xn--mller-kva.example")).await.status(200);
    assert_eq!(sign_in(json!("Jürgen@müller.example")).await.status(403).code(), "issuer_email_unreadable");
}
