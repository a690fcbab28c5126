//! PostgreSQL by two roles: the owner of the tables migrates, and another one, which may not create anything, serves.

use chrono::TimeDelta;
use oskar::permission::Role;
use oskar::worker;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use serde_json::json;

use crate::process::Installation;
use crate::support::{PASSWORD, TestApp, postgres};

struct Roles {
    owner: String,
    user: String,
}

/// An empty database, and the addresses by which its owner and the server's role reach it.
async fn empty() -> Option<Roles> {
    let server = postgres()?;
    let name = uuid::Uuid::now_v7().simple().to_string();
    let (owner, user, database) = (format!("owner_{name}"), format!("user_{name}"), format!("roles_{name}"));
    let superuser = Database::connect(format!("{server}/postgres")).await.unwrap();
    for sql in [
        format!("CREATE ROLE {owner} LOGIN"),
        format!("CREATE ROLE {user} LOGIN"),
        format!("CREATE DATABASE {database} OWNER {owner}"),
    ] {
        superuser.execute_unprepared(&sql).await.unwrap();
    }
    let (_, host) = server.split_once('@').unwrap();
    let address = |role: &str| format!("postgres://{role}@{host}/{database}");
    let (owner, user) = (address(&owner), address(&user));
    Some(Roles { owner, user })
}

impl Roles {
    /// The server's role.
    fn role(&self) -> &str {
        self.user.trim_start_matches("postgres://").split('@').next().unwrap()
    }

    async fn superuser(&self) -> DatabaseConnection {
        let (_, place) = self.owner.split_once('@').unwrap();
        let server = postgres().unwrap();
        let (superuser, _) = server.split_once('@').unwrap();
        Database::connect(format!("{superuser}@{place}")).await.unwrap()
    }

    /// As the documentation says.
    async fn grant(&self) {
        let role = self.role();
        let grant =
            format!("ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}");
        let owner = Database::connect(&self.owner).await.unwrap();
        owner.execute_unprepared(&grant).await.unwrap();
    }

    async fn migrate(&self) {
        let ran = Installation::with(self.owner.clone()).run(&["migrate", "up"], "").await.code(0);
        assert!(ran.out.contains("migrations applied"), "{}", ran.out);
    }
}

#[tokio::test]
async fn what_is_missing_is_told_to_a_role_that_may_not_create_it() {
    let Some(roles) = empty().await else { return };
    let installation = Installation::with(roles.user.clone());
    let status = installation.run(&["migrate", "status"], "").await.code(0);
    assert!(status.out.contains("pending") && !status.out.contains("applied"), "{}", status.out);
    for command in [&["user", "list"][..], &["migrate", "up"]] {
        let ran = installation.run(command, "").await.code(1);
        assert!(ran.err.contains("oskar migrate up` with the owner"), "{}", ran.err);
        assert!(!ran.err.contains("CREATE TABLE"), "{}", ran.err);
    }
    roles.grant().await;
    roles.migrate().await;
    let status = installation.run(&["migrate", "status"], "").await.code(0);
    assert!(status.out.contains("applied") && !status.out.contains("pending"), "{}", status.out);
    installation.run(&["migrate", "up"], "").await.code(0);
    let down = installation.run(&["migrate", "down", "--yes"], "").await.code(1);
    assert!(down.err.contains("with the owner"), "{}", down.err);
}

#[tokio::test]
async fn a_role_that_only_reads_and_writes_rows_serves_everything() {
    let Some(roles) = empty().await else { return };
    roles.grant().await;
    roles.migrate().await;
    let app = TestApp::with(&[("OSKAR_DATABASE_URL", &roles.user)]).await;
    app.anonymous().get("/readyz").await.status(200);
    let org = app.organisation("Acme").await;
    let key = org.key("live", "member", None).await;
    key.with_x_api_key().get("/api/verify").await.status(200);
    app.create_user("bob@acme.example", &org.id, Role::Member).await;
    app.sign_in("bob@acme.example").await.with_basic().get("/api/auth/me").await.status(200);
    let wrong = json!({ "email": "bob@acme.example", "password": "a wrong one, long" });
    app.anonymous().post("/api/auth/login", wrong).await.status(401);
    let body = json!({ "emails": ["carol@acme.example"], "role": "viewer" });
    org.admin.with_bearer().post(&format!("{}/invitations", org.path), body).await.status(201);
    app.deliver().await;
    let refreshed = json!({ "refresh_token": org.admin.refresh_token });
    app.anonymous().post("/api/auth/refresh", refreshed).await.status(200);
    let changed = json!({ "current_password": PASSWORD, "new_password": "another, and long enough" });
    org.viewer.with_bearer().post("/api/auth/change-password", changed).await.status(200);
    org.admin.with_bearer().delete(&format!("{}/keys/{}", org.path, key.id)).await.status(204);
    org.admin.with_bearer().get(&format!("{}/events", org.path)).await.status(200);
    // What the server does by itself, now and when all of this is old.
    for days in [0, 1, 500] {
        app.advance(TimeDelta::days(days));
        worker::usage::tick(&app.app).await.unwrap();
        worker::tally::tick(&app.app).await.unwrap();
        worker::signing_keys::tick(&app.app).await.unwrap();
        worker::sweep::tick(&app.app).await.unwrap();
        worker::unproven::tick(&app.app).await.unwrap();
    }
    app.another_node().await.anonymous().get("/readyz").await.status(200);
}

/// Rights that were lost look like data that was lost, to what asks for the tables that it may see.
#[tokio::test]
async fn lost_rights_are_no_lost_data() {
    let Some(roles) = empty().await else { return };
    roles.grant().await;
    roles.migrate().await;
    let installation = Installation::with(roles.user.clone());
    installation.serve(&[]).await.kill().await;
    let secret = installation.data.path().join("data/secret.key");
    let owner = Database::connect(&roles.owner).await.unwrap();
    let role = roles.role();
    let revoke = format!("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}");
    for rights in [None, Some("seaql_migrations"), Some("seaql_migrations, instance")] {
        owner.execute_unprepared(&revoke).await.unwrap();
        if let Some(tables) = rights {
            owner.execute_unprepared(&format!("GRANT SELECT ON {tables} TO {role}")).await.unwrap();
        }
        let ran = installation.run(&["user", "list"], "").await.code(1);
        assert!(ran.err.contains("grant the user what README.md names"), "{rights:?}: {}", ran.err);
        assert!(!ran.err.contains("had data"), "{}", ran.err);
    }
    // Nor is a secret made in the place of the one that the data was written under.
    owner.execute_unprepared(&revoke).await.unwrap();
    std::fs::remove_file(&secret).unwrap();
    installation.run(&["user", "list"], "").await.code(1);
    assert!(!secret.exists());
}

/// It would own a part of the tables afterwards.
#[tokio::test]
async fn a_role_that_may_create_and_owns_nothing_does_not_migrate() {
    let Some(roles) = empty().await else { return };
    roles.grant().await;
    roles.migrate().await;
    let sql = format!(
        "GRANT CREATE ON SCHEMA public TO {}; DELETE FROM seaql_migrations WHERE version = (SELECT max(version) FROM seaql_migrations)",
        roles.role()
    );
    roles.superuser().await.execute_unprepared(&sql).await.unwrap();
    let ran = Installation::with(roles.user.clone()).run(&["migrate", "up"], "").await.code(1);
    assert!(ran.err.contains("the tables have another owner"), "{}", ran.err);
}
