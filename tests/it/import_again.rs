//! Importing accounts that are there already: several organisations, ids of one's own, and what never changes.

use oskar::domain::onboarding::import::{Done, Import, ImportedUser};
use oskar::entity::{credential, membership, organisation, user};
use oskar::password::ImportedHash;
use oskar::permission::Role;
use serde_json::{Value, json};

use crate::import::{account, acme, reasons, written};
use crate::imported_hashes::{BCRYPT, HASHES, login};
use crate::operator;
use crate::process::Installation;
use crate::support::{PASSWORD, TestApp};

fn sums(report: &Value) -> [u64; 4] {
    ["imported", "joined", "unchanged", "refused_count"].map(|sum| report[sum].as_u64().unwrap())
}

/// Imports a text; its report.
async fn import(installation: &Installation, text: &str, more: &[&str], code: i32) -> Value {
    let path = written(installation, "import.jsonl", text);
    installation.run(&[&["user", "import", &path, "--json"], more].concat(), "").await.code(code).json()
}

/// The organisations and roles of an account.
async fn places(installation: &Installation, email: &str) -> Vec<(String, Role)> {
    let app = installation.open().await;
    let user = user::Entity::find_by_email_normalised(email).one(app.db.read()).await.unwrap().unwrap();
    let rows = membership::Entity::of_user(user.id).find_also_related(organisation::Entity);
    let rows = rows.all(app.db.read()).await.unwrap();
    let mut places: Vec<_> = rows.into_iter().map(|(row, place)| (place.unwrap().slug, row.role)).collect();
    places.sort();
    places
}

#[tokio::test]
async fn who_is_in_several_organisations_has_a_line_for_each() {
    let installation = acme().await;
    let ana = |more: Value| account("ana@acme.test", &more);
    let without_hash = |more: Value| {
        let mut line: Value = serde_json::from_str(&ana(more)).unwrap();
        line.as_object_mut().unwrap().remove("password_hash");
        format!("{line}\n")
    };
    let file = [
        ana(json!({ "organisation": "acme", "name": "Ana" })),
        ana(json!({ "organisation": "beta", "role": "admin", "name": "Somebody else", "disabled": true })),
        without_hash(json!({ "organisation": "gamma", "role": "admin" })),
        // The same again, another role, another hash; and an account that was not imported.
        ana(json!({ "organisation": "acme" })),
        ana(json!({ "organisation": "acme", "role": "admin" })),
        ana(json!({ "organisation": "delta", "role": "admin", "password_hash": HASHES[5].1 })),
        account("admin@acme.test", &json!({ "organisation": "beta" })),
        without_hash(json!({ "organisation": "acme" })).replace("ana@", "admin@"),
    ]
    .concat();
    let expected = [(5, "other_role"), (6, "other_hash"), (7, "email_exists"), (8, "email_exists")];
    let dry = import(&installation, &file, &["--create-organisations", "--dry-run"], 1).await;
    assert_eq!((reasons(&dry), sums(&dry)), (expected.to_vec(), [1, 2, 1, 4]));
    let real = import(&installation, &file, &["--create-organisations"], 1).await;
    assert_eq!((reasons(&real), sums(&real)), (expected.to_vec(), [1, 2, 1, 4]));
    let everywhere = ["acme", "beta", "gamma"].map(str::to_owned);
    let everywhere: Vec<_> = everywhere.into_iter().zip([Role::Member, Role::Admin, Role::Admin]).collect();
    assert_eq!(places(&installation, "ana@acme.test").await, everywhere);
    assert_eq!(places(&installation, "admin@acme.test").await, [("acme".to_owned(), Role::Admin)]);
    let again = import(&installation, &file, &["--create-organisations"], 1).await;
    assert_eq!(sums(&again), [0, 0, 4, 4]);
    let app = installation.open().await;
    let row = user::Entity::find_by_email_normalised("ana@acme.test").one(app.db.read()).await.unwrap();
    let row = row.unwrap();
    assert_eq!((row.name.as_str(), row.disabled_at), ("Ana", None));
    let password = credential::Entity::password_of(row.id).one(app.db.read()).await.unwrap().unwrap();
    assert_eq!(password.secret, BCRYPT);
}

/// In another batch, and in a dry run: seats, and the most organisations of one account.
#[tokio::test]
async fn limits_count_the_organisations_of_lines_before() {
    let installation = acme().await;
    for (name, slug) in [("Beta", "beta"), ("Gamma", "gamma")] {
        let create = ["org", "create", "--name", name, "--slug", slug, "--admin", "admin@acme.test"];
        installation.run(&create, "").await.code(0);
    }
    let line = |number: u32, place: &str| {
        account(&format!("p{number}@acme.test"), &json!({ "organisation": place }))
    };
    let mut file: String = (0..499).map(|number| line(number, "acme")).collect();
    file += &[
        line(499, "beta"),
        line(0, "beta"),
        line(0, "gamma"),
        line(1, "beta"),
        line(2, "gamma"),
        line(500, "acme"),
    ]
    .concat();
    let path = written(&installation, "users.jsonl", &file);
    for (more, done) in [(&["--dry-run"][..], [500, 3, 0, 2]), (&[], [500, 3, 0, 2]), (&[], [0, 0, 503, 2])] {
        let mut command = installation.command(&[&["user", "import", &path, "--json"], more].concat());
        // Acme has its first administrator besides.
        command.env("OSKAR_LIMITS__SEATS", "500").env("OSKAR_LIMITS__ORGANISATIONS", "2");
        let report = crate::process::run(command, "").await.code(1).json();
        assert_eq!(sums(&report), done, "{report}");
        assert_eq!(reasons(&report), [(502, "too_many_organisations"), (505, "seats_taken")]);
    }
}

#[tokio::test]
async fn an_import_brings_nobody_back() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let line = |place: &str| ImportedUser {
        email: "ana@acme.example".parse().unwrap(),
        name: None,
        username: None,
        external_id: None,
        password_hash: Some(ImportedHash::read(BCRYPT).unwrap()),
        place: Some((place.parse().unwrap(), Role::Member)),
        email_verified: true,
        disabled: false,
        created_at: None,
    };
    let import = async || {
        let mut import = Import::new(None, false);
        operator::change(&app, async |write| import.batch(write, &[line("acme")]).await).await.unwrap()
    };
    assert_eq!(import().await, [Ok(Done::Created)]);
    assert_eq!(import().await, [Ok(Done::Unchanged)]);
    // The hash is another one by now: the account is known by the one that it came with.
    let ana = login(&app, "ana@acme.example", PASSWORD).await.status(200).json();
    assert_eq!(import().await, [Ok(Done::Unchanged)]);
    let member = format!("/api/orgs/acme/members/{}", ana["user"]["id"].as_str().unwrap());
    org.admin.with_cookie().delete(&member).await.status(204);
    let refused = import().await.remove(0).unwrap_err();
    assert_eq!(refused.code(), "has_left");
    assert_eq!(
        refused.to_string(),
        "left the organisation `acme`, or was removed from it: an import adds no former member again"
    );
}

#[tokio::test]
async fn external_ids_are_unique_and_found_again() {
    let installation = acme().await;
    let id = |email: &str, id: &str| account(email, &json!({ "external_id": id }));
    let long = "é".repeat(255);
    let file = [
        id("ana@acme.test", "4711"),
        id("bob@acme.test", "4711"),
        id("bob@acme.test", "4712"),
        id("ana@acme.test", "4712"),
        id("ana@acme.test", "4713"),
        account("bob@acme.test", &json!({})),
        id("cleo@acme.test", &long),
        id("dora@acme.test", &format!("{long}e")),
        id("dora@acme.test", " 4714"),
        id("dora@acme.test", ""),
        account("dora@acme.test", &json!({ "external_id": 4714 })),
        account("dora@acme.test", &json!({})),
        id("dora@acme.test", "4714"),
    ]
    .concat();
    let expected = vec![
        (8, "malformed"),
        (9, "malformed"),
        (10, "malformed"),
        (11, "malformed"),
        (2, "external_id_exists"),
        (4, "external_id_exists"),
        (5, "other_external_id"),
        (13, "other_external_id"),
    ];
    let report = import(&installation, &file, &["--dry-run"], 1).await;
    assert_eq!((reasons(&report), sums(&report)), (expected.clone(), [4, 0, 1, 8]));
    let report = import(&installation, &file, &[], 1).await;
    assert_eq!((reasons(&report), sums(&report)), (expected.clone(), [4, 0, 1, 8]));
    assert_eq!(report["refused"][0]["reason"], "`external_id`: an external id has 1 to 255 characters");
    let again = import(&installation, &file, &[], 1).await;
    assert_eq!((reasons(&again), sums(&again)), (expected, [0, 0, 5, 8]));
    let listed = installation.run(&["user", "list", "--json"], "").await.code(0).json();
    let ids: Vec<_> = listed.as_array().unwrap().iter().map(|user| &user["external_id"]).collect();
    assert_eq!(ids, [&Value::Null, &json!("4711"), &json!("4712"), &json!(long), &Value::Null]);
    // Whose address has changed since is found by the id, if the hash is the same, and gets no second account.
    let app = installation.open().await;
    let ana = user::Entity::find_by_email_normalised("ana@acme.test").one(app.db.read()).await.unwrap();
    let txn = app.db.begin().await.unwrap();
    let moved = user::ActiveModel {
        id: sea_orm::Set(ana.unwrap().id),
        email: sea_orm::Set("ana@new.test".to_owned()),
        email_normalised: sea_orm::Set("ana@new.test".to_owned()),
        ..Default::default()
    };
    sea_orm::ActiveModelTrait::update(moved, &txn).await.unwrap();
    txn.commit().await.unwrap();
    assert_eq!(sums(&import(&installation, &id("ana@acme.test", "4711"), &[], 0).await), [0, 0, 1, 0]);
    let other = account("ana@acme.test", &json!({ "external_id": "4711", "password_hash": HASHES[5].1 }));
    let report = import(&installation, &other, &[], 1).await;
    assert_eq!(reasons(&report), [(1, "external_id_exists")]);
}

#[tokio::test]
async fn the_time_of_an_account_is_kept() {
    let installation = acme().await;
    let at = |email: &str, time: &str| account(email, &json!({ "created_at": time }));
    let file = [
        at("ana@acme.test", "2021-03-04T05:06:07.123456789+02:00"),
        at("bob@acme.test", "2999-01-01T00:00:00Z"),
        at("bob@acme.test", "1969-12-31T23:59:59Z"),
        at("bob@acme.test", "2021-03-04T05:06:07"),
        at("bob@acme.test", "1614834367000"),
        account("bob@acme.test", &json!({ "created_at": 1_614_834_367_000_u64 })),
        account("bob@acme.test", &json!({ "created_at": null })),
    ]
    .concat();
    let report = import(&installation, &file, &[], 1).await;
    let malformed = [(4, "malformed"), (5, "malformed"), (6, "malformed")];
    assert_eq!(reasons(&report), [&malformed[..], &[(2, "created_at"), (3, "created_at")]].concat());
    let told = "`created_at`: this is not a time with its offset (RFC 3339), such as 2024-05-01T09:30:00Z";
    assert_eq!(report["refused"][0]["reason"], told);
    let listed = installation.run(&["user", "list", "--json"], "").await.code(0).json();
    assert_eq!(listed[1]["created_at"], "2021-03-04T03:06:07.123456Z");
}

#[tokio::test]
async fn who_has_no_password_gets_in_by_a_mailed_link() {
    let app = TestApp::start().await;
    let line = || ImportedUser {
        email: "ana@acme.example".parse().unwrap(),
        name: None,
        username: None,
        external_id: None,
        password_hash: None,
        place: None,
        email_verified: false,
        disabled: false,
        created_at: None,
    };
    let import = async |line: ImportedUser| {
        let mut import = Import::new(None, false);
        operator::change(&app, async |write| import.batch(write, &[line]).await).await.unwrap().remove(0)
    };
    assert_eq!(import(line()).await, Ok(Done::Created));
    for password in ["", PASSWORD] {
        login(&app, "ana@acme.example", password).await.status(401);
    }
    let body = json!({ "email": "ana@acme.example" });
    app.anonymous().post("/api/auth/forgot-password", body).await.status(202);
    let mailed = app.mailed_link("ana@acme.example").await;
    let secret = mailed.rsplit('#').next().unwrap();
    let body = json!({ "link_secret": secret, "password": "another long phrase for Ana" });
    app.anonymous().post("/api/auth/reset-password", body).await.status(204);
    login(&app, "ana@acme.example", "another long phrase for Ana").await.status(200);
    // Again: with the hash that it did not come with, nothing happens to the password that she chose.
    assert_eq!(import(line()).await, Ok(Done::Unchanged));
    let with_hash = ImportedUser { password_hash: Some(ImportedHash::read(BCRYPT).unwrap()), ..line() };
    assert_eq!(import(with_hash).await.unwrap_err().code(), "other_hash");
    login(&app, "ana@acme.example", PASSWORD).await.status(401);
    login(&app, "ana@acme.example", "another long phrase for Ana").await.status(200);
}
