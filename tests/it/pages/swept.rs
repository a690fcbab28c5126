//! Every page is looked at in a browser: the list of `tests/e2e/pages.mjs` against the routes.

use axum::http::Method;

use crate::support::TestApp;

/// What leads to another page: the beginning, and the addresses of forms that links lead to; and what is no page but a file,
/// or a mail as it is sent.
const ELSEWHERE: [&str; 9] = [
    "/",
    "/setup/create",
    "/verify/confirm",
    "/reset/choose",
    "/unlock/let-in",
    "/invite/accept",
    "/orgs/{org}/audit/export",
    "/orgs/{org}/first-steps",
    "/dev/mail/{id}/html",
];
/// So do links as they once were.
const OLDER_LINK: &str = "/{link}";

/// The paths of a list, with `*` for what a script puts into them.
fn paths(list: &str) -> Vec<String> {
    let code: Vec<_> = list.lines().filter(|line| !line.starts_with("//")).collect();
    let code = code.join("\n");
    let quoted = |quote| code.split(quote).filter(|part| part.starts_with('/') && !part.contains('\n'));
    let written: Vec<_> = quoted('\'')
        .chain(quoted('`'))
        .map(|part| without_expressions(part).split(['?', '#']).next().unwrap_or_default().to_owned())
        .collect();
    // A function that takes the end of its path, such as `/remove`.
    let ends = written.iter().filter(|path| path.matches('/').count() == 1);
    let open = || written.iter().filter_map(|path| path.strip_suffix("**"));
    let together = ends.flat_map(|end| open().map(move |start| format!("{start}*{end}")));
    written.iter().map(|path| path.replace("**", "*")).chain(together).collect()
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

/// Whether a path of the list is one of the route: any part stands for a parameter, and `*` for any name if that is meant.
fn leads_to(path: &str, route: &str, any_name: bool) -> bool {
    let (path, route): (Vec<_>, Vec<_>) = (path.split('/').collect(), route.split('/').collect());
    let same = |part: &str, name: &str| {
        part == name || name.starts_with('{') && !part.is_empty() || any_name && part == "*"
    };
    path.len() == route.len() && path.iter().zip(&route).all(|(part, name)| same(part, name))
}

/// The routes that no path of the list leads to.
fn missing<'a>(routes: &[&'a str], list: &str) -> Vec<&'a str> {
    let mut missing = routes.to_vec();
    for path in paths(list) {
        let led =
            |any_name| routes.iter().filter(|route| leads_to(&path, route, any_name)).collect::<Vec<_>>();
        let mut reached = led(false);
        if reached.is_empty() {
            reached = led(true);
        }
        // Where a page has a name of its own, it is no row of the list beside it.
        let fewest = reached.iter().map(|route| route.matches('{').count()).min();
        missing.retain(|one| !(reached.contains(&one) && Some(one.matches('{').count()) == fewest));
    }
    missing
}

#[tokio::test]
async fn every_page_is_looked_at_in_a_browser() {
    let app = TestApp::start().await;
    let list = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/pages.mjs")).unwrap();
    let routes = oskar::web::table(&app.app).finish().1;
    let pages = routes.iter().filter(|route| route.method == Method::GET).map(|route| route.path.as_str());
    let pages: Vec<_> =
        pages.filter(|page| !ELSEWHERE.contains(page) && !page.ends_with(OLDER_LINK)).collect();
    let missing = missing(&pages, &list);
    assert!(missing.is_empty(), "these have no line in tests/e2e/pages.mjs: {missing:#?}");
}

#[test]
fn a_page_without_a_line_is_found() {
    let routes = ["/a", "/a/new", "/a/{id}", "/a/{id}/end", "/b/{id}", "/b/{id}/end", "/c/{id}/stop"];
    let list = "{ path: '/a?q=x' }, async ({ get }) => `/a/${(await get('/x')).id}`,\n\
        const of = (end = '') => `/b/${f({ id })}${end}`; of('/end');\n// '/a/new'\n`/c/${(await get('/x?y')).id}/${end}`";
    assert_eq!(missing(&routes, list), ["/a/new", "/a/{id}/end"]);
}
