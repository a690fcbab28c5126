//! What the server is started with, kept to tell at the next start what has changed.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};
use serde_json::{Map, Value, json};

use crate::crypto::keyring::{KeyPurpose, Keyring};
use crate::domain::{NoEvent, Write};
use crate::entity::instance;
use crate::error::Error;
use crate::event::{Changed, ChangedSettings, Event};

/// A setting that was given, as one text.
#[derive(Clone, Debug)]
pub enum Given {
    Plain(String),
    /// Must not be written down as it is.
    Secret(String),
}

/// Writes down which settings are others than at the last start, and gives their names. Of secrets only digests are kept,
/// and only that they have changed is told. The first start has nothing to compare with.
pub async fn note(write: &Write<'_>, in_use: &BTreeMap<String, Given>) -> Result<Vec<String>, Error> {
    let now: Map<String, Value> = in_use
        .iter()
        .map(|(key, setting)| (key.clone(), kept(write.keyring, key, setting).swap_remove(0)))
        .collect();
    let row = instance::Entity::find_by_id(instance::ONLY).lock(LockType::NoKeyUpdate).one(write).await?;
    let before = row.and_then(|row| row.settings);
    if before.as_ref().and_then(Value::as_object) == Some(&now) {
        return Ok(Vec::new());
    }
    instance::Entity::update_many()
        .col_expr(instance::Column::Settings, Expr::value(Value::Object(now.clone())))
        .filter(instance::COLUMN.id.eq(instance::ONLY))
        .exec(&write.without_event(NoEvent::Upkeep))
        .await?;
    let Some(Value::Object(before)) = before else { return Ok(Vec::new()) };
    let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    // What was kept under the previous master secret is the same setting, too.
    let same = |key: &String| match (before.get(key), in_use.get(key)) {
        (Some(before), Some(setting)) => kept(write.keyring, key, setting).contains(before),
        (before, _) => before == now.get(key),
    };
    let changed: Vec<_> = keys.into_iter().filter(|key| !same(key)).cloned().collect();
    if changed.is_empty() {
        return Ok(changed);
    }
    let told = changed.iter().map(|key| {
        let is_secret = |value: Option<&Value>| value.is_some_and(|value| value.get("digest").is_some());
        let (before, after) = (before.get(key), now.get(key));
        let told = if is_secret(before) || is_secret(after) {
            None
        } else {
            // Null: the default.
            let value = |value: Option<&Value>| value.cloned().unwrap_or_default();
            Some(Changed { before: value(before), after: value(after) })
        };
        (key.clone(), told)
    });
    write.record(Event::SettingsChanged { settings: ChangedSettings(told.collect()) }).await?;
    Ok(changed)
}

/// How a setting is kept: as it is, or as its digest under the current master secret, then under the previous one.
fn kept(keyring: &Keyring, key: &str, given: &Given) -> Vec<Value> {
    match given {
        // PostgreSQL has no texts with NUL.
        Given::Plain(value) => vec![json!(value.replace('\0', "\u{fffd}"))],
        Given::Secret(value) => {
            let parts = [b"setting ".as_slice(), key.as_bytes(), b" ", value.as_bytes()];
            let digests = keyring.macs(KeyPurpose::Check, &parts);
            digests.map(|digest| json!({ "digest": URL_SAFE_NO_PAD.encode(digest) })).collect()
        }
    }
}
