//! The API keys of an organisation.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::key_form::KeyForm;
use super::keys_of;
use super::row::KeyRow;
use crate::auth::OrganisationAccess;
use crate::entity::api_key::Environment;
use crate::error::Error;
use crate::http::filters;
use crate::permission::Permission;
use crate::views::Search;
use crate::views::keys::{KeyFilter, KeyState, ending_soon, list as keys};
use crate::web::list::{Asked, List};
use crate::web::visit::Visit;

/// How many keys the page warns of.
const WARNED_OF: u64 = 3;
/// The longest text that is searched for, in characters.
const LONGEST_SEARCH: usize = 200;

/// Which keys are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    #[default]
    All,
    Active,
    Expiring,
    Stale,
    Expired,
    Revoked,
}

impl Choice {
    const ALL: [Self; 6] =
        [Self::All, Self::Active, Self::Expiring, Self::Stale, Self::Expired, Self::Revoked];

    const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Active => "active",
            Self::Expiring => "expiring",
            Self::Stale => "stale",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    const fn state(self) -> Option<KeyState> {
        match self {
            Self::Active => Some(KeyState::Active),
            Self::Expired => Some(KeyState::Expired),
            Self::Revoked => Some(KeyState::Revoked),
            Self::All | Self::Expiring | Self::Stale => None,
        }
    }
}

/// What the tabs and the form of the list ask for. A field that is left empty asks for all.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct KeysQuery {
    #[param(value_type = Option<String>)]
    environment: Option<Environment>,
    #[param(value_type = String)]
    #[serde(default)]
    state: Choice,
    #[serde(default)]
    q: String,
}

impl KeysQuery {
    fn environment(&self) -> Environment {
        self.environment.unwrap_or(Environment::Live)
    }

    fn is_narrowed(&self) -> bool {
        self.state != Choice::All || !self.q.trim().is_empty()
    }

    fn filter(&self) -> KeyFilter {
        let sought: String = self.q.trim().chars().take(LONGEST_SEARCH).collect();
        KeyFilter {
            state: self.state.state(),
            environment: Some(self.environment()),
            search: (!sought.is_empty()).then(|| Search::new(&sought)),
            expires_soon: self.state == Choice::Expiring,
            stale: self.state == Choice::Stale,
            ..KeyFilter::default()
        }
    }
}

#[derive(Template)]
#[template(path = "pages/keys/list.html")]
struct ListPage<'a> {
    path: String,
    organisation: &'a str,
    query: &'a KeysQuery,
    manages: bool,
    rows: Vec<KeyRow>,
    next: Option<String>,
    /// Keys that end soon, whatever is looked for.
    soon: Vec<KeyRow>,
    public_url: &'a str,
}

impl ListPage<'_> {
    fn test(&self) -> bool {
        self.query.environment() == Environment::Test
    }

    /// The way to a new key that may do the same.
    fn successor(&self, row: &KeyRow) -> String {
        format!("{}/new?{}", self.path, KeyForm::like(&row.key).query())
    }
}

/// A page of them, of one environment.
pub async fn list(
    visit: Visit,
    access: OrganisationAccess,
    asked: Asked<KeysQuery>,
) -> Result<Response, Error> {
    let (organisation, now, db) = (access.organisation.id, visit.app.now(), visit.app.db.read());
    let list: List<'_, _> = asked.of(&visit.app, "keys", organisation)?;
    let page = keys(db, organisation, &asked.filter.filter(), &list.request, now).await?;
    let manages = access.grants.permits_built_in(Permission::KeysManage);
    let mut soon = Vec::new();
    if manages && list.request.after.is_none() && asked.filter.state != Choice::Expiring {
        soon = ending_soon(db, organisation, asked.filter.environment(), WARNED_OF, now).await?;
    }
    let (rows, next) = list.rows(page);
    let row = |key| KeyRow::new(visit.words(), key, now);
    visit.page(&ListPage {
        path: keys_of(&access),
        organisation: &access.organisation.name,
        query: &asked.filter,
        manages,
        rows: rows.into_iter().map(row).collect(),
        next,
        soon: soon.into_iter().map(row).collect(),
        public_url: &visit.app.config.public_url,
    })
}
