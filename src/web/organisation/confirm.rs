//! The page that asks before something is done that is not easily undone: it names the thing and the consequence.

use askama::Template;

use crate::http::filters;
use crate::web::form::Wrong;

/// See the module. Its form goes to its own address.
#[derive(Default, Template)]
#[template(path = "pages/organisation/confirm.html")]
pub struct Confirm {
    pub title: String,
    /// What it brings about.
    pub texts: Vec<String>,
    /// What the button says; none where it cannot be done as things stand.
    pub button: Option<String>,
    pub dangerous: bool,
    /// Where the visitor came from.
    pub back: String,
    pub back_label: String,
    pub wrong: Wrong,
}
