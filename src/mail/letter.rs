//! The form of all mails, as text and as HTML.

use askama::Template;

/// What a mail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub paragraphs: Vec<String>,
    /// The one thing to do: what the button says, and where it leads.
    pub action: Option<(&'static str, String)>,
    /// Why they get it, and what to do if it was not them.
    pub footer: String,
}

#[derive(Template)]
#[template(path = "email/letter.txt")]
struct Text<'a>(&'a Letter);

#[derive(Template)]
#[template(path = "email/letter.html")]
struct Html<'a>(&'a Letter);

impl Letter {
    /// With the name of the product that it is about, where each mail says who sent it.
    #[must_use]
    pub fn signed(mut self, product: &str) -> Self {
        self.footer = format!("{} This mail was sent by {product}.", self.footer);
        self
    }

    /// The part for programs that show text.
    pub fn text(&self) -> Result<String, askama::Error> {
        Text(self).render()
    }

    /// The part for programs that show HTML.
    pub fn html(&self) -> Result<String, askama::Error> {
        Html(self).render()
    }
}
