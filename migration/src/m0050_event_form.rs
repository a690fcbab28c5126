//! Events have one form of data, `{object, previous}`, and one name for each thing that can happen.
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::{Json, Uuid};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use serde_json::{Map, json};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Rows that are in memory at once, and in one statement.
const PAGE: usize = 200;

type Members = Map<String, Json>;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rewrite(manager.get_connection(), |row| today(&row.action, row.data)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rewrite(manager.get_connection(), |row| before(&row.action, &row.target, &row.data)).await
    }
}

struct Row {
    action: String,
    target: String,
    data: Json,
}

/// Rewrites name and data of every event, in pages by id.
async fn rewrite(
    db: &impl ConnectionTrait,
    rewritten: impl Fn(Row) -> (String, Json) + Sync,
) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let mark = |at: usize, kind: &str| match backend {
        DbBackend::Sqlite => "?".to_owned(),
        _ => format!("CAST(${at} AS {kind})"),
    };
    let mut after = Uuid::nil();
    loop {
        let page = format!(
            "SELECT id, action, target_id, data FROM audit_event WHERE id > {} ORDER BY id LIMIT {PAGE}",
            mark(1, "uuid")
        );
        let page = Statement::from_sql_and_values(backend, page, [after.into()]);
        let rows = db.query_all_raw(page).await?;
        let (mut marks, mut values) = (Vec::new(), Vec::<Value>::new());
        for row in &rows {
            after = row.try_get("", "id")?;
            let target: Option<String> = row.try_get("", "target_id")?;
            let (action, data) = rewritten(Row {
                action: row.try_get("", "action")?,
                target: target.unwrap_or_default(),
                data: row.try_get("", "data")?,
            });
            let at = values.len();
            marks.push(format!(
                "({}, {}, {})",
                mark(at + 1, "uuid"),
                mark(at + 2, "text"),
                mark(at + 3, "jsonb")
            ));
            values.extend([after.into(), action.into(), data.into()]);
        }
        if rows.is_empty() {
            return Ok(());
        }
        let update = format!(
            "WITH rewritten (id, action, data) AS (VALUES {}) UPDATE audit_event \
             SET action = rewritten.action, data = rewritten.data FROM rewritten WHERE audit_event.id = rewritten.id",
            marks.join(", ")
        );
        db.execute_raw(Statement::from_sql_and_values(backend, update, values)).await?;
    }
}

fn members(data: Json) -> Members {
    match data {
        Json::Object(members) => members,
        _ => Members::new(),
    }
}

/// The name and the data of an older event as they are from this step on.
fn today(action: &str, data: Json) -> (String, Json) {
    let mut object = members(data);
    let mut previous = Members::new();
    let mut changed = |object: &mut Members, name: &str| {
        if let (Some(before), Some(after)) = (object.remove("before"), object.remove("after")) {
            previous.insert(name.to_owned(), before);
            object.insert(name.to_owned(), after);
        }
    };
    let nulls: &[&str] = match action {
        "user.created" => &["imported"],
        "user.deleted" => &["role", "registered_at", "sessions_ended", "organisations"],
        "identity.linked" => &["subject"],
        "identity.unlinked" => &["sessions_ended"],
        "session.started" => &["issuer"],
        "organisation.created" | "organisation.deleted" => &["external_id"],
        "key.revoked" => &["reason"],
        "access.denied" => &["permission", "role", "method"],
        _ => &[],
    };
    for name in nulls {
        object.entry(*name).or_insert(Json::Null);
    }
    let name = match action {
        "user.username_changed" => {
            changed(&mut object, "username");
            "user.updated"
        }
        "user.updated" | "organisation.updated" => {
            let (before, after) = (object.remove("before"), object.remove("after"));
            let (before, after) = (members(before.unwrap_or_default()), members(after.unwrap_or_default()));
            for (name, value) in after {
                let former = before.get(&name).cloned().unwrap_or_default();
                if former != value {
                    previous.insert(name.clone(), former);
                    object.insert(name, value);
                }
            }
            action
        }
        "member.role_changed" => {
            changed(&mut object, "role");
            action
        }
        "key.renamed" => {
            changed(&mut object, "name");
            if object.get("name") == previous.get("name") {
                (object, previous) = (Members::new(), Members::new());
            }
            "key.updated"
        }
        "master_secret.rotated" => {
            changed(&mut object, "key_id");
            action
        }
        "invitation.resent" => {
            let mut inviter = members(object.remove("invited_by").unwrap_or_default());
            changed(&mut inviter, "invited_by");
            object.extend(inviter);
            action
        }
        "settings.changed" => {
            previous = former_settings(&mut object);
            action
        }
        "user.deleted" => {
            object.entry("reason").or_insert("requested".into());
            action
        }
        "user.unlocked" => {
            let by_mail = object.remove("by").is_some();
            object.insert("reason".to_owned(), if by_mail { "mail" } else { "requested" }.into());
            action
        }
        "member.added" => {
            object.entry("imported").or_insert(false.into());
            action
        }
        "session.ended" | "session.replaced" | "sessions.ended" | "member.sessions_ended" => {
            object = ended(action, &object);
            "session.ended"
        }
        "signing_keys.exported" => "signing_key.exported",
        _ => action,
    };
    let previous = if previous.is_empty() { Json::Null } else { Json::Object(previous) };
    (name.to_owned(), json!({ "object": object, "previous": previous }))
}

/// Leaves the settings of today; of secrets, that they changed.
fn former_settings(settings: &mut Members) -> Members {
    let mut former = Members::new();
    for (name, setting) in settings {
        if let Json::Object(values) = setting {
            former.insert(name.clone(), values.remove("before").unwrap_or_default());
            *setting = values.remove("after").unwrap_or_default();
        }
    }
    former
}

/// Whose sessions ended, and why, where it was in the name.
fn ended(action: &str, data: &Members) -> Members {
    let most = data.get("too_many");
    let (reason, scope) = match action {
        "session.replaced" => ("replaced", "session"),
        "sessions.ended" => ("requested", "account"),
        "member.sessions_ended" => ("requested", "organisation"),
        _ if most.is_some() => ("too_many", "session"),
        _ => ("requested", "session"),
    };
    let number = match scope {
        "session" => json!(1),
        _ => data.get("sessions_ended").cloned().unwrap_or_default(),
    };
    members(json!({ "reason": reason, "scope": scope, "sessions_ended": number, "most": most }))
}

/// The same back again, as far as it can be told: `user.username_changed` and `key.renamed` were not, if several things
/// changed at once.
fn before(action: &str, target: &str, data: &Json) -> (String, Json) {
    let part = |name: &str| members(data[name].clone());
    let (mut object, previous) = (part("object"), part("previous"));
    let pair = |name: &str| match (previous.get(name), object.get(name)) {
        (Some(before), Some(after)) => json!({ "before": before, "after": after }),
        _ => json!({}),
    };
    let word = |name: &str| object.get(name).and_then(Json::as_str).unwrap_or_default();
    let by_name = match action {
        "user.updated" if object.contains_key("username") && !object.contains_key("name") => {
            Some(("user.username_changed", pair("username")))
        }
        "user.updated" if previous.is_empty() => Some((action, json!({}))),
        "user.updated" | "organisation.updated" => {
            Some((action, json!({ "before": previous, "after": object })))
        }
        "member.role_changed" => Some((action, pair("role"))),
        "key.updated" => Some(("key.renamed", pair("name"))),
        "master_secret.rotated" => Some((action, pair("key_id"))),
        "invitation.resent" if !previous.is_empty() => {
            Some((action, json!({ "invited_by": pair("invited_by") })))
        }
        "settings.changed" => {
            let told = object.iter().map(|(name, value)| match previous.get(name) {
                Some(before) => (name.clone(), json!({ "before": before, "after": value })),
                None => (name.clone(), value.clone()),
            });
            Some((action, Json::Object(told.collect())))
        }
        "session.ended" => Some(match (word("scope"), word("reason")) {
            ("organisation", _) => ("member.sessions_ended", json!({})),
            ("account", _) => ("sessions.ended", json!({ "sessions_ended": object.get("sessions_ended") })),
            (_, "replaced") => ("session.replaced", json!({})),
            (_, "too_many") => (action, json!({ "too_many": object.get("most") })),
            _ if target.starts_with("user_") => {
                ("sessions.ended", json!({ "sessions_ended": object.get("sessions_ended") }))
            }
            _ => (action, json!({})),
        }),
        "user.unlocked" if word("reason") == "mail" => Some((action, json!({ "by": "mail" }))),
        "user.unlocked" => Some((action, json!({}))),
        _ => None,
    };
    if let Some((name, data)) = by_name {
        return (name.to_owned(), data);
    }
    // What says nothing was left out, except where null was a value.
    if !["key.deleted", "invitation.accepted", "sign_in.failed"].contains(&action) {
        object.retain(|_, value| *value != Json::Null);
    }
    if action == "member.added" && object.get("imported") == Some(&json!(false)) {
        object.remove("imported");
    }
    if action == "user.deleted" && object.get("reason") == Some(&json!("requested")) {
        object.remove("reason");
    }
    let name = if action == "signing_key.exported" { "signing_keys.exported" } else { action };
    (name.to_owned(), Json::Object(object))
}
