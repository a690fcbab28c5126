//! How mails go out.

use std::path::PathBuf;

use lettre::message::Mailbox;
use url::Url;
use zeroize::Zeroizing;

use super::is_loopback_name;
use super::reader::Reader;
use crate::text::email::Email;
use crate::text::visible::{cleaned, is_seen};

/// How mails go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailTransport {
    /// A mail server's address, credentials included.
    Smtp(Zeroizing<String>),
    /// A file each in that folder.
    Folder(PathBuf),
    /// Kept in memory and shown at `/dev/mail`.
    Captured,
    /// Nowhere. What would take a mail is refused; notices wait, and are given up after a day.
    Absent,
}

/// How and from whom mails go out.
#[derive(Clone, Debug)]
pub struct MailSettings {
    pub transport: MailTransport,
    pub from: String,
}

/// Reads the mail settings.
pub fn read(reader: &mut Reader<'_>) -> MailSettings {
    let from = sender(reader);
    let insecure = reader.choice("mail.tls", &[("required", false), ("insecure", true)]);
    let transport = match (reader.text("mail.smtp_url"), reader.text("mail.folder")) {
        ("", "") if reader.says("env", "production") => MailTransport::Absent,
        ("", "") => MailTransport::Captured,
        ("", folder) => MailTransport::Folder(PathBuf::from(folder)),
        (_, folder) if !folder.is_empty() => {
            reader.problem("mail.folder", "is for servers without `mail.smtp_url`: remove one of the two");
            MailTransport::Absent
        }
        ("none", _) => MailTransport::Absent,
        (url, _) => match with_tls(url, insecure) {
            Ok(url) => MailTransport::Smtp(Zeroizing::new(url)),
            Err(problem) => {
                reader.problem("mail.smtp_url", problem);
                MailTransport::Absent
            }
        },
    };
    MailSettings { transport, from }
}

/// The sender, with its domain as mail servers take it.
fn sender(reader: &mut Reader<'_>) -> String {
    let given = reader.text("mail.from").to_owned();
    let read = given.parse::<Mailbox>().ok().and_then(|mailbox| {
        let email = mailbox.email.to_string().parse::<Email>().ok()?;
        Some(Mailbox::new(mailbox.name, email.as_str().parse().ok()?))
    });
    let Some(mailbox) = read else {
        reader
            .problem("mail.from", &format!("is `{given}`, not an address such as Oskar <oskar@example.com>"));
        return given;
    };
    if let Some(name) = &mailbox.name
        && (!name.chars().any(is_seen) || cleaned(name) != *name)
    {
        reader.problem("mail.from", "has a name that people cannot see, or that has control characters");
    }
    mailbox.to_string()
}

/// The address with STARTTLS required where it would go over a network in the clear, unless that is meant.
fn with_tls(url: &str, insecure: bool) -> Result<String, &'static str> {
    let parsed = Url::parse(url).map_err(|_| {
        "is no address such as smtps://user:password@mail.example.com; write signs in the password as %40 and the like"
    })?;
    let host = parsed.host_str().filter(|host| !host.is_empty()).ok_or("names no host")?;
    if !parsed.username().is_empty() && parsed.password().is_none() {
        return Err("names a user, but no password");
    }
    let query = parsed.query().unwrap_or_default();
    match parsed.scheme() {
        "smtps" if query.is_empty() => Ok(url.to_owned()),
        "smtps" => Err("takes nothing behind a `?`: it always uses TLS"),
        "smtp" if query == "tls=required" => Ok(url.to_owned()),
        "smtp" if (insecure || is_loopback_name(host)) && ["", "tls=opportunistic"].contains(&query) => {
            Ok(url.to_owned())
        }
        "smtp" if query.is_empty() => Ok(format!("{url}?tls=required")),
        "smtp" => Err(
            "would send the password and the links in the clear: leave `?tls=` out, or write mail.tls = \"insecure\"",
        ),
        _ => Err("starts with neither `smtps:` nor `smtp:`"),
    }
}

#[cfg(test)]
mod tests {
    use super::with_tls;
    use crate::config::load;

    #[test]
    fn the_sender_is_an_address_that_mail_servers_take() {
        let from = |text: &str| load(&[("OSKAR_MAIL__FROM", text)]).map(|config| config.mail.from);
        assert_eq!(from("auth@acme.example").unwrap(), "auth@acme.example");
        assert_eq!(from("Acme <auth@MÜLLER.example>").unwrap(), "Acme <auth@xn--mller-kva.example>");
        for bad in ["Acme", "Acme <auth>", "ä@acme.example", "a..b@acme.example"] {
            assert!(from(bad).unwrap_err().contains("(OSKAR_MAIL__FROM)"), "{bad}");
        }
    }

    #[test]
    fn nothing_goes_over_a_network_in_the_clear_unless_that_is_meant() {
        let safe = |url: &str| with_tls(url, false);
        assert_eq!(safe("smtp://mail.example:587").unwrap(), "smtp://mail.example:587?tls=required");
        assert_eq!(safe("smtp://127.0.0.1:2525").unwrap(), "smtp://127.0.0.1:2525");
        assert!(safe("smtps://u:p@mail.example").is_ok());
        let opportunistic = "smtp://mail.example?tls=opportunistic";
        for bad in [
            "smtp://mail.example?tls=none",
            opportunistic,
            "smtps://mail.example?tls=none",
            "http://x",
            "nonsense",
            "smtps://u@mail.example",
            "smtp://u:p#w@mail.example",
        ] {
            assert!(safe(bad).is_err(), "{bad}");
        }
        assert_eq!(with_tls("smtp://mailpit:1025", true).unwrap(), "smtp://mailpit:1025");
        assert_eq!(with_tls(opportunistic, true).unwrap(), opportunistic);
        assert!(with_tls("smtp://mail.example?tls=none", true).is_err(), "unknown to the mailer");
    }
}
