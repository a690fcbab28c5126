//! Filters and searches of lists.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use oskar::entity::{invitation, membership, user};
use oskar::id::{InvitationId, UserId};
use oskar::permission::Role;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};
use serde_json::json;

use crate::support::{Client, Person, TestApp};

/// The rows of a list by one of their members, whichever page they are on.
async fn found(client: &Client, path: &str, member: &str) -> Vec<String> {
    let mut rows = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("{path}&limit=2{cursor}")).await.status(200).json();
        let data = page["data"].as_array().unwrap();
        rows.extend(data.iter().map(|row| row.pointer(member).unwrap().as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { return rows };
        assert_eq!(data.len(), 2, "{path}: only the last page is short");
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn keys_are_found_by_state_role_environment_and_creator() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.create_user("second@acme.example", &org.id, Role::Admin).await;
    let second = app.sign_in("second@acme.example").await;
    let keys = format!("{}/keys", org.path);
    let end = (app.app.now() + TimeDelta::hours(1)).to_rfc3339();
    let mut ids = Vec::new();
    for (person, name, environment, role, end) in [
        (&org.admin, "active", "live", "viewer", None),
        (&org.admin, "expires", "live", "member", Some(&end)),
        (&second, "revoked", "test", "viewer", None),
        (&second, "both", "test", "member", Some(&end)),
        (&second, "later", "live", "viewer", None),
    ] {
        let mut new = json!({ "name": name, "environment": environment, "role": role });
        if let Some(end) = end {
            new["expires_at"] = json!(end);
        }
        let made = person.with_bearer().post(&keys, new).await.status(201).json();
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    for id in [&ids[2], &ids[3]] {
        org.admin.with_cookie().delete(&format!("{keys}/{id}")).await.status(204);
    }
    let ask = async |query: &str| found(&org.admin.with_cookie(), &format!("{keys}?{query}"), "/name").await;
    assert_eq!(ask("state=active").await, ["later", "expires", "active"]);
    app.advance(TimeDelta::hours(1));
    assert_eq!(ask("state=active").await, ["later", "active"]);
    assert_eq!(ask("state=expired").await, ["expires"]);
    assert_eq!(ask("state=revoked&order=oldest").await, ["revoked", "both"]);
    assert_eq!(ask("role=viewer").await, ["later", "revoked", "active"]);
    assert_eq!(ask("role=admin").await, [""; 0]);
    assert_eq!(ask("environment=test&order=oldest").await, ["revoked", "both"]);
    let by = |id: &str| format!("created_by={id}");
    assert_eq!(ask(&by(&second.user_id)).await, ["later", "both", "revoked"]);
    assert_eq!(ask(&format!("{}&role=viewer&state=active", by(&second.user_id))).await, ["later"]);
    assert_eq!(ask(&by(&org.viewer.user_id)).await, [""; 0]);
    let bad = org.admin.with_cookie().get(&format!("{keys}?created_by=ana")).await.status(422);
    assert_eq!(bad.pointer(), "/created_by");
}

#[tokio::test]
async fn keys_are_searched_by_name_and_hint_and_not_those_of_others() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let foreign = app.organisation("Foreign").await;
    foreign.key("live", "viewer", None).await;
    let keys = format!("{}/keys", org.path);
    let mut hints = Vec::new();
    for name in ["Deploy bot", "50% off", "50 off", "a_b", "axb", "Größe ÄÖÜ", "Ελλάδα !x"] {
        let new = json!({ "name": name, "environment": "live", "role": "viewer" });
        let made = org.admin.with_bearer().post(&keys, new).await.status(201).json();
        hints.push(made["hint"].as_str().unwrap().to_owned());
    }
    let ask = async |q: &str| {
        let q: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
        found(&org.admin.with_cookie(), &format!("{keys}?order=oldest&q={q}"), "/name").await
    };
    for (q, names) in [
        ("DEPLOY", &["Deploy bot"][..]),
        ("y b", &["Deploy bot"]),
        ("50 O", &["50 off"]),
        ("50%", &["50% off"]),
        ("%", &["50% off"]),
        ("A_B", &["a_b"]),
        ("!", &["Ελλάδα !x"]),
        ("\\", &[]),
        ("gRÖSSE", &[]),
        ("gRöße äöü", &["Größe ÄÖÜ"]),
        ("ö", &["Größe ÄÖÜ"]),
        ("ελλάΔΑ", &["Ελλάδα !x"]),
        ("λ%", &[]),
        ("\0", &[]),
        ("' OR 1=1 --", &[]),
    ] {
        assert_eq!(ask(q).await, names, "{q}");
    }
    assert_eq!(ask("osk_live_").await.len(), 7, "not the other organisation's");
    // As people copy it, with the dots between its ends.
    assert_eq!(ask(&hints[1]).await, ["50% off"]);
    let end = hints[2].chars().skip(14).collect::<String>();
    assert_eq!(ask(&end).await, ["50 off"]);
    for bad in [String::new(), "x".repeat(201)] {
        let answer = org.admin.with_cookie().get(&format!("{keys}?q={bad}")).await.status(422);
        assert_eq!(answer.pointer(), "/q");
    }
    org.admin.with_cookie().get(&format!("{keys}?q={}", "x".repeat(200))).await.status(200);
}

#[tokio::test]
async fn members_are_found_by_role_address_state_and_a_part_of_their_names() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let foreign = app.organisation("Foreign").await;
    for (address, name, username) in [
        ("zoe@acme.example", "Zoë Müller", Some("zoe_m")),
        ("zoltan@acme.example", "Zoltán 100%", None),
        ("yves@other.example", "YVES ÉLUARD", Some("yves")),
    ] {
        app.create_user(address, &org.id, Role::Member).await;
        let txn = app.app.db.begin().await.unwrap();
        let renamed = user::Entity::update_many()
            .col_expr(user::Column::Name, Expr::value(name))
            .col_expr(user::Column::Username, Expr::value(username))
            .filter(user::Column::Email.eq(address));
        renamed.exec(&txn).await.unwrap();
        txn.commit().await.unwrap();
    }
    let txn = app.app.db.begin().await.unwrap();
    let disabled = user::Entity::update_many()
        .col_expr(user::Column::DisabledAt, Expr::value(app.app.now()))
        .filter(user::Column::Email.eq("yves@other.example"));
    disabled.exec(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let ask = async |query: &str| {
        let path = format!("{}/members?{query}", org.path);
        let mut found = found(&org.viewer.with_cookie(), &path, "/user/email").await;
        found.sort();
        found.iter().map(|address| address.split('@').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("role=admin", &["admin"][..]),
        ("role=member", &["member", "yves", "zoe", "zoltan"]),
        ("state=disabled", &["yves"]),
        ("state=active&role=member", &["member", "zoe", "zoltan"]),
        ("email=Zoe@ACME.example", &["zoe"]),
        ("email=zoe", &[]),
        ("email=admin@foreign.example", &[]),
        ("email=%00", &[]),
        ("q=zo", &["zoe", "zoltan"]),
        ("q=ZOE_M", &["zoe"]),
        ("q=zoe_", &["zoe"]),
        ("q=ZO%C3%8B", &["zoe"]),
        ("q=m%C3%BCller", &["zoe"]),
        ("q=%C3%A9luard", &["yves"]),
        ("q=100%25", &["zoltan"]),
        ("q=OTHER.example", &["yves"]),
        ("q=foreign", &[]),
        ("q=member&role=viewer", &[]),
        ("q=acme&state=active&role=viewer", &["viewer"]),
    ] {
        assert_eq!(ask(query).await, expected, "{query}");
    }
    foreign.admin.with_cookie().get(&format!("{}/members?q=zo", org.path)).await.status(404);
}

#[tokio::test]
async fn a_search_reads_on_until_its_page_is_full() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    // More than are read at a time; the database cannot tell one letter outside ASCII from another.
    let mut rows = Vec::new();
    for number in 0..1200 {
        let id = UserId::generate();
        let name = if number % 300 == 0 { "Ärger" } else { "Öl" };
        rows.push((id, number, name));
    }
    let txn = app.app.db.begin().await.unwrap();
    let model = user::Entity::find().one(&txn).await.unwrap().unwrap();
    for part in rows.chunks(100) {
        let users = part.iter().map(|(id, number, name)| {
            let email = format!("u{number}@acme.example");
            let (name, email_normalised) = ((*name).to_owned(), email.clone());
            let row = user::Model { id: *id, email, email_normalised, name, ..model.clone() };
            user::ActiveModel::from(row).reset_all()
        });
        user::Entity::insert_many(users).exec(&txn).await.unwrap();
        let memberships = part.iter().map(|(id, ..)| membership::ActiveModel {
            organisation_id: Set(org.id.parse().unwrap()),
            user_id: Set(*id),
            role: Set(Role::Viewer),
            created_at: Set(app.app.now()),
            updated_at: Set(app.app.now()),
            sessions_ended_at: Set(None),
        });
        membership::Entity::insert_many(memberships).exec(&txn).await.unwrap();
    }
    txn.commit().await.unwrap();
    for order in ["newest", "oldest"] {
        let path = format!("{}/members?order={order}&q=%C3%A4", org.path);
        let names = found(&org.viewer.with_cookie(), &path, "/user/id").await;
        assert_eq!(names.len(), 4, "{order}");
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 4);
    }
}

#[tokio::test]
async fn invitations_are_found_by_state_role_and_address() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.create_user("second@acme.example", &org.id, Role::Admin).await;
    let path = format!("{}/invitations", org.path);
    let invite = async |person: &Person, name: &str, role: &str| {
        let body = json!({ "emails": [format!("{name}@new.example")], "role": role });
        let made = person.with_bearer().post(&path, body).await.status(201).json();
        made["data"][0]["id"].as_str().unwrap().to_owned()
    };
    invite(&org.admin, "expired", "viewer").await;
    app.advance(TimeDelta::days(6));
    let admin = app.sign_in(&org.admin.email).await;
    invite(&admin, "open", "member").await;
    let second = app.sign_in("second@acme.example").await;
    invite(&second, "unconfirmed", "admin").await;
    invite(&second, "other", "viewer").await;
    let withdrawn = invite(&admin, "withdrawn", "viewer").await;
    let accepted = invite(&admin, "accepted", "viewer").await;
    admin.with_cookie().delete(&format!("{path}/{withdrawn}")).await.status(204);
    let txn = app.app.db.begin().await.unwrap();
    let answered = invitation::Entity::update_many()
        .col_expr(invitation::Column::AcceptedAt, Expr::value(app.app.now()))
        .filter(invitation::Column::Id.eq(accepted.parse::<InvitationId>().unwrap()));
    answered.exec(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let demotion = json!({ "role": "viewer" });
    let member = format!("{}/members/{}", org.path, second.user_id);
    admin.with_cookie().patch(&member, demotion).await.status(200);
    app.advance(TimeDelta::days(1));
    let admin = app.sign_in(&org.admin.email).await;
    let ask = async |query: &str| {
        let found = found(&admin.with_cookie(), &format!("{path}?{query}"), "/email").await;
        found.iter().map(|address| address.split('@').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("state=open", &["open"][..]),
        ("state=unconfirmed", &["other", "unconfirmed"]),
        ("state=unconfirmed&role=admin", &["unconfirmed"]),
        ("state=accepted", &["accepted"]),
        ("state=expired", &["expired"]),
        ("state=withdrawn", &["withdrawn"]),
        ("role=viewer&order=oldest", &["expired", "other", "withdrawn", "accepted"]),
        ("email=Expired@NEW.example", &["expired"]),
        ("email=new.example", &[]),
    ] {
        assert_eq!(ask(query).await, expected, "{query}");
    }
    // The filter and what is shown agree.
    for state in ["open", "unconfirmed", "accepted", "expired", "withdrawn"] {
        let shown = found(&admin.with_cookie(), &format!("{path}?state={state}"), "/state").await;
        assert!(!shown.is_empty() && shown.iter().all(|shown| shown == state), "{state}: {shown:?}");
    }
    let empty = app.organisation("Empty").await;
    let none = format!("{}/invitations?state=open", empty.path);
    assert_eq!(empty.admin.with_cookie().get(&none).await.status(200).json()["data"], json!([]));
}
