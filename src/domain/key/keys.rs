//! API keys: making, renaming, rotating and revoking them.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Set,
};

use crate::clock::Timestamp;
use crate::crypto::secret::Secret;
use crate::domain::journal::mail::{self, Mail};
use crate::domain::organisation::members;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::labels::{LabelChanges, Labels, NewLabels};
use crate::domain::{NoEvent, Write};
use crate::entity::api_key::{self, Environment, Narrowed};
use crate::entity::api_key_secret;
use crate::error::{Error, FieldCode, FieldError, OnConflict};
use crate::event::{Changed, Event};
use crate::id::{ApiKeyId, ApiKeySecretId, OrganisationId, UserId};
use crate::permission::{Catalogue, Role};

/// The farthest end that a key can be given: all databases can store it.
const FARTHEST: TimeDelta = TimeDelta::days(36_525);

/// What a new key is to be.
#[derive(Debug)]
pub struct NewKey {
    pub name: DisplayName,
    pub environment: Environment,
    pub role: Role,
    pub permissions: Option<BTreeSet<String>>,
    pub expires_at: Option<Timestamp>,
    pub labels: NewLabels,
}

/// Makes a key; the secret is given back this one time. Keys made on the command line have no creator.
///
/// # Errors
/// [`Error::TooManyKeys`]; [`Error::ExternalIdTaken`]; [`Error::Invalid`] for permissions that the role does not have or keys may not use, an expiry
/// in the past, or a role with more than the creator has.
pub async fn create(
    write: &Write<'_>,
    catalogue: &Catalogue,
    organisation: OrganisationId,
    creator: Option<UserId>,
    new: NewKey,
) -> Result<(api_key::Model, api_key_secret::Model, Secret), Error> {
    let place = members::lock(write, organisation).await?;
    let mut errors = Vec::new();
    if let Some(creator) = creator {
        // Under the lock, so that a demotion that is under way counts.
        let creator = members::find(write, organisation, creator).await?;
        // All that the role has, and not only what the key is narrowed to: others ask for a key's role as well.
        if !catalogue.of_member(creator.role).cover(catalogue.role(new.role)) {
            let message = format!("your own role is {}: a key cannot have more", creator.role);
            errors.push(FieldError::new("/role", FieldCode::NotAllowed, message));
        }
    }
    errors.extend(bad_expiry(new.expires_at, write.now));
    errors.extend(bad_permissions(catalogue, new.role, new.permissions.as_ref()));
    if !errors.is_empty() {
        return Err(Error::Invalid { errors });
    }
    check_number(write, organisation).await?;
    let labels = Labels::from(new.labels);
    let key = api_key::ActiveModel {
        id: Set(ApiKeyId::generate()),
        organisation_id: Set(organisation),
        name: Set(new.name.as_str().to_owned()),
        environment: Set(new.environment),
        role: Set(new.role),
        permissions: Set(new.permissions.map(Narrowed)),
        created_by: Set(creator),
        expires_at: Set(new.expires_at),
        revoked_at: Set(None),
        revoked_reason: Set(None),
        external_id: Set(labels.external_id),
        metadata: Set(labels.metadata),
        last_used_at: Set(None),
        created_at: Set(write.now),
        updated_at: Set(write.now),
    }
    .insert(write)
    .await
    .on_conflict(|_| Error::ExternalIdTaken)?;
    let (secret, shown_once) = add_secret(write, &key).await?;
    let event = Event::KeyCreated {
        organisation,
        key: key.id,
        name: key.name.clone(),
        environment: key.environment.as_str(),
        role: key.role,
        hint: secret.hint.clone(),
    };
    write.record(event).await?;
    let (actor, name) = (write.actor.name.clone(), key.name.clone());
    let mail = Mail::KeyCreated { actor, key: name, organisation: place.name };
    mail::enqueue_for_admins(write, organisation, mail).await?;
    Ok((key, secret, shown_once))
}

/// The caller holds the organisation's lock.
async fn check_number(write: &Write<'_>, organisation: OrganisationId) -> Result<(), Error> {
    let Some(most) = write.caps().keys else { return Ok(()) };
    let alive = api_key::Entity::in_organisation(organisation)
        .filter(api_key::COLUMN.revoked_at.is_null())
        .filter(
            Condition::any()
                .add(api_key::COLUMN.expires_at.is_null())
                .add(api_key::COLUMN.expires_at.gt(write.now)),
        )
        .count(write)
        .await?;
    if alive < most { Ok(()) } else { Err(Error::TooManyKeys { most }) }
}

fn bad_expiry(end: Option<Timestamp>, now: Timestamp) -> Option<FieldError> {
    let message = match end? {
        end if end <= now => "this is in the past",
        end if end > now + FARTHEST => "a hundred years at most",
        _ => return None,
    };
    Some(FieldError::new("/expires_at", FieldCode::OutOfRange, message))
}

/// What is wrong with each of the permissions that a key is narrowed to.
fn bad_permissions(
    catalogue: &Catalogue,
    role: Role,
    narrowed: Option<&BTreeSet<String>>,
) -> Vec<FieldError> {
    let all = catalogue.of_key(role, None);
    let mut errors = Vec::new();
    for (place, name) in narrowed.into_iter().flatten().enumerate() {
        let message = match catalogue.find(name) {
            None => format!("there is no permission `{name}`"),
            Some(entry) if !all.permits(entry) => {
                format!("a key with the role {role} cannot have the permission `{name}`")
            }
            Some(_) => continue,
        };
        errors.push(FieldError::new(format!("/permissions/{place}"), FieldCode::NotAllowed, message));
    }
    errors
}

async fn add_secret(
    write: &Write<'_>,
    key: &api_key::Model,
) -> Result<(api_key_secret::Model, Secret), Error> {
    let shown_once = Secret::generate(key.environment.secret_kind());
    let row = api_key_secret::ActiveModel {
        id: Set(ApiKeySecretId::generate()),
        organisation_id: Set(key.organisation_id),
        api_key_id: Set(key.id),
        digest: Set(shown_once.digest(write.keyring).to_vec()),
        hint: Set(shown_once.hint()),
        expires_at: Set(None),
        created_at: Set(write.now),
        key_id: Set(Some(write.keyring.key_id().to_vec())),
    }
    .insert(write)
    .await?;
    Ok((row, shown_once))
}

/// Changes the name of a locked key, and what the integrator's own system keeps of it; `None` leaves as it is.
///
/// # Errors
/// [`Error::KeyEnded`] for a key that is revoked or expired; [`Error::ExternalIdTaken`]; [`Error::Invalid`] for too much
/// metadata.
pub async fn update(
    write: &Write<'_>,
    key: api_key::Model,
    name: Option<&DisplayName>,
    changes: &LabelChanges,
) -> Result<api_key::Model, Error> {
    if !key.is_alive(write.now) {
        return Err(Error::KeyEnded);
    }
    let (organisation, id, old_name) = (key.organisation_id, key.id, key.name.clone());
    let old = Labels { external_id: key.external_id.clone(), metadata: key.metadata.clone() };
    let new = old.after(changes)?;
    let (external_id, metadata_changed) = (old.changed_id(&new), old.changed_names(&new));
    let mut row: api_key::ActiveModel = key.into();
    if let Some(name) = name {
        row.name = Set(name.as_str().to_owned());
    }
    if new != old {
        row.external_id = Set(new.external_id);
        row.metadata = Set(new.metadata);
    }
    row.updated_at = Set(write.now);
    let updated = row.update(&write.without_event(NoEvent::Unchanged)).await;
    let key = updated.on_conflict(|_| Error::ExternalIdTaken)?;
    let name = Changed::between(old_name, key.name.clone());
    if name.is_some() || external_id.is_some() || !metadata_changed.0.is_empty() {
        write
            .record(Event::KeyUpdated { organisation, key: id, name, external_id, metadata_changed })
            .await?;
    }
    Ok(key)
}

/// Gives a key a new secret; the old one goes on for `overlap`.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::KeyEnded`] for a key that is revoked or expired.
pub async fn rotate(
    write: &Write<'_>,
    organisation: OrganisationId,
    id: ApiKeyId,
    overlap: TimeDelta,
) -> Result<(api_key::Model, api_key_secret::Model, Secret), Error> {
    // Locked, so that of two rotations at once the later replaces the earlier's secret too.
    let key = lock(write, organisation, id).await?;
    if !key.is_alive(write.now) {
        return Err(Error::KeyEnded);
    }
    let end = write.now + overlap;
    api_key_secret::Entity::update_many()
        .col_expr(api_key_secret::Column::ExpiresAt, Expr::value(end))
        .filter(api_key_secret::COLUMN.organisation_id.eq(organisation))
        .filter(api_key_secret::COLUMN.api_key_id.eq(id))
        .filter(
            Condition::any()
                .add(api_key_secret::COLUMN.expires_at.is_null())
                .add(api_key_secret::COLUMN.expires_at.gt(end)),
        )
        .exec(write)
        .await?;
    let (secret, shown_once) = add_secret(write, &key).await?;
    let (hint, overlap_seconds) = (secret.hint.clone(), overlap.num_seconds());
    write.record(Event::KeyRotated { organisation, key: id, hint, overlap_seconds }).await?;
    Ok((key, secret, shown_once))
}

/// Revokes a key for good; once more changes nothing, and the first reason stays.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn revoke(
    write: &Write<'_>,
    organisation: OrganisationId,
    id: ApiKeyId,
    reason: Option<String>,
) -> Result<(), Error> {
    let revoked = api_key::Entity::update_many()
        .col_expr(api_key::Column::RevokedAt, Expr::value(write.now))
        .col_expr(api_key::Column::RevokedReason, Expr::value(reason.clone()))
        .col_expr(api_key::Column::UpdatedAt, Expr::value(write.now))
        .filter(api_key::COLUMN.organisation_id.eq(organisation))
        .filter(api_key::COLUMN.id.eq(id))
        .filter(api_key::COLUMN.revoked_at.is_null())
        .exec(write)
        .await?;
    if revoked.rows_affected == 0 {
        lock(write, organisation, id).await?;
        return Ok(());
    }
    write.record(Event::KeyRevoked { organisation, key: id, reason }).await
}

/// The key, locked until the transaction ends.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn lock(
    write: &Write<'_>,
    organisation: OrganisationId,
    id: ApiKeyId,
) -> Result<api_key::Model, Error> {
    api_key::Entity::in_organisation(organisation)
        .filter(api_key::COLUMN.id.eq(id))
        .lock(LockType::NoKeyUpdate)
        .one(write)
        .await?
        .ok_or(Error::NotFound)
}
