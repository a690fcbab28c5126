//! Signing in with the tokens of a real OpenID provider, as a browser and a machine get them. `./test` starts one
//! (`tests/oidc/provider.mjs`) and says where in `OSKAR_TEST_OIDC`.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Response, Url};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::{Answer, Client, Credential, SPEAKS_FOR_ACME, TestApp};

/// Where the provider sends browsers back to; nothing is there.
const BACK: &str = "http://127.0.0.1:1/back";
/// What access tokens are for.
const RESOURCE: &str = "https://oskar.example";

/// The provider, if there is one.
#[expect(clippy::disallowed_methods, reason = "tells where the provider is")]
fn provider() -> Option<String> {
    let found = std::env::var("OSKAR_TEST_OIDC").ok().filter(|url| !url.is_empty());
    if found.is_none() {
        eprintln!("SKIPPED: no OpenID provider. ./test starts one and sets OSKAR_TEST_OIDC.");
    }
    found
}

async fn app(provider: &str, audience: &str) -> TestApp {
    let app = TestApp::with(&[
        ("OSKAR_ISSUERS__0__ISSUER", provider),
        ("OSKAR_ISSUERS__0__AUDIENCE", audience),
        ("OSKAR_ISSUERS__0__CREATE_USERS", "true"),
        ("OSKAR_ISSUERS__0__ORGANISATION", "acme"),
        ("OSKAR_ISSUERS__0__ROLE", "member"),
        SPEAKS_FOR_ACME,
    ])
    .await;
    app.organisation("Acme").await;
    app
}

async fn sign_in(app: &TestApp, token: &str) -> Answer {
    let client = Client::new(app.router.clone(), Credential::Bearer(token.to_owned()));
    client.call(Method::POST, "/api/auth/login", None).await
}

/// Goes through the pages of a client's authorization code flow as somebody; what the token endpoint answers.
async fn tokens(provider: &str, client: &str, name: &str, resource: Option<&str>) -> Value {
    let browser = reqwest::Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap();
    let verifier = "a-code-verifier-of-at-least-43-characters-as-RFC-7636-wants-it";
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let mut ask = vec![
        ("client_id", client),
        ("response_type", "code"),
        ("scope", "openid email profile"),
        ("redirect_uri", BACK),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    ask.extend(resource.map(|resource| ("resource", resource)));
    let start = Url::parse_with_params(&format!("{provider}/auth"), &ask).unwrap();
    let next = |answer: &Response| {
        let to =
            answer.headers().get(LOCATION).unwrap_or_else(|| panic!("{}: {}", answer.url(), answer.status()));
        answer.url().join(to.to_str().unwrap()).unwrap()
    };
    let mut at = next(&browser.get(start).send().await.unwrap());
    for form in [&[("prompt", "login"), ("login", name), ("password", "any")][..], &[("prompt", "consent")]] {
        assert!(at.path().starts_with("/interaction/"), "{at}");
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = browser.post(at).header("content-type", "application/x-www-form-urlencoded").body(body);
        let resume = next(&request.send().await.unwrap());
        at = next(&browser.get(resume).send().await.unwrap());
    }
    assert!(at.as_str().starts_with(BACK), "{at}");
    let code = at.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let mut exchange = vec![
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", &code),
        ("redirect_uri", BACK),
        ("code_verifier", verifier),
    ];
    exchange.extend(resource.map(|resource| ("resource", resource)));
    token_endpoint(provider, &exchange).await
}

async fn token_endpoint(provider: &str, form: &[(&str, &str)]) -> Value {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = reqwest::Client::new().post(format!("{provider}/token"));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn a_browser_s_id_token_signs_in_by_every_kind_of_signature_and_another_client_s_does_not() {
    let Some(provider) = provider() else { return };
    let app = app(&provider, "oskar,oskar-ec,oskar-ed").await;
    let mut users = Vec::new();
    for client in ["oskar", "oskar-ec", "oskar-ed"] {
        let tokens = tokens(&provider, client, "ana", None).await;
        let answer = sign_in(&app, text(&tokens["id_token"])).await.status(200).json();
        assert_eq!(
            (text(&answer["user"]["email"]), text(&answer["user"]["name"])),
            ("ana@acme.example", "The ana")
        );
        assert_eq!(
            (&answer["user"]["role"], text(&answer["organisation"]["slug"])),
            (&"member".into(), "acme")
        );
        users.push(answer["user"]["id"].clone());
        // An opaque access token is no token of the kind that says anything.
        sign_in(&app, text(&tokens["access_token"])).await.status(401);
    }
    assert!(users.iter().all(|user| *user == users[0]), "{users:?}");
    let tokens = tokens(&provider, "another", "ana", None).await;
    let answer = sign_in(&app, text(&tokens["id_token"])).await.status(401);
    assert_eq!(answer.code(), "invalid_issuer_token");
}

#[tokio::test]
async fn an_account_is_linked_only_by_an_address_that_the_provider_confirms() {
    let Some(provider) = provider() else { return };
    let app = app(&provider, "oskar").await;
    let known = tokens(&provider, "oskar", "member", None).await;
    let answer = sign_in(&app, text(&known["id_token"])).await.status(200).json();
    assert_eq!(answer["user"]["email"], "member@acme.example");
    app.sign_in("member@acme.example").await;
    let unproven = tokens(&provider, "oskar", "unproven", None).await;
    let answer = sign_in(&app, text(&unproven["id_token"])).await.status(403);
    assert_eq!(answer.code(), "issuer_email_unverified");
}

#[tokio::test]
async fn access_tokens_for_us_sign_in_whom_an_id_token_made_known() {
    let Some(provider) = provider() else { return };
    let app = app(&provider, &format!("oskar,{RESOURCE}")).await;
    let of_machine = token_endpoint(
        &provider,
        &[
            ("grant_type", "client_credentials"),
            ("client_id", "robot"),
            ("client_secret", "only on loopback"),
            ("resource", RESOURCE),
            ("scope", "api"),
        ],
    )
    .await;
    let of_ana = tokens(&provider, "oskar", "ana", Some(RESOURCE)).await;
    // They have no address, so nobody knows whose account it would be …
    for token in [&of_machine, &of_ana] {
        let answer = sign_in(&app, text(&token["access_token"])).await.status(403);
        assert_eq!(answer.code(), "issuer_email_unverified");
    }
    // … until the two are linked.
    let first = sign_in(&app, text(&of_ana["id_token"])).await.status(200).json();
    let again = sign_in(&app, text(&of_ana["access_token"])).await.status(200).json();
    assert_eq!(first["user"]["id"], again["user"]["id"]);
    let core = async |tokens: &Value| {
        let token = text(&tokens["access_token"]).to_owned();
        let client = Client::new(app.router.clone(), Credential::Bearer(token));
        client.call(Method::POST, "/api/login", None).await
    };
    assert_eq!(core(&of_ana).await.status(401).code(), "issuer_token_used");
    core(&tokens(&provider, "oskar", "ana", Some(RESOURCE)).await).await.status(200);
    let elsewhere = tokens(&provider, "oskar", "ana", Some("https://elsewhere.example")).await;
    sign_in(&app, text(&elsewhere["access_token"])).await.status(401);
}
