//! The decision: principal and access to a pass or an error.

use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequest as _, FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::authenticate::caller as authenticated;
use super::client::Client;
use super::forwarded;
use super::fresh::Proof;
use super::organisation_access::OrganisationAccess;
use super::principal::{Principal, UserPrincipal};
use crate::app::App;
use crate::domain::audit::Actor;
use crate::entity::api_key::Environment;
use crate::error::Error;
use crate::event::Wanted;
use crate::permission::Permission;

/// Who may come in by a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever has a good credential.
    Any,
    /// The same, for requests that proxies repeat without their bodies, which are not read.
    Forwarded,
    /// Users, by cookie, access token or Basic.
    User,
    /// The same, if they are operators.
    Operator,
    /// Members of the organisation in the path that have the permission, and its keys.
    Org(Permission),
    /// Whoever has a ticket and, in the organisation in the path, the permission.
    Socket(Permission),
}

/// Whoever called, for routes that take any credential.
#[derive(Clone, Debug)]
pub struct Caller {
    pub principal: Principal,
    pub actor: Actor,
}

/// The user who called.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub by: Arc<UserPrincipal>,
    pub actor: Actor,
}

impl Caller {
    pub(super) fn new(principal: Principal, client: &Client) -> Self {
        Self { actor: principal.actor(client), principal }
    }
}

/// The guard that the route table layers over each route that is not public. 401, then 404, then 403, and then 401 if
/// the proof of who is calling is not recent enough.
pub async fn authorize(
    State((app, access, proof)): State<(App, Access, Proof)>,
    path: Result<RawPathParams, RawPathParamsRejection>,
    client: Client,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    // First, or a body that is held back would let the caller finish with rights that have ended since.
    let (mut request, body) =
        if access == Access::Forwarded { (request, None) } else { take_body(request).await };
    let is_forwarded = access == Access::Forwarded;
    if is_forwarded {
        forwarded::watch(&app, &request);
    }
    let found = authenticated(&app, &client, request.headers()).await;
    let principal =
        found.map_err(|error| if is_forwarded { forwarded::limit(&app, &client, error) } else { error })?;
    if is_forwarded {
        forwarded::refuse_cross_site(&app, &principal, &request)?;
    }
    let caller = Caller::new(principal, &client);
    let mut turn = None;
    let secret_ends = caller.principal.secret_ends();
    match access {
        // Sockets have a guard of their own.
        Access::Public | Access::Any | Access::Forwarded | Access::Socket(_) => {}
        Access::User | Access::Operator => {
            let by = caller.principal.user().ok_or(Error::UserRequired)?.clone();
            if access == Access::Operator && !by.operator {
                return Err(Error::OperatorRequired);
            }
            request.extensions_mut().insert(SignedIn { by, actor: caller.actor.clone() });
        }
        Access::Org(permission) => {
            let access = caller.in_organisation_of_path(&app, path).await?;
            if let Err(denial) = decide(&access, permission, request.method().is_safe()) {
                let method = request.method().clone();
                write_down(&app, &access, permission, &method).await;
                return Err(denial);
            }
            if !request.method().is_safe() {
                turn = Some(app.db.turn(access.organisation.id).await?);
            }
            request.extensions_mut().insert(access);
        }
    }
    if proof == Proof::Fresh {
        caller.principal.check_fresh(&app)?;
    }
    request.extensions_mut().insert(caller);
    if let Some(body) = body {
        *request.body_mut() = body?.into();
    }
    let mut response = next.run(request).await;
    drop(turn);
    if let Some(end) = secret_ends {
        announce_end(&mut response, end);
    }
    Ok(response)
}

/// A request without its body, and the body or what is wrong with it; bounded as the extractors of bodies are.
async fn take_body(request: Request) -> (Request, Option<Result<Bytes, Error>>) {
    if request.body().is_end_stream() {
        return (request, None);
    }
    let (parts, body) = request.into_parts();
    let bare = Request::from_parts(parts.clone(), Body::empty());
    let read = Bytes::from_request(Request::from_parts(parts, body), &()).await;
    let read = read.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::BodyTooLarge,
        _ => Error::MalformedBody("it broke off".to_owned()),
    });
    (bare, Some(read))
}

pub(super) fn decide(access: &OrganisationAccess, permission: Permission, reads: bool) -> Result<(), Error> {
    if access.principal.environment() == Environment::Test && !reads {
        Err(Error::LiveOnly)
    } else if access.grants.permits_built_in(permission) {
        Ok(())
    } else {
        Err(Error::permission(permission))
    }
}

/// A denial inside the organisation is something that its admins want to read about.
pub(super) async fn write_down(
    app: &App,
    access: &OrganisationAccess,
    permission: Permission,
    method: &Method,
) {
    let wanted = Wanted::Permission(permission.as_str().to_owned());
    let (organisation, by) = (access.organisation.id, (&access.actor, app.now()));
    app.tally.denied((&app.db, &app.keyring), by, organisation, wanted, Some(method.as_str())).await;
}

/// Tells a client that still uses a rotated key's old secret (RFC 9745, RFC 8594).
fn announce_end(response: &mut Response, end: crate::clock::Timestamp) {
    let headers = response.headers_mut();
    if let Ok(value) = format!("@{}", end.timestamp()).parse() {
        headers.insert("deprecation", value);
    }
    if let Ok(value) = end.format("%a, %d %b %Y %H:%M:%S GMT").to_string().parse() {
        headers.insert("sunset", value);
    }
}

macro_rules! taken_from_the_guard {
    ($($extractor:ty),*) => {$(
        impl<S: Sync> FromRequestParts<S> for $extractor {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
                let missing = || Error::internal(concat!(stringify!($extractor), " behind a guard that does not give it"));
                parts.extensions.get::<Self>().cloned().ok_or_else(missing)
            }
        }
    )*};
}

taken_from_the_guard!(Caller, SignedIn, OrganisationAccess);
