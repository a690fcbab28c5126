//! The product whose users sign in here: what pages and mails call it, what it looks like, and where pages lead when they
//! end.

use std::path::Path;

use axum::http::Uri;

use super::accent::{Accent, Colour};
use super::asset_path::asset_path;
use super::logo::Logo;
use super::reader::Reader;

/// The longest name, in characters.
const LONGEST: usize = 60;

/// What is served by this server's accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub name: String,
    /// Where pages that have nothing more to do lead.
    pub url: Option<String>,
    pub logo: Option<Logo>,
    /// The colours of its own.
    pub stylesheet: Option<Stylesheet>,
}

/// A stylesheet that pages load after ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stylesheet {
    pub text: String,
    /// Where it is served; another one for other colours.
    pub path: String,
}

impl From<Accent> for Stylesheet {
    fn from(accent: Accent) -> Self {
        let text = accent.stylesheet();
        let path = asset_path("brand", text.as_bytes(), "css");
        Self { text, path }
    }
}

impl Product {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let name = read.text("branding.name").trim().to_owned();
        let long = name.chars().count() > LONGEST;
        if name.is_empty() || long || name.chars().any(char::is_control) {
            read.problem("branding.name", "must have 1 to 60 characters, on one line");
        }
        let url = match read.text("product_url") {
            "" => None,
            given => Some(given.to_owned()),
        };
        if let Some(problem) = url.as_deref().and_then(|url| check(url).err()) {
            read.problem("product_url", problem);
        }
        Self { name, url, logo: logo(read), stylesheet: accent(read).map(Stylesheet::from) }
    }

    /// Whether pages would lead to somewhere that others on the way can read and change.
    pub(super) fn is_unsafe_for_production(&self) -> bool {
        self.url.as_deref().is_some_and(|url| !is_of_scheme(url, "https"))
    }
}

fn logo(read: &mut Reader<'_>) -> Option<Logo> {
    let file = read.text("branding.logo");
    if file.is_empty() {
        return None;
    }
    let logo = Logo::read(Path::new(file));
    logo.map_err(|problem| read.problem("branding.logo", &problem)).ok()
}

fn accent(read: &mut Reader<'_>) -> Option<Accent> {
    let written = read.text("branding.accent");
    if written.is_empty() {
        return None;
    }
    let Ok(colour) = written.parse::<Colour>() else {
        let problem = format!("is `{written}`, no colour such as #0b6e69: `#` and six digits from 0 to f");
        read.problem("branding.accent", &problem);
        return None;
    };
    Accent::new(colour).map_err(|problem| read.problem("branding.accent", &problem)).ok()
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
    use crate::config::{Config, Environment, Sources, load};

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
        assert_eq!(load(&[("OSKAR_BRANDING__NAME", "Acme Cloud")]).unwrap().product.name, "Acme Cloud");
        for bad in ["a\nb", &"x".repeat(61)] {
            let told = load(&[("OSKAR_BRANDING__NAME", bad)]).unwrap_err();
            assert!(told.contains("`branding.name`"), "{bad}: {told}");
        }
    }

    #[test]
    fn the_name_has_an_older_name() {
        let older = ("OSKAR_PRODUCT_NAME", "Acme Cloud");
        let sources = Sources::gather(None, &Environment::of([older]), &[]);
        assert_eq!(Config::from_sources(&sources).unwrap().product.name, "Acme Cloud");
        let told = "`product_name` is called `branding.name` now (OSKAR_PRODUCT_NAME)";
        assert_eq!(sources.warnings, [told]);
        let twice = load(&[older, ("OSKAR_BRANDING__NAME", "Acme Cloud")]).unwrap_err();
        assert_eq!(
            twice,
            "`branding.name` is given twice: by OSKAR_BRANDING__NAME and by OSKAR_PRODUCT_NAME"
        );
        assert!(load(&[("OSKAR_PRODUCT_NAME", "a\nb")]).unwrap_err().contains("(OSKAR_PRODUCT_NAME)"));
    }

    #[test]
    fn colours_and_pictures_are_looked_at_before_the_start() {
        for (name, value, told) in [
            ("OSKAR_BRANDING__ACCENT", "teal", "`branding.accent` is `teal`, no colour such as"),
            ("OSKAR_BRANDING__ACCENT", "#ffd400", "`branding.accent` is #ffd400: its contrast with the page"),
            ("OSKAR_BRANDING__LOGO", "/none.svg", "`branding.logo` is /none.svg, which cannot be read"),
        ] {
            let refused = load(&[(name, value)]).unwrap_err();
            assert!(refused.contains(told) && refused.contains(&format!("({name})")), "{refused}");
        }
        let product = load(&[("OSKAR_BRANDING__ACCENT", "#1F5FA8")]).unwrap().product;
        assert!(product.stylesheet.unwrap().text.starts_with(":root{--accent:#1f5fa8;--on-accent:#ffffff;"));
    }
}
