//! The mailbox of development: mails that were kept in memory. Absent as soon as mails really go out, or the
//! server listens on more than the loopback.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{LinkPart, page};
use crate::app::App;
use crate::config::MailTransport;
use crate::error::Error;
use crate::mail::Captured;

#[derive(Template)]
#[template(path = "pages/dev_mail.html")]
struct ListPage {
    mails: Vec<Captured>,
}

#[derive(Template)]
#[template(path = "pages/dev_mail_show.html")]
struct ShowPage {
    mail: Captured,
    text: String,
}

fn captured(app: &App) -> Result<Vec<Captured>, Error> {
    match app.config.mail.transport {
        // The links in there open accounts: for whoever sits at this machine, not for a network.
        MailTransport::Captured if app.config.listen.ip().is_loopback() => Ok(app.mailer.captured()),
        _ => Err(Error::NotFound),
    }
}

/// The last mails, newest first.
pub async fn list(State(app): State<App>) -> Result<Response, Error> {
    page(&app, StatusCode::OK, &ListPage { mails: captured(&app)? })
}

/// One mail.
pub async fn show(State(app): State<App>, LinkPart(id): LinkPart) -> Result<Response, Error> {
    let mail = captured(&app)?.into_iter().find(|mail| mail.id.to_string() == id).ok_or(Error::NotFound)?;
    let text = mail.letter.text().map_err(Error::internal)?;
    page(&app, StatusCode::OK, &ShowPage { mail, text })
}
