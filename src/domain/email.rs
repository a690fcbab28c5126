//! E-mail addresses, as browsers accept them in `<input type="email">` (WHATWG HTML, valid e-mail address).

use serde::Deserialize;
use utoipa::ToSchema;

const LONGEST: usize = 254;

/// An e-mail address, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    value_type = String, max_length = 254, example = "ana@acme.example",
    pattern = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$"
)]
pub struct Email(String);

impl Email {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared: without case. (Providers that tell case apart in the local part do not exist in
    /// practice; two accounts for one mailbox do.)
    pub fn normalised(&self) -> String {
        self.0.to_lowercase()
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit('@').next().unwrap_or_default()
    }
}

impl TryFrom<String> for Email {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let local = |local: &str| {
            (1..=64).contains(&local.len())
                && local
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte))
        };
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let valid = text.len() <= LONGEST
            && text
                .split_once('@')
                .is_some_and(|(before, behind)| local(before) && behind.split('.').all(label));
        if valid { Ok(Self(text)) } else { Err("this is not an e-mail address") }
    }
}

impl std::str::FromStr for Email {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_address_and_what_is_not() {
        for good in ["a@b", "Ana.Ruiz+x@mail.acme.example", "o'hara@x-y.example"] {
            assert!(good.parse::<Email>().is_ok(), "{good}");
        }
        for bad in
            ["", "@", "a@", "@b", "a b@c", "a@b@c", "a@-b", "a@b-", "a@b..c", "ä@b", "a@b\r\nBcc: c", "a@ｂ"]
        {
            assert!(bad.parse::<Email>().is_err(), "{bad}");
        }
        assert_eq!("Ana@Acme.Example".parse::<Email>().unwrap().normalised(), "ana@acme.example");
    }
}
