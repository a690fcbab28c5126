//! Every page is looked at in a browser: the list of `tests/e2e/pages.mjs` against the routes.

use axum::http::Method;

use crate::support::TestApp;

/// What leads to another page: the beginning, and the addresses of forms that links lead to; and what is no page but a file.
const ELSEWHERE: [&str; 7] = [
    "/",
    "/setup/create",
    "/verify/confirm",
    "/reset/choose",
    "/unlock/let-in",
    "/invite/accept",
    "/orgs/{org}/audit/export",
];
/// So do links as they once were.
const OLDER_LINK: &str = "/{link}";

/// The paths of the list, with `*` for what a script puts into them.
fn listed() -> Vec<String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/pages.mjs");
    let text = std::fs::read_to_string(file).unwrap();
    let code: Vec<_> = text.lines().filter(|line| !line.starts_with("//")).collect();
    let text = code.join("\n");
    let mut paths = Vec::new();
    for quote in ['\'', '`'] {
        for part in text.split(quote) {
            if part.starts_with('/') && !part.contains('\n') {
                paths.push(without_expressions(part.split(['?', '#']).next().unwrap()));
            }
        }
    }
    paths
}

/// `/a/${f({ b })}` is `/a/*`.
fn without_expressions(template: &str) -> String {
    let (mut path, mut depth) = (String::new(), 0);
    for character in template.chars() {
        match character {
            '$' if depth == 0 => path.push('*'),
            '{' => depth += 1,
            '}' => depth -= 1,
            other if depth == 0 => path.push(other),
            _ => {}
        }
    }
    path
}

/// Whether a path of the list is one of the route. A part of its own stands for a parameter.
fn leads_to(path: &str, route: &str) -> bool {
    let (path, route): (Vec<_>, Vec<_>) = (path.split('/').collect(), route.split('/').collect());
    path.len() == route.len()
        && path
            .iter()
            .zip(&route)
            .all(|(part, name)| part == name || name.starts_with('{') && !part.is_empty())
}

#[tokio::test]
async fn every_page_is_looked_at_in_a_browser() {
    let app = TestApp::start().await;
    let routes = oskar::web::table(&app.app).finish().1;
    let pages = routes.iter().filter(|route| route.method == Method::GET).map(|route| route.path.as_str());
    let mut missing: Vec<_> =
        pages.filter(|page| !ELSEWHERE.contains(page) && !page.ends_with(OLDER_LINK)).collect();
    let all = missing.clone();
    for path in listed() {
        // Where a page has a name of its own, it is no row of the list beside it.
        let page =
            all.iter().filter(|page| leads_to(&path, page)).min_by_key(|page| page.matches('{').count());
        missing.retain(|one| page.is_none_or(|page| one != page));
    }
    assert!(missing.is_empty(), "these have no line in tests/e2e/pages.mjs: {missing:#?}");
}
