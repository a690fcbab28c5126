//! `oskar jwt verify`: the server's own check of tokens, on lines of JSON.

use std::io::BufRead as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use oskar::clock::{Clock, Timestamp};
use oskar::jwt::{Expected, KeySet, LONGEST, TYP, VerifyingKey, verify};
use oskar::text::json;
use serde::Deserialize;
use serde_json::json;

use super::{Common, output};

#[derive(Subcommand)]
pub enum Jwt {
    /// Read lines `{"jws": "…"}` from standard input; answer each with `ok` or the reason why not.
    ///
    /// The same function as in the server: the algorithm is the key's, never the header's. A payload
    /// that is a JSON object must have well-formed times and be neither expired nor too young; more is
    /// asked for by the options.
    Verify(Verify),
}

#[derive(Args)]
pub struct Verify {
    /// A file with a JSON Web Key Set, or a single key (RFC 7517).
    #[arg(long, value_name = "FILE")]
    jwks: PathBuf,
    /// The exact issuer (`iss`).
    #[arg(long)]
    issuer: Option<String>,
    /// The exact audience (`aud`).
    #[arg(long)]
    audience: Option<String>,
    /// Ask for all that the server asks of access tokens: `typ` at+jwt, and `exp`, `iat` and `sub`.
    #[arg(long)]
    access_token: bool,
    /// Check as if it were this time (RFC 3339) [default: now].
    #[arg(long, value_name = "TIME", value_parser = oskar::text::rfc3339::parse)]
    at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Line {
    jws: String,
}

impl Jwt {
    pub fn run(self, common: &Common) -> anyhow::Result<()> {
        let Self::Verify(options) = self;
        let text =
            std::fs::read_to_string(&options.jwks).with_context(|| options.jwks.display().to_string())?;
        let text = text.trim_start_matches('\u{feff}');
        let keys = read_keys(text).with_context(|| options.jwks.display().to_string())?;
        let expected = Expected {
            types: if options.access_token { &[TYP] } else { &[] },
            issuer: options.issuer.as_deref(),
            audience: options.audience.as_deref(),
            registered_claims: options.access_token,
            longest: LONGEST,
            now: options.at.unwrap_or_else(|| Clock::System.now()),
        };
        for line in std::io::stdin().lock().lines() {
            let line = line?;
            if line.trim().is_empty() {
                continue;
            }
            let answer = match serde_json::from_str::<Line>(&line) {
                Ok(line) => match verify(&line.jws, &keys, &expected) {
                    Ok(_) => "ok".to_owned(),
                    Err(rejection) => rejection.to_string(),
                },
                Err(error) => format!("not a line {{\"jws\": …}}: {}", json::told(&error)),
            };
            output::one(common.json, &json!({ "ok": answer == "ok", "reason": answer }), &answer)?;
        }
        Ok(())
    }
}

/// Keys that may not verify, or do not say for which algorithm, are left out, as RFC 7517 section 5 asks for; so are weak
/// ones, and those that have their `kid` in common, with a line on standard error.
fn read_keys(text: &str) -> anyhow::Result<Vec<VerifyingKey>> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| anyhow::anyhow!("no JSON: {}", json::told(&error)))?;
    let set = if value.get("keys").is_some() {
        KeySet::parse(text)
    } else {
        KeySet::parse(&json!({ "keys": [value] }).to_string())
    };
    let set = set.map_err(anyhow::Error::msg)?;
    for problem in &set.refused {
        eprintln!("oskar: {problem}");
    }
    let keys = set.single_purpose_keys();
    // A set of which all was refused answers every line; one that had nothing to verify with is a mistake.
    if keys.is_empty() && set.refused.is_empty() {
        bail!("there is no key that may verify");
    }
    Ok(keys)
}
