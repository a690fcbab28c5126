//! E-mail addresses: one validator for every door, and it is the mailer's.
//!
//! An address is stored in one form, with its domain as mail servers and DNS know it (`xn--…`, IDNA, RFC 5891), and
//! shown in another, with the letters that its owner writes.

use std::borrow::Cow;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use lettre::Address;
use serde::Deserialize;
use utoipa::ToSchema;

/// Of the whole address, in its stored form (RFC 5321 section 4.5.3.1.3, without the angle brackets).
const LONGEST: usize = 254;

const NOT_AN_ADDRESS: &str = "this is not an e-mail address";
const FOREIGN_LOCAL_PART: &str =
    "only ASCII letters, digits and signs may stand before the @: most mail servers take no others";
const QUOTED_LOCAL_PART: &str = "quoted names before the @ are not accepted";

/// An e-mail address, with the local part as it was written. The domain may have letters of any alphabet. The local
/// part must be ASCII and cannot be quoted: what lies beyond needs mail servers that few have (SMTPUTF8, RFC 6531).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    value_type = String, max_length = 254, example = "ana@acme.example",
    pattern = r"^(?![^@]{65})[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?|[A-Za-z0-9-]*[^\x00-\x7F]([A-Za-z0-9-]|[^\x00-\x7F])*)(\.([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?|[A-Za-z0-9-]*[^\x00-\x7F]([A-Za-z0-9-]|[^\x00-\x7F])*))*$"
)]
pub struct Email(String);

impl Email {
    /// As it is stored, and as mail servers take it: the domain in lower case and in ASCII.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared: without case. (Providers that tell case apart in the local part do not exist in
    /// practice; two accounts for one mailbox do.)
    pub fn normalised(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }

    /// What stands behind the `@`, in lower case and in ASCII.
    pub fn domain(&self) -> &str {
        self.0.rsplit('@').next().unwrap_or_default()
    }
}

impl TryFrom<String> for Email {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (local_part, domain) = text.rsplit_once('@').ok_or(NOT_AN_ADDRESS)?;
        if local_part.starts_with('"') {
            return Err(QUOTED_LOCAL_PART);
        }
        let domain = ascii_domain(domain).ok_or(NOT_AN_ADDRESS)?;
        // The mailer has the last word: an address that it refuses would be an account without mail.
        let address = Address::new(local_part, &domain).map_err(|_| NOT_AN_ADDRESS)?.to_string();
        if !local_part.is_ascii() {
            return Err(FOREIGN_LOCAL_PART);
        }
        if address.len() > LONGEST { Err(NOT_AN_ADDRESS) } else { Ok(Self(address)) }
    }
}

impl std::str::FromStr for Email {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

/// A domain as DNS knows it: lower case, letters beyond ASCII as `xn--…`. `None` if it can be no domain.
pub fn ascii_domain(text: &str) -> Option<String> {
    let ascii = Uts46::new().to_ascii(
        text.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    ascii.ok().map(Cow::into_owned)
}

/// What was typed where an address is looked up: the compared form of an address, the lower case of anything else.
/// An address that was accepted by an earlier version is still found, because it was compared by its lower case.
pub fn normalise(text: &str) -> String {
    text.parse::<Email>().map_or_else(|_| text.to_lowercase(), |email| email.normalised())
}

/// An address or a domain as people read it: `xn--…` as the letters that it stands for.
pub fn shown(text: &str) -> Cow<'_, str> {
    let domain = text.rsplit('@').next().unwrap_or(text);
    if !domain.contains("xn--") {
        return Cow::Borrowed(text);
    }
    let (unicode, outcome) =
        Uts46::new().to_unicode(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    match outcome {
        Ok(()) => Cow::Owned(format!("{}{unicode}", &text[..text.len() - domain.len()])),
        Err(_) => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str) -> Result<String, &'static str> {
        text.parse::<Email>().map(|email| email.0)
    }

    #[test]
    fn what_is_an_address_and_what_is_not() {
        for good in ["a@b", "Ana.Ruiz+x@mail.acme.example", "o'hara@x-y.example", "a@127.0.0.1"] {
            assert_eq!(stored(good).as_deref(), Ok(good));
        }
        let long = format!("{}@acme.example", "a".repeat(65));
        let longer = format!("a@{}", ["a".repeat(60).as_str(); 5].join("."));
        for bad in [
            "",
            "@",
            "a@",
            "@b",
            "a b@c",
            "a@b@c",
            "a@-b",
            "a@b-",
            "a@b..c",
            "a@b.",
            "a@.b",
            "a@b\r\nBcc: c",
            "a@b_c",
            "a@[127.0.0.1]",
            "Ana <a@b>",
            "a@xn--a",
            "a\0@b",
            &long,
            &longer,
        ] {
            assert_eq!(stored(bad), Err(NOT_AN_ADDRESS), "{bad}");
        }
        // Browsers take these, and the mailer does not.
        for bad in [".a@b", "a.@b", "a..b@c"] {
            assert_eq!(stored(bad), Err(NOT_AN_ADDRESS), "{bad}");
        }
        assert_eq!(stored("ä@b"), Err(FOREIGN_LOCAL_PART));
        assert_eq!(stored("\"a b\"@c"), Err(QUOTED_LOCAL_PART));
    }

    #[test]
    fn a_domain_is_stored_in_one_form_and_shown_in_another() {
        for same in [
            "Ana@müller.example",
            "Ana@MÜLLER.Example",
            "Ana@xn--mller-kva.example",
            "Ana@mu\u{308}ller。example",
        ] {
            assert_eq!(stored(same).as_deref(), Ok("Ana@xn--mller-kva.example"), "{same}");
        }
        assert_eq!(normalise("Ana@MÜLLER.example"), "ana@xn--mller-kva.example");
        assert_eq!(shown("ana@xn--mller-kva.example"), "ana@müller.example");
        assert_eq!(shown("xn--mller-kva.example"), "müller.example");
        for as_it_is in ["ana@acme.example", "a..b@xn--a", "xn--", ""] {
            assert_eq!(shown(as_it_is), as_it_is);
        }
        assert_eq!(normalise("A..B@Acme.example"), "a..b@acme.example", "stored by an earlier version");
        assert_eq!(normalise("Ana"), "ana");
    }
}
