//! `oskar user import`, through the real binary, and signing in afterwards.

use std::process::Stdio;

use oskar::app::App;
use oskar::entity::{audit_event, membership, organisation, user};
use sea_orm::{EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::imported_hashes::{BCRYPT, HASHES};
use crate::process::Installation;
use crate::support::PASSWORD;

/// An installation with an organisation `acme`.
pub async fn acme() -> Installation {
    let installation = Installation::new().await;
    let setup = ["setup", "--email", "admin@acme.test", "--org", "Acme", "--password-stdin"];
    installation.run(&setup, &format!("{PASSWORD}\n")).await.code(0);
    installation
}

pub fn account(email: &str, more: &Value) -> String {
    let mut account = json!({ "email": email, "password_hash": BCRYPT });
    account.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    format!("{account}\n")
}

pub fn reasons(report: &Value) -> Vec<(u64, &str)> {
    let refused = report["refused"].as_array().unwrap().iter();
    refused.map(|line| (line["line"].as_u64().unwrap(), line["code"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn accounts_are_imported_and_what_is_refused_is_told_with_its_line() {
    let installation = acme().await;
    let file = [
        account(
            "ana@acme.test",
            &json!({ "name": "Ana Ruiz", "username": "ana", "organisation": "acme", "role": "admin" }),
        ),
        account(
            "bob@acme.test",
            &json!({ "organisation": "acme", "disabled": true, "email_verified": true }),
        ),
        account("Admin@Acme.test", &json!({})),
        account("other@acme.test", &json!({ "username": "ANA" })),
        account("ANA@acme.test", &json!({})),
        account("cleo@acme.test", &json!({ "organisation": "nowhere" })),
        account("cleo@acme.test", &json!({ "role": "member" })),
        account("cleo@acme.test", &json!({ "organisation": "acme", "role": "owner" })),
        account("cleo@acme.test", &json!({ "operator": true })),
        account("cleo", &json!({})),
        account("cleo@acme.test", &json!({ "password_hash": "$1$salt$of-another-time" })),
        account("cleo@acme.test", &json!({ "name": "sign in at https://evil.test" })),
        "{\"email\":\n".to_owned(),
        "\n".to_owned(),
        account("cleo@acme.test", &json!({})),
    ]
    .concat();
    let ran = installation.run(&["user", "import", "-", "--json"], &file).await.code(1);
    assert!(ran.err.contains("10 of 14 lines were refused"), "{}", ran.err);
    let report = ran.json();
    let expected = [
        (7, "malformed"),
        (8, "malformed"),
        (9, "malformed"),
        (10, "malformed"),
        (11, "unusable_hash"),
        (12, "malformed"),
        (13, "malformed"),
        (3, "email_exists"),
        (4, "username_exists"),
        (6, "no_organisation"),
    ];
    assert_eq!(reasons(&report), expected);
    assert_eq!((&report["imported"], &report["unchanged"]), (&json!(3), &json!(1)));
    let told = installation.run(&["user", "import", "-"], &file).await.code(1).out;
    assert!(told.contains("line 3: Admin@acme.test: exists already"), "{told}");
    assert!(told.contains("line 10: `email`: this is not an e-mail address"), "{told}");
    assert!(told.contains("line 7: `role` needs an `organisation`"), "{told}");
    assert!(told.ends_with(" s\n") && told.contains("0 imported, 4 unchanged, 10 refused"), "{told}");

    let app = installation.open().await;
    let bob =
        user::Entity::find_by_email_normalised("bob@acme.test").one(app.db.read()).await.unwrap().unwrap();
    assert!(bob.disabled_at.is_some() && bob.email_verified_at.is_some() && !bob.operator);
    let ana = user::Entity::find_by_username("ana".to_owned()).one(app.db.read()).await.unwrap().unwrap();
    assert_eq!((ana.name.as_str(), ana.email_verified_at), ("Ana Ruiz", None));
    let member = membership::Entity::of_user(ana.id).one(app.db.read()).await.unwrap().unwrap();
    assert_eq!(member.role, oskar::permission::Role::Admin);
    let events = audit_event::Entity::find()
        .filter(audit_event::COLUMN.target_id.eq(ana.id.to_string()))
        .order_by_asc(audit_event::Column::Action);
    let events = events.all(app.db.read()).await.unwrap();
    let told: Vec<_> = events.into_iter().map(|event| (event.action, event.data)).collect();
    let expected = [
        (
            "member.added".to_owned(),
            json!({ "object": { "role": "admin", "imported": true }, "previous": null }),
        ),
        (
            "user.created".to_owned(),
            json!({ "object": { "operator": false, "imported": "bcrypt" }, "previous": null }),
        ),
    ];
    assert_eq!(told, expected);
}

/// A file with that text, by its path.
pub fn written(installation: &Installation, name: &str, text: &str) -> String {
    let path = installation.data.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// How many accounts there are besides the administrator's.
async fn count(app: &App) -> u64 {
    user::Entity::find().count(app.db.read()).await.unwrap() - 1
}

fn many(numbers: std::ops::Range<u32>, more: &Value) -> String {
    numbers.map(|number| account(&format!("p{number}@acme.test"), more)).collect()
}

#[tokio::test]
async fn a_dry_run_finds_what_the_real_one_does_and_writes_nothing() {
    let installation = acme().await;
    let settings = [("OSKAR_LIMITS__SEATS", "3")];
    let mut file = many(0..600, &json!({}));
    // In another batch than those that they collide with, or that made the organisation.
    let new = |email: &str, role: &str| account(email, &json!({ "organisation": "new-place", "role": role }));
    file.insert_str(0, &[new("early@new.test", "member"), new("first@new.test", "admin")].concat());
    let later =
        [new("a@new.test", "member"), new("b@new.test", "member"), new("c@new.test", "member")].concat();
    file += &(later + &account("p7@acme.test", &json!({ "password_hash": HASHES[5].1 })));
    let path = written(&installation, "users.jsonl", &file);
    let import = ["user", "import", &path, "--json", "--create-organisations"];
    let run = async |more: &[&str], code| {
        let mut command = installation.command(&[&import[..], more].concat());
        command.envs(settings);
        crate::process::run(command, "").await.code(code).json()
    };
    let dry = run(&["--dry-run"], 1).await;
    let app = installation.open().await;
    assert_eq!(count(&app).await, 0);
    assert_eq!(organisation::Entity::find().count(app.db.read()).await.unwrap(), 1);
    let real = run(&[], 1).await;
    let expected = [(1, "no_first_admin"), (605, "seats_taken"), (606, "other_hash")];
    assert_eq!(reasons(&real), expected);
    assert_eq!((reasons(&dry), &dry["imported"]), (reasons(&real), &real["imported"]));
    assert_eq!(count(&app).await, real["imported"].as_u64().unwrap());
    let without = account("z@new.test", &json!({ "organisation": "third", "role": "admin" }));
    let refused = installation.run(&["user", "import", "-", "--json"], &without).await.code(1).json();
    assert_eq!(reasons(&refused), [(1, "no_organisation")]);
}

#[tokio::test]
async fn an_import_that_is_killed_is_finished_by_the_next_and_changes_nobody() {
    let installation = acme().await;
    let create = ["org", "create", "--name", "Beta", "--slug", "beta", "--admin", "admin@acme.test"];
    installation.run(&create, "").await.code(0);
    let file = many(0..700, &json!({ "organisation": "acme" }))
        + &many(0..600, &json!({ "organisation": "beta", "role": "viewer" }));
    let mut command = installation.command(&["user", "import", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(file.as_bytes()).await.unwrap();
    let app = installation.open().await;
    let memberships = async || membership::Entity::find().count(app.db.read()).await.unwrap() - 2;
    // It waits for the end of its input.
    while memberships().await < 1000 {
        tokio::task::yield_now().await;
    }
    child.kill().await.unwrap();
    drop(input);
    assert_eq!((count(&app).await, memberships().await), (700, 1000), "whole batches");
    let p3 =
        async || user::Entity::find_by_email_normalised("p3@acme.test").one(app.db.read()).await.unwrap();
    let before = p3().await;
    let path = written(&installation, "users.jsonl", &file);
    let again = installation.run(&["user", "import", &path, "--json"], "").await.code(0).json();
    let sums = ["imported", "joined", "unchanged", "refused_count"].map(|sum| again[sum].as_u64().unwrap());
    assert_eq!(sums, [0, 300, 1000, 0]);
    assert_eq!((count(&app).await, memberships().await), (700, 1300), "each with its memberships");
    let events = audit_event::Entity::find().filter(audit_event::COLUMN.action.eq("member.added"));
    assert_eq!(events.count(app.db.read()).await.unwrap(), 1302, "and each membership with its event");
    assert_eq!(before, p3().await);
    let third = installation.run(&["user", "import", &path], "").await.code(0).out;
    assert!(third.starts_with("0 imported, 1300 unchanged, 0 refused"), "{third}");
    let other =
        account("p3@acme.test", &json!({ "name": "Mallory", "role": "admin", "organisation": "acme" }));
    installation.run(&["user", "import", "-"], &other).await.code(1);
    assert_eq!(before, p3().await);
}

#[tokio::test]
async fn two_imports_at_once_import_everybody_once() {
    let installation = acme().await;
    let create = ["org", "create", "--name", "Beta", "--slug", "beta", "--admin", "admin@acme.test"];
    installation.run(&create, "").await.code(0);
    let file = many(0..1000, &json!({ "organisation": "acme" }))
        + &many(0..1000, &json!({ "organisation": "beta" }));
    let reversed: String = file.split_inclusive('\n').rev().collect();
    let (one, two) = (written(&installation, "one", &file), written(&installation, "two", &reversed));
    let run = async |path: &str| installation.run(&["user", "import", path, "--json"], "").await;
    let (one, two) = tokio::join!(run(&one), run(&two));
    let (one, two) = (one.code(0).json(), two.code(0).json());
    let both = |sum: &str| one[sum].as_u64().unwrap() + two[sum].as_u64().unwrap();
    assert_eq!(["imported", "joined", "unchanged"].map(both), [1000, 1000, 2000]);
    let app = installation.open().await;
    assert_eq!(count(&app).await, 1000);
    assert_eq!(membership::Entity::find().count(app.db.read()).await.unwrap(), 2002);
}
