//! What a running server logs of who called, from where, and what they were answered.

use oskar::entity::{audit_event, instance};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};

use crate::process::{Installation, Server};
use crate::support::{FakeIssuer, PASSWORD};

/// The lines of a server's log, once it has stopped.
async fn log_of(server: Server) -> Vec<Value> {
    server.terminate().await;
    let (_, log) = server.ended().await;
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// From where they all come, by way of a proxy.
const FROM: &str = "198.51.100.9";
/// A password in the wrong field.
const TYPED: &str = "hunter2 typed into the name";

/// A request, and what its line must say.
struct Asked<'a> {
    what: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    body: Option<Value>,
    line: Value,
}

/// Sends it; the id by which its lines are found, and the body of the answer.
async fn ask(server: &Server, what: &str, headers: &[(&str, &str)], body: Option<&Value>) -> (String, Value) {
    let (method, path) = what.split_once(' ').unwrap();
    let mut request =
        reqwest::Client::new().request(method.parse().unwrap(), format!("{}{path}", server.url));
    for (name, value) in headers.iter().chain(&[("x-forwarded-for", FROM)]) {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.unwrap();
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    (id, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

/// Failures of every kind, and what is known in each of who it was.
fn failures<'a>(user: &Value, bearer: &'a str, key_id: &Value, key: &'a str) -> Vec<Asked<'a>> {
    let guess = |what, name: &str, account: Value| Asked {
        what,
        headers: Vec::new(),
        body: Some(json!({ "username": name, "password": "wrong" })),
        line: json!({ "status": 401, "code": "invalid_login", "account": account }),
    };
    let known = |what, headers, body, status: u16, code: &str, (actor, credential): (&Value, &str)| Asked {
        what,
        headers,
        body,
        line: json!({ "status": status, "code": code, "actor": actor, "credential": credential }),
    };
    let (by_user, signed_in) = ((user, "bearer"), ("authorization", bearer));
    let text = vec![signed_in, ("content-type", "text/plain")];
    let invalid = Some(json!({ "name": 3 }));
    let asks_role = "GET /api/verify?role=admin";
    vec![
        guess("POST /api/auth/login", "ana@acme.test", user.clone()),
        guess("POST /api/auth/login", TYPED, Value::Null),
        guess("POST /osm/api/login", "ana@acme.test", user.clone()),
        guess("POST /api/authenticate", "ana@acme.test", user.clone()),
        known(asks_role, vec![("x-api-key", key)], None, 403, "role_denied", (key_id, "api_key")),
        known("POST /api/orgs", text, None, 415, "unsupported_media_type", by_user),
        known("POST /api/orgs", vec![signed_in], invalid, 422, "validation_failed", by_user),
        Asked {
            what: "GET /api/auth/me",
            headers: vec![("authorization", "Bearer nonsense")],
            body: None,
            line: json!({ "status": 401, "code": "invalid_credential", "credential": "bearer" }),
        },
        Asked {
            what: "POST /api/auth/logout",
            headers: vec![signed_in, ("origin", "https://evil.example")],
            body: None,
            line: json!({ "status": 403, "code": "cross_site" }),
        },
        Asked {
            what: "POST /invite",
            headers: vec![("content-type", "application/x-www-form-urlencoded")],
            body: None,
            line: json!({ "status": 410, "code": "link_invalid" }),
        },
    ]
}

#[tokio::test]
async fn it_says_who_called_from_where_and_what_they_were_answered() {
    let installation = Installation::new().await;
    let server = installation.serve(&[("OSKAR_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let ana = json!({ "email": "ana@acme.test", "password": PASSWORD, "organisation_name": "Acme" });
    let (_, ana) = ask(&server, "POST /api/auth/register", &[], Some(&ana)).await;
    let token = ana["token"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    let key = json!({ "name": "k", "environment": "live", "role": "viewer" });
    let (_, key) = ask(&server, "POST /api/orgs/acme/keys", &[("authorization", &bearer)], Some(&key)).await;
    let secret = key["secret"].as_str().unwrap();
    let mut sent = Vec::new();
    for asked in failures(&ana["user"]["id"], &bearer, &key["id"], secret) {
        let (id, _) = ask(&server, asked.what, &asked.headers, asked.body.as_ref()).await;
        sent.push((id, asked));
    }
    let lines = log_of(server).await;
    for (id, asked) in sent {
        let answered = |line: &&Value| line["span"]["id"] == json!(id) && line["message"] == "answered";
        let of_it: Vec<_> = lines.iter().filter(answered).collect();
        assert_eq!(of_it.len(), 1, "{}", asked.what);
        let (line, span) = (of_it[0], &of_it[0]["span"]);
        for name in ["status", "code"] {
            assert_eq!(line[name], asked.line[name], "{}", asked.what);
        }
        for name in ["actor", "credential", "account"] {
            assert_eq!(span[name], asked.line[name], "{}: {name}", asked.what);
        }
        assert_eq!(span["address"], FROM);
        assert!(span["route"].as_str().is_some_and(|route| route.starts_with('/')), "{line}");
    }
    let warnings: Vec<_> = lines.iter().filter(|line| line["message"] == "refused a credential").collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!((&warnings[0]["level"], &warnings[0]["credential"]), (&json!("WARN"), &json!("bearer")));
    assert_eq!(warnings[0]["reason"], "not three parts of base64url");
    let log = json!(lines).to_string();
    for secret in [TYPED, "hunter2", "ana@acme.test", secret, token, PASSWORD] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn a_flood_of_bad_tokens_warns_ten_times_and_then_once_a_second() {
    let issuer = FakeIssuer::start().await;
    let installation = Installation::new().await;
    let mut settings = issuer.settings(&[("OSKAR_LIMITS__RATE_PER_SECOND", "0")]);
    settings.extend([("OSKAR_TRUSTED_PROXIES", "127.0.0.1"), ("OSKAR_LOG__LEVEL", "warn")]);
    let server = installation.serve(&settings).await;
    let client = reqwest::Client::new();
    let send = async |path: &str, from: &str, token: &str| {
        let post = client.post(format!("{}{path}", server.url)).header("x-forwarded-for", from);
        assert_eq!(post.bearer_auth(token).send().await.unwrap().status(), 401);
    };
    let foreign =
        issuer.sign(&json!({ "iss": issuer.url, "aud": "somebody else", "sub": "ana", "iat": 1, "exp": 2 }));
    send("/api/auth/login", "198.51.100.1", &foreign).await;
    send("/api/auth/refresh", "198.51.100.1", "osr_nonsense").await;
    for _ in 0..100 {
        send("/api/auth/logout", "198.51.100.2", "nonsense").await;
    }
    let lines = log_of(server).await;
    let warned = |from: &str| {
        let all = lines.iter().filter(|line| line["message"] == "refused a credential");
        all.filter(|line| line["span"]["address"] == from).cloned().collect::<Vec<_>>()
    };
    let told: Vec<_> = warned("198.51.100.1")
        .iter()
        .map(|line| (line["credential"].clone(), line["reason"].clone()))
        .collect();
    assert_eq!(
        told,
        [(json!("issuer_token"), json!("expired")), (json!("refresh_token"), json!("it is not one of ours")),]
    );
    let flood = warned("198.51.100.2").len();
    assert!((10..100).contains(&flood), "{flood} of 100 warned");
}

#[tokio::test]
async fn a_start_with_other_settings_is_written_down_without_their_secrets() {
    let installation = Installation::new().await;
    let smtp = ("OSKAR_MAIL__SMTP_URL", "smtp://oskar:sEcret@127.0.0.1:1");
    let open = ("OSKAR_VERIFY_EMAIL", "optional");
    let both = "limits.failures_per_address, mail.smtp_url";
    let other = [open, smtp, ("OSKAR_LIMITS__FAILURES_PER_ADDRESS", "500")];
    for (settings, expected) in
        [(&[open][..], None), (&[open][..], None), (&other[..], Some(both)), (&[open][..], Some(both))]
    {
        let lines = log_of(installation.serve(settings).await).await;
        let told = lines.iter().find(|line| line["message"] == "settings have changed since the last start");
        assert_eq!(told.map(|line| line["settings"].as_str().unwrap()), expected);
    }
    let app = installation.open().await;
    let all =
        audit_event::Entity::find().order_by_asc(audit_event::Column::Id).all(app.db.read()).await.unwrap();
    let changes: Vec<_> =
        all.iter().filter(|row| row.action == "settings.changed").map(|row| row.data.clone()).collect();
    assert_eq!(
        changes,
        [
            json!({
                "object": { "limits.failures_per_address": "500", "mail.smtp_url": "changed" },
                "previous": { "limits.failures_per_address": null }
            }),
            json!({
                "object": { "limits.failures_per_address": null, "mail.smtp_url": "changed" },
                "previous": { "limits.failures_per_address": "500" }
            }),
        ]
    );
    let kept =
        instance::Entity::find().one(app.db.read()).await.unwrap().unwrap().settings.unwrap().to_string();
    assert!(!kept.contains("sEcret") && !format!("{all:?}").contains("sEcret"), "{kept}");
}
