//! Documents over the network: small ones, in little time, from where the settings say and from nowhere else.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};

use crate::text::json::without_mark;

/// What documents are asked for with: made when it is first needed, because it reads the system's certificates.
#[derive(Clone, Debug, Default)]
pub struct Fetcher(Arc<OnceLock<Result<Client, String>>>);

/// How much of a document is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For all of it, the connection included.
    pub time: Duration,
    pub bytes: usize,
}

/// Why a document could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("there is no such document")]
    Missing,
    #[error("{0}")]
    Other(String),
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        // Without the address, which may hold a secret; with all that lies beneath, which it does not tell by itself.
        let error = error.without_url();
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(beneath) = cause {
            text = format!("{text}: {beneath}");
            cause = beneath.source();
        }
        Self::Other(text)
    }
}

impl Fetcher {
    fn client(&self) -> Result<&Client, Failure> {
        let made = self.0.get_or_init(|| {
            let client = Client::builder()
                .redirect(Policy::none())
                .no_proxy()
                .user_agent(concat!("oskar/", env!("CARGO_PKG_VERSION")));
            client.build().map_err(|error| error.to_string())
        });
        made.as_ref().map_err(|problem| Failure::Other(problem.clone()))
    }

    /// A JSON document's text, without a byte order mark.
    pub async fn get_json(&self, url: &str, limits: Limits) -> Result<String, Failure> {
        let request = self.client()?.get(url).header("accept", "application/json").timeout(limits.time);
        let mut response = request.send().await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(Failure::Missing),
            status => return Err(Failure::Other(format!("status {status}"))),
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > limits.bytes {
                return Err(Failure::Other(format!("longer than {} bytes", limits.bytes)));
            }
            body.extend_from_slice(&chunk);
        }
        String::from_utf8(without_mark(&body).to_vec()).map_err(|_| Failure::Other("not UTF-8".to_owned()))
    }
}
