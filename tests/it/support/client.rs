//! Calls the router as a caller of one kind.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::answer::Answer;
use super::contract;

/// What a client sends to say who it is.
#[derive(Clone, Debug)]
pub enum Credential {
    None,
    Cookie(String),
    Bearer(String),
    ApiKey(String),
    /// Name and password.
    Basic(String, String),
}

/// The value of an `Authorization` header.
pub fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

/// A caller.
#[derive(Clone)]
pub struct Client {
    router: Router,
    credential: Credential,
}

impl Client {
    pub fn new(router: Router, credential: Credential) -> Self {
        Self { router, credential }
    }

    /// The same caller at another node.
    pub fn on(&self, router: &Router) -> Self {
        Self::new(router.clone(), self.credential.clone())
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// Any method, with a JSON body or none.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = match body {
            Some(body) => {
                request.header("content-type", "application/json").body(Body::from(body.to_string()))
            }
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    /// A request with headers of its own, the same name more than once if need be.
    pub async fn call_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            // Not `from_str`: that refuses what clients do send.
            request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let mut request = request.body(body).unwrap();
        if !request.headers().contains_key("content-type") {
            request.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
        }
        self.send(request).await
    }

    /// Any request, with this caller's credential added.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        let (name, value) = match &self.credential {
            Credential::None => ("", String::new()),
            Credential::Cookie(value) => ("cookie", format!("oskar_session={value}")),
            Credential::Bearer(value) => ("authorization", format!("Bearer {value}")),
            Credential::ApiKey(value) => ("x-api-key", value.clone()),
            Credential::Basic(name, password) => ("authorization", basic(name, password)),
        };
        if !name.is_empty() {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        if !request.headers().contains_key("host") {
            request.headers_mut().insert("host", "localhost:8675".parse().unwrap());
        }
        if request.extensions().get::<ConnectInfo<SocketAddr>>().is_none() {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([203, 0, 113, 7], 4711))));
        }
        let asked = format!("{} {}", request.method(), request.uri());
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let answer = Answer { asked, status: parts.status.as_u16(), headers: parts.headers, body };
        contract::hold(&method, &path, &answer);
        // RFC 9110 section 11.6.1
        let challenged = answer.headers.contains_key("www-authenticate");
        assert!(answer.status != 401 || challenged, "{}: {:?}", answer.asked, answer.headers);
        let is_html =
            answer.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        // What a text has a place for, and was not told.
        assert!(!is_html || !answer.text().contains("{$"), "{}: {}", answer.asked, answer.text());
        answer
    }
}
