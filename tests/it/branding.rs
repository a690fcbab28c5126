//! What the product looks like: its name, its logo and its colours, as the settings have them.

use crate::process::{oskar, run};
use crate::support::TestApp;

const SVG: &str =
    "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

/// A server with a logo of these bytes.
async fn with_logo(bytes: &[u8], more: &[(&str, &str)]) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("logo");
    std::fs::write(&file, bytes).unwrap();
    TestApp::with(&[&[("OSKAR_BRANDING__LOGO", file.to_str().unwrap())], more].concat()).await
}

#[tokio::test]
async fn a_logo_is_served_for_good_and_its_scripts_do_not_run() {
    for (bytes, media_type, ending) in
        [(SVG.as_bytes(), "image/svg+xml", ".svg"), (b"\x89PNG\r\n\x1a\nx", "image/png", ".png")]
    {
        let app = with_logo(bytes, &[]).await;
        let path = app.app.config.product.logo.as_ref().unwrap().path.clone();
        assert!(path.starts_with("/assets/logo-") && path.ends_with(ending), "{path}");
        let logo = app.anonymous().get(&path).await.status(200);
        assert_eq!((logo.header("content-type"), logo.body.as_ref()), (media_type, bytes));
        assert_eq!(logo.header("x-content-type-options"), "nosniff");
        assert_eq!(logo.header("cache-control"), "public, max-age=31536000, immutable");
        let policy = logo.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';") && policy.ends_with("; sandbox"), "{policy}");
        assert!(!policy.contains("script-src") && !policy.contains("allow-scripts"), "{policy}");
        let another = with_logo(&[bytes, b" "].concat(), &[]).await;
        another.anonymous().get(&path).await.status(404);
    }
}

#[tokio::test]
async fn an_accent_is_a_stylesheet_of_its_own_for_day_and_night() {
    let app = TestApp::with(&[("OSKAR_BRANDING__ACCENT", "#1F5FA8")]).await;
    let path = app.app.config.product.stylesheet.as_ref().unwrap().path.clone();
    assert!(path.starts_with("/assets/brand-"), "{path}");
    assert_eq!(path.rsplit('.').next(), Some("css"));
    let colours = app.anonymous().get(&path).await.status(200);
    assert_eq!(colours.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(colours.header("cache-control"), "public, max-age=31536000, immutable");
    let text = colours.text();
    let (day, night) = text.split_once("@media (prefers-color-scheme:dark)").unwrap();
    assert!(day.contains("--accent:#1f5fa8;") && !night.contains("#1f5fa8"), "{text}");
    for property in ["--accent:", "--on-accent:", "--accent-hover:", "--accent-tint:"] {
        assert!(day.contains(property) && night.contains(property), "{property}: {text}");
    }
    let other = TestApp::with(&[("OSKAR_BRANDING__ACCENT", "#6A3D9A")]).await;
    other.anonymous().get(&path).await.status(404);
}

#[tokio::test]
async fn what_cannot_be_read_or_shown_is_told_before_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("logo.svg");
    std::fs::write(&page, "<html></html>").unwrap();
    let logo = page.to_str().unwrap();
    for (name, value, told) in [
        ("OSKAR_BRANDING__ACCENT", "#ff0000", "is 3.6 to 1, and links need 4.5 (WCAG 2.2, 1.4.3). #"),
        ("OSKAR_BRANDING__ACCENT", "red", "is `red`, no colour such as #0b6e69"),
        ("OSKAR_BRANDING__LOGO", logo, "which is neither SVG nor PNG"),
        ("OSKAR_BRANDING__LOGO", "none.png", "which cannot be read"),
        ("OSKAR_BRANDING__NAME", "a\nb", "must have 1 to 60 characters"),
    ] {
        let mut command = oskar(&["config", "check"]);
        command.current_dir(folder.path()).env(name, value);
        let ran = run(command, "").await.code(78);
        assert!(ran.err.contains(told) && ran.err.contains(&format!("({name})")), "{}", ran.err);
    }
    let mut command = oskar(&["config", "check"]);
    command.current_dir(folder.path()).env("OSKAR_PRODUCT_NAME", "Acme Cloud");
    let ran = run(command, "").await.code(0);
    assert!(
        ran.err.contains("`product_name` is called `branding.name` now (OSKAR_PRODUCT_NAME)"),
        "{}",
        ran.err
    );
    std::fs::write(
        folder.path().join("oskar.toml"),
        "product_name = \"Acme\"\n[branding]\naccent = \"#1f5fa8\"\n",
    )
    .unwrap();
    let mut command = oskar(&["config"]);
    command.current_dir(folder.path());
    let ran = run(command, "").await.code(0);
    let shown = |key: &str, value: &str, origin: &str| {
        ran.out.lines().any(|line| line.starts_with(key) && line.contains(value) && line.contains(origin))
    };
    assert!(shown("branding.name", "Acme", "oskar.toml line 1"), "{}", ran.out);
    assert!(shown("branding.accent", "#1f5fa8", "oskar.toml line 3"), "{}", ran.out);
    for both in
        ["product_name = \"A\"\nbranding.name = \"B\"\n", "branding.name = \"B\"\nproduct_name = \"A\"\n"]
    {
        std::fs::write(folder.path().join("oskar.toml"), both).unwrap();
        let mut command = oskar(&["config", "check"]);
        command.current_dir(folder.path());
        let ran = run(command, "").await.code(78);
        assert!(ran.err.contains("`branding.name` is given twice: by oskar.toml line "), "{}", ran.err);
    }
}

#[tokio::test]
async fn every_page_shows_the_product() {
    let app =
        with_logo(SVG.as_bytes(), &[("OSKAR_BRANDING__ACCENT", "#1F5FA8"), ("OSKAR_BRANDING__NAME", "Acme")])
            .await;
    let product = &app.app.config.product;
    let (logo, colours) = (&product.logo.as_ref().unwrap().path, &product.stylesheet.as_ref().unwrap().path);
    let shown = app
        .anonymous()
        .call_with(axum::http::Method::GET, "/problems", &[("accept", "text/html")], None)
        .await;
    let shown = shown.status(200);
    let text = shown.text();
    assert!(text.contains(&format!("<img src=\"{logo}\" alt=\"\">")), "{text}");
    assert!(text.contains(" · Acme</title>"), "{text}");
    // After ours, so that it counts.
    let (before, _) = text.split_once(&format!("<link rel=\"stylesheet\" href=\"{colours}\"")).unwrap();
    assert!(before.contains("href=\"/assets/oskar"), "{text}");
    assert!(!shown.header("content-security-policy").contains("unsafe-inline"));
    let plain = TestApp::start().await.anonymous().get("/problems").await.text();
    assert!(!plain.contains("<img") && !plain.contains("/assets/brand-"), "{plain}");
}
