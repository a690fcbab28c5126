//! Where passwords are stored: a row each, of which a user has one at most.

use std::collections::BTreeMap;

use axum::http::Method;
use chrono::TimeDelta;
use oskar::clock::Timestamp;
use oskar::domain::account::passwords;
use oskar::entity::{credential, user};
use oskar::id::UserId;
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _, Set, SqlErr,
    Statement,
};
use serde_json::json;

use crate::operator;
use crate::support::{PASSWORD, TestApp, password_row};

const ANA: &str = "ana@acme.example";
/// More than fit in the database's memory by chance.
const MANY: usize = 10_000;

fn account(number: usize, now: Timestamp) -> user::ActiveModel {
    let email = format!("user-{number}@many.example");
    user::ActiveModel {
        id: Set(UserId::generate()),
        email: Set(email.clone()),
        email_normalised: Set(email),
        username: Set(None),
        name: Set(String::new()),
        password_changed_at: Set(None),
        operator: Set(false),
        email_verified_at: Set(None),
        disabled_at: Set(None),
        external_id: Set(None),
        metadata: Set(None),
        imported_hash_digest: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
    }
}

/// How many steps back lead to the version in which passwords were columns of `user`.
async fn steps_back(app: &TestApp) -> u32 {
    let steps = app.app.db.migrations().await.unwrap();
    let knows = steps.iter().position(|(name, _)| name == "m0043_credential").unwrap();
    u32::try_from(steps.len() - knows).unwrap()
}

/// The only password of an account.
async fn stored(app: &TestApp, email: &str) -> credential::Model {
    let user = user::Entity::find_by_email_normalised(email).one(app.app.db.read()).await.unwrap().unwrap();
    credential::Entity::password_of(user.id).one(app.app.db.read()).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_database_refuses_a_second_password() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await.user_id.parse().unwrap();
    let txn = app.app.db.begin().await.unwrap();
    let refused = password_row(ana, "$argon2id$another", app.app.now()).insert(&txn).await.unwrap_err();
    assert!(matches!(refused.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))), "{refused}");
}

#[tokio::test]
async fn a_password_goes_with_its_user() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let db = app.app.db.read();
    assert_eq!(credential::Entity::find().count(db).await.unwrap(), 1);
    let body = json!({ "password": PASSWORD });
    ana.with_cookie().call(Method::DELETE, "/api/account", Some(body)).await.status(204);
    assert_eq!(credential::Entity::find().count(db).await.unwrap(), 0);
}

#[tokio::test]
async fn its_last_use_is_the_last_sign_in_with_it() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let chosen = stored(&app, ANA).await;
    assert_eq!((chosen.created_at, chosen.last_used_at), (app.app.now(), None));
    app.advance(TimeDelta::hours(1));
    app.sign_in(ANA).await;
    assert_eq!(stored(&app, ANA).await.last_used_at, Some(app.app.now()));
    app.advance(TimeDelta::hours(1));
    let wrong = json!({ "email": ANA, "password": "not the password of Ana" });
    app.anonymous().post("/api/auth/login", wrong).await.status(401);
    assert_eq!(stored(&app, ANA).await.last_used_at, Some(app.app.now() - TimeDelta::hours(1)));
    ana.with_basic().get("/api/auth/me").await.status(200);
    let used = stored(&app, ANA).await;
    assert_eq!(used.last_used_at, Some(app.app.now()));
    assert_eq!((used.id, used.created_at), (chosen.id, chosen.created_at));
    // Another password is another row.
    let body = json!({ "current_password": PASSWORD, "new_password": "another long phrase for Ana" });
    app.sign_in(ANA).await.with_cookie().post("/api/auth/change-password", body).await.status(200);
    let replaced = stored(&app, ANA).await;
    assert_ne!(replaced.id, chosen.id);
    assert_eq!((replaced.created_at, replaced.last_used_at), (app.app.now(), None));
}

/// A line for each user: the hash, and whether it has to be changed.
async fn columns(app: &TestApp) -> BTreeMap<String, (Option<String>, bool)> {
    let db = app.app.db.read();
    let sql = "SELECT email, password_hash, password_change_required_at IS NOT NULL FROM \"user\"";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let row = |row: &sea_orm::QueryResult| {
        let email = row.try_get_by_index::<String>(0).unwrap();
        (email, (row.try_get_by_index(1).unwrap(), row.try_get_by_index(2).unwrap()))
    };
    rows.iter().map(row).collect()
}

#[tokio::test]
async fn many_passwords_move_back_into_the_rows_of_their_users_and_out_again() {
    let app = TestApp::start().await;
    let ana = app.register(ANA, None).await;
    let now = app.app.now();
    let users: Vec<_> = (0..MANY).map(|number| account(number, now)).collect();
    // Every tenth has no password.
    let with_password = users.iter().enumerate().filter(|(number, _)| number % 10 != 0);
    let passwords =
        with_password.map(|(number, user)| password_row(*user.id.as_ref(), &format!("${number}"), now));
    let passwords: Vec<_> = passwords.collect();
    let expected: BTreeMap<_, _> = (0..MANY)
        .map(|number| {
            let hash = (number % 10 != 0).then(|| format!("${number}"));
            (format!("user-{number}@many.example"), (hash, number == 7))
        })
        .collect();
    let seventh = *users[7].id.as_ref();
    operator::change(&app, async |write| {
        for users in users.chunks(500) {
            user::Entity::insert_many(users.to_vec()).exec(write).await?;
        }
        for passwords in passwords.chunks(500) {
            credential::Entity::insert_many(passwords.to_vec()).exec(write).await?;
        }
        passwords::require_change(write, seventh).await
    })
    .await
    .unwrap();
    let before = stored(&app, ANA).await;

    app.app.db.migrate_down(steps_back(&app).await).await.unwrap();
    let mut moved = columns(&app).await;
    assert_eq!(moved.remove(ANA), Some((Some(before.secret.clone()), false)));
    assert!(moved == expected, "each has its own password");
    app.app.db.migrate().await.unwrap();

    let db = app.app.db.read();
    let rows = credential::Entity::with_password(user::Entity::find()).all(db).await.unwrap();
    let mut rows: BTreeMap<_, _> = rows
        .into_iter()
        .map(|(user, row)| {
            let change_required = row.as_ref().is_some_and(|row| row.change_required_at == Some(now));
            (user.email, (row.map(|row| row.secret), change_required))
        })
        .collect();
    rows.remove(ANA);
    assert!(rows == expected, "each has its own password again");
    let after = stored(&app, ANA).await;
    assert_eq!((after.secret, after.created_at), (before.secret, before.created_at));
    ana.with_cookie().get("/api/auth/me").await.status(200);
    app.sign_in(ANA).await;
}
