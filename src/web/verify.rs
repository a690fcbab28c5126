//! The link that proves an address: a page with one button, because scanners open links too.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{GonePage, LinkPart, NoticePage, page};
use crate::app::App;
use crate::auth::Client;
use crate::domain::{Change, mailbox, one_time};
use crate::email::shown;
use crate::error::Error;
use crate::secret::{Kind, Secret};

#[derive(Template)]
#[template(path = "pages/verify.html")]
struct VerifyPage;

const GONE: GonePage = GonePage { hint: "Sign in and ask for a new one." };

fn parse(link: &str) -> Option<Secret> {
    Secret::parse(link).filter(|link| link.kind() == Kind::EmailVerification)
}

/// The button.
pub async fn show(State(app): State<App>, LinkPart(link): LinkPart) -> Result<Response, Error> {
    let works = match parse(&link) {
        Some(link) => one_time::works(app.db.read(), &app.keyring, &link, app.now()).await?,
        None => false,
    };
    if works { page(StatusCode::OK, &VerifyPage) } else { page(StatusCode::GONE, &GONE) }
}

/// Proves the address.
pub async fn confirm(
    State(app): State<App>,
    client: Client,
    LinkPart(link): LinkPart,
) -> Result<Response, Error> {
    let Some(link) = parse(&link) else { return page(StatusCode::GONE, &GONE) };
    let txn = app.db.begin().await?;
    let actor = client.anonymous();
    let verified =
        mailbox::verify(Change { txn: &txn, now: app.now(), actor: &actor }, &app.keyring, &link).await;
    match verified {
        Ok(user) => {
            txn.commit().await?;
            let text = format!("{} is confirmed. You can close this page and sign in.", shown(&user.email));
            page(StatusCode::OK, &NoticePage { heading: "Address confirmed", text })
        }
        Err(Error::LinkInvalid) => page(StatusCode::GONE, &GONE),
        Err(Error::EmailTaken) => {
            let text = "Another account has this address by now.".to_owned();
            page(StatusCode::CONFLICT, &NoticePage { heading: "Address taken", text })
        }
        Err(error) => Err(error),
    }
}
