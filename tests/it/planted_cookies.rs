//! Two cookies of one name: another host of the same domain can plant one, and a longer `Path` puts it first.

use axum::http::Method;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::json;

use crate::support::{Answer, PASSWORD, Person, TestApp};

const HTTPS: [(&str, &str); 1] = [("OSKAR_PUBLIC_URL", "https://auth.acme.example")];

async fn me(app: &TestApp, cookies: &[&str]) -> Answer {
    let headers: Vec<_> = cookies.iter().map(|cookie| ("cookie", *cookie)).collect();
    app.anonymous().call_with(Method::GET, "/api/auth/me", &headers, None).await
}

/// The value of the device cookie that an answer sets behind https.
fn device(answer: &Answer) -> String {
    let set = answer.cookies("oskar_device")[0].strip_prefix("__Host-oskar_device=").unwrap();
    set.split(';').next().unwrap().to_owned()
}

async fn two_people(app: &TestApp) -> (Person, Person) {
    (app.register("ana@acme.example", None).await, app.register("eve@acme.example", None).await)
}

#[tokio::test]
async fn two_sessions_at_once_are_refused_whichever_comes_first() {
    let app = TestApp::start().await;
    let (ana, eve) = two_people(&app).await;
    let (ana, eve) = (format!("oskar_session={}", ana.cookie), format!("oskar_session={}", eve.cookie));
    let nonsense = "oskar_session=nonsense".to_owned();
    me(&app, &[&ana]).await.status(200);
    for (first, second) in [(&ana, &eve), (&eve, &ana), (&ana, &nonsense), (&nonsense, &ana)] {
        let jar = format!("{first}; {second}");
        assert_eq!(me(&app, &[&jar]).await.status(400).code(), "ambiguous_credentials", "{jar}");
        assert_eq!(me(&app, &[first, second]).await.status(400).code(), "ambiguous_credentials");
    }
    // The same one twice is one; a cookie of another name is none of ours.
    me(&app, &[&format!("{ana}; {ana}")]).await.status(200);
    me(&app, &[&format!("xoskar_session=1; {ana}; oskar_session2=2")]).await.status(200);
    // A header that the client wrote itself decides alone, as ever.
    let key = app.organisation("Acme").await.key("live", "viewer", None).await;
    let headers = [("cookie", format!("{ana}; {eve}")), ("x-api-key", key.secret)];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    app.anonymous().call_with(Method::GET, "/api/auth/me", &headers, None).await.status(200);
}

#[tokio::test]
async fn signing_in_does_not_end_a_session_of_which_nobody_knows_whose_it_is() {
    let app = TestApp::start().await;
    let (ana, eve) = two_people(&app).await;
    let jar = format!("oskar_session={}; oskar_session={}", eve.cookie, ana.cookie);
    let body = json!({ "email": "ana@acme.example", "password": PASSWORD });
    let headers = [("cookie", jar.as_str())];
    app.anonymous().call_with(Method::POST, "/api/auth/login", &headers, Some(body)).await.status(200);
    for person in [ana, eve] {
        person.with_cookie().get("/api/auth/me").await.status(200);
    }
}

#[tokio::test]
async fn behind_https_only_the_host_s_own_cookies_count() {
    let app = TestApp::with(&HTTPS).await;
    let sign_up = async |email: &str| {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = app.anonymous().post("/api/auth/register", body).await.status(201);
        (answer.cookie("__Host-oskar_session"), device(&answer))
    };
    let ((ana, own_device), (eve, _)) =
        (sign_up("ana@acme.example").await, sign_up("eve@acme.example").await);
    let own = format!("__Host-oskar_session={ana}");
    let planted = format!("oskar_session={eve}");
    for jar in [format!("{planted}; {own}"), format!("{own}; {planted}")] {
        let me = me(&app, &[&jar]).await.status(200).json();
        assert_eq!(me["user"]["email"], "ana@acme.example");
    }
    assert_eq!(me(&app, &[&planted]).await.status(401).code(), "unauthenticated");

    // A device that is known stays the same when its user signs in on it again.
    let known = async |jar: &str| {
        let body = json!({ "email": "ana@acme.example", "password": PASSWORD });
        let headers = [("cookie", jar)];
        let answer = app.anonymous().call_with(Method::POST, "/api/auth/login", &headers, Some(body)).await;
        // User and id, before the date.
        let named = |text: &str| BASE64.decode(text).unwrap()[..32].to_vec();
        named(&device(&answer.status(200))) == named(&own_device)
    };
    assert!(known(&format!("oskar_device=x; __Host-oskar_device={own_device}")).await);
    assert!(!known(&format!("oskar_device={own_device}")).await, "planted");
    assert!(!known(&format!("__Host-oskar_device={own_device}; __Host-oskar_device=x")).await);
}
