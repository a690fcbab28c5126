//! An issuer of its own on loopback, whose keys and moods a test decides.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oskar::clock::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// What tokens are to name as audience.
pub const AUDIENCE: &str = "oskar-at-work";

pub enum Key {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    pub fn p256() -> Self {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
        Self::P256(EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref()).unwrap())
    }

    pub fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    pub fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    /// As a key set shows it.
    pub fn jwk(&self, kid: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "x": text(&point[1..33]), "y": text(&point[33..]), "kid": kid })
            }
            Self::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()), "kid": kid })
            }
            Self::Rsa(pair) => {
                // RSAPublicKey (RFC 8017 A.1.1): nine bytes before the modulus, two before the exponent.
                let (der, end) = (pair.public_key().as_ref(), 9 + pair.public_modulus_len());
                json!({ "kty": "RSA", "n": text(&der[9..end]), "e": text(&der[end + 2..]), "kid": kid, "use": "sig" })
            }
        }
    }

    fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::P256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding: &dyn aws_lc_rs::signature::RsaEncoding =
                    if algorithm.starts_with("PS") { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &random, message, &mut signature).unwrap();
                signature
            }
        }
    }

    /// A token with exactly this header and these claims.
    pub fn token(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.sign(header["alg"].as_str().unwrap_or_default(), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

#[derive(Default)]
pub struct Mood {
    /// What the key set has.
    pub keys: Mutex<Vec<Value>>,
    /// What stands in the metadata instead of the issuer's own, and where the keys are said to be.
    pub called: Mutex<Option<String>>,
    pub keys_at: Mutex<Option<String>>,
    /// Only the metadata of RFC 8414 is there.
    pub without_openid: AtomicBool,
    /// Answers nothing but 500.
    pub down: AtomicBool,
    /// Sends everybody elsewhere.
    pub redirects: AtomicBool,
    /// Puts so many spaces before the keys that nobody should read on.
    pub endless: AtomicBool,
    pub fetches: AtomicUsize,
    own: Mutex<String>,
}

pub struct FakeIssuer {
    /// With a slash at its end, as some have it.
    pub url: String,
    pub key: Key,
    pub mood: Arc<Mood>,
    issued: AtomicUsize,
}

/// The setting that lets the first issuer speak for the addresses of Acme, so that accounts are linked by them.
pub const SPEAKS_FOR_ACME: (&str, &str) = ("OSKAR_ISSUERS__0__ALLOWED_DOMAINS", "acme.example");

impl FakeIssuer {
    /// With one key, `first`, of P-256.
    pub async fn start() -> Self {
        let key = Key::p256();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/realms/work/", listener.local_addr().unwrap());
        let mood = Arc::new(Mood::default());
        mood.keys.lock().await.push(key.jwk("first"));
        mood.own.lock().await.clone_from(&url);
        let router = Router::new().fallback(answer).with_state(mood.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, key, mood, issued: AtomicUsize::new(0) }
    }

    /// The settings that name it, with more of them.
    pub fn settings<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut settings =
            vec![("OSKAR_ISSUERS__0__ISSUER", self.url.as_str()), ("OSKAR_ISSUERS__0__AUDIENCE", AUDIENCE)];
        settings.extend(more);
        settings
    }

    /// What a good token says at that time; no two are the same.
    pub fn claims(&self, now: Timestamp, subject: &str, email: &str) -> Value {
        let (now, number) = (now.timestamp(), self.issued.fetch_add(1, Ordering::SeqCst));
        json!({
            "iss": self.url, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 300,
            "email": email, "email_verified": true, "jti": number.to_string(),
        })
    }

    /// A token with these claims, signed with the first key.
    pub fn sign(&self, claims: &Value) -> String {
        self.key.token(&json!({ "alg": "ES256", "kid": "first" }), claims)
    }

    /// A good token.
    pub fn token(&self, now: Timestamp, subject: &str, email: &str) -> String {
        self.sign(&self.claims(now, subject, email))
    }

    /// How often the key set was asked for.
    pub fn fetches(&self) -> usize {
        self.mood.fetches.load(Ordering::SeqCst)
    }
}

async fn answer(State(mood): State<Arc<Mood>>, uri: Uri) -> Response {
    let is = |flag: &AtomicBool| flag.load(Ordering::SeqCst);
    let keys = uri.path() == "/realms/work/keys";
    if keys {
        mood.fetches.fetch_add(1, Ordering::SeqCst);
    }
    if is(&mood.down) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if is(&mood.redirects) && !uri.path().starts_with("/elsewhere") {
        return Redirect::temporary(&format!("/elsewhere{}", uri.path())).into_response();
    }
    let own = mood.own.lock().await.clone();
    match uri.path().trim_start_matches("/elsewhere") {
        "/realms/work/keys" if is(&mood.endless) => {
            let keys = json!({ "keys": *mood.keys.lock().await });
            format!("{}{keys}", " ".repeat(4 << 20)).into_response()
        }
        "/realms/work/keys" => Json(json!({ "keys": *mood.keys.lock().await })).into_response(),
        "/realms/work/.well-known/openid-configuration" if is(&mood.without_openid) => {
            StatusCode::NOT_FOUND.into_response()
        }
        "/realms/work/.well-known/openid-configuration"
        | "/.well-known/oauth-authorization-server/realms/work" => {
            let called = mood.called.lock().await.clone().unwrap_or_else(|| own.clone());
            let keys = mood.keys_at.lock().await.clone().unwrap_or_else(|| format!("{own}keys"));
            Json(json!({ "issuer": called, "jwks_uri": keys })).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
