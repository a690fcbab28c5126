//! The product whose users sign in here: what pages and mails call it, and where pages lead when they end.

use axum::http::Uri;

use super::reader::Reader;

/// The longest name, in characters.
const LONGEST: usize = 60;

/// What is served by this server's accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub name: String,
    /// Where pages that have nothing more to do lead.
    pub url: Option<String>,
}

impl Product {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let name = read.text("product_name").trim().to_owned();
        let long = name.chars().count() > LONGEST;
        if name.is_empty() || long || name.chars().any(char::is_control) {
            read.problem("product_name", "must have 1 to 60 characters, on one line");
        }
        let url = match read.text("product_url") {
            "" => None,
            given => Some(given.to_owned()),
        };
        if let Some(problem) = url.as_deref().and_then(|url| check(url).err()) {
            read.problem("product_url", problem);
        }
        Self { name, url }
    }

    /// Whether pages would lead to somewhere that others on the way can read and change.
    pub(super) fn is_unsafe_for_production(&self) -> bool {
        self.url.as_deref().is_some_and(|url| !is_of_scheme(url, "https"))
    }
}

fn is_of_scheme(url: &str, scheme: &str) -> bool {
    url.parse::<Uri>().is_ok_and(|url| url.scheme_str() == Some(scheme))
}

/// Pages show it as a link, so nothing but http and https will do.
fn check(url: &str) -> Result<(), &'static str> {
    let parsed: Uri = url.parse().map_err(|_| "is no address such as https://app.example.com")?;
    if !is_of_scheme(url, "https") && !is_of_scheme(url, "http") {
        return Err("must begin with https:// or http://");
    }
    let authority = parsed.authority().ok_or("must name a host")?;
    if authority.as_str().contains('@') {
        return Err("must not have a user or a password in it");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::load;

    #[test]
    fn the_address_is_a_web_page() {
        for good in ["https://app.example", "http://localhost:3000/start?from=sign-in"] {
            assert_eq!(load(&[("OSKAR_PRODUCT_URL", good)]).unwrap().product.url.as_deref(), Some(good));
        }
        for bad in [
            "app.example",
            "/start",
            "javascript:alert(1)",
            "ftp://a.example",
            "https://",
            "https://me@a.example",
            "https://a b",
        ] {
            let told = load(&[("OSKAR_PRODUCT_URL", bad)]).unwrap_err();
            assert!(told.contains("`product_url`"), "{bad}: {told}");
        }
        assert_eq!(load(&[]).unwrap().product.url, None);
    }

    #[test]
    fn the_name_is_one_line() {
        assert_eq!(load(&[]).unwrap().product.name, "Oskar");
        assert_eq!(load(&[("OSKAR_PRODUCT_NAME", "Acme Cloud")]).unwrap().product.name, "Acme Cloud");
        for bad in ["a\nb", &"x".repeat(61)] {
            let told = load(&[("OSKAR_PRODUCT_NAME", bad)]).unwrap_err();
            assert!(told.contains("`product_name`"), "{bad}: {told}");
        }
    }
}
