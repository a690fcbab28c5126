//! Following a log of audit events: what came since the last look, each event once.

use std::collections::BTreeSet;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use uuid::Uuid;

use super::events::{EventFilter, log};
use crate::entity::audit_event;
use crate::error::Error;
use crate::id::{AuditEventId, OrganisationId};

/// How far back each look reads. Events become visible out of the order of their ids: a transaction may take long, and
/// another node's clock may be behind.
const OVERLAP_MILLISECONDS: u64 = 60_000;
/// The most events that one look gives back.
const BATCH: usize = 200;

/// A log, and how far it was read.
#[derive(Debug)]
pub struct EventTail {
    organisation: Option<OrganisationId>,
    filter: EventFilter,
    from: AuditEventId,
    /// The events since `from` that were given back already.
    seen: BTreeSet<AuditEventId>,
}

impl EventTail {
    /// Begins at the end of an organisation's log or, without one, of the whole installation's.
    pub async fn at_the_end(
        db: &impl ConnectionTrait,
        organisation: Option<OrganisationId>,
        filter: EventFilter,
    ) -> Result<Self, Error> {
        let mut tail = Self { organisation, filter, from: earliest_unread(), seen: BTreeSet::new() };
        tail.seen = tail.ids(db).await?.into_iter().collect();
        Ok(tail)
    }

    /// Leaves out events that the reader has already.
    pub fn skip(&mut self, events: &[audit_event::Model]) {
        self.seen.extend(events.iter().map(|event| event.id));
    }

    /// The events that came since, oldest first, 200 at most.
    pub async fn next(&mut self, db: &impl ConnectionTrait) -> Result<Vec<audit_event::Model>, Error> {
        let until = earliest_unread();
        let mut unseen = self.ids(db).await?;
        unseen.retain(|id| !self.seen.contains(id));
        let complete = unseen.len() <= BATCH;
        unseen.truncate(BATCH);
        if complete {
            // Only what was read to its end is left behind.
            self.from = until;
            self.seen = self.seen.split_off(&until);
        }
        if unseen.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self
            .log()
            .filter(audit_event::COLUMN.id.is_in(unseen.iter().copied()))
            .order_by_asc(audit_event::Column::Id)
            .all(db)
            .await?;
        self.seen.extend(unseen);
        Ok(rows)
    }

    fn log(&self) -> Select<audit_event::Entity> {
        self.filter.narrow(log(self.organisation))
    }

    async fn ids(&self, db: &impl ConnectionTrait) -> Result<Vec<AuditEventId>, Error> {
        let ids = self
            .log()
            .filter(audit_event::COLUMN.id.gt(self.from))
            .order_by_asc(audit_event::Column::Id)
            .select_only()
            .column(audit_event::Column::Id)
            .into_tuple()
            .all(db)
            .await?;
        Ok(ids)
    }
}

/// The smallest id that could still come up.
fn earliest_unread() -> AuditEventId {
    let (seconds, nanoseconds) =
        Uuid::now_v7().get_timestamp().map_or((0, 0), |timestamp| timestamp.to_unix());
    let milliseconds = seconds * 1000 + u64::from(nanoseconds / 1_000_000);
    let earliest = milliseconds.saturating_sub(OVERLAP_MILLISECONDS);
    AuditEventId(Uuid::from_u128(u128::from(earliest) << 80))
}
