//! What arrives in mailboxes.

use oskar::mail::Captured;

use super::TestApp;

/// Somebody's mails.
impl TestApp {
    /// Sends what is due; how many mails were dealt with.
    pub async fn deliver(&self) -> usize {
        oskar::worker::mail::tick(&self.app).await.unwrap()
    }

    /// Sends what is due; all that ever arrived for an address, newest first.
    pub async fn mails(&self, to: &str) -> Vec<Captured> {
        self.deliver().await;
        self.app.mailer.captured().into_iter().filter(|mail| mail.to == to).collect()
    }

    /// The subjects of all mails for an address, newest first.
    pub async fn subjects(&self, to: &str) -> Vec<String> {
        self.mails(to).await.into_iter().map(|mail| mail.letter.subject).collect()
    }

    /// The whole link in the newest mail for an address.
    pub async fn mailed_link(&self, to: &str) -> String {
        let mails = self.mails(to).await;
        let newest = mails.first().unwrap_or_else(|| panic!("no mail for {to}"));
        newest.letter.action.clone().unwrap_or_else(|| panic!("{}: no link", newest.letter.subject)).1
    }

    /// The secret in the newest mail for an address.
    pub async fn mailed_secret(&self, to: &str) -> String {
        self.mailed_link(to).await.rsplit('#').next().unwrap().to_owned()
    }
}
