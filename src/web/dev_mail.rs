//! The mailbox of development: mails that were kept in memory. Absent as soon as mails really go out, or the
//! server listens on more than the loopback.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

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

/// What a client wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Html,
    Json,
    Text,
}

impl Form {
    /// By `Accept` (RFC 9110 section 12.5.1). Who takes anything, as curl does, gets text; of several that are as good,
    /// the first that is named.
    fn of(headers: &HeaderMap) -> Self {
        let mut best = (Self::Text, 0.0);
        for accept in headers.get_all(header::ACCEPT) {
            for range in accept.to_str().unwrap_or_default().split(',') {
                let mut parts = range.split(';').map(str::trim);
                let form = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                    "text/html" | "application/xhtml+xml" => Self::Html,
                    "application/json" => Self::Json,
                    "text/plain" | "text/*" | "*/*" => Self::Text,
                    _ => continue,
                };
                let weight =
                    parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse().ok());
                let weight: f32 = weight.unwrap_or(0.0);
                if weight > best.1 {
                    best = (form, weight);
                }
            }
        }
        best.0
    }
}

fn captured(app: &App) -> Result<Vec<Captured>, Error> {
    match app.config.mail.transport {
        // The links in there open accounts: for whoever sits at this machine, not for a network.
        MailTransport::Captured if app.config.listen.ip().is_loopback() => Ok(app.mailer.captured()),
        _ => Err(Error::NotFound),
    }
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

/// The answer depends on `Accept`, and whoever keeps it must know.
fn varying(response: impl IntoResponse) -> Response {
    ([(header::VARY, "accept")], response).into_response()
}

/// The last mails, newest first; as text in full.
pub async fn list(State(app): State<App>, headers: HeaderMap) -> Result<Response, Error> {
    let mails = captured(&app)?;
    Ok(match Form::of(&headers) {
        Form::Html => varying(page(&app, StatusCode::OK, &ListPage { mails })?),
        Form::Json => {
            let data: Vec<_> = mails.iter().map(as_json).collect::<Result<_, _>>()?;
            varying(Json(json!({ "data": data })))
        }
        Form::Text => {
            let mail = |mail: &Captured| {
                let (id, to, subject, body) = (mail.id, &mail.to, &mail.letter.subject, body(mail)?);
                Ok(format!("Id: {id}\nTo: {to}\nSubject: {subject}\n\n{}\n\n", body.trim_end()))
            };
            varying(mails.iter().map(mail).collect::<Result<String, Error>>()?)
        }
    })
}

/// One mail.
pub async fn show(
    State(app): State<App>,
    LinkPart(id): LinkPart,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let mail = captured(&app)?.into_iter().find(|mail| mail.id.to_string() == id).ok_or(Error::NotFound)?;
    let text = body(&mail)?;
    Ok(match Form::of(&headers) {
        Form::Html => varying(page(&app, StatusCode::OK, &ShowPage { mail, text })?),
        Form::Json => varying(Json(as_json(&mail)?)),
        Form::Text => varying(text),
    })
}
