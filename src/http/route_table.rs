//! Routes that cannot be added without their access.
//!
//! One call does three things with one fact: it layers the guard, it writes security, permission and
//! errors into the OpenAPI operation, and it records the route for the permission matrix test.

use axum::Router;
use axum::handler::Handler;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response as AxumResponse;
use axum::routing::{MethodFilter as F, MethodRouter, on};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Deprecated, OpenApi};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::documented_codes::document_issuers_codes;
use super::documented_operation::{Facts, document};
use super::idempotency::repeatable;
use crate::app::App;
use crate::auth::{Access, Who, authorize, authorize_socket, look_up};
use crate::permission::Permission;

/// RFC 9745.
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
/// 2026-11-27, when the changelog first said it.
const DEPRECATED_SINCE: HeaderValue = HeaderValue::from_static("@1795737600");

/// A route as it was added.
#[derive(Clone, Debug)]
pub struct Route {
    pub method: Method,
    /// With its parameters in braces.
    pub path: String,
    pub access: Access,
    /// Whether it is a page: those take forms, answer with HTML and are in no document.
    pub page: bool,
    /// Whether an `Idempotency-Key` counts.
    pub idempotent: bool,
}

/// Routes of one path: whether they ask for a recent proof, whether an `Idempotency-Key` counts for those by POST, and whether
/// their successes set cookies.
pub struct Routes {
    methods: UtoipaMethodRouter<App>,
    fresh: bool,
    idempotent: bool,
    cookies: bool,
}

impl From<UtoipaMethodRouter<App>> for Routes {
    fn from(methods: UtoipaMethodRouter<App>) -> Self {
        Self { methods, fresh: false, idempotent: false, cookies: false }
    }
}

/// Routes for callers who have proved recently who they are.
pub fn fresh(routes: impl Into<Routes>) -> Routes {
    Routes { fresh: true, ..routes.into() }
}

/// Routes whose POST may be repeated with the same `Idempotency-Key`. Its handler commits by [`super::Answering`].
pub fn idempotent(routes: impl Into<Routes>) -> Routes {
    Routes { idempotent: true, ..routes.into() }
}

/// Routes whose successes set cookies or end them.
pub fn cookies(routes: impl Into<Routes>) -> Routes {
    Routes { cookies: true, ..routes.into() }
}

/// The routes so far.
#[must_use]
pub struct RouteTable {
    app: App,
    router: OpenApiRouter<App>,
    routes: Vec<Route>,
}

impl RouteTable {
    /// No routes yet; `document` is what their operations are written into.
    pub fn new(app: App, document: OpenApi) -> Self {
        Self { app, router: OpenApiRouter::with_openapi(document), routes: Vec::new() }
    }

    /// For everyone.
    pub fn public(self, routes: impl Into<Routes>) -> Self {
        self.add(Access::PUBLIC, routes.into())
    }

    /// For everyone; another issuer's token may stand for a password.
    pub fn sign_in(mut self, routes: impl Into<Routes>) -> Self {
        let routes = routes.into();
        let documented: Vec<_> = routes.methods.1.paths.keys().cloned().collect();
        self = self.add(Access::PUBLIC, routes);
        let paths = &mut self.router.get_openapi_mut().paths.paths;
        for (_, item) in paths.iter_mut().filter(|(path, _)| documented.contains(path)) {
            for (_, operation) in operations(item) {
                let alternatives =
                    [SecurityRequirement::default(), SecurityRequirement::new("issuer_token", [""; 0])];
                operation.security = Some(alternatives.to_vec());
                document_issuers_codes(operation);
            }
        }
        self
    }

    /// For everyone; the handler learns who it is ([`crate::auth::OptionalCaller`]).
    pub fn optional(self, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(Access::OPTIONAL, routes.into())
    }

    /// For every caller with a good credential.
    pub fn any(self, routes: impl Into<Routes>) -> Self {
        self.add(Access::ANY, routes.into())
    }

    /// For every caller with a good credential, by every method that proxies forward; documented as the one that the
    /// handler is annotated with.
    pub fn forwarded<H, T>(self, routes: UtoipaMethodRouter<App>, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let (schemas, paths, _) = routes;
        let methods = [F::POST, F::PUT, F::PATCH, F::DELETE, F::HEAD, F::OPTIONS];
        let methods = methods.into_iter().fold(F::GET, F::or);
        self.add(Access::FORWARDED, (schemas, paths, on(methods, handler)).into())
    }

    /// For users.
    pub fn user(self, routes: impl Into<Routes>) -> Self {
        self.add(Access::USER, routes.into())
    }

    /// For operators.
    pub fn operator(self, routes: impl Into<Routes>) -> Self {
        self.add(Access::OPERATOR, routes.into())
    }

    /// For members of the path's `{org}` who have the permission, and its keys.
    pub fn org(self, permission: Permission, routes: impl Into<Routes>) -> Self {
        self.add(Access::member(permission), routes.into())
    }

    /// For callers who have the permission in the organisation that their credential implies; the requests change nothing.
    pub fn own(self, permission: Permission, routes: impl Into<Routes>) -> Self {
        self.add(Access::own(permission), routes.into())
    }

    /// For sockets that are opened by a ticket of a caller with the permission in the path's `{org}`.
    pub fn socket(self, permission: Permission, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(Access::ticket(permission), routes.into())
    }

    /// All of another table's routes.
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.routes.extend(other.routes);
        self
    }

    /// Something around all routes so far, outside their guards.
    pub fn wrap(mut self, layer: impl FnOnce(OpenApiRouter<App>) -> OpenApiRouter<App>) -> Self {
        self.router = layer(self.router);
        self
    }

    /// Tells that nothing new should be built on the routes so far.
    pub fn deprecated(mut self) -> Self {
        for item in self.router.get_openapi_mut().paths.paths.values_mut() {
            for (_, operation) in operations(item) {
                operation.deprecated = Some(Deprecated::True);
            }
        }
        if !self.routes.is_empty() {
            self.router = self.router.route_layer(map_response(tell_deprecation));
        }
        self
    }

    fn add(mut self, access: Access, Routes { methods, fresh, idempotent, cookies }: Routes) -> Self {
        let access = Access { fresh, ..access };
        let (schemas, mut paths, mut methods) = methods;
        for (path, item) in &mut paths.paths {
            for (method, operation) in operations(item) {
                let idempotent = idempotent && method == Method::POST;
                let facts = Facts { access, idempotent, cookies };
                document(operation, facts, &method, path);
                self.routes.push(Route { method, path: path.clone(), access, page: false, idempotent });
            }
        }
        if idempotent {
            methods = methods.route_layer(from_fn_with_state(self.app.clone(), repeatable));
        }
        methods = guarded(&self.app, methods, access);
        self.router = self.router.routes((schemas, paths, methods));
        self
    }

    /// The router, the document, and the record of the routes.
    pub fn finish(self) -> (Router<App>, OpenApi, Vec<Route>) {
        let (router, mut document) = self.router.split_for_parts();
        // axum's `{*rest}` is a plain parameter in OpenAPI.
        document.paths.paths = std::mem::take(&mut document.paths.paths)
            .into_iter()
            .map(|(path, item)| (path.replace("{*", "{"), item))
            .collect();
        (router, document, self.routes)
    }
}

/// The guard of that access around the handlers of a path.
pub(super) fn guarded(app: &App, methods: MethodRouter<App>, access: Access) -> MethodRouter<App> {
    match access.who {
        Who::Public => methods,
        Who::Optional => methods.route_layer(from_fn_with_state(app.clone(), look_up)),
        Who::Ticket => methods.route_layer(from_fn_with_state((app.clone(), access), authorize_socket)),
        Who::Any | Who::User | Who::Operator | Who::Member | Who::Own => {
            methods.route_layer(from_fn_with_state((app.clone(), access), authorize))
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    [
        (Method::GET, item.get.as_mut()),
        (Method::POST, item.post.as_mut()),
        (Method::PATCH, item.patch.as_mut()),
        (Method::DELETE, item.delete.as_mut()),
        (Method::PUT, item.put.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation?)))
}

async fn tell_deprecation(mut response: AxumResponse) -> AxumResponse {
    // The end of a key's old secret is more to know.
    response.headers_mut().entry(DEPRECATION).or_insert(DEPRECATED_SINCE);
    response
}
