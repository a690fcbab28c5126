//! What the database holds of secrets: digests, never the secrets, in whatever writing.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use oskar::entity::api_key_secret;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::operator;
use crate::support::{PASSWORD, TestApp, on_postgres};

/// Everything that the database has stored: its files, or all rows of all tables as text.
async fn dump(app: &TestApp) -> Vec<u8> {
    if !on_postgres() {
        let files = ["oskar.db", "oskar.db-wal"].map(|name| std::fs::read(app.data.path().join(name)));
        return files.into_iter().flat_map(Result::unwrap).collect();
    }
    let db = app.app.db.read();
    let query = |sql: String| Statement::from_string(DbBackend::Postgres, sql);
    let tables = "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'";
    let mut all = Vec::new();
    for table in db.query_all_raw(query(tables.to_owned())).await.unwrap() {
        let name: String = table.try_get("", "name").unwrap();
        let rows = query(format!("SELECT row::text AS text FROM \"{name}\" AS row"));
        for row in db.query_all_raw(rows).await.unwrap() {
            all.extend(row.try_get::<String>("", "text").unwrap().into_bytes());
        }
    }
    all
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from_digit(digit.into(), 16).unwrap())
        .collect()
}

/// A secret as it might have been written down.
fn writings(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    // An unkeyed hash could be tried out by whoever stole the database.
    let hash = Sha256::digest(bytes).to_vec();
    vec![
        bytes.to_vec(),
        hex(bytes).into_bytes(),
        hex(bytes).to_uppercase().into_bytes(),
        STANDARD_NO_PAD.encode(bytes).into_bytes(),
        URL_SAFE_NO_PAD.encode(bytes).into_bytes(),
        hex(&hash).into_bytes(),
        STANDARD_NO_PAD.encode(&hash).into_bytes(),
        hash,
    ]
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn a23_no_secret_can_be_read_from_the_database() {
    let app = TestApp::start().await;
    let link = operator::setup_link(&app).await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "member", None).await;
    let rotate = format!("{}/keys/{}/rotate", org.path, key.id);
    let rotated = org.admin.with_cookie().post(&rotate, json!({})).await.status(200).json();
    key.with_bearer().get("/api/verify").await.status(200);
    oskar::worker::usage::tick(&app.app).await.unwrap();
    let body = json!({ "refresh_token": org.admin.refresh_token });
    let refreshed = app.anonymous().post("/api/auth/refresh", body).await.status(200).json();
    let new_password = "a new password for the member";
    let body = json!({ "current_password": PASSWORD, "new_password": new_password });
    org.member.with_cookie().post("/api/auth/change-password", body).await.status(200);

    let stored = dump(&app).await;
    // It is the right place to look.
    for there in ["admin@acme.example", "$argon2id$", "key.rotated", &key.secret[..13]] {
        assert!(contains(&stored, there.as_bytes()), "{there} is not in the database");
    }
    let rotated = rotated["secret"].as_str().unwrap();
    let [refresh, access] = ["refresh_token", "access_token"].map(|name| refreshed[name].as_str().unwrap());
    for secret in [
        key.secret.as_str(),
        // Without its prefix and its checksum too.
        &key.secret[9..41],
        rotated,
        &rotated[9..41],
        &org.admin.cookie,
        &org.admin.cookie[4..36],
        &org.admin.refresh_token,
        refresh,
        // The part that makes it genuine.
        &refresh[32..54],
        &org.admin.access_token,
        access,
        access.rsplit('.').next().unwrap(),
        link.trim_start_matches("/setup#"),
        PASSWORD,
        new_password,
        "kJ8vQ2mX5tR9wZ3bN6cF1hL4pS7dG0yA",
    ] {
        for (way, writing) in writings(secret).iter().enumerate() {
            assert!(!contains(&stored, writing), "{secret}, written in way {way}");
        }
    }
}

#[tokio::test]
async fn a23_of_a_key_there_are_32_bytes_and_what_people_recognise_it_by() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "member", None).await;
    let rows = api_key_secret::Entity::in_organisation(org.id.parse().unwrap())
        .all(app.app.db.read())
        .await
        .unwrap();
    let [row] = rows.as_slice() else { panic!("{} secrets", rows.len()) };
    assert_eq!(row.digest.len(), 32);
    assert_eq!(row.hint, format!("{}…{}", &key.secret[..13], &key.secret[43..]));
    // The same secret under another master secret is something else.
    let elsewhere = TestApp::with(&[("OSKAR_SECRET_KEY", "another master secret, long enough")]).await;
    let secret = oskar::crypto::secret::Secret::parse(&key.secret).unwrap();
    assert_eq!(row.digest, secret.digest(&app.app.keyring).to_vec());
    assert_ne!(row.digest, secret.digest(&elsewhere.app.keyring).to_vec());
}
