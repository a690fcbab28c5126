//! What came back, and how tests ask about it.

use axum::body::Bytes;
use axum::http::HeaderMap;
use serde_json::Value;

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// Fails unless the status is that one.
    #[track_caller]
    pub fn status(self, expected: u16) -> Self {
        assert_eq!(self.status, expected, "{}: {}", self.asked, self.text());
        self
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.asked, self.text()))
    }

    /// The problem's stable code.
    #[track_caller]
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.asked);
        self.json()["code"].as_str().unwrap().to_owned()
    }

    /// Where the first bad member of the input is.
    #[track_caller]
    pub fn pointer(&self) -> String {
        self.json()["errors"][0]["pointer"].as_str().unwrap().to_owned()
    }

    /// A header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value that a cookie is set to.
    #[track_caller]
    pub fn cookie(&self, name: &str) -> String {
        self.set_cookie().strip_prefix(&format!("{name}=")).unwrap().split(';').next().unwrap().to_owned()
    }

    /// The whole `Set-Cookie` header of the session.
    #[track_caller]
    pub fn set_cookie(&self) -> &str {
        let [cookie] = self.cookies("oskar_session")[..] else { panic!("{}: cookies", self.asked) };
        cookie
    }

    /// The `Set-Cookie` headers of one name, with or without a prefix.
    pub fn cookies(&self, name: &str) -> Vec<&str> {
        let all = self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
        let bare = |text: &str| text.trim_start_matches("__Host-").trim_start_matches("__Secure-").to_owned();
        all.filter(|text| bare(text).starts_with(&format!("{name}="))).collect()
    }
}
