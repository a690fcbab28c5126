//! What has ended is deleted after a while; its audit events stay.

use chrono::TimeDelta;
use oskar::entity::{api_key, api_key_secret, audit_event, invitation, session};
use oskar::worker::sweep;
use sea_orm::{EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::json;

use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn revoked_and_expired_keys_and_invitations_are_deleted_and_others_stay() {
    let app = TestApp::with(&[("OSKAR_LIMITS__ENDED_RETENTION", "10d")]).await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let keys = format!("{}/keys", org.path);
    let (alive, revoked) = (org.key("live", "member", None).await, org.key("test", "viewer", None).await);
    revoked.with_bearer().get("/api/auth/me").await.status(200);
    oskar::worker::usage::tick(&app.app).await.unwrap();
    admin.delete(&format!("{keys}/{}", revoked.id)).await.status(204);
    let expires_at = app.app.now() + TimeDelta::hours(1);
    let short = json!({ "name": "short", "environment": "live", "role": "viewer", "expires_at": expires_at });
    admin.post(&keys, short).await.status(201);
    let invitations = format!("{}/invitations", org.path);
    for email in ["withdrawn@new.example", "expired@new.example", "accepted@new.example"] {
        admin.post(&invitations, json!({ "emails": [email], "role": "viewer" })).await.status(201);
    }
    let accepted =
        json!({ "invitation": app.mailed_secret("accepted@new.example").await, "password": PASSWORD });
    app.anonymous().post("/api/invitations/accept", accepted).await.status(200);
    let listed = admin.get(&invitations).await.status(200).json();
    let rows = listed["data"].as_array().unwrap().iter();
    let withdrawn = rows.clone().find(|row| row["email"] == "withdrawn@new.example").unwrap();
    admin.delete(&format!("{invitations}/{}", withdrawn["id"].as_str().unwrap())).await.status(204);

    let db = app.app.db.read();
    let counts = async || {
        sweep::tick(&app.app).await.unwrap();
        (
            api_key::Entity::find().count(db).await.unwrap(),
            invitation::Entity::find().count(db).await.unwrap(),
        )
    };
    app.advance(TimeDelta::days(10));
    assert_eq!(counts().await, (3, 3), "not before");
    app.advance(TimeDelta::hours(2));
    assert_eq!(counts().await, (1, 2), "an invitation lasts seven days before it has ended");
    app.advance(TimeDelta::days(7));
    assert_eq!(counts().await, (1, 1));
    assert_eq!(api_key_secret::Entity::find().count(db).await.unwrap(), 1);
    alive.with_bearer().get("/api/auth/me").await.status(200);
    revoked.with_bearer().get("/api/auth/me").await.status(401);
    assert!(invitation::Entity::find().one(db).await.unwrap().unwrap().accepted_at.is_some());
    assert!(session::Entity::find().count(db).await.unwrap() > 0);

    let deleted = audit_event::Entity::find().filter(audit_event::COLUMN.action.eq("key.deleted"));
    let deleted = deleted.all(db).await.unwrap();
    assert_eq!(deleted.len(), 2);
    let of_revoked = deleted.iter().find(|event| event.target_id.as_deref() == Some(&revoked.id)).unwrap();
    let last = &of_revoked.data["object"];
    assert_eq!(last["name"], "test viewer");
    assert!(last["last_used_at"].is_string() && last["revoked_at"].is_string());
    let made = audit_event::Entity::find().filter(audit_event::COLUMN.action.eq("key.created"));
    assert_eq!(made.count(db).await.unwrap(), 3);
}
