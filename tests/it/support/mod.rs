//! The test harness: a database per test, a clock that is moved by hand, and a client per kind of caller.

mod answer;
mod browser;
mod client;
mod contract;
mod database;
mod issuer;
mod mailbox;
mod proxy;

use std::sync::Arc;

use axum::Router;
use chrono::TimeDelta;
use oskar::app::App;
use oskar::clock::{Clock, Timestamp};
use oskar::config::{Config, Environment, Sources};
use oskar::domain::account::users;
use oskar::domain::account::users::NewUser;
use oskar::domain::journal::audit::Actor;
use oskar::domain::organisation::members;
use oskar::domain::session::sign_in;
use oskar::entity::credential::{self, Authenticator};
use oskar::http::PageTable;
use oskar::id::{CredentialId, UserId};
use oskar::password::{Cost, ProposedPassword};
use oskar::permission::Role;
use sea_orm::{ActiveModelTrait as _, Database, DatabaseConnection, EntityTrait as _, QueryFilter as _, Set};
use serde_json::{Value, json};

pub use answer::Answer;
pub use browser::{Tab, browser, command as browser_command};
pub use client::{Client, Credential, basic};
pub use database::{fresh as fresh_database, on_postgres, postgres};
pub use issuer::{AUDIENCE, FakeIssuer, Key, SPEAKS_FOR_ACME};
pub use proxy::{Break, Fault, Proxy};

/// Older clients' own requests are not answered.
pub const WITHOUT_OLDER_CLIENTS: [(&str, &str); 4] = [
    ("OSKAR_COMPAT__OSMEDEUS", "off"),
    ("OSKAR_COMPAT__CORE", "off"),
    ("OSKAR_COMPAT__APPLIANCE", "off"),
    ("OSKAR_COMPAT__ONEDB", "off"),
];

/// What every test user's password is.
pub const PASSWORD: &str = "correct horse battery staple";
/// The master secret of the tests' installations.
pub const SECRET_KEY: &str = "kJ8vQ2mX5tR9wZ3bN6cF1hL4pS7dG0yA";
/// Hashing is not what these tests are about; `password.rs` pins the real cost.
const CHEAP: Cost = Cost { memory: 8, passes: 1, lanes: 1 };

/// A user's password as it is stored.
pub fn password_row(user: UserId, hash: &str, now: Timestamp) -> credential::ActiveModel {
    credential::ActiveModel {
        id: Set(CredentialId::generate()),
        user_id: Set(user),
        kind: Set(Authenticator::Password),
        secret: Set(hash.to_owned()),
        change_required_at: Set(None),
        created_at: Set(now),
        last_used_at: Set(None),
    }
}

/// A route's path with names of nothing in the place of ids.
pub fn without_targets(path: &str) -> String {
    let parameters = ["{key_id}", "{user_id}", "{invitation_id}", "{session_id}", "{event_id}", "{id}"];
    parameters.iter().fold(path.to_owned(), |path, parameter| path.replace(parameter, "none"))
}

/// Whether there is time for the long form of tests that have one (`bench/faults`).
#[expect(clippy::disallowed_methods, reason = "tells how long the tests may take")]
pub fn takes_long() -> bool {
    std::env::var_os("OSKAR_TEST_LONG").is_some()
}

/// A server of its own, with a database of its own.
pub struct TestApp {
    pub app: App,
    pub router: Router,
    /// Where its data is, while it lives.
    pub data: Arc<tempfile::TempDir>,
    pub database_url: String,
    settings: Vec<(String, String)>,
}

impl TestApp {
    /// With the default settings.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With some settings, named as in the environment: `("OSKAR_REGISTRATION", "closed")`; or `--no-auth`.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let database_url = database::fresh(data.path()).await;
        let settings =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self::open(data, database_url, settings, Clock::manual()).await
    }

    /// With the time of the machine, as processes beside it have.
    pub async fn with_real_time(settings: &[(&str, &str)]) -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let database_url = database::fresh(data.path()).await;
        let settings =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self::open(data, database_url, settings, Clock::System).await
    }

    /// An installation that is there already, in a database that `sql` writes, opened at that time.
    pub async fn restored(sql: &str, settings: &[(&str, &str)], at: Timestamp) -> Self {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let database_url = database::restored(data.path(), sql).await;
        let settings =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let clock = Clock::Manual(Arc::new(at.timestamp_micros().into()));
        Self::open(data, database_url, settings, clock).await
    }

    /// Another node, or the same after a restart: the same database and clock, nothing in memory.
    pub async fn another_node(&self) -> Self {
        let clock = self.app.clock.clone();
        Self::open(self.data.clone(), self.database_url.clone(), self.settings.clone(), clock).await
    }

    /// Another node with other settings.
    pub async fn another_node_with(&self, settings: &[(&str, &str)]) -> Self {
        let settings =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self::open(self.data.clone(), self.database_url.clone(), settings, self.app.clock.clone()).await
    }

    async fn open(
        data: Arc<tempfile::TempDir>,
        database_url: String,
        settings: Vec<(String, String)>,
        clock: Clock,
    ) -> Self {
        let mut variables = vec![
            ("OSKAR_DATABASE_URL", database_url.as_str()),
            ("OSKAR_DATA_DIR", data.path().to_str().unwrap()),
            ("OSKAR_SECRET_KEY", SECRET_KEY),
            // They come from one address, and some look at every header.
            ("OSKAR_LIMITS__RATE_PER_SECOND", "0"),
            ("OSKAR_LIMITS__REGISTRATIONS", "0"),
            ("OSKAR_PERMISSIONS", "tasks:read=viewer,tasks:write=member"),
        ];
        let in_environment = settings.iter().filter(|(name, _)| name.starts_with("OSKAR_"));
        variables.extend(in_environment.map(|(name, value)| (name.as_str(), value.as_str())));
        let empty = data.path().join("none.toml");
        std::fs::write(&empty, "").unwrap();
        let sources = Sources::gather(Some(&empty), &Environment::of(variables), &[]);
        let no_auth = settings.iter().any(|(name, _)| name == "--no-auth");
        let read = if no_auth { Config::without_auth } else { Config::from_sources };
        let mut config = read(&sources).unwrap();
        config.password_cost = CHEAP;
        let (app, _) = App::open(config, clock).await.unwrap();
        let router = oskar::server::router(&app);
        Self { app, router, data, database_url, settings }
    }

    /// The same server with more pages, for those who get their clients from now on.
    pub fn add_pages(&mut self, pages: PageTable) {
        let (api, doors) = oskar::api::router(&self.app);
        let (own, _) = oskar::web::table(&self.app).finish();
        let routes = api.merge(own).merge(pages.finish().0).with_state(self.app.clone());
        self.router = oskar::http::around(routes, &self.app, doors, |router| {
            oskar::api::in_shapes_of_older_clients(&self.app, router)
        });
    }

    /// Moves the clock.
    pub fn advance(&self, by: TimeDelta) {
        self.app.clock.advance(by);
    }

    /// A connection to the database that is none of the server's.
    pub async fn outside(&self) -> DatabaseConnection {
        Database::connect(&self.database_url).await.unwrap()
    }

    /// Somebody without any credential.
    pub fn anonymous(&self) -> Client {
        Client::new(self.router.clone(), Credential::None)
    }

    /// Registers somebody by the API; the answer is theirs.
    pub async fn register(&self, email: &str, organisation: Option<&str>) -> Person {
        let body = json!({ "email": email, "password": PASSWORD, "organisation_name": organisation });
        let answer = self.anonymous().post("/api/auth/register", body).await.status(201);
        Person::new(self, &answer)
    }

    /// Signs somebody in by the API.
    pub async fn sign_in(&self, email: &str) -> Person {
        let body = json!({ "email": email, "password": PASSWORD });
        Person::new(self, &self.anonymous().post("/api/auth/login", body).await.status(200))
    }

    /// The hash of a password, judged without anybody's names.
    pub async fn hash(&self, password: &str) -> String {
        let hasher = &self.app.hasher;
        let password = ProposedPassword::try_from(password.to_owned()).unwrap();
        let context = self.app.password_context("somebody@mail.example");
        hasher.hash(&hasher.accept("", &password, &context).await.unwrap()).await.unwrap()
    }

    /// Makes an account in an organisation, as `oskar user create` does. It can sign in with [`PASSWORD`].
    pub async fn create_user(&self, email: &str, organisation: &str, role: Role) {
        let password_hash = self.hash(PASSWORD).await;
        let actor = Actor::cli();
        let write = self.app.write(&actor).await.unwrap();
        let email = email.parse().unwrap();
        let new = NewUser {
            email,
            username: None,
            name: None,
            password_hash: Some(password_hash),
            operator: false,
            email_verified: true,
        };
        let user = users::create(&write, new).await.unwrap();
        members::add(&write, organisation.parse().unwrap(), user.id, role).await.unwrap();
        write.commit().await.unwrap();
    }

    /// Makes an account whose address counts as proven, as `oskar user create` does.
    pub async fn create_user_without_organisation(&self, email: &str) {
        let password_hash = Some(self.hash(PASSWORD).await);
        let actor = Actor::cli();
        let write = self.app.write(&actor).await.unwrap();
        let email = email.parse().unwrap();
        let (username, name, operator, email_verified) = (None, None, false, true);
        let new = NewUser { email, username, name, password_hash, operator, email_verified };
        users::create(&write, new).await.unwrap();
        write.commit().await.unwrap();
    }

    /// What is stored of the password of an account.
    pub async fn password_hash(&self, email: &str) -> Option<String> {
        let found = sign_in::find_with_password(self.app.db.read(), email).await.unwrap().unwrap();
        found.hash().map(str::to_owned)
    }

    /// Stores another hash, or none, behind the server's back: nobody is signed out.
    pub async fn set_password_hash(&self, user_id: &str, hash: Option<&str>) {
        let user = user_id.parse().unwrap();
        let txn = self.app.db.begin().await.unwrap();
        let old = credential::Entity::is_password_of(user);
        credential::Entity::delete_many().filter(old).exec(&txn).await.unwrap();
        if let Some(hash) = hash {
            password_row(user, hash, self.app.now()).insert(&txn).await.unwrap();
        }
        txn.commit().await.unwrap();
    }

    /// An organisation with an admin, a member and a viewer. The name must be used once in a test.
    pub async fn organisation(&self, name: &str) -> TestOrganisation {
        let domain = format!("{}.example", name.to_lowercase());
        let admin = self.register(&format!("admin@{domain}"), Some(name)).await;
        let id = admin.organisation_id().to_owned();
        let slug = admin.signed_in["organisation"]["slug"].as_str().unwrap().to_owned();
        for (role, name) in [(Role::Member, "member"), (Role::Viewer, "viewer")] {
            self.create_user(&format!("{name}@{domain}"), &id, role).await;
        }
        let member = self.sign_in(&format!("member@{domain}")).await;
        let viewer = self.sign_in(&format!("viewer@{domain}")).await;
        TestOrganisation { path: format!("/api/orgs/{slug}"), id, slug, admin, member, viewer }
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    pub user_id: String,
    pub email: String,
    pub cookie: String,
    pub access_token: String,
    pub refresh_token: String,
    /// The answer to signing in.
    pub signed_in: Value,
    pub router: Router,
}

impl Person {
    /// By the answer to a sign-in, or to what gives a session in place of another.
    pub fn new(app: &TestApp, answer: &Answer) -> Self {
        let body = answer.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            user_id: text(&body["user"]["id"]),
            email: text(&body["user"]["email"]),
            cookie: answer.cookie("oskar_session"),
            access_token: text(&body["access_token"]),
            refresh_token: text(&body["refresh_token"]),
            signed_in: body,
            router: app.router.clone(),
        }
    }

    /// The organisation that the sign-in is for.
    pub fn organisation_id(&self) -> &str {
        self.signed_in["organisation"]["id"].as_str().unwrap()
    }

    /// Calls with the session cookie.
    pub fn with_cookie(&self) -> Client {
        Client::new(self.router.clone(), Credential::Cookie(self.cookie.clone()))
    }

    /// Calls with address and password.
    pub fn with_basic(&self) -> Client {
        let credential = Credential::Basic(self.email.clone(), PASSWORD.to_owned());
        Client::new(self.router.clone(), credential)
    }

    /// Calls with the access token.
    pub fn with_bearer(&self) -> Client {
        Client::new(self.router.clone(), Credential::Bearer(self.access_token.clone()))
    }
}

/// An organisation and its people.
pub struct TestOrganisation {
    pub id: String,
    pub slug: String,
    /// `/api/orgs/{slug}`
    pub path: String,
    pub admin: Person,
    pub member: Person,
    pub viewer: Person,
}

impl TestOrganisation {
    /// Makes an API key by the API.
    pub async fn key(&self, environment: &str, role: &str, permissions: Option<&[&str]>) -> TestKey {
        let mut body =
            json!({ "name": format!("{environment} {role}"), "environment": environment, "role": role });
        if let Some(permissions) = permissions {
            body["permissions"] = json!(permissions);
        }
        let answer =
            self.admin.with_bearer().post(&format!("{}/keys", self.path), body).await.status(201).json();
        TestKey {
            id: answer["id"].as_str().unwrap().to_owned(),
            secret: answer["secret"].as_str().unwrap().to_owned(),
            router: self.admin.router.clone(),
        }
    }
}

/// An API key.
#[derive(Clone)]
pub struct TestKey {
    pub id: String,
    pub secret: String,
    router: Router,
}

impl TestKey {
    /// Calls with `Authorization: Bearer osk_…`.
    pub fn with_bearer(&self) -> Client {
        Client::new(self.router.clone(), Credential::Bearer(self.secret.clone()))
    }

    /// Calls with `X-API-Key: osk_…`.
    pub fn with_x_api_key(&self) -> Client {
        Client::new(self.router.clone(), Credential::ApiKey(self.secret.clone()))
    }
}
