//! The body of every error: JSON, or a page for a client that asks for HTML.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use super::error_page::error_page;
use super::forwarded::is_for_gateway;
use super::html::protect;
use super::look::{Look, language};
use super::negotiation::{FORMS, HTML_TYPE, preferred};
use super::problem::{PROBLEMS, Problem};
use crate::app::App;
use crate::auth::RequestId;
use crate::error::Error;

pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Gives the request its id, and every error its body.
pub async fn problems(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().simple().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let head = request.method() == Method::HEAD;
    let form = preferred(request.headers(), &FORMS);
    let visitor = (form == Some(HTML_TYPE)).then(|| {
        let shows = matches!(*request.method(), Method::GET | Method::HEAD);
        (language(request.headers()), request.uri().path().to_owned(), shows)
    });
    let mut response = next.run(request).await;
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>() {
        problem.request_id.clone_from(&id);
        problem.r#type = format!("{}{PROBLEMS}/{}", app.config.public_url, problem.code);
        let visitor = visitor.filter(|_| !is_for_gateway(&response));
        let page = visitor.and_then(|(language, address, shows)| {
            let look = Look { can_be_reloaded: shows, ..Look::new(&app, language, &address) };
            let retry_after = response.headers().get(header::RETRY_AFTER);
            let retry_after = retry_after.and_then(|seconds| seconds.to_str().ok()?.parse().ok());
            error_page(&look, &problem, retry_after)
        });
        response = with_body(response, &problem, page, head);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The answer with its error written out: as the page, if there is one, else as JSON. Status and headers stay.
fn with_body(response: Response, problem: &Problem, page: Option<String>, head: bool) -> Response {
    let (mut parts, _) = response.into_parts();
    let (content_type, body) = match page {
        Some(page) => {
            protect(&mut parts.headers);
            (HTML, Body::from(page))
        }
        None => (PROBLEM_JSON, Json(problem).into_response().into_body()),
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, content_type);
    parts.headers.insert(header::CACHE_CONTROL, NO_STORE);
    Response::from_parts(parts, if head { Body::empty() } else { body })
}

/// Gives a form to what no handler of ours has answered: paths and methods that do not exist.
pub async fn unknown(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.extensions().get::<Problem>().is_some() || is_page(&response) {
        return response;
    }
    match response.status() {
        StatusCode::NOT_FOUND => Error::NotFound.into_response(),
        StatusCode::METHOD_NOT_ALLOWED => {
            let allow = response.headers_mut().remove(header::ALLOW);
            let mut response = Error::MethodNotAllowed.into_response();
            response.headers_mut().extend(allow.map(|allow| (header::ALLOW, allow)));
            response
        }
        _ => response,
    }
}

fn is_page(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}
