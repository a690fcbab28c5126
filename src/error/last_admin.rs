//! Why an account cannot be deleted.

use serde::Serialize;
use utoipa::ToSchema;

use crate::id::OrganisationId;

/// An organisation that an account cannot be deleted for, because it is the last admin there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LastAdminOf {
    pub id: OrganisationId,
    #[schema(example = "acme")]
    pub slug: String,
    #[schema(example = "Acme")]
    pub name: String,
}

/// The organisations, for people: ten of them at most.
pub(super) fn named(organisations: &[LastAdminOf]) -> String {
    let mut named: Vec<_> =
        organisations.iter().take(10).map(|one| format!("{} ({})", one.name, one.slug)).collect();
    if let Some(more) = organisations.len().checked_sub(10).filter(|more| *more > 0) {
        named.push(format!("{more} more"));
    }
    named.join(", ")
}
