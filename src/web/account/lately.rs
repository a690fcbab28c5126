//! What happened lately that the owner of an account should know: wrong passwords, and sign-ins from devices and networks
//! that were not seen before. It is read from the account's events.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::error::Error;
use crate::event::EventKind;
use crate::http::filters::day_in;
use crate::id::UserId;
use crate::language::{ToVariable as _, Words};
use crate::network::neighbourhood;
use crate::views::events::{Event, EventFilter, failed_sign_ins, of_account};
use crate::views::{ListOrder, PageRequest};
use crate::web::device::device;

/// How far back it looks.
const LATELY: TimeDelta = TimeDelta::days(30);
/// How many events of a kind it reads.
const MOST: u64 = 100;
/// How many are shown one by one.
const MOST_SHOWN: usize = 5;
/// How many networks are told.
const MOST_TOLD: usize = 3;
/// Events younger than this are told by the day of the week.
const WEEK: TimeDelta = TimeDelta::days(6);

/// See the module.
pub struct Lately {
    /// The sentence about wrong passwords.
    pub wrong_passwords: Option<String>,
    /// The newest of them.
    pub failed: Vec<FailedSignIns>,
    pub new_devices: Vec<NewDevice>,
}

/// Sign-ins of the same quarter of an hour that failed.
pub struct FailedSignIns {
    pub times: i64,
    pub from: Option<String>,
    pub device: String,
    pub at: Timestamp,
}

impl FailedSignIns {
    fn of(words: &Words, event: &Event) -> Self {
        let user_agent = event.request.as_ref().and_then(|request| request.user_agent.as_deref());
        Self {
            times: times(event),
            from: place(event),
            device: device(words, user_agent),
            at: event.created_at,
        }
    }
}

/// A sign-in from where the account was not used before.
pub struct NewDevice {
    pub device: String,
    pub ip: Option<String>,
    pub at: Timestamp,
}

impl Lately {
    /// Reads it for that account.
    pub async fn of(
        db: &impl ConnectionTrait,
        user: UserId,
        words: &Words,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let failed = failed_sign_ins(db, user, now - LATELY, MOST).await?;
        let started = sign_ins(db, user).await?;
        Ok(Self {
            wrong_passwords: wrong_passwords(words, now, &failed),
            failed: failed.iter().take(MOST_SHOWN).map(|event| FailedSignIns::of(words, event)).collect(),
            new_devices: new_devices(words, now - LATELY, &started),
        })
    }

    /// Whether there is nothing to tell.
    pub fn is_quiet(&self) -> bool {
        self.wrong_passwords.is_none() && self.new_devices.is_empty()
    }
}

async fn sign_ins(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Event>, Error> {
    let kind = Some(EventKind::SessionStarted.as_str().to_owned());
    let filter = EventFilter { kind, ..EventFilter::default() };
    let request = PageRequest { limit: MOST, order: ListOrder::Newest, after: None };
    Ok(of_account(db, user, &filter, &request).await?.data)
}

/// Such as "3 wrong passwords since Monday, from 203.0.113.7".
fn wrong_passwords(words: &Words, now: Timestamp, failed: &[Event]) -> Option<String> {
    let (mut count, mut places) = (0, Vec::new());
    for event in failed {
        count += times(event);
        if let Some(place) = place(event).filter(|place| !places.contains(place)) {
            places.push(place);
        }
    }
    let first = failed.last()?.created_at;
    let since = if now - first <= WEEK {
        words.say(&format!("weekday-{}", first.format("%u")), &[])
    } else {
        day_in(words, first)
    };
    let more = places.len().saturating_sub(MOST_TOLD);
    places.truncate(MOST_TOLD);
    let mut from = places.join(", ");
    if more > 0 {
        from = words.say("lately-places", &[("places", from.variable()), ("more", more.variable())]);
    }
    let variables = [("count", count.variable()), ("since", since.variable()), ("from", from.variable())];
    let text = if from.is_empty() { "lately-wrong-passwords" } else { "lately-wrong-passwords-from" };
    Some(words.say(text, &variables))
}

/// How many sign-ins an event stands for.
fn times(event: &Event) -> i64 {
    event.data.object.get("count").and_then(Value::as_i64).unwrap_or(1)
}

/// The address; without one the network.
fn place(event: &Event) -> Option<String> {
    let ip = event.request.as_ref().and_then(|request| request.ip.clone());
    ip.or_else(|| event.data.object.get("network").and_then(Value::as_str).map(ToOwned::to_owned))
}

/// The sign-ins, the newest first, by a device or from a network that none before them had. The first of all is nothing new.
fn new_devices(words: &Words, since: Timestamp, started: &[Event]) -> Vec<NewDevice> {
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    for (number, event) in started.iter().rev().enumerate() {
        let request = event.request.as_ref();
        let name = device(words, request.and_then(|request| request.user_agent.as_deref()));
        let ip = request.and_then(|request| request.ip.clone());
        let network = ip.as_deref().and_then(|ip| ip.parse().ok()).map(neighbourhood);
        if known.insert((name.clone(), network)) && number > 0 && event.created_at >= since {
            found.push(NewDevice { device: name, ip, at: event.created_at });
        }
    }
    found.reverse();
    found.truncate(MOST_SHOWN);
    found
}
