//! An error as a page, for browsers.

use askama::Template;

use super::error_words::{ErrorVariables, error_words};
use super::filters;
use super::html::render;
use super::look::Look;
use super::problem::Problem;
use crate::error::FieldError;

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

/// The page's text, of an answer that says after how many seconds to try again, if it does. `None` if it cannot be rendered,
/// which must not hide the error itself.
pub fn error_page(look: &Look, problem: &Problem, retry_after: Option<u64>) -> Option<String> {
    let variables = ErrorVariables { permission: problem.required_permission(), retry_after };
    let said = |part: &str, own: &str| {
        error_words(&look.words, problem.code, part, variables).unwrap_or_else(|| own.to_owned())
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
