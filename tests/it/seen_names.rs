//! Names that show nothing or turn the direction of writing, and names of every script, at every door.

use axum::http::Method;
use serde_json::{Value, json};

use crate::mail_pages::submit;
use crate::operator::setup_link;
use crate::process::Installation;
use crate::support::{Client, Credential, FakeIssuer, PASSWORD, TestApp};

const NOTHING: &[&str] = &[
    "\u{2800}",
    "\u{3164}",
    "\u{115f}\u{1160}",
    "\u{ffa0}",
    "\u{200b}\u{200d}\u{2060}",
    "\u{feff}",
    "\u{ad}",
    "\u{fe0f}\u{e0100}",
    "\u{301}\u{302}",
    "\u{20e3}",
    "\u{e000}",
    "\u{f0000}",
    "\u{378}",
    "\u{a0}\u{3000}\u{2003}",
    "\u{200e}\u{200f}\u{61c}",
    "\u{fffc}",
    "\u{1d159}",
];
const MISPLACED: &[(&str, &str)] = &[
    ("a\u{202e}b", "direction of writing"),
    ("\u{202a}a\u{202c}", "direction of writing"),
    ("a\u{2066}b\u{2069}", "direction of writing"),
    ("a\u{2028}b", "is one line"),
    ("a\u{0}b", "control characters"),
    ("a\u{85}b", "control characters"),
    ("a\u{206a}b", "control characters"),
    ("a\u{e0041}", "hidden text"),
    ("a\u{ffff}b", "noncharacters"),
    ("a\u{fdd0}b", "noncharacters"),
];

fn welcome() -> Vec<String> {
    let scotland = "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}";
    let names = [
        "می\u{200c}خواهم",
        "ക്\u{200d}ഷ",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦",
        scotland,
        "🇵🇹",
        "1\u{fe0f}\u{20e3}",
        "שלום\u{200f}",
    ];
    let long = ["𐌰".repeat(200), "👩".repeat(200), "é".repeat(200)];
    names.map(str::to_owned).into_iter().chain(long).collect()
}

/// Every refused name with what is said of it.
fn refused() -> impl Iterator<Item = (&'static str, &'static str)> {
    NOTHING.iter().map(|name| (*name, "needs a character that can be seen")).chain(MISPLACED.iter().copied())
}

#[tokio::test]
async fn a_name_shows_something_at_every_door() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await.with_bearer();
    let key = |name: &str| json!({ "name": name, "environment": "live", "role": "viewer" });
    let made = ana.post("/api/orgs/acme/keys", key("k")).await.status(201).json();
    let renamed = format!("/api/orgs/acme/keys/{}", made["id"].as_str().unwrap());
    let invitation = json!({ "emails": ["bob@new.example"], "role": "viewer" });
    ana.post("/api/orgs/acme/invitations", invitation).await.status(201);
    let link = app.mailed_link("bob@new.example").await;
    let link = link.strip_prefix("http://localhost:8675").unwrap();
    let token = link.rsplit('#').next().unwrap();
    let setup = setup_link(&app).await;
    for (name, told) in refused() {
        let with = |member: &str| {
            let mut body = json!({ "email": "new@acme.example", "password": PASSWORD });
            body[member] = json!(name);
            body
        };
        let acceptance = json!({ "invitation": token, "password": PASSWORD, "name": name });
        for answer in [
            app.anonymous().post("/api/auth/register", with("name")).await,
            app.anonymous().post("/api/auth/register", with("organisation_name")).await,
            app.anonymous().post("/api/invitations/accept", acceptance).await,
            ana.patch("/api/account", json!({ "name": name })).await,
            ana.post("/api/orgs", json!({ "name": name })).await,
            ana.patch("/api/orgs/acme", json!({ "name": name })).await,
            ana.post("/api/orgs/acme/keys", key(name)).await,
            ana.patch(&renamed, json!({ "name": name })).await,
        ] {
            let answer = answer.status(422);
            assert!(["/name", "/organisation_name"].contains(&answer.pointer().as_str()), "{}", answer.asked);
            assert!(answer.text().contains(told), "{name:?}: {}", answer.text());
        }
        let fields = [("email", "x@acme.example"), ("organisation", name), ("password", PASSWORD)];
        let shown = submit(&app, &setup, &fields).await.status(422);
        assert!(shown.text().contains(told), "{name:?}: {}", shown.text());
        // An empty field means no name, and white space is empty.
        if !name.trim().is_empty() {
            let shown = submit(&app, link, &[("name", name), ("password", PASSWORD)]).await.status(422);
            assert!(shown.text().contains(told), "{name:?}: {}", shown.text());
        }
    }
    for name in welcome() {
        for path in ["/api/account", "/api/orgs/acme", renamed.as_str()] {
            let shown = ana.patch(path, json!({ "name": name })).await.status(200).json();
            assert_eq!(shown["name"], json!(name));
        }
        let longer = json!({ "name": format!("{name}{}", "𐌰".repeat(200)) });
        let told = ana.patch("/api/orgs/acme", longer).await.status(422);
        assert!(told.text().contains("200 characters at most"), "{}", told.text());
    }
}

#[tokio::test]
async fn the_document_says_the_same_of_names() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    let pattern = document["components"]["schemas"]["DisplayName"]["pattern"].as_str().unwrap().to_owned();
    for blank in [r"\u2800", r"\u3164", r"\u115f", r"\uffa0", r"\u2028-\u202e", r"\u2066-\u206f"] {
        assert!(pattern.contains(blank), "{blank} is not in {pattern}");
    }
}

#[tokio::test]
async fn a_name_of_another_issuer_is_cleaned_and_nobody_is_kept_out_by_it() {
    let issuer = FakeIssuer::start().await;
    let new_users = [
        ("OSKAR_ISSUERS__0__CREATE_USERS", "true"),
        ("OSKAR_ISSUERS__0__ORGANISATION", "acme"),
        ("OSKAR_ISSUERS__0__ALLOWED_DOMAINS", "new.example"),
    ];
    let app = TestApp::with(&issuer.settings(&new_users)).await;
    app.organisation("Acme").await;
    let long = "x".repeat(300);
    for (number, (name, kept)) in [
        ("\u{202e}Ana\nRuiz\u{2069}", "Ana Ruiz".to_owned()),
        ("\u{3164}", "u1".to_owned()),
        ("می\u{200c}خواهم", "می\u{200c}خواهم".to_owned()),
        (long.as_str(), "x".repeat(200)),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("u{number}@new.example");
        let mut claims = issuer.claims(app.app.now(), &format!("s{number}"), &email);
        claims["name"] = json!(name);
        // Cognito and Apple write it so.
        claims["email_verified"] = json!("true");
        let client = Client::new(app.router.clone(), Credential::Bearer(issuer.sign(&claims)));
        let answer = client.call(Method::POST, "/api/auth/login", None).await.status(200).json();
        assert_eq!(answer["user"]["name"], Value::from(kept));
    }
}

#[tokio::test]
async fn the_command_line_says_it_too() {
    let installation = Installation::new().await;
    let hash = "$2b$04$0qoefIH95XRDGmfINnaV9evTGcBZPUccboJKG0NpzqQerx.J6yZ.C";
    for name in ["\u{3164}", "a\u{202e}b"] {
        let told = if name.starts_with('a') { "direction of writing" } else { "can be seen" };
        let setup = ["setup", "--email", "admin@acme.test", "--org", name, "--password-stdin"];
        let refused = installation.run(&setup, &format!("{PASSWORD}\n")).await.code(2);
        assert!(refused.err.contains(told), "{}", refused.err);
        let line = json!({ "email": "ana@acme.test", "name": name, "password_hash": hash }).to_string();
        let refused = installation.run(&["user", "import", "-"], &line).await.code(1);
        assert!(format!("{}{}", refused.out, refused.err).contains(told), "{} {}", refused.out, refused.err);
    }
    let checked =
        installation.run_with(&["config", "check"], &[("OSKAR_MAIL__FROM", "\u{3164} <a@acme.test>")]);
    assert!(checked.await.code(78).err.contains("mail.from"));
}
