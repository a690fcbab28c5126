//! What other services need to check access tokens by themselves, and what they find in them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use oskar::entity::audit_event;
use sea_orm::{EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::forge::{Forge, decode, is_accepted, is_refused, parts};
use crate::process::{self, Installation, Ran};
use crate::support::{SECRET_KEY, TestApp};

const NAME: &str = "ana@acme.example";
const JWT: (&str, &str) = ("OSKAR_TOKENS__TYP", "JWT");

async fn export(app: &TestApp, settings: &[(&str, &str)]) -> Ran {
    let mut command = Installation::of(app).command(&["jwks", "export"]);
    command.env("OSKAR_SECRET_KEY", SECRET_KEY).envs(settings.iter().copied());
    process::run(command, "").await.code(0)
}

#[tokio::test]
async fn access_tokens_have_the_claims_that_rfc_9068_requires() {
    let app = TestApp::start().await;
    let token = app.register(NAME, Some("Acme")).await.access_token;
    let claims = decode(parts(&token)[1]);
    for name in ["iss", "sub", "aud", "client_id", "jti"] {
        assert!(claims[name].is_string(), "{name}: {claims}");
    }
    assert!(claims["exp"].is_i64() && claims["iat"].is_i64());
    assert_eq!(claims["client_id"], "oskar");
    let named = app.another_node_with(&[("OSKAR_TOKENS__CLIENT_ID", "acme-web")]).await;
    assert_eq!(decode(parts(&named.sign_in(NAME).await.access_token)[1])["client_id"], "acme-web");
}

#[tokio::test]
async fn tokens_from_before_there_was_a_client_id_go_on() {
    let app = TestApp::start().await;
    let person = app.register(NAME, Some("Acme")).await;
    let forge = Forge::of(&app, &person).await;
    is_accepted(&app, &forge.without_claim("client_id")).await;
}

#[tokio::test]
async fn the_type_is_a_setting_and_what_was_signed_before_goes_on() {
    let app = TestApp::start().await;
    let before = app.register(NAME, Some("Acme")).await;
    let plain = app.another_node_with(&[JWT]).await;
    let after = plain.sign_in(NAME).await;
    assert_eq!(decode(parts(&before.access_token)[0])["typ"], "at+jwt");
    assert_eq!(decode(parts(&after.access_token)[0])["typ"], "JWT");
    for token in [&before.access_token, &after.access_token] {
        is_accepted(&plain, token).await;
    }
    is_refused(&app, &after.access_token, "where the type is at+jwt").await;
    let forge = Forge::of(&plain, &after).await;
    for typ in ["rt+jwt", "refresh+jwt", "logout+jwt", ""] {
        is_refused(&plain, &forge.with_header("typ", &json!(typ)), typ).await;
    }
    // The claim tells what the type does not.
    is_refused(&plain, &forge.with_claim("type", &json!("refresh")), "of another kind").await;
}

#[tokio::test]
async fn libraries_for_openid_connect_find_issuer_and_keys() {
    let app = TestApp::with(&[("OSKAR_PUBLIC_URL", "https://auth.example.com")]).await;
    let found = app.anonymous().get("/.well-known/openid-configuration").await.status(200).json();
    assert_eq!(
        found,
        json!({
            "issuer": "https://auth.example.com",
            "jwks_uri": "https://auth.example.com/.well-known/jwks.json",
            "response_types_supported": [],
            "grant_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "service_documentation": "https://auth.example.com/docs",
            "mail": true,
        })
    );
    let shared = app.another_node_with(&[("OSKAR_TOKENS__ALGORITHM", "HS512")]).await;
    let found = shared.anonymous().get("/.well-known/openid-configuration").await.status(200).json();
    assert_eq!(found["id_token_signing_alg_values_supported"], json!(["HS512"]));
}

/// Another implementation: checks the signature of a token by the shared key that the set has under its `kid`.
const CHECK: &str = r#"
import base64, hashlib, hmac, json, sys
decode = lambda part: base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
given = json.load(sys.stdin)
message, signature = given["token"].rsplit(".", 1)
header = json.loads(decode(message.split(".")[0]))
key, = [key for key in given["set"]["keys"] if key["kid"] == header["kid"]]
assert key["kty"] == "oct" and key["use"] == "sig" and key["alg"] == header["alg"], key
hash = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}[key["alg"]]
print(hmac.compare_digest(hmac.new(decode(key["k"]), message.encode(), hash).digest(), decode(signature)))
"#;

fn checks_in_python(set: &Value, token: &str) -> bool {
    let mut python = Command::new("python3")
        .args(["-c", CHECK])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let given = json!({ "set": set, "token": token }).to_string();
    python.stdin.take().unwrap().write_all(given.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim() == "True"
}

#[tokio::test]
async fn shared_keys_are_exported_for_the_services_that_check_with_them() {
    for algorithm in ["HS256", "HS512"] {
        let settings = [("OSKAR_TOKENS__ALGORITHM", algorithm)];
        let app = TestApp::with_real_time(&settings).await;
        let token = app.register(NAME, Some("Acme")).await.access_token;
        let exported = export(&app, &settings).await;
        assert!(exported.err.contains("keep it secret"), "{}", exported.err);
        let set = exported.json();
        let events =
            audit_event::Entity::find().filter(audit_event::COLUMN.action.eq("signing_key.exported"));
        let event = events.one(app.app.db.read()).await.unwrap().unwrap();
        assert_eq!(event.data["object"], json!({ "kids": [set["keys"][0]["kid"]] }));
        assert!(checks_in_python(&set, &token), "{algorithm}");
        let [header, claims, signature] = parts(&token);
        let altered = format!("{header}.{claims}x.{signature}");
        assert!(!checks_in_python(&set, &altered), "{algorithm}");
        let published = app.anonymous().get("/.well-known/jwks.json").await.json();
        assert_eq!(published["keys"], json!([]), "nothing of it is published");
    }
}

#[tokio::test]
async fn of_other_algorithms_the_public_keys_are_exported_and_no_more() {
    let app = TestApp::with_real_time(&[]).await;
    let exported = export(&app, &[]).await;
    assert_eq!(exported.err, "");
    let events = audit_event::Entity::find().filter(audit_event::COLUMN.action.eq("signing_key.exported"));
    assert!(events.one(app.app.db.read()).await.unwrap().is_none());
    assert_eq!(exported.json(), app.anonymous().get("/.well-known/jwks.json").await.json());
    assert!(!exported.out.contains("\"d\""));
}
