//! What an integrator's own system keeps beside an organisation, a user or a key: its id of it, and metadata.

use super::change::Change;
use super::external_id::ExternalId;
use super::metadata::{MetadataPatch, NewMetadata, changed_names};
use crate::entity::metadata::Metadata;
use crate::error::Error;
use crate::event::{Changed, ChangedNames};

/// Of something new.
#[derive(Clone, Debug, Default)]
pub struct NewLabels {
    pub external_id: Option<ExternalId>,
    pub metadata: Option<NewMetadata>,
}

/// What is to change of them.
#[derive(Clone, Debug, Default)]
pub struct LabelChanges {
    pub external_id: Change<ExternalId>,
    pub metadata: Change<MetadataPatch>,
}

/// As a row has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    pub external_id: Option<String>,
    pub metadata: Option<Metadata>,
}

impl From<NewLabels> for Labels {
    fn from(new: NewLabels) -> Self {
        let external_id = new.external_id.map(|id| id.as_str().to_owned());
        Self { external_id, metadata: new.metadata.and_then(NewMetadata::stored) }
    }
}

impl Labels {
    /// The labels after a change.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there would be too much metadata.
    pub fn after(&self, changes: &LabelChanges) -> Result<Self, Error> {
        let external_id = match &changes.external_id {
            Change::Keep => self.external_id.clone(),
            Change::TakeAway => None,
            Change::To(id) => Some(id.as_str().to_owned()),
        };
        let metadata = match &changes.metadata {
            Change::Keep => self.metadata.clone(),
            Change::TakeAway => None,
            Change::To(patch) => patch.apply(self.metadata.as_ref())?,
        };
        Ok(Self { external_id, metadata })
    }

    /// The id before and after, if it is another.
    pub fn changed_id(&self, after: &Self) -> Option<Changed<Option<String>>> {
        let (before, after) = (self.external_id.clone(), after.external_id.clone());
        (before != after).then_some(Changed { before, after })
    }

    /// The names of the metadata that is another. Its texts may name people, and stay out of the audit log.
    pub fn changed_names(&self, after: &Self) -> ChangedNames {
        ChangedNames(changed_names(self.metadata.as_ref(), after.metadata.as_ref()))
    }
}

/// Which of two unique names is taken, from the violated constraint's name: the integrator's id, or the other one.
pub fn taken(constraint: &str, other: Error) -> Error {
    if constraint.contains("external_id") { Error::ExternalIdTaken } else { other }
}
