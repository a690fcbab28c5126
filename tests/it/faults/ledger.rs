//! Rows and the events that tell of them: each is written with the other, or not at all.

use std::collections::BTreeSet;

use oskar::entity::{api_key, audit_event, invitation, mail, membership, organisation, session, user};
use sea_orm::EntityTrait as _;

use crate::support::TestApp;

type Ids = BTreeSet<String>;

/// Events, and what is asked about them.
struct Events(Vec<audit_event::Model>);

impl Events {
    /// The targets of all events of these kinds, in organisations that still exist.
    fn targets(&self, actions: &[&str], gone: &Ids) -> Ids {
        let all = self.0.iter().filter(|event| actions.contains(&event.action.as_str()));
        let there = all.filter(|event| {
            event.organisation_id.is_none_or(|organisation| !gone.contains(&organisation.to_string()))
        });
        there.map(|event| event.target_id.clone().unwrap()).collect()
    }
}

fn ids<T, I: ToString>(rows: &[T], id: impl Fn(&T) -> I) -> Ids {
    rows.iter().map(|row| id(row).to_string()).collect()
}

fn ids_if<T, I: ToString>(rows: &[T], holds: impl Fn(&T) -> bool, id: impl Fn(&T) -> I) -> Ids {
    rows.iter().filter(|row| holds(row)).map(|row| id(row).to_string()).collect()
}

/// Fails if anything is half there.
pub async fn check(app: &TestApp, after: &str) {
    let db = app.app.db.read();
    // Rows first, events next, rows once more: what is committed in between is in neither or in both.
    let events = Events(audit_event::Entity::find().all(db).await.unwrap());
    let organisations = organisation::Entity::find().all(db).await.unwrap();
    let none = Ids::new();
    let gone = events.targets(&["organisation.deleted"], &none);
    let made = events.targets(&["organisation.created"], &gone);
    assert_eq!(ids(&organisations, |row| row.id), made, "organisations, after {after}");

    let users = user::Entity::find().all(db).await.unwrap();
    let deleted = events.targets(&["user.deleted"], &none);
    let created = events.targets(&["user.created"], &none);
    assert_eq!(ids(&users, |row| row.id), &created - &deleted, "users, after {after}");

    let keys = api_key::Entity::find().all(db).await.unwrap();
    assert_eq!(ids(&keys, |row| row.id), events.targets(&["key.created"], &gone), "keys, after {after}");
    let revoked = ids_if(&keys, |row| row.revoked_at.is_some(), |row| row.id);
    assert_eq!(revoked, events.targets(&["key.revoked"], &gone), "revoked keys, after {after}");

    let invitations = invitation::Entity::find().all(db).await.unwrap();
    let invited = events.targets(&["invitation.created"], &gone);
    assert_eq!(ids(&invitations, |row| row.id), invited, "invitations, after {after}");
    let withdrawn = ids_if(&invitations, |row| row.withdrawn_at.is_some(), |row| row.id);
    assert_eq!(withdrawn, events.targets(&["invitation.withdrawn"], &gone), "withdrawn, after {after}");
    let accepted = ids_if(&invitations, |row| row.accepted_at.is_some(), |row| row.id);
    assert_eq!(accepted, events.targets(&["invitation.accepted"], &gone), "accepted, after {after}");
    let mails = ids(&mail::Entity::find().all(db).await.unwrap(), |row| row.id);
    let mailed = invitations.iter().filter_map(|row| row.mail_id).map(|id| id.to_string()).collect::<Ids>();
    assert!(mailed.is_subset(&mails), "mails of invitations, after {after}");

    let sessions = session::Entity::find().all(db).await.unwrap();
    let started = events.targets(&["session.started", "session.renewed"], &none);
    // Those of a deleted account went with it.
    let of_deleted =
        |event: &&audit_event::Model| event.actor_id.as_ref().is_some_and(|id| deleted.contains(id));
    let with_it: Ids =
        events.0.iter().filter(of_deleted).filter_map(|event| event.target_id.clone()).collect();
    assert_eq!(ids(&sessions, |row| row.id), &started - &with_it, "sessions, after {after}");

    // A membership is added once in these tests.
    let pair = |organisation: String, user: &str| format!("{organisation} {user}");
    let of = |actions: &[&str]| {
        let all = events.0.iter().filter(|event| actions.contains(&event.action.as_str()));
        all.filter_map(|event| Some(pair(event.organisation_id?.to_string(), event.target_id.as_deref()?)))
            .filter(|member| !gone.contains(member.split(' ').next().unwrap()))
            .collect::<Ids>()
    };
    let members = membership::Entity::find().all(db).await.unwrap();
    let members = ids(&members, |row| pair(row.organisation_id.to_string(), &row.user_id.to_string()));
    let added = of(&["member.added"]);
    let left = of(&["member.left", "member.removed", "user.deleted"]);
    assert_eq!(members, &added - &left, "members, after {after}");
}
