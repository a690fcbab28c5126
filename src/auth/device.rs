//! The cookies that signing in sets: the session's, and the device's.

use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;

use super::client::Client;
use super::credential::{new_cookie, session_cookie};
use crate::app::App;
use crate::domain::attempts::Door;
use crate::domain::device::Device;
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

    /// Where this client stands when it says a password.
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

    /// What signs a browser in. A device that is known for this user stays the same.
    pub fn cookies(&self, app: &App, user: UserId, session: &Secret) -> CookieJar {
        let https = app.config.is_https();
        let known = self.device(app).filter(|device| device.user == user);
        let device = Device { since: app.now(), ..known.unwrap_or_else(|| Device::new(user, app.now())) };
        let device = device.sign(&app.keyring);
        let (name, secure) = if https { (SECURE, "; Secure") } else { (PLAIN, "") };
        let text = format!("{name}={device}; HttpOnly; SameSite=Lax{secure}; Path=/; Max-Age=31536000");
        let jar = CookieJar::new().add(new_cookie(session.reveal().to_owned(), https));
        match Cookie::parse(text) {
            Ok(cookie) => jar.add(cookie),
            Err(_) => jar,
        }
    }
}
