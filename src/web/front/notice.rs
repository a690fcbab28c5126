//! What forms and links end on: a sentence, and the way on.

use askama::Template;
use axum::response::Response;

use crate::error::Error;
use crate::http::filters;
use crate::web::visit::Visit;

/// Something was done, or cannot be done.
#[derive(Template)]
#[template(path = "pages/front/notice.html")]
pub struct Notice {
    heading: String,
    text: String,
    /// Label and address.
    way: Option<(String, String)>,
}

impl Notice {
    /// In words that are known already.
    pub fn new(heading: String, text: String) -> Self {
        Self { heading, text, way: None }
    }

    /// In the texts of these names.
    pub fn of(visit: &Visit, heading: &str, text: &str) -> Self {
        Self::new(visit.words().say(heading, &[]), visit.words().say(text, &[]))
    }

    /// What an error says.
    pub fn of_error(visit: &Visit, heading: &str, error: &Error) -> Self {
        Self::new(visit.words().say(heading, &[]), visit.says(error))
    }

    /// With the way on; `label` is the name of its text.
    #[must_use]
    pub fn then(mut self, visit: &Visit, label: &str, page: impl Into<String>) -> Self {
        self.way = Some((visit.words().say(label, &[]), page.into()));
        self
    }

    /// As a page in the place of an error's usual form.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn refuse(self, visit: &Visit, error: &Error) -> Result<Response, Error> {
        visit.refused(error, &self)
    }
}
