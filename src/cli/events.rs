//! `oskar events`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Args;
use oskar::entity::audit_event;
use oskar::views::event_tail::EventTail;
use oskar::views::events::{EventFilter, newest};
use sea_orm::ActiveEnum as _;

use super::{Common, org, output};

/// How often the log is read again with `--follow`.
const POLL: Duration = Duration::from_millis(500);

/// Shows audit events of all organisations, of accounts and of the installation itself, oldest first.
#[derive(Args)]
pub struct Events {
    /// Only those of this organisation: slug or id.
    #[arg(long)]
    org: Option<String>,
    /// Only of this type, such as `user.password_changed`.
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Only what this user or key did: `user_…` or `key_…`.
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
    /// Only what was done to this user, key, session …, by id.
    #[arg(long, value_name = "ID")]
    target: Option<String>,
    /// Not before this time, such as 2026-01-31T12:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = oskar::text::rfc3339::parse)]
    from: Option<DateTime<Utc>>,
    /// Before this time.
    #[arg(long, value_name = "TIME", value_parser = oskar::text::rfc3339::parse)]
    to: Option<DateTime<Utc>>,
    /// How many of the newest to show.
    #[arg(long, default_value_t = 50, value_parser = super::whole_number::<u64>)]
    limit: u64,
    /// Go on with each event as it happens, until Ctrl-C. With --json one object a line.
    #[arg(long, short)]
    follow: bool,
}

impl Events {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        let app = common.open().await?;
        let organisation = match &self.org {
            Some(reference) => Some(org::find(&app, reference).await?.id),
            None => None,
        };
        let Self { kind, actor, target, from, to, .. } = self;
        let filter = EventFilter { kind, actor, target, from, to };
        // Before the list is read: what happens in between is shown by one of the two.
        let mut tail = EventTail::at_the_end(app.db.read(), organisation, filter.clone()).await?;
        let mut events = newest(app.db.read(), organisation, &filter, self.limit).await?;
        if !self.follow {
            let values: Vec<_> = events.iter().map(audit_event::Model::to_json).collect();
            let rows: Vec<_> = events.iter().map(row).collect();
            return output::table(
                common.json,
                &values,
                ["TIME", "TYPE", "ACTOR", "TARGET", "ADDRESS", "ORGANISATION"],
                &rows,
            );
        }
        tail.skip(&events);
        loop {
            for event in &events {
                output::print(&if common.json {
                    event.to_json().to_string()
                } else {
                    row(event).join("  ")
                })?;
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                _ = tokio::signal::ctrl_c() => return Ok(()),
            }
            events = tail.next(app.db.read()).await?;
        }
    }
}

fn row(event: &audit_event::Model) -> [String; 6] {
    let actor = event.actor_id.clone().unwrap_or_else(|| event.actor_kind.to_value());
    [
        event.created_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        event.action.clone(),
        actor,
        event.target_id.clone().unwrap_or_default(),
        event.ip.clone().unwrap_or_default(),
        event.organisation_id.map(|id| id.to_string()).unwrap_or_default(),
    ]
}
