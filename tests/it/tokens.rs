//! Access tokens as the server checks them: whatever is not exactly ours is refused.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::forge::{Forge, decode, encode, is_accepted, is_refused, parts};
use crate::support::{Client, Credential, Person, TestApp};

async fn ana(app: &TestApp) -> (Person, Forge) {
    let person = app.register("ana@acme.example", Some("Acme")).await;
    let forge = Forge::of(app, &person).await;
    (person, forge)
}

#[tokio::test]
async fn what_the_forge_signs_unaltered_is_accepted() {
    let app = TestApp::start().await;
    let (person, forge) = ana(&app).await;
    is_accepted(&app, &person.access_token).await;
    is_accepted(&app, &forge.sign(&forge.header, &forge.claims)).await;
    is_accepted(&app, &forge.with_header("typ", &json!("application/AT+jwt"))).await;
    is_accepted(&app, &forge.with_claim("nonce", &json!("x"))).await;
    is_accepted(&app, &forge.without_claim("org_id")).await;
    is_accepted(&app, &forge.without_claim("org_slug")).await;
}

#[tokio::test]
async fn a_token_from_before_org_id_had_its_name_is_for_its_organisation() {
    let app = TestApp::start().await;
    let (person, forge) = ana(&app).await;
    let second = person.with_cookie().post("/api/orgs", json!({ "name": "Second" })).await.status(201).json();
    let mut claims = forge.claims.clone();
    claims["org"] = json!(person.organisation_id());
    claims.as_object_mut().unwrap().retain(|name, _| !name.starts_with("org_"));
    let bearer = Client::new(app.router.clone(), Credential::Bearer(forge.sign(&forge.header, &claims)));
    bearer.get(&format!("/api/orgs/{}", person.organisation_id())).await.status(200);
    let elsewhere = second["slug"].as_str().unwrap();
    assert_ne!(bearer.get(&format!("/api/orgs/{elsewhere}")).await.status, 200);
}

#[tokio::test]
async fn a24_a_token_without_signature_is_refused_however_none_is_written() {
    let app = TestApp::start().await;
    let (person, forge) = ana(&app).await;
    let [header, claims, signature] = parts(&person.access_token);
    for none in ["none", "None", "nOnE", "NONE", "", "null", "ES256 ", "es256"] {
        let mut altered = forge.header.clone();
        altered["alg"] = json!(none);
        for signature in ["", signature] {
            is_refused(&app, &format!("{}.{claims}.{signature}", encode(&altered)), none).await;
        }
    }
    for alg in [Value::Null, json!(["ES256"]), json!(0)] {
        is_refused(&app, &forge.with_header("alg", &alg), "an `alg` that is no text").await;
    }
    for (cut, why) in [
        (format!("{header}.{claims}."), "empty signature"),
        (format!("{header}.{claims}"), "no third part"),
        (format!("{header}."), "no claims"),
        (header.to_owned(), "header alone"),
        ("..".to_owned(), "three empty parts"),
        (format!("{header}.{claims}.{signature}."), "a fourth part"),
        (format!("{header}.{claims}.{signature}.{signature}"), "two signatures"),
        (format!("{header}..{signature}"), "no claims but a signature"),
        (format!(".{claims}.{signature}"), "no header"),
    ] {
        is_refused(&app, &cut, why).await;
    }
}

#[tokio::test]
async fn a25_the_public_key_is_no_shared_secret() {
    let app = TestApp::start().await;
    let (_, forge) = ana(&app).await;
    let jwks = app.anonymous().get("/.well-known/jwks.json").await.status(200);
    let jwk = jwks.json()["keys"][0].clone();
    let [x, y] = ["x", "y"].map(|name| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap());
    // SubjectPublicKeyInfo of a P-256 key (RFC 5480), and the same as PEM (RFC 7468).
    let head = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
    let head: Vec<u8> =
        (0..head.len()).step_by(2).map(|at| u8::from_str_radix(&head[at..at + 2], 16).unwrap()).collect();
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    let der = [head, point.clone()].concat();
    let base64 = STANDARD.encode(&der);
    let pem =
        format!("-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----", &base64[..64], &base64[64..]);
    let (jwk, kid) = (jwk.to_string(), forge.header["kid"].as_str().unwrap().to_owned());
    for octets in [
        jwk.as_bytes(),
        &jwks.body,
        pem.as_bytes(),
        format!("{pem}\n").as_bytes(),
        &der,
        base64.as_bytes(),
        &point,
        &point[1..],
        &x,
        kid.as_bytes(),
        b"",
    ] {
        for (name, algorithm) in
            [("HS256", Algorithm::HS256), ("HS512", Algorithm::HS512), ("ES256", Algorithm::HS256)]
        {
            is_refused(&app, &forge.by_hmac(name, algorithm, octets), name).await;
        }
    }
}

#[tokio::test]
async fn only_our_keys_count() {
    let app = TestApp::start().await;
    let (person, forge) = ana(&app).await;
    // Another installation: same name, same people, its own key.
    let elsewhere = TestApp::start().await;
    let stranger = ana(&elsewhere).await.1;
    is_refused(&app, &stranger.sign(&stranger.header, &forge.claims), "their key, their kid").await;
    is_refused(&app, &stranger.sign(&forge.header, &forge.claims), "their key, our kid").await;
    for kid in
        [json!("unknown"), json!(""), json!("../../dev/null"), json!("' OR 1=1 --"), json!(1), json!([])]
    {
        is_refused(&app, &forge.with_header("kid", &kid), &kid.to_string()).await;
    }
    is_accepted(&app, &person.access_token).await;
}

#[tokio::test]
async fn headers_that_bring_a_key_along_are_refused() {
    let app = TestApp::start().await;
    let (_, forge) = ana(&app).await;
    let jwks = app.anonymous().get("/.well-known/jwks.json").await.status(200).json();
    for (name, value) in [
        ("jku", json!("http://localhost:8675/.well-known/jwks.json")),
        ("jwk", jwks["keys"][0].clone()),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("jku", Value::Null),
        ("crit", Value::Null),
    ] {
        is_refused(&app, &forge.with_header(name, &value), &format!("{name}: {value}")).await;
    }
    for typ in ["JWT", "at", "rt+jwt", "", "text/at+jwt", "at+jwt; x"] {
        is_refused(&app, &forge.with_header("typ", &json!(typ)), typ).await;
    }
    let mut untyped = forge.header.clone();
    untyped.as_object_mut().unwrap().remove("typ");
    is_refused(&app, &forge.sign(&untyped, &forge.claims), "without `typ`").await;
}

#[tokio::test]
async fn a_member_twice_is_refused() {
    let app = TestApp::start().await;
    let (_, forge) = ana(&app).await;
    // Two readers of such a token could each see the other one.
    let twice = |part: &Value, more: &str| format!("{{{more},{}", &part.to_string()[1..]);
    let header = twice(&forge.header, r#""alg":"none""#);
    let claims = twice(&forge.claims, r#""exp":9999999999"#);
    is_refused(&app, &forge.sign_texts(&header, &forge.claims.to_string()), "two `alg`").await;
    is_refused(&app, &forge.sign_texts(&forge.header.to_string(), &claims), "two `exp`").await;
    is_refused(&app, &forge.sign_texts("[]", &forge.claims.to_string()), "a header that is a list").await;
    is_refused(&app, &forge.sign_texts(&forge.header.to_string(), "[]"), "claims that are a list").await;
}

#[tokio::test]
async fn a31_tokens_of_other_issuers_and_for_other_audiences_are_refused() {
    let app = TestApp::start().await;
    let (_, forge) = ana(&app).await;
    for name in ["iss", "aud"] {
        for other in [
            json!("https://other.example"),
            json!("http://localhost:8675/"),
            json!("http://LOCALHOST:8675"),
            json!(["https://other.example"]),
            json!([]),
            json!(""),
            Value::Null,
        ] {
            is_refused(&app, &forge.with_claim(name, &other), &format!("{name}: {other}")).await;
        }
        is_refused(&app, &forge.without_claim(name), name).await;
    }
    // The same database served under another name.
    let renamed = app.another_node_with(&[("OSKAR_PUBLIC_URL", "https://new.example")]).await;
    is_refused(&renamed, &forge.sign(&forge.header, &forge.claims), "the old name").await;
}

#[tokio::test]
async fn a33_a_token_is_good_for_its_time_and_thirty_seconds() {
    let app = TestApp::start().await;
    let (person, forge) = ana(&app).await;
    let now = app.app.now().timestamp();
    for claim in ["nbf", "iat"] {
        is_accepted(&app, &forge.with_claim(claim, &json!(now + 30))).await;
        is_refused(&app, &forge.with_claim(claim, &json!(now + 31)), claim).await;
    }
    is_accepted(&app, &forge.with_claim("exp", &json!(now - 29))).await;
    is_refused(&app, &forge.with_claim("exp", &json!(now - 30)), "exp").await;
    is_refused(&app, &forge.with_claim("exp", &json!(i64::MIN)), "exp").await;

    let exp = forge.claims["exp"].as_i64().unwrap();
    app.advance(TimeDelta::seconds(exp + 29 - now));
    is_accepted(&app, &person.access_token).await;
    app.advance(TimeDelta::seconds(1));
    is_refused(&app, &person.access_token, "expired").await;
}

#[tokio::test]
async fn times_are_whole_numbers() {
    let app = TestApp::start().await;
    let (_, forge) = ana(&app).await;
    for claim in ["exp", "iat", "nbf"] {
        let good = forge.claims.get(claim).and_then(Value::as_i64).unwrap_or(app.app.now().timestamp());
        #[expect(clippy::cast_precision_loss, reason = "seconds are exact for some million years")]
        let float = good as f64 + 0.5;
        for bad in [json!(float), json!(good.to_string()), json!([good]), json!(u64::MAX), json!(true)] {
            is_refused(&app, &forge.with_claim(claim, &bad), &format!("{claim}: {bad}")).await;
        }
    }
    for claim in ["exp", "iat"] {
        is_refused(&app, &forge.with_claim(claim, &Value::Null), claim).await;
        is_refused(&app, &forge.without_claim(claim), claim).await;
    }
}

#[tokio::test]
async fn a_token_speaks_for_its_own_session_only() {
    let app = TestApp::start().await;
    let (person, forge) = ana(&app).await;
    let other = app.register("bea@acme.example", None).await;
    let theirs = decode(parts(&other.access_token)[1]);
    is_refused(&app, &forge.with_claim("sub", &json!(other.user_id)), "somebody else's sub").await;
    is_refused(&app, &forge.with_claim("sid", &theirs["sid"]), "somebody else's sid").await;
    is_refused(&app, &forge.with_claim("sid", &json!("sess_00000000000000000000000000")), "no session").await;
    is_refused(&app, &forge.with_claim("sid", &json!(person.user_id)), "an id of another kind").await;
    for claim in ["sub", "sid", "type"] {
        is_refused(&app, &forge.without_claim(claim), claim).await;
    }
    for kind in ["refresh", "id", "ACCESS", ""] {
        is_refused(&app, &forge.with_claim("type", &json!(kind)), kind).await;
    }
    // What the token says of role and permissions is for others: here the database counts.
    let boastful = forge.with_claim("permissions", &json!(["everything"]));
    let me = crate::forge::me(&app, &boastful).await.status(200).json();
    assert!(!me["permissions"].as_array().unwrap().contains(&json!("everything")));
}

#[tokio::test]
async fn no_character_of_a_token_can_be_changed() {
    let app = TestApp::start().await;
    let (person, _) = ana(&app).await;
    let token = &person.access_token;
    for place in (0..token.len()).step_by(7).chain([token.len() - 1]) {
        // Also the last one, whose lowest bits carry nothing: two texts for one signature is one too many.
        let changed = match token.as_bytes()[place] {
            b'.' => continue,
            b'A' => 'B',
            b'Q' => 'R',
            b'g' => 'h',
            b'w' => 'x',
            _ => 'A',
        };
        let altered = format!("{}{changed}{}", &token[..place], &token[place + 1..]);
        is_refused(&app, &altered, &format!("place {place}")).await;
    }
    for altered in
        [format!("{token}="), format!("{token}=="), token.replace('.', ". "), format!("{token}\u{e9}")]
    {
        is_refused(&app, &altered, "more characters").await;
    }
}

#[tokio::test]
async fn a_token_has_four_kibibytes_at_most() {
    let app = TestApp::start().await;
    let (_, forge) = ana(&app).await;
    let short = forge.sign(&forge.header, &forge.claims).len();
    // Filled up with a claim that means nothing; about four characters of base64 for three of the claim.
    let filled = |more: usize| forge.with_claim("x", &json!("x".repeat((4096 - short) * 3 / 4 - 40 + more)));
    let fits = (0..80).rev().map(filled).find(|token| token.len() <= 4096).unwrap();
    assert!(fits.len() > 4090, "{}", fits.len());
    is_accepted(&app, &fits).await;
    let long = (0..80).map(filled).find(|token| token.len() > 4096).unwrap();
    is_refused(&app, &long, "4 KiB and a little").await;
    is_refused(&app, &filled(30_000), "40 KiB").await;
}
