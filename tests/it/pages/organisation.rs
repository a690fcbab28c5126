//! The pages of an organisation: its overview, its settings, and the ways out of it.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::json;

use super::forms::{between, form, page};
use crate::support::{Client, TestApp, TestOrganisation};

/// The path of the organisation's pages.
fn pages(org: &TestOrganisation) -> String {
    format!("/orgs/{}", org.slug)
}

#[tokio::test]
async fn each_role_sees_on_the_overview_only_what_it_may() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let seen = async |client: Client| page(&client, &pages(&org)).await.status(200).text();
    let (admin, member, viewer) = (
        seen(org.admin.with_cookie()).await,
        seen(org.member.with_cookie()).await,
        seen(org.viewer.with_cookie()).await,
    );
    for text in [&admin, &member, &viewer] {
        assert!(text.contains(r#"<span class="count">3</span>"#), "{text}");
    }
    let of_admins =
        ["active API keys", "open invitations", "Last events", "First steps", "<svg class=\"chart\""];
    for part in of_admins {
        assert!(admin.contains(part), "{part}");
        let of_members = part == "active API keys";
        assert_eq!(member.contains(part), of_members, "{part}");
        assert!(!viewer.contains(part), "{part}");
    }
}

#[tokio::test]
async fn the_first_call_of_a_key_ticks_its_step_and_is_told() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let before = page(&admin, &pages(&org)).await.status(200).text();
    assert!(
        before.contains("2 of 5") && before.contains("hx-get=\"/orgs/acme/first-steps?until="),
        "{before}"
    );
    assert!(!before.contains("Got it"));
    let part = format!("/orgs/acme/first-steps?until={}", between(&before, "first-steps?until=", "\""));
    let headers = [("hx-request", "true"), ("accept", "text/html")];
    let ask = async || admin.call_with(Method::GET, &part, &headers, None).await;
    assert_eq!(ask().await.status(204).text(), "");
    let by_hand = page(&admin, &part).await.status(303);
    assert_eq!(by_hand.header("location"), "/orgs/acme");
    let key = org.key("live", "viewer", None).await;
    key.with_bearer().get("/api/auth/me").await.status(200);
    oskar::worker::usage::tick(&app.app).await.unwrap();
    let ticked = ask().await.status(200).text();
    assert!(ticked.contains("3 of 5") && !ticked.contains("<html") && !ticked.contains("hx-get"), "{ticked}");
    let after = page(&admin, &pages(&org)).await.status(200).text();
    assert!(after.contains("3 of 5") && after.contains("Got it: live viewer called the API"), "{after}");
    assert!(!after.contains("hx-get"), "nothing is waited for any more");
}

#[tokio::test]
async fn a_page_that_is_left_open_stops_to_ask() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let shown = page(&org.admin.with_cookie(), "/orgs/acme").await.status(200).text();
    let part = format!("/orgs/acme/first-steps?until={}", between(&shown, "first-steps?until=", "\""));
    app.advance(TimeDelta::minutes(10));
    let headers = [("hx-request", "true"), ("accept", "text/html")];
    let last = org.admin.with_cookie().call_with(Method::GET, &part, &headers, None).await.status(200).text();
    assert!(last.contains("2 of 5") && !last.contains("hx-get"), "{last}");
}

#[tokio::test]
async fn a_form_beside_another_one_leads_back_to_its_page_after_the_sign_in() {
    let app = TestApp::start().await;
    app.organisation("Acme").await;
    for path in ["/orgs/acme/settings", "/orgs/acme/first-steps"] {
        let led = form(&app.anonymous(), path, &[("name", "Acme")]).await.status(303);
        assert_eq!(led.header("location"), format!("/sign-in?next={}", path.replace('/', "%2F")));
    }
}

#[tokio::test]
async fn the_first_steps_can_be_hidden_in_one_organisation() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let hidden = form(&org.admin.with_cookie(), "/orgs/acme/first-steps", &[]).await.status(303);
    assert_eq!(hidden.header("location"), "/orgs/acme");
    let [cookie] = hidden.cookies("oskar_steps_done")[..] else { panic!("one cookie") };
    assert!(cookie.contains("Path=/orgs/acme;") && cookie.contains("HttpOnly"), "{cookie}");
    let cookies = format!("oskar_session={}; oskar_steps_done=1", org.admin.cookie);
    let headers = [("cookie", cookies.as_str()), ("accept", "text/html")];
    let shown = app.anonymous().call_with(Method::GET, "/orgs/acme", &headers, None).await;
    assert!(!shown.status(200).text().contains("First steps"));
}

#[tokio::test]
async fn sign_ins_are_counted_by_the_day_and_keys_that_expire_soon_are_told_of() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    app.advance(TimeDelta::days(1));
    let admin = app.sign_in(&org.admin.email).await;
    app.sign_in(&org.member.email).await;
    let soon = (app.app.now() + TimeDelta::days(3)).to_rfc3339();
    let body = json!({ "name": "Deploy bot", "environment": "live", "role": "viewer", "expires_at": soon });
    admin.with_bearer().post(&format!("{}/keys", org.path), body).await.status(201);
    let shown = page(&admin.with_cookie(), "/orgs/acme").await.status(200).text();
    let chart = between(&shown, "<svg class=\"chart", "</svg>");
    assert_eq!(chart.matches("<rect ").count(), 30, "{chart}");
    let rows: Vec<_> =
        shown.split("data-label=\"Sign-ins\">").skip(1).map(|row| between(row, "", "<")).collect();
    assert_eq!(rows.len(), 30);
    // Today two; yesterday those whom the harness signed in.
    assert_eq!(rows[0], "2", "{rows:?}");
    assert_ne!(rows[1], "0", "{rows:?}");
    assert!(rows[2..].iter().all(|row| row == "0"), "{rows:?}");
    assert!(shown.contains("Deploy bot expires") && shown.contains("See Deploy bot"), "{shown}");
}

#[tokio::test]
async fn settings_are_changed_by_admins_and_read_by_all_others() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let viewer = page(&org.viewer.with_cookie(), "/orgs/acme/settings").await.status(200).text();
    assert!(!viewer.contains("name=\"slug\"") && !viewer.contains("settings/delete"), "{viewer}");
    assert!(viewer.contains("settings/leave"));
    let admin = org.admin.with_cookie();
    let wrong = form(&admin, "/orgs/acme/settings", &[("name", "Acme Labs"), ("slug", "Not a slug")]).await;
    let text = wrong.status(422).text();
    assert!(text.contains("value=\"Acme Labs\"") && text.contains("value=\"Not a slug\""), "{text}");
    assert!(text.contains("id=\"slug-problem\"") && text.contains("aria-invalid"), "{text}");
    let fields = [("name", "Acme Labs"), ("slug", "labs")];
    let done = form(&admin, "/orgs/acme/settings", &fields).await.status(303);
    assert_eq!(done.header("location"), "/orgs/labs/settings");
    page(&admin, "/orgs/acme/settings").await.status(404);
}

#[tokio::test]
async fn a_form_that_another_admin_was_faster_than_shows_both_values() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let read = |text: &str| between(text, "name=\"read\" value=\"", "\"");
    let shown = read(&page(&admin, "/orgs/acme/settings").await.status(200).text());
    org.admin.with_bearer().patch(&org.path, json!({ "name": "Acme Two" })).await.status(200);
    let mine = [("name", "Acme Three"), ("slug", "acme"), ("read", shown.as_str())];
    let refused = form(&admin, "/orgs/acme/settings", &mine).await.status(412).text();
    assert!(refused.contains("<bdi>Acme Two</bdi>") && refused.contains("value=\"Acme Three\""), "{refused}");
    let again = read(&refused);
    // What the form does not show can be changed meanwhile.
    org.admin.with_bearer().patch(&org.path, json!({ "metadata": { "plan": "large" } })).await.status(200);
    let mine = [("name", "Acme Three"), ("slug", "acme"), ("read", again.as_str())];
    form(&admin, "/orgs/acme/settings", &mine).await.status(303);
    let now = org.admin.with_bearer().get(&org.path).await.status(200).json();
    assert_eq!(now["name"], "Acme Three");
}

#[tokio::test]
async fn two_tabs_in_two_organisations_never_mix() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    admin.post("/api/orgs", json!({ "name": "Beta", "slug": "beta" })).await.status(201);
    let (first, second) =
        (page(&admin, "/orgs/acme/settings").await, page(&admin, "/orgs/beta/settings").await);
    assert!(first.status(200).text().contains("value=\"Acme\""));
    assert!(second.status(200).text().contains("value=\"Beta\""));
    // The second tab was opened last; the form of the first is still about the first.
    form(&admin, "/orgs/acme/settings", &[("name", "Alpha"), ("slug", "acme")]).await.status(303);
    assert!(page(&admin, "/orgs/beta").await.status(200).text().contains("<bdi>Beta</bdi>"));
    assert!(page(&admin, "/orgs/acme").await.status(200).text().contains("<bdi>Alpha</bdi>"));
}

#[tokio::test]
async fn strangers_get_the_page_that_nothing_is_there() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let stranger = app.register("eve@other.example", Some("Other")).await.with_cookie();
    for path in ["", "/members", "/invitations", "/invitations/new", "/settings", "/settings/delete"] {
        page(&stranger, &format!("{}{path}", pages(&org))).await.status(404);
    }
    form(&stranger, "/orgs/acme/settings/delete", &[("name", "Acme")]).await.status(404);
    page(&org.admin.with_cookie(), "/orgs/acme").await.status(200);
}

#[tokio::test]
async fn the_last_admin_hands_over_before_leaving() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let asked = page(&admin, "/orgs/acme/settings/leave").await.status(200).text();
    assert!(asked.contains("You are the last admin") && !asked.contains("class=\"danger\""), "{asked}");
    let refused = form(&admin, "/orgs/acme/settings/leave", &[]).await.status(409).text();
    assert!(refused.contains("make another member admin first"), "{refused}");
    let raised = format!("/orgs/acme/members/{}", org.member.user_id);
    form(&admin, &raised, &[("role", "admin")]).await.status(303);
    let left = form(&admin, "/orgs/acme/settings/leave", &[]).await.status(303);
    assert_eq!(left.header("location"), "/account/organisations");
    page(&admin, "/orgs/acme").await.status(404);
}

#[tokio::test]
async fn an_organisation_is_deleted_only_by_its_name() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    let admin = org.admin.with_cookie();
    let wrong = form(&admin, "/orgs/acme/settings/delete", &[("name", "acme")]).await.status(422).text();
    assert!(
        wrong.contains("not the name of the organisation") && wrong.contains("value=\"acme\""),
        "{wrong}"
    );
    page(&admin, "/orgs/acme").await.status(200);
    let gone = form(&admin, "/orgs/acme/settings/delete", &[("name", "Acme")]).await.status(303);
    assert_eq!(gone.header("location"), "/account/organisations");
    page(&admin, "/orgs/acme").await.status(404);
}
