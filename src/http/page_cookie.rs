//! Cookies of pages, which sign no one in: a language, what was just done, the way back.

use axum::http::{HeaderValue, header};
use axum::response::Response;

use crate::app::App;

/// In seconds: of what a browser is to keep for good.
pub const A_YEAR: u32 = 31_536_000;

/// Has the browser keep a value, of letters that a cookie may have, for that number of seconds, for the pages below that
/// path; 0: no longer.
pub fn set_cookie(app: &App, response: &mut Response, name: &str, value: &str, path: &str, seconds: u32) {
    let secure = if app.config.sessions.cookies.secure { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; HttpOnly; SameSite=Lax{secure}; Path={path}; Max-Age={seconds}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
