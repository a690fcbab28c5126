//! Signs what the server never would, with its own key: so that a refusal is for what was altered.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use oskar::entity::signing_key;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Credential, Person, TestApp};

/// The installation's key, and the header and claims of a good token.
pub struct Forge {
    key: EncodingKey,
    algorithm: Algorithm,
    pub header: Value,
    pub claims: Value,
}

pub fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

pub fn decode(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The three parts of a token.
pub fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

/// Asks who a token's bearer is.
pub async fn me(app: &TestApp, token: &str) -> Answer {
    Client::new(app.router.clone(), Credential::Bearer(token.to_owned())).get("/api/auth/me").await
}

pub async fn is_accepted(app: &TestApp, token: &str) {
    me(app, token).await.status(200);
}

/// Fails unless the token is refused, without a word on why.
pub async fn is_refused(app: &TestApp, token: &str, why: &str) {
    let answer = me(app, token).await;
    assert_eq!(answer.status, 401, "{why}: {}", answer.text());
    assert_eq!(answer.code(), "invalid_credential", "{why}");
    assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="oskar", error="invalid_token""#, "{why}");
}

impl Forge {
    /// With the key that signed that person's token.
    pub async fn of(app: &TestApp, person: &Person) -> Self {
        Self::of_token(app, &person.access_token).await
    }

    /// With the key that signed that token.
    pub async fn of_token(app: &TestApp, token: &str) -> Self {
        let [header, claims, _] = parts(token).map(str::to_owned);
        let (header, claims) = (decode(&header), decode(&claims));
        let kid = header["kid"].as_str().unwrap();
        let row =
            signing_key::Entity::find_by_id(kid.to_owned()).one(app.app.db.read()).await.unwrap().unwrap();
        let private = app.app.keyring.open(&row.id, &row.private_key).unwrap();
        let (key, algorithm) = match row.algorithm.as_str() {
            "ES256" => (EncodingKey::from_ec_der(&private), Algorithm::ES256),
            "EdDSA" => (EncodingKey::from_ed_der(&private), Algorithm::EdDSA),
            "HS256" => (EncodingKey::from_secret(&private), Algorithm::HS256),
            _ => (EncodingKey::from_secret(&private), Algorithm::HS512),
        };
        Self { key, algorithm, header, claims }
    }

    /// Any header, any claims, a genuine signature.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_texts(&header.to_string(), &claims.to_string())
    }

    /// The same from texts, which need not be JSON.
    pub fn sign_texts(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }

    /// With one member of the header put in.
    pub fn with_header(&self, name: &str, value: &Value) -> String {
        let mut header = self.header.clone();
        header[name] = value.clone();
        self.sign(&header, &self.claims)
    }

    /// With one claim put in.
    pub fn with_claim(&self, name: &str, value: &Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = value.clone();
        self.sign(&self.header, &claims)
    }

    /// With one claim left out.
    pub fn without_claim(&self, name: &str) -> String {
        let mut claims = self.claims.clone();
        claims.as_object_mut().unwrap().remove(name).unwrap();
        self.sign(&self.header, &claims)
    }

    /// Signed by HMAC with those octets, as if they were the key.
    pub fn by_hmac(&self, name: &str, algorithm: Algorithm, octets: &[u8]) -> String {
        let mut header = self.header.clone();
        header["alg"] = json!(name);
        let message = format!("{}.{}", encode(&header), encode(&self.claims));
        let key = EncodingKey::from_secret(octets);
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm).unwrap();
        format!("{message}.{signature}")
    }
}

/// The header and the claims of a token whose signature is good by the shared key that its `kid` names, as a service
/// checks it that was given that key.
pub async fn verified(app: &TestApp, token: &str) -> (Value, Value) {
    let header = decode(parts(token)[0]);
    let kid = header["kid"].as_str().unwrap().to_owned();
    let row = signing_key::Entity::find_by_id(kid).one(app.app.db.read()).await.unwrap().unwrap();
    assert_eq!(header["alg"], json!(row.algorithm));
    let secret = app.app.keyring.open(&row.id, &row.private_key).unwrap();
    let mut rules = jsonwebtoken::Validation::new(row.algorithm.parse().unwrap());
    // The clock is the test's.
    (rules.validate_exp, rules.validate_aud) = (false, false);
    let read = jsonwebtoken::decode::<Value>(token, &jsonwebtoken::DecodingKey::from_secret(&secret), &rules);
    (header, read.unwrap().claims)
}
