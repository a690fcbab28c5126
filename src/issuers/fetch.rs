//! Keys over the network: discovery (OpenID Connect Discovery 1.0, RFC 8414), then the key set.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde::Deserialize;

use crate::config::KeySource;

/// For everything that has to be asked for one key set.
const TIME: Duration = Duration::from_secs(5);
/// The largest answer that is read, in bytes.
const LARGEST: usize = 256 * 1024;

/// What issuers are asked with: made when it is first needed, because it reads all of the system's certificates.
#[derive(Clone, Default)]
pub struct Http(Arc<OnceLock<Result<Client, String>>>);

/// Why a document could not be had.
enum Failure {
    Missing,
    Other(String),
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        // What it says of itself is without what lies beneath.
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        Self::Other(format!("{error}{cause}"))
    }
}

impl Failure {
    fn told(self, url: &str) -> String {
        match self {
            Self::Missing => format!("{url}: there is no such document"),
            Self::Other(problem) => format!("{url}: {problem}"),
        }
    }
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

impl Http {
    fn client(&self) -> Result<&Client, String> {
        let made = self.0.get_or_init(|| {
            let client = Client::builder()
                // The keys come from where the settings say, not from where that place points.
                .redirect(Policy::none())
                .no_proxy()
                .timeout(TIME)
                .user_agent(concat!("oskar/", env!("CARGO_PKG_VERSION")));
            client.build().map_err(|error| error.to_string())
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// An issuer's key set, as it was sent.
    ///
    /// # Errors
    /// A text for the log.
    pub async fn key_set(&self, issuer: &str, source: &KeySource) -> Result<String, String> {
        let fetching = async {
            let url = match source {
                KeySource::Pinned(text) => return Ok(text.clone()),
                KeySource::Url(url) => url.clone(),
                KeySource::Discovery => self.discover(issuer).await?,
            };
            self.get(&url).await.map_err(|failure| failure.told(&url))
        };
        tokio::time::timeout(TIME, fetching).await.unwrap_or_else(|_| Err("it took too long".to_owned()))
    }

    async fn discover(&self, issuer: &str) -> Result<String, String> {
        let base = issuer.trim_end_matches('/');
        let url = format!("{base}/.well-known/openid-configuration");
        let text = match self.get(&url).await {
            Err(Failure::Missing) => {
                let url = oauth_metadata(base).ok_or("the issuer is no URL")?;
                self.get(&url).await.map_err(|failure| failure.told(&url))?
            }
            answer => answer.map_err(|failure| failure.told(&url))?,
        };
        let metadata: Metadata = serde_json::from_str(&text).map_err(|error| format!("metadata: {error}"))?;
        // Else whoever answers there could speak for anybody.
        if metadata.issuer != issuer {
            return Err(format!("the metadata is of the issuer {}", metadata.issuer));
        }
        // As safe as the issuer itself.
        let schemes =
            if issuer.starts_with("http://") { &["https://", "http://"][..] } else { &["https://"] };
        if !schemes.iter().any(|scheme| metadata.jwks_uri.starts_with(scheme)) {
            return Err(format!("its keys are at {}, which is not https", metadata.jwks_uri));
        }
        Ok(metadata.jwks_uri)
    }

    async fn get(&self, url: &str) -> Result<String, Failure> {
        let request = self.client().map_err(Failure::Other)?.get(url).header("accept", "application/json");
        let mut response = request.send().await.map_err(reqwest::Error::without_url)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(Failure::Missing),
            status => return Err(Failure::Other(format!("status {status}"))),
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
            if body.len() + chunk.len() > LARGEST {
                return Err(Failure::Other(format!("longer than {LARGEST} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        String::from_utf8(body).map_err(|_| Failure::Other("not UTF-8".to_owned()))
    }
}

/// RFC 8414 section 3.1: between the host and the issuer's path.
fn oauth_metadata(issuer: &str) -> Option<String> {
    let (scheme, rest) = issuer.split_once("://")?;
    let (host, path) =
        rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    Some(format!("{scheme}://{host}/.well-known/oauth-authorization-server{path}"))
}
