//! What differs between the schemas of answers and those of requests.
//!
//! An answer has all of its members, also those that are null; it may get more, and more values of its enumerations. What
//! a request has more, or else, is refused.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{SCHEMAS, operations, referred};

/// What the copy for requests of an enumeration is called that answers have as well.
const CHOICE: &str = "Choice";
const MORE_MAY_COME: &str = "Unknown values may come.";

/// Gives the schemas of answers what holds for all answers.
pub fn complete(document: &mut Value) {
    let (answers, requests) = used(document);
    separate_enumerations(document, &answers, &requests);
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    for name in &answers {
        let Some(schema) = schemas.get_mut(name) else { continue };
        open_enumeration(schema);
        // An object that requests have as well stays as they need it: a test finds those.
        if !requests.contains(name) {
            complete_object(schema);
        }
    }
}

/// The schemas that answers use, and those that requests use.
fn used(document: &mut Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut of_answers, mut of_requests) = (Vec::new(), Vec::new());
    for (_, operation) in operations(document) {
        of_answers.extend(operation.get("responses").cloned());
        of_requests.extend(operation.get("requestBody").cloned());
        of_requests.extend(operation.get("parameters").cloned());
    }
    of_answers.push(document["components"]["responses"].clone());
    let names = |parts: Vec<Value>| {
        let mut found = BTreeSet::new();
        for part in &parts {
            referred(document, part, &mut found);
        }
        found
    };
    (names(of_answers), names(of_requests))
}

/// Requests get enumerations of their own, which are closed.
fn separate_enumerations(document: &mut Value, answers: &BTreeSet<String>, requests: &BTreeSet<String>) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    let shared: Vec<_> =
        answers.intersection(requests).filter(|name| schemas[name.as_str()]["enum"].is_array()).collect();
    for name in &shared {
        schemas.insert(format!("{name}{CHOICE}"), schemas[name.as_str()].clone());
    }
    for name in requests.difference(answers) {
        schemas.get_mut(name).into_iter().for_each(|schema| refer_to_choices(schema, &shared));
    }
    for (_, operation) in operations(document) {
        for part in ["requestBody", "parameters"] {
            operation.get_mut(part).into_iter().for_each(|part| refer_to_choices(part, &shared));
        }
    }
}

fn refer_to_choices(part: &mut Value, shared: &[&String]) {
    match part {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref") {
                let name = reference.strip_prefix(SCHEMAS).unwrap_or_default();
                if shared.iter().any(|shared| *shared == name) {
                    reference.push_str(CHOICE);
                }
            }
            members.values_mut().for_each(|member| refer_to_choices(member, shared));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer_to_choices(item, shared)),
        _ => {}
    }
}

/// The values that there are, of which more may come.
fn open_enumeration(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    let Some(values) = schema.remove("enum") else { return };
    schema.insert("x-extensible-enum".to_owned(), values);
    let told = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let told = format!("{told} {MORE_MAY_COME}").trim().to_owned();
    schema.insert("description".to_owned(), told.into());
}

/// Requires what may be null, here and in what an object is put together of, and lets it have more members.
fn complete_object(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    require_what_may_be_null(schema);
    schema.remove("additionalProperties");
    // An answer that may have more members may fit more than one alternative.
    if let Some(alternatives) = schema.get("oneOf").and_then(Value::as_array)
        && alternatives.iter().all(|one| one.get("$ref").is_some())
        && !schema.contains_key("discriminator")
        && let Some(alternatives) = schema.remove("oneOf")
    {
        schema.insert("anyOf".to_owned(), alternatives);
    }
    for part in ["allOf", "oneOf", "anyOf"] {
        let parts = schema.get_mut(part).and_then(Value::as_array_mut).into_iter().flatten();
        parts.for_each(complete_object);
    }
}

fn require_what_may_be_null(schema: &mut Map<String, Value>) {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let nullable: Vec<_> = properties
        .filter(|(_, property)| may_be_null(property))
        .map(|(name, _)| Value::from(name.as_str()))
        .collect();
    if nullable.is_empty() {
        return;
    }
    let required = schema.entry("required").or_insert_with(|| Value::Array(Vec::new()));
    let Some(required) = required.as_array_mut() else { return };
    let missing: Vec<_> = nullable.into_iter().filter(|name| !required.contains(name)).collect();
    required.extend(missing);
}

fn may_be_null(property: &Value) -> bool {
    let is_null = |schema: &Value| schema["type"] == "null";
    property["type"].as_array().is_some_and(|types| types.iter().any(|one| one == "null"))
        || ["oneOf", "anyOf"]
            .iter()
            .any(|word| property[*word].as_array().is_some_and(|all| all.iter().any(is_null)))
}
