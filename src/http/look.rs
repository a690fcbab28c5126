//! What every page shows around its own matter: the words of a language, the product, who is signed in and where they can go.

use axum::http::{HeaderMap, header};
use axum_extra::extract::CookieJar;

use super::way_back::WayBack;
use crate::app::App;
use crate::clock::Timestamp;
use crate::config::Product;
use crate::language::{Language, ToVariable, Words};
use crate::permission::{Grants, Permission, Role};

/// See the module. Templates read it by `askama::get_value::<Look>("look")`.
pub struct Look {
    pub words: Words,
    pub product: Product,
    pub now: Timestamp,
    /// Path and query of the page.
    pub address: String,
    /// Whether the page can be asked for again by its address: it is no answer to a form.
    pub can_be_reloaded: bool,
    /// Whether the product's own console is served at `/docs`.
    pub has_console: bool,
    /// Whether mails are kept in memory.
    pub has_mailbox: bool,
    /// None where no user is signed in, or the page does not say.
    pub visitor: Option<Visitor>,
    /// Where the visitor came from, if a product sent them.
    pub way_back: Option<WayBack>,
    /// What the visitor has just done.
    pub flash: Option<Flash>,
    /// Told by each form that makes something, so that it makes it once however often it is sent.
    pub form_id: String,
}

/// The user who is signed in.
pub struct Visitor {
    pub name: String,
    pub email: String,
    pub operator: bool,
    /// The organisation in the path.
    pub here: Option<Here>,
    /// Their organisations, some of them if they are many.
    pub organisations: Vec<MenuEntry>,
}

/// The organisation that a page is about, and what the visitor may do there.
pub struct Here {
    pub slug: String,
    pub name: String,
    pub grants: Grants,
}

/// An organisation in the menu.
pub struct MenuEntry {
    pub slug: String,
    pub name: String,
    pub role: Role,
}

/// A sentence about what was just done.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Flash {
    /// The name of its text.
    pub text: String,
    /// What is filled in there.
    pub variables: Vec<(String, String)>,
}

impl Flash {
    /// The text of that name.
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), variables: Vec::new() }
    }

    /// With something filled in.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn say(&self, words: &Words) -> String {
        let variables: Vec<_> =
            self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str().variable())).collect();
        words.say(&self.text, &variables)
    }
}

impl Look {
    /// The look of a page in that language, before anything but its address is known.
    pub fn new(app: &App, language: Language, address: &str) -> Self {
        Self {
            words: app.languages.words(language),
            product: app.config.product.clone(),
            now: app.now(),
            address: address.to_owned(),
            can_be_reloaded: true,
            has_console: app.config.docs,
            has_mailbox: app.config.has_mailbox(),
            visitor: None,
            way_back: None,
            flash: None,
            form_id: uuid::Uuid::now_v7().simple().to_string(),
        }
    }

    /// The address of a file that browsers may keep for good.
    pub fn file(&self, name: &str) -> String {
        super::files::file(name)
    }

    /// The languages that there are.
    pub fn languages(&self) -> [Language; 2] {
        Language::ALL
    }

    /// What was just done, in words.
    pub fn flash_text(&self) -> Option<String> {
        self.flash.as_ref().map(|flash| flash.say(&self.words))
    }

    /// Whether the page's path is that one, or below it; for the menu.
    pub fn is_at(&self, path: impl AsRef<str>) -> bool {
        self.is_exactly(&path)
            || self.path().strip_prefix(path.as_ref()).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether the page's path is that one.
    pub fn is_exactly(&self, path: impl AsRef<str>) -> bool {
        self.path() == path.as_ref()
    }

    fn path(&self) -> &str {
        self.address.split(['?', '#']).next().unwrap_or_default()
    }
}

impl Visitor {
    /// The first letters of the first and the last name.
    pub fn initials(&self) -> String {
        let mut names = self.name.split_whitespace().filter_map(|name| name.chars().next());
        let first = names.next().into_iter();
        first.chain(names.next_back()).flat_map(char::to_uppercase).collect()
    }
}

impl Here {
    /// Whether the visitor may do that here.
    pub fn may(&self, permission: Permission) -> bool {
        self.grants.permits_built_in(permission)
    }
}

/// The cookie of a visitor who has chosen a language.
pub const LANGUAGE_COOKIE: &str = "oskar_language";

/// The language of a visitor: the one that was chosen, else what the browser asks for.
pub fn language(headers: &HeaderMap) -> Language {
    let chosen = CookieJar::from_headers(headers)
        .get(LANGUAGE_COOKIE)
        .and_then(|chosen| Language::by_tag(chosen.value()));
    chosen.unwrap_or_else(|| {
        let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|header| header.to_str().ok());
        Language::accepted(header.unwrap_or_default())
    })
}
