//! A visit: what a page has to know of its request, and the ways to answer it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::app::App;
use crate::auth::{Client, OrganisationAccess, SignedIn, UserPrincipal, optional_user};
use crate::crypto::cursor;
use crate::error::Error;
use crate::http::{
    Code, ErrorVariables, Flash, Here, Look, MenuEntry, Visitor, WayBack, error_words, headers, html,
    language, set_cookie, status,
};
use crate::language::Words;
use crate::views::organisations;

/// The cookie of a [`Flash`], which the next page shows and ends.
const FLASH_COOKIE: &str = "oskar_flash";
/// What its MAC is bound to.
const FLASH: &[u8] = b"flash";
/// How many organisations the menu shows.
const IN_THE_MENU: usize = 12;

/// See the module. A handler takes it in the place of the state.
pub struct Visit {
    pub app: App,
    pub client: Client,
    look: Look,
    /// Whether the browser has a flash that ends with this page.
    shows_flash: bool,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let client = match Client::from_request_parts(parts, app).await {
            Ok(client) => client,
            Err(never) => match never {},
        };
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
        let address = uri.path_and_query().map_or("/", |whole| whole.as_str());
        let mut look = Look::new(app, language(&parts.headers), address);
        let sent =
            CookieJar::from_headers(&parts.headers).get(FLASH_COOKIE).map(|sent| sent.value().to_owned());
        look.can_be_reloaded = matches!(parts.method, Method::GET | Method::HEAD);
        look.flash = sent.as_deref().and_then(|sent| read_flash(app, sent));
        look.visitor = visitor(app, parts).await?;
        look.way_back = look.visitor.as_ref().and_then(|_| WayBack::kept(app, &parts.headers));
        Ok(Self { app: app.clone(), client, look, shows_flash: sent.is_some() })
    }
}

/// The user whom the guard has let in, and where they can go.
async fn visitor(app: &App, parts: &Parts) -> Result<Option<Visitor>, Error> {
    let here = parts.extensions.get::<OrganisationAccess>();
    let user = match (here, parts.extensions.get::<SignedIn>()) {
        (Some(access), _) => access.user()?,
        (None, Some(signed_in)) => signed_in.by.as_ref(),
        (None, None) => return Ok(None),
    };
    let here = here.map(|access| Here {
        slug: access.organisation.slug.clone(),
        name: access.organisation.name.clone(),
        grants: access.grants.clone(),
    });
    Visitor::of(app, user, here).await.map(Some)
}

impl Visitor {
    /// A user, with the organisations of the menu.
    async fn of(app: &App, user: &UserPrincipal, here: Option<Here>) -> Result<Self, Error> {
        let mine = organisations::memberships(app.db.read(), user.id).await?;
        let entry = |one: organisations::Membership| MenuEntry {
            slug: one.organisation.slug,
            name: one.organisation.name,
            role: one.role,
        };
        let organisations = mine.into_iter().take(IN_THE_MENU).map(entry).collect();
        let (name, email) = (user.name.clone(), crate::text::email::shown(&user.email).into_owned());
        Ok(Self { name, email, operator: user.operator, here, organisations })
    }
}

impl Visit {
    /// The words of the visitor's language.
    pub fn words(&self) -> &Words {
        &self.look.words
    }

    /// What the sentence about what was just done has filled in under that name.
    pub fn told(&self, name: &str) -> Option<&str> {
        let variables = &self.look.flash.as_ref()?.variables;
        variables.iter().find(|(told, _)| told == name).map(|(_, value)| value.as_str())
    }

    /// Path and query of the page.
    pub fn address(&self) -> &str {
        &self.look.address
    }

    /// A page.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn page(&self, template: &impl Template) -> Result<Response, Error> {
        self.page_with(StatusCode::OK, template)
    }

    /// A page with another status than 200.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn page_with(&self, status: StatusCode, template: &impl Template) -> Result<Response, Error> {
        let mut response = html(&self.look, status, template)?;
        if self.shows_flash {
            set_flash(&self.app, &mut response, "", 0);
        }
        Ok(response)
    }

    /// A page in the place of an error's usual form: the form with what was typed, and what is wrong. The log has the
    /// error's code all the same.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub fn refused(&self, error: &Error, template: &impl Template) -> Result<Response, Error> {
        let mut response = self.page_with(status(error), template)?;
        response.headers_mut().extend(headers(error));
        response.extensions_mut().insert(Code(error.code()));
        Ok(response)
    }

    /// The way on after something was done (POST, redirect, GET).
    #[expect(clippy::unused_self, reason = "like the other ways to answer a visit")]
    pub fn lead_to(&self, page: &str) -> Response {
        Redirect::to(page).into_response()
    }

    /// The same; the page says what was done.
    pub fn done(&self, page: &str, flash: &Flash) -> Response {
        self.tell(self.lead_to(page), flash)
    }

    /// An answer after which the next page says something.
    pub fn tell(&self, mut response: Response, flash: &Flash) -> Response {
        let place = serde_json::to_vec(flash).unwrap_or_default();
        set_flash(&self.app, &mut response, &cursor::sign(&self.app.keyring, FLASH, &place), 60);
        response
    }

    /// What an error says, in the visitor's language where there is a text for its code.
    pub fn says(&self, error: &Error) -> String {
        let permission = match error {
            Error::PermissionDenied(permission) => Some(permission.as_str()),
            _ => None,
        };
        let variables = ErrorVariables { permission, retry_after: error.retry_after() };
        error_words(self.words(), error.code(), "", variables).unwrap_or_else(|| error.to_string())
    }
}

/// The user who is signed in, on pages that are open to everyone. Keys, and what is no good, count as no one.
///
/// # Errors
/// Those of the server.
pub async fn signed_in(
    app: &App,
    client: &Client,
    headers: &HeaderMap,
) -> Result<Option<Arc<UserPrincipal>>, Error> {
    match optional_user(app, client, headers).await {
        Err(error) if error.status() < 500 => Ok(None),
        found => found,
    }
}

fn read_flash(app: &App, sent: &str) -> Option<Flash> {
    serde_json::from_slice(&cursor::verify(&app.keyring, FLASH, sent)?).ok()
}

fn set_flash(app: &App, response: &mut Response, value: &str, seconds: u32) {
    debug_assert!(URL_SAFE_NO_PAD.decode(value).is_ok(), "of the letters that a cookie may have");
    set_cookie(app, response, FLASH_COOKIE, value, "/", seconds);
}
