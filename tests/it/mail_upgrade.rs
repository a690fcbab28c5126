//! Mails that wait, or are dead, while the database moves to the version that keeps deliveries apart from them.

use chrono::{DateTime, Utc};
use oskar::id::MailId;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use crate::process::Installation;
use crate::support::{SECRET_KEY, TestApp};

const ANA: &str = "ana@acme.example";

/// How many migrations go back to the version before.
async fn steps(app: &TestApp) -> u32 {
    let all = app.app.db.migrations().await.unwrap();
    let place = all.iter().position(|(name, _)| name == "m0042_delivery").unwrap();
    u32::try_from(all.len() - place).unwrap()
}

/// A row as the version before wrote it.
async fn write(app: &TestApp, kind: &str, data: Value, state: &str, error: Option<&str>) -> MailId {
    let (id, now): (_, DateTime<Utc>) = (MailId::generate(), app.app.now());
    let insert = Query::insert()
        .into_table("outbox")
        .columns([
            "id",
            "kind",
            "recipient",
            "data",
            "state",
            "attempts",
            "next_attempt_at",
            "finished_at",
            "last_error",
            "requested_from",
            "organisation_id",
            "created_at",
        ])
        .values_panic([
            id.0.into(),
            kind.into(),
            ANA.into(),
            data.into(),
            state.into(),
            3.into(),
            now.into(),
            Some(now).filter(|_| state == "sent").into(),
            error.map(str::to_owned).into(),
            None::<String>.into(),
            None::<uuid::Uuid>.into(),
            now.into(),
        ] as [Expr; 12])
        .take();
    let txn = app.app.db.begin().await.unwrap();
    txn.execute(&insert).await.unwrap();
    txn.commit().await.unwrap();
    id
}

#[tokio::test]
async fn mails_of_the_version_before_are_sent_and_its_dead_ones_can_be_tried_again() {
    let app = TestApp::with_real_time(&[]).await;
    let ana = app.register(ANA, Some("Acme")).await.with_cookie();
    app.deliver().await;
    let body = json!({ "emails": ["bob@acme.example"], "role": "viewer" });
    ana.post("/api/orgs/acme/invitations", body).await.status(201);

    let db = &app.app.db;
    db.migrate_down(steps(&app).await).await.unwrap();
    write(&app, "reset_password", json!({}), "pending", Some("451 later")).await;
    // Older versions wrote the names as one text.
    let old = json!({ "members": "Bob (bob@acme.example)", "organisation": "Acme" });
    write(&app, "new_admin", old, "pending", None).await;
    let old = json!({ "member": "Bob", "organisation": "Acme", "keys": "Backup, CI" });
    write(&app, "keys_left_behind", old, "pending", None).await;
    let told = json!({ "actor": "Ana", "key": "CI", "organisation": "Acme" });
    let dead = write(&app, "key_created", told, "dead", Some("550 no such mailbox")).await;
    write(&app, "password_changed", json!({}), "sent", None).await;
    write(&app, "verify_email", json!({}), "dropped", None).await;
    db.migrate().await.unwrap();

    let installation = Installation::of(&app);
    let run = async |line: &str| {
        let line: Vec<_> = line.split(' ').collect();
        installation.run_with(&line, &[("OSKAR_SECRET_KEY", SECRET_KEY)]).await.code(0).json()
    };
    let listed = run("mail list --json").await;
    let of =
        |kind: &str| listed.as_array().unwrap().iter().find(|mail| mail["kind"] == kind).unwrap().clone();
    assert_eq!(of("key_created")["id"], json!(dead));
    for (kind, state, attempts, error) in [
        ("reset_password", "pending", 3, json!("451 later")),
        ("key_created", "dead", 3, json!("550 no such mailbox")),
        ("password_changed", "sent", 3, Value::Null),
        ("verify_email", "dropped", 3, Value::Null),
        ("invitation", "pending", 0, Value::Null),
    ] {
        let mail = of(kind);
        let seen = (&mail["state"], &mail["attempts"], &mail["last_error"]);
        assert_eq!(seen, (&json!(state), &json!(attempts), &error), "{kind}");
    }

    let mut subjects = app.subjects(ANA).await;
    // What went before the upgrade is below.
    subjects.truncate(3);
    subjects.sort();
    assert_eq!(
        subjects,
        ["API keys of a former member of “Acme”", "Choose a new password", "New admin of “Acme”"]
    );
    let texts: String = app.mails(ANA).await.iter().map(|mail| mail.letter.text().unwrap()).collect();
    assert!(texts.contains("“Bob (bob @ acme. example)”") && texts.contains("“Backup, CI”"), "{texts}");
    let mails = app.mails(ANA).await;
    let link = mails.iter().find(|mail| mail.letter.subject == "Choose a new password").unwrap();
    let token = link.letter.action.clone().unwrap().1.rsplit('#').next().unwrap().to_owned();
    let body = json!({ "link_secret": token, "password": "a new password for Ana" });
    app.anonymous().post("/api/auth/reset-password", body).await.status(204);
    app.deliver().await;

    assert_eq!(app.mails("bob@acme.example").await.len(), 1, "the invitation knows its mail");
    assert_eq!(run(&format!("mail retry {dead} --json")).await, json!({ "revived": 1 }));
    assert_eq!(app.subjects(ANA).await[0], "New API key in “Acme”");
    assert_eq!(app.deliver().await, 0, "nothing comes twice");
}

#[tokio::test]
async fn mails_go_back_to_the_version_before() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, Some("Acme")).await.with_cookie();
    app.deliver().await;
    let body = json!({ "emails": ["bob@acme.example"], "role": "viewer" });
    let path = "/api/orgs/acme/invitations";
    ana.post(path, body).await.status(201);
    app.app.db.migrate_down(steps(&app).await).await.unwrap();

    let db = app.app.db.read();
    let sql = "SELECT outbox.kind, outbox.state FROM outbox LEFT JOIN invitation ON invitation.outbox_id = outbox.id
        ORDER BY invitation.id IS NULL";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let rows: Vec<(String, String)> =
        rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect();
    let row = |kind: &str, state: &str| (kind.to_owned(), state.to_owned());
    assert_eq!(rows, [row("invitation", "pending"), row("registration", "sent")]);

    app.app.db.migrate().await.unwrap();
    app.deliver().await;
    let listed = ana.get(path).await.status(200).json();
    assert_eq!(listed["data"][0]["delivery"], "sent", "{listed}");
}
