//! `oskar jwks`.

use chrono::TimeDelta;
use clap::Subcommand;
use oskar::clock::Timestamp;
use oskar::domain::signing_keys;
use serde_json::json;

use super::user::change;
use super::{Common, output};

#[derive(Subcommand)]
pub enum Jwks {
    /// The signing keys: which signs now, which comes, which goes. With --json the public key set.
    Show,
    /// Publish the next key. It signs after `tokens.publish_ahead`; the old one retires once its last token
    /// has expired. Running servers learn of it within 30 seconds.
    Rotate {
        /// Publish for another time than `tokens.publish_ahead` before the key signs, such as 1m.
        #[arg(long, value_parser = humantime::parse_duration)]
        ahead: Option<std::time::Duration>,
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
                        let state = match (keys.signs_with(now) == Some(&key.kid), key.retires_at()) {
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
            Self::Rotate { ahead } => {
                let tokens = &app.config.tokens;
                let ahead = ahead.map(TimeDelta::from_std).transpose()?.unwrap_or(tokens.publish_ahead);
                let rotated = change(&app, async |change| {
                    signing_keys::rotate(change, &app.keyring, tokens.algorithm, ahead, app.longest_token())
                        .await
                });
                let rotated = rotated.await?;
                let value =
                    json!({ "signs_from": rotated.signs_from, "old_retires_at": rotated.old_retires_at });
                let text = format!(
                    "The next {} key is published. It signs from {}; the old one verifies until {}.",
                    tokens.algorithm.as_str(),
                    rotated.signs_from.format("%Y-%m-%d %H:%M:%S UTC"),
                    rotated.old_retires_at.format("%Y-%m-%d %H:%M:%S UTC"),
                );
                output::one(common.json, &value, &text)
            }
        }
    }
}
