//! An account of the file, and how those of one system are read.

use oskar::clock::Timestamp;
use oskar::domain::email::Email;
use oskar::domain::onboarding::import::ImportedUser;
use oskar::domain::values::display_name::DisplayName;
use oskar::domain::values::external_id::ExternalId;
use oskar::domain::values::slug::Slug;
use oskar::domain::values::username::Username;
use oskar::password::{FirebaseParameters, ImportedHash, Unusable};
use oskar::permission::Role;
use oskar::text::json;
use serde::de::DeserializeOwned;

/// A record that is not an account.
#[derive(Debug)]
pub struct Bad {
    pub code: &'static str,
    pub reason: String,
}

impl Bad {
    pub fn malformed(reason: impl Into<String>) -> Self {
        Self { code: "malformed", reason: reason.into() }
    }

    fn of(member: &str, reason: impl std::fmt::Display) -> Self {
        Self::malformed(format!("`{member}`: {reason}"))
    }
}

impl From<Unusable> for Bad {
    fn from(problem: Unusable) -> Self {
        Self { code: "unusable_hash", reason: problem.to_string() }
    }
}

/// What a record says.
#[derive(Debug)]
pub struct Said {
    pub user: ImportedUser,
    /// A username of another system that cannot be one here, and why.
    pub left_out: Option<String>,
}

/// In bytes. No account takes half as much.
pub const LONGEST: usize = 1024 * 1024;

/// Where a record stands, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    pub line: u64,
    /// Which one it is of a document, whose lines say little: many have only one.
    pub record: Option<u64>,
}

impl std::fmt::Display for At {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "line {}", self.line)?;
        self.record.map_or(Ok(()), |record| write!(out, ", account {record}"))
    }
}

/// A record of the file: where it stands, and what it says. An empty line says nothing.
pub struct Record {
    pub at: At,
    /// From the end of the record before to the end of this one.
    pub bytes: u64,
    pub said: Option<Result<Said, Bad>>,
}

/// What is said of all records at once.
pub struct Context {
    /// Where accounts go that name no organisation.
    pub place: Option<(Slug, Role)>,
    /// The operator vouches for all addresses.
    pub email_verified: bool,
    pub firebase: Option<FirebaseParameters>,
    pub now: Timestamp,
}

/// The records of one system.
pub trait Account: DeserializeOwned {
    fn said(self, context: &Context) -> Result<Said, Bad>;
}

/// Reads one record.
pub fn read<'de, A: Account>(
    record: impl serde::Deserializer<'de, Error = serde_json::Error>,
    context: &Context,
) -> Result<Said, Bad> {
    let account: A = serde_path_to_error::deserialize(record).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.into_inner());
        // What serde says of a member that is missing or unknown names it, but not always the path.
        let said = inner.to_string();
        let named = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        match (named, path.as_str()) {
            (Some(missing), _) => Bad::malformed(format!("`{missing}` is missing")),
            (None, ".") => Bad::malformed(json::told(&inner)),
            (None, path) => Bad::malformed(format!("`{path}`: {}", json::told(&inner))),
        }
    })?;
    let mut said = account.said(context)?;
    said.user.place = said.user.place.or_else(|| context.place.clone());
    said.user.email_verified |= context.email_verified;
    Ok(said)
}

/// What another system's export says of an account, in the words of most.
#[derive(Default)]
pub struct Foreign {
    pub email: Option<String>,
    pub name: Option<String>,
    pub username: Option<String>,
    pub external_id: Option<String>,
    pub password_hash: Option<ImportedHash>,
    pub email_verified: bool,
    pub disabled: bool,
    pub created_at: Option<Timestamp>,
}

impl Foreign {
    pub fn said(self) -> Result<Said, Bad> {
        let email = self.email.filter(|email| !email.trim().is_empty()).ok_or_else(|| Bad {
            code: "no_email",
            reason: "the account has no e-mail address, and Oskar finds accounts by theirs".to_owned(),
        })?;
        let name = self.name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let external_id = self.external_id.map(ExternalId::try_from).transpose();
        // Where the address is the username there is no second one.
        let username =
            self.username.filter(|username| !username.is_empty() && !username.eq_ignore_ascii_case(&email));
        let username =
            username.map(|username| Username::try_from(username.clone()).map_err(|why| (username, why)));
        let (username, left_out) = match username.transpose() {
            Ok(username) => (username, None),
            Err((username, why)) => (None, Some(format!("the username `{username}` is left out: {why}"))),
        };
        let user = ImportedUser {
            email: email.parse::<Email>().map_err(|why| Bad::of("email", why))?,
            name: name.map(DisplayName::try_from).transpose().map_err(|why| Bad::of("name", why))?,
            username,
            external_id: external_id.map_err(|why| Bad::of("id", why))?,
            password_hash: self.password_hash,
            place: None,
            email_verified: self.email_verified,
            disabled: self.disabled,
            created_at: self.created_at,
        };
        Ok(Said { user, left_out })
    }
}
