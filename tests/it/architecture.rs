//! Holds the sources to the directions that `src/lib.rs` tells.
//!
//! Not a compiler: it reads every path in every file (`use` trees, and paths written out in code), resolves
//! `crate` and `super`, and looks each up in the tables below. A module that is not in [`MAY_USE`] fails, so
//! a new one has to say what it may use. The last tests plant breaches and see them found.

mod circles;
mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use paths::{IMPORTED, paths, resolve, tokens};

/// Usable by all, using each other and nothing else of ours.
const LEAVES: &[&str] = &[
    "clock",
    "crypto",
    "error",
    "event",
    "id",
    "jwt",
    "language",
    "limits",
    "network",
    "password",
    "permission",
    "program",
    "step_up",
    "text",
];

/// What each module may use of ours besides the leaves and itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("entity", &[]),
    ("views", &["domain::onboarding::invitations::is_confirmed", "entity"]),
    ("domain", &["database", "entity"]),
    ("config", &[]),
    ("database", &["config"]),
    ("mail", &["config"]),
    ("issuers", &["config", "domain"]),
    ("app", &["config", "database", "domain", "entity", "issuers", "mail"]),
    ("auth", &["app", "config", "domain", "entity", "issuers"]),
    (
        "http",
        &[
            "app",
            "auth",
            "config",
            "domain::Write",
            "domain::journal",
            "domain::values::external_id",
            "entity::api_key::Environment",
            "views",
        ],
    ),
    ("api", &["app", "auth", "config", "domain", "entity", "http", "views"]),
    ("web", &["app", "auth", "config", "domain", "entity", "http", "mail", "views"]),
    ("worker", &["app", "config", "domain", "entity", "mail"]),
    ("server", &["api", "app", "config", "http", "web"]),
    ("cli", &["api", "app", "config", "database", "domain", "entity", "mail", "server", "views", "worker"]),
    ("main", &["cli"]),
];

/// What has words for HTTP, and where those words have no place.
const HTTP: &[&str] = &[
    "axum",
    "axum_core",
    "axum_extra",
    "cookie",
    "headers",
    "http",
    "http_body",
    "hyper",
    "hyper_util",
    "tower",
    "tower_http",
];
const WITHOUT_HTTP: &[&str] = &[
    "clock",
    "crypto",
    "error",
    "event",
    "id",
    "jwt",
    "limits",
    "password",
    "permission",
    "program",
    "step_up",
    "text",
    "entity",
    "views",
    "domain",
    "database",
    "worker",
];

/// The folders of `domain`, and which of the others each may use.
const SUBJECTS: &[(&str, &[&str])] = &[
    ("account", &["journal", "key", "onboarding", "organisation", "session", "values"]),
    ("identities", &["account", "journal", "onboarding", "organisation", "session", "values"]),
    ("journal", &[]),
    ("key", &["journal", "organisation", "values"]),
    ("onboarding", &["account", "journal", "organisation", "session", "values"]),
    ("organisation", &["account", "journal", "values"]),
    ("session", &["account", "journal", "onboarding", "values"]),
    ("upkeep", &["account", "session"]),
    ("values", &[]),
];
/// Folders that build on the files beside them; of these only `mod.rs` may use them.
const ABOVE: &[&str] = &["api::compat", "auth::sign_in"];

/// Ways to a page without its access: only `http` may have them.
const BESIDE_THE_TABLE: &[&str] = &["axum::Router", "axum::routing", "axum::*"];

/// What belongs to an organisation: selected by `in_organisation`, outside `entity` never by a bare `find`.
const TENANT_OWNED: &[&str] =
    &["membership", "invitation", "api_key", "api_key_secret", "audit_event", "socket_ticket", "used_slug"];

const LONGEST_FILE: usize = 420;
const DRAWERS: &[&str] = &["util", "utils", "common", "helper", "helpers", "misc"];

/// File by its path below `src`, to its text.
type Sources = BTreeMap<String, String>;

/// Everything that is wrong, a line each.
fn breaches(sources: &Sources) -> Vec<String> {
    let mut found = Vec::new();
    for (file, text) in sources {
        let mut breach = |what: String| found.push(format!("src/{file}: {what}"));
        let module = module_of(file);
        let top = module.first().map_or("lib", String::as_str);
        for drawer in DRAWERS.iter().filter(|drawer| module.iter().any(|part| part == *drawer)) {
            breach(format!("`{drawer}` says nothing of what is in it"));
        }
        if text.lines().count() > LONGEST_FILE {
            breach(format!("{} lines, {LONGEST_FILE} at most", text.lines().count()));
        }
        for path in paths(&tokens(text)) {
            let names = resolve(&path, &module);
            let written = names.join("::");
            if names[0] == "crate" || names[0] == "oskar" {
                if path.iter().take(2).eq(["crate", "*"]) || !may_use(top, &names[1..]) {
                    breach(format!("{top} uses {written}"));
                }
                if !may_use_beside(&module, &names[1..]) {
                    breach(format!("{} uses {written}", module.join("::")));
                }
                if top != "entity" && is_bare_find(&names) {
                    breach(format!("{written} asks for no organisation"));
                }
            } else if top == "web" && BESIDE_THE_TABLE.iter().any(|way| written.starts_with(way)) {
                breach(format!("web adds routes beside their table by {written}"));
            } else if HTTP.contains(&names[0].as_str()) && WITHOUT_HTTP.contains(&top) {
                breach(format!("{top} speaks of HTTP by {written}"));
            } else if names.starts_with(&["std".to_owned(), "env".to_owned()]) && top != "config" {
                breach(format!("{top} reads the environment by {written}"));
            } else if top != "entity" && is_bare_find(&names) {
                breach(format!("{written} asks for no organisation"));
            }
        }
    }
    found
}

fn may_use(top: &str, used: &[String]) -> bool {
    // `use super::*` in a test module is the file itself; the list of modules in lib.rs is nobody's use.
    let Some(first) = used.first().filter(|first| *first != "*") else { return true };
    if LEAVES.contains(&first.as_str()) || first == top {
        return true;
    }
    let allowed = MAY_USE.iter().find(|(module, _)| *module == top).map_or(&[][..], |(_, allowed)| *allowed);
    allowed.iter().any(|allowed| {
        allowed.split("::").zip(used.iter().map(String::as_str).chain([""; 4])).all(|(a, b)| a == b)
    })
}

/// Within one folder: whether its parts use each other in the direction that the tables give.
fn may_use_beside(module: &[String], used: &[String]) -> bool {
    let (Some(top), Some(folder)) = (module.first(), used.get(1)) else { return true };
    let own = module.get(1);
    if used.first() != Some(top) || own == Some(folder) || own.is_none() {
        return true;
    }
    let subject = |name: &str| SUBJECTS.iter().find(|(subject, _)| top == "domain" && *subject == name);
    match own.and_then(|own| subject(own)) {
        Some((_, others)) => subject(folder).is_none() || others.contains(&folder.as_str()),
        None => !ABOVE.contains(&format!("{top}::{folder}").as_str()),
    }
}

/// `membership::Entity::find…` and, because it could be given another name, any import of that entity.
fn is_bare_find(names: &[String]) -> bool {
    let at = names.windows(2).position(|two| TENANT_OWNED.contains(&two[0].as_str()) && two[1] == "Entity");
    at.and_then(|at| names.get(at + 2)).is_some_and(|called| {
        called == "find" || called.starts_with("find_by_") || called == "load" || called == IMPORTED
    })
}

/// `api/keys.rs` is `api::keys`, and so would `api/keys/mod.rs` be.
fn module_of(file: &str) -> Vec<String> {
    let names = file.trim_end_matches(".rs").split('/').filter(|part| !["mod", "lib"].contains(part));
    names.map(str::to_owned).collect()
}

fn all_sources() -> Sources {
    fn read(folder: &Path, below: &str, sources: &mut Sources) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                read(&path, &format!("{name}/"), sources);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut sources = Sources::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut sources);
    sources
}

#[test]
fn dependencies_point_one_way() {
    let sources = all_sources();
    for (module, _) in MAY_USE {
        let file = [format!("{module}.rs"), format!("{module}/mod.rs")];
        assert!(file.iter().any(|file| sources.contains_key(file)), "{module} is gone: take it out above");
    }
    let found = breaches(&sources);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_files_need_each_other_in_a_circle() {
    assert_eq!(circles::circles(&all_sources()), Vec::<Vec<String>>::new());
    let planted = [
        ("domain/mod.rs", "pub mod a; pub mod b;"),
        ("domain/a.rs", "use super::b::f; use super::Write;"),
        ("domain/b.rs", "fn f() { crate::limits::rate::g() }"),
        ("limits/rate.rs", "use crate::domain::a;"),
        ("entity/user.rs", "use super::session;"),
        ("entity/session.rs", "use super::user;"),
    ];
    let sources = planted.map(|(file, text)| (file.to_owned(), text.to_owned()));
    let circle = ["domain/a.rs", "domain/b.rs", "limits/rate.rs"].map(str::to_owned).to_vec();
    assert_eq!(circles::circles(&Sources::from(sources)), [circle]);
}

#[test]
fn the_list_of_what_belongs_to_an_organisation_is_complete() {
    let sources = all_sources();
    let entities = sources.iter().filter_map(|(file, text)| Some((file.strip_prefix("entity/")?, text)));
    let owned: BTreeSet<_> = entities
        .filter(|(_, text)| {
            text.contains("pub organisation_id: OrganisationId") || text.contains("fn in_organisation(")
        })
        .map(|(file, text)| {
            assert!(text.contains("pub fn in_organisation("), "entity/{file} has no `in_organisation`");
            file.trim_end_matches(".rs")
        })
        .collect();
    assert_eq!(owned, TENANT_OWNED.iter().copied().collect());
}

#[test]
fn a_planted_breach_is_found() {
    for (file, text, told) in [
        ("id.rs", "use crate::entity::user;", "id uses crate::entity::user"),
        ("jwt/keys.rs", "use crate::{clock, app::App};", "jwt uses crate::app::App"),
        ("jwt/keys.rs", "fn f(app: &super::super::app::App) {}", "jwt uses crate::app::App"),
        ("error.rs", "type X = crate::config::Config;", "error uses crate::config::Config"),
        (
            "entity/user.rs",
            "use crate::domain::{account::users, organisation::members as m};",
            "entity uses crate::domain::organisation::members",
        ),
        (
            "domain/account/users.rs",
            "use axum::http::StatusCode;",
            "domain speaks of HTTP by axum::http::StatusCode",
        ),
        ("domain/account/users.rs", "use {serde::Serialize, http as h};", "domain speaks of HTTP by http"),
        ("views/keys.rs", "use axum::Json;", "views speaks of HTTP by axum::Json"),
        ("views/keys.rs", "use crate::domain::key::keys;", "views uses crate::domain::key::keys"),
        ("domain/key/keys.rs", "use crate::views::keys;", "domain uses crate::views::keys"),
        ("domain/account/users.rs", "use cookie;", "domain speaks of HTTP by cookie"),
        (
            "domain/account/users.rs",
            "fn f() { let x = axum_extra::extract::f(); }",
            "domain speaks of HTTP by axum_extra",
        ),
        ("crypto/secret.rs", "use axum::Json;", "crypto speaks of HTTP by axum::Json"),
        (
            "domain/journal/audit.rs",
            "use crate::domain::key;",
            "domain::journal::audit uses crate::domain::key",
        ),
        ("domain/values/slug.rs", "use crate::domain::journal::mail;", "domain::values::slug uses"),
        ("auth/guard.rs", "use super::sign_in::start;", "auth::guard uses crate::auth::sign_in::start"),
        ("api/keys.rs", "use super::compat::onedb;", "api::keys uses crate::api::compat::onedb"),
        ("error.rs", "use axum::http::StatusCode;", "error speaks of HTTP by axum::http::StatusCode"),
        ("auth/guard.rs", "use crate::{error::Error, api};", "auth uses crate::api"),
        ("auth/guard.rs", "use crate::web;", "auth uses crate::web"),
        ("auth/sign_in/password.rs", "use crate::api::Answers;", "auth uses crate::api::Answers"),
        ("api/auth.rs", "use crate::worker::{self, usage};", "api uses crate::worker"),
        ("api/auth.rs", "use oskar::cli;", "api uses oskar::cli"),
        ("web/page.rs", "use crate::api;", "web uses crate::api"),
        (
            "web/page.rs",
            "use axum::routing::get;",
            "web adds routes beside their table by axum::routing::get",
        ),
        ("web/page.rs", "fn f() -> axum::Router { }", "web adds routes beside their table by axum::Router"),
        ("http/layers.rs", "use crate::api;", "http uses crate::api"),
        ("http/layers.rs", "use crate::web;", "http uses crate::web"),
        ("auth/guard.rs", "use crate::http::Route;", "auth uses crate::http::Route"),
        ("worker/sweep.rs", "use crate::auth::Client;", "worker uses crate::auth::Client"),
        ("domain/x.rs", "use crate::*;", "domain uses crate::*"),
        ("mailer.rs", "use crate::app::App;", "mailer uses crate::app::App"),
        ("app.rs", "use std::{fs, env};", "app reads the environment by std::env"),
        ("app.rs", "fn f() { std::env::var(\"X\"); }", "app reads the environment by std::env::var"),
        ("api/utils.rs", "", "`utils` says nothing"),
        ("common/mod.rs", "", "`common` says nothing"),
        (
            "api/x.rs",
            "use crate::entity::{api_key}; fn f() { api_key::Entity::find() }",
            "api_key::Entity::find asks",
        ),
        (
            "domain/x.rs",
            "fn f() { membership::Entity::find_by_id((a, b)) }",
            "membership::Entity::find_by_id asks",
        ),
        ("domain/x.rs", "f(crate::entity::audit_event::Entity::find())", "audit_event::Entity::find asks"),
        (
            "domain/x.rs",
            "use crate::entity::api_key_secret::{self, Entity as E};",
            "api_key_secret::Entity::(imported)",
        ),
    ] {
        let found = breaches(&Sources::from([(file.to_owned(), text.to_owned())]));
        assert!(found.iter().any(|breach| breach.contains(told)), "{file}: {text}: found {found:?}");
    }
    let long = "\n".repeat(LONGEST_FILE + 1);
    assert_eq!(breaches(&Sources::from([("api/x.rs".to_owned(), long)])).len(), 1);
}

#[test]
fn what_is_allowed_or_only_talked_about_is_no_breach() {
    let text = r#"
        //! Not `crate::api`, nor axum::Json.
        use super::{Change, users::{self, NewUser}};
        use crate::clock::Timestamp; /* crate::web::page */
        use crate::entity::{membership, user};
        const TEXT: &str = "crate::app \" crate::api"; const QUOTE: char = '"';
        const RAW: &[u8] = br"crate::api\";
        fn f<'a>(x: &'a str) -> crate::error::Error { membership::Entity::in_organisation(id).find_also_related(user::Entity) }
        fn g() { user::Entity::find_by_id(id); crate::crypto::secret::random_base62(6); Vec::<u8>::new() }
        mod tests { use super::*; }
    "#;
    let found = breaches(&Sources::from([("domain/organisation/members.rs".to_owned(), text.to_owned())]));
    assert_eq!(found, Vec::<String>::new());
}

/// They describe the tables of their own day; the server's entities describe those of today.
#[test]
fn migrations_know_nothing_of_the_server() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migration/src");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!tokens(&text).iter().any(|token| token == "oskar"), "{}", path.display());
    }
}

/// So that it can deliver webhooks, too.
#[test]
fn delivery_knows_nothing_of_mails() {
    let sources = all_sources();
    for file in ["domain/journal/delivery.rs", "worker/delivery.rs"] {
        let named = tokens(&sources[file]).into_iter().find(|token| token.to_lowercase().contains("mail"));
        assert_eq!(named, None, "{file}");
    }
}
