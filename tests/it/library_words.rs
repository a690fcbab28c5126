//! Bad input at every door of the document: what a library says of it reaches nobody, and nothing fails on our side.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::Value;

use crate::process::Installation;
use crate::support::{Client, TestApp};

/// What tells that a library speaks.
const PHRASES: &[&str] = &[
    "expected value",
    "at line ",
    "premature end",
    "missing field",
    "unknown field",
    "duplicate field",
    "invalid type",
    "invalid value",
    "invalid length",
    "unknown variant",
    "EOF while",
    "key must be",
    "invalid escape",
    "control character (",
    "lone leading",
    "code point",
    "recursion limit",
    "number out of range",
    "trailing",
    "input contains",
    "input is out of range",
    "input is not enough",
    "did not match any variant",
    "invalid digit",
    "number too",
    "cannot parse",
    "provided string",
    "Failed to",
    "failed to",
    "struct ",
    "visitor",
    "serde",
    "expected one of",
    "relative URL",
    "invalid utf-8",
    "invalid UTF-8",
    "TOML parse",
    "panicked",
];

#[track_caller]
fn ours(said: &str, asked: &str) {
    for phrase in PHRASES {
        assert!(!said.contains(phrase), "{phrase:?} of a library in the answer to {asked}: {said}");
    }
}

/// What a member may be given that is of no use, as JSON.
const MEMBERS: &[&str] = &[
    "null",
    "true",
    "7",
    "-1",
    "1.5",
    "1e300",
    "18446744073709551616",
    "1e999",
    "01",
    "[]",
    "[null]",
    "[[1]]",
    "{}",
    r#"{"a":1}"#,
    r#""""#,
    r#""x""#,
    r#""\u0000""#,
    r#""\ud800""#,
    r#""\ud800\u0041""#,
    r#""\x""#,
    "\"\n\"",
    r#""2026-12-01""#,
    r#""2026-12-01T00:00:00""#,
    r#""2026-13-01T00:00:00Z""#,
    r#""osk_live_x""#,
    "\"\u{202e}\"",
    "tru",
    "'x'",
];

fn bodies(schema: &Value) -> Vec<Vec<u8>> {
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    let whole = [
        "", " ", "{", "[]", "[1]", "null", "1", "\"x\"", "{}", "{,}", "{\"a\"}", "{a:1}", "{} {}", "{}x",
        "\u{feff}",
    ];
    let mut all: Vec<Vec<u8>> = whole.iter().map(|text| text.as_bytes().to_vec()).collect();
    all.extend([deep.clone().into_bytes(), b"{\"a\":\"\xff\"}".to_vec(), b"\xff".to_vec()]);
    all.push(format!("{{\"a\":{deep}}}").into_bytes());
    for name in schema["properties"].as_object().into_iter().flat_map(|members| members.keys()) {
        all.extend(MEMBERS.iter().map(|value| format!("{{\"{name}\":{value}}}").into_bytes()));
        all.push(format!("{{\"{name}\":\"x\",\"{name}\":\"x\"}}").into_bytes());
        all.push([b"{\"", name.as_bytes(), b"\":\"\xff\"}"].concat());
    }
    all
}

async fn send(client: &Client, method: &Method, path: &str, body: Option<Vec<u8>>) -> u16 {
    let asked = format!("{method} {path} {:?}", body.as_deref().map(String::from_utf8_lossy));
    let mut request = Request::builder().method(method).uri(path);
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let answer = client.send(request.body(body.map_or_else(Body::empty, Body::from)).unwrap()).await;
    assert!(answer.status < 500 || answer.status == 501, "{asked}: {}", answer.text());
    if answer.status >= 400 {
        ours(&answer.text(), &asked);
    }
    answer.status
}

#[tokio::test]
async fn no_door_answers_in_the_words_of_a_library() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    let (mut refused, mut of_bodies) = (0, 0);
    for (path, operations) in document["paths"].as_object().unwrap() {
        let path = path.replace("{org}", org.path.rsplit('/').next().unwrap());
        for (method, operation) in operations.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let client =
                if operation["security"].is_array() { org.admin.with_bearer() } else { app.anonymous() };
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let inner: Vec<_> = path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
            let filled = |value: &str| {
                inner.iter().fold(path.clone(), |path, name| path.replace(&format!("{{{name}}}"), value))
            };
            if !inner.is_empty() {
                for value in ["x", "%00", "%ff", "%2e", "user_0", "%F0%9F%A6%80"] {
                    send(&client, &method, &filled(value), Some(b"{}".to_vec())).await;
                }
            }
            for name in
                parameters.iter().filter(|one| one["in"] == "query").filter_map(|one| one["name"].as_str())
            {
                for value in [
                    "",
                    "x",
                    "%00",
                    "%ff",
                    "-1",
                    "1.5",
                    "1e999",
                    "99999999999999999999",
                    "a&NAME=b",
                    "%",
                    "2026-12-01",
                    "[]",
                ] {
                    let query = format!("{name}={}", value.replace("NAME", name));
                    refused += u32::from(
                        send(&client, &method, &format!("{}?{query}", filled("x")), None).await >= 400,
                    );
                }
            }
            let content = &operation["requestBody"]["content"]["application/json"]["schema"];
            let content = content["oneOf"].as_array().and_then(|some| some.last()).unwrap_or(content);
            let Some(reference) = content["$ref"].as_str() else { continue };
            let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
            for body in bodies(schema) {
                let status = send(&client, &method, &filled("x"), Some(body)).await;
                of_bodies += u32::from([400, 422].contains(&status));
            }
        }
    }
    assert!(refused > 100 && of_bodies > 1000, "{refused} queries and {of_bodies} bodies were refused");
}

#[tokio::test]
async fn positions_and_possible_values_are_kept() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let client = org.admin.with_bearer();
    let keys = format!("{}/keys", org.path);
    let text = async |body: &str| {
        let request = Request::post(&keys).header("content-type", "application/json");
        client.send(request.body(body.to_owned().into()).unwrap()).await.text()
    };
    assert!(
        text("{\n\"name\": tru }").await.contains("(line 2, column "),
        "{}",
        text("{\n\"name\": tru }").await
    );
    let environment = text(r#"{"name":"k","environment":"prod","role":"viewer"}"#).await;
    assert!(environment.contains("this is `live` or `test`"), "{environment}");
    assert!(text(r#"{"name":7}"#).await.contains("this is a number, and must be a text"));
    assert!(text(r#"{"name":"k","name":"k"}"#).await.contains("this is there twice"));
}

#[tokio::test]
async fn the_command_line_speaks_for_itself_too() {
    let installation = Installation::new().await;
    for arguments in [
        &["events", "--from", "2026-12-01"][..],
        &["events", "--to", "x"],
        &["events", "--limit", "x"],
        &["events", "--limit", "99999999999999999999999"],
        &["mail", "list", "--limit", "1.5"],
        &["migrate", "down", "--steps", "x"],
        &["user", "create", "x"],
    ] {
        let ran = installation.run(arguments, "").await.code(2);
        // So says every command line.
        ours(&ran.err.replace("invalid value '", "'"), &arguments.join(" "));
    }
    let lines = [
        "{",
        "7",
        r#"{"email":7}"#,
        r#"{"email":"ana@acme.test"}"#,
        r#"{"email":"ana@acme.test","x":1}"#,
        r#"{"email":"ana@acme.test","role":"boss"}"#,
        r#"{"email":"ana@acme.test","disabled":"no"}"#,
        r#"{"email":"ana@acme.test","email":"ana@acme.test"}"#,
        r#"{"email":"\ud800"}"#,
    ];
    let ran = installation.run(&["user", "import", "-"], &lines.join("\n")).await.code(1);
    ours(&format!("{}{}", ran.out, ran.err), "user import");
    for (name, value) in [
        ("OSKAR_LIMITS__SEATS", "x"),
        ("OSKAR_LIMITS__SEATS", "99999999999999999999999"),
        ("OSKAR_DATABASE_CONNECTIONS", "1.5"),
        ("OSKAR_DOCS", "maybe"),
        ("OSKAR_TOKENS__ACCESS_TTL", "soon"),
        ("OSKAR_TOKENS__ACCESS_TTL", "15 parsecs"),
        ("OSKAR_LOG__LEVEL", "oskar=loud"),
        ("OSKAR_MAIL__FROM", "Acme <auth>"),
        ("OSKAR_DATABASE_URL", "sqlite://x.db?what=1"),
        ("OSKAR_DATABASE_URL", "postgres://u:p@h:99999/d"),
        ("OSKAR_PUBLIC_URL", "http://[::1"),
        ("OSKAR_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("OSKAR_ISSUERS__0__JWKS", "{\"keys\":7}"),
        ("OSKAR_ISSUERS__0__JWKS", "{"),
    ] {
        let issuer = [("OSKAR_ISSUERS__0__ISSUER", "https://a.example"), ("OSKAR_ISSUERS__0__AUDIENCE", "a")];
        let settings: Vec<_> = issuer.into_iter().chain([(name, value)]).collect();
        let ran = installation.run_with(&["config", "check"], &settings).await.code(78);
        ours(&ran.err, &format!("{name}={value}"));
    }
    let file = installation.data.path().join("oskar.toml");
    for text in ["listen = x", "a", "[a", "listen = \"a\"\nlisten = \"b\"", "docs = \"\u{1}\""] {
        std::fs::write(&file, text).unwrap();
        let ran = installation.run(&["config", "check"], "").await.code(78);
        assert!(ran.err.contains("oskar.toml line "), "{}", ran.err);
        ours(&ran.err, text);
    }
    std::fs::write(&file, b"docs = \"\xff\"").unwrap();
    let ran = installation.run(&["config", "check"], "").await.code(78);
    assert!(ran.err.contains("not UTF-8"), "{}", ran.err);
    ours(&ran.err, "bad UTF-8");
}
