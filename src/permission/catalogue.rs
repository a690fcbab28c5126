//! All permissions of an installation, and which of them each role has.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Grants, Keys, Permission, PermissionSet, Role};

/// One permission as everything but the guards sees it: built in, or the product's own.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `resource:action`.
    pub name: String,
    /// The first of the built-in roles that has it.
    pub minimum_role: Role,
    /// Whether API keys may use it.
    pub keys: Keys,
    /// Where it stands in the catalogue.
    pub(super) index: usize,
}

/// All permissions of this installation, built-in ones first. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Catalogue(Arc<Resolved>);

#[derive(Debug)]
struct Resolved {
    entries: Vec<Entry>,
    /// In the order of [`Role::ALL`].
    roles: [RoleSets; 3],
}

/// What a role is the name of.
#[derive(Debug)]
struct RoleSets {
    all: PermissionSet,
    /// The part of it that keys may use.
    keys: PermissionSet,
}

impl Default for Catalogue {
    /// The built-in permissions alone.
    fn default() -> Self {
        Self::resolve(built_in())
    }
}

fn built_in() -> Vec<Entry> {
    let entry = |(index, permission): (usize, &Permission)| Entry {
        name: permission.as_str().to_owned(),
        minimum_role: permission.minimum_role(),
        keys: permission.keys(),
        index,
    };
    Permission::ALL.iter().enumerate().map(entry).collect()
}

impl Catalogue {
    /// The built-in permissions and the product's own.
    ///
    /// # Errors
    /// What is wrong with a name, in a sentence.
    pub fn with_product(product: impl IntoIterator<Item = (String, Role)>) -> Result<Self, String> {
        let mut entries = built_in();
        for (name, minimum_role) in product {
            if !is_well_formed(&name) {
                return Err(format!("`{name}` is no permission: write `resource:action` in lower case"));
            }
            if entries.iter().any(|entry| entry.name == name) {
                return Err(format!("`{name}` is Oskar's own permission and cannot be redefined"));
            }
            let index = entries.len();
            entries.push(Entry { name, minimum_role, keys: Keys::May, index });
        }
        Ok(Self::resolve(entries))
    }

    fn resolve(entries: Vec<Entry>) -> Self {
        let roles = Role::ALL.map(|role| {
            let has = || entries.iter().filter(move |entry| role.has_from(entry.minimum_role));
            RoleSets {
                all: has().map(|entry| entry.index).collect(),
                keys: has().filter(|entry| entry.keys == Keys::May).map(|entry| entry.index).collect(),
            }
        });
        Self(Arc::new(Resolved { entries, roles }))
    }

    /// All of them, in a stable order.
    pub fn entries(&self) -> &[Entry] {
        &self.0.entries
    }

    /// The permission of that name.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.0.entries.iter().find(|entry| entry.name == name)
    }

    /// All that a role has.
    pub fn role(&self, role: Role) -> &PermissionSet {
        &self.0.roles[role as usize].all
    }

    /// What a member has: all that the role has.
    pub fn of_member(&self, role: Role) -> Grants {
        Grants::new(role, self.role(role).clone())
    }

    /// What a key has: of its role what keys may use, or the part of it that the key was narrowed to.
    pub fn of_key(&self, role: Role, narrowed_to: Option<&BTreeSet<String>>) -> Grants {
        let all = &self.0.roles[role as usize].keys;
        let held = match narrowed_to {
            None => all.clone(),
            Some(names) => {
                let named = names.iter().filter_map(|name| self.find(name));
                named.map(|entry| entry.index).filter(|index| all.contains(*index)).collect()
            }
        };
        Grants::new(role, held)
    }
}

fn is_well_formed(name: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part
                .chars()
                .all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || "_-.".contains(char))
    };
    name.len() <= 64 && name.split_once(':').is_some_and(|(resource, action)| part(resource) && part(action))
}
