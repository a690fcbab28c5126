//! `oskar user import --from`: files as other systems write them, and signing in afterwards.
//!
//! `exports/django.json` was written by Django 5.2.19's `dumpdata auth.user`; the others have the members that
//! firebase-tools 15, Keycloak's `kc.sh export`, and the tables of ASP.NET Core Identity and Better Auth have. Their
//! hashes are those of `foreign_hashes`.

use serde_json::{Value, json};

use crate::import::{acme, reasons, written};
use crate::process::Installation;
use crate::support::PASSWORD;

/// The file below `exports`, by its path.
fn export(name: &str) -> String {
    format!("{}/tests/it/exports/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The accounts that were imported, without what differs in each run.
async fn listed(installation: &Installation) -> Vec<Value> {
    let listed = installation.run(&["user", "list", "--json"], "").await.code(0).json();
    let users = listed.as_array().unwrap().iter().skip(1);
    users
        .map(|user| {
            json!([user["email"], user["name"], user["username"], user["external_id"], user["state"]])
        })
        .collect()
}

async fn sign_in(installation: &Installation, email: &str, password: &str) -> reqwest::Response {
    let server = installation.serve(&[]).await;
    let body = json!({ "email": email, "password": password });
    let url = format!("{}/api/auth/login", server.url);
    reqwest::Client::new().post(url).json(&body).send().await.unwrap()
}

/// Imports an export twice and lets Ana sign in, who was made at that time.
async fn check(
    arguments: &[&str],
    refused: &[(u64, &str)],
    accounts: &[Value],
    password: &str,
    created_at: Option<&str>,
) -> Value {
    let installation = acme().await;
    let import = [&["user", "import", "--json", "--org", "acme", "--email-verified"], arguments].concat();
    let code = i32::from(!refused.is_empty());
    let report = installation.run(&import, "").await.code(code).json();
    assert_eq!(reasons(&report), refused, "{report}");
    assert_eq!(report["imported"], accounts.len(), "{report}");
    assert_eq!(listed(&installation).await, accounts);
    let again = installation.run(&import, "").await.code(code).json();
    assert_eq!((&again["imported"], &again["unchanged"]), (&json!(0), &json!(accounts.len())), "{again}");
    let answer = sign_in(&installation, "ana@acme.example", password).await;
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["organisation"]["slug"], "acme");
    let listed = installation.run(&["user", "list", "--json"], "").await.code(0).json();
    if let Some(created_at) = created_at {
        assert_eq!(listed[1]["created_at"], created_at);
    }
    report
}

#[tokio::test]
async fn django_s_dumpdata_is_imported() {
    let accounts = [
        json!(["ana@acme.example", "Ana Ruiz", "ana", "1", "active"]),
        json!(["bob@acme.example", "bob", null, "2", "disabled"]),
    ];
    let arguments = ["--from", "django", &export("django.json")];
    let created_at = Some("2021-03-04T05:06:07.891Z");
    let report = check(&arguments, &[(38, "no_email")], &accounts, PASSWORD, created_at).await;
    assert_eq!((&report["without_password"], &report["refused"][0]["record"]), (&json!(1), &json!(3)));
    let left_out = &report["left_out"][0];
    assert_eq!((&left_out["email"], &left_out["line"]), (&json!("bob@acme.example"), &json!(20)));
    assert!(left_out["reason"].as_str().unwrap().starts_with("the username `bob.b@old` is left out: "));
    // `dumpdata --format jsonl`, and models that are no users.
    let installation = acme().await;
    let users: Value =
        serde_json::from_str(&std::fs::read_to_string(export("django.json")).unwrap()).unwrap();
    let lines =
        format!("{}\n{}\n", users[0], json!({ "model": "auth.group", "pk": 1, "fields": { "name": "x" } }));
    let path = written(&installation, "users.jsonl", &lines);
    let told = installation.run(&["user", "import", "--from", "django", &path], "").await.code(1).out;
    assert!(
        told.starts_with("line 2: a `auth.group` has no `password`: it is no user\n1 imported, "),
        "{told}"
    );
}

#[tokio::test]
async fn keycloak_s_export_is_imported() {
    let accounts = [
        json!(["ana@acme.example", "Ana Ruiz", "user1", "3f0b39cb-0a1b-4428-b36f-b8c098126dbd", "active"]),
        json!(["peter@acme.example", "Peter", null, "cfb55bf6-fcbb-4a1e-bfec-30c6649b52f8", "disabled"]),
        json!(["ldap@acme.example", "ldap", "ldap", "aa0bf6f0-5e77-4f4e-9a32-2d6b7f1d2a10", "active"]),
    ];
    let arguments = ["--from", "keycloak", &export("keycloak.json")];
    let created_at = Some("2021-01-21T12:02:03.301Z");
    let report = check(&arguments, &[(46, "service_account")], &accounts, "user1", created_at).await;
    assert_eq!((&report["without_password"], &report["left_out"]), (&json!(1), &json!([])));
}

#[tokio::test]
async fn firebase_s_export_is_imported_with_the_project_s_parameters() {
    let accounts = [
        json!(["ana@acme.example", "Ana Ruiz", null, "C8xBOJ3CqRbwXqlOjnDFAiyL1lm2", "active"]),
        json!(["bob@acme.example", "bob", null, "gKqzZ0cW1cVQY6Xm2bJpZlYwE5d2", "disabled"]),
    ];
    let (file, parameters) = (export("firebase.json"), export("firebase-parameters.txt"));
    let arguments = ["--from", "firebase", &file, "--firebase-parameters", &parameters];
    let created_at = Some("2017-02-05T19:47:07.123Z");
    check(&arguments, &[(25, "no_email")], &accounts, "user1password", created_at).await;
    let installation = acme().await;
    let report = installation.run(&["user", "import", "--json", "--from", "firebase", &file], "").await;
    assert_eq!(reasons(&report.code(1).json()), [(2, "unusable_hash"), (25, "no_email")]);
    let wrong = ["user", "import", "--from", "firebase", &file, "--firebase-parameters", &file];
    let told = installation.run(&wrong, "").await.code(1).err;
    assert!(told.contains("`algorithm` is missing"), "{told}");
}

#[tokio::test]
async fn rows_of_asp_net_identity_are_imported() {
    let accounts = [
        json!(["ana@acme.example", "ana", null, "5f1a0c0e-8f0a-4f9e-9a4e-2b8f7a3f9d11", "active"]),
        json!(["bob@acme.example", "bob", "bob", "7", "disabled"]),
    ];
    check(&["--from", "aspnet", &export("aspnet.json")], &[], &accounts, "my password", None).await;
}

#[tokio::test]
async fn rows_of_better_auth_are_imported() {
    let accounts = [
        json!(["ana@acme.example", "Ana Ruiz", null, "q3ISDG5Jm1BnsgAX0VZQf8Oa9Cx1pQ2e", "active"]),
        json!(["bob@acme.example", "Bob", null, "7", "disabled"]),
    ];
    let arguments = ["--from", "better-auth", &export("better-auth.jsonl")];
    check(&arguments, &[], &accounts, PASSWORD, Some("2025-01-02T03:04:05.678Z")).await;
}

#[tokio::test]
async fn lines_with_werkzeug_s_hashes_are_imported() {
    let accounts = [
        json!(["ana@acme.example", "Ana Ruiz", null, "1", "active"]),
        json!(["bob@acme.example", "bob", null, "2", "disabled"]),
    ];
    check(&[&export("werkzeug.jsonl")], &[], &accounts, PASSWORD, Some("2020-02-03T04:05:06Z")).await;
}

#[tokio::test]
async fn a_document_that_breaks_off_is_told_and_what_stands_before_is_imported() {
    let installation = acme().await;
    let whole = std::fs::read_to_string(export("keycloak.json")).unwrap();
    let at = whole.find("9410d0bf").unwrap();
    let huge = format!(r#""users":[{{"email":"{}"}},"#, "x".repeat(2 << 20));
    for (name, text, told, imported) in [
        ("cut", whole[..at].to_owned(), "EOF while parsing a string at line 47 column", 2),
        ("not-json", "<html>".to_owned(), "expected value at line 1 column 1", 0),
        ("no-users", r#"{"realm":"acme","users_":[]}"#.to_owned(), "there is no array `users` in it", 0),
        ("no-array", r#"{"users":{"a":1}}"#.to_owned(), "invalid type: map", 0),
        ("huge", whole.replace(r#""users" : ["#, &huge), "an account takes more than 1048576 bytes", 0),
        ("empty", "[]".to_owned(), "", 0),
        ("strange", r#"[7, [], {}, {"email": 7}]"#.to_owned(), "4 of 4 lines were refused", 0),
    ] {
        let path = written(&installation, name, &text);
        let ran = installation.run(&["user", "import", "--json", "--from", "keycloak", &path], "").await;
        assert_eq!(ran.code, i32::from(!told.is_empty()), "{name}: {ran:?}");
        assert!(ran.err.contains(told), "{name}: {}", ran.err);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(report["imported"], imported, "{name}");
    }
}

/// A byte order mark, which editors put before JSON; and arrays of our own accounts.
#[tokio::test]
async fn our_own_form_may_be_an_array_and_begin_with_a_byte_order_mark() {
    let installation = acme().await;
    let array =
        "\u{feff}[\n{\"email\":\"ana@acme.test\"},\n{\"email\":\"bob@acme.test\",\"role\":\"admin\"}]";
    let told = installation.run(&["user", "import", "-"], array).await.code(1).out;
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines[0], "line 3, account 2: `role` needs an `organisation`");
    assert!(lines[1].starts_with("1 imported, 1 of them without a password, 1 refused, in "), "{told}");
    let lines = "\u{feff}{\"email\":\"cleo@acme.test\"}\n";
    installation.run(&["user", "import", "-"], lines).await.code(0);
    installation.run(&["user", "import", "-"], "").await.code(0);
}
