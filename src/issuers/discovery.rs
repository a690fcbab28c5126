//! Keys over the network: discovery (OpenID Connect Discovery 1.0, RFC 8414), then the key set.

use std::time::Duration;

use serde::Deserialize;

use crate::config::KeySource;
use crate::network::fetch::{Failure, Fetcher, Limits};

/// For everything that has to be asked for one key set.
const TIME: Duration = Duration::from_secs(5);
const LIMITS: Limits = Limits { time: TIME, bytes: 256 * 1024 };

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

/// An issuer's key set, as it was sent.
///
/// # Errors
/// A text for the log.
pub async fn key_set(fetcher: &Fetcher, issuer: &str, source: &KeySource) -> Result<String, String> {
    let fetching = async {
        let url = match source {
            KeySource::Pinned(text) => return Ok(text.clone()),
            KeySource::Url(url) => url.clone(),
            KeySource::Discovery => discover(fetcher, issuer).await?,
        };
        get(fetcher, &url).await?.ok_or_else(|| format!("{url}: there is no such document"))
    };
    tokio::time::timeout(TIME, fetching).await.unwrap_or_else(|_| Err("it took too long".to_owned()))
}

async fn discover(fetcher: &Fetcher, issuer: &str) -> Result<String, String> {
    let base = issuer.trim_end_matches('/');
    let url = format!("{base}/.well-known/openid-configuration");
    let text = if let Some(text) = get(fetcher, &url).await? {
        text
    } else {
        let url = oauth_metadata(base).ok_or("the issuer is no URL")?;
        get(fetcher, &url).await?.ok_or_else(|| format!("{url}: there is no such document"))?
    };
    let metadata: Metadata = serde_json::from_str(&text)
        .map_err(|error| format!("metadata: {}", crate::text::json::told(&error)))?;
    // Otherwise the server at this address could speak for another issuer.
    if metadata.issuer != issuer {
        return Err(format!("the metadata is of the issuer {}", metadata.issuer));
    }
    // As safe as the issuer itself.
    let schemes = if issuer.starts_with("http://") { &["https://", "http://"][..] } else { &["https://"] };
    if !schemes.iter().any(|scheme| metadata.jwks_uri.starts_with(scheme)) {
        return Err(format!("its keys are at {}, which is not https", metadata.jwks_uri));
    }
    Ok(metadata.jwks_uri)
}

/// A document; `None` if there is none.
async fn get(fetcher: &Fetcher, url: &str) -> Result<Option<String>, String> {
    match fetcher.get_json(url, LIMITS).await {
        Ok(text) => Ok(Some(text)),
        Err(Failure::Missing) => Ok(None),
        Err(failure) => Err(format!("{url}: {failure}")),
    }
}

/// RFC 8414 section 3.1: between the host and the issuer's path.
fn oauth_metadata(issuer: &str) -> Option<String> {
    let (scheme, rest) = issuer.split_once("://")?;
    let (host, path) =
        rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    Some(format!("{scheme}://{host}/.well-known/oauth-authorization-server{path}"))
}
