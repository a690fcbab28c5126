//! What generators of clients hold on to: which members an answer has, which values may come, and examples that are true.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::TestApp;

async fn document() -> Value {
    TestApp::start().await.anonymous().get("/api/openapi.json").await.status(200).json()
}

/// The names of the schemas that a part refers to, directly or by way of others.
fn referred(document: &Value, part: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Value::as_str) {
                let new = name
                    .strip_prefix("#/components/schemas/")
                    .is_none_or(|name| found.insert(name.to_owned()));
                if new {
                    referred(document, document.pointer(&name[1..]).unwrap(), found);
                }
            }
            members.values().for_each(|member| referred(document, member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| referred(document, item, found)),
        _ => {}
    }
}

/// The schemas of answers, and those of requests.
fn used(document: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut answers, mut requests) = (BTreeSet::new(), BTreeSet::new());
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            referred(document, &operation["responses"], &mut answers);
            referred(document, &operation["requestBody"], &mut requests);
            referred(document, &operation["parameters"], &mut requests);
        }
    }
    (answers, requests)
}

/// Every schema below a part, itself too, with where it is.
fn each<'d>(part: &'d Value, path: &str, visit: &mut impl FnMut(&str, &'d Value)) {
    match part {
        Value::Object(members) => {
            visit(path, part);
            for (name, member) in members.iter().filter(|(name, _)| *name != "example" && *name != "examples")
            {
                each(member, &format!("{path}/{name}"), visit);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each(item, path, visit)),
        _ => {}
    }
}

fn validator(document: &Value, schema: &Value) -> Validator {
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": document["components"],
        "allOf": [schema],
    });
    jsonschema::options().should_validate_formats(true).build(&whole).unwrap()
}

#[tokio::test]
async fn each_example_is_valid_against_its_own_schema() {
    let document = document().await;
    let (mut seen, mut wrong) = (0, Vec::new());
    each(&document, "#", &mut |path, part| {
        if path.contains("/x-") {
            return;
        }
        let is_schema = ["type", "$ref", "allOf", "oneOf", "anyOf", "properties"];
        let schema = if let Some(schema) = part.get("schema") {
            schema
        } else if is_schema.iter().any(|word| part.get(word).is_some_and(|value| !value.is_null())) {
            part
        } else {
            return;
        };
        let several = part["examples"].as_array().into_iter().flatten();
        let named = part["examples"].as_object().into_iter().flatten().map(|(_, one)| &one["value"]);
        for example in several.chain(named).chain(part.get("example")) {
            seen += 1;
            if let Some(error) = validator(&document, schema).iter_errors(example).next() {
                wrong.push(format!("{path}: {error}"));
            }
        }
    });
    assert_eq!(wrong, Vec::<String>::new());
    assert!(seen > 100, "{seen}");
}

fn may_be_null(property: &Value) -> bool {
    let is_null = |schema: &Value| schema["type"] == "null";
    property["type"].as_array().is_some_and(|types| types.contains(&json!("null")))
        || ["oneOf", "anyOf"]
            .iter()
            .any(|word| property[word].as_array().is_some_and(|all| all.iter().any(is_null)))
}

#[tokio::test]
async fn what_may_be_null_in_an_answer_is_there_and_no_object_of_an_answer_is_closed() {
    let document = document().await;
    let (answers, requests) = used(&document);
    let (mut nullable, mut wrong) = (0, Vec::new());
    for name in &answers {
        each(&document["components"]["schemas"][name], name, &mut |path, schema| {
            for (member, property) in schema["properties"].as_object().into_iter().flatten() {
                if may_be_null(property) {
                    nullable += 1;
                    let required = schema["required"].as_array();
                    if !required.is_some_and(|all| all.contains(&json!(member))) {
                        wrong.push(format!("{path}/{member} may be null, and is not required"));
                    }
                }
            }
            if schema.get("additionalProperties") == Some(&json!(false)) {
                wrong.push(format!("{path} is of an answer, and closed"));
            }
        });
    }
    assert!(nullable > 20, "{nullable}");
    let objects = |name: &&String| document["components"]["schemas"][name.as_str()]["properties"].is_object();
    let shared: Vec<_> = answers.intersection(&requests).filter(objects).collect();
    assert!(shared.is_empty(), "objects of answers and requests, which need a schema each: {shared:?}");
    for name in requests.iter().filter(|name| objects(name)) {
        if document["components"]["schemas"][name]["additionalProperties"] != json!(false) {
            wrong.push(format!("{name} is of a request, and open: add `deny_unknown_fields`"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn enumerations_of_answers_are_open_and_those_of_requests_are_closed() {
    let document = document().await;
    let (answers, requests) = used(&document);
    let (mut open, mut closed, mut wrong) = (0, 0, Vec::new());
    for name in &answers {
        each(&document["components"]["schemas"][name], name, &mut |path, schema| {
            if schema["enum"].is_array() {
                wrong.push(format!("{path} is of an answer, and a closed enumeration"));
            }
            if schema["x-extensible-enum"].is_array() {
                open += 1;
                let told = schema["description"].as_str().unwrap_or_default().to_lowercase();
                if schema["type"] != "string" || !told.contains("unknown values may come") {
                    wrong.push(format!("{path} does not say that unknown values may come"));
                }
            }
        });
    }
    for name in &requests {
        each(&document["components"]["schemas"][name], name, &mut |path, schema| {
            closed += u32::from(schema["enum"].is_array());
            if schema.get("x-extensible-enum").is_some() {
                wrong.push(format!("{path} is of a request, and open"));
            }
        });
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(open > 8 && closed > 1, "{open} {closed}");
    let roles = &document["components"]["schemas"]["RoleChoice"]["enum"];
    assert_eq!(roles, &document["components"]["schemas"]["Role"]["x-extensible-enum"]);
}

/// Words that say nothing in the list of a client's types.
const TOO_GENERAL: [&str; 15] = [
    "Address",
    "Answer",
    "Data",
    "Environment",
    "Error",
    "Item",
    "Joined",
    "Kind",
    "Link",
    "Login",
    "Reason",
    "Severity",
    "State",
    "Status",
    "Who",
];

#[tokio::test]
async fn the_names_of_schemas_say_what_they_are() {
    let document = document().await;
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let general: Vec<_> = schemas.keys().filter(|name| TOO_GENERAL.contains(&name.as_str())).collect();
    assert!(general.is_empty(), "{general:?}");
    let (answers, requests) = used(&document);
    let unused: Vec<_> =
        schemas.keys().filter(|name| !answers.contains(*name) && !requests.contains(*name)).collect();
    assert!(unused.is_empty(), "no operation uses them: {unused:?}");
}

#[tokio::test]
async fn the_document_names_every_error_code_and_each_operation_those_that_it_can_answer_with() {
    let document = document().await;
    let codes = document["components"]["schemas"]["ErrorCode"]["x-extensible-enum"].as_array().unwrap();
    let list: BTreeSet<_> = oskar::error::Kind::all().map(|kind| kind.code).collect();
    assert_eq!(codes.iter().filter_map(Value::as_str).collect::<BTreeSet<_>>(), list);
    let code = &document["components"]["schemas"]["Problem"]["properties"]["code"];
    assert_eq!(code, &json!({ "$ref": "#/components/schemas/ErrorCode" }));
    let mut named = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let of_it: Vec<_> =
                operation["x-codes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            assert!(of_it.is_sorted(), "{method} {path}: {of_it:?}");
            for code in of_it {
                let kind = oskar::error::Kind::find(code).unwrap();
                let status = kind.status.to_string();
                assert!(
                    operation["responses"].get(&status).is_some(),
                    "{method} {path} can answer `{code}`, and does not declare {status}"
                );
                named.insert(kind.code);
            }
        }
    }
    let nowhere: Vec<_> = list.difference(&named).collect();
    assert_eq!(
        nowhere,
        [&"already_set_up", &"method_not_allowed", &"operator_required"],
        "of pages, and of methods that a path does not have"
    );
}
