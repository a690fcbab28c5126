//! Pages that cannot be added without their access: the guards and the record of the API's routes, without a document.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::MethodRouter;

use super::route_table::{Route, guarded};
use crate::app::App;
use crate::auth::Access;
use crate::permission::Permission;

/// The handlers of one path. They are served once they are added to a [`PageTable`], which asks for their access.
#[must_use]
pub struct PagesAt {
    path: String,
    methods: Vec<Method>,
    handlers: MethodRouter<App>,
}

/// No handlers yet at that path; parameters stand in braces.
pub fn at(path: impl Into<String>) -> PagesAt {
    PagesAt { path: path.into(), methods: Vec::new(), handlers: MethodRouter::new() }
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

    /// For members of the path's `{org}` who have the permission, and its keys.
    pub fn org(self, permission: Permission, pages: impl IntoIterator<Item = PagesAt>) -> Self {
        self.add(Access::member(permission), pages)
    }

    /// For operators.
    pub fn operator(self, pages: impl IntoIterator<Item = PagesAt>) -> Self {
        self.add(Access::OPERATOR, pages)
    }

    fn add(mut self, access: Access, pages: impl IntoIterator<Item = PagesAt>) -> Self {
        for PagesAt { path, methods, handlers } in pages {
            self.router = self.router.route(&path, guarded(&self.app, handlers, access));
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
