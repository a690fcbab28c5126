//! An installation of an older version, upgraded: whatever opened something before still does.
//!
//! `tests/scripts/older_installation` made what is stored in `fixtures/older_installation`, with the binary of commit
//! 03aa280 (schema m0032): a database of each kind, and in clear text what opens it.

use aws_lc_rs::signature::RsaKeyPair;
use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use oskar::clock::Timestamp;
use oskar::entity::{audit_event, organisation, used_slug};
use sea_orm::{ConnectionTrait as _, Database, EntityTrait as _};
use serde_json::{Value, json};

use crate::catalogue::Catalogue;
use crate::process::Installation;
use crate::support::{Answer, Client, Credential, Key, SECRET_KEY, TestApp, on_postgres};

const ME: &str = "/api/auth/me";

struct Older {
    app: TestApp,
    /// What the script noted.
    known: Value,
}

impl Older {
    /// A minute after it was made.
    async fn upgraded() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/older_installation");
        let name = if on_postgres() { "postgres" } else { "sqlite" };
        let read = |kind: &str| std::fs::read_to_string(format!("{folder}/{name}.{kind}")).unwrap();
        let known: Value = serde_json::from_str(&read("json")).unwrap();
        let made_at = Timestamp::from_timestamp_micros(known["made_at"].as_i64().unwrap()).unwrap();
        let settings = [
            ("OSKAR_ISSUERS__0__ISSUER", text(&known["issuer"]["url"])),
            ("OSKAR_ISSUERS__0__AUDIENCE", text(&known["issuer"]["audience"])),
            ("OSKAR_ISSUERS__0__JWKS", text(&known["issuer"]["jwks"])),
        ];
        let app = TestApp::restored(&read("sql"), &settings, made_at + TimeDelta::minutes(1)).await;
        Self { app, known }
    }

    fn with(&self, credential: Credential) -> Client {
        Client::new(self.app.router.clone(), credential)
    }

    async fn sign_in(&self, name: &str, more: &Value) -> Answer {
        let mut body = json!({ "email": name, "password": self.known["password"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.app.anonymous().post("/api/auth/login", body).await
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn its_keys_and_sessions_are_as_good_as_before() {
    let older = Older::upgraded().await;
    let key = |name: &str| older.with(Credential::ApiKey(text(&older.known["keys"][name]).to_owned()));
    for name in ["live", "rotated_before", "rotated_after"] {
        let verified = key(name).get("/api/verify?permission=tasks:write").await.status(200).json();
        assert_eq!(
            (&verified["organisation"]["slug"], &verified["role"]),
            (&json!("acme"), &json!("member"))
        );
    }
    let verified = key("test").get("/api/verify?environment=any").await.status(200).json();
    assert_eq!(verified["environment"], "test");
    key("narrowed").get("/api/orgs/acme").await.status(200);
    assert_eq!(key("narrowed").get("/api/orgs/acme/members").await.status(403).code(), "permission_denied");
    assert_eq!(key("revoked").get("/api/verify").await.status(401).code(), "invalid_credential");
    older.app.advance(TimeDelta::days(1));
    key("rotated_before").get("/api/verify").await.status(401);
    key("rotated_after").get("/api/verify").await.status(200);
    older.app.advance(-TimeDelta::days(1));

    let sessions = older.known["sessions"].as_object().unwrap();
    assert_eq!(sessions.len(), 4);
    for (name, session) in sessions {
        let part = |part: &str| text(&session[part]).to_owned();
        let status = if name == "signed_out" { 401 } else { 200 };
        for credential in [Credential::Cookie(part("cookie")), Credential::Bearer(part("access_token"))] {
            let me = older.with(credential).get(ME).await.status(status).json();
            assert!(status == 401 || me["user"]["id"] == session["user"], "{name}: {me}");
        }
        let body = json!({ "refresh_token": part("refresh_token") });
        older.app.anonymous().post("/api/auth/refresh", body).await.status(status);
    }
}

#[tokio::test]
async fn its_users_sign_in() {
    let older = Older::upgraded().await;
    let (known, nothing) = (&older.known, json!({}));
    for name in ["ana@acme.example", "ana", "bob@acme.example", "dora@acme.example"] {
        older.sign_in(name, &nothing).await.status(200);
        let basic = Credential::Basic(name.to_owned(), text(&known["password"]).to_owned());
        older.with(basic).get(ME).await.status(200);
        let wrong = json!({ "email": name, "password": "not the password of anybody" });
        older.app.anonymous().post("/api/auth/login", wrong).await.status(401);
        older.sign_in(name, &nothing).await.status(200);
    }
    assert_eq!(older.sign_in("gone@acme.example", &nothing).await.status(403).code(), "user_disabled");
    let cleo = older.sign_in("cleo@acme.example", &nothing).await.status(403);
    assert_eq!(cleo.code(), "password_change_required");
    let chosen = json!({ "new_password": "a phrase of Cleo's own choice" });
    older.sign_in("cleo@acme.example", &chosen).await.status(200);
    older.sign_in("cleo@acme.example", &nothing).await.status(401);

    let key = STANDARD.decode(text(&known["issuer"]["private_key"])).unwrap();
    let key = Key::Rsa(RsaKeyPair::from_pkcs8(&key).unwrap());
    let now = older.app.app.now().timestamp();
    let claims = json!({
        "iss": known["issuer"]["url"], "aud": known["issuer"]["audience"], "sub": "erin", "iat": now,
        "exp": now + 300, "email": "erin@elsewhere.example", "email_verified": true,
    });
    let token = key.token(&json!({ "alg": "RS256", "kid": "first", "typ": "JWT" }), &claims);
    let erin = older.with(Credential::Bearer(token)).post("/api/auth/login", json!({})).await.status(200);
    assert_eq!(erin.json()["user"]["id"], known["sessions"]["erin"]["user"]);
}

#[tokio::test]
async fn its_links_work_and_its_mails_go_out() {
    let older = Older::upgraded().await;
    let app = &older.app;
    let anonymous = app.anonymous();
    let password = "another long phrase for them all";
    let reset = async |token: &str| {
        let body = json!({ "link_secret": token, "password": password });
        anonymous.post("/api/auth/reset-password", body).await
    };
    let join = async |token: &str| {
        let body = json!({ "invitation": token, "password": password });
        anonymous.post("/api/invitations/accept", body).await
    };
    join(text(&older.known["invitation"])).await.status(200);
    reset(text(&older.known["reset"])).await.status(204);
    reset(text(&older.known["reset"])).await.status(410);
    let bob = json!({ "email": "bob@acme.example", "password": password });
    anonymous.post("/api/auth/login", bob).await.status(200);
    older.sign_in("bob@acme.example", &json!({})).await.status(401);

    // What waited when the mail server was away.
    reset(&app.mailed_secret("dora@acme.example").await).await.status(204);
    join(&app.mailed_secret("late@acme.example").await).await.status(200);
    let body = json!({ "link_secret": app.mailed_secret("ana@new.example").await });
    anonymous.post("/api/auth/verify-email", body).await.status(204);
    older.sign_in("ana@new.example", &json!({})).await.status(200);
    // What was given up is still there to be tried again.
    let refused = text(&older.known["refused"]);
    assert!(app.mails(refused).await.is_empty());
    let installation = Installation::of(app);
    let secret = [("OSKAR_SECRET_KEY", SECRET_KEY)];
    let listed = installation.run_with(&["mail", "list", "--json"], &secret).await;
    let dead =
        listed.code(0).out.lines().filter(|line| line.contains("\"dead\"")).collect::<Vec<_>>().join("\n");
    assert!(dead.contains(refused), "{dead}");
    installation.run_with(&["mail", "retry"], &secret).await.code(0);
    join(&app.mailed_secret(refused).await).await.status(200);
    let members = older.with(Credential::Cookie(text(&older.known["sessions"]["erin"]["cookie"]).to_owned()));
    let members =
        members.call(Method::GET, "/api/orgs/acme/members?limit=100", None).await.status(200).json();
    assert_eq!(members["data"].as_array().unwrap().len(), 9);
}

#[tokio::test]
async fn its_events_are_shown_in_the_form_of_today_and_its_slugs_are_its_own() {
    let older = Older::upgraded().await;
    let catalogue = Catalogue::of(&older.app).await;
    let rows = audit_event::Entity::find().all(older.app.app.db.read()).await.unwrap();
    assert!(rows.len() > 20, "{}", rows.len());
    for row in rows {
        assert_eq!(catalogue.misfit(&row.to_json()), None, "{}", row.to_json());
    }
    let stranger = older.app.register("stranger@elsewhere.example", None).await.with_cookie();
    let taken = stranger.post("/api/orgs", json!({ "name": "Acme", "slug": "acme" })).await.status(409);
    assert_eq!(taken.code(), "slug_taken");
    let used = used_slug::Entity::find().all(older.app.app.db.read()).await.unwrap();
    let known: Vec<_> = organisation::Entity::find().all(older.app.app.db.read()).await.unwrap();
    assert_eq!(used.len(), known.len());
}

#[tokio::test]
async fn a_version_before_the_database_s_is_refused() {
    let installation = Installation::new().await;
    drop(installation.open().await);
    let db = Database::connect(&installation.database_url).await.unwrap();
    let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_tomorrow', 1)";
    db.execute_unprepared(later).await.unwrap();
    for command in [&["serve"][..], &["migrate", "up"], &["migrate", "down", "--yes"], &["user", "list"]] {
        let ran = installation.run(command, "").await.code(1);
        let sentence = "this database was upgraded by a newer version of oskar (it has `m9999_of_tomorrow`): run that version, or restore the backup from before the upgrade";
        assert!(ran.err.contains(sentence), "{command:?}: {}", ran.err);
    }
}
