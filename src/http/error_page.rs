//! An error as a page, for browsers.

use askama::Template;

use super::html::render;
use super::problem::Problem;
use crate::config::Product;
use crate::error::FieldError;

/// One template for all statuses.
#[derive(Template)]
#[template(path = "pages/error.html")]
struct ErrorPage<'a> {
    title: &'a str,
    detail: &'a str,
    errors: &'a [FieldError],
    status: u16,
    request_id: &'a str,
}

/// The page's text; `None` if it cannot be rendered, which must not hide the error itself.
pub fn error_page(product: &Product, problem: &Problem) -> Option<String> {
    let page = ErrorPage {
        title: problem.title,
        detail: &problem.detail,
        errors: &problem.errors,
        status: problem.status,
        request_id: &problem.request_id,
    };
    render(product, &page).ok()
}
