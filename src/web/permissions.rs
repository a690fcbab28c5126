//! What each role may do, and what API keys may.

use askama::Template;
use axum::response::Response;

use super::visit::Visit;
use crate::error::Error;
use crate::http::filters;
use crate::language::Words;
use crate::permission::{Keys, Permission, Role};

#[derive(Template)]
#[template(path = "pages/permissions.html")]
struct PermissionsPage {
    /// The product's own and the built-in ones, each with its heading.
    tables: [(&'static str, Vec<Row>); 2],
}

/// A permission.
struct Row {
    name: String,
    sentence: Option<String>,
    /// Who has it, in the order of [`Role::ALL`].
    roles: [(Role, bool); 3],
    keys: bool,
}

/// What a built-in permission allows, in a sentence of that language.
pub fn sentence(words: &Words, permission: &str) -> Option<String> {
    let built_in = Permission::ALL.iter().find(|built_in| built_in.as_str() == permission)?;
    let text = words.find(&format!("permission-{}", permission.replace(':', "-")), &[]);
    Some(text.unwrap_or_else(|| built_in.doc().to_owned()))
}

/// All permissions of the installation.
pub async fn show(visit: Visit) -> Result<Response, Error> {
    let catalogue = &visit.app.config.permissions;
    let rows = catalogue.entries().iter().map(|entry| Row {
        sentence: sentence(visit.words(), &entry.name),
        name: entry.name.clone(),
        roles: Role::ALL.map(|role| (role, catalogue.of_member(role).permits(entry))),
        keys: entry.keys == Keys::May,
    });
    let (built_in, own) = rows.partition(|row| row.sentence.is_some());
    visit.page(&PermissionsPage {
        tables: [("permissions-own", own), ("permissions-built-in", built_in)],
    })
}
