//! Pages and forms as a browser asks for them.

use axum::body::Body;
use axum::http::{Method, Request};

use crate::support::{Answer, Client};

/// A page.
pub async fn page(client: &Client, path: &str) -> Answer {
    client.call_with(Method::GET, path, &[("accept", "text/html")], None).await
}

/// What a form brings about.
pub async fn form(client: &Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "text/html");
    client.send(request.body(Body::from(body)).unwrap()).await
}

/// What stands between two texts of a page, the first time.
#[track_caller]
pub fn between(text: &str, before: &str, behind: &str) -> String {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{before} is not in {text}"));
    rest.split(behind).next().unwrap().to_owned()
}
