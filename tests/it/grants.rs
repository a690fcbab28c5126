//! Grants are sets of permissions: who gives a role must hold all that is in it, whatever the role is called, and nothing
//! in the sources asks which of two roles is the higher one.

use std::path::Path;

use oskar::domain::organisation::members;
use oskar::error::Error;
use oskar::permission::{Catalogue, Keys, Permission, Role};
use serde_json::json;

use crate::operator;
use crate::support::TestApp;

#[test]
fn grants_are_the_sets_that_the_table_tells() {
    let product = [("tasks:read", Role::Viewer), ("tasks:write", Role::Member), ("tasks:purge", Role::Admin)];
    let catalogue = Catalogue::with_product(product.map(|(name, role)| (name.to_owned(), role))).unwrap();
    let narrowed = ["org:read", "tasks:write", "keys:manage", "no:such"].map(str::to_owned).into();
    for role in Role::ALL {
        let (member, key) = (catalogue.of_member(role), catalogue.of_key(role, None));
        let narrow = catalogue.of_key(role, Some(&narrowed));
        for entry in catalogue.entries() {
            let has = role >= entry.minimum_role;
            let may = has && entry.keys == Keys::May;
            assert_eq!(member.permits(entry), has, "{role}: {}", entry.name);
            assert_eq!(key.permits(entry), may, "a key, {role}: {}", entry.name);
            assert_eq!(
                narrow.permits(entry),
                may && narrowed.contains(&entry.name),
                "{role}: {}",
                entry.name
            );
        }
        for permission in Permission::ALL {
            let entry = catalogue.find(permission.as_str()).unwrap();
            assert_eq!(member.permits_built_in(*permission), member.permits(entry));
            assert_eq!(key.permits_built_in(*permission), key.permits(entry));
            assert_eq!(role.holds(*permission), member.permits(entry));
        }
        for other in Role::ALL {
            assert_eq!(member.cover(catalogue.role(other)), role >= other, "{role} gives {other}");
        }
    }
}

#[tokio::test]
async fn a_role_is_given_by_who_holds_all_of_it_now() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let id = org.id.parse().unwrap();
    app.create_user("eve@acme.example", &org.id, Role::Viewer).await;
    let eve = app.sign_in("eve@acme.example").await;
    // Only admins reach the route, so the rule is asked where it stands: a demotion may be under way.
    let give = async |giver: &str, role| {
        let (giver, to) = (Some(giver.parse().unwrap()), eve.user_id.parse().unwrap());
        operator::change(&app, async |write| members::change_role(write, id, giver, to, role).await).await
    };
    for (giver, own) in [(&org.viewer, Role::Viewer), (&org.member, Role::Member), (&org.admin, Role::Admin)]
    {
        for role in Role::ALL {
            match give(&giver.user_id, role).await {
                Ok(made) => assert!(role <= own && made.role == role, "{own} gave {role}"),
                Err(Error::Invalid { errors }) => assert!(role > own && errors[0].pointer == "/role"),
                Err(other) => panic!("{other}"),
            }
        }
    }
    org.admin.with_cookie().delete(&format!("{}/members/{}", org.path, org.member.user_id)).await.status(204);
    assert!(
        matches!(give(&org.member.user_id, Role::Viewer).await, Err(Error::NotFound)),
        "a member no more"
    );
    let path = format!("{}/members/{}", org.path, eve.user_id);
    org.admin.with_cookie().patch(&path, json!({ "role": "viewer" })).await.status(200);
}

/// Files and what they say where one of the signs stands.
fn signs(folder: &Path, found: &mut Vec<String>) {
    const SIGNS: [&str; 11] = [
        "minimum_role",
        "role <",
        "role >",
        "< role",
        "<= role",
        ">= role",
        "role() <",
        "role() >",
        "Role::Admin >",
        "Role::Admin <",
        "has_from(",
    ];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            if name != "src/permission" {
                signs(&path, found);
            }
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let ours = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = ours.lines().filter(|line| SIGNS.iter().any(|sign| line.contains(sign)));
        found.extend(lines.map(|line| format!("{name}: {}", line.trim())));
    }
}

#[test]
fn nothing_compares_roles_but_their_definition() {
    let mut found = Vec::new();
    signs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    // The table itself, and the document, which tells it.
    found
        .retain(|line| !line.starts_with("src/permission.rs") && !line.contains("documented_operation.rs: "));
    assert!(found.is_empty(), "{found:#?}");
}
