//! Pages that cannot be added without their access: the guards and the record of the API's routes, without a document.

use axum::Router;
use axum::extract::{OriginalUri, Request, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::MethodRouter;

use super::idempotency::repeatable_form;
use super::negotiation::{FORMS, HTML_TYPE, preferred};
use super::problem::Problem;
use super::route_table::{Route, guarded};
use super::way_back::keep_return_to;
use crate::app::App;
use crate::auth::Access;
pub use crate::auth::SIGN_IN;
use crate::permission::Permission;

/// Where a user who is signed in proves once more who they are.
pub const CONFIRM: &str = "/account/confirm";

/// In the query of the sign-in page: an admin has ended this session in one organisation. It still works elsewhere, so without
/// this mark its user would be sent straight back.
pub const AGAIN: &str = "again";

/// The handlers of one path. They are served once they are added to a [`PageTable`], which asks for their access.
#[must_use]
pub struct PagesAt {
    path: String,
    methods: Vec<Method>,
    handlers: MethodRouter<App>,
    fresh: bool,
    once: bool,
}

/// No handlers yet at that path; parameters stand in braces.
pub fn at(path: impl Into<String>) -> PagesAt {
    let path = path.into();
    PagesAt { path, methods: Vec::new(), handlers: MethodRouter::new(), fresh: false, once: false }
}

impl PagesAt {
    /// Shows something.
    pub fn get<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.methods.push(Method::GET);
        self.handlers = self.handlers.get(handler);
        self
    }

    /// Takes a form.
    pub fn post<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.methods.push(Method::POST);
        self.handlers = self.handlers.post(handler);
        self
    }

    /// The form makes something: sent twice, it makes it once and is answered the same. The template includes
    /// `parts/form_id.html`; the handler commits by [`super::Answering`].
    pub fn once(self) -> Self {
        Self { once: true, ..self }
    }

    /// Only for users who have proved recently who they are; others are asked for it and come back.
    pub fn fresh(self) -> Self {
        Self { fresh: true, ..self }
    }
}

/// The pages so far.
#[must_use]
pub struct PageTable {
    app: App,
    router: Router<App>,
    routes: Vec<Route>,
}

impl PageTable {
    /// No pages yet.
    pub fn new(app: App) -> Self {
        Self { app, router: Router::new(), routes: Vec::new() }
    }

    /// For everyone.
    pub fn public(self, pages: impl IntoIterator<Item = PagesAt>) -> Self {
        self.add(Access::PUBLIC, pages)
    }

    /// For users.
    pub fn user(self, pages: impl IntoIterator<Item = PagesAt>) -> Self {
        self.add(Access::USER, pages)
    }

    /// For members of the path's `{org}` who have the permission. Keys have no use for pages.
    pub fn org(self, permission: Permission, pages: impl IntoIterator<Item = PagesAt>) -> Self {
        self.add(Access::person(permission), pages)
    }

    /// For operators.
    pub fn operator(self, pages: impl IntoIterator<Item = PagesAt>) -> Self {
        self.add(Access::OPERATOR, pages)
    }

    fn add(mut self, access: Access, pages: impl IntoIterator<Item = PagesAt>) -> Self {
        for PagesAt { path, methods, mut handlers, fresh, once } in pages {
            let access = Access { fresh, ..access };
            if once {
                handlers = handlers.route_layer(from_fn_with_state(self.app.clone(), repeatable_form));
            }
            let mut guarded = guarded(&self.app, handlers, access);
            if access.needs_credential() {
                // A form with an access of its own stands behind the page that shows it.
                let shown = |route: &Route| route.path == path && route.method == Method::GET;
                let has_get = methods.contains(&Method::GET) || self.routes.iter().any(shown);
                guarded = guarded
                    .route_layer(from_fn_with_state(has_get, lead_to_sign_in))
                    .route_layer(from_fn_with_state(self.app.clone(), keep_return_to));
            }
            self.router = self.router.route(&path, guarded);
            let route = |method| Route { method, path: path.clone(), access, page: true, idempotent: false };
            self.routes.extend(methods.into_iter().map(route));
        }
        self
    }

    /// The router, and the record of the routes.
    pub fn finish(self) -> (Router<App>, Vec<Route>) {
        (self.router, self.routes)
    }
}

/// Leads a browser that is refused for want of a proof to the page that asks for it, and says where to come back to.
async fn lead_to_sign_in(
    State(has_get): State<bool>,
    OriginalUri(address): OriginalUri,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let shows = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    if problem.status != 401 || preferred(&headers, &FORMS) != Some(HTML_TYPE) {
        return response;
    }
    let page = if problem.code == "insufficient_user_authentication" { CONFIRM } else { SIGN_IN };
    // What a form has sent is lost; the page that it was on can be shown again.
    let back = match (shows, has_get) {
        (true, _) => address.path_and_query().map(axum::http::uri::PathAndQuery::as_str),
        (false, true) => Some(address.path()),
        (false, false) => None,
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(back.map(|back| ("next", back)))
        .extend_pairs((problem.code == "session_ended_here").then_some((AGAIN, "true")))
        .finish();
    let to = if query.is_empty() { page.to_owned() } else { format!("{page}?{query}") };
    Redirect::to(&to).into_response()
}
