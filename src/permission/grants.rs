//! Sets of permissions, and the one that a caller holds.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Catalogue, Entry, Permission, Role};

/// Permissions of one [`Catalogue`], each by its index there. Cloning is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionSet(Arc<BTreeSet<usize>>);

impl FromIterator<usize> for PermissionSet {
    fn from_iter<T: IntoIterator<Item = usize>>(indices: T) -> Self {
        Self(Arc::new(indices.into_iter().collect()))
    }
}

impl PermissionSet {
    pub(super) fn contains(&self, index: usize) -> bool {
        self.0.contains(&index)
    }

    /// Whether all of another set is in this one.
    pub fn includes(&self, other: &Self) -> bool {
        other.0.is_subset(&self.0)
    }
}

/// What one principal holds in one organisation: a resolved set. The role is what it is called, no measure of it.
#[derive(Clone, Debug)]
pub struct Grants {
    role: Role,
    held: PermissionSet,
}

impl Grants {
    pub(super) fn new(role: Role, held: PermissionSet) -> Self {
        Self { role, held }
    }

    /// The name of the role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether that permission is held.
    pub fn permits(&self, entry: &Entry) -> bool {
        self.held.contains(entry.index)
    }

    /// Whether that built-in permission is held.
    pub fn permits_built_in(&self, permission: Permission) -> bool {
        // The catalogue begins with the built-in ones.
        self.held.contains(permission as usize)
    }

    /// Whether all of a set is held: only then may the holder give it to a key or another member.
    pub fn cover(&self, set: &PermissionSet) -> bool {
        self.held.includes(set)
    }

    /// The names of all that is held.
    pub fn names<'a>(&self, catalogue: &'a Catalogue) -> Vec<&'a str> {
        let held = catalogue.entries().iter().filter(|entry| self.permits(entry));
        held.map(|entry| entry.name.as_str()).collect()
    }
}
