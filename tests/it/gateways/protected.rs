//! What is behind and beside a gateway: a service that tells what it received, a real Oskar, and visitors.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use axum::{Json, Router};
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::proxies::{Addresses, Gateway, HOST, spare_port};
use crate::process::{Installation, Server};
use crate::support::PASSWORD;

/// Tells what a request looked like when it arrived.
async fn tell(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
        .collect();
    Json(json!({
        "service": true, "method": method.as_str(), "uri": uri.to_string(), "headers": headers,
        "body": String::from_utf8_lossy(&body),
    }))
}

/// A service, an Oskar with the default limits, and an organisation.
pub struct Protected {
    _installation: Installation,
    pub server: Server,
    oskar: String,
    service: String,
    gateway: u16,
    pub admin: Value,
    pub cookies: String,
    /// Where browsers find Oskar.
    pub public_url: String,
}

impl Protected {
    pub async fn new() -> Self {
        let installation = Installation::new().await;
        let (port, gateway) = (spare_port(), spare_port());
        // Cookies know no ports: the protected site gets Oskar's.
        let public_url = format!("http://{HOST}:{port}");
        // Not in `allowed_origins`, which would let its forms in without a look at the host that was forwarded.
        let product = format!("http://{HOST}:{gateway}/start");
        let server = installation
            .serve_at(
                port,
                &[],
                &[
                    ("OSKAR_PUBLIC_URL", public_url.as_str()),
                    ("OSKAR_TRUSTED_PROXIES", "127.0.0.1"),
                    ("OSKAR_PRODUCT_URL", &product),
                    ("OSKAR_LIMITS__EXEMPT", ""),
                    // No test reads its log: once the pipe is full, the server would wait.
                    ("OSKAR_LOG__LEVEL", "warn"),
                    ("OSKAR_PERMISSIONS", "tasks:read=viewer,tasks:write=member"),
                ],
            )
            .await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(tell)).await });
        let body = json!({ "email": "ana@acme.example", "name": "Ana Müller, 100 %", "password": PASSWORD,
            "organisation_name": "Acme" });
        let answer = reqwest::Client::new()
            .post(format!("{}/api/auth/register", server.url))
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201);
        let cookies = answer.headers().get_all("set-cookie").iter();
        let cookies: Vec<_> =
            cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned()).collect();
        let oskar = format!("127.0.0.1:{}", server.port);
        let admin = answer.json().await.unwrap();
        Self {
            _installation: installation,
            server,
            oskar,
            service,
            gateway,
            admin,
            cookies: cookies.join("; "),
            public_url,
        }
    }

    pub fn addresses(&self) -> Addresses<'_> {
        Addresses { oskar: &self.oskar, service: &self.service, gateway: self.gateway }
    }

    pub fn token(&self) -> &str {
        self.admin["access_token"].as_str().unwrap()
    }

    fn keys(&self) -> String {
        format!("{}/api/orgs/acme/keys", self.server.url)
    }

    /// A new API key: its id and its secret.
    pub async fn key(&self, role: &str) -> (String, String) {
        let body = json!({ "name": role, "environment": "live", "role": role });
        let request = reqwest::Client::new().post(self.keys()).bearer_auth(self.token()).json(&body);
        let key: Value = request.send().await.unwrap().json().await.unwrap();
        (key["id"].as_str().unwrap().to_owned(), key["secret"].as_str().unwrap().to_owned())
    }

    pub async fn revoke(&self, key: &str) {
        let request =
            reqwest::Client::new().delete(format!("{}/{key}", self.keys())).bearer_auth(self.token());
        assert_eq!(request.send().await.unwrap().status(), 204);
    }
}

/// Somebody in front of a gateway.
pub struct Visitor {
    client: reqwest::Client,
    site: String,
}

/// What came back through the gateway.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Visitor {
    /// Each number has an address of its own.
    pub fn number(number: u8, gateway: &Gateway) -> Self {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .local_address(IpAddr::V4(Ipv4Addr::new(127, 0, 0, number)))
            .resolve(HOST, SocketAddr::from(([127, 0, 0, 1], gateway.port)))
            .build()
            .unwrap();
        Self { client, site: format!("http://{HOST}:{}", gateway.port) }
    }

    /// The origin of the site that the gateway protects.
    pub fn site(&self) -> &str {
        &self.site
    }

    pub async fn get(&self, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, "/tasks", headers, "").await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.site)).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, headers, body: answer.bytes().await.unwrap().to_vec() }
    }
}

impl Answer {
    /// Fails unless the status is that one.
    #[track_caller]
    pub fn status(self, expected: u16) -> Self {
        assert_eq!(self.status, expected, "{self:?}: {}", String::from_utf8_lossy(&self.body));
        self
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// What the service received.
    #[track_caller]
    pub fn received(self) -> Received {
        let told = self.status(200).json();
        assert_eq!(told["service"], true, "{told}");
        let pairs = told["headers"].as_array().unwrap().iter();
        let headers =
            pairs.map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned()));
        Received { headers: headers.collect(), told }
    }
}

/// A request as it reached the service.
#[derive(Debug)]
pub struct Received {
    pub told: Value,
    pub headers: Vec<(String, String)>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Who it says that the caller is, in every spelling that some services take for ours; what is empty says nothing.
    pub fn identity(&self) -> BTreeMap<String, String> {
        let mut identity = BTreeMap::new();
        for (name, value) in &self.headers {
            let name = name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
            if let Some(name) = name.strip_prefix("x-auth-")
                && !value.is_empty()
            {
                assert_eq!(identity.insert(name.to_owned(), value.clone()), None, "{name} twice: {self:?}");
            }
        }
        identity
    }

    /// Fails if any credential of Oskar's is in it.
    #[track_caller]
    pub fn without_credentials(self, secrets: &[&str]) -> Self {
        let told = self.told.to_string();
        for secret in secrets.iter().chain(&["osk_live_", "oss_", "oskar_device", "oskar_session"]) {
            assert!(!told.contains(secret), "{secret} reached the service: {told}");
        }
        assert_eq!((self.header("authorization"), self.header("x-api-key")), (None, None));
        self
    }
}
