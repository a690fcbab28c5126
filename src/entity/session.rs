//! One sign-in on one device: it owns one cookie and one refresh chain.

use sea_orm::Condition;
use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter};

use super::user;
use crate::clock::Timestamp;
use crate::id::{OrganisationId, SessionId, UserId};

/// How often a session's refresh token is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum RefreshUse {
    /// Once: it is exchanged for its successor.
    Rotating,
    /// As often as it is presented, as clients of the older `/api/login` expect.
    Reusable,
    /// Never: the cookie alone carries the session, and no refresh token is given.
    Never,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub user_id: UserId,
    /// The organisation that tokens are for unless another one is asked for.
    pub organisation_id: Option<OrganisationId>,
    #[sea_orm(unique)]
    pub cookie_digest: Vec<u8>,
    /// The counter of the refresh token that is good now.
    pub refresh_counter: i64,
    pub refresh_rotated_at: Timestamp,
    /// The cookie's or an access token's last use, a few seconds late.
    pub seen_at: Timestamp,
    #[sea_orm(column_type = "String(StringLen::N(64))", nullable)]
    pub ip: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(400))", nullable)]
    pub user_agent: Option<String>,
    pub ended_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// Through which other issuer the user signed in, if it was one.
    #[sea_orm(column_type = "String(StringLen::N(500))", nullable)]
    pub issuer: Option<String>,
    /// By the door that the session began at.
    #[sea_orm(default_value = "rotating")]
    pub refresh_use: RefreshUse,
    /// When the user proved who they are. `None`: an issuer vouched for them and did not say when they proved it.
    pub authenticated_at: Option<Timestamp>,
    /// How (RFC 8176), separated by spaces.
    #[sea_orm(column_type = "String(StringLen::N(500))", nullable)]
    pub amr: Option<String>,
    /// The authentication context class by the issuer's word (OpenID Connect Core section 2).
    #[sea_orm(column_type = "String(StringLen::N(200))", nullable)]
    pub acr: Option<String>,
    /// When the session is over, however often it is used; `None`: when its cookie and its refresh token are.
    pub ends_at: Option<Timestamp>,
    /// The key id of the master secret that `cookie_digest` was made under.
    pub key_id: Option<Vec<u8>>,
    /// The key id of the master secret that the current refresh token was signed under.
    pub refresh_key_id: Option<Vec<u8>>,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether the session has outlived the issuer's token that it was started with for as long as it may.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }
}

impl Entity {
    /// The sessions of a user that were not ended.
    pub fn of_user(user: UserId) -> Select<Self> {
        Self::find().filter(COLUMN.user_id.eq(user)).filter(COLUMN.ended_at.is_null())
    }

    /// One session of a user, also if it was ended.
    pub fn one_of_user(user: UserId, id: SessionId) -> Select<Self> {
        Self::find_by_id(id).filter(COLUMN.user_id.eq(user))
    }

    /// In SQL what [`Model::is_over`] denies.
    pub fn not_over(now: Timestamp) -> Condition {
        Condition::any().add(COLUMN.ends_at.is_null()).add(COLUMN.ends_at.gt(now))
    }

    /// The session that a cookie opens, if it was not ended, with its user.
    pub fn by_cookie(digests: Vec<Vec<u8>>) -> sea_orm::SelectTwo<Self, user::Entity> {
        Self::find()
            .filter(Column::CookieDigest.is_in(digests))
            .filter(COLUMN.ended_at.is_null())
            .find_also_related(user::Entity)
    }

    /// A session that was not ended, with its user.
    pub fn alive(id: SessionId) -> sea_orm::SelectTwo<Self, user::Entity> {
        Self::find_by_id(id).filter(COLUMN.ended_at.is_null()).find_also_related(user::Entity)
    }
}
