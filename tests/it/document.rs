//! The OpenAPI document, as generators of clients read it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::TestApp;

/// Every array below a value that describes its items in place, members and all, by its path.
fn inlined(value: &Value, path: &str, found: &mut Vec<String>) {
    if let Some(members) = value.as_object() {
        let items = &value["items"];
        if ["properties", "allOf", "oneOf", "anyOf"].iter().any(|word| items.get(word).is_some()) {
            found.push(path.to_owned());
        }
        for (name, member) in members {
            inlined(member, &format!("{path}/{name}"), found);
        }
    } else if let Some(values) = value.as_array() {
        for value in values {
            inlined(value, path, found);
        }
    }
}

#[tokio::test]
async fn no_list_describes_its_items_in_place() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    let mut found = Vec::new();
    inlined(&document, "#", &mut found);
    assert_eq!(found, Vec::<String>::new());
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let pages = schemas.values().filter(|schema| schema["properties"].get("next_cursor").is_some());
    let mut items: Vec<_> = pages
        .map(|page| {
            let reference = page["properties"]["data"]["items"]["$ref"].as_str().unwrap();
            reference.strip_prefix("#/components/schemas/").unwrap()
        })
        .collect();
    items.sort_unstable();
    assert_eq!(items, ["ApiKey", "Event", "Identity", "Invitation", "Member", "MyOrganisation", "Session"]);
}

#[tokio::test]
async fn no_reference_leads_nowhere() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    let text = document.to_string();
    let references: BTreeSet<_> =
        text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.contains("/components/schemas/LastAdminOf"), "{references:?}");
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn each_operation_says_what_its_path_and_its_failures_are() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let named = |parameter: &&Value| parameter["in"] == "path" && parameter["name"] == "org";
            let organisations =
                operation["parameters"].as_array().into_iter().flatten().filter(named).count();
            assert_eq!(organisations, usize::from(path.contains("{org}")), "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                if status.starts_with(['4', '5']) && response.get("$ref").is_none() {
                    let told = response["description"].as_str().unwrap();
                    assert!(told.ends_with('.'), "{method} {path}: {status}: {told}");
                    let bodies = response["content"].as_object().unwrap();
                    assert!(
                        bodies.values().all(|body| body["schema"].get("$ref").is_some()),
                        "{method} {path}"
                    );
                }
            }
        }
    }
}
