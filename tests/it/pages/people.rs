//! The pages of an organisation's people: members and invitations.

use std::collections::BTreeSet;

use oskar::permission::Role;
use serde_json::json;

use super::forms::{between, form, page};
use crate::support::{Client, TestApp, TestOrganisation};

async fn role_of(org: &TestOrganisation, user: &str) -> String {
    let path = format!("{}/members/{user}", org.path);
    let member = org.admin.with_cookie().get(&path).await.status(200).json();
    member["role"].as_str().unwrap().to_owned()
}

async fn invitations(org: &TestOrganisation) -> Vec<serde_json::Value> {
    let path = format!("{}/invitations", org.path);
    org.admin.with_bearer().get(&path).await.status(200).json()["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn only_admins_see_what_can_be_done_to_members() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = page(&org.admin.with_cookie(), "/orgs/acme/members").await.status(200).text();
    let viewer = page(&org.viewer.with_cookie(), "/orgs/acme/members").await.status(200).text();
    let sessions = format!("{}/sessions", org.member.user_id);
    for part in ["actions-menu", "/remove", &sessions, "/invitations/new"] {
        assert!(admin.contains(part) && !viewer.contains(part), "{part}");
    }
    assert!(viewer.contains("member@acme.example") && viewer.contains("(you)"), "{viewer}");
    let other = format!("/orgs/acme/members/{}", org.member.user_id);
    let forced = form(&org.viewer.with_cookie(), &other, &[("role", "viewer")]).await.status(403).text();
    assert!(forced.contains("members:manage"), "{forced}");
    assert_eq!(role_of(&org, &org.member.user_id).await, "member");
}

#[tokio::test]
async fn a_role_is_changed_after_a_look_at_what_is_lost() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let member = format!("/orgs/acme/members/{}", org.member.user_id);
    let shown = page(&admin, &member).await.status(200).text();
    assert!(shown.contains("Takes away") && shown.contains("List the API keys"), "{shown}");
    let wrong = form(&admin, &member, &[("role", "emperor")]).await.status(422).text();
    assert!(wrong.contains("id=\"role-problem\""), "{wrong}");
    form(&admin, &member, &[("role", "viewer")]).await.status(303);
    assert_eq!(role_of(&org, &org.member.user_id).await, "viewer");
}

#[tokio::test]
async fn making_an_admin_asks_for_a_recent_proof() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.advance(chrono::TimeDelta::hours(2));
    let member = format!("/orgs/acme/members/{}", org.member.user_id);
    let asked = form(&org.admin.with_cookie(), &member, &[("role", "admin")]).await.status(303);
    let next = format!("/account/confirm?next={}", member.replace('/', "%2F"));
    assert_eq!(asked.header("location"), next);
    assert_eq!(role_of(&org, &org.member.user_id).await, "member");
}

#[tokio::test]
async fn inviting_an_admin_asks_for_a_recent_proof_and_keeps_the_pasted_list() {
    let app = TestApp::with(&[("OSKAR_LIMITS__INVITATIONS", "100")]).await;
    let org = app.organisation("Acme").await;
    app.advance(chrono::TimeDelta::hours(2));
    let pasted: Vec<_> = (0..50).map(|number| format!("person{number}@new.example")).collect();
    let pasted = pasted.join("\n");
    let sent = [("emails", pasted.as_str()), ("role", "admin")];
    let path = "/orgs/acme/invitations/new";
    let asked = form(&org.admin.with_cookie(), path, &sent).await.status(401).text();
    assert!(asked.contains(&pasted) && asked.contains("href=\"/account/confirm?next=/orgs/acme/"), "{asked}");
    assert!(app.mails("person0@new.example").await.is_empty());
    let proven = app.sign_in(&org.admin.email).await;
    form(&proven.with_cookie(), path, &sent).await.status(303);
    let open =
        proven.with_cookie().get("/api/orgs/acme/invitations?state=open&limit=100").await.status(200).json();
    assert_eq!(open["data"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn the_last_admin_cannot_be_demoted_and_the_page_says_so() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let me = format!("/orgs/acme/members/{}", org.admin.user_id);
    let shown = page(&admin, &me).await.status(200).text();
    assert!(shown.contains("is the last admin") && !shown.contains("name=\"role\""), "{shown}");
    form(&admin, &me, &[("role", "viewer")]).await.status(409);
    form(&admin, &format!("{me}/remove"), &[]).await.status(409);
    assert_eq!(role_of(&org, &org.admin.user_id).await, "admin");
}

#[tokio::test]
async fn a_member_is_removed_and_signed_out_after_a_question() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let viewer = format!("/orgs/acme/members/{}", org.viewer.user_id);
    assert!(page(&admin, &format!("{viewer}/sessions")).await.status(200).text().contains("on every device"));
    form(&admin, &format!("{viewer}/sessions"), &[]).await.status(303);
    org.viewer.with_cookie().get(&org.path).await.status(401);
    assert!(page(&admin, &format!("{viewer}/remove")).await.status(200).text().contains("loses access"));
    let sent = [("form_id", "018f-once")];
    for _ in 0..2 {
        let done = form(&admin, &format!("{viewer}/remove"), &sent).await.status(303);
        assert_eq!(done.header("location"), "/orgs/acme/members");
    }
    page(&admin, &viewer).await.status(404);
}

#[tokio::test]
async fn two_hundred_members_are_shown_page_by_page() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for number in 0..197 {
        app.create_user(&format!("person-{number}@acme.example"), &org.id, Role::Viewer).await;
    }
    let (admin, mut path) = (org.admin.with_cookie(), "/orgs/acme/members?role=&q=".to_owned());
    let (mut seen, mut pages) = (BTreeSet::new(), 0);
    loop {
        let shown = page(&admin, &path).await.status(200).text();
        pages += 1;
        let addresses =
            shown.split("@acme.example").map(|before| before.rsplit('>').next().unwrap().to_owned());
        seen.extend(addresses.filter(|name| name.starts_with("person-")));
        if !shown.contains("rel=\"next\"") {
            break;
        }
        let next = between(&shown, "<nav class=\"pages\"", "rel=\"next\"");
        path = between(&next, "href=\"", "\"").replace("&#38;", "&").replace("&amp;", "&");
    }
    assert_eq!((seen.len(), pages), (197, 4));
}

#[tokio::test]
async fn members_are_found_by_parts_of_names_of_any_alphabet() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for (person, name) in [(&org.member, "שרה <b>כהן</b>"), (&org.viewer, "Zoë Ångström")] {
        person.with_bearer().patch("/api/account", json!({ "name": name })).await.status(200);
    }
    let found = async |client: &Client, query: &str| {
        page(client, &format!("/orgs/acme/members?{query}")).await.status(200).text()
    };
    let admin = org.admin.with_cookie();
    let zoe = found(&admin, "q=%C3%A5NGSTR%C3%96M&role=&state=").await;
    assert!(zoe.contains("<bdi>Zoë Ångström</bdi>") && !zoe.contains("member@acme.example"), "{zoe}");
    assert!(zoe.contains("value=\"åNGSTRÖM\""), "what was typed stays: {zoe}");
    let sara = found(&admin, "q=%D7%A9%D7%A8%D7%94").await;
    assert!(sara.contains("<bdi>שרה ") && !sara.contains("<b>"), "{sara}");
    let viewers = found(&admin, "role=viewer").await;
    assert!(viewers.contains("viewer@acme.example") && !viewers.contains("member@acme.example"));
    assert!(found(&admin, "q=no-such-name").await.contains("Nothing matches"));
    page(&admin, "/orgs/acme/members?role=emperor").await.status(422);
}

#[tokio::test]
async fn people_are_invited_all_or_none_and_a_form_twice_invites_once() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let path = "/orgs/acme/invitations/new";
    let sent = [("emails", "bob@new.example, MEMBER@acme.example\nnonsense"), ("role", "viewer")];
    let refused = form(&admin, path, &sent).await.status(422).text();
    assert!(refused.contains("MEMBER@acme.example is already a member"), "{refused}");
    assert!(refused.contains("nonsense is not an e-mail address"), "{refused}");
    assert!(refused.contains("bob@new.example, MEMBER@acme.example\nnonsense</textarea>"), "{refused}");
    assert!(invitations(&org).await.is_empty());
    form(&admin, path, &[("emails", " , "), ("role", "viewer")]).await.status(422);
    let sent = [
        ("form_id", "018f-once"),
        ("emails", "bob@new.example\nBOB@new.example,eve@new.example"),
        ("role", "viewer"),
    ];
    for _ in 0..2 {
        let done = form(&admin, path, &sent).await.status(303);
        assert_eq!(done.header("location"), "/orgs/acme/invitations");
    }
    assert_eq!(invitations(&org).await.len(), 2);
    assert_eq!(app.mails("bob@new.example").await.len(), 1);
    let listed = page(&admin, "/orgs/acme/invitations").await.status(200).text();
    assert!(listed.contains("bob@new.example") && listed.contains("Mail sent"), "{listed}");
}

#[tokio::test]
async fn an_invitation_is_sent_again_and_withdrawn() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let sent = [("emails", "bob@new.example"), ("role", "viewer")];
    form(&admin, "/orgs/acme/invitations/new", &sent).await.status(303);
    let id = invitations(&org).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/orgs/acme/invitations/{id}");
    assert!(page(&admin, &format!("{path}/resend")).await.status(200).text().contains("bob@new.example"));
    app.deliver().await;
    for _ in 0..2 {
        form(&admin, &format!("{path}/resend"), &[("form_id", "018f-again")]).await.status(303);
    }
    assert_eq!(app.mails("bob@new.example").await.len(), 2);
    form(&admin, &format!("{path}/withdraw"), &[]).await.status(303);
    let listed = page(&admin, "/orgs/acme/invitations").await.status(200).text();
    assert!(listed.contains("No open invitations"), "{listed}");
    let withdrawn = page(&admin, "/orgs/acme/invitations?state=withdrawn").await.status(200).text();
    assert!(withdrawn.contains("bob@new.example") && !withdrawn.contains("actions-menu"), "{withdrawn}");
    let ended = form(&admin, &format!("{path}/resend"), &[]).await.status(409).text();
    assert!(ended.contains("accepted or withdrawn already"), "{ended}");
    page(&org.member.with_cookie(), "/orgs/acme/invitations").await.status(403);
}
