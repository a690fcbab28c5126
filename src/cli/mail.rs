//! `oskar mail`.

use anyhow::bail;
use clap::Subcommand;
use oskar::config::MailTransport;
use oskar::domain::email::Email;
use oskar::domain::journal::mail;
use oskar::entity::delivery;
use oskar::entity::mail::{Column, Entity};
use oskar::id::MailId;
use oskar::mail::messages;
use sea_orm::{ActiveEnum as _, EntityTrait as _, QueryOrder as _, QuerySelect as _};
use serde_json::json;

use super::account::change;
use super::{Common, output};

#[derive(Subcommand)]
pub enum Mail {
    /// The newest mails with their state: pending, sent, dropped (there is no recipient) or dead (given up).
    List {
        /// How many.
        #[arg(long, default_value_t = 50, value_parser = super::whole_number::<u64>)]
        limit: u64,
    },
    /// Try dead mails again, all or one. A running server sends them.
    Retry {
        /// The mail's id: `mail_…`.
        id: Option<MailId>,
    },
    /// Send a mail to see whether it arrives.
    Test { address: Email },
}

impl Mail {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        let app = common.open().await?;
        match self {
            Self::List { limit } => {
                let mails = Entity::find().find_both_related(delivery::Entity).order_by_desc(Column::Id);
                let mails = mails.limit(limit).all(app.db.read()).await?;
                let values: Vec<_> = mails
                    .iter()
                    .map(|(mail, delivery)| {
                        json!({ "id": mail.id, "kind": mail.kind, "recipient": mail.recipient,
                            "state": delivery.state, "attempts": delivery.attempts,
                            "last_error": delivery.last_error, "created_at": delivery.created_at })
                    })
                    .collect();
                let rows: Vec<_> = mails
                    .iter()
                    .map(|(mail, delivery)| {
                        [
                            mail.id.to_string(),
                            mail.kind.clone(),
                            mail.recipient.clone(),
                            delivery.state.to_value(),
                            delivery.attempts.to_string(),
                            delivery.last_error.clone().unwrap_or_default(),
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
                let revived = change(&app, async |write| mail::revive(write, id).await).await?;
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
                        MailId::generate(),
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
