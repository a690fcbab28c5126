//! The contract: the document of today beside the document of the last release (`API.md`).
//!
//! A change that breaks clients must stand in `openapi/breaking-changes.txt`, a line each, as the failing test prints it.

mod comparison;
mod schema;

use serde_json::{Value, json};

use comparison::breaking_changes;

const RELEASED: &str = include_str!("../../openapi/released.json");
const TODAY: &str = include_str!("../../openapi/openapi.json");
const LISTED: &str = include_str!("../../openapi/breaking-changes.txt");

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn what_breaks_clients_since_the_last_release_is_listed() {
    let found = breaking_changes(&parsed(RELEASED), &parsed(TODAY));
    let listed: Vec<&str> =
        LISTED.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let missing: Vec<&String> = found.iter().filter(|line| !listed.contains(&line.as_str())).collect();
    assert!(missing.is_empty(), "not in openapi/breaking-changes.txt:\n{missing:#?}");
    let stale: Vec<&&str> = listed.iter().filter(|line| !found.iter().any(|found| found == **line)).collect();
    assert!(stale.is_empty(), "listed in openapi/breaking-changes.txt, and not so:\n{stale:#?}");
}

/// A small document with one of everything that the comparison knows.
fn document() -> Value {
    json!({
        "paths": { "/things/{thing_id}": { "post": {
            "operationId": "make",
            "x-permission": "things:write",
            "security": [{ "bearer": [] }, { "cookie": [] }],
            "parameters": [
                { "in": "path", "name": "thing_id", "required": true, "schema": { "type": "string" } },
                { "in": "query", "name": "limit", "schema": { "type": "integer", "maximum": 100 } },
            ],
            "requestBody": { "required": false, "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/NewThing" },
            } } },
            "responses": {
                "201": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } },
                "404": { "$ref": "#/components/responses/NotFound" },
            },
        } } },
        "webhooks": { "thing.made": { "post": {
            "requestBody": { "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/Thing" },
            } } },
            "responses": { "200": {} },
        } } },
        "components": {
            "responses": { "NotFound": { "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/Problem" },
            } } } },
            "schemas": {
                "NewThing": {
                    "type": "object", "required": ["name"], "additionalProperties": false,
                    "properties": {
                        "name": { "type": "string", "maxLength": 20 },
                        "size": { "enum": ["small", "large"] },
                    },
                },
                "Problem": { "type": "object", "required": ["code"], "properties": { "code": { "type": "string" } } },
                "Thing": {
                    "type": "object", "required": ["id", "state"],
                    "properties": {
                        "id": { "type": "string" },
                        "state": { "type": "string", "enum": ["on", "off"] },
                        "tags": { "type": "array", "items": { "type": "string" } },
                        "owner": { "oneOf": [{ "$ref": "#/components/schemas/Problem" }, { "type": "null" }] },
                    },
                },
            },
        },
    })
}

/// Changes the value at a pointer; without one it is taken away.
fn changed(pointer: &str, to: Option<Value>) -> Value {
    let mut document = document();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/");
    match (document.pointer_mut(parent).unwrap(), to) {
        (Value::Object(members), Some(value)) => drop(members.insert(name, value)),
        (Value::Object(members), None) => drop(members.remove(&name).unwrap()),
        (Value::Array(all), None) => drop(all.remove(name.parse().unwrap())),
        (Value::Array(all), Some(value)) => all.push(value),
        _ => panic!("{pointer}"),
    }
    document
}

const MAKE: &str = "/paths/~1things~1{thing_id}/post";
const NEW: &str = "/components/schemas/NewThing";
const THING: &str = "/components/schemas/Thing";

#[test]
fn each_kind_of_breaking_change_is_found() {
    let made = "POST /things/{}";
    let answer = "POST /things/{}: answer 201";
    for (pointer, to, expected) in [
        ("/paths/~1things~1{thing_id}".to_owned(), None, vec![format!("{made} is gone")]),
        (
            format!("{MAKE}/operationId"),
            Some(json!("create")),
            vec![format!("{made}: operationId is `create`, was `make`")],
        ),
        (
            format!("{MAKE}/x-permission"),
            Some(json!("things:own")),
            vec![format!("{made}: needs `things:own`, needed `things:write`")],
        ),
        (format!("{MAKE}/security/1"), None, vec![format!("{made}: `cookie` is taken no more")]),
        (format!("{MAKE}/parameters/1"), None, vec![format!("{made}: query parameter `limit` is gone")]),
        (
            format!("{MAKE}/parameters/1/required"),
            Some(json!(true)),
            vec![format!("{made}: query parameter `limit` is required")],
        ),
        (
            format!("{MAKE}/parameters/1/schema/maximum"),
            Some(json!(50)),
            vec![format!("{made}: query parameter `limit`: maximum is 50, was 100")],
        ),
        (
            format!("{MAKE}/parameters/2"),
            Some(json!({ "in": "header", "name": "X-New", "required": true, "schema": {} })),
            vec![format!("{made}: header parameter `X-New` is required")],
        ),
        (
            format!("{MAKE}/requestBody/required"),
            Some(json!(true)),
            vec![format!("{made}: a body is required")],
        ),
        (format!("{MAKE}/responses/201"), None, vec![format!("{made}: answer 201 is gone")]),
        (format!("{MAKE}/responses/202"), Some(json!({})), vec![format!("{made}: answer 202 is new")]),
        (format!("{NEW}/required/0"), Some(json!("size")), vec![format!("{made}: body /size: is required")]),
        (format!("{NEW}/properties/size"), None, vec![format!("{made}: body /size: is gone")]),
        (
            format!("{NEW}/properties/name/maxLength"),
            Some(json!(10)),
            vec![format!("{made}: body /name: maxLength is 10, was 20")],
        ),
        (
            format!("{NEW}/properties/name/minLength"),
            Some(json!(1)),
            vec![format!("{made}: body /name: minLength is 1, was none")],
        ),
        (
            format!("{NEW}/properties/name/pattern"),
            Some(json!("^a")),
            vec![format!("{made}: body /name: pattern is \"^a\", was none")],
        ),
        (
            format!("{NEW}/properties/size/enum/0"),
            None,
            vec![format!("{made}: body /size: `small` is taken no more")],
        ),
        (
            format!("{THING}/properties/id"),
            None,
            vec![format!("{answer} /id: is gone"), "event thing.made /id: is gone".to_owned()],
        ),
        (
            format!("{THING}/required/0"),
            None,
            vec![format!("{answer} /id: may be missing"), "event thing.made /id: may be missing".to_owned()],
        ),
        (
            format!("{THING}/properties/id/type"),
            Some(json!(["string", "null"])),
            vec![format!("{answer} /id: may be null"), "event thing.made /id: may be null".to_owned()],
        ),
        (
            format!("{THING}/properties/tags/items/type"),
            Some(json!("integer")),
            vec![
                format!("{answer} /tags/*: may be integer"),
                "event thing.made /tags/*: may be integer".to_owned(),
            ],
        ),
        (
            format!("{THING}/properties/state/enum/2"),
            Some(json!("gone")),
            vec![
                format!("{answer} /state: `gone` is new"),
                "event thing.made /state: `gone` is new".to_owned(),
            ],
        ),
        (
            "/components/schemas/Problem/properties/code/type".to_owned(),
            Some(json!("integer")),
            vec![
                format!("{answer} /owner/code: may be integer"),
                format!("{made}: answer 404 /code: may be integer"),
                "event thing.made /owner/code: may be integer".to_owned(),
            ],
        ),
        ("/webhooks/thing.made".to_owned(), None, vec!["event thing.made is gone".to_owned()]),
    ] {
        let today = changed(&pointer, to);
        assert_eq!(breaking_changes(&document(), &today), expected, "{pointer}");
    }
}

#[test]
fn what_api_md_allows_breaks_nothing() {
    let optional = json!({ "in": "query", "name": "new", "schema": { "type": "string" } });
    for (pointer, to) in [
        ("/paths/~1new".to_owned(), json!({ "get": { "responses": {} } })),
        (format!("{MAKE}/parameters/2"), optional),
        (format!("{MAKE}/responses/409"), json!({})),
        (format!("{MAKE}/security/2"), json!({ "basic": [] })),
        (format!("{NEW}/properties/new"), json!({ "type": "string" })),
        (format!("{NEW}/properties/size/enum/2"), json!("medium")),
        (format!("{NEW}/properties/name/maxLength"), json!(30)),
        (format!("{THING}/properties/new"), json!({ "type": "string" })),
        (format!("{THING}/required/2"), json!("tags")),
        ("/webhooks/thing.lost".to_owned(), json!({ "post": {} })),
    ] {
        let today = changed(&pointer, Some(to));
        assert_eq!(breaking_changes(&document(), &today), Vec::<String>::new(), "{pointer}");
    }
    // A set that was said to grow may grow.
    let open = json!({ "type": "string", "x-extensible-enum": ["on", "off"] });
    let grown = json!({ "type": "string", "x-extensible-enum": ["on", "off", "new"] });
    let at = format!("{THING}/properties/state");
    assert_eq!(breaking_changes(&changed(&at, Some(open)), &changed(&at, Some(grown))), Vec::<String>::new());
}
