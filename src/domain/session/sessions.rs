//! Sessions: starting, rotating and ending them.

use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::clock::Timestamp;
use crate::crypto::refresh_token::RefreshToken;
use crate::crypto::secret::{self, Secret};
use crate::domain::account::users;
use crate::domain::journal::mail::{self, Mail};
use crate::domain::session::authentication::Authentication;
use crate::domain::session::known_network;
use crate::domain::{NoEvent, Write};
use crate::entity::session::RefreshUse;
use crate::entity::{session, user};
use crate::error::Error;
use crate::event::{Ended, Event, SessionEnd, SessionScope};
use crate::id::{OrganisationId, SessionId, UserId};

/// How long a refresh chain lives.
#[derive(Clone, Copy, Debug)]
pub struct RefreshLifetime {
    pub idle: TimeDelta,
    pub absolute: TimeDelta,
    /// How long the token before the current one gets the same successor again: two tabs, a lost answer. Zero: each
    /// token is good for one request (RFC 9700 section 4.14.2).
    pub grace: TimeDelta,
}

impl RefreshLifetime {
    /// Whether a token with that count was used up so recently that its owner may have missed the answer.
    fn forgives(self, session: &session::Model, counter: i64, now: Timestamp) -> bool {
        session.refresh_counter == counter + 1
            && !self.grace.is_zero()
            && now <= session.refresh_rotated_at + self.grace
    }
}

/// How a session begins.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// What its tokens are for unless another organisation is asked for.
    pub organisation: Option<OrganisationId>,
    pub authentication: Authentication,
    pub refresh_use: RefreshUse,
}

impl Beginning {
    /// By a password that was just checked or chosen, for clients that rotate their refresh tokens.
    pub fn by_password(now: Timestamp, organisation: Option<OrganisationId>) -> Self {
        let authentication = Authentication::by_password(now);
        Self { organisation, authentication, refresh_use: RefreshUse::Rotating }
    }
}

/// The most sessions that one sign-in ends: after the cap was lowered there may be more.
const MOST_ENDED: u64 = 100;

/// Starts a session. The cookie's value is given back this one time. From now on the account knows the network. If the
/// user has as many sessions as there may be (`limits.sessions`), the oldest ends.
pub async fn start(
    write: &Write<'_>,
    user: UserId,
    beginning: Beginning,
) -> Result<(session::Model, Secret), Error> {
    end_the_oldest(write, user).await?;
    let organisation = beginning.organisation;
    let issuer = beginning.authentication.issuer.clone();
    let (session, cookie) = insert(write, user, write.now, beginning).await?;
    write.record(Event::SessionStarted { organisation, session: session.id, issuer }).await?;
    Ok((session, cookie))
}

/// Puts a new session in the place of one, for the same organisation. Cookie, refresh token and access tokens of the
/// one before end, so that a thief who has copied them gains nothing. With a new proof the session begins anew; without
/// one it is as old as before, for everything that goes by its age. `None` if it has ended already, or the account is
/// disabled. With `cookie_alone` no refresh token
/// is given out any more.
pub async fn renew(
    write: &Write<'_>,
    id: SessionId,
    user: UserId,
    proof: Option<Authentication>,
    cookie_alone: bool,
) -> Result<Option<(session::Model, Secret)>, Error> {
    let user = users::lock(write, user).await?;
    let before = session::Entity::of_user(user.id).filter(session::COLUMN.id.eq(id)).one(write).await?;
    let Some(before) = before.filter(|_| user.disabled_at.is_none()) else { return Ok(None) };
    if !end_one(write, id).await? {
        return Ok(None);
    }
    let created_at = if proof.is_some() { write.now } else { before.created_at };
    let beginning = Beginning {
        organisation: before.organisation_id,
        authentication: proof.unwrap_or_else(|| Authentication::of(&before)),
        refresh_use: if cookie_alone { RefreshUse::Never } else { before.refresh_use },
    };
    let (session, cookie) = insert(write, user.id, created_at, beginning).await?;
    let event =
        Event::SessionRenewed { organisation: session.organisation_id, session: session.id, in_place_of: id };
    write.record(event).await?;
    Ok(Some((session, cookie)))
}

/// Makes room for one session more. Under the account's lock, so that two sign-ins do not count the same sessions.
async fn end_the_oldest(write: &Write<'_>, user: UserId) -> Result<(), Error> {
    let Some(most) = write.caps().sessions else { return Ok(()) };
    users::lock(write, user).await?;
    let alive = session::Entity::of_user(user).filter(session::Entity::not_over(write.now));
    let too_many = (alive.clone().count(write).await? + 1).saturating_sub(most).min(MOST_ENDED);
    if too_many == 0 {
        return Ok(());
    }
    let oldest = alive
        .order_by_asc(session::Column::CreatedAt)
        .order_by_asc(session::Column::Id)
        .limit(too_many)
        .all(write)
        .await?;
    for session in oldest {
        if end_one(write, session.id).await? {
            write.record(ended(&session, SessionEnd::TooMany, Some(most))).await?;
        }
    }
    Ok(())
}

async fn insert(
    write: &Write<'_>,
    user: UserId,
    created_at: Timestamp,
    beginning: Beginning,
) -> Result<(session::Model, Secret), Error> {
    let Beginning { organisation, authentication: by, refresh_use } = beginning;
    let cookie = Secret::generate(secret::SecretKind::Session);
    let session = session::ActiveModel {
        id: Set(SessionId::generate()),
        user_id: Set(user),
        organisation_id: Set(organisation),
        cookie_digest: Set(cookie.digest(write.keyring).to_vec()),
        refresh_counter: Set(0),
        refresh_rotated_at: Set(write.now),
        seen_at: Set(write.now),
        ip: Set(write.actor.ip.clone()),
        user_agent: Set(write.actor.user_agent.clone()),
        ended_at: Set(None),
        created_at: Set(created_at),
        issuer: Set(by.issuer),
        refresh_use: Set(refresh_use),
        authenticated_at: Set(by.at),
        amr: Set(Some(by.amr)),
        acr: Set(by.acr),
        ends_at: Set(by.session_ends_at),
        key_id: Set(Some(write.keyring.key_id().to_vec())),
        refresh_key_id: Set(Some(write.keyring.key_id().to_vec())),
    }
    .insert(write)
    .await?;
    known_network::remember(write, user).await?;
    Ok((session, cookie))
}

fn device(user_agent: Option<&str>) -> String {
    user_agent.map_or_else(|| "an unknown program".to_owned(), |text| text.chars().take(120).collect())
}

/// Tells a user of a sign-in by a program that none of their sessions was started by before. The first session
/// of all is nothing new.
pub async fn announce_new_device(write: &Write<'_>, user: &user::Model) -> Result<(), Error> {
    let program = match &write.actor.user_agent {
        Some(program) => session::COLUMN.user_agent.eq(program.as_str()),
        None => session::COLUMN.user_agent.is_null(),
    };
    let earlier = || session::Entity::find().filter(session::COLUMN.user_id.eq(user.id));
    let known = earlier().filter(program).one(write).await?.is_some();
    if !known && earlier().one(write).await?.is_some() {
        let mail = Mail::NewDevice {
            device: device(write.actor.user_agent.as_deref()),
            address: write.actor.ip.as_deref().unwrap_or("an unknown address").to_owned(),
            time: write.now.format("%Y-%m-%d %H:%M UTC").to_string(),
        };
        mail::enqueue(write, &user.email, mail).await?;
    }
    Ok(())
}

/// What came of presenting a refresh token.
#[derive(Debug)]
pub enum Rotation {
    /// The successor: a new one, or within the window the same one again.
    Successor(Box<session::Model>, RefreshToken),
    /// The token was used long before: another party has it. The session is ended; commit that.
    Theft,
    /// Expired, or the session is ended.
    Refused,
}

/// Exchanges a refresh token for its successor, by one conditional statement. The token of a session whose tokens are
/// reusable rotates here, too, and from then on the session is one that rotates: its older token is theft at every door.
pub async fn rotate(
    write: &Write<'_>,
    presented: RefreshToken,
    lifetime: RefreshLifetime,
) -> Result<Rotation, Error> {
    let successor = RefreshToken { counter: presented.counter.saturating_add(1), ..presented };
    let rotated = session::Entity::update_many()
        .col_expr(session::Column::RefreshCounter, Expr::value(i64::from(successor.counter)))
        .col_expr(session::Column::RefreshRotatedAt, Expr::value(write.now))
        .col_expr(session::Column::RefreshUse, Expr::value(RefreshUse::Rotating))
        // The successor is signed under the current master secret.
        .col_expr(session::Column::RefreshKeyId, Expr::value(write.keyring.key_id().to_vec()))
        .filter(session::COLUMN.id.eq(presented.session))
        .filter(session::COLUMN.refresh_counter.eq(i64::from(presented.counter)))
        .filter(session::COLUMN.refresh_use.ne(RefreshUse::Never))
        .filter(session::COLUMN.ended_at.is_null())
        .filter(session::COLUMN.created_at.gt(write.now - lifetime.absolute))
        .filter(session::COLUMN.refresh_rotated_at.gt(write.now - lifetime.idle))
        .filter(session::Entity::not_over(write.now))
        .exec(&write.without_event(NoEvent::Refresh))
        .await?;
    let Some(session) = session::Entity::find_by_id(presented.session).one(write).await? else {
        return Ok(Rotation::Refused);
    };
    let alive = session.ended_at.is_none()
        && !session.is_over(write.now)
        && write.now < session.created_at + lifetime.absolute;
    let counter = i64::from(presented.counter);
    if rotated.rows_affected == 1 {
        Ok(Rotation::Successor(Box::new(session), successor))
    } else if !alive || session.refresh_counter == counter {
        Ok(Rotation::Refused)
    } else if lifetime.forgives(&session, counter, write.now) {
        Ok(Rotation::Successor(Box::new(session), successor))
    } else {
        end_for_theft(write, &session, presented).await?;
        Ok(Rotation::Theft)
    }
}

/// The session of a refresh token that is good now, without using the token up: for clients that know only one
/// token for the whole sign-in. Its lifetime counts from issue, not from use. Tokens of sessions that rotate are refused:
/// a thief could use a copy here for as long as the owner uses the token elsewhere, and both would look alike.
pub async fn look_up(
    write: &Write<'_>,
    presented: RefreshToken,
    lifetime: RefreshLifetime,
) -> Result<Rotation, Error> {
    let Some(session) = session::Entity::find_by_id(presented.session).one(write).await? else {
        return Ok(Rotation::Refused);
    };
    let alive = session.ended_at.is_none()
        && !session.is_over(write.now)
        && write.now < session.created_at + lifetime.absolute
        && write.now < session.refresh_rotated_at + lifetime.idle;
    let counter = i64::from(presented.counter);
    if !alive || lifetime.forgives(&session, counter, write.now) {
        Ok(Rotation::Refused)
    } else if session.refresh_counter != counter {
        end_for_theft(write, &session, presented).await?;
        Ok(Rotation::Theft)
    } else if session.refresh_use == RefreshUse::Reusable {
        Ok(Rotation::Successor(Box::new(session), presented))
    } else {
        Ok(Rotation::Refused)
    }
}

async fn end_for_theft(
    write: &Write<'_>,
    session: &session::Model,
    presented: RefreshToken,
) -> Result<(), Error> {
    end_one(write, session.id).await?;
    tracing::warn!(account = %session.user_id, session = %session.id, "a refresh token was used twice: the session was ended");
    let event = Event::SessionRefreshReused {
        organisation: session.organisation_id,
        session: session.id,
        presented: presented.counter,
        current: session.refresh_counter,
    };
    write.record(event).await?;
    if let Some(user) = user::Entity::find_by_id(session.user_id).one(write).await? {
        let device = device(session.user_agent.as_deref());
        mail::enqueue(write, &user.email, Mail::RefreshTheft { device }).await?;
    }
    Ok(())
}

/// Ends a session of that user: its cookie, its refresh chain and its access tokens. Once more changes nothing.
///
/// # Errors
/// [`Error::NotFound`] if it is not theirs.
pub async fn end(write: &Write<'_>, user: UserId, id: SessionId) -> Result<(), Error> {
    let session = session::Entity::one_of_user(user, id).one(write).await?.ok_or(Error::NotFound)?;
    if end_one(write, id).await? {
        write.record(ended(&session, SessionEnd::Requested, None)).await?;
    }
    Ok(())
}

/// Ends the session that a cookie opens, if there is one: a new sign-in in the same browser replaces it.
pub async fn replace(write: &Write<'_>, cookie: &Secret) -> Result<(), Error> {
    if let Some((session, _)) = session::Entity::by_cookie(cookie.digests(write.keyring)).one(write).await?
        && end_one(write, session.id).await?
    {
        write.record(ended(&session, SessionEnd::Replaced, None)).await?;
    }
    Ok(())
}

fn ended(session: &session::Model, reason: SessionEnd, most: Option<u64>) -> Event {
    Event::SessionEnded {
        organisation: session.organisation_id,
        ended: Ended::Session(session.id),
        reason,
        scope: SessionScope::Session,
        sessions_ended: Some(1),
        most,
    }
}

async fn end_one(write: &Write<'_>, id: SessionId) -> Result<bool, Error> {
    let ended = session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(write.now))
        .filter(session::COLUMN.id.eq(id))
        .filter(session::COLUMN.ended_at.is_null())
        .exec(write)
        .await?;
    Ok(ended.rows_affected == 1)
}
