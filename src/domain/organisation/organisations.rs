//! Organisations: making, renaming and deleting them.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict as Upsert};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set, TryInsertResult};

use crate::domain::Write;
use crate::domain::organisation::members;
use crate::domain::values::display_name::DisplayName;
use crate::domain::values::labels::{self, LabelChanges, Labels, NewLabels};
use crate::domain::values::slug::Slug;
use crate::entity::{membership, organisation, used_slug};
use crate::error::{Error, OnConflict};
use crate::event::{Changed, Event};
use crate::id::{OrganisationId, UserId};
use crate::permission::Role;

/// Makes an organisation with its first admin. Without a slug it gets one like its name.
///
/// # Errors
/// [`Error::SlugTaken`] for a slug that was asked for.
pub async fn create(
    write: &Write<'_>,
    name: &DisplayName,
    slug: Option<Slug>,
    admin: Option<UserId>,
) -> Result<(organisation::Model, Option<membership::Model>), Error> {
    create_labelled(write, name, slug, admin, NewLabels::default()).await
}

/// The same with what the integrator's own system keeps of it.
///
/// # Errors
/// [`Error::SlugTaken`]; [`Error::ExternalIdTaken`].
pub async fn create_labelled(
    write: &Write<'_>,
    name: &DisplayName,
    slug: Option<Slug>,
    admin: Option<UserId>,
    labels: NewLabels,
) -> Result<(organisation::Model, Option<membership::Model>), Error> {
    let labels = Labels::from(labels);
    let organisation = match slug {
        Some(slug) => insert(write, name, slug, &labels).await?.ok_or(Error::SlugTaken)?,
        None => insert_with_free_slug(write, name, &labels).await?,
    };
    let (id, name, slug) = (organisation.id, organisation.name.clone(), organisation.slug.clone());
    let external_id = organisation.external_id.clone();
    write
        .record(Event::OrganisationCreated { organisation: id, target: id, name, slug, external_id })
        .await?;
    let membership = match admin {
        Some(admin) => Some(members::add(write, organisation.id, admin, Role::Admin).await?),
        None => None,
    };
    Ok((organisation, membership))
}

async fn insert_with_free_slug(
    write: &Write<'_>,
    name: &DisplayName,
    labels: &Labels,
) -> Result<organisation::Model, Error> {
    let wanted = Slug::from_name(name.as_str());
    let mut slug = wanted.clone();
    for _ in 0..8 {
        if let Some(organisation) = insert(write, name, slug, labels).await? {
            return Ok(organisation);
        }
        slug = wanted.with_suffix();
    }
    Err(Error::SlugTaken)
}

/// `None` if the slug is taken. Not by an error: on PostgreSQL that would end the transaction.
async fn insert(
    write: &Write<'_>,
    name: &DisplayName,
    slug: Slug,
    labels: &Labels,
) -> Result<Option<organisation::Model>, Error> {
    let row = organisation::Model {
        id: OrganisationId::generate(),
        slug: slug.as_str().to_owned(),
        name: name.as_str().to_owned(),
        external_id: labels.external_id.clone(),
        metadata: labels.metadata.clone(),
        created_at: write.now,
        updated_at: write.now,
    };
    if !claim(write, row.id, &slug).await? {
        return Ok(None);
    }
    let insert = organisation::Entity::insert(organisation::ActiveModel {
        id: Set(row.id),
        slug: Set(row.slug.clone()),
        name: Set(row.name.clone()),
        external_id: Set(row.external_id.clone()),
        metadata: Set(row.metadata.clone()),
        created_at: Set(row.created_at),
        updated_at: Set(row.updated_at),
    })
    .on_conflict(Upsert::column(organisation::Column::Slug).do_nothing().to_owned())
    .try_insert();
    match insert.exec(write).await.on_conflict(|constraint| labels::taken(constraint, Error::SlugTaken))? {
        TryInsertResult::Inserted(_) => Ok(Some(row)),
        _ => Ok(None),
    }
}

/// Has an organisation use a slug; false if it is, or once was, another's. By one statement: of two organisations at
/// once one gets it. Links and settings of others may still have it, and must never lead to strangers.
async fn claim(write: &Write<'_>, organisation: OrganisationId, slug: &Slug) -> Result<bool, Error> {
    let used =
        used_slug::ActiveModel { slug: Set(slug.as_str().to_owned()), organisation_id: Set(organisation) };
    let own = Upsert::column(used_slug::Column::Slug)
        .update_column(used_slug::Column::OrganisationId)
        .action_and_where(Expr::col((used_slug::Entity, used_slug::Column::OrganisationId)).eq(organisation))
        .to_owned();
    let claimed = used_slug::Entity::insert(used).on_conflict(own).exec_without_returning(write).await?;
    Ok(claimed == 1)
}

/// Lets other organisations use the slugs of one that was deleted before it was used.
pub(in crate::domain) async fn free_slugs(
    write: &Write<'_>,
    organisation: OrganisationId,
) -> Result<(), Error> {
    used_slug::Entity::delete_many()
        .filter(used_slug::COLUMN.organisation_id.eq(organisation))
        .exec(write)
        .await?;
    Ok(())
}

/// Changes name, slug and labels; `None` leaves as it is.
///
/// # Errors
/// [`Error::SlugTaken`]; [`Error::ExternalIdTaken`]; [`Error::Invalid`] for too much metadata. Its own earlier slugs it may take back.
pub async fn update(
    write: &Write<'_>,
    organisation: organisation::Model,
    name: Option<DisplayName>,
    slug: Option<Slug>,
    changes: &LabelChanges,
) -> Result<organisation::Model, Error> {
    let (id, old_name, old_slug) = (organisation.id, organisation.name.clone(), organisation.slug.clone());
    let old = labels_of(&organisation);
    let new = old.after(changes)?;
    let (external_id, metadata_changed) = (old.changed_id(&new), old.changed_names(&new));
    let mut row: organisation::ActiveModel = organisation.into();
    if let Some(name) = name {
        row.name = Set(name.as_str().to_owned());
    }
    if let Some(slug) = slug {
        if !claim(write, id, &slug).await? {
            return Err(Error::SlugTaken);
        }
        row.slug = Set(slug.as_str().to_owned());
    }
    if new != old {
        row.external_id = Set(new.external_id);
        row.metadata = Set(new.metadata);
    }
    row.updated_at = Set(write.now);
    let updated = row.update(write).await;
    let organisation = updated.on_conflict(|constraint| labels::taken(constraint, Error::SlugTaken))?;
    let name = Changed::between(old_name, organisation.name.clone());
    let slug = Changed::between(old_slug, organisation.slug.clone());
    let event = Event::OrganisationUpdated {
        organisation: id,
        target: id,
        name,
        slug,
        external_id,
        metadata_changed,
    };
    write.record(event).await?;
    Ok(organisation)
}

/// Deletes an organisation with its members and keys. Its audit events stay, and its slugs stay used.
pub async fn delete(write: &Write<'_>, organisation: &organisation::Model) -> Result<(), Error> {
    let deleted = organisation::Entity::delete_by_id(organisation.id).exec(write).await?;
    if deleted.rows_affected != 1 {
        return Err(Error::NotFound);
    }
    let (id, name, slug) = (organisation.id, organisation.name.clone(), organisation.slug.clone());
    let external_id = organisation.external_id.clone();
    write.record(Event::OrganisationDeleted { organisation: id, target: id, name, slug, external_id }).await
}

fn labels_of(row: &organisation::Model) -> Labels {
    Labels { external_id: row.external_id.clone(), metadata: row.metadata.clone() }
}
