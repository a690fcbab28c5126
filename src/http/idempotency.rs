//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request that is repeated with the same key is answered
//! again, and not done again.
//!
//! A route that is marked by [`idempotent`](super::idempotent) has the layer [`repeatable`] inside its guard, so that a caller
//! who has lost the right is refused before any answer is looked for. Its handler takes [`Answering`] and commits by it:
//! the answer is kept in the transaction of what it tells.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest as _, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::kept_answer::KeptAnswer;
use crate::app::App;
use crate::auth::{Caller, Client, OrganisationAccess};
use crate::domain::Write;
use crate::domain::journal::answers::{self, Asked, Claim, Repeated};
use crate::domain::journal::audit::Actor;
use crate::error::{Error, OrLog as _};
use crate::id::{OrganisationId, UserId};

/// The request's header.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST: usize = 255;
/// The field by which a form tells its id.
const FORM_ID: &str = "form_id";
/// How often the second press of a button looks for the answer of the first one, and how many times: for three
/// seconds, because a form of an organisation waits in one of its few turns to write.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
const LOOKS_OF_A_FORM: u32 = 60;
const MOST_OF_ANSWER: usize = 1024 * 1024;

/// What a handler commits by, so that its answer is kept for the same request.
#[derive(Clone, Default)]
pub struct Answering {
    held: Option<Arc<Held>>,
    about: Option<UserId>,
}

/// A request that has claimed its key.
struct Held {
    claim: Claim,
    kept: AtomicBool,
}

impl Answering {
    /// The same for an answer that tells of a user who is not the caller: it is deleted with the account.
    #[must_use]
    pub fn about(self, user: UserId) -> Self {
        Self { about: Some(user), ..self }
    }

    /// Commits, and gives the answer.
    ///
    /// # Errors
    /// Those of [`Write::commit`]; [`Error::IdempotencyInProgress`] if another request has the key by now.
    pub async fn commit(self, write: Write<'_>, answer: impl IntoResponse) -> Result<Response, Error> {
        let response = answer.into_response();
        let Some(held) = self.held else {
            write.commit().await?;
            return Ok(response);
        };
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, MOST_OF_ANSWER).await.map_err(Error::internal)?;
        let kept = KeptAnswer::of(parts.status, &parts.headers, &body)?;
        answers::keep(&write, &held.claim, self.about, &kept.written()?).await?;
        write.commit().await?;
        held.kept.store(true, Ordering::Release);
        Ok(Response::from_parts(parts, Body::from(body)))
    }
}

impl<S: Sync> FromRequestParts<S> for Answering {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let missing =
            || Error::internal("a handler that keeps its answer, on a route that is not `idempotent`");
        parts.extensions.get::<Self>().cloned().ok_or_else(missing)
    }
}

/// The layer of the routes that are marked: answers what was answered before, and lets the rest pass once at a time.
///
/// # Errors
/// [`Error::IdempotencyKeyMalformed`], [`Error::IdempotencyMismatch`], [`Error::IdempotencyInProgress`].
pub async fn repeatable(
    State(app): State<App>,
    client: Client,
    mut request: Request,
    next: Next,
) -> Result<Response, Error> {
    let key = if request.method() == Method::POST { read_key(request.headers())? } else { None };
    let Some(key) = key else {
        request.extensions_mut().insert(Answering::default());
        return Ok(next.run(request).await);
    };
    let (parts, body) = whole(request).await?;
    once(&app, &client, &key, Patience::None, (parts, body), next).await
}

/// The same for a form of a page, which tells its own id. A form that was changed and sent again is another one. The second
/// press of a button waits for what the first one brings about: browsers show its answer alone.
///
/// # Errors
/// [`Error::IdempotencyInProgress`].
pub async fn repeatable_form(
    State(app): State<App>,
    client: Client,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    let (mut parts, body) = whole(request).await?;
    let id = form_urlencoded::parse(&body).find(|(name, _)| name == FORM_ID).map(|(_, id)| id.into_owned());
    let Some(id) = id.filter(|id| parts.method == Method::POST && (1..=LONGEST).contains(&id.len())) else {
        parts.extensions.insert(Answering::default());
        return Ok(next.run(Request::from_parts(parts, Body::from(body))).await);
    };
    let digest = Sha256::digest(&body);
    let key = Zeroizing::new(format!("{id} {}", BASE64.encode(digest)));
    once(&app, &client, &key, Patience::Form, (parts, body), next).await
}

/// A request, read to its end.
async fn whole(request: Request) -> Result<(Parts, Bytes), Error> {
    let (parts, body) = request.into_parts();
    let read = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;
    let body = read.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::BodyTooLarge,
        _ => Error::MalformedBody("it broke off".to_owned()),
    })?;
    Ok((parts, body))
}

/// How long a repetition waits for the first request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Patience {
    None,
    Form,
}

/// Answers a request as it was answered before, or has it done, once at a time.
async fn once(
    app: &App,
    client: &Client,
    key: &str,
    patience: Patience,
    (mut parts, body): (Parts, Bytes),
    next: Next,
) -> Result<Response, Error> {
    let caller = parts.extensions.get::<Caller>();
    let id = caller.map(|caller| caller.principal.id());
    let route = format!("{} {}", parts.method, parts.uri);
    let repeated = Repeated { caller: id.as_deref(), key, route: &route, body: &body };
    let asked = Asked::new(&app.keyring, repeated);
    let actor = caller.map_or_else(|| client.anonymous(), |caller| caller.actor.clone());
    let user = caller.and_then(|caller| caller.principal.user()).map(|user| user.id);
    let organisation = parts.extensions.get::<OrganisationAccess>().map(|access| access.organisation.id);
    let mut looks = if patience == Patience::Form { LOOKS_OF_A_FORM } else { 1 };
    let (write, claim) = loop {
        match kept_or_claimed(app, &actor, &asked, (user, organisation)).await {
            Ok(Turn::Kept(answer)) => return KeptAnswer::replay(&answer),
            Ok(Turn::Claimed(write, claim)) => break (write, claim),
            Err(Error::IdempotencyInProgress) if looks > 1 => {
                looks -= 1;
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
            Err(error) => return Err(error),
        }
    };
    let held = Arc::new(Held { claim, kept: AtomicBool::new(false) });
    // Made before the commit: if the client hangs up, the commit may be done all the same.
    let mut given_up = GivenUp { app: app.clone(), actor: actor.clone(), held: Some(held.clone()) };
    write.commit().await?;
    parts.extensions.insert(Answering { held: Some(held.clone()), about: None });
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let is_kept = held.kept.load(Ordering::Acquire);
    if !is_kept {
        release(app, &given_up.actor, &held.claim).await.or_log("giving an Idempotency-Key back");
    }
    given_up.held = None;
    if !is_kept && response.status().is_success() {
        let handler = "a handler answered with success, and has not committed by `Answering`";
        return Err(Error::internal(handler));
    }
    Ok(response)
}

/// What there is to do with a request.
enum Turn<'a> {
    /// To be answered as it was before.
    Kept(Zeroizing<Vec<u8>>),
    /// To be done, once the claim is committed.
    Claimed(Write<'a>, Claim),
}

async fn kept_or_claimed<'a>(
    app: &'a App,
    actor: &'a Actor,
    asked: &Asked,
    (user, organisation): (Option<UserId>, Option<OrganisationId>),
) -> Result<Turn<'a>, Error> {
    if let Some(kept) = answers::find(app.db.read(), &app.keyring, asked, app.now()).await? {
        return Ok(Turn::Kept(kept));
    }
    let write = app.write(actor).await?;
    if let Some(claim) = answers::claim(&write, asked, user, organisation).await? {
        return Ok(Turn::Claimed(write, claim));
    }
    write.rollback().await?;
    // Another request was faster.
    let kept = answers::find(app.db.read(), &app.keyring, asked, app.now()).await?;
    kept.map(Turn::Kept).ok_or(Error::IdempotencyInProgress)
}

async fn release(app: &App, actor: &Actor, claim: &Claim) -> Result<(), Error> {
    let write = app.write(actor).await?;
    answers::release(&write, claim).await?;
    write.commit().await
}

/// A request whose client hung up, or whose time was over, gives its key back all the same.
struct GivenUp {
    app: App,
    actor: Actor,
    held: Option<Arc<Held>>,
}

impl Drop for GivenUp {
    fn drop(&mut self) {
        let (Some(held), Ok(runtime)) = (self.held.take(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        let (app, actor) = (self.app.clone(), self.actor.clone());
        runtime.spawn(async move {
            release(&app, &actor, &held.claim).await.or_log("giving an Idempotency-Key back");
        });
    }
}

/// The key: a string by RFC 8941 (`"…"`), or the same text bare, as most clients send it.
fn read_key(headers: &HeaderMap) -> Result<Option<Zeroizing<String>>, Error> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(first) = values.next() else { return Ok(None) };
    let text = first.to_str().ok().filter(|_| values.next().is_none()).map(str::trim);
    let key = text.and_then(|text| match text.strip_prefix('"') {
        Some(quoted) => unquoted(quoted.strip_suffix('"')?),
        None => Some(text.to_owned())
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"')),
    });
    let key = key.filter(|key| (1..=LONGEST).contains(&key.len())).ok_or(Error::IdempotencyKeyMalformed)?;
    Ok(Some(Zeroizing::new(key)))
}

/// RFC 8941 section 3.3.3, between its quotes.
fn unquoted(text: &str) -> Option<String> {
    let mut key = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        key.push(match character {
            '"' => return None,
            '\\' => characters.next().filter(|next| ['"', '\\'].contains(next))?,
            ' '..='~' => character,
            _ => return None,
        });
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(values: &[&str]) -> Result<Option<String>, ()> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IDEMPOTENCY_KEY, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        read_key(&headers).map(|key| key.map(|key| key.to_string())).map_err(|_| ())
    }

    #[test]
    fn a_key_is_a_quoted_string_or_the_same_text_bare() {
        let key = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(
            read(&["8e03978e-40d5-43dd-bc93-6894a57f9324"]),
            key("8e03978e-40d5-43dd-bc93-6894a57f9324")
        );
        assert_eq!(read(&["\"abc\""]), key("abc"));
        assert_eq!(read(&[r#""a \"b\" \\ c""#]), key(r#"a "b" \ c"#));
        assert_eq!(read(&[&"x".repeat(255)]), key(&"x".repeat(255)));
        let long = "x".repeat(256);
        for bad in ["", "\"\"", "a b", "a\"b", "\"a", "\"a\\b\"", "\"ü\"", "ü", "\"a\";p=1", &long] {
            assert_eq!(read(&[bad]), Err(()), "{bad}");
        }
        assert_eq!(read(&["a", "a"]), Err(()));
    }
}
