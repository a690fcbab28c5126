//! Where a visitor goes on to after signing in or out: back to the product that sent them, or to a page of ours.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;

use crate::app::App;
use crate::auth::ReturnTo;
use crate::error::Error;
use crate::http::let_forms_lead_to;

/// What the query asks for by `return_to` or `next`, if it is allowed. Forms keep it in the address that they are sent to.
#[derive(Clone, Debug, Default)]
pub struct Onward(Option<ReturnTo>);

impl FromRequestParts<App> for Onward {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let asked = |name: &str| {
            let mut pairs = form_urlencoded::parse(query);
            pairs.find(|(found, _)| found == name).map(|(_, value)| value)
        };
        let back = asked("return_to").and_then(|given| ReturnTo::parse(&app.config, &given));
        Ok(Self(back.or_else(|| ReturnTo::own(&app.config, &asked("next")?))))
    }
}

impl Onward {
    /// Back to that address, if it is allowed; else to where it led before.
    #[must_use]
    pub fn or_to(self, app: &App, given: &str) -> Self {
        Self(ReturnTo::parse(&app.config, given).or(self.0))
    }

    /// To the product whose users sign in here, if there is one.
    pub fn to_product(app: &App) -> Self {
        Self(app.config.product.url.as_deref().and_then(|url| ReturnTo::parse(&app.config, url)))
    }

    /// What a `Location` leads to, if something was asked for.
    pub fn asked(&self) -> Option<&str> {
        self.0.as_ref().map(ReturnTo::location)
    }

    /// What a `Location` leads to.
    pub fn location(&self) -> &str {
        self.asked().unwrap_or("/")
    }

    /// The site of another product, as people know it: without its scheme.
    pub fn site(&self) -> Option<&str> {
        let origin = self.0.as_ref()?.form_action()?;
        Some(origin.split_once("://").map_or(origin, |(_, host)| host))
    }

    /// A page of ours that goes on there afterwards.
    pub fn through(&self, page: &str) -> String {
        self.0.as_ref().map_or_else(|| page.to_owned(), |to| to.through(page))
    }

    /// A page whose form leads there.
    pub fn let_forms_lead_there(&self, mut page: Response) -> Response {
        if let Some(origin) = self.0.as_ref().and_then(ReturnTo::form_action) {
            let_forms_lead_to(&mut page, origin);
        }
        page
    }
}
