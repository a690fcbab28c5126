//! The pages that mailed links open: `/reset#osp_…`. Browsers do not send the fragment, so no proxy and no log on the way
//! has the secret. A script takes it out of the address bar and posts it to a page that only shows what the link is for;
//! a button there uses the link up. Without scripts, the user pastes the link.

use askama::Template;
use axum::extract::{FromRequestParts, OriginalUri, Path};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::form::Wrong;
use super::visit::Visit;
use crate::app::App;
use crate::crypto::secret::{Secret, SecretKind};
use crate::domain::account::one_time;
use crate::error::Error;
use crate::http::filters;
use crate::http::{PagesAt, at};

#[derive(Template)]
#[template(path = "pages/front/link.html")]
struct LinkPage {
    wrong: Wrong,
}

/// What the first form sends.
#[derive(Deserialize)]
pub struct LinkForm {
    /// The secret, or the whole link if the user pasted it.
    #[serde(default)]
    pub link: String,
}

impl LinkForm {
    /// The secret, unchecked.
    pub fn secret(&self) -> &str {
        self.link.trim().rsplit(['#', '/']).next().unwrap_or_default()
    }
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

/// The secret in a link of that kind, if the link would work. Looking does not use it up.
pub async fn working(app: &App, link: &str, kind: SecretKind) -> Result<Option<Secret>, Error> {
    let Some(link) = Secret::parse(link).filter(|link| link.kind() == kind) else { return Ok(None) };
    let works = one_time::works(app.db.read(), &app.keyring, &link, app.now()).await?;
    Ok(works.then_some(link))
}

/// The pages of one kind of link: `open` shows what it is for and does not use it up, `act` at `path/name` does.
pub fn pages<O, T, A, U>(path: &str, open: O, name: &str, act: A) -> [PagesAt; 3]
where
    O: Handler<T, App>,
    T: 'static,
    A: Handler<U, App>,
    U: 'static,
{
    [
        at(path).get(ask).post(open),
        at(format!("{path}/{name}")).get(back).post(act),
        at(format!("{path}/{{link}}")).get(older),
    ]
}

/// Asks for the secret. A browser with scripts goes on at once and does not show this page.
async fn ask(visit: Visit) -> Result<Response, Error> {
    visit.page(&LinkPage { wrong: Wrong::default() })
}

/// A reload by address, of what was the answer to a form.
async fn back(OriginalUri(address): OriginalUri) -> Redirect {
    Redirect::to(parent(address.path()))
}

/// Links of older mails have the secret in the path.
async fn older(OriginalUri(address): OriginalUri, LinkPart(link): LinkPart) -> Redirect {
    let page = parent(address.path());
    match Secret::parse(&link) {
        Some(secret) => Redirect::to(&format!("{page}#{}", secret.reveal())),
        None => Redirect::to(page),
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(parent, _)| parent)
}
