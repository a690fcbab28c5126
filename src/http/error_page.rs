//! An error as a page, for browsers.

use askama::Template;

use super::filters;
use super::html::render;
use super::look::Look;
use super::problem::Problem;
use crate::error::FieldError;
use crate::language::ToVariable;

/// One template for all statuses.
#[derive(Template)]
#[template(path = "pages/error.html")]
struct ErrorPage<'a> {
    title: String,
    detail: String,
    errors: &'a [FieldError],
    status: u16,
    code: &'a str,
    request_id: &'a str,
}

/// The page's text; `None` if it cannot be rendered, which must not hide the error itself.
pub fn error_page(look: &Look, problem: &Problem) -> Option<String> {
    let name = problem.code.replace('_', "-");
    let permission = problem.required_permission().unwrap_or_default();
    let variables = [("permission", permission.variable())];
    let said = |part: &str, own: &str| {
        look.words.find(&format!("error-{name}{part}"), &variables).unwrap_or_else(|| own.to_owned())
    };
    let page = ErrorPage {
        title: said("-title", problem.title),
        detail: said("", &problem.detail),
        errors: &problem.errors,
        status: problem.status,
        code: problem.code,
        request_id: &problem.request_id,
    };
    render(look, &page).ok()
}
