//! What each error code means and how to mend it: pages for people, JSON for programs.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::link::LinkPart;
use crate::app::App;
use crate::error::{Error, Guide, Kind};
use crate::http::filters;
use crate::http::{Look, PROBLEMS, html, preferred};
use crate::language::Language;

const HTML: &str = "text/html";
/// As for errors: JSON for those who ask for nothing in particular.
const FORMS: [&str; 2] = ["application/json", HTML];

/// One kind of error.
#[derive(Serialize)]
struct Explained {
    r#type: String,
    code: &'static str,
    status: u16,
    title: &'static str,
    means: &'static str,
    mend: &'static str,
}

impl Explained {
    fn new(app: &App, kind: &Kind) -> Self {
        let Guide { means, mend } = kind.guide();
        let Kind { status, code, title } = *kind;
        Self {
            r#type: format!("{}{PROBLEMS}/{code}", app.config.public_url),
            code,
            status,
            title,
            means,
            mend,
        }
    }
}

/// A text in parts: whether each is code, which stands between back-ticks.
fn parts(text: &str) -> impl Iterator<Item = (bool, &str)> {
    text.split('`').enumerate().map(|(number, part)| (number % 2 == 1, part))
}

#[derive(Template)]
#[template(path = "pages/problem.html")]
struct ProblemPage<'a>(&'a Explained);

#[derive(Template)]
#[template(path = "pages/problems.html")]
struct ProblemsPage<'a>(&'a [Explained]);

#[derive(Serialize)]
struct All {
    data: Vec<Explained>,
}

/// All codes.
pub async fn list(State(app): State<App>, headers: HeaderMap) -> Result<Response, Error> {
    let mut data: Vec<_> = Kind::all().map(|kind| Explained::new(&app, kind)).collect();
    data.sort_by_key(|kind| (kind.status, kind.code));
    let answer = if asks_for_html(&headers) {
        page(&app, &ProblemsPage(&data))?
    } else {
        Json(All { data }).into_response()
    };
    Ok(by_accept(answer))
}

/// One code.
pub async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    LinkPart(code): LinkPart,
) -> Result<Response, Error> {
    let explained = Explained::new(&app, Kind::find(&code).ok_or(Error::NotFound)?);
    let answer = if asks_for_html(&headers) {
        page(&app, &ProblemPage(&explained))?
    } else {
        Json(explained).into_response()
    };
    Ok(by_accept(answer))
}

/// A page in English: its text is that of the API.
fn page(app: &App, template: &impl Template) -> Result<Response, Error> {
    html(&Look::new(app, Language::English, PROBLEMS), StatusCode::OK, template)
}

fn asks_for_html(headers: &HeaderMap) -> bool {
    preferred(headers, &FORMS) == Some(HTML)
}

/// There are two answers under one address.
fn by_accept(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    answer
}
