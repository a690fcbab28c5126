//! What pages of mailed links share.

use std::borrow::Cow;

use askama::Template;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

pub use super::form::Sent;
use crate::app::App;
use crate::crypto::secret::{Secret, SecretKind};
use crate::domain::account::one_time;
use crate::error::Error;
use crate::http::filters;
use crate::http::{Code, Look, html, status};
use crate::language::Language;
use crate::password::ProposedPassword;

/// A link that does not work any more.
#[derive(Template)]
#[template(path = "pages/gone.html")]
pub struct GonePage {
    /// How to get a new one.
    pub hint: Cow<'static, str>,
}

/// Something was done, or cannot be done.
#[derive(Template)]
#[template(path = "pages/notice.html")]
pub struct NoticePage {
    pub heading: &'static str,
    pub text: String,
    /// Whether there is nothing left to do here.
    pub done: bool,
}

/// The last part of a path.
pub struct LinkPart(pub String);

impl<S: Send + Sync> FromRequestParts<S> for LinkPart {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Path(link) = Path::from_request_parts(parts, state).await.map_err(|_| Error::NotFound)?;
        Ok(Self(link))
    }
}

/// A page in English.
pub fn page(app: &App, status: StatusCode, template: &impl Template) -> Result<Response, Error> {
    html(&Look::new(app, Language::English, "/"), status, template)
}

/// A page in the place of an error's usual form; the log has its code all the same.
pub fn page_of_error(app: &App, error: &Error, template: &impl Template) -> Result<Response, Error> {
    let mut response = page(app, status(error), template)?;
    response.extensions_mut().insert(Code(error.code()));
    Ok(response)
}

/// The secret in a link of that kind, if the link would work. Looking does not use it up.
pub async fn working(app: &App, link: &str, kind: SecretKind) -> Result<Option<Secret>, Error> {
    let Some(link) = Secret::parse(link).filter(|link| link.kind() == kind) else { return Ok(None) };
    let works = one_time::works(app.db.read(), &app.keyring, &link, app.now()).await?;
    Ok(works.then_some(link))
}

/// A password that a form has sent, to be judged.
///
/// # Errors
/// [`Error::Invalid`].
pub fn proposed(password: String) -> Result<ProposedPassword, Error> {
    ProposedPassword::try_from(password).map_err(|problem| Error::invalid("/password", problem))
}

/// What came of judging a password; if it was refused, what to say beside its field.
pub fn beside_its_field<T>(judged: Result<T, Error>) -> Result<Result<T, String>, Error> {
    match judged {
        Ok(good) => Ok(Ok(good)),
        Err(Error::WeakPassword(refusal)) => Ok(Err(refusal.advice())),
        Err(error @ Error::Invalid { .. }) => Ok(Err(error.to_string())),
        Err(error) => Err(error),
    }
}

/// Says that there were too many wrong attempts, and when to try again.
pub fn too_many(app: &App, retry_after: u64) -> Result<Response, Error> {
    let minutes = retry_after.div_ceil(60);
    let text = format!("There were too many wrong attempts. Try again in {minutes} min.");
    let error = Error::TooManyAttempts { retry_after };
    let mut response =
        page_of_error(app, &error, &NoticePage { heading: "Too many attempts", text, done: false })?;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
    Ok(response)
}
