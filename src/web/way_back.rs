//! The way back to the product that handed its user over by `?return_to=`: a cookie keeps it while the user looks at pages of
//! the account and of organisations.

use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum_extra::extract::CookieJar;

use crate::app::App;
use crate::auth::ReturnTo;
use crate::http::WayBack;

const COOKIE: &str = "oskar_back";
/// For how long after the product has sent its user, in seconds.
const KEPT: u32 = 3600;

/// What a request says of where its user came from.
#[derive(Debug, Default)]
pub struct CameFrom {
    place: Option<ReturnTo>,
    /// Whether this request told it, so that it is to be kept.
    is_new: bool,
}

impl CameFrom {
    /// By the query, else by the cookie. Both are judged, so that neither can lead elsewhere.
    pub fn of(app: &App, parts: &Parts) -> Self {
        let other_site = |given: &str| ReturnTo::parse(&app.config, given).filter(|to| !to.is_own());
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let asked = form_urlencoded::parse(query).find(|(name, _)| name == "return_to");
        if let Some(place) = asked.and_then(|(_, given)| other_site(&given)) {
            return Self { place: Some(place), is_new: true };
        }
        let kept = CookieJar::from_headers(&parts.headers).get(COOKIE).map(|kept| kept.value().to_owned());
        Self { place: kept.and_then(|kept| other_site(&kept)), is_new: false }
    }

    /// What pages show.
    pub fn way_back(&self, app: &App) -> Option<WayBack> {
        let place = self.place.as_ref()?;
        let is_product = place.is_of(&app.config.product);
        let name = if is_product { Some(app.config.product.name.clone()) } else { place.host() };
        Some(WayBack { name: name?, address: place.location().to_owned() })
    }

    /// Has the browser keep it, if it does not yet.
    pub fn keep(&self, app: &App, response: &mut Response) {
        let Some(place) = self.place.as_ref().filter(|_| self.is_new) else { return };
        let secure = if app.config.sessions.cookies.secure { "; Secure" } else { "" };
        let cookie =
            format!("{COOKIE}={}; HttpOnly; SameSite=Lax; Path=/; Max-Age={KEPT}{secure}", place.encoded());
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}
