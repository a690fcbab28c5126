//! The way back to the product that handed its user over by `?return_to=`: a cookie keeps it while the user looks at pages of
//! the account and of organisations.

use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;

use super::page_cookie::set_cookie;
use crate::app::App;
use crate::auth::ReturnTo;

const COOKIE: &str = "oskar_back";
/// For how long after the product has sent its user, in seconds.
const KEPT: u32 = 3600;

/// Browsers keep no cookie of more than 4096 bytes, its name and attributes included.
const LONGEST: usize = 3500;

/// The way back to the product that sent its user here.
pub struct WayBack {
    /// What to call it.
    pub name: String,
    pub address: String,
}

impl WayBack {
    /// What the browser keeps. It is judged again, so that a cookie that was planted leads nowhere else.
    pub fn kept(app: &App, headers: &HeaderMap) -> Option<Self> {
        let jar = CookieJar::from_headers(headers);
        let place = other_site(app, jar.get(COOKIE)?.value())?;
        let product = &app.config.product;
        let name = if place.is_of(product) { product.name.clone() } else { place.host()? };
        Some(Self { name, address: place.location().to_owned() })
    }
}

fn other_site(app: &App, given: &str) -> Option<ReturnTo> {
    ReturnTo::parse(&app.config, given).filter(|place| !place.is_own())
}

/// Takes `return_to` out of the address of a page, and has the browser keep it if it is allowed.
pub async fn keep_return_to(
    State(app): State<App>,
    OriginalUri(address): OriginalUri,
    request: Request,
    next: Next,
) -> Response {
    let pairs = address.query().unwrap_or_default().split('&');
    let (given, others): (Vec<_>, Vec<_>) =
        pairs.partition(|pair| pair.split('=').next() == Some("return_to"));
    let is_asked = request.method() == Method::GET;
    let Some(given) = given.first().filter(|_| is_asked) else { return next.run(request).await };
    let query = others.join("&");
    let page =
        if query.is_empty() { address.path().to_owned() } else { format!("{}?{query}", address.path()) };
    let mut response = Redirect::to(&page).into_response();
    let given = form_urlencoded::parse(given.as_bytes()).next();
    if let Some(place) = given.and_then(|(_, given)| other_site(&app, &given))
        && place.encoded().len() <= LONGEST
    {
        set_cookie(&app, &mut response, COOKIE, &place.encoded(), "/", KEPT);
    }
    response
}
