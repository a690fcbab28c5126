//! `oskar jwks`.

use chrono::TimeDelta;
use clap::Subcommand;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use oskar::clock::Timestamp;
use oskar::domain::upkeep::signing_keys::{self, RotatedKey, UsedAlgorithm};
use oskar::jwt::SigningAlgorithm;
use oskar::program;
use serde_json::{Value, json};

use super::account::change;
use super::{Common, output};

#[derive(Subcommand)]
pub enum Jwks {
    /// The signing keys: which signs now, which comes, which goes. With --json the public key set.
    Show,
    /// The keys that other services check access tokens with, as a JSON Web Key Set: the public ones, and of HS256 and
    /// HS512 the shared ones. Who has a shared key can sign tokens for everybody: keep it like a password.
    Export,
    /// Publish the next key of each algorithm. It signs after `tokens.publish_ahead`; the old one retires once its last token
    /// has expired. Running servers learn of it within 30 seconds.
    Rotate {
        /// Publish for another time than `tokens.publish_ahead` before the key signs, such as 1m.
        #[arg(long, value_parser = humantime::parse_duration)]
        ahead: Option<std::time::Duration>,
        /// Rotate the key of this algorithm alone, such as HS256. Older clients that are turned on may have one of
        /// their own [default: the keys of all algorithms in use].
        #[arg(long)]
        algorithm: Option<SigningAlgorithm>,
    },
}

impl Jwks {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        let app = common.open().await?;
        match self {
            Self::Show => {
                let now = app.now();
                let keys = app.signing_keys();
                if common.json {
                    return output::print(&serde_json::to_string(&keys.jwks(now))?);
                }
                let rows: Vec<_> = keys
                    .iter()
                    .map(|key| {
                        let time = |time: Timestamp| time.format("%Y-%m-%d %H:%M UTC").to_string();
                        let state = match (keys.signs(key, now), key.retires_at()) {
                            (true, None) => "signs".to_owned(),
                            (true, Some(end)) => format!("signs, retires {}", time(end)),
                            (false, _) if key.signs_from > now => {
                                format!("signs from {}", time(key.signs_from))
                            }
                            (false, Some(end)) => format!("verifies until {}", time(end)),
                            (false, None) => "verifies".to_owned(),
                        };
                        [key.kid.clone(), key.algorithm.as_str().to_owned(), state]
                    })
                    .collect();
                output::table::<3>(false, &[(); 0], ["KEY", "ALGORITHM", "STATE"], &rows)
            }
            Self::Export => {
                let set = app.signing_keys().jwks_with_shared_keys(app.now())?;
                let is_shared = |key: &&Jwk| matches!(key.algorithm, AlgorithmParameters::OctetKey(_));
                let shared = set.keys.iter().filter(is_shared);
                let kids: Vec<_> = shared.filter_map(|key| key.common.key_id.clone()).collect();
                if !kids.is_empty() {
                    change(&app, async |write| signing_keys::note_export(write, kids).await).await?;
                    eprintln!(
                        "oskar: this holds shared keys, with which tokens can be signed: keep it secret."
                    );
                }
                output::print(&serde_json::to_string(&set)?)
            }
            Self::Rotate { ahead, algorithm } => {
                let tokens = &app.config.tokens;
                let ahead = ahead.map(TimeDelta::from_std).transpose()?.unwrap_or(tokens.publish_ahead);
                let used: Vec<UsedAlgorithm> = app
                    .algorithms()
                    .into_iter()
                    .filter(|used| algorithm.is_none_or(|only| used.algorithm == only))
                    .collect();
                if let Some(unused) = algorithm.filter(|_| used.is_empty()) {
                    anyhow::bail!(
                        "nothing is signed with {}: see `{}`",
                        unused.as_str(),
                        program::command("jwks show")
                    );
                }
                let rotated = change(&app, async |write| {
                    let mut rotated = Vec::new();
                    for used in &used {
                        rotated.push(signing_keys::rotate(write, *used, ahead).await?);
                    }
                    Ok(rotated)
                });
                let rotated = rotated.await?;
                let shown = rotated.iter().map(|key| {
                    json!({
                        "algorithm": key.algorithm.as_str(),
                        "signs_from": key.signs_from,
                        "old_retires_at": key.old_retires_at,
                    })
                });
                let value = Value::Array(shown.collect());
                let text: Vec<_> = rotated.iter().map(told).collect();
                output::one(common.json, &value, &text.join("\n"))
            }
        }
    }
}

fn told(rotated: &RotatedKey) -> String {
    format!(
        "The next {} key is published. It signs from {}; the old one verifies until {}.",
        rotated.algorithm.as_str(),
        rotated.signs_from.format("%Y-%m-%d %H:%M:%S UTC"),
        rotated.old_retires_at.format("%Y-%m-%d %H:%M:%S UTC"),
    )
}
