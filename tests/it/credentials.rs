//! Credentials at the door: what is read, from where, and what is refused.

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oskar::crypto::secret::{Secret, SecretKind};
use serde_json::json;

use crate::support::{Answer, PASSWORD, Person, TestApp};

const ME: &str = "/api/auth/me";

async fn me(app: &TestApp, headers: &[(&str, &str)]) -> Answer {
    app.anonymous().call_with(Method::GET, ME, headers, None).await
}

fn cookie_of(person: &Person) -> String {
    format!("oskar_session={}", person.cookie)
}

/// Refused without a hint at what was wrong, and without falling through to another credential.
#[track_caller]
fn assert_refused(answer: &Answer, code: &str, what: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (401, code), "{what}: {}", answer.text());
    assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="oskar", error="invalid_token""#, "{what}");
    assert!(answer.headers.get("set-cookie").is_none(), "{what}: a bad header must not cost the cookie");
}

#[tokio::test]
async fn a49_a_bad_authorization_header_fails_even_beside_a_good_cookie() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let cookie = cookie_of(&ana);
    me(&app, &[("cookie", &cookie)]).await.status(200);
    let token = &ana.access_token;
    for bad in [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer  ",
        "Bearer\t",
        "Basic",
        "Basic !!!",
        "Digest username=\"ana\"",
        "Bearer é",
        "Bearer x",
        "Bearer ..",
        "Bearer null",
        "Bearer undefined",
        "Bearer [object Object]",
        token,
        &format!("Token {token}"),
        &format!("Bearer:{token}"),
        &format!("Bearer\u{a0}{token}"),
        &format!("Bearer Bearer {token}"),
        &format!("Bearer {token} {token}"),
        &format!("Bearer {token},Bearer {token}"),
        &format!("Bearer \"{token}\""),
        &format!("Bearer {}", ana.cookie),
        &format!("Bearer {}", ana.refresh_token),
        &format!("Bearer {}", "x".repeat(16_000)),
    ] {
        for headers in [&[("authorization", bad)][..], &[("authorization", bad), ("cookie", &cookie)]] {
            assert_refused(&me(&app, headers).await, "invalid_credential", &format!("{bad:.40}"));
        }
    }
    let good = format!("Bearer {token}");
    for twice in [[&good, "Bearer x"], ["Bearer x", &good], [&good, &good], ["", &good]] {
        let headers = [("authorization", twice[0]), ("authorization", twice[1]), ("cookie", &cookie)];
        assert_refused(&me(&app, &headers).await, "invalid_credential", "the header twice");
    }
}

#[tokio::test]
async fn a48_a_header_of_odd_bytes_is_refused_and_breaks_nothing() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let odd: &[u8] = b"\xff\xfe\x80 \xc3\x28";
    for name in ["authorization", "x-api-key", "cookie"] {
        let value = match name {
            "authorization" => [b"Bearer ", odd].concat(),
            "cookie" => [b"oskar_session=", odd].concat(),
            _ => odd.to_vec(),
        };
        let mut request = Request::get(ME).body(Body::empty()).unwrap();
        request.headers_mut().insert(name, HeaderValue::from_bytes(&value).unwrap());
        assert_refused(&app.anonymous().send(request).await, "invalid_credential", name);
    }
    // Odd bytes of somebody else's cookie neither hide ours nor spoil it.
    let jar = [b"other=", odd, b"; ", cookie_of(&ana).as_bytes(), b"; last=\xff"].concat();
    let mut request = Request::get(ME).body(Body::empty()).unwrap();
    request.headers_mut().insert("cookie", HeaderValue::from_bytes(&jar).unwrap());
    let found = app.anonymous().send(request).await.status(200).json();
    assert_eq!(found["user"]["email"], json!("ana@acme.example"));
}

#[tokio::test]
async fn a48_a_bad_cookie_is_refused_and_a_foreign_one_is_none() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    let (start, end) = ana.cookie.split_at(ana.cookie.len() - 1);
    let changed = format!("{start}{}", if end == "0" { "1" } else { "0" });
    let unknown = Secret::generate(SecretKind::Session);
    let link = Secret::generate(SecretKind::Setup);
    let quoted = format!("\"{}\"", ana.cookie);
    for bad in ["", "x", start, &changed, unknown.reveal(), link.reveal(), &quoted, &ana.access_token] {
        let cookie = format!("oskar_session={bad}");
        assert_refused(&me(&app, &[("cookie", &cookie)]).await, "invalid_credential", &cookie);
    }
    let value = &ana.cookie;
    for foreign in [
        format!("session={value}"),
        format!("Oskar_Session={value}"),
        format!("__Host-oskar_session={value}"),
        format!("xoskar_session={value}"),
        format!("x=oskar_session={value}"),
        "oskar_session".to_owned(),
    ] {
        let answer = me(&app, &[("cookie", &foreign)]).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "unauthenticated"), "{foreign}");
        assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="oskar""#, "{foreign}");
    }
}

#[tokio::test]
async fn a49_two_kinds_of_header_at_once_are_ambiguous() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "admin", None).await;
    let (token, by_key) = (format!("Bearer {}", org.admin.access_token), format!("Bearer {}", key.secret));
    for authorization in [token.as_str(), &by_key, "Bearer x", "Basic eA=="] {
        for x_api_key in [key.secret.as_str(), "x"] {
            let headers = [("authorization", authorization), ("x-api-key", x_api_key)];
            let answer = me(&app, &headers).await.status(400);
            assert_eq!(answer.code(), "ambiguous_credentials", "{authorization}");
        }
    }
    let twice = [("x-api-key", key.secret.as_str()), ("x-api-key", key.secret.as_str())];
    assert_refused(&me(&app, &twice).await, "invalid_credential", "X-API-Key twice");
}

#[tokio::test]
async fn a49_a_header_goes_before_the_cookie() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let bob = app.register("bob@other.example", Some("Other")).await;
    let key = org.key("live", "viewer", None).await;
    let cookie = cookie_of(&org.admin);
    let bearer = format!("Bearer {}", bob.access_token);
    let found = me(&app, &[("cookie", &cookie), ("authorization", &bearer)]).await.status(200).json();
    assert_eq!(found["user"]["email"], json!("bob@other.example"));
    assert_eq!(found["credential"], json!("bearer"));
    let found = me(&app, &[("cookie", &cookie), ("x-api-key", &key.secret)]).await.status(200).json();
    assert_eq!((&found["kind"], &found["key"]["id"]), (&json!("api_key"), &json!(key.id)));
    // Nor does the cookie lend the key its powers.
    let answer = app
        .anonymous()
        .call_with(
            Method::POST,
            &format!("{}/keys", org.path),
            &[("cookie", &cookie), ("x-api-key", &key.secret)],
            Some(json!({ "name": "More", "environment": "live", "role": "admin" })),
        )
        .await
        .status(403);
    assert_eq!(answer.code(), "permission_denied");
}

#[tokio::test]
async fn a22_a_credential_in_the_address_or_the_body_is_none() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "admin", None).await;
    let (token, secret, cookie) = (&org.admin.access_token, &key.secret, &org.admin.cookie);
    for query in [
        format!("api_key={secret}"),
        format!("apikey={secret}"),
        format!("key={secret}"),
        format!("x-api-key={secret}"),
        format!("access_token={secret}"),
        format!("access_token={token}"),
        format!("token={token}"),
        format!("jwt={token}"),
        format!("authorization=Bearer%20{token}"),
        format!("oskar_session={cookie}"),
    ] {
        for path in [ME.to_owned(), format!("{}/members", org.path), "/api/verify".to_owned()] {
            let answer = app.anonymous().get(&format!("{path}?{query}")).await;
            assert_eq!((answer.status, answer.code().as_str()), (401, "unauthenticated"), "{path}?{query}");
        }
    }
    let body = json!({ "access_token": token, "api_key": secret, "name": "x" });
    let answer = app.anonymous().post("/api/orgs", body).await.status(401);
    assert_eq!(answer.code(), "unauthenticated");
    // Headers that other servers read.
    for (name, value) in [
        ("api-key", secret.as_str()),
        ("x-access-token", token),
        ("x-auth-token", token),
        ("proxy-authorization", &format!("Bearer {token}")),
        ("x-forwarded-user", "admin@acme.example"),
        ("x-auth-user-id", &org.admin.user_id),
        ("x-auth-role", "admin"),
    ] {
        let answer = me(&app, &[(name, value)]).await.status(401);
        assert_eq!(answer.code(), "unauthenticated", "{name}");
    }
}

#[tokio::test]
async fn a22_a_key_in_the_cookie_or_as_basic_user_is_refused() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let key = org.key("live", "admin", None).await;
    let cookie = format!("oskar_session={}", key.secret);
    assert_refused(&me(&app, &[("cookie", &cookie)]).await, "invalid_credential", "as cookie");
    for user in [format!("{}:", key.secret), format!(":{}", key.secret)] {
        let basic = format!("Basic {}", STANDARD.encode(user));
        assert_refused(&me(&app, &[("authorization", &basic)]).await, "invalid_credential", "as Basic");
    }
    // And nothing but a key is one.
    for wrong in [&org.admin.access_token, &org.admin.cookie, &org.admin.refresh_token] {
        assert_refused(&me(&app, &[("x-api-key", wrong)]).await, "invalid_credential", "as X-API-Key");
    }
}

#[tokio::test]
async fn a_cut_off_or_altered_key_is_named_as_such() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let secret = org.key("live", "admin", None).await.secret;
    let altered = format!("{}{}", &secret[..secret.len() - 1], if secret.ends_with('0') { "1" } else { "0" });
    let upper = secret.to_uppercase().replacen("OSK_LIVE_", "osk_live_", 1);
    let other_kind = secret.replacen("osk_live_", "osk_test_", 1);
    for bad in [&secret[..46], &secret[..9], "osk_", &altered, &format!("{secret}0"), &upper, &other_kind] {
        for header in [("x-api-key", bad.to_owned()), ("authorization", format!("Bearer {bad}"))] {
            assert_refused(&me(&app, &[(header.0, &header.1)]).await, "key_malformed", bad);
        }
    }
    // With spaces around, as they come from copying, it is still the key.
    me(&app, &[("x-api-key", &format!(" {secret} "))]).await.status(200);
}

#[tokio::test]
async fn a_credential_of_another_installation_is_refused() {
    let app = TestApp::start().await;
    let other = TestApp::with(&[("OSKAR_SECRET_KEY", "0Zx7cV5bN3mQ1wE9rT2yU4iO6pA8sD0fG")]).await;
    let (ours, theirs) = (app.organisation("Acme").await, other.organisation("Acme").await);
    let key = theirs.key("live", "admin", None).await;
    key.with_x_api_key().get(ME).await.status(200);
    assert_refused(&me(&app, &[("x-api-key", &key.secret)]).await, "invalid_credential", "key");
    for (person, app) in [(&theirs.admin, &app), (&ours.admin, &other)] {
        person.with_bearer().get(ME).await.status(200);
        let bearer = format!("Bearer {}", person.access_token);
        assert_refused(&me(app, &[("authorization", &bearer)]).await, "invalid_credential", "token");
        let cookie = cookie_of(person);
        assert_refused(&me(app, &[("cookie", &cookie)]).await, "invalid_credential", "cookie");
        let body = json!({ "refresh_token": person.refresh_token });
        let answer = app.anonymous().post("/api/auth/refresh", body).await.status(401);
        assert_eq!(answer.code(), "invalid_refresh_token");
    }
}

#[tokio::test]
async fn the_scheme_s_case_does_not_count_but_the_token_s_does() {
    let app = TestApp::start().await;
    let ana = app.register("ana@acme.example", Some("Acme")).await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let authorization = format!("{scheme} {}", ana.access_token);
        me(&app, &[("authorization", &authorization)]).await.status(200);
    }
    let lower = format!("Bearer {}", ana.access_token.to_lowercase());
    assert_refused(&me(&app, &[("authorization", &lower)]).await, "invalid_credential", "in lower case");
}

async fn sign_in(app: &TestApp, headers: &[(&str, &str)]) -> Answer {
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD });
    app.anonymous().call_with(Method::POST, "/api/auth/login", headers, Some(body)).await
}

#[tokio::test]
async fn a43_the_cookie_s_attributes_are_those_of_the_scheme() {
    for (url, expected) in [
        ("http://localhost:8675", vec!["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"]),
        ("https://auth.example", vec!["HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=2592000"]),
    ] {
        let app = TestApp::with(&[("OSKAR_PUBLIC_URL", url)]).await;
        let name = if url.starts_with("https") { "__Host-oskar_session" } else { "oskar_session" };
        let body = json!({ "email": "ana@acme.example", "password": PASSWORD });
        let registered = app.anonymous().post("/api/auth/register", body).await.status(201);
        for answer in [registered, sign_in(&app, &[]).await.status(200)] {
            let value = answer.cookie(name);
            assert!(value.starts_with("oss_") && value.len() == 42, "opaque: {value}");
            let mut attributes: Vec<_> = answer.set_cookie().split("; ").skip(1).collect();
            let mut expected = expected.clone();
            attributes.sort_unstable();
            expected.sort_unstable();
            assert_eq!(attributes, expected, "{url}");
            assert_eq!(answer.header("cache-control"), "no-store");
            let cookie = format!("{name}={value}");
            me(&app, &[("cookie", &cookie)]).await.status(200);
        }
    }
}

#[tokio::test]
async fn over_https_only_the_host_bound_cookie_counts() {
    let app = TestApp::with(&[("OSKAR_PUBLIC_URL", "https://auth.example")]).await;
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD });
    let value = app.anonymous().post("/api/auth/register", body).await.cookie("__Host-oskar_session");
    // A sibling site could set the unprefixed one.
    let answer = me(&app, &[("cookie", &format!("oskar_session={value}"))]).await.status(401);
    assert_eq!(answer.code(), "unauthenticated");
}

#[tokio::test]
async fn a43_signing_out_clears_the_cookie_and_what_the_browser_keeps() {
    for (url, name) in
        [("http://localhost:8675", "oskar_session"), ("https://auth.example", "__Host-oskar_session")]
    {
        let app = TestApp::with(&[("OSKAR_PUBLIC_URL", url)]).await;
        let body = json!({ "email": "ana@acme.example", "password": PASSWORD });
        let registered = app.anonymous().post("/api/auth/register", body).await.status(201);
        let cookie = format!("{name}={}", registered.cookie(name));
        let bearer = format!("Bearer {}", registered.json()["access_token"].as_str().unwrap());
        let path = "/api/auth/logout";
        let answer = app.anonymous().call_with(Method::POST, path, &[("cookie", &cookie)], None).await;
        let answer = answer.status(204);
        assert_eq!(answer.cookie(name), "");
        let attributes: Vec<_> = answer.set_cookie().split("; ").skip(1).collect();
        assert!(attributes.contains(&"Max-Age=0") && attributes.contains(&"Path=/"), "{attributes:?}");
        // A browser takes a `__Host-` cookie, even an empty one, only if it is secure.
        assert_eq!(attributes.contains(&"Secure"), url.starts_with("https"), "{attributes:?}");
        assert_eq!(answer.header("clear-site-data"), "");
        assert_refused(&me(&app, &[("cookie", &cookie)]).await, "invalid_credential", "the old cookie");
        assert_refused(&me(&app, &[("authorization", &bearer)]).await, "invalid_credential", "the old token");
    }
}

#[tokio::test]
async fn a42_a_preset_cookie_never_becomes_the_session() {
    let app = TestApp::start().await;
    app.register("ana@acme.example", Some("Acme")).await;
    let mallory = app.register("mallory@other.example", None).await;
    let made_up = Secret::generate(SecretKind::Session);
    for preset in [made_up.reveal(), &mallory.cookie, "x", ""] {
        let cookie = format!("oskar_session={preset}");
        let answer = sign_in(&app, &[("cookie", &cookie)]).await.status(200);
        let value = answer.cookie("oskar_session");
        assert_ne!(value, preset);
        let new = format!("oskar_session={value}");
        let found = me(&app, &[("cookie", &new)]).await.status(200).json();
        assert_eq!(found["user"]["email"], json!("ana@acme.example"));
        assert_refused(&me(&app, &[("cookie", &cookie)]).await, "invalid_credential", "the preset one");
    }
}

#[tokio::test]
async fn signing_in_again_in_the_same_browser_ends_the_session_before() {
    let app = TestApp::start().await;
    let first = app.register("ana@acme.example", Some("Acme")).await;
    let cookie = cookie_of(&first);
    let second = sign_in(&app, &[("cookie", &cookie)]).await.status(200).cookie("oskar_session");
    assert_refused(&me(&app, &[("cookie", &cookie)]).await, "invalid_credential", "the first cookie");
    let bearer = format!("Bearer {}", first.access_token);
    assert_refused(&me(&app, &[("authorization", &bearer)]).await, "invalid_credential", "the first token");
    // A failed sign-in ends nothing.
    let second = format!("oskar_session={second}");
    let body = json!({ "email": "ana@acme.example", "password": "not the right one" });
    let login = "/api/auth/login";
    app.anonymous().call_with(Method::POST, login, &[("cookie", &second)], Some(body)).await.status(401);
    me(&app, &[("cookie", &second)]).await.status(200);
}
