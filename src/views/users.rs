//! Accounts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Page, PageRequest};
use crate::entity::{credential, user};
use crate::error::Error;
use crate::id::UserId;

/// A user in a few words.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserSummary {
    pub id: UserId,
    #[schema(example = "ana@acme.example")]
    pub email: String,
    #[schema(example = "Ana Ruiz")]
    pub name: String,
    /// What the integrator's own system calls the user.
    #[schema(example = "customer-4711")]
    pub external_id: Option<String>,
}

impl From<&user::Model> for UserSummary {
    fn from(user: &user::Model) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            name: user.name.clone(),
            external_id: user.external_id.clone(),
        }
    }
}

/// An account as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    pub id: UserId,
    #[schema(example = "ana@acme.example")]
    pub email: String,
    #[schema(example = "ana")]
    pub username: Option<String>,
    #[schema(example = "Ana Ruiz")]
    pub name: String,
    pub operator: bool,
    /// What the integrator's own system calls the user. Operators set it.
    #[schema(example = "customer-4711")]
    pub external_id: Option<String>,
    /// Of the integrator's own system. Operators set it.
    pub metadata: BTreeMap<String, String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl From<user::Model> for Account {
    fn from(user: user::Model) -> Self {
        Self {
            id: user.id,
            email: user.email,
            username: user.username,
            name: user.name,
            operator: user.operator,
            external_id: user.external_id,
            metadata: super::metadata(user.metadata),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// A user's own account.
///
/// # Errors
/// [`Error::NotFound`] if it is gone.
pub async fn account(db: &impl ConnectionTrait, id: UserId) -> Result<Account, Error> {
    user::Entity::find_by_id(id).one(db).await?.map(Account::from).ok_or(Error::NotFound)
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    Active,
    Disabled,
}

impl UserState {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Active, Self::Disabled];

    /// As it is written in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

impl From<&user::Model> for UserState {
    fn from(user: &user::Model) -> Self {
        if user.disabled_at.is_some() { Self::Disabled } else { Self::Active }
    }
}

/// An account as operators see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub username: Option<String>,
    pub name: String,
    pub operator: bool,
    pub state: UserState,
    /// What the integrator's own system, or the server that it was imported from, calls it.
    pub external_id: Option<String>,
    /// Of the integrator's own system.
    pub metadata: BTreeMap<String, String>,
    pub created_at: DateTime<Utc>,
    pub password_change_required: bool,
}

impl From<(user::Model, Option<credential::Model>)> for User {
    fn from((user, password): (user::Model, Option<credential::Model>)) -> Self {
        let state = (&user).into();
        Self {
            id: user.id,
            email: user.email,
            username: user.username,
            name: user.name,
            operator: user.operator,
            state,
            external_id: user.external_id,
            metadata: super::metadata(user.metadata),
            created_at: user.created_at,
            password_change_required: password.is_some_and(|row| row.change_required_at.is_some()),
        }
    }
}

/// The accounts of the installation: for operators.
pub async fn list(db: &impl ConnectionTrait, request: &PageRequest<UserId>) -> Result<Page<User>, Error> {
    let users = credential::Entity::with_password(user::Entity::find());
    let rows = request.by_id(users, user::Column::Id).all(db).await?;
    Ok(request.page(rows, |(user, _)| user.id).map(User::from))
}
