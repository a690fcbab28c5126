//! Credentials that a back end was given, and asks about by body.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::{Input, present};
use super::verify::Environments;
use super::who::{Kind, Who};
use crate::app::App;
use crate::auth::{Client, CredentialKind, Finding, OrganisationAccess, verify_presented};
use crate::entity::api_key::Environment;
use crate::error::Error;
use crate::id::SessionId;
use crate::permission::Role;
use crate::views::callers::{CallersOrganisation, CallingKey, CallingUser};

const TAG: &str = "Verification";
const MOST_AT_ONCE: usize = 100;

/// A credential, and what it must be good for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"credential": "osk_live_…", "permissions": ["members:read"]}))]
pub struct CredentialToVerify {
    /// An API key, an access token, or a session cookie's value.
    #[schema(example = "osk_live_…")]
    credential: String,
    /// What it must be allowed to, all of it: built-in permissions or the product's own.
    #[schema(example = json!(["members:read"]), nullable = false)]
    #[serde(default)]
    permissions: Vec<String>,
    /// The organisation that it must be for, by slug or id: a safeguard, since only the caller's own can be.
    #[schema(example = "acme", nullable = false)]
    #[serde(default, deserialize_with = "present")]
    org: Option<String>,
    /// Which credentials count. Default: `live`.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    environment: Option<Environments>,
}

/// Several credentials, each with what it must be good for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct CredentialsToVerify {
    /// 100 at most.
    #[schema(min_items = 1, max_items = 100)]
    credentials: Vec<CredentialToVerify>,
}

/// One credential or several.
#[derive(Deserialize, ToSchema)]
#[schema(as = CredentialVerification)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub enum OneOrSeveral {
    One(CredentialToVerify),
    Several(CredentialsToVerify),
}

/// The same, to be read: what is wrong with a member is told of that member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerificationInput {
    #[serde(default, deserialize_with = "present")]
    credential: Option<String>,
    #[serde(default, deserialize_with = "present")]
    permissions: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    org: Option<String>,
    #[serde(default, deserialize_with = "present")]
    environment: Option<Environments>,
    #[serde(default, deserialize_with = "present")]
    credentials: Option<Vec<CredentialToVerify>>,
}

/// What a credential was found to be. All members are always there; those of who it is are null if it is not valid.
#[derive(Debug, Serialize, ToSchema)]
pub struct CredentialVerdict {
    /// Whether it is good, and meets what was asked. Nothing else counts.
    valid: bool,
    /// `valid`, or why not. More codes may come.
    code: Finding,
    kind: Option<Kind>,
    credential: Option<CredentialKind>,
    environment: Option<Environment>,
    /// Null for keys.
    user: Option<CallingUser>,
    /// Null for users.
    key: Option<CallingKey>,
    /// The caller's own organisation.
    organisation: Option<CallersOrganisation>,
    /// The role there.
    role: Option<Role>,
    /// All that the credential may do there.
    #[schema(example = json!(["org:read", "members:read", "tasks:write"]))]
    permissions: Option<Vec<String>>,
    /// Null for keys.
    session_id: Option<SessionId>,
    /// When it is over, however often it is used; null: never. It may end before.
    expires_at: Option<DateTime<Utc>>,
}

/// In the order of the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct CredentialVerdicts {
    results: Vec<CredentialVerdict>,
}

/// An answer of the same form as the request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CredentialVerificationResult)]
#[serde(untagged)]
pub enum Verdicts {
    One(Box<CredentialVerdict>),
    Several(CredentialVerdicts),
}

/// Verify a credential
///
/// For back ends that were given a credential: an API key, an access token, or a session cookie's value. The answer is
/// always 200; what counts is `valid`. Several, 100 at most, as `{"credentials": […]}`: then the answer is
/// `{"results": […]}` in the same order.
///
/// Only credentials of the caller's own organisation can be valid: that of the key, or the one that the credential of a user
/// implies. Of all others the code is `invalid_credential`, whether they exist or not; `expired`, `revoked`,
/// `session_ended_here` and `user_disabled` are told of the organisation's own keys and members. An access token for another
/// organisation is one of those others.
///
/// Test keys are valid only if `environment` is `test` or `any`. A test key may ask, and of live credentials it is told
/// `environment_denied`. An unknown permission is the caller's mistake: 422 (`unknown_permission`).
///
/// The request is one of the address' requests, however many credentials it has. Nothing is written into the audit log.
#[utoipa::path(post, path = "/api/credentials/verify", operation_id = "verify_credentials", tag = TAG, request_body = OneOrSeveral,
    responses((status = 200, description = "What was found out, valid or not.", body = Verdicts)))]
pub async fn verify(
    State(app): State<App>,
    client: Client,
    access: OrganisationAccess,
    Input(input): Input<VerificationInput>,
) -> Result<Json<Verdicts>, Error> {
    let VerificationInput { credential, permissions, org, environment, credentials } = input;
    let one = match (credential, credentials) {
        (Some(credential), None) => {
            CredentialToVerify { credential, permissions: permissions.unwrap_or_default(), org, environment }
        }
        (None, Some(several)) => {
            for (given, pointer) in [
                (permissions.is_some(), "/permissions"),
                (org.is_some(), "/org"),
                (environment.is_some(), "/environment"),
            ] {
                if given {
                    return Err(Error::invalid(pointer, "write this beside each credential"));
                }
            }
            if !(1..=MOST_AT_ONCE).contains(&several.len()) {
                return Err(Error::invalid("/credentials", "1 to 100 credentials"));
            }
            let mut results = Vec::with_capacity(several.len());
            for one in several {
                results.push(judge(&app, &client, &access, &one).await?);
            }
            return Ok(Json(Verdicts::Several(CredentialVerdicts { results })));
        }
        (None, None) => return Err(Error::invalid("/credential", "this is required")),
        (Some(_), Some(_)) => {
            return Err(Error::invalid("/credentials", "give `credential` or `credentials`, not both"));
        }
    };
    Ok(Json(Verdicts::One(Box::new(judge(&app, &client, &access, &one).await?))))
}

async fn judge(
    app: &App,
    client: &Client,
    by: &OrganisationAccess,
    asked: &CredentialToVerify,
) -> Result<CredentialVerdict, Error> {
    let mut needed = Vec::new();
    for name in &asked.permissions {
        let entry = app.config.permissions.find(name);
        needed.push(entry.ok_or_else(|| Error::UnknownPermission(name.clone()))?);
    }
    let organisation = &by.organisation;
    let is_own = |org: &String| *org == organisation.slug || *org == organisation.id.to_string();
    if asked.org.as_ref().is_some_and(|org| !is_own(org)) {
        return Ok(CredentialVerdict::not(Finding::OrganisationDenied));
    }
    let found = match verify_presented(app, client, organisation, &asked.credential).await? {
        Ok(found) => found,
        Err(why) => return Ok(CredentialVerdict::not(why)),
    };
    let environment = found.principal.environment();
    let is_admitted = asked.environment.unwrap_or_default().admit(environment).is_ok();
    // What is made with a test key learns nothing of live credentials.
    if !is_admitted || by.principal.environment() == Environment::Test && environment == Environment::Live {
        return Ok(CredentialVerdict::not(Finding::EnvironmentDenied));
    }
    if !needed.iter().all(|entry| found.grants.permits(entry)) {
        return Ok(CredentialVerdict::not(Finding::PermissionDenied));
    }
    Ok(CredentialVerdict::of(app, &found))
}

impl CredentialVerdict {
    fn not(code: Finding) -> Self {
        Self {
            valid: false,
            code,
            kind: None,
            credential: None,
            environment: None,
            user: None,
            key: None,
            organisation: None,
            role: None,
            permissions: None,
            session_id: None,
            expires_at: None,
        }
    }

    fn of(app: &App, found: &OrganisationAccess) -> Self {
        let who = Who::new(app, &found.principal, Some(found));
        Self {
            valid: true,
            code: Finding::Valid,
            kind: Some(who.kind),
            credential: Some(who.credential),
            environment: Some(who.environment),
            user: who.user,
            key: who.key,
            organisation: who.organisation,
            role: who.role,
            permissions: Some(who.permissions),
            session_id: who.session_id,
            expires_at: found.principal.expires_at(),
        }
    }
}
