//! The headers that answers have by what they are: declared once, and referred to where they can come.

use serde_json::{Map, Value, json};

use super::operations;
use crate::http::is_limited;

/// Name in the components, name of the header, what it tells.
const HEADERS: [(&str, &str, &str); 11] = [
    ("RequestId", "X-Request-Id", "Finds the request in the server's log."),
    (
        "RateLimitPolicy",
        "RateLimit-Policy",
        "How many requests an address may send, and in how many seconds; absent where there is no limit.",
    ),
    (
        "RateLimit",
        "RateLimit",
        "How many requests are left, and in how many seconds there are more; absent where there is no limit.",
    ),
    ("RetryAfter", "Retry-After", "After how many seconds the same request may succeed."),
    (
        "WwwAuthenticate",
        "WWW-Authenticate",
        "The challenge: a bearer token, and what is wrong with the credential (RFC 6750, RFC 9470).",
    ),
    ("Allow", "Allow", "The methods that the path has."),
    (
        "Deprecation",
        "Deprecation",
        "Since when nothing new should be built on this operation; or when the secret that was sent ends, because the API key was rotated (RFC 9745).",
    ),
    ("Sunset", "Sunset", "When the secret that was sent ends, because the API key was rotated (RFC 8594)."),
    ("SetCookie", "Set-Cookie", "The cookies of the session and of the device, or their end."),
    ("Location", "Location", "Where the new thing is."),
    (
        "Link",
        "Link",
        "`<…>; rel=\"next\"` (RFC 8288): the next page, with the same filters, order and limit, as a reference relative to this address. Absent at the end.",
    ),
];

/// Declares them.
pub fn declare(document: &mut Value) {
    for (name, _, description) in HEADERS {
        document["components"]["headers"][name] =
            json!({ "description": description, "schema": { "type": "string" } });
    }
    // Problems of any operation.
    if let Some(shared) = document["components"]["responses"].as_object_mut() {
        for (name, response) in shared {
            let status = match name.as_str() {
                "Unauthenticated" => "401",
                "MethodNotAllowed" => "405",
                "TooMany" => "429",
                "Unavailable" => "503",
                _ => "",
            };
            of_status(response, status, true);
            // They are of all operations.
            add(response, "Deprecation", true);
            add(response, "Sunset", true);
        }
    }
    let pages = names_of_pages(document);
    let created = paths_with_one(document);
    for (path, operation) in operations(document) {
        let is_deprecated = operation.get("deprecated") == Some(&Value::Bool(true));
        let security = operation.get("security").and_then(Value::as_array);
        let takes_keys = security.is_some_and(|all| all.iter().any(|one| one.get("api_key").is_some()));
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
        for (status, response) in responses.filter(|(_, response)| response.get("$ref").is_none()) {
            of_status(response, status, is_limited(path));
            let body = response["content"]["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
            let body = body.rsplit('/').next().unwrap_or_default().to_owned();
            add(response, "Link", pages.contains(&body));
            add(response, "Location", status == "201" && created.contains(&(path.clone(), body)));
            add(response, "Deprecation", is_deprecated || takes_keys);
            add(response, "Sunset", takes_keys);
        }
    }
}

/// What an answer has by its status.
fn of_status(response: &mut Value, status: &str, is_limited: bool) {
    add(response, "RequestId", true);
    add(response, "RateLimitPolicy", is_limited);
    add(response, "RateLimit", is_limited);
    add(response, "WwwAuthenticate", status == "401");
    add(response, "Allow", status == "405");
    let is_repeated =
        response["description"].as_str().is_some_and(|told| told.contains("`idempotency_in_progress`"));
    add(response, "RetryAfter", ["429", "503"].contains(&status) || is_repeated);
}

fn add(response: &mut Value, name: &str, holds: bool) {
    let header = HEADERS.iter().find(|(known, ..)| *known == name);
    if let Some((name, header, _)) = header.filter(|_| holds)
        && let Some(response) = response.as_object_mut()
    {
        let headers = response.entry("headers").or_insert_with(|| Value::Object(Map::new()));
        headers[*header] = json!({ "$ref": format!("#/components/headers/{name}") });
    }
}

/// The schemas that are pages of lists.
fn names_of_pages(document: &Value) -> Vec<String> {
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    let pages = schemas.filter(|(_, schema)| schema["properties"].get("next_cursor").is_some());
    pages.map(|(name, _)| name.clone()).collect()
}

/// The paths below which each thing that is made there has an address of its own, and the schemas of such things.
fn paths_with_one(document: &Value) -> Vec<(String, String)> {
    let paths = document["paths"].as_object();
    let all = || paths.into_iter().flatten();
    let has_one = |path: &str| {
        all().any(|(other, item)| {
            let rest = other.strip_prefix(path).and_then(|rest| rest.strip_prefix("/{"));
            item.get("get").is_some() && rest.is_some_and(|rest| !rest.contains('/'))
        })
    };
    all()
        .filter(|(path, _)| has_one(path))
        .filter_map(|(path, item)| {
            let made = &item["post"]["responses"]["201"]["content"]["application/json"]["schema"]["$ref"];
            let name = made.as_str()?.rsplit('/').next()?;
            has_id(document, &document["components"]["schemas"][name])
                .then(|| (path.clone(), name.to_owned()))
        })
        .collect()
}

fn has_id(document: &Value, schema: &Value) -> bool {
    let schema = schema["$ref"].as_str().and_then(|name| document.pointer(&name[1..])).unwrap_or(schema);
    schema["properties"].get("id").is_some()
        || schema["allOf"].as_array().is_some_and(|parts| parts.iter().any(|part| has_id(document, part)))
}
