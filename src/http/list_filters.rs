//! What lists can be narrowed down by, in the API and on pages. Each filter is given once or not at all; an empty one is no
//! filter, and refused.

use serde::Deserialize;
use utoipa::IntoParams;
use utoipa::openapi::schema::Object;

use super::input::present;
use super::page::one_of;
use crate::domain::values::external_id::ExternalId;
use crate::entity::api_key::Environment;
use crate::error::Error;
use crate::id::UserId;
use crate::permission::Role;
use crate::views::Search;
use crate::views::invitations::{InvitationFilter, InvitationState};
use crate::views::keys::{KeyFilter, KeyState};
use crate::views::members::MemberFilter;
use crate::views::users::UserState;

/// The longest text that is searched for, in characters.
const LONGEST_SEARCH: usize = 200;
/// The longest address that is looked for.
const LONGEST_EMAIL: usize = 320;

/// Which API keys.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct KeyQuery {
    /// Only keys in this state.
    #[param(schema_with = key_states)]
    #[serde(default, deserialize_with = "present")]
    state: Option<KeyState>,
    /// Only keys with this role.
    #[param(schema_with = roles)]
    #[serde(default, deserialize_with = "present")]
    role: Option<Role>,
    /// Only keys of this environment.
    #[param(schema_with = environments)]
    #[serde(default, deserialize_with = "present")]
    environment: Option<Environment>,
    /// Only keys that this user made.
    #[param(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    created_by: Option<UserId>,
    /// Only what the integrator's own system calls so.
    #[param(value_type = Option<ExternalId>, nullable = false)]
    #[serde(default, deserialize_with = "present")]
    external_id: Option<ExternalId>,
    /// Only keys with this text in the name or in the hint, whatever its case.
    #[param(nullable = false, min_length = 1, max_length = 200, example = "deploy")]
    #[serde(default, deserialize_with = "present")]
    q: Option<String>,
}

impl KeyQuery {
    /// What the query asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the text is empty or too long.
    pub fn filter(&self) -> Result<KeyFilter, Error> {
        Ok(KeyFilter {
            state: self.state,
            role: self.role,
            environment: self.environment,
            created_by: self.created_by,
            external_id: shown(self.external_id.as_ref()),
            search: search(self.q.as_deref())?,
            ..KeyFilter::default()
        })
    }
}

/// Which members.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MemberQuery {
    /// Only members whose account is in this state.
    #[param(schema_with = user_states)]
    #[serde(default, deserialize_with = "present")]
    state: Option<UserState>,
    /// Only members with this role.
    #[param(schema_with = roles)]
    #[serde(default, deserialize_with = "present")]
    role: Option<Role>,
    /// Only the member with this address, whatever its case.
    #[param(nullable = false, min_length = 1, max_length = 320, example = "ana@acme.example")]
    #[serde(default, deserialize_with = "present")]
    email: Option<String>,
    /// Only what the integrator's own system calls so.
    #[param(value_type = Option<ExternalId>, nullable = false)]
    #[serde(default, deserialize_with = "present")]
    external_id: Option<ExternalId>,
    /// Only members with this text in the name, the address or the username, whatever its case.
    #[param(nullable = false, min_length = 1, max_length = 200, example = "ana")]
    #[serde(default, deserialize_with = "present")]
    q: Option<String>,
}

impl MemberQuery {
    /// What the query asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a text is empty or too long.
    pub fn filter(&self) -> Result<MemberFilter, Error> {
        Ok(MemberFilter {
            state: self.state,
            role: self.role,
            email: email(self.email.as_deref())?,
            external_id: shown(self.external_id.as_ref()),
            search: search(self.q.as_deref())?,
        })
    }
}

/// Which organisations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrganisationQuery {
    /// Only what the integrator's own system calls so.
    #[param(value_type = Option<ExternalId>, nullable = false)]
    #[serde(default, deserialize_with = "present")]
    external_id: Option<ExternalId>,
}

impl OrganisationQuery {
    /// The integrator's own id, if one is asked for.
    pub fn external_id(&self) -> Option<&str> {
        self.external_id.as_ref().map(ExternalId::as_str)
    }
}

/// Which invitations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InvitationQuery {
    /// Only invitations in this state.
    #[param(schema_with = invitation_states)]
    #[serde(default, deserialize_with = "present")]
    state: Option<InvitationState>,
    /// Only invitations to this role.
    #[param(schema_with = roles)]
    #[serde(default, deserialize_with = "present")]
    role: Option<Role>,
    /// Only invitations of this address, whatever its case.
    #[param(nullable = false, min_length = 1, max_length = 320, example = "bob@acme.example")]
    #[serde(default, deserialize_with = "present")]
    email: Option<String>,
}

impl InvitationQuery {
    /// What the query asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the address is empty or too long.
    pub fn filter(&self) -> Result<InvitationFilter, Error> {
        Ok(InvitationFilter {
            state: self.state,
            role: self.role,
            email: email(self.email.as_deref())?,
            ..InvitationFilter::default()
        })
    }
}

fn shown(id: Option<&ExternalId>) -> Option<String> {
    id.map(|id| id.as_str().to_owned())
}

fn search(text: Option<&str>) -> Result<Option<Search>, Error> {
    Ok(filled("/q", text, LONGEST_SEARCH)?.map(Search::new))
}

fn email(text: Option<&str>) -> Result<Option<String>, Error> {
    Ok(filled("/email", text, LONGEST_EMAIL)?.map(ToOwned::to_owned))
}

/// A text that a list is narrowed down by.
///
/// # Errors
/// [`Error::Invalid`] if it is empty or too long.
pub fn filled<'a>(pointer: &str, text: Option<&'a str>, longest: usize) -> Result<Option<&'a str>, Error> {
    match text.map(|text| text.chars().count()) {
        Some(0) => Err(Error::invalid(pointer, "this is empty: leave it out to ask for all")),
        Some(length) if length > longest => {
            Err(Error::invalid(pointer, format!("this has more than {longest} characters")))
        }
        _ => Ok(text),
    }
}

// Words of their own: in answers new ones may come, in a query no other is taken.

fn key_states() -> Object {
    one_of(KeyState::ALL.map(KeyState::as_str))
}

fn user_states() -> Object {
    one_of(UserState::ALL.map(UserState::as_str))
}

fn invitation_states() -> Object {
    one_of(InvitationState::ALL.map(InvitationState::as_str))
}

fn roles() -> Object {
    one_of(Role::ALL.map(Role::as_str))
}

fn environments() -> Object {
    one_of([Environment::Live, Environment::Test].map(Environment::as_str))
}
