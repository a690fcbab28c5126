//! Whether the server lives, whether it can serve, and for administrators what is known about this version.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{OptionalCaller, OrganisationScope, Principal};
use crate::config::MailTransport;
use crate::domain::organisation::members::manages_members;
use crate::entity::organisation;
use crate::error::Error;
use crate::http::unheard_proxy;
use crate::jwt::SigningKey;
use crate::program::job_panics::JobPanics;
use crate::program::updates::{Advisory, PendingUpdate};

const TAG: &str = "Service";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// `ok`, or `degraded` if a background job panicked in the last 15 minutes. With `compat.appliance = "on"` `/health`
    /// says `healthy` for `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// Not with `show_version = false`, except for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "0.1.0")]
    version: Option<&'static str>,
    /// What nobody should overlook: that the server runs without authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    warning: Option<&'static str>,
    /// Whether there is a release that is newer than this one. With `compat.appliance = "on"`, at `/health`; false also
    /// where nothing is known (`update_feed`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    update_pending: Option<bool>,
    /// Whether a weakness of this version is known. As `update_pending`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    advisory_pending: Option<bool>,
}

/// How the server is, and what is known about its version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HealthDetails {
    /// As for everybody.
    #[schema(example = "ok")]
    status: &'static str,
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// What nobody should overlook: that the server runs without authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    warning: Option<&'static str>,
    /// As for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    update_pending: Option<bool>,
    /// As for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    advisory_pending: Option<bool>,
    /// How mails go out; `none`: not at all.
    mail: MailState,
    /// The latest release, if it is newer than this one.
    pending_update: Option<PendingUpdate>,
    /// Known weaknesses of this version.
    advisories: Vec<Advisory>,
    /// When the feed was last read; null if it never was, or if there is none (`update_feed`).
    checked_at: Option<DateTime<Utc>>,
    /// What is wrong with how this node is run, a sentence each. For operators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    problems: Option<Vec<String>>,
    /// The keys that tokens are signed and verified with, of every algorithm. For operators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    signing_keys: Option<Vec<SigningKeyAge>>,
    /// The background jobs that have panicked since this node started; each was started again. For operators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    job_panics: Option<Vec<JobPanics>>,
}

/// How old a signing key is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SigningKeyAge {
    kid: String,
    #[schema(example = "ES256")]
    algorithm: &'static str,
    /// Whether tokens are signed with it now.
    current: bool,
    signs_from: DateTime<Utc>,
    /// For how many whole days it has been signing; 0 before it does.
    age_days: i64,
    /// Until when it verifies; null: until it is rotated.
    retires_at: Option<DateTime<Utc>>,
}

fn signing_key_ages(app: &App) -> Vec<SigningKeyAge> {
    let (keys, now) = (app.signing_keys(), app.now());
    let age = |key: &SigningKey| SigningKeyAge {
        kid: key.kid.clone(),
        algorithm: key.algorithm.as_str(),
        current: keys.signs(key, now),
        signs_from: key.signs_from,
        age_days: (now - key.signs_from).num_days().max(0),
        retires_at: key.retires_at(),
    };
    keys.iter().filter(|key| key.retires_at().is_none_or(|end| now < end)).map(age).collect()
}

/// How mails go out.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    Smtp,
    Folder,
    /// Kept in memory, for development.
    Captured,
    None,
}

impl From<&MailTransport> for MailState {
    fn from(transport: &MailTransport) -> Self {
        match transport {
            MailTransport::Smtp(_) => Self::Smtp,
            MailTransport::Folder(_) => Self::Folder,
            MailTransport::Captured => Self::Captured,
            MailTransport::Absent => Self::None,
        }
    }
}

/// For everybody the first, for administrators the second.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum HealthAnswer {
    Everybody(Health),
    Administrators(HealthDetails),
}

fn ok(app: &App) -> Health {
    let warning = app.config.no_auth.then_some("no authentication: everybody is let in as an administrator");
    let status = if app.job_panics.is_recent(app.now()) { "degraded" } else { "ok" };
    let version = app.config.show_version.then_some(VERSION);
    Health { status, version, warning, update_pending: None, advisory_pending: None }
}

/// The same in the words of the appliance, if it is turned on by name: everybody learns whether there is news, and only
/// administrators which.
fn in_its_words(app: &App, health: Health) -> Health {
    if app.config.compat.appliance.documented().is_none() {
        return health;
    }
    let news = app.updates.latest();
    Health {
        status: if health.status == "ok" { "healthy" } else { health.status },
        update_pending: Some(news.as_ref().is_some_and(|news| news.update.is_some())),
        advisory_pending: Some(news.is_some_and(|news| !news.advisories.is_empty())),
        ..health
    }
}

/// Liveness
///
/// The process answers.
#[utoipa::path(get, path = "/livez", operation_id = "show_liveness", tag = TAG,
    responses((status = 200, description = "It lives.", body = Health)))]
pub async fn live(State(app): State<App>) -> Json<Health> {
    Json(ok(&app))
}

/// Readiness
///
/// The database can be written, too: it is tried, in a second at most, once for all who ask at the same time.
/// (Migrations are current whenever the server runs: it does not start before.)
#[utoipa::path(get, path = "/readyz", operation_id = "show_readiness", tag = TAG,
    responses((status = 200, description = "It can serve.", body = Health)))]
pub async fn ready(State(app): State<App>) -> Result<Json<Health>, Error> {
    app.db.check().await?;
    Ok(Json(ok(&app)))
}

/// Health
///
/// Operators, and admins of an organisation, learn of a pending update and of known advisories too, if they send a
/// credential; operators also of what is wrong with how this node is run, of background jobs that panicked, and how old
/// the signing keys are. A bad one counts as none here.
#[utoipa::path(get, path = "/health", operation_id = "show_health", tag = TAG,
    responses((status = 200, description = "Status and version; for administrators also what is known about it.", body = HealthAnswer)))]
pub async fn health(app: State<App>, caller: OptionalCaller) -> Result<Json<HealthAnswer>, Error> {
    let Json(health) = ready(app.clone()).await?;
    let health = in_its_words(&app, health);
    let asker = asker(&app, caller).await;
    if asker == Asker::Everybody {
        return Ok(Json(HealthAnswer::Everybody(health)));
    }
    let Health { status, warning, update_pending, advisory_pending, .. } = health;
    let news = app.updates.latest();
    let details = HealthDetails {
        status,
        version: VERSION,
        warning,
        update_pending,
        advisory_pending,
        mail: (&app.config.mail.transport).into(),
        pending_update: news.as_ref().and_then(|news| news.update.clone()),
        advisories: news.as_ref().map(|news| news.advisories.clone()).unwrap_or_default(),
        checked_at: news.map(|news| news.checked_at),
        problems: (asker == Asker::Operator).then(|| problems(&app)),
        signing_keys: (asker == Asker::Operator).then(|| signing_key_ages(&app)),
        job_panics: (asker == Asker::Operator).then(|| app.job_panics.all()),
    };
    Ok(Json(HealthAnswer::Administrators(details)))
}

/// Health, under the API
///
/// The same.
#[utoipa::path(get, path = "/api/health", operation_id = "show_api_health", tag = TAG,
    responses((status = 200, description = "Status and version; for administrators also what is known about it.", body = HealthAnswer)))]
pub async fn api_health(app: State<App>, caller: OptionalCaller) -> Result<Json<HealthAnswer>, Error> {
    health(app, caller).await
}

fn problems(app: &App) -> Vec<String> {
    let proxy = app.unheard_proxy.get().map(|(peer, header)| unheard_proxy(*peer, header));
    proxy.into_iter().chain(app.db.event_log_problem()).collect()
}

/// How much the caller may know.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asker {
    Everybody,
    Administrator,
    Operator,
}

async fn asker(app: &App, OptionalCaller(caller): OptionalCaller) -> Asker {
    let Some(Principal::User(by)) = caller else { return Asker::Everybody };
    if by.operator {
        return Asker::Operator;
    }
    let Ok(all) = organisation::Entity::of_user(by.id).all(app.db.read()).await else {
        return Asker::Everybody;
    };
    let mut roles = all.into_iter().filter(|(organisation, _)| match by.reach {
        OrganisationScope::All => true,
        OrganisationScope::Only(only) => only == Some(organisation.id),
    });
    let admin = roles.any(|(_, membership)| {
        membership.is_some_and(|membership| manages_members(membership.role) && by.counts_for(&membership))
    });
    if admin { Asker::Administrator } else { Asker::Everybody }
}
