//! The cookies that signing in sets: the session's, and the device's.

use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;

use super::client::Client;
use super::credential::{new_cookie, session_cookie};
use crate::app::App;
use crate::domain::attempts::Door;
use crate::domain::device::Device;
use crate::domain::email::Email;
use crate::domain::sign_in;
use crate::error::Error;
use crate::id::UserId;
use crate::secret::Secret;

const SECURE: &str = "__Host-oskar_device";
const PLAIN: &str = "oskar_device";

/// The device cookie's value, whatever it is. Where the server is reached by https only the `__Host-` one counts, which no
/// other host can plant; of several with different values none does.
#[derive(Clone, Debug)]
pub struct DeviceCookie {
    secure: Option<String>,
    plain: Option<String>,
}

impl DeviceCookie {
    pub fn read(headers: &HeaderMap) -> Self {
        Self { secure: session_cookie(headers, SECURE), plain: session_cookie(headers, PLAIN) }
    }

    fn value(&self, https: bool) -> Option<&str> {
        if https { self.secure.as_deref() } else { self.plain.as_deref() }
    }
}

impl Client {
    fn device(&self, app: &App) -> Option<Device> {
        Device::verify(self.device.value(app.config.is_https())?, &app.keyring)
    }

    /// Whether the account of that address signed in on this device since it has its password. Only if the address is
    /// proven: anybody can register an address that is another person's.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub async fn is_known_to(&self, app: &App, email: &Email) -> Result<bool, Error> {
        let Some(device) = self.device(app) else { return Ok(false) };
        let user = sign_in::find(app.db.read(), email.as_str()).await?;
        Ok(user.is_some_and(|user| device.is_of(&user) && user.email_verified_at.is_some()))
    }

    /// Where this client stands when it presents a password.
    pub fn door<'a>(&self, app: &'a App) -> Door<'a> {
        Door {
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

    /// What signs a browser in.
    pub fn cookies(&self, app: &App, user: UserId, session: &Secret) -> CookieJar {
        let cookie = new_cookie(session.reveal().to_owned(), app.config.is_https());
        self.device_cookie(app, user).add(cookie)
    }

    /// What makes the device known for a user who has just shown who they are. One that is known already stays the
    /// same.
    pub fn device_cookie(&self, app: &App, user: UserId) -> CookieJar {
        let https = app.config.is_https();
        let known = self.device(app).filter(|device| device.user == user);
        let device = Device { since: app.now(), ..known.unwrap_or_else(|| Device::new(user, app.now())) };
        let device = device.sign(&app.keyring);
        let (name, secure) = if https { (SECURE, "; Secure") } else { (PLAIN, "") };
        let text = format!("{name}={device}; HttpOnly; SameSite=Lax{secure}; Path=/; Max-Age=31536000");
        match Cookie::parse(text) {
            Ok(cookie) => CookieJar::new().add(cookie),
            Err(_) => CookieJar::new(),
        }
    }
}
