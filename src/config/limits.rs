//! How much of everything, and for how long.

use chrono::TimeDelta;
use ipnet::IpNet;

use super::reader::Reader;
use crate::limits::rate::Rate;

/// How long the database may take.
#[derive(Clone, Debug)]
pub struct DatabaseTime {
    pub lock: TimeDelta,
    pub statement: TimeDelta,
    pub idle_in_transaction: TimeDelta,
    /// `None`: SQLite's file is not checked at the start.
    pub check: Option<TimeDelta>,
}

impl DatabaseTime {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        Self {
            lock: read.duration("database_lock_timeout"),
            statement: read.duration("database_statement_timeout"),
            idle_in_transaction: read.duration("database_idle_timeout"),
            check: if read.text("database_check") == "0" {
                None
            } else {
                Some(read.duration("database_check"))
            },
        }
    }
}

/// The settings of `[limits]`.
#[derive(Clone, Debug)]
pub struct Limits {
    pub body_bytes: usize,
    pub request_timeout: TimeDelta,
    pub hash_queue: usize,
    /// `None`: no limit.
    pub rate: Option<Rate>,
    pub exempt: Vec<IpNet>,
    pub failures_per_address: i32,
    /// `None`: no limit.
    pub seats: Option<u64>,
    pub events_retention: TimeDelta,
    /// An hour, from one network; `None`: no limit.
    pub registrations: Option<i32>,
    /// `None`: for ever.
    pub unproven_accounts: Option<TimeDelta>,
    /// Of a new organisation; `None`: no limit.
    pub invitations: Option<u64>,
    pub new_organisation: TimeDelta,
    pub caps: Caps,
    /// Of what has ended.
    pub ended_retention: TimeDelta,
}

/// How many of everything there may be at once; `None`: no limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Caps {
    /// Of a user.
    pub sessions: Option<u64>,
    /// Of an organisation.
    pub keys: Option<u64>,
    /// Of a user.
    pub organisations: Option<u64>,
    /// Of an organisation.
    pub open_invitations: Option<u64>,
    /// Of a user or a key.
    pub tickets: Option<u64>,
    /// Asked for by a user in a day.
    pub email_changes: Option<u64>,
}

impl Caps {
    fn read(read: &mut Reader<'_>) -> Self {
        let mut cap = |key| Some(read.within(key, 0, 1_000_000)).filter(|most| *most > 0);
        Self {
            sessions: cap("limits.sessions"),
            keys: cap("limits.keys"),
            organisations: cap("limits.organisations"),
            open_invitations: cap("limits.open_invitations"),
            tickets: cap("limits.tickets"),
            email_changes: cap("limits.email_changes"),
        }
    }
}

impl Limits {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        Self {
            body_bytes: read.within("limits.body_bytes", 1024, 16 << 20),
            request_timeout: read.duration("limits.request_timeout"),
            hash_queue: read.within("limits.hash_queue", 1, 100_000),
            rate: Some(Rate {
                per_second: read.within("limits.rate_per_second", 0, 1_000_000),
                burst: read.within("limits.rate_burst", 1, 1_000_000),
            })
            .filter(|rate| rate.per_second > 0),
            exempt: read.networks("limits.exempt"),
            failures_per_address: read.within("limits.failures_per_address", 1, 1_000_000),
            seats: Some(read.one("limits.seats", 0)).filter(|seats| *seats > 0),
            events_retention: read.duration("limits.events_retention"),
            registrations: Some(read.within("limits.registrations", 0, 1_000_000)).filter(|most| *most > 0),
            unproven_accounts: read.duration_or_none("limits.unproven_accounts"),
            invitations: Some(read.within("limits.invitations", 0, 1_000_000)).filter(|most| *most > 0),
            new_organisation: read.duration("limits.new_organisation"),
            caps: Caps::read(read),
            ended_retention: {
                let kept = read.duration("limits.ended_retention");
                // What was sent in a day counts for other limits.
                if kept < TimeDelta::days(1) {
                    read.problem("limits.ended_retention", "is at least 1d");
                }
                kept
            },
        }
    }
}
