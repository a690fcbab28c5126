//! The role × permission grid, as a snapshot to be reviewed: a change of the permission table shows there.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::support::{Client, TestApp};

/// What a caller holds, by their own account.
async fn held(client: &Client) -> BTreeSet<String> {
    let me = client.get("/api/auth/me").await.status(200).json();
    let names = me["permissions"].as_array().unwrap().iter().map(Value::as_str);
    names.map(|name| name.unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_role_and_key_holds_what_was_reviewed() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let mut columns = Vec::new();
    for (role, person) in [("viewer", &org.viewer), ("member", &org.member), ("admin", &org.admin)] {
        let by_token = held(&person.with_bearer()).await;
        assert_eq!(held(&person.with_cookie()).await, by_token, "{role} by cookie and by token");
        columns.push((role.to_owned(), by_token));
    }
    for role in ["viewer", "member", "admin"] {
        let live = held(&org.key("live", role, None).await.with_x_api_key()).await;
        let test = held(&org.key("test", role, None).await.with_bearer()).await;
        assert_eq!(live, test, "a test key differs in what it may change, not in what it holds");
        columns.push((format!("{role} key"), live));
    }
    // The names alone come from the table, so that what nobody holds has a row too.
    let names: Vec<_> =
        app.app.config.permissions.entries().iter().map(|entry| entry.name.as_str()).collect();
    let mut grid = format!("{:20}", "");
    for (column, held) in &columns {
        write!(grid, "{column:12}").unwrap();
        let unknown: Vec<_> = held.iter().filter(|name| !names.contains(&name.as_str())).collect();
        assert!(unknown.is_empty(), "{column} holds what is no permission: {unknown:?}");
    }
    for name in names {
        write!(grid, "\n{name:20}").unwrap();
        for (_, held) in &columns {
            write!(grid, "{:12}", if held.contains(name) { "yes" } else { "-" }).unwrap();
        }
    }
    let grid: Vec<_> = grid.lines().map(str::trim_end).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("permissions", grid.join("\n")));
}
