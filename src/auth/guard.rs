//! The decision: principal and access to a pass or an error.

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequest as _, FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::access::{Access, RequestBody, Who};
use super::authenticate::caller as authenticated;
use super::caller::{Caller, OptionalCaller, SignedIn};
use super::client::Client;
use super::credential::sends_credential;
use super::forwarded;
use super::organisation_access::OrganisationAccess;
use crate::app::App;
use crate::entity::api_key::Environment;
use crate::error::Error;
use crate::event::Wanted;
use crate::id::OrganisationId;
use crate::permission::Permission;

/// The guard that the route table layers over each route that is not public. 401, then 404, then 403, and then 401 if
/// the proof of who is calling is not recent enough.
pub async fn authorize(
    State((app, access)): State<(App, Access)>,
    path: Result<RawPathParams, RawPathParamsRejection>,
    client: Client,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    let is_forwarded = access.body == RequestBody::Ignored;
    let (mut request, body) = if is_forwarded { (request, None) } else { take_body(request).await };
    if is_forwarded {
        forwarded::watch(&app, &request);
        request = forwarded::refuse_credential_in_body(request).await?;
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
    match access.who {
        // Optional callers and sockets have guards of their own.
        Who::Public | Who::Optional | Who::Any | Who::Ticket => {}
        Who::User | Who::Operator => {
            let by = caller.principal.user().ok_or(Error::UserRequired)?.clone();
            if access.who == Who::Operator && !by.operator {
                return Err(Error::OperatorRequired);
            }
            request.extensions_mut().insert(SignedIn { by, actor: caller.actor.clone() });
        }
        Who::Member => {
            if access.people_only {
                caller.principal.user().ok_or(Error::UserRequired)?;
            }
            let method = request.method().clone();
            let inside = caller.in_organisation_of_path(&app, path).await?;
            decide(&app, &inside, access.permission, &method, method.is_safe()).await?;
            if !method.is_safe() {
                turn = Some(app.db.turn(inside.organisation.id).await?);
            }
            request.extensions_mut().insert(inside);
        }
        Who::Own => {
            let inside = caller.in_implied_organisation(&app).await?;
            let inside =
                inside.ok_or_else(|| access.permission.map_or(Error::NotFound, Error::permission))?;
            decide(&app, &inside, access.permission, request.method(), true).await?;
            request.extensions_mut().insert(inside);
        }
    }
    if access.fresh {
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

/// Whether a member or a key may do it. A denial is written into the organisation's log, for its admins.
///
/// # Errors
/// [`Error::LiveOnly`], [`Error::PermissionDenied`].
pub(super) async fn decide(
    app: &App,
    access: &OrganisationAccess,
    permission: Option<Permission>,
    method: &Method,
    reads: bool,
) -> Result<(), Error> {
    let judged = judge(access, permission, reads);
    if judged.is_err()
        && let Some(permission) = permission
    {
        let wanted = Wanted::Permission(permission.as_str().to_owned());
        let (organisation, by) = (access.organisation.id, (&access.actor, app.now()));
        app.tally.denied((&app.db, &app.keyring), by, organisation, wanted, Some(method.as_str())).await;
    }
    judged
}

/// The same without a trace.
pub(super) fn judge(
    access: &OrganisationAccess,
    permission: Option<Permission>,
    reads: bool,
) -> Result<(), Error> {
    if access.principal.environment() == Environment::Test && !reads {
        return Err(Error::LiveOnly);
    }
    match permission {
        Some(permission) if !access.grants.permits_built_in(permission) => Err(Error::permission(permission)),
        _ => Ok(()),
    }
}

/// What a long answer asks again while it is sent.
#[derive(Clone)]
pub struct StillAllowed {
    client: Client,
    /// Those of the request, with its credential.
    headers: HeaderMap,
    organisation: OrganisationId,
    permission: Permission,
}

impl StillAllowed {
    /// Of a request that the guard has let in.
    pub fn new(
        client: Client,
        headers: HeaderMap,
        access: &OrganisationAccess,
        permission: Permission,
    ) -> Self {
        Self { client, headers, organisation: access.organisation.id, permission }
    }

    /// Whether its caller may still read it.
    ///
    /// # Errors
    /// What a new request would be told.
    pub async fn check(&self, app: &App) -> Result<(), Error> {
        let principal = authenticated(app, &self.client, &self.headers).await?;
        let access = Caller::new(principal, &self.client).in_organisation(app, self.organisation).await?;
        judge(&access, Some(self.permission), true)
    }
}

/// The guard of routes that answer everyone and some callers more: it refuses no request. Looking a credential up takes
/// a token of the address' bucket; without one the request counts as one without a credential.
pub async fn look_up(State(app): State<App>, client: Client, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let too_many = sends_credential(headers)
        && app.take_token(client.address.0).is_some_and(|decision| !decision.allowed);
    // Also without a credential: on a server without authentication there is a caller all the same.
    let found = if too_many { None } else { authenticated(&app, &client, headers).await.ok() };
    request.extensions_mut().insert(OptionalCaller(found));
    next.run(request).await
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

taken_from_the_guard!(Caller, OptionalCaller, SignedIn, OrganisationAccess);
