//! The permission matrix: every recorded route, of the API and of the pages × every kind of caller × every place for a credential.
//!
//! Why it is sharp:
//! - What should happen is worked out here, from the access that a route was recorded with and the lines
//!   of the permission table (`minimum_role`, `keys`), not by anything that the guard itself calls.
//! - Whoever may come in is given real targets in the path, so that even 404 would betray a guard that
//!   refuses too much. Whoever may not is refused before the target is looked at.
//! - A stranger's answer is compared, header by header and byte by byte, with the answer for an
//!   organisation that does not exist.
//! - The audit log of each organisation must hold exactly the denials that were seen: none is missing, and
//!   none of what was allowed, hidden or unauthenticated is there.
//! - A route that is added without thinking of this file is in it all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use oskar::auth::Who;
use oskar::http::{PageTable, Route, at};
use oskar::id::{OrganisationId, UserId};
use oskar::permission::{Keys, Permission, Role};
use serde_json::{Value, json};

use crate::health::make_operator;
use crate::support::{Answer, Client, Credential, Person, TestApp, TestOrganisation};

/// What the narrowed key was narrowed to.
const NARROWED_TO: &[&str] = &["members:read"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Anonymous,
    /// Another organisation's admin, and the same one's key.
    Stranger {
        key: bool,
    },
    /// An operator, who is a member of another organisation.
    Operator,
    User(Role),
    /// An admin by an access token for another of their organisations.
    Elsewhere,
    Key {
        role: Role,
        test: bool,
        narrowed: bool,
    },
}

#[derive(Clone)]
struct Caller {
    name: String,
    kind: Kind,
    client: Client,
    /// As the audit log names them.
    id: String,
    person: Option<Person>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Expected {
    Unauthenticated,
    /// 404, as if there were no such organisation.
    Hidden,
    /// 403: a member, whose token is for another organisation.
    Elsewhere,
    UserRequired,
    OperatorRequired,
    LiveOnly,
    Denied,
    Allowed,
}

fn expected(route: &Route, kind: Kind) -> Expected {
    use Expected as E;
    let permission = match (route.access.who, kind) {
        (Who::Public | Who::Optional, _) | (Who::Operator, Kind::Operator) => return E::Allowed,
        // None of them has a ticket.
        (Who::Ticket, _) | (_, Kind::Anonymous) => return E::Unauthenticated,
        (Who::User | Who::Operator, Kind::Key { .. } | Kind::Stranger { key: true }) => {
            return E::UserRequired;
        }
        // Pages are for people.
        (_, Kind::Key { .. } | Kind::Stranger { key: true }) if route.access.people_only => {
            return E::UserRequired;
        }
        (Who::Operator, Kind::User(_) | Kind::Elsewhere | Kind::Stranger { key: false }) => {
            return E::OperatorRequired;
        }
        // Where a credential's own organisation counts, all are asked there: of other organisations they are admins, and the
        // operator is a member. Test keys may: nothing is changed.
        (Who::Any | Who::User, _) | (Who::Own, Kind::Stranger { .. } | Kind::Operator | Kind::Elsewhere) => {
            return E::Allowed;
        }
        (Who::Own | Who::Member, _) => route.access.permission.unwrap(),
    };
    let has = match kind {
        Kind::Anonymous | Kind::Stranger { .. } | Kind::Operator => return E::Hidden,
        Kind::Elsewhere => return E::Elsewhere,
        Kind::Key { test: true, .. } if !is_safe(&route.method) && route.access.who == Who::Member => {
            return E::LiveOnly;
        }
        Kind::User(role) => role >= permission.minimum_role(),
        Kind::Key { role, narrowed, .. } => {
            role >= permission.minimum_role()
                && permission.keys() == Keys::May
                && (!narrowed || NARROWED_TO.contains(&permission.as_str()))
        }
    };
    if has { E::Allowed } else { E::Denied }
}

/// The permission that a route asks of members and keys.
fn inside(route: &Route) -> Option<Permission> {
    route.access.permission.filter(|_| matches!(route.access.who, Who::Member | Who::Own))
}

fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

/// An organisation and everybody who calls.
struct Scene {
    number: u32,
    org: TestOrganisation,
    callers: Vec<Caller>,
    /// Request id, permission, method and actor of every denial so far.
    denials: BTreeSet<[String; 4]>,
}

impl Scene {
    async fn set(app: &TestApp, number: u32) -> Self {
        let org = app.organisation(&format!("Acme{number}")).await;
        let other = app.organisation(&format!("Other{number}")).await;
        make_operator(app, &other.member).await;
        let mut callers = vec![Caller {
            name: "anonymous".to_owned(),
            kind: Kind::Anonymous,
            client: app.anonymous(),
            id: String::new(),
            person: None,
        }];
        for (name, kind, person) in [
            ("viewer", Kind::User(Role::Viewer), &org.viewer),
            ("member", Kind::User(Role::Member), &org.member),
            ("admin", Kind::User(Role::Admin), &org.admin),
            ("stranger", Kind::Stranger { key: false }, &other.admin),
            ("operator", Kind::Operator, &other.member),
        ] {
            for (sent, client) in [
                ("cookie", person.with_cookie()),
                ("bearer", person.with_bearer()),
                ("basic", person.with_basic()),
            ] {
                let (name, person) = (format!("{name} by {sent}"), person.clone());
                callers.push(Caller { name, kind, client, id: person.user_id.clone(), person: Some(person) });
            }
        }
        let token = json!({ "org": elsewhere(&org).await });
        let token = org.admin.with_cookie().post("/api/auth/token", token).await.status(200).json();
        let token = token["access_token"].as_str().unwrap().to_owned();
        callers.push(Caller {
            name: "admin by bearer for elsewhere".to_owned(),
            kind: Kind::Elsewhere,
            client: Client::new(app.router.clone(), Credential::Bearer(token)),
            id: org.admin.user_id.clone(),
            person: Some(org.admin.clone()),
        });
        for (org, environment, role, narrowed) in [
            (&org, "live", Role::Viewer, None),
            (&org, "live", Role::Member, None),
            (&org, "live", Role::Admin, None),
            (&org, "live", Role::Admin, Some(NARROWED_TO)),
            (&org, "test", Role::Admin, None),
            (&other, "live", Role::Admin, None),
        ] {
            let key = org.key(environment, role.as_str(), narrowed).await;
            let narrowed = narrowed.is_some();
            let kind = if org.slug.starts_with("acme") {
                Kind::Key { role, test: environment == "test", narrowed }
            } else {
                Kind::Stranger { key: true }
            };
            for (sent, client) in [("bearer", key.with_bearer()), ("x-api-key", key.with_x_api_key())] {
                let name = format!("{} {environment} {role} key by {sent}, narrowed: {narrowed}", org.slug);
                callers.push(Caller { name, kind, client, id: key.id.clone(), person: None });
            }
        }
        Self { number, org, callers, denials: BTreeSet::new() }
    }

    /// The route's path in that organisation, with targets that exist (for whoever may) or do not.
    async fn path(&self, app: &TestApp, route: &Route, org: &str, caller: &Caller, real: bool) -> String {
        let mut path = route.path.replace("{org}", org).replace("{*rest}", "some/where");
        path = path.replace("/dev/mail/{id}", "/dev/mail/none").replace("{link}", "osi_none");
        path = path.replace("{code}", "not_found");
        for (place, parameter, prefix) in [
            ("/members/{user_id}", "{user_id}", "user"),
            ("/keys/{key_id}", "{key_id}", "key"),
            ("/invitations/{invitation_id}", "{invitation_id}", "inv"),
            ("/sessions/{session_id}", "{session_id}", "sess"),
            ("/audit/{event_id}", "{event_id}", "evt"),
        ] {
            if path.contains(place) {
                let target = match prefix {
                    _ if !real => UserId::generate().to_string().replacen("user", prefix, 1),
                    "user" => self.fresh_member(app).await,
                    "key" => self.org.key("live", "viewer", None).await.id,
                    "inv" => self.fresh_invitation().await,
                    "evt" => self.newest_event().await,
                    _ => fresh_session(app, caller).await,
                };
                path = path.replace(parameter, &target);
            }
        }
        if path.starts_with("/api/verify") {
            // Which keys may come in there is another matter (`verify.rs`).
            path.push_str("?environment=any");
        }
        assert!(!path.contains('{'), "{path}: say above what the parameter's targets are");
        path
    }

    async fn newest_event(&self) -> String {
        let path = format!("{}/events?limit=1", self.org.path);
        let log = self.org.admin.with_bearer().get(&path).await.status(200).json();
        log["data"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn fresh_invitation(&self) -> String {
        let body = json!({ "emails": [format!("{}@acme.example", UserId::generate())], "role": "viewer" });
        let path = format!("{}/invitations", self.org.path);
        let made = self.org.admin.with_bearer().post(&path, body).await.status(201).json();
        made["data"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn fresh_member(&self, app: &TestApp) -> String {
        let email = format!("target-{}@acme.example", UserId::generate());
        app.create_user(&email, &self.org.id, Role::Viewer).await;
        app.sign_in(&email).await.user_id
    }

    /// The log must hold the denials that were seen, and no other: counted for each caller and permission.
    async fn check_denials(&self, app: &TestApp) {
        oskar::worker::tally::tick(&app.app).await.unwrap();
        let mut seen = BTreeMap::new();
        for [_, permission, _, caller] in &self.denials {
            *seen.entry([permission.clone(), caller.clone()]).or_insert(0) += 1;
        }
        let admin = self.org.admin.with_bearer();
        let (mut written, mut cursor) = (BTreeMap::new(), String::new());
        loop {
            let query = format!("?type=access.denied&limit=100{cursor}");
            let page = admin.get(&format!("{}/events{query}", self.org.path)).await.status(200).json();
            for event in page["data"].as_array().unwrap() {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                let key = [text(&event["data"]["object"]["permission"]), text(&event["actor"]["id"])];
                let earlier = written.insert(key, event["data"]["object"]["count"].as_i64().unwrap());
                assert_eq!(earlier, None, "one event for all of a kind: {event}");
                let first = [
                    text(&event["request"]["id"]),
                    text(&event["data"]["object"]["permission"]),
                    text(&event["data"]["object"]["method"]),
                    text(&event["actor"]["id"]),
                ];
                assert!(self.denials.contains(&first), "it tells of the first: {event}");
            }
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(written, seen, "the audit log and the denials");
    }
}

/// Another organisation of the same admin.
async fn elsewhere(org: &TestOrganisation) -> String {
    let name = json!({ "name": format!("{} elsewhere", org.slug) });
    let made = org.admin.with_cookie().post("/api/orgs", name).await.status(201).json();
    made["id"].as_str().unwrap().to_owned()
}

async fn fresh_session(app: &TestApp, caller: &Caller) -> String {
    let email = &caller.person.as_ref().unwrap().email;
    let me = app.sign_in(email).await.with_bearer().get("/api/auth/me").await.status(200).json();
    me["session_id"].as_str().unwrap().to_owned()
}

async fn call(client: &Client, route: &Route, path: &str) -> Answer {
    if route.page && route.method == Method::POST {
        // Each from an address of its own: wrong links count.
        static ADDRESSES: AtomicU32 = AtomicU32::new(0xC633_6401);
        let address = Ipv4Addr::from(ADDRESSES.fetch_add(1, Ordering::Relaxed));
        let form = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .extension(ConnectInfo(SocketAddr::from((address, 4711))));
        return client.send(form.body(Body::empty()).unwrap()).await;
    }
    let deletes_account = route.path == "/api/account" && route.method == Method::DELETE;
    let sends = deletes_account || [Method::POST, Method::PATCH, Method::PUT].contains(&route.method);
    // Without its password an account's deletion is refused as its guard would refuse it: a member that is unknown is not.
    let body = if route.path == "/api/account" { json!({ "unknown": true }) } else { json!({}) };
    client.call(route.method.clone(), path, sends.then_some(body)).await
}

/// All of an answer but what tells one request from another.
fn comparable(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut body = answer.json();
    assert_ne!(body["request_id"].take(), Value::Null);
    (answer.status, headers.collect(), body)
}

/// One cell: what should have happened and did, and whether the scene is spent by it.
async fn check(app: &TestApp, scene: &mut Scene, route: &Route, caller: &Caller) -> (Expected, bool) {
    let expected = expected(route, caller.kind);
    let permission = inside(route).map_or("", Permission::as_str);
    let may = expected == Expected::Allowed;
    let path = scene.path(app, route, &scene.org.slug, caller, may).await;
    if may && !is_safe(&route.method) {
        // It may end the organisation itself, and with it the way to its log.
        scene.check_denials(app).await;
    }
    let mut answer = call(&caller.client, route, &path).await;
    // What was done to a target of its own hurts nobody; all else may have ended the caller's session or
    // membership, or the whole organisation.
    let on_a_target = route.path.contains("_id}") || route.path.contains("{id}");
    let harmless = on_a_target || route.path.starts_with("/trial/");
    let done = answer.status < 300 || route.page && answer.status == 303;
    let spent = !is_safe(&route.method) && done && !harmless;
    answer.asked = format!("{} as {}", answer.asked, caller.name);
    match expected {
        Expected::Unauthenticated if is_osmedeus(&route.path) => {
            let answer = answer.status(401);
            let shape = json!({ "error": true, "message": "Missing authorization header" });
            assert_eq!(answer.json(), shape, "{}", answer.asked);
        }
        Expected::Unauthenticated => {
            let answer = answer.status(401);
            assert_eq!(answer.code(), "unauthenticated", "{}", answer.asked);
            assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="oskar""#, "{}", answer.asked);
        }
        Expected::Hidden => {
            let by_id = path.replacen(&scene.org.slug, &scene.org.id, 1);
            let by_id = call(&caller.client, route, &by_id).await;
            for nowhere in ["no-such-organisation", &OrganisationId::generate().to_string()] {
                let nowhere = scene.path(app, route, nowhere, caller, false).await;
                let nowhere = comparable(&call(&caller.client, route, &nowhere).await.status(404));
                assert_eq!(comparable(&answer), nowhere, "{}", answer.asked);
                assert_eq!(comparable(&by_id), nowhere, "{}", answer.asked);
            }
        }
        Expected::Elsewhere => {
            let by_id = path.replacen(&scene.org.slug, &scene.org.id, 1);
            let by_id = call(&caller.client, route, &by_id).await;
            for answer in [answer, by_id] {
                let answer = answer.status(403);
                assert_eq!(answer.code(), "organisation_denied", "{}", answer.asked);
                let detail = answer.json()["detail"].as_str().unwrap().to_owned();
                assert!(
                    detail.contains("POST /api/auth/token") && detail.contains(&scene.org.id),
                    "{detail}"
                );
            }
        }
        Expected::UserRequired => assert_eq!(answer.status(403).code(), "user_required"),
        Expected::OperatorRequired => assert_eq!(answer.status(403).code(), "operator_required"),
        Expected::LiveOnly | Expected::Denied => {
            let answer = answer.status(403);
            let code = if expected == Expected::Denied { "permission_denied" } else { "live_only" };
            assert_eq!(answer.code(), code, "{}", answer.asked);
            let problem = answer.json();
            if expected == Expected::Denied {
                let detail = format!("This needs the permission `{permission}`.");
                assert_eq!(problem["detail"], json!(detail), "{}", answer.asked);
                assert_eq!(problem["required_permission"], json!(permission), "{}", answer.asked);
            }
            let request_id = problem["request_id"].as_str().unwrap().to_owned();
            assert_eq!(answer.header("x-request-id"), request_id);
            let method = route.method.to_string();
            scene.denials.insert([request_id, permission.to_owned(), method, caller.id.clone()]);
        }
        Expected::Allowed => assert!(
            matches!(answer.status, 200..=299 | 409 | 422)
                || refused_otherwise(route, answer.status)
                || needs_a_session(route, caller) && answer.code() == "session_required",
            "{}: {} {}",
            answer.asked,
            answer.status,
            answer.text()
        ),
    }
    (expected, spent)
}

/// Whose errors are of another shape.
fn is_osmedeus(path: &str) -> bool {
    path.starts_with("/osm/api/")
}

/// What is wrong with an empty request, of pages (no link, or an older one) and in the words of older clients.
fn refused_otherwise(route: &Route, status: u16) -> bool {
    if route.page {
        let posts = route.method == Method::POST;
        return match (route.path.as_str(), status) {
            ("/dev/mail/{id}" | "/dev/mail/{id}/html", status) => status == 404,
            // An empty password is a wrong one, and several wrong ones are too many.
            ("/sign-in", 401 | 429) | ("/account/delete", 403) => posts,
            // Without a link, and where nothing more had to be filled in: there the next page tells.
            (_, status) => status == 303 || (status == 410 && posts),
        };
    }
    matches!((route.path.as_str(), status), ("/osm/api/login", 400) | ("/api/login/refresh", 401))
}

/// Tokens end with the session that they are made of, a new proof makes it another one, and Basic has none.
fn needs_a_session(route: &Route, caller: &Caller) -> bool {
    ["/api/auth/token", "/api/auth/reauthenticate"].contains(&route.path.as_str())
        && caller.name.ends_with("by basic")
}

async fn ok() -> &'static str {
    "<!doctype html>"
}

/// A page of every access: those that there are do not have them all.
fn trial_pages(app: &TestApp) -> PageTable {
    let both = |path: &str| [at(path).get(ok).post(ok)];
    PageTable::new(app.app.clone())
        .public(both("/trial/public"))
        .user(both("/trial/user"))
        .operator(both("/trial/operator"))
        .org(Permission::MembersRead, both("/trial/{org}/members"))
        .org(Permission::KeysManage, both("/trial/{org}/keys"))
}

/// All that a server records, and the pages of [`trial_pages`], which it has besides.
async fn server(settings: &[(&str, &str)]) -> (TestApp, Vec<Route>) {
    let mut app = TestApp::with(settings).await;
    app.add_pages(trial_pages(&app));
    let pages = [oskar::web::table(&app.app), trial_pages(&app)].map(|table| table.finish().1);
    let routes: Vec<_> =
        oskar::api::recorded_routes(&app.app).into_iter().chain(pages.into_iter().flatten()).collect();
    assert_eq!(routes.iter().filter(|route| route.page).count(), 115);
    (app, routes)
}

#[tokio::test]
async fn a05_every_route_lets_in_exactly_whom_the_permission_table_names() {
    let (app, routes) = server(&[("OSKAR_LIMITS__INVITATIONS", "0")]).await;
    let mut scene = Scene::set(&app, 0).await;
    let mut seen = BTreeMap::new();
    for route in routes {
        for place in 0..scene.callers.len() {
            let caller = scene.callers[place].clone();
            let (outcome, spent) = check(&app, &mut scene, &route, &caller).await;
            *seen.entry(outcome).or_insert(0) += 1;
            if spent {
                scene = Scene::set(&app, scene.number + 1).await;
            }
        }
    }
    scene.check_denials(&app).await;
    assert_eq!(seen.len(), 8, "every outcome was seen: {seen:?}");
}

#[tokio::test]
async fn a_head_request_is_decided_like_the_get() {
    let (app, routes) = server(&[]).await;
    let scene = Scene::set(&app, 0).await;
    for route in routes {
        if route.method != Method::GET {
            continue;
        }
        for caller in &scene.callers {
            let path = scene.path(&app, &route, &scene.org.slug, caller, false).await;
            let get = caller.client.get(&path).await;
            let head = caller.client.call(Method::HEAD, &path, None).await;
            assert_eq!(head.status, get.status, "{} as {}", head.asked, caller.name);
            assert!(head.body.is_empty(), "{}", head.asked);
        }
    }
}

/// The record would be worth little if a path answered methods that are not in it.
#[tokio::test]
async fn no_path_has_a_method_that_is_not_recorded() {
    let (app, routes) = server(&[]).await;
    let scene = Scene::set(&app, 0).await;
    let recorded: BTreeSet<_> = routes.iter().map(|route| (&route.path, route.method.as_str())).collect();
    for route in &routes {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
            if recorded.contains(&(&route.path, method)) {
                continue;
            }
            let path = scene.path(&app, route, &scene.org.slug, &scene.callers[0], false).await;
            let answer = app.anonymous().call(method.parse().unwrap(), &path, Some(json!({}))).await;
            // Proxies forward every method to the verification paths: those have one guard for all.
            let forwarded = path.starts_with("/api/verify") || path.starts_with("/osm/api/some/where");
            let status = if forwarded && method.len() < 7 && method != "TRACE" {
                assert!(is_osmedeus(&path) || answer.code() == "unauthenticated");
                401
            } else {
                405
            };
            answer.status(status);
        }
    }
}

#[tokio::test]
async fn the_document_has_the_recorded_routes_one_for_one_with_their_access() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/api/openapi.json").await.status(200).json();
    let mut documented = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
        for (method, operation) in item.as_object().unwrap() {
            assert!(methods.contains(&method.as_str()), "{path}: {method} is no method");
            documented.insert((path.clone(), method.to_uppercase()), operation);
        }
    }
    let mut recorded = BTreeSet::new();
    for route in oskar::api::recorded_routes(&app.app) {
        let place = (route.path.replace("{*", "{"), route.method.to_string());
        let operation = documented.get(&place).unwrap_or_else(|| panic!("{place:?} is not documented"));
        assert_eq!(security(operation), expected_security(&route), "{place:?}");
        let permission = route.access.permission.map_or(Value::Null, |permission| json!(permission.as_str()));
        assert_eq!(operation["x-permission"], permission, "{place:?}");
        for (status, given) in [
            ("401", route.access.needs_credential()),
            ("403", route.access.needs_credential()),
            ("404", route.access.who == Who::Member),
        ] {
            assert!(!given || operation["responses"][status].is_object(), "{place:?}: {status}");
        }
        assert!(recorded.insert(place.clone()), "{place:?} is recorded twice");
    }
    assert_eq!(recorded, documented.into_keys().collect(), "recorded and documented");
}

/// The alternatives that an operation names, be it none: it leaves nothing to a document-wide default.
fn security(operation: &Value) -> BTreeSet<&str> {
    let alternatives = operation["security"].as_array().unwrap().iter();
    // An empty one says that it goes without, too.
    let alternatives = alternatives.filter(|alternative| **alternative != json!({})).map(|alternative| {
        let schemes: Vec<_> = alternative.as_object().unwrap().keys().collect();
        assert_eq!(schemes.len(), 1, "one credential is enough");
        schemes[0].as_str()
    });
    alternatives.collect()
}

fn expected_security(route: &Route) -> BTreeSet<&'static str> {
    if ["/api/auth/login", "/api/login"].contains(&route.path.as_str()) {
        return BTreeSet::from(["issuer_token"]);
    }
    let access = route.access;
    let keys = match access.who {
        Who::Ticket => return BTreeSet::from(["ticket"]),
        Who::Any => true,
        Who::Public | Who::Optional | Who::User | Who::Operator => false,
        Who::Member | Who::Own => access.permission.unwrap().keys() == Keys::May,
    };
    let users = access.needs_credential();
    let mut schemes = BTreeSet::new();
    schemes.extend(users.then_some(["cookie", "bearer", "basic"]).into_iter().flatten());
    schemes.extend(keys.then_some(["api_key", "api_key_as_bearer"]).into_iter().flatten());
    schemes
}

#[tokio::test]
async fn every_permission_guards_something() {
    let app = TestApp::start().await;
    let routes = oskar::api::recorded_routes(&app.app);
    for permission in Permission::ALL {
        let used = routes.iter().any(|route| inside(route) == Some(*permission));
        assert!(used, "no route asks for `{}`", permission.as_str());
    }
}
