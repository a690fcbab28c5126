//! A database or a master secret that was lost or damaged: refused at the start, with what to do, and nothing is made
//! in its place.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use oskar::config::{Config, Environment, Sources};
use oskar::database::Database;
use sea_orm::{ConnectionTrait as _, Database as Connection, DbBackend, Statement};

use crate::process::{Installation, Ran, run};
use crate::support::on_postgres;

/// An installation that was started once.
async fn started() -> Installation {
    let installation = if on_postgres() { Installation::new().await } else { Installation::with(None) };
    installation.run(&["user", "list"], "").await.code(0);
    if !on_postgres() {
        // Everything in one file, which is what a backup of it is to have.
        sql(&installation, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    }
    installation
}

fn file(installation: &Installation, name: &str) -> PathBuf {
    installation.data.path().join("data").join(name)
}

/// All that touches the database is refused, in these words, and offers nobody a way to become administrator.
async fn is_refused(installation: &Installation, words: &[&str]) {
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["user", "list"], &["setup", "--link"]] {
        let Ran { code, err, out } = installation.run(arguments, "").await;
        assert!([1, 78].contains(&code), "{arguments:?}: {code}");
        for word in words {
            assert!(err.contains(word), "{arguments:?}: `{word}` is not in: {err}");
        }
        assert!(!format!("{err}{out}").contains("/setup#"), "{err}{out}");
    }
}

async fn sql(installation: &Installation, statement: &str) {
    let db = Connection::connect(&installation.database_url).await.unwrap();
    db.execute_unprepared(statement).await.unwrap();
    db.close().await.unwrap();
}

async fn works(installation: &Installation) {
    installation.run(&["user", "list"], "").await.code(0);
}

#[tokio::test]
async fn a_database_file_that_was_truncated_replaced_or_removed_is_not_taken_for_a_new_one() {
    if on_postgres() {
        return;
    }
    let installation = started().await;
    let database = file(&installation, "oskar.db");
    let backup = std::fs::read(&database).unwrap();
    let words = ["is empty, but had data", "restore the last good backup", "database.marker"];
    std::fs::write(&database, "").unwrap();
    is_refused(&installation, &words).await;
    assert_eq!(std::fs::metadata(&database).unwrap().len(), 0, "it is left as it was found");
    std::fs::remove_file(&database).unwrap();
    is_refused(&installation, &words).await;
    assert!(!database.exists());
    // Another one, empty but sound.
    let other = Connection::connect(format!("{}?mode=rwc", installation.database_url)).await.unwrap();
    other.execute_unprepared("CREATE TABLE other (id INTEGER)").await.unwrap();
    other.close().await.unwrap();
    is_refused(&installation, &words).await;
    // One that was migrated, but never started with.
    std::fs::write(&database, &backup).unwrap();
    sql(&installation, "DELETE FROM instance").await;
    is_refused(&installation, &words).await;
    std::fs::write(&database, &backup).unwrap();
    works(&installation).await;
    // The word that one wants to begin anew.
    std::fs::remove_file(&database).unwrap();
    std::fs::remove_file(file(&installation, "database.marker")).unwrap();
    works(&installation).await;
}

#[tokio::test]
async fn a_postgres_database_that_was_replaced_by_an_empty_one_is_not_taken_for_a_new_one() {
    if !on_postgres() {
        return;
    }
    let installation = started().await;
    sql(&installation, "DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
    is_refused(&installation, &["is empty, but had data", "database.marker"]).await;
    std::fs::remove_file(file(&installation, "database.marker")).unwrap();
    works(&installation).await;
}

#[tokio::test]
async fn a_backup_without_the_marker_and_a_folder_that_was_moved_are_known_all_the_same() {
    if on_postgres() {
        return;
    }
    let installation = started().await;
    std::fs::remove_file(file(&installation, "database.marker")).unwrap();
    works(&installation).await;
    assert!(file(&installation, "database.marker").exists());
    let moved = installation.data.path().join("moved");
    std::fs::rename(installation.data.path().join("data"), &moved).unwrap();
    std::fs::write(moved.join("oskar.db"), "").unwrap();
    let mut command = installation.command(&["user", "list"]);
    command.env("OSKAR_DATA_DIR", &moved).env_remove("OSKAR_DATABASE_URL");
    let ran = run(command, "").await.code(1);
    assert!(ran.err.contains("is empty, but had data"), "{}", ran.err);
}

#[tokio::test]
async fn a_lost_master_secret_is_told_and_no_other_is_made() {
    let installation = started().await;
    let key = file(&installation, "secret.key");
    let secret = std::fs::read_to_string(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    is_refused(&installation, &["secret.key is missing", "restore it from the backup, or set `secret_key`"])
        .await;
    let left = std::fs::read_dir(key.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().contains("secret.key")));
    let mut command = installation.command(&["user", "list"]);
    command.env("OSKAR_SECRET_KEY", &secret);
    run(command, "").await.code(0);
    std::fs::write(&key, &secret).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    works(&installation).await;
}

/// Overwrites the page that a table begins at, as a bad disk would.
async fn damage(installation: &Installation, table: &str) {
    let db = Connection::connect(&installation.database_url).await.unwrap();
    db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    let text = |sql: String| Statement::from_string(DbBackend::Sqlite, sql);
    let root = text(format!("SELECT rootpage FROM sqlite_master WHERE name = '{table}'"));
    let root: i64 = db.query_one_raw(root).await.unwrap().unwrap().try_get_by_index(0).unwrap();
    db.close().await.unwrap();
    let database = file(installation, "oskar.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let start = usize::try_from(root - 1).unwrap() * 4096;
    bytes[start..start + 4096].fill(0xA5);
    std::fs::write(database, bytes).unwrap();
}

#[tokio::test]
async fn damaged_pages_are_found_at_the_start_unless_that_is_turned_off() {
    if on_postgres() {
        return;
    }
    let installation = started().await;
    damage(&installation, "socket_ticket").await;
    let ran = installation.run(&["serve", "--listen", "127.0.0.1:0"], "").await.code(1);
    assert!(
        ran.err.contains("oskar.db is damaged") && ran.err.contains("restore the last good backup"),
        "{}",
        ran.err
    );
    let server = installation.serve(&[("OSKAR_DATABASE_CHECK", "0")]).await;
    server.kill().await;
    std::fs::write(file(&installation, "oskar.db"), "This is no database at all. ".repeat(1000)).unwrap();
    is_refused(&installation, &["oskar.db is damaged, or no SQLite database"]).await;
}

#[tokio::test]
async fn looking_for_damage_ends_in_time() {
    if on_postgres() {
        return;
    }
    let installation = started().await;
    let many = "CREATE TABLE filler AS WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200000) \
                SELECT n, hex(randomblob(8)) FROM n";
    sql(&installation, many).await;
    let variables = [("OSKAR_DATABASE_URL", installation.database_url.as_str())];
    let config = Config::from_sources(&Sources::gather(None, &Environment::of(variables), &[])).unwrap();
    assert!(!Database::look_for_damage(&config, Duration::ZERO).await.unwrap(), "it looked at all of it");
    assert!(Database::look_for_damage(&config, Duration::from_mins(10)).await.unwrap());
}
