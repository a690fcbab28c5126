//! The start page, which leads on, and the choice of a language.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::form::Sent;
use super::visit::signed_in;
use crate::app::App;
use crate::auth::{Client, ReturnTo};
use crate::error::Error;
use crate::http::{A_YEAR, LANGUAGE_COOKIE, SIGN_IN, set_cookie};
use crate::language::Language;
use crate::views::organisations;

/// Leads a user to the organisation that the session is for, or to the first one, and everyone else to the sign-in.
pub async fn lead(State(app): State<App>, client: Client, headers: HeaderMap) -> Result<Redirect, Error> {
    let Some(user) = signed_in(&app, &client, &headers).await? else { return Ok(Redirect::to(SIGN_IN)) };
    let mine = organisations::memberships(app.db.read(), user.id).await?;
    let last = user.session.as_ref().and_then(|session| session.organisation);
    let of_session = mine.iter().find(|one| Some(one.organisation.id) == last);
    Ok(match of_session.or(mine.first()) {
        Some(one) => Redirect::to(&format!("/orgs/{}", one.organisation.slug)),
        None => Redirect::to("/account/organisations"),
    })
}

/// Which language, and the page to go back to.
#[derive(Deserialize)]
pub struct LanguageForm {
    language: String,
    #[serde(default)]
    next: String,
}

/// Keeps the language that the visitor chose for a year.
pub async fn choose_language(
    State(app): State<App>,
    Sent(form): Sent<LanguageForm>,
) -> Result<Response, Error> {
    let language = Language::by_tag(&form.language)
        .ok_or_else(|| Error::invalid("/language", "this is none of the languages of the pages"))?;
    let next = ReturnTo::own(&app.config, &form.next);
    let mut response = Redirect::to(next.as_ref().map_or("/", ReturnTo::location)).into_response();
    set_cookie(&app, &mut response, LANGUAGE_COOKIE, language.tag(), "/", A_YEAR);
    Ok(response)
}
