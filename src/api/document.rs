//! The document as it is written down: what utoipa derives from handlers and types, with what holds for all of it.
//!
//! Its members are sorted, so that it is the same text in each process.

mod answers;
mod headers;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use crate::error::Kind;

const SCHEMAS: &str = "#/components/schemas/";
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Writes a document down.
pub fn written(document: &OpenApi) -> Value {
    // Its map is sorted.
    let mut document = serde_json::to_value(document).unwrap_or_default();
    name_error_codes(&mut document);
    answers::complete(&mut document);
    headers::declare(&mut document);
    document
}

/// All codes, of which more may come.
fn name_error_codes(document: &mut Value) {
    let mut codes: Vec<_> = Kind::all().map(|kind| kind.code).collect();
    codes.sort_unstable();
    document["components"]["schemas"]["ErrorCode"] = json!({
        "type": "string",
        "description": "What happened, for programs. A code that is there keeps its meaning; unknown values may come.",
        "x-extensible-enum": codes,
        "example": "permission_denied",
    });
    document["components"]["schemas"]["Problem"]["properties"]["code"] =
        json!({ "$ref": format!("{SCHEMAS}ErrorCode") });
}

/// The operations of a document, each with its path.
fn operations(document: &mut Value) -> impl Iterator<Item = (&String, &mut Map<String, Value>)> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let members = item.as_object_mut().into_iter().flatten();
        let operations = members.filter(|(method, _)| METHODS.contains(&method.as_str()));
        operations.filter_map(move |(_, operation)| Some((path, operation.as_object_mut()?)))
    })
}

/// The names of the schemas that a part of the document refers to, directly or by way of others.
fn referred(document: &Value, part: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Value::as_str) {
                if let Some(schema) = name.strip_prefix(SCHEMAS) {
                    if found.insert(schema.to_owned()) {
                        referred(document, &document["components"]["schemas"][schema], found);
                    }
                } else if let Some(part) = document.pointer(name.trim_start_matches('#')) {
                    referred(document, part, found);
                }
            }
            members.values().for_each(|member| referred(document, member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| referred(document, item, found)),
        _ => {}
    }
}
