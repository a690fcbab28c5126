//! What an organisation has, in numbers.

use chrono::{NaiveDate, TimeDelta};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::invitations::waiting;
use super::keys::{KeyState, in_state};
use crate::clock::Timestamp;
use crate::entity::{api_key, audit_event, invitation, membership, user};
use crate::error::Error;
use crate::event::EventKind;
use crate::id::{ApiKeyId, OrganisationId};

/// How many of an organisation's members have an account that can be used. The accounts of ten thousand members are not looked
/// at one by one: few accounts are disabled, and an index has them.
pub async fn active_members(db: &impl ConnectionTrait, organisation: OrganisationId) -> Result<u64, Error> {
    let members = || membership::Entity::in_organisation(organisation);
    let disabled = Query::select()
        .column(user::Column::Id)
        .from(user::Entity)
        .and_where(user::Column::DisabledAt.is_not_null())
        .take();
    let disabled = members().filter(membership::Column::UserId.in_subquery(disabled)).count(db).await?;
    Ok(members().count(db).await?.saturating_sub(disabled))
}

/// How many of its invitations wait for an answer.
pub async fn open_invitations(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<u64, Error> {
    Ok(invitation::Entity::in_organisation(organisation).filter(waiting(now)).count(db).await?)
}

/// Whether anybody besides the first admin was ever asked in, or is there.
pub async fn has_company(db: &impl ConnectionTrait, organisation: OrganisationId) -> Result<bool, Error> {
    let members = membership::Entity::in_organisation(organisation).limit(2).all(db).await?;
    let invited = invitation::Entity::in_organisation(organisation);
    Ok(members.len() > 1 || invited.limit(1).one(db).await?.is_some())
}

/// How many of its API keys can be used.
pub async fn active_keys(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    now: Timestamp,
) -> Result<u64, Error> {
    let active = in_state(KeyState::Active, now);
    Ok(api_key::Entity::in_organisation(organisation).filter(active).count(db).await?)
}

/// A key in a few words, and a time of it.
#[derive(Clone, Debug)]
pub struct KeyAt {
    pub id: ApiKeyId,
    pub name: String,
    pub at: Timestamp,
}

/// The keys that can be used and expire, those first that expire soonest.
pub async fn expiring_keys(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    now: Timestamp,
    most: u64,
) -> Result<Vec<KeyAt>, Error> {
    let keys = api_key::Entity::in_organisation(organisation)
        .filter(in_state(KeyState::Active, now))
        .filter(api_key::COLUMN.expires_at.is_not_null())
        .order_by_asc(api_key::Column::ExpiresAt)
        .limit(most);
    let keys = keys.all(db).await?.into_iter();
    Ok(keys.filter_map(|key| Some(KeyAt { id: key.id, name: key.name, at: key.expires_at? })).collect())
}

/// The key that was used last, and when.
pub async fn last_used_key(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
) -> Result<Option<KeyAt>, Error> {
    let key = api_key::Entity::in_organisation(organisation)
        .filter(api_key::COLUMN.last_used_at.is_not_null())
        .order_by_desc(api_key::Column::LastUsedAt)
        .one(db)
        .await?;
    Ok(key.and_then(|key| Some(KeyAt { id: key.id, name: key.name, at: key.last_used_at? })))
}

/// The number of sign-ins to the organisation on each of the last `days` days (UTC), the oldest day first; today is the last.
pub async fn sign_ins(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    days: u16,
    now: Timestamp,
) -> Result<Vec<(NaiveDate, u64)>, Error> {
    let today = now.date_naive();
    let first = today - TimeDelta::days(i64::from(days) - 1);
    let from = first.and_time(chrono::NaiveTime::MIN).and_utc();
    let day = Expr::cust(match db.get_database_backend() {
        DbBackend::Postgres => r#"to_char("created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD')"#,
        _ => r#"substr("created_at", 1, 10)"#,
    });
    let counted: Vec<(String, i64)> = audit_event::Entity::in_organisation(organisation)
        .filter(audit_event::COLUMN.action.eq(EventKind::SessionStarted.as_str()))
        .filter(audit_event::COLUMN.created_at.gte(from))
        .select_only()
        .column_as(day.clone(), "day")
        .column_as(audit_event::Column::Id.count(), "sign_ins")
        .group_by(day)
        .into_tuple()
        .all(db)
        .await?;
    let of = |day: NaiveDate| {
        let day = day.to_string();
        let found = counted.iter().find(|(counted, _)| *counted == day);
        found.map_or(0, |(_, sign_ins)| sign_ins.unsigned_abs())
    };
    Ok(first.iter_days().take(usize::from(days)).map(|day| (day, of(day))).collect())
}
