//! `oskar mail`.

use anyhow::bail;
use clap::Subcommand;
use oskar::config::MailTransport;
use oskar::domain::email::Email;
use oskar::domain::outbox;
use oskar::entity::outbox::{Column, Entity};
use oskar::id::OutboxId;
use oskar::mail::messages;
use sea_orm::{ActiveEnum as _, EntityTrait as _, QueryOrder as _, QuerySelect as _};
use serde_json::json;

use super::user::change;
use super::{Common, output};

#[derive(Subcommand)]
pub enum Mail {
    /// The newest mails with what became of them: pending, sent, dropped (nobody to send it to) or dead (given up).
    List {
        /// How many.
        #[arg(long, default_value_t = 50, value_parser = super::whole_number::<u64>)]
        limit: u64,
    },
    /// Try dead mails again, all or one. A running server sends them.
    Retry {
        /// The mail's id: `mail_…`.
        id: Option<OutboxId>,
    },
    /// Send a mail to see whether it arrives.
    Test { address: Email },
}

impl Mail {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        let app = common.open().await?;
        match self {
            Self::List { limit } => {
                let mails = Entity::find().order_by_desc(Column::Id).limit(limit).all(app.db.read()).await?;
                let values: Vec<_> = mails
                    .iter()
                    .map(|mail| {
                        json!({ "id": mail.id, "kind": mail.kind, "recipient": mail.recipient, "state": mail.state,
                            "attempts": mail.attempts, "last_error": mail.last_error, "created_at": mail.created_at })
                    })
                    .collect();
                let rows: Vec<_> = mails
                    .iter()
                    .map(|mail| {
                        let error = mail.last_error.clone().unwrap_or_default();
                        let attempts = mail.attempts.to_string();
                        [
                            mail.id.to_string(),
                            mail.kind.to_value(),
                            mail.recipient.clone(),
                            mail.state.to_value(),
                            attempts,
                            error,
                        ]
                    })
                    .collect();
                output::table(
                    common.json,
                    &values,
                    ["ID", "KIND", "TO", "STATE", "ATTEMPTS", "LAST ERROR"],
                    &rows,
                )
            }
            Self::Retry { id } => {
                let revived = change(&app, async |write| outbox::revive(write, id).await).await?;
                if let (Some(id), 0) = (id, revived) {
                    bail!("{id} is not dead");
                }
                output::one(
                    common.json,
                    &json!({ "revived": revived }),
                    &format!("{revived} mails will be tried again"),
                )
            }
            Self::Test { address } => {
                if app.config.mail.transport == MailTransport::Captured {
                    bail!("no mail server is configured: set mail.smtp_url or mail.folder");
                }
                let sent = app
                    .mailer
                    .send(
                        OutboxId::generate(),
                        address.as_str(),
                        messages::test(&app.config.product.name).signed(&app.config.product.name),
                        app.now(),
                    )
                    .await;
                sent.map_err(|error| anyhow::anyhow!("the mail did not go out: {error}"))?;
                output::one(
                    common.json,
                    &json!({ "sent_to": address.as_str() }),
                    &format!("sent to {}", address.as_str()),
                )
            }
        }
    }
}
