//! Migrations and entities say the same, on the database under test; and the database itself refuses links
//! between organisations.

use std::collections::{BTreeMap, BTreeSet};

use oskar::entity::{api_key, api_key_secret};
use oskar::id::{ApiKeySecretId, OrganisationId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, Database, DbBackend, EntityTrait, QueryFilter, Set,
    SqlErr, Statement,
};

use crate::support::{TestApp, on_postgres};

/// `table.column` or `table (unique columns)`, to all that the database knows of it.
type Described = BTreeMap<String, String>;

/// The migrations' own table, which no entity knows.
const BOOKKEEPING: &str = "seaql_migrations";

async fn strings(db: &impl ConnectionTrait, sql: &str, columns: usize) -> Vec<Vec<String>> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap();
    let row = |row: &sea_orm::QueryResult| {
        (0..columns)
            .map(|at| row.try_get_by_index::<Option<String>>(at).unwrap().unwrap_or_default())
            .collect()
    };
    rows.iter().map(row).collect()
}

/// What entities cannot say: unique among some of the rows.
const PARTLY_UNIQUE: [&str; 2] =
    ["credential (user_id) partly", "api_key (external_id, organisation_id) partly"];

/// Columns, primary keys and unique constraints; `schema` counts on PostgreSQL only.
async fn describe(db: &impl ConnectionTrait, schema: &str) -> Described {
    let (columns, unique) = match db.get_database_backend() {
        DbBackend::Sqlite => (
            "SELECT t.name, c.name, CASE WHEN c.type LIKE '%blob%' THEN 'blob' ELSE c.type END
                || CASE c.\"notnull\" WHEN 1 THEN ' not null' ELSE '' END
                || CASE c.pk WHEN 0 THEN '' ELSE ' key ' || c.pk END
             FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'"
                .to_owned(),
            "SELECT t.name, '(' || (SELECT group_concat(name, ', ') FROM
                (SELECT name FROM pragma_index_info(i.name) ORDER BY name))
                || ')' || CASE i.partial WHEN 1 THEN ' partly' ELSE '' END
             FROM sqlite_schema t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.\"unique\""
                .to_owned(),
        ),
        _ => (
            format!(
                "SELECT table_name::text, column_name::text, udt_name::text
                    || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
                    || coalesce(' of ' || character_maximum_length, '')
                    || coalesce(' default ' || column_default, '')
                 FROM information_schema.columns WHERE table_schema = '{schema}'"
            ),
            format!(
                "SELECT t.relname::text, '(' || string_agg(a.attname::text, ', ' ORDER BY a.attname)
                    || ')' || CASE WHEN i.indpred IS NULL THEN '' ELSE ' partly' END
                 FROM pg_index i
                 JOIN pg_class t ON t.oid = i.indrelid
                 JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = '{schema}'
                 JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
                 WHERE i.indisunique GROUP BY i.indexrelid, i.indpred, t.relname"
            ),
        ),
    };
    let columns = strings(db, &columns, 3).await.into_iter();
    let columns = columns.map(|row| (format!("{}.{}", row[0], row[1]), row[2].clone()));
    let unique = strings(db, &unique, 2).await.into_iter();
    let unique = unique.map(|row| (format!("{} {}", row[0], row[1]), "unique".to_owned()));
    columns.chain(unique).filter(|(name, _)| !name.starts_with(BOOKKEEPING)).collect()
}

/// What the entities would make: in a file of its own, or in a schema of its own.
async fn described_by_entities(app: &TestApp) -> Described {
    if on_postgres() {
        let txn = app.app.db.begin().await.unwrap();
        txn.execute_unprepared("CREATE SCHEMA entities; SET LOCAL search_path TO entities").await.unwrap();
        for table in oskar::entity::all(DbBackend::Postgres) {
            txn.execute(&table).await.unwrap();
        }
        let described = describe(&txn, "entities").await;
        txn.rollback().await.unwrap();
        described
    } else {
        let file = app.data.path().join("entities.db");
        let db = Database::connect(format!("sqlite://{}?mode=rwc", file.display())).await.unwrap();
        for table in oskar::entity::all(DbBackend::Sqlite) {
            db.execute(&table).await.unwrap();
        }
        describe(&db, "").await
    }
}

#[tokio::test]
async fn migrations_and_entities_agree() {
    let app = TestApp::start().await;
    let migrated = describe(app.app.db.read(), "public").await;
    let mut entities = described_by_entities(&app).await;
    entities.extend(PARTLY_UNIQUE.map(|name| (name.to_owned(), "unique".to_owned())));
    assert!(migrated.keys().filter(|name| name.contains('.')).count() > 50, "columns were compared");
    assert!(migrated.keys().filter(|name| name.contains('(')).count() > 5, "unique columns were compared");
    let names: BTreeSet<_> = migrated.keys().chain(entities.keys()).collect();
    let differences: Vec<_> = names
        .into_iter()
        .filter(|name| migrated.get(*name) != entities.get(*name))
        .map(|name| format!("{name}: migrations {:?}, entities {:?}", migrated.get(name), entities.get(name)))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Everything there is besides the migrations' own table: tables, indices, types.
async fn leftovers(db: &impl ConnectionTrait) -> Vec<Vec<String>> {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => "SELECT name FROM sqlite_schema WHERE tbl_name <> 'seaql_migrations'",
        _ => {
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
                AND relname NOT LIKE 'seaql_migrations%'
             UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
             UNION ALL SELECT typname::text FROM pg_type WHERE typnamespace = 'public'::regnamespace
                AND typname NOT IN ('seaql_migrations', '_seaql_migrations')"
        }
    };
    strings(db, sql, 1).await
}

#[tokio::test]
async fn all_migrations_go_down_and_up_again() {
    let app = TestApp::start().await;
    let db = &app.app.db;
    let before = describe(db.read(), "public").await;
    let steps = db.migrations().await.unwrap();
    assert!(steps.iter().all(|(_, applied)| *applied), "{steps:?}");
    assert!(!leftovers(db.read()).await.is_empty(), "the question finds what is there");
    db.migrate_down(u32::try_from(steps.len()).unwrap()).await.unwrap();
    assert_eq!(leftovers(db.read()).await, Vec::<Vec<String>>::new());
    let steps_after = db.migrations().await.unwrap();
    assert!(steps_after.iter().all(|(_, applied)| !*applied), "{steps_after:?}");
    assert_eq!(db.migrate().await.unwrap(), steps.len());
    assert_eq!(describe(db.read(), "public").await, before);
    assert_eq!(db.migrate().await.unwrap(), 0, "there is nothing left to do");
}

/// They rewrite what is in the rows.
const ROWS_ONLY: [&str; 1] = ["m0050_event_form"];

#[tokio::test]
async fn each_migration_goes_down_and_up_by_itself() {
    let app = TestApp::start().await;
    let db = &app.app.db;
    let whole = describe(db.read(), "public").await;
    let indices = leftovers(db.read()).await.len();
    let names: Vec<_> = db.migrations().await.unwrap().into_iter().rev().map(|(name, _)| name).collect();
    for down in 1..=u32::try_from(names.len()).unwrap() {
        db.migrate_down(down).await.unwrap();
        let left = describe(db.read(), "public").await;
        let rows_only =
            names[..usize::try_from(down).unwrap()].iter().all(|name| ROWS_ONLY.contains(&&**name));
        let fewer = rows_only || left.len() < whole.len() || leftovers(db.read()).await.len() < indices;
        assert!(fewer, "{down} steps back");
        assert_eq!(db.migrate().await.unwrap(), usize::try_from(down).unwrap());
        assert_eq!(describe(db.read(), "public").await, whole, "after {down} steps back");
    }
}

fn a_secret(organisation: &str, key: &str) -> api_key_secret::ActiveModel {
    let id = ApiKeySecretId::generate();
    api_key_secret::ActiveModel {
        id: Set(id),
        organisation_id: Set(organisation.parse().unwrap()),
        api_key_id: Set(key.parse().unwrap()),
        digest: Set(id.0.as_bytes().to_vec()),
        hint: Set("osk_live_hint…hint".to_owned()),
        expires_at: Set(None),
        created_at: Set(oskar::clock::Clock::manual().now()),
        key_id: Set(None),
    }
}

#[tokio::test]
async fn the_database_refuses_a_secret_of_one_organisation_for_a_key_of_another() {
    let app = TestApp::start().await;
    let (p, q) = (app.organisation("P").await, app.organisation("Q").await);
    let key = q.key("live", "member", None).await;
    let txn = app.app.db.begin().await.unwrap();
    let refused = a_secret(&p.id, &key.id).insert(&txn).await.unwrap_err();
    assert!(matches!(refused.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_))), "{refused}");
    txn.rollback().await.unwrap();
    let txn = app.app.db.begin().await.unwrap();
    a_secret(&q.id, &key.id).insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
}

#[tokio::test]
async fn the_database_refuses_to_move_a_key_to_another_organisation() {
    let app = TestApp::start().await;
    let (p, q) = (app.organisation("P").await, app.organisation("Q").await);
    let key = q.key("live", "member", None).await;
    let (p, q) = (p.id.parse::<OrganisationId>().unwrap(), q.id.parse::<OrganisationId>().unwrap());
    let moved = api_key::Entity::update_many()
        .set(api_key::ActiveModel { organisation_id: Set(p), ..Default::default() })
        .filter(api_key::COLUMN.id.eq(key.id.parse::<oskar::id::ApiKeyId>().unwrap()));
    let txn = app.app.db.begin().await.unwrap();
    let refused = moved.exec(&txn).await.unwrap_err();
    assert!(matches!(refused.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_))), "{refused}");
    txn.rollback().await.unwrap();
    let stayed = api_key::Entity::in_organisation(q).all(app.app.db.read()).await.unwrap();
    assert_eq!(stayed.len(), 1);
}
