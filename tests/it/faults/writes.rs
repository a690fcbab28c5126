//! What to ask of each write, and how to see that it was done. A write that is not here fails the test.

use axum::http::Method;
use oskar::domain::account::one_time;
use oskar::domain::identities;
use oskar::domain::journal::audit::Actor;
use oskar::domain::onboarding::invitations;
use oskar::entity::one_time_token::LinkPurpose;
use oskar::http::Route;
use oskar::permission::Role;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use super::{Rig, Told};
use crate::support::{PASSWORD, Person, basic};

const NEW_PASSWORD: &str = "a new password, long enough";

/// A request.
pub struct Asked {
    pub method: Method,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Value>,
    pub proof: Proof,
}

/// How to see that a request was done.
pub enum Proof {
    /// The audit log has an event of that kind for it.
    Event(&'static str),
    /// This number has grown.
    Grows(String),
    /// There is nothing to see: it changes nothing that stays.
    Nothing,
}

impl Proof {
    pub async fn measure(&self, rig: &Rig) -> i64 {
        match self {
            Self::Grows(sql) => number(rig, sql).await,
            Self::Event(_) | Self::Nothing => 0,
        }
    }

    pub async fn holds(&self, rig: &Rig, before: i64, told: &Told) -> bool {
        match self {
            Self::Event(action) => {
                let id = &told.request_id;
                let sql = format!(
                    "SELECT count(*) FROM audit_event WHERE action = '{action}' AND request_id = '{id}'"
                );
                number(rig, &sql).await > 0
            }
            Self::Grows(sql) => number(rig, sql).await > before,
            Self::Nothing => told.is_success(),
        }
    }
}

async fn number(rig: &Rig, sql: &str) -> i64 {
    let db = rig.app.app.db.read();
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

fn mails(kind: &str, to: &str) -> Proof {
    Proof::Grows(format!("SELECT count(*) FROM mail WHERE kind = '{kind}' AND recipient = '{to}'"))
}

/// The secret of a link that a mail would bring. Mails that are due are dealt with before: each makes a link of its own
/// and ends the one before.
async fn link(rig: &Rig, purpose: LinkPurpose, person: &Person, email: &str) -> String {
    settle(rig).await;
    let app = &rig.app.app;
    let actor = Actor::system();
    let write = app.write(&actor).await.unwrap();
    let user = person.user_id.parse().unwrap();
    let secret = one_time::issue(&write, purpose, user, email).await.unwrap();
    write.commit().await.unwrap();
    secret.reveal().to_owned()
}

async fn settle(rig: &Rig) {
    while number(rig, "SELECT count(*) FROM delivery WHERE state = 'pending'").await > 0 {
        rig.app.deliver().await;
    }
}

async fn invitation(admin: &Person, email: &str) -> String {
    let body = json!({ "emails": [email], "role": "viewer" });
    let path = format!("/api/orgs/{}/invitations", admin.organisation_id());
    let made = admin.with_bearer().post(&path, body).await.status(201).json();
    made["data"][0]["id"].as_str().unwrap().to_owned()
}

async fn key(admin: &Person) -> String {
    let body = json!({ "name": "key", "environment": "live", "role": "viewer" });
    let path = format!("/api/orgs/{}/keys", admin.organisation_id());
    let made = admin.with_bearer().post(&path, body).await.status(201).json();
    made["id"].as_str().unwrap().to_owned()
}

async fn member(rig: &Rig, admin: &Person) -> Person {
    let email = admin.email.replace("admin", "member");
    rig.app.create_user(&email, admin.organisation_id(), Role::Member).await;
    rig.app.sign_in(&email).await
}

async fn invitation_link(rig: &Rig, admin: &Person, email: &str) -> String {
    let id = invitation(admin, email).await.parse().unwrap();
    settle(rig).await;
    let app = &rig.app.app;
    let actor = Actor::system();
    let write = app.write(&actor).await.unwrap();
    let (_, secret) = invitations::issue_link(&write, id).await.unwrap().unwrap();
    write.commit().await.unwrap();
    secret.reveal().to_owned()
}

async fn link_identity(rig: &Rig, person: &Person) {
    let app = &rig.app.app;
    let actor = Actor::system();
    let write = app.write(&actor).await.unwrap();
    let user = person.user_id.parse().unwrap();
    identities::link(&write, "https://login.example", &person.email, user).await.unwrap();
    write.commit().await.unwrap();
}

async fn session_of(person: &Person) -> String {
    let me = person.with_bearer().get("/api/auth/me").await.status(200).json();
    me["session_id"].as_str().unwrap().to_owned()
}

/// The request for a route, with all that it needs made before.
#[expect(clippy::too_many_lines, reason = "one arm for each write of the API")]
pub async fn prepare(rig: &Rig, route: &Route) -> Asked {
    let admin = &rig.organisation().await;
    let organisation = admin.organisation_id();
    let bearer = |person: &Person| vec![("authorization", format!("Bearer {}", person.access_token))];
    let nobody = Vec::new();
    let login = json!({ "username": admin.email, "password": PASSWORD });
    let password_change = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    let domain = admin.email.split_once('@').unwrap().1;
    let new_email = format!("new@{domain}");
    let (mut target, mut query) = (String::new(), "");
    let started = Proof::Event("session.started");
    let ended = Proof::Event("session.ended");
    let (headers, body, proof) = match (route.method.as_str(), route.path.as_str()) {
        ("POST", "/api/auth/register") => {
            let body = json!({ "email": new_email, "password": PASSWORD, "organisation_name": new_email.replace('@', " ") });
            (nobody, Some(body), Proof::Event("user.created"))
        }
        ("POST", "/api/auth/login" | "/api/authenticate" | "/api/login" | "/osm/api/login") => {
            (nobody, Some(login), started)
        }
        ("POST", "/api/auth/logout" | "/api/logout" | "/osm/api/logout") => (bearer(admin), None, ended),
        ("POST", "/api/auth/change-password" | "/api/change-password") => {
            (bearer(admin), Some(password_change), Proof::Event("user.password_changed"))
        }
        ("POST", "/api/auth/reauthenticate") => {
            (bearer(admin), Some(json!({ "password": PASSWORD })), Proof::Nothing)
        }
        ("POST", "/api/auth/identities") => {
            let proof = link(rig, LinkPurpose::VerifyEmail, admin, &admin.email).await;
            let body = json!({ "link_secret": proof });
            rig.app.anonymous().post("/api/auth/verify-email", body).await.status(204);
            let token = rig.issuer.token(rig.app.app.now(), &admin.user_id, &admin.email);
            (bearer(admin), Some(json!({ "issuer_token": token })), Proof::Event("identity.linked"))
        }
        ("DELETE", "/api/auth/identities") => {
            link_identity(rig, admin).await;
            query = "?issuer=https://login.example";
            (bearer(admin), None, Proof::Event("identity.unlinked"))
        }
        ("POST", "/api/auth/change-email") => {
            let body = json!({ "email": new_email, "password": PASSWORD });
            (bearer(admin), Some(body), Proof::Event("user.email_change_requested"))
        }
        ("POST", "/api/auth/forgot-password") => {
            (nobody, Some(json!({ "email": admin.email })), mails("reset_password", &admin.email))
        }
        ("POST", "/api/auth/resend-verification") => {
            (nobody, Some(json!({ "email": admin.email })), mails("verify_email", &admin.email))
        }
        ("POST", "/api/auth/reset-password") => {
            let token = link(rig, LinkPurpose::ResetPassword, admin, &admin.email).await;
            let body = json!({ "link_secret": token, "password": NEW_PASSWORD });
            (nobody, Some(body), Proof::Event("user.password_reset"))
        }
        ("POST", "/api/auth/verify-email") => {
            let token = link(rig, LinkPurpose::VerifyEmail, admin, &admin.email).await;
            (nobody, Some(json!({ "link_secret": token })), Proof::Event("user.email_verified"))
        }
        ("POST", "/api/auth/unlock") => {
            let token = link(rig, LinkPurpose::Unlock, admin, &admin.email).await;
            (nobody, Some(json!({ "link_secret": token })), Proof::Event("user.unlocked"))
        }
        ("POST", "/api/auth/password-strength") => {
            (nobody, Some(json!({ "password": NEW_PASSWORD })), Proof::Nothing)
        }
        ("DELETE", "/api/account") => {
            let body = json!({ "password": PASSWORD });
            (bearer(&member(rig, admin).await), Some(body), Proof::Event("user.deleted"))
        }
        ("PATCH", "/api/account") => {
            (bearer(admin), Some(json!({ "name": "Another" })), Proof::Event("user.updated"))
        }
        ("POST", "/api/auth/refresh") => {
            let sum = "SELECT CAST(sum(refresh_counter) AS BIGINT) FROM session".to_owned();
            (nobody, Some(json!({ "refresh_token": admin.refresh_token })), Proof::Grows(sum))
        }
        ("DELETE", "/api/auth/sessions") => {
            rig.app.sign_in(&admin.email).await;
            (bearer(admin), None, Proof::Event("session.ended"))
        }
        ("DELETE", "/api/auth/sessions/{session_id}") => {
            target = session_of(&rig.app.sign_in(&admin.email).await).await;
            (bearer(admin), None, ended)
        }
        ("POST", "/api/auth/token") => (bearer(admin), Some(json!({ "org": organisation })), Proof::Nothing),
        ("POST", "/api/credentials/verify") => {
            (bearer(admin), Some(json!({ "credential": admin.access_token })), Proof::Nothing)
        }
        ("POST", "/api/auth/ws-token") => {
            let body = json!({ "org": organisation });
            (bearer(admin), Some(body), Proof::Grows("SELECT count(*) FROM socket_ticket".to_owned()))
        }
        ("POST", "/api/invitations/accept") => {
            let token = invitation_link(rig, admin, &new_email).await;
            let body = json!({ "invitation": token, "password": NEW_PASSWORD, "name": "Bob" });
            (nobody, Some(body), Proof::Event("invitation.accepted"))
        }
        ("POST", "/api/orgs") => {
            let body = json!({ "name": domain.replace('.', " ") });
            (bearer(admin), Some(body), Proof::Event("organisation.created"))
        }
        ("DELETE", "/api/orgs/{org}") => (bearer(admin), None, Proof::Event("organisation.deleted")),
        ("PATCH", "/api/orgs/{org}") => {
            (bearer(admin), Some(json!({ "name": "Another" })), Proof::Event("organisation.updated"))
        }
        ("POST", "/api/orgs/{org}/invitations") => {
            let body = json!({ "emails": [new_email], "role": "viewer" });
            (bearer(admin), Some(body), Proof::Event("invitation.created"))
        }
        ("DELETE", "/api/orgs/{org}/invitations/{invitation_id}") => {
            target = invitation(admin, &new_email).await;
            (bearer(admin), None, Proof::Event("invitation.withdrawn"))
        }
        ("POST", "/api/orgs/{org}/invitations/{invitation_id}/resend") => {
            target = invitation(admin, &new_email).await;
            (bearer(admin), None, Proof::Event("invitation.resent"))
        }
        ("POST", "/api/orgs/{org}/keys") => {
            let body = json!({ "name": "key", "environment": "live", "role": "viewer" });
            // Not by token: HTTP Basic spends an attempt and gives it back.
            let headers = vec![("authorization", basic(&admin.email, PASSWORD))];
            (headers, Some(body), Proof::Event("key.created"))
        }
        ("DELETE", "/api/orgs/{org}/keys/{key_id}") => {
            target = key(admin).await;
            (bearer(admin), None, Proof::Event("key.revoked"))
        }
        ("PATCH", "/api/orgs/{org}/keys/{key_id}") => {
            target = key(admin).await;
            (bearer(admin), Some(json!({ "name": "Another" })), Proof::Event("key.updated"))
        }
        ("POST", "/api/orgs/{org}/keys/{key_id}/revoke") => {
            target = key(admin).await;
            (bearer(admin), Some(json!({ "reason": "leaked" })), Proof::Event("key.revoked"))
        }
        ("POST", "/api/orgs/{org}/keys/{key_id}/rotate") => {
            target = key(admin).await;
            (bearer(admin), Some(json!({ "overlap": 600 })), Proof::Event("key.rotated"))
        }
        ("POST", "/api/orgs/{org}/leave") => {
            (bearer(&member(rig, admin).await), None, Proof::Event("member.left"))
        }
        ("DELETE", "/api/orgs/{org}/members/{user_id}") => {
            target = member(rig, admin).await.user_id;
            (bearer(admin), None, Proof::Event("member.removed"))
        }
        ("PATCH", "/api/orgs/{org}/members/{user_id}") => {
            target = member(rig, admin).await.user_id;
            (bearer(admin), Some(json!({ "role": "admin" })), Proof::Event("member.role_changed"))
        }
        ("DELETE", "/api/orgs/{org}/members/{user_id}/sessions") => {
            target = member(rig, admin).await.user_id;
            (bearer(admin), None, Proof::Event("session.ended"))
        }
        (method, path) => panic!("{method} {path} is a write: say what to ask of it, and how to see it done"),
    };
    let mut path = route.path.replace("{org}", organisation);
    for parameter in ["{key_id}", "{user_id}", "{invitation_id}", "{session_id}"] {
        path = path.replace(parameter, &target);
    }
    let path = path + query;
    Asked { method: route.method.clone(), path, headers, body, proof }
}
