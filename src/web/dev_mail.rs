//! The mailbox of development: mails that were kept in memory. Absent as soon as mails really go out, or the
//! server listens on more than the loopback.

use askama::Template;
use axum::Json;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};

use super::link::LinkPart;
use super::visit::Visit;
use crate::app::App;
use crate::error::Error;
use crate::http::filters;
use crate::http::preferred;
use crate::mail::Captured;

#[derive(Template)]
#[template(path = "pages/front/mailbox.html")]
struct ListPage {
    mails: Vec<Captured>,
}

#[derive(Template)]
#[template(path = "pages/front/captured_mail.html")]
struct ShowPage {
    mail: Captured,
    text: String,
}

/// What mails can be read as; curl and all who take anything get the first.
const FORMS: [&str; 3] = ["text/plain", "application/json", "text/html"];

fn captured(app: &App) -> Result<Vec<Captured>, Error> {
    if app.config.has_mailbox() { Ok(app.mailer.captured()) } else { Err(Error::NotFound) }
}

fn find(app: &App, id: &str) -> Result<Captured, Error> {
    captured(app)?.into_iter().find(|mail| mail.id.to_string() == id).ok_or(Error::NotFound)
}

fn body(mail: &Captured) -> Result<String, Error> {
    mail.letter.text().map_err(Error::internal)
}

fn as_json(mail: &Captured) -> Result<Value, Error> {
    Ok(json!({
        "id": mail.id,
        "to": mail.to,
        "subject": mail.letter.subject,
        "sent_at": mail.sent_at,
        "link": mail.letter.action.as_ref().map(|(_, link)| link),
        "text": body(mail)?,
    }))
}

/// Tells caches that the answer depends on `Accept`.
fn varying(response: impl IntoResponse) -> Response {
    ([(header::VARY, "accept")], response).into_response()
}

/// The last mails, newest first; as text in full.
pub async fn list(visit: Visit, headers: HeaderMap) -> Result<Response, Error> {
    let mails = captured(&visit.app)?;
    Ok(match preferred(&headers, &FORMS) {
        Some("text/html") => varying(visit.page(&ListPage { mails })?),
        Some("application/json") => {
            let data: Vec<_> = mails.iter().map(as_json).collect::<Result<_, _>>()?;
            varying(Json(json!({ "data": data })))
        }
        _ => {
            let mail = |mail: &Captured| {
                let (id, to, subject, body) = (mail.id, &mail.to, &mail.letter.subject, body(mail)?);
                Ok(format!("Id: {id}\nTo: {to}\nSubject: {subject}\n\n{}\n\n", body.trim_end()))
            };
            varying(mails.iter().map(mail).collect::<Result<String, Error>>()?)
        }
    })
}

/// One mail.
pub async fn show(visit: Visit, LinkPart(id): LinkPart, headers: HeaderMap) -> Result<Response, Error> {
    let mail = find(&visit.app, &id)?;
    let text = body(&mail)?;
    Ok(match preferred(&headers, &FORMS) {
        Some("text/html") => varying(visit.page(&ShowPage { mail, text })?),
        Some("application/json") => varying(Json(as_json(&mail)?)),
        _ => varying(text),
    })
}

/// Mails have their styles inline, and nothing else that could be loaded or run.
const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// One mail as its recipient sees it.
pub async fn show_html(visit: Visit, LinkPart(id): LinkPart) -> Result<Response, Error> {
    let html = find(&visit.app, &id)?.letter.html().map_err(Error::internal)?;
    Ok(([(header::CONTENT_SECURITY_POLICY, CSP)], Html(html)).into_response())
}
