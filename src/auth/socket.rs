//! Sockets: who may open one is decided by a ticket, and decided again and again while it is open.

use std::borrow::Cow;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::header::{ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::access::Access;
use super::authenticate::usable;
use super::caller::Caller;
use super::client::Client;
use super::guard::{decide, judge};
use super::organisation_access::OrganisationAccess;
use super::principal::{CredentialKind, OrganisationScope, Principal};
use crate::app::App;
use crate::config::Config;
use crate::crypto::secret::{Secret, SecretKind};
use crate::domain::account::passwords;
use crate::domain::session::tickets;
use crate::entity::{api_key, session, socket_ticket};
use crate::error::Error;
use crate::permission::Permission;

/// What is spoken on a socket (RFC 6455 section 1.9): the only one of the protocols offered that an answer names.
pub const PROTOCOL: &str = "oskar.events";
/// In front of a ticket that is sent as the name of a protocol, the one thing that browsers let a page choose.
const TICKET_PREFIX: &str = "oskar.ticket.";

/// A socket's right to be open. Only the guard makes one.
#[derive(Clone, Debug)]
pub struct Socket {
    ticket: socket_ticket::Model,
    permission: Option<Permission>,
    pub access: OrganisationAccess,
}

impl Socket {
    /// Whether the caller that opened it may still have it open.
    ///
    /// # Errors
    /// What a new request would be told.
    pub async fn check(&self, app: &App) -> Result<(), Error> {
        let caller = Caller { principal: holder(app, &self.ticket).await?, actor: self.access.actor.clone() };
        let access = caller.in_organisation(app, self.ticket.organisation_id).await?;
        judge(&access, self.permission, true)
    }
}

/// The guard of routes that sockets are opened at: the ticket is used up before anything is upgraded.
pub async fn authorize_socket(
    State((app, asked)): State<(App, Access)>,
    path: Result<RawPathParams, RawPathParamsRejection>,
    client: Client,
    mut request: Request,
    next: Next,
) -> Result<Response, Error> {
    let origin = allowed_origin(request.headers(), &app.config)?;
    let secret = presented(&request)?;
    let actor = client.anonymous();
    let write = app.write(&actor).await?;
    let ticket = tickets::consume(&write, &secret).await?;
    write.commit().await?;
    // A page's own origin is not sent with every request of its own; another one always is.
    let own = origin.as_ref().is_none_or(|origin| *origin == app.config.public_url);
    if ticket.origin != origin && !(ticket.origin.is_none() && own) {
        return Err(Error::CrossSite);
    }
    let caller = Caller::new(holder(&app, &ticket).await?, &client);
    let access = caller.in_organisation_of_path(&app, path).await?;
    decide(&app, &access, asked.permission, &Method::GET, true).await?;
    request.extensions_mut().insert(Socket { ticket, permission: asked.permission, access });
    Ok(next.run(request).await)
}

/// The ticket that a request presents: among the protocols, or in the query, which proxies log.
fn presented(request: &Request) -> Result<Secret, Error> {
    let lines = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    let offered = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    let offered: Vec<_> = offered.map(str::trim).collect();
    let named = offered.iter().filter_map(|protocol| protocol.strip_prefix(TICKET_PREFIX)).map(Cow::from);
    let named: Vec<_> = named.collect();
    // One of them has to be answered, or browsers close the socket; the ticket must not be in an answer.
    if !named.is_empty() && !offered.contains(&PROTOCOL) {
        let message = format!("offer the protocol `{PROTOCOL}` beside the ticket");
        return Err(Error::invalid("/Sec-WebSocket-Protocol", message));
    }
    let query: Vec<_> =
        form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()).collect();
    if let Some((name, _)) = query.iter().find(|(name, _)| name != "ticket") {
        return Err(Error::invalid(format!("/{name}"), "there is no such member"));
    }
    let mut given = named.into_iter().chain(query.into_iter().map(|(_, value)| value));
    let text = given.next().ok_or(Error::Unauthenticated)?;
    let secret = Secret::parse(&text).filter(|secret| secret.kind() == SecretKind::SocketTicket);
    match (secret, given.next()) {
        (Some(secret), None) => Ok(secret),
        _ => Err(Error::InvalidCredential),
    }
}

/// The page's origin, if it is a page that asks: browsers let any page open a socket anywhere.
fn allowed_origin(headers: &HeaderMap, config: &Config) -> Result<Option<String>, Error> {
    if headers.get_all(ORIGIN).iter().count() > 1 {
        return Err(Error::CrossSite);
    }
    let Some(value) = headers.get(ORIGIN) else { return Ok(None) };
    let origin = value.to_str().map_err(|_| Error::CrossSite)?.to_owned();
    let known = origin == config.public_url || config.allowed_origins.contains(&origin);
    if known { Ok(Some(origin)) } else { Err(Error::CrossSite) }
}

async fn holder(app: &App, ticket: &socket_ticket::Model) -> Result<Principal, Error> {
    let now = app.now();
    if let Some(id) = ticket.session_id {
        let (session, user) = usable(app, session::Entity::alive(id).one(app.db.read()).await?)?;
        let longest = app.config.longest_session();
        if now >= session.created_at + longest || Some(user.id) != ticket.user_id {
            return Err(Error::InvalidCredential);
        }
        let reach = OrganisationScope::Only(Some(ticket.organisation_id));
        return Ok(Principal::of_user(user, Some(session), CredentialKind::Bearer, reach, None));
    }
    if let Some(id) = ticket.user_id {
        let found = passwords::find(app.db.read(), id).await?;
        let account = found.filter(|found| found.user.disabled_at.is_none());
        let account = account.ok_or(Error::InvalidCredential)?;
        if !tickets::is_same_password(&app.keyring, &account, ticket.password_digest.as_ref()) {
            return Err(Error::InvalidCredential);
        }
        let reach = OrganisationScope::Only(Some(ticket.organisation_id));
        return Ok(Principal::of_user(account.user, None, CredentialKind::Basic, reach, None));
    }
    let id = ticket.api_key_id.ok_or(Error::InvalidCredential)?;
    let key = api_key::Entity::in_organisation(ticket.organisation_id).filter(api_key::COLUMN.id.eq(id));
    let key = key.one(app.db.read()).await?.filter(|key| key.is_alive(now));
    let key = key.ok_or(Error::InvalidCredential)?;
    Ok(Principal::of_key(key, None))
}

impl<S: Sync> FromRequestParts<S> for Socket {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let missing = || Error::internal("Socket behind a guard that does not give it");
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}
