//! The ready-made requests of Swagger UI: each is sent as the document has it.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Credential, TestApp};

/// What Swagger UI puts into the body of that operation: the example, else one made of the schema.
fn ready_made(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return ready_made(document, document.pointer(&name[1..]).unwrap());
    }
    if let Some(example) = schema.get("example").or_else(|| schema.get("default")) {
        return example.clone();
    }
    if let Some(one) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        let real = one.iter().find(|one| one["type"] != "null").unwrap();
        return ready_made(document, real);
    }
    if let Some(properties) = schema["properties"].as_object() {
        return properties
            .iter()
            .map(|(name, schema)| (name.clone(), ready_made(document, schema)))
            .collect();
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[0].clone();
    }
    if schema["type"].as_str() == Some("array") {
        return json!([ready_made(document, &schema["items"])]);
    }
    json!("string")
}

/// The requests of the document.
struct Requests {
    document: Value,
    sent: BTreeSet<String>,
}

impl Requests {
    /// Sends an operation's example; `known` are the parameters that the caller knows.
    async fn send(&mut self, client: &Client, operation: &str, known: &[(&str, &str)]) -> Answer {
        let paths = self.document["paths"].as_object().unwrap();
        let mut all = paths.iter().flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, found)| (path, method, found))
        });
        let (path, method, found) = all.find(|(.., found)| found["operationId"] == operation).unwrap();
        let mut path = path.clone();
        let mut query = Vec::new();
        for parameter in found["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let example = parameter.get("example").or_else(|| parameter["schema"].get("example"));
            let given = known.iter().find(|(known, _)| *known == name).map(|(_, value)| json!(value));
            let Some(value) = given.or_else(|| example.cloned()) else { continue };
            let values = value.as_array().cloned().unwrap_or_else(|| vec![value]);
            let values = values.iter().map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
            for value in values {
                if parameter["in"] == "path" {
                    path = path.replace(&format!("{{{name}}}"), &value);
                } else {
                    query.push(format!("{name}={value}"));
                }
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let content = &found["requestBody"]["content"]["application/json"];
        let body = (!content.is_null()).then(|| {
            let example = content.get("example").cloned();
            example.unwrap_or_else(|| ready_made(&self.document, &content["schema"]))
        });
        if body.is_some() {
            self.sent.insert(operation.to_owned());
        }
        client.call(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &path, body).await
    }
}

/// Those whose example has a secret that no document can know: a link's, a refresh token, another issuer's token. And the
/// older way to change the password, whose example is the same as that of the way before it: it is wrong by then.
const SECRETS: [(&str, u16); 7] = [
    ("verify_email", 410),
    ("reset_password", 410),
    ("unlock", 410),
    ("accept_invitation", 410),
    ("refresh", 401),
    ("link_identity", 401),
    ("appliance_change_password", 403),
];

/// The example of an organisation is an id, and ids are made when they are needed.
const ORG: (&str, &str) = ("org", "acme");

fn is_good(answer: &Answer) {
    assert!((200..300).contains(&answer.status), "{}: {} {}", answer.asked, answer.status, answer.text());
}

#[tokio::test]
async fn swaggers_ready_made_requests_work_as_they_stand() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    let mut requests = Requests { document, sent: BTreeSet::new() };
    let nobody = app.anonymous();
    is_good(&requests.send(&nobody, "register", &[]).await);
    let signed_in = requests.send(&nobody, "sign_in", &[]).await;
    is_good(&signed_in);
    for door in ["onedb_sign_in", "core_sign_in", "osmedeus_sign_in"] {
        is_good(&requests.send(&nobody, door, &[]).await);
    }
    for operation in ["forgot_password", "resend_verification", "measure_password"] {
        is_good(&requests.send(&nobody, operation, &[]).await);
    }
    let cookie = Client::new(app.router.clone(), Credential::Cookie(signed_in.cookie("oskar_session")));
    for operation in [
        "update_account",
        "create_token",
        "create_socket_ticket",
        "create_organisation",
        "update_organisation",
        "create_invitations",
        "list_events",
        "list_members",
        "verify",
        "verify_credentials",
    ] {
        is_good(&requests.send(&cookie, operation, &[ORG]).await);
    }
    let key = requests.send(&cookie, "create_key", &[ORG]).await;
    is_good(&key);
    let key = key.json()["id"].as_str().unwrap().to_owned();
    for operation in ["update_key", "rotate_key", "revoke_key_with_reason"] {
        is_good(&requests.send(&cookie, operation, &[ORG, ("key_id", &key)]).await);
    }
    let acme = cookie.get("/api/orgs/acme").await.status(200).json();
    app.create_user("eve@acme.example", acme["id"].as_str().unwrap(), oskar::permission::Role::Member).await;
    let eve = app.sign_in("eve@acme.example").await;
    is_good(&requests.send(&cookie, "change_role", &[ORG, ("user_id", &eve.user_id)]).await);
    let proven = requests.send(&cookie, "reauthenticate", &[]).await;
    is_good(&proven);
    let cookie = Client::new(app.router.clone(), Credential::Cookie(proven.cookie("oskar_session")));
    is_good(&requests.send(&cookie, "change_email", &[]).await);
    // Ana is the only member of her organisations.
    requests.send(&cookie, "delete_account", &[]).await.status(409);
    is_good(&requests.send(&eve.with_cookie(), "delete_account", &[]).await);
    // Last: the password of the other examples is not Ana's any more.
    let changed = requests.send(&cookie, "change_password", &[]).await;
    is_good(&changed);
    let renewed = Client::new(app.router.clone(), Credential::Cookie(changed.cookie("oskar_session")));
    for (operation, status) in SECRETS {
        let by = match operation {
            "link_identity" => &cookie,
            "appliance_change_password" => &renewed,
            _ => &nobody,
        };
        requests.send(by, operation, &[]).await.status(status);
    }
    // Every operation with a body was there.
    let paths = requests.document["paths"].as_object().unwrap();
    let operations = paths.values().flat_map(|item| item.as_object().unwrap().values());
    let with_body = operations.filter(|operation| !operation["requestBody"].is_null());
    let all: BTreeSet<_> =
        with_body.map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect();
    assert_eq!(requests.sent, all);
}
