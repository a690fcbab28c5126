use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn an_organisation_has_a_caller_of_every_kind() {
    let app = TestApp::start().await;
    let org = app.organisation("Acme").await;
    for (client, role) in [(&org.admin, "admin"), (&org.member, "member"), (&org.viewer, "viewer")] {
        for client in [client.with_cookie(), client.with_bearer()] {
            let me = client.get("/api/auth/me").await.status(200).json();
            assert_eq!(me["role"], json!(role));
        }
    }
    let key = org.key("live", "viewer", None).await;
    let me = key.with_x_api_key().get("/api/auth/me").await.status(200).json();
    assert_eq!((&me["kind"], &me["organisation"]["slug"]), (&json!("api_key"), &json!(org.slug)));
    assert_eq!(app.anonymous().get("/api/auth/me").await.status(401).code(), "unauthenticated");
}
