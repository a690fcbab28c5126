//! What other services call to find out who is calling them, and whether they may.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Deserialize;
use serde::de::value::Error as ValueError;
use serde::de::{IgnoredAny, IntoDeserializer as _};
use utoipa::{IntoParams, ToSchema};

use super::input::Params;
use super::who::{Kind, Who};
use crate::app::App;
use crate::auth::{Caller, OrganisationAccess};
use crate::entity::api_key::Environment;
use crate::error::{Error, FieldCode};
use crate::event::Wanted;
use crate::permission::Role;

const TAG: &str = "Verification";

/// Headers hold ASCII for certain (RFC 9110 section 5.5). What is beyond is always encoded.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// What the caller must be allowed to. All of them lists, also where one is meant: an empty requirement, as a
/// gateway's unset variable leaves it, must be one that is not met, not one that is not there. For the same reason unknown names are refused.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Requirements {
    /// A permission that is needed, built in or of the product's own. Several: all of them.
    #[serde(default)]
    #[param(value_type = Vec<String>, required = false, example = json!(["members:read"]))]
    permission: Vec<String>,
    /// The least role.
    #[serde(default)]
    #[param(value_type = Option<Role>, nullable = false)]
    role: Vec<String>,
    /// The organisation, by slug or id. Tokens and keys imply theirs; cookies imply the one signed in to,
    /// HTTP Basic the one that signing in would.
    #[serde(default)]
    #[param(value_type = Option<String>, nullable = false, example = "acme")]
    org: Vec<String>,
    /// Whose credentials may come in: of live keys and users (`live`), of test keys alone (`test`), or all (`any`).
    /// Default: `live`. Users are always live.
    #[serde(default)]
    #[param(value_type = Option<Environments>, nullable = false)]
    environment: Vec<String>,
    /// `nginx`: only statuses that its `auth_request` understands, with the one that it would be in `X-Auth-Status`.
    #[serde(default, rename = "compat")]
    #[param(value_type = Option<Gateway>, inline, required = false, nullable = false, example = "nginx")]
    _compat: Vec<IgnoredAny>,
    /// Without a good credential, browsers that ask for a page (GET, `Accept: text/html`) get 302 to the sign-in page in the place of 401.
    /// The header `X-Oskar-On-Deny: redirect` asks for the same. It has no effect beside `compat=nginx`.
    #[serde(default, rename = "redirect")]
    #[param(value_type = Option<bool>, required = false, nullable = false)]
    _redirect: Vec<IgnoredAny>,
}

/// Which credentials count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Environments {
    /// Live keys, and users.
    #[default]
    Live,
    /// Test keys.
    Test,
    /// All.
    Any,
}

impl Environments {
    /// Whether credentials of that one count.
    ///
    /// # Errors
    /// [`Error::EnvironmentDenied`].
    pub fn admit(self, environment: Environment) -> Result<(), Error> {
        match (self, environment) {
            (Self::Any, _) | (Self::Live, Environment::Live) | (Self::Test, Environment::Test) => Ok(()),
            (Self::Live, Environment::Test) => Err(Error::EnvironmentDenied("live")),
            (Self::Test, Environment::Live) => Err(Error::EnvironmentDenied("test")),
        }
    }
}

/// A gateway that needs answers of its own.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
enum Gateway {
    Nginx,
}

/// Verify the caller
///
/// Answers for the forwarded credential: 200 with the caller as JSON and, in the same words, as `X-Auth-*` headers, 401
/// without a good credential, 403 if a requirement is not met. There are always all of the headers, empty where they do
/// not apply. In their values `%`, control characters and everything that is not ASCII are percent-encoded UTF-8
/// (RFC 3986 section 2.1).
///
/// Accepts every method, and `/api/verify/{rest}` too, so that it serves as `auth_request` for nginx and as
/// forward authentication for Traefik, Caddy and Envoy. `X-Auth-*` headers in the request are ignored. Of gateways that
/// `trusted_proxies` names, `X-Forwarded-For`, `-Method`, `-Host` and `-Proto` are believed: an unsafe request by cookie
/// or HTTP Basic is refused (403 `cross_site`) unless it comes from the site itself or from `allowed_origins`.
///
/// **Test keys are refused** (403 `environment_denied`) unless `environment` asks for them: `environment=test` on a sandbox,
/// `environment=any` where the service tells them apart by `X-Auth-Environment`.
///
/// The body is not read; it is the request's own credential that is verified. A body that has a credential of its own, of a
/// client that means that one, is refused (400 `credential_in_body`) on this path, unless `X-Forwarded-Method`, `-Uri`,
/// `X-Original-*` or `X-Envoy-*` tell of a gateway that repeats it: see `POST /api/credentials/verify`.
///
/// A good credential is never refused for how often it is sent; of bad ones an address has as many as of other
/// requests, then 429. A requirement that is no requirement, such as an unknown permission, is the gateway's mistake and
/// no visitor's: 422 (`unknown_permission`, `validation_failed`).
///
/// 401 has the address of the sign-in page in `X-Auth-Redirect`. Its `return_to` leads back to the page that was asked for, by
/// `X-Forwarded-Proto`, `-Host` and `-Uri` of a gateway that `trusted_proxies` names, if that page's origin is one of
/// `allowed_origins` or that of `product_url`. With `redirect`, browsers are sent there.
///
/// With `compat=nginx`, 403 stands for everything that `auth_request` would make a 500 of. `X-Auth-Status` has the true
/// status, so that nginx can tell its own mistake (422) from a visitor's 403; `Retry-After` has what it has without.
#[utoipa::path(get, path = "/api/verify", operation_id = "verify", tag = TAG, params(Requirements),
    responses((status = 200, description = "The caller may.", body = Who,
        headers(
            ("X-Auth-Kind" = String, description = "`user` or `api_key`."),
            ("X-Auth-User-Id" = String, description = "Empty for keys."),
            ("X-Auth-User-Email" = String, description = "Empty for keys."),
            ("X-Auth-User-Name" = String, description = "Empty for keys."),
            ("X-Auth-Org-Id" = String, description = "Empty for a user of no organisation."),
            ("X-Auth-Org-Slug" = String, description = "Empty for a user of no organisation."),
            ("X-Auth-Role" = String, description = "`viewer`, `member` or `admin`; empty for a user of no organisation."),
            ("X-Auth-Permissions" = String, description = "The permissions, separated by spaces."),
            ("X-Auth-Environment" = String, description = "`live` or `test`."),
            ("X-Auth-Session-Id" = String, description = "Empty for keys, and by HTTP Basic."),
            ("X-Auth-Key-Id" = String, description = "Empty for users."),
        )),
        (status = 400, description = "Two credentials, or the body has one that should be verified instead (`credential_in_body`)."),
        (status = 403, description = "A requirement is not met (`permission_denied`, `role_denied`, `organisation_denied`, `environment_denied`), or a foreign site made the browser send an unsafe request (`cross_site`). With `compat=nginx` also what is 429 else.", headers(
            ("Retry-After" = u64, description = "With `compat=nginx`, in the place of 429: after how many seconds the same request may succeed."),
        )),
        (status = 302, description = "With `redirect`, for a browser that asks for a page: the sign-in page, in the place of 401.", headers(
            ("Location" = String, description = "The same as `X-Auth-Redirect`."),
            ("X-Auth-Redirect" = String, description = "Where to sign in."),
        )),
        (status = 401, description = "No credential, or a bad one, or the session was ended in the organisation (`session_ended_here`).", headers(
            ("X-Auth-Redirect" = String, description = "Where to sign in."),
        )),
        (status = 422, description = "The query is not as it should be (`validation_failed`), or names a permission that does not exist (`unknown_permission`)."),
    ))]
pub async fn check(
    State(app): State<App>,
    caller: Caller,
    Params(requirements): Params<Requirements>,
) -> Result<Response, Error> {
    answer(&app, &caller, &requirements, Environments::Live).await
}

/// Verify the caller of a path
///
/// The same; the rest of the path, which Envoy's `path_prefix` appends, is ignored. The query is not: Envoy appends the
/// client's, so that `path_override` and no rest at all is the better choice there.
#[utoipa::path(get, path = "/api/verify/{*rest}", operation_id = "verify_path", tag = TAG,
    params(("rest" = String, Path, description = "The path of the original request."), Requirements),
    responses((status = 200, description = "The caller may.", body = Who),
        (status = 403, description = "A requirement is not met (`permission_denied`, `role_denied`, `organisation_denied`, `environment_denied`), or a foreign site made the browser send an unsafe request (`cross_site`). With `compat=nginx` also what is 429 else.", headers(
            ("Retry-After" = u64, description = "With `compat=nginx`, in the place of 429: after how many seconds the same request may succeed."),
        )),
        (status = 302, description = "With `redirect`, for a browser that asks for a page: the sign-in page, in the place of 401.", headers(
            ("Location" = String, description = "The same as `X-Auth-Redirect`."),
            ("X-Auth-Redirect" = String, description = "Where to sign in."),
        )),
        (status = 401, description = "No credential, or a bad one, or the session was ended in the organisation (`session_ended_here`).", headers(
            ("X-Auth-Redirect" = String, description = "Where to sign in."),
        )),
        (status = 422, description = "The query is not as it should be (`validation_failed`), or names a permission that does not exist (`unknown_permission`).")))]
pub async fn check_path(
    State(app): State<App>,
    caller: Caller,
    Params(requirements): Params<Requirements>,
) -> Result<Response, Error> {
    answer(&app, &caller, &requirements, Environments::Live).await
}

/// Who the caller is, if they meet the requirements. `default`: which credentials count where the gateway does not say.
pub async fn answer(
    app: &App,
    caller: &Caller,
    requirements: &Requirements,
    default: Environments,
) -> Result<Response, Error> {
    let environments = match requirements.environment.as_slice() {
        [] => default,
        [named] => Environments::deserialize(named.as_str().into_deserializer())
            .map_err(|_: ValueError| Error::invalid("/environment", "this is `live`, `test` or `any`"))?,
        _ => return Err(Error::invalid("/environment", "this is there twice")),
    };
    environments.admit(caller.principal.environment())?;
    let access = match requirements.org.as_slice() {
        [] => caller.in_implied_organisation(app).await?,
        // Not 404: proxies know only 401 and 403.
        [reference] => match caller.in_organisation(app, reference.as_str()).await {
            Err(Error::NotFound | Error::TokenForAnother(_)) => return Err(Error::OrganisationDenied),
            access => Some(access?),
        },
        _ => return Err(Error::wrong("/org", FieldCode::Duplicate, "this is there twice")),
    };
    if let Err(denial) = require(app, access.as_ref(), requirements) {
        if let (Some(access), Some(wanted)) = (&access, wanted(&denial)) {
            let by = (&access.actor, app.now());
            app.tally.denied((&app.db, &app.keyring), by, access.organisation.id, wanted, None).await;
        }
        return Err(denial);
    }
    let who = Who::new(app, &caller.principal, access.as_ref());
    let headers = identity(&who);
    Ok((headers, Json(who)).into_response())
}

/// What the audit log tells of a denial.
fn wanted(denial: &Error) -> Option<Wanted> {
    match denial {
        Error::RoleDenied(role) => Some(Wanted::Role(role.to_string())),
        Error::PermissionDenied(name) => Some(Wanted::Permission(name.clone())),
        _ => None,
    }
}

fn require(app: &App, access: Option<&OrganisationAccess>, requirements: &Requirements) -> Result<(), Error> {
    if requirements.role.len() > 1 {
        return Err(Error::wrong("/role", FieldCode::Duplicate, "this is there twice"));
    }
    if let Some(role) = requirements.role.first() {
        let role: Role =
            role.parse().map_err(|error: String| Error::wrong("/role", FieldCode::NotAllowed, error))?;
        let permissions = &app.config.permissions;
        let includes = |held: Role| permissions.role(held).includes(permissions.role(role));
        if !access.is_some_and(|access| includes(access.grants.role())) {
            return Err(Error::RoleDenied(role));
        }
    }
    for name in &requirements.permission {
        // A gateway's typo must neither open a door nor look as if the visitor lacked a right.
        let entry =
            app.config.permissions.find(name).ok_or_else(|| Error::UnknownPermission(name.clone()))?;
        if !access.is_some_and(|access| access.grants.permits(entry)) {
            return Err(Error::PermissionDenied(name.clone()));
        }
    }
    Ok(())
}

/// All of them, always: some gateways pass a client's own header on where ours is missing.
fn identity(who: &Who) -> HeaderMap {
    let (user, organisation) = (who.user.as_ref(), who.organisation.as_ref());
    let kind = match who.kind {
        Kind::User => "user",
        Kind::ApiKey => "api_key",
    };
    let pairs = [
        ("x-auth-kind", Some(kind.to_owned())),
        ("x-auth-user-id", user.map(|user| user.id.to_string())),
        ("x-auth-user-email", user.map(|user| user.email.clone())),
        ("x-auth-user-name", user.map(|user| user.name.clone())),
        ("x-auth-org-id", organisation.map(|organisation| organisation.id.to_string())),
        ("x-auth-org-slug", organisation.map(|organisation| organisation.slug.clone())),
        ("x-auth-role", who.role.map(|role| role.to_string())),
        ("x-auth-permissions", Some(who.permissions.join(" "))),
        ("x-auth-environment", Some(who.environment.as_str().to_owned())),
        ("x-auth-session-id", who.session_id.map(|id| id.to_string())),
        ("x-auth-key-id", who.key.as_ref().map(|key| key.id.to_string())),
    ];
    let header = |(name, value): (&'static str, Option<String>)| {
        let value = utf8_percent_encode(value.as_deref().unwrap_or_default(), ENCODED).to_string();
        Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
    };
    pairs.into_iter().filter_map(header).collect()
}
