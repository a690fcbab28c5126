//! What production refuses to start on, beyond what is refused everywhere.
//!
//! Everything is named at once. What may be meant, in spite of its danger, has a word that must be written.

use chrono::TimeDelta;

use super::reader::Reader;
use super::{Config, MailTransport, Registration, UpdateFeed, database, is_loopback_name};
use crate::text::email::Email;

/// Names all that is not safe.
pub fn check(config: &Config, read: &mut Reader<'_>) {
    addresses(config, read);
    accounts(config, read);
    if !read.says("database_tls", "insecure") && database::could_be_read_on_the_way(&config.database_url) {
        read.problem(
            "database_url",
            "leads to PostgreSQL on another machine, and anybody on the way could read it: add `?sslmode=verify-full` (and `&sslrootcert=FILE` for an authority of your own), or write database_tls = \"insecure\"",
        );
    }
    if let Some(problem) = config.update_feed.as_ref().and_then(UpdateFeed::unsafe_for_production) {
        read.problem("update_feed", problem);
    }
    let dialects = config.compat.documented().map(|tokens| (tokens.access_ttl_key(), tokens.access_ttl));
    for (key, lifetime) in std::iter::once(("tokens.access_ttl", config.tokens.access_ttl)).chain(dialects) {
        if lifetime > TimeDelta::days(1) {
            let problem = "is longer than a day: other services would trust a token for too long";
            read.problem(key, problem);
        }
    }
    if config.product.is_unsafe_for_production() {
        read.problem(
            "product_url",
            "is no https address: others on the way could change the page that users go on to",
        );
    }
}

/// By which addresses the server is reached.
fn addresses(config: &Config, read: &mut Reader<'_>) {
    if !config.is_https() && !read.is_told("public_url") {
        let problem = format!(
            "is {}. Cookies are `Secure`, so no one could sign in. Set an https URL, or env = \"development\" to try things out",
            config.public_url
        );
        read.problem("public_url", &problem);
    }
    for origin in config.allowed_origins.iter().filter(|origin| !origin.starts_with("https://")) {
        read.problem(
            "allowed_origins",
            &format!("has {origin}: anybody on the way could speak for it. Use https"),
        );
    }
    if config.is_https() && !read.written("public_url") {
        let problem = "is not set: links in mails would lead to localhost. Set the https URL by which browsers reach this server";
        read.problem("public_url", problem);
    }
    // A server that speaks TLS itself is reached without a proxy, unless one is named.
    if !read.written("trusted_proxies") && config.tls.is_none() {
        let problem = "is not set. Behind a proxy that is not listed all clients count as one: five wrong passwords of one of them stop the sign-in of all others. Name your proxies' networks; an empty list (trusted_proxies = [], OSKAR_TRUSTED_PROXIES=) says that there are none";
        read.problem("trusted_proxies", problem);
    }
    let behind_proxy = read.written("trusted_proxies") && !config.trusted_proxies.is_empty();
    let has_tls = config.tls.is_some() || read.is_told("tls.cert") || read.is_told("tls.key");
    if !config.is_loopback() && !has_tls && !behind_proxy && !config.allow_plain_http {
        let problem = format!(
            "is {}, which others reach without TLS. Name the proxy that speaks TLS in trusted_proxies, or a certificate in tls.cert and tls.key, or listen on 127.0.0.1, or write allow_plain_http = true",
            config.listen
        );
        read.problem("listen", &problem);
    }
}

/// Whether an account belongs to who says so.
fn accounts(config: &Config, read: &mut Reader<'_>) {
    let says_none = read.says("mail.smtp_url", "none");
    if config.mail.transport == MailTransport::Absent && !says_none && !read.is_told("mail.smtp_url") {
        read.problem(
            "mail.smtp_url",
            "is not set, so no mail could be sent: no invitation, no link to confirm an address or to choose a new password. Name a mail server, or write \"none\" to do without",
        );
    }
    if !says_none && is_nobodys(&config.mail.from) {
        read.problem("mail.from", &format!("is {}, which mail servers refuse", config.mail.from));
    }
    let open = matches!(config.registration, Registration::Open | Registration::Domain);
    if open && config.verify_email_required && says_none {
        read.problem(
            "registration",
            "lets people register, but they could not confirm their addresses without mail. Write \"invite\" or \"closed\", or name a mail server",
        );
    }
    if config.verify_email_required {
        return;
    }
    match config.registration {
        Registration::Domain => read.problem(
            "verify_email",
            "is `optional`, so anybody could register with an address of `registration_domains`. Write \"required\"",
        ),
        Registration::Open if !read.written("registration") => read.problem(
            "registration",
            "is open, and addresses are not confirmed: anybody could take anybody's. Write registration = \"open\" if that is meant",
        ),
        _ => {}
    }
}

/// Whether a sender is at no domain of the Internet.
fn is_nobodys(from: &str) -> bool {
    let address = from.parse::<lettre::message::Mailbox>().map(|mailbox| mailbox.email.to_string());
    let email = address.ok().and_then(|address| address.parse::<Email>().ok());
    email.is_some_and(|email| is_loopback_name(email.domain()) || !email.domain().contains('.'))
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, load};

    const GOOD: &[(&str, &str)] = &[
        ("OSKAR_ENV", "production"),
        ("OSKAR_PUBLIC_URL", "https://auth.example"),
        ("OSKAR_MAIL__SMTP_URL", "smtps://u:p@mail.example"),
        ("OSKAR_MAIL__FROM", "Acme <auth@acme.example>"),
        ("OSKAR_TRUSTED_PROXIES", ""),
    ];

    /// What the good configuration becomes with these, or without those that are empty.
    fn with(changes: &[(&'static str, &'static str)]) -> Result<Config, String> {
        let mut variables: Vec<_> = GOOD.to_vec();
        for (name, value) in changes {
            variables.retain(|(other, _)| other != name);
            if !value.is_empty() {
                variables.push((name, value));
            }
        }
        load(&variables)
    }

    #[test]
    fn an_empty_environment_is_told_all_that_is_asked_for_and_no_more() {
        let told = load(&[("OSKAR_ENV", "production")]).unwrap_err();
        let keys: Vec<_> = told.lines().map(|line| line.split('`').nth(1).unwrap()).collect();
        assert_eq!(keys, ["public_url", "trusted_proxies", "mail.smtp_url", "mail.from"], "{told}");
        assert!(told.lines().all(|line| line.ends_with("(default)")), "{told}");
        let config = load(GOOD).unwrap();
        assert!(config.verify_email_required && !config.docs);
    }

    #[test]
    fn what_is_dangerous_is_refused_or_has_a_word() {
        let remote = ("OSKAR_DATABASE_URL", "postgres://u:p@db.example/oskar");
        let all = ("OSKAR_LISTEN", "0.0.0.0:8675");
        let (no_mail, no_smtp) = (("OSKAR_MAIL__SMTP_URL", "none"), ("OSKAR_MAIL__SMTP_URL", ""));
        let optional = ("OSKAR_VERIFY_EMAIL", "optional");
        let (cert, key) = (("OSKAR_TLS__CERT", "cert.pem"), ("OSKAR_TLS__KEY", "key.pem"));
        let public = ("OSKAR_PUBLIC_URL", "https://auth.example");
        let domain = [("OSKAR_REGISTRATION", "domain"), ("OSKAR_REGISTRATION_DOMAINS", "acme.example")];
        for (refused, key, word) in [
            (&[remote][..], "database_url", &[("OSKAR_DATABASE_TLS", "insecure")][..]),
            (&[all], "listen", &[("OSKAR_ALLOW_PLAIN_HTTP", "true")]),
            (&[all], "listen", &[("OSKAR_TRUSTED_PROXIES", "10.0.0.0/8")]),
            (&[all], "listen", &[cert, key]),
            (&[all, cert], "tls.key", &[key]),
            (&[all, key], "tls.cert", &[cert]),
            (&[("OSKAR_TRUSTED_PROXIES", "")], "trusted_proxies", &[cert, key]),
            (&[cert, key, ("OSKAR_PUBLIC_URL", "")], "public_url", &[public]),
            (&[("PORT", "8080")], "listen", &[("OSKAR_ALLOW_PLAIN_HTTP", "true")]),
            (&[no_smtp], "mail.smtp_url", &[("OSKAR_MAIL__FOLDER", "mails")]),
            (&[no_smtp], "mail.smtp_url", &[no_mail, ("OSKAR_REGISTRATION", "invite")]),
            (&[no_mail], "registration", &[("OSKAR_REGISTRATION", "closed")]),
            (&[("OSKAR_MAIL__FROM", "")], "mail.from", &[no_mail, ("OSKAR_REGISTRATION", "closed")]),
            (&[optional], "registration", &[("OSKAR_REGISTRATION", "open")]),
            (&[optional], "registration", &[("OSKAR_REGISTRATION", "invite")]),
            (&[optional, domain[0], domain[1]], "verify_email", &[("OSKAR_VERIFY_EMAIL", "required")]),
            (
                &[("OSKAR_ALLOWED_ORIGINS", "http://a.example")],
                "allowed_origins",
                &[("OSKAR_ALLOWED_ORIGINS", "")],
            ),
            (
                &[("OSKAR_TOKENS__ACCESS_TTL", "2d")],
                "tokens.access_ttl",
                &[("OSKAR_TOKENS__ACCESS_TTL", "1d")],
            ),
            (
                &[("OSKAR_COMPAT__APPLIANCE", "on"), ("OSKAR_COMPAT__APPLIANCE_ACCESS_TTL", "25h")],
                "compat.appliance_access_ttl",
                &[("OSKAR_COMPAT__APPLIANCE", "off")],
            ),
            (
                &[("OSKAR_MAIL__SMTP_URL", "smtp://mail.example?tls=opportunistic")],
                "mail.smtp_url",
                &[("OSKAR_MAIL__TLS", "insecure")],
            ),
        ] {
            let told = with(refused).unwrap_err();
            assert!(
                told.starts_with(&format!("`{key}`")) && told.lines().count() == 1,
                "{refused:?}: {told}"
            );
            let (_, source) = told.rsplit_once('(').unwrap();
            assert!(!source.is_empty());
            with(&[refused, word].concat()).unwrap();
        }
        // An empty list of proxies says that there are none.
        assert!(with(&[all, ("OSKAR_TRUSTED_PROXIES", " ")]).is_err());
    }

    #[test]
    fn docs_are_shown_where_they_are_asked_for() {
        assert!(with(&[("OSKAR_DOCS", "true")]).unwrap().docs);
        assert!(load(&[]).unwrap().docs);
    }
}
