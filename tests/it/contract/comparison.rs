//! Operations, parameters, bodies and answers of two documents: what a client of the older one would stumble over.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::schema::{Direction, Schemas};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];
static NOTHING: Value = Value::Null;

/// A line for each change from `before` to `after` that breaks clients, sorted.
pub fn breaking_changes(before: &Value, after: &Value) -> Vec<String> {
    let schemas = Schemas { before, after };
    let mut found = BTreeSet::new();
    let (older, newer) = (operations(before), operations(after));
    for (name, old) in &older {
        match newer.get(name) {
            Some(new) => operation(&schemas, name, old, new, &mut found),
            None => drop(found.insert(format!("{name} is gone"))),
        }
    }
    for (name, old) in members(&before["webhooks"]) {
        match after["webhooks"].get(name) {
            Some(new) => {
                let body = |item: &Value| {
                    item["post"]["requestBody"]["content"]["application/json"]["schema"].clone()
                };
                let at = format!("event {name}");
                schemas.compare(&body(old), &body(new), Direction::FromServer, &at, &mut found);
            }
            None => drop(found.insert(format!("event {name} is gone"))),
        }
    }
    found.into_iter().collect()
}

/// By method and path; what a parameter of the path is called is seen by no server.
fn operations(document: &Value) -> BTreeMap<String, &Value> {
    let mut all = BTreeMap::new();
    for (path, item) in members(&document["paths"]) {
        let unnamed = unnamed(path);
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                all.insert(format!("{} {unnamed}", method.to_uppercase()), operation);
            }
        }
    }
    all
}

fn unnamed(path: &str) -> String {
    let segment = |segment: &str| match segment {
        rest if rest.starts_with("{*") => "{*}".to_owned(),
        named if named.starts_with('{') => "{}".to_owned(),
        literal => literal.to_owned(),
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn operation(schemas: &Schemas<'_>, name: &str, old: &Value, new: &Value, found: &mut BTreeSet<String>) {
    let text = |value: &Value| value.as_str().unwrap_or("nothing").to_owned();
    if old["operationId"] != new["operationId"] {
        let (is, was) = (text(&new["operationId"]), text(&old["operationId"]));
        found.insert(format!("{name}: operationId is `{is}`, was `{was}`"));
    }
    if !new["x-permission"].is_null() && old["x-permission"] != new["x-permission"] {
        let (is, was) = (text(&new["x-permission"]), text(&old["x-permission"]));
        found.insert(format!("{name}: needs `{is}`, needed `{was}`"));
    }
    let taken = |operation: &Value| -> BTreeSet<String> {
        let all = operation["security"].as_array().into_iter().flatten();
        all.flat_map(|one| members(one).map(|(name, _)| name.clone()).collect::<Vec<_>>()).collect()
    };
    for gone in taken(old).difference(&taken(new)) {
        found.insert(format!("{name}: `{gone}` is taken no more"));
    }
    parameters(schemas, name, old, new, found);
    let is_required = |operation: &Value| operation["requestBody"]["required"] == Value::Bool(true);
    if is_required(new) && !is_required(old) {
        found.insert(format!("{name}: a body is required"));
    }
    let body = |operation: &Value| operation["requestBody"]["content"]["application/json"]["schema"].clone();
    schemas.compare(&body(old), &body(new), Direction::ToServer, &format!("{name}: body"), found);
    answers(schemas, name, old, new, found);
}

fn parameters(schemas: &Schemas<'_>, name: &str, old: &Value, new: &Value, found: &mut BTreeSet<String>) {
    let of = |operation: &Value| -> BTreeMap<String, Value> {
        let all = operation["parameters"].as_array().into_iter().flatten();
        let outside = all.filter(|parameter| parameter["in"] != "path");
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        outside
            .map(|one| (format!("{} parameter `{}`", word(&one["in"]), word(&one["name"])), one.clone()))
            .collect()
    };
    let (older, newer) = (of(old), of(new));
    let is_required = |parameter: &Value| parameter["required"] == Value::Bool(true);
    for (which, old) in &older {
        let Some(new) = newer.get(which) else {
            found.insert(format!("{name}: {which} is gone"));
            continue;
        };
        if is_required(new) && !is_required(old) {
            found.insert(format!("{name}: {which} is required"));
        }
        let at = format!("{name}: {which}");
        schemas.compare(&old["schema"], &new["schema"], Direction::ToServer, &at, found);
    }
    for (which, _) in newer.iter().filter(|(which, new)| is_required(new) && !older.contains_key(*which)) {
        found.insert(format!("{name}: {which} is required"));
    }
}

fn answers(schemas: &Schemas<'_>, name: &str, old: &Value, new: &Value, found: &mut BTreeSet<String>) {
    let is_success = |status: &str| status.starts_with('2');
    for (status, answer) in members(&old["responses"]) {
        let Some(today) = new["responses"].get(status) else {
            if is_success(status) {
                found.insert(format!("{name}: answer {status} is gone"));
            }
            continue;
        };
        let (answer, today) = (schemas.before_resolved(answer), schemas.after_resolved(today));
        for (content_type, old) in members(&answer["content"]) {
            let at = format!("{name}: answer {status}");
            match today["content"].get(content_type) {
                Some(new) => {
                    let (old, new) = (old.get("schema"), new.get("schema"));
                    let (old, new) = (old.unwrap_or(&NOTHING), new.unwrap_or(&NOTHING));
                    schemas.compare(old, new, Direction::FromServer, &at, found);
                }
                None => drop(found.insert(format!("{at} is no more `{content_type}`"))),
            }
        }
    }
    for (status, _) in members(&new["responses"]) {
        if is_success(status) && old["responses"].get(status).is_none() {
            found.insert(format!("{name}: answer {status} is new"));
        }
    }
}
