//! The cookies that signing in sets: the session's, and the device's.

use axum::http::HeaderValue;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

use super::client::Client;
use super::credential::session_cookie;
use crate::app::App;
use crate::config::Cookies;
use crate::crypto::secret::Secret;
use crate::domain::email::Email;
use crate::domain::session::attempts::AttemptContext;
use crate::domain::session::device::Device;
use crate::domain::session::sign_in;
use crate::error::Error;
use crate::id::UserId;
use crate::network::site::is_same_site;

/// How long a device is known.
const DEVICE_LIFETIME: TimeDelta = TimeDelta::days(365);

/// How long a browser keeps what signs it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// As long as the session can live.
    Session,
    /// Until it is closed, for a machine that others use as well.
    UntilClosed,
}

impl Keep {
    /// By the input's `remember`, which is true if it is left out.
    pub fn asked(remember: Option<bool>) -> Self {
        if remember == Some(false) { Self::UntilClosed } else { Self::Session }
    }

    /// The cookie's lifetime, if it has one of its own.
    fn lifetime(self, longest: TimeDelta) -> Option<TimeDelta> {
        (self == Self::Session).then_some(longest)
    }
}

/// What a browser does with the session cookie that an answer sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CookieOutcome {
    /// It keeps the cookie.
    Set,
    /// It drops the cookie: the page that asked is on another site than this server, and the cookie is
    /// `SameSite=Lax`. Use the tokens.
    DroppedByBrowsers,
}

impl Client {
    fn device(&self, app: &App) -> Option<Device> {
        let cookie = session_cookie(&self.cookies.0, &app.config.sessions.cookies.device)?;
        Device::verify(&cookie, &app.keyring)
    }

    /// The session cookie that the browser has, unchecked.
    pub(super) fn session_cookie(&self, app: &App) -> Option<Secret> {
        Secret::parse(&session_cookie(&self.cookies.0, &app.config.sessions.cookies.session)?)
    }

    /// What becomes of a session cookie here, by the page's origin.
    pub fn cookie_outcome(&self, app: &App) -> CookieOutcome {
        let is_same = |origin: &HeaderValue| {
            origin.to_str().is_ok_and(|origin| is_same_site(origin, &app.config.public_url))
        };
        if self.origin.as_ref().is_none_or(is_same) {
            CookieOutcome::Set
        } else {
            CookieOutcome::DroppedByBrowsers
        }
    }

    /// Whether the account of that address signed in on this device since it has its password. Only if the address is
    /// proven: a person can register an address that is another person's.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub async fn is_known_to(&self, app: &App, email: &Email) -> Result<bool, Error> {
        let Some(device) = self.device(app) else { return Ok(false) };
        let user = sign_in::find(app.db.read(), email.as_str()).await?;
        Ok(user.is_some_and(|user| device.is_of(&user) && user.email_verified_at.is_some()))
    }

    /// Where this client stands when it presents a password.
    pub fn attempt<'a>(&self, app: &'a App) -> AttemptContext<'a> {
        AttemptContext {
            db: &app.db,
            hasher: &app.hasher,
            keyring: &app.keyring,
            gates: &app.guessers,
            failures_per_address: app.config.limits.failures_per_address,
            now: app.now(),
            network: self.address.network(),
            device: self.device(app),
            actor: self.anonymous(),
            tally: &app.tally,
        }
    }

    /// What signs a browser in. A device that is known for this user stays the same.
    ///
    /// The session cookie is kept for as long as the session can live if it is used: when it lay unused for too long
    /// is for the server to decide, so that no later answer has to set it again.
    pub fn signed_in(&self, app: &App, user: UserId, session: &Secret, keep: Keep) -> CookieJar {
        let sessions = &app.config.sessions;
        let cookies = &sessions.cookies;
        let session = cookie(cookies, &cookies.session, session.reveal(), keep.lifetime(sessions.absolute));
        session.into_iter().fold(self.known_device(app, user, keep), CookieJar::add)
    }

    /// What makes the device known for a user who has just shown who they are. One that is known already stays the
    /// same.
    pub fn device_cookie(&self, app: &App, user: UserId) -> CookieJar {
        self.known_device(app, user, Keep::Session)
    }

    fn known_device(&self, app: &App, user: UserId, keep: Keep) -> CookieJar {
        let known = self.device(app).filter(|device| device.user == user);
        let device = Device { since: app.now(), ..known.unwrap_or_else(|| Device::new(user, app.now())) };
        let cookies = &app.config.sessions.cookies;
        let device =
            cookie(cookies, &cookies.device, &device.sign(&app.keyring), keep.lifetime(DEVICE_LIFETIME));
        device.into_iter().fold(CookieJar::new(), CookieJar::add)
    }
}

/// What signs a browser out. It stays a known device.
pub fn signed_out(cookies: &Cookies) -> CookieJar {
    let removal = cookie(cookies, &cookies.session, "", Some(TimeDelta::zero()));
    removal.into_iter().fold(CookieJar::new(), CookieJar::add)
}

/// With the attributes that all of them have; without a lifetime it ends with the browser. The name was checked at
/// the start, and the values are of our own alphabets.
fn cookie(
    cookies: &Cookies,
    name: &str,
    value: &str,
    lifetime: Option<TimeDelta>,
) -> Option<Cookie<'static>> {
    let secure = if cookies.secure { "; Secure" } else { "" };
    let domain = cookies.domain.iter().map(|domain| format!("; Domain={domain}"));
    let max_age = lifetime.iter().map(|lifetime| format!("; Max-Age={}", lifetime.num_seconds()));
    let more: String = domain.chain(max_age).collect();
    Cookie::parse(format!("{name}={value}; HttpOnly; SameSite=Lax{secure}; Path=/{more}")).ok()
}
