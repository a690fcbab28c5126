//! How mails go out.

use std::path::PathBuf;

use axum::http::Uri;
use lettre::message::Mailbox;
use zeroize::Zeroizing;

use super::reader::Reader;

/// How mails go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailTransport {
    /// A mail server's address, credentials included.
    Smtp(Zeroizing<String>),
    /// A file each in that folder.
    Folder(PathBuf),
    /// Kept in memory and shown at `/dev/mail`.
    Captured,
    /// Nowhere: they wait, and are given up after a day.
    Absent,
}

/// How and from whom mails go out.
#[derive(Clone, Debug)]
pub struct Mail {
    pub transport: MailTransport,
    pub from: String,
}

/// Reads the mail settings.
pub fn read(reader: &mut Reader<'_>) -> Mail {
    let from = reader.text("mail.from").to_owned();
    if let Err(error) = from.parse::<Mailbox>() {
        reader.problem(
            "mail.from",
            &format!("is `{from}`, not an address such as Oskar <oskar@example.com>: {error}"),
        );
    }
    let transport = match (reader.text("mail.smtp_url"), reader.text("mail.folder")) {
        ("", "") if reader.text("env") == "production" => MailTransport::Absent,
        ("", "") => MailTransport::Captured,
        ("", folder) => MailTransport::Folder(PathBuf::from(folder)),
        (url, _) => match with_tls(url) {
            Ok(url) => MailTransport::Smtp(Zeroizing::new(url)),
            Err(problem) => {
                reader.problem("mail.smtp_url", problem);
                MailTransport::Absent
            }
        },
    };
    Mail { transport, from }
}

/// The address with STARTTLS required where it would go over a network in the clear.
fn with_tls(url: &str) -> Result<String, &'static str> {
    let uri: Uri = url.parse().map_err(|_| "is no address such as smtps://user:password@mail.example.com")?;
    let host = uri.host().ok_or("names no host")?;
    let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let query = uri.query().unwrap_or_default();
    match uri.scheme_str() {
        Some("smtps") => Ok(url.to_owned()),
        Some("smtp") if loopback || query == "tls=required" => Ok(url.to_owned()),
        Some("smtp") if query.is_empty() => Ok(format!("{url}?tls=required")),
        Some("smtp") => Err("would send the password and the links in the clear: leave `?tls=` out"),
        _ => Err("starts with neither `smtps:` nor `smtp:`"),
    }
}

#[cfg(test)]
mod tests {
    use super::with_tls;

    #[test]
    fn nothing_goes_over_a_network_in_the_clear() {
        assert_eq!(with_tls("smtp://mail.example:587").unwrap(), "smtp://mail.example:587?tls=required");
        assert_eq!(with_tls("smtp://127.0.0.1:2525").unwrap(), "smtp://127.0.0.1:2525");
        assert!(with_tls("smtps://u:p@mail.example").is_ok());
        for bad in
            ["smtp://mail.example?tls=none", "smtp://mail.example?tls=opportunistic", "http://x", "nonsense"]
        {
            assert!(with_tls(bad).is_err(), "{bad}");
        }
    }
}
