//! By what a user proves who they are. Passwords are one kind of it.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::IntoCondition as _;
use sea_orm::{
    Condition, DeriveActiveEnum, EnumIter, ExprTrait, FromQueryResult, JoinType, QueryResult,
    QuerySelect as _, SelectModel, SelectTwo, Selector,
};

use super::user;
use crate::clock::Timestamp;
use crate::id::{CredentialId, UserId};

/// What a user proves it with.
///
/// Another one, such as a TOTP secret, a passkey or a recovery code, is a variant here; a user may have several rows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum Authenticator {
    /// A user has one at most, by a unique index.
    Password,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CredentialId,
    pub user_id: UserId,
    pub kind: Authenticator,
    /// What it is checked against: of a password its hash.
    #[sea_orm(column_type = "Text")]
    pub secret: String,
    /// Since when it opens nothing but the way to a new one, because its owner did not choose it.
    pub change_required_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// When its user last signed in with it; by HTTP Basic a minute late.
    pub last_used_at: Option<Timestamp>,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The password of a user. There is at most one.
    pub fn password_of(user: UserId) -> Select<Self> {
        Self::find().filter(Self::is_password_of(user))
    }

    /// The same as a condition.
    pub fn is_password_of(user: UserId) -> Condition {
        Condition::all()
            .add(COLUMN.user_id.eq(user))
            .add(ExprTrait::eq(Expr::col((Self, Column::Kind)), password()))
    }

    /// Users with the password of each. Both come from one statement, so that they belong to each other, and a user that
    /// is not there takes as many reads as one that is. Not for a select that locks: PostgreSQL would wait for the user and
    /// then give back the password as it was before.
    pub fn with_password(users: Select<user::Entity>) -> SelectTwo<user::Entity, Self> {
        joined(users).select_also(Self)
    }

    /// The same with nothing of the password but what a check asks for: HTTP Basic reads it with every request.
    pub fn with_stored_password(users: Select<user::Entity>) -> Selector<SelectModel<UserAndPassword>> {
        joined(users)
            .column_as(Column::Secret, SECRET)
            .column_as(Column::ChangeRequiredAt, CHANGE_REQUIRED_AT)
            .into_model()
    }
}

/// A user, and what is stored of the user's password.
#[derive(Clone, Debug)]
pub struct UserAndPassword {
    pub user: user::Model,
    /// The hash and since when it has to be changed.
    pub password: Option<(String, Option<Timestamp>)>,
}

const SECRET: &str = "password_secret";
const CHANGE_REQUIRED_AT: &str = "password_change_required_at";

impl FromQueryResult for UserAndPassword {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let secret: Option<String> = row.try_get(prefix, SECRET)?;
        let change_required_at = row.try_get(prefix, CHANGE_REQUIRED_AT)?;
        let password = secret.map(|secret| (secret, change_required_at));
        Ok(Self { user: user::Model::from_query_result(row, prefix)?, password })
    }
}

fn joined(users: Select<user::Entity>) -> Select<user::Entity> {
    let password = <user::Entity as Related<Entity>>::to().on_condition(|_, credential| {
        ExprTrait::eq(Expr::col((credential, Column::Kind)), password()).into_condition()
    });
    users.join(JoinType::LeftJoin, password)
}

/// The kind as a text in the statement. As a parameter it would cost SQLite four times the read: a partial index is on it,
/// so SQLite prepares the statement again for each value that is bound.
fn password() -> Expr {
    Expr::Constant(Authenticator::Password.to_value().into())
}
