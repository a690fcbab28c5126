//! Failures in the shapes of older clients. This is outside of all that refuses: guards, limits of requests and bodies,
//! the check of foreign pages, and methods that a path has not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::{appliance, onedb, osmedeus};
use crate::config::Compat;
use crate::http::AnswerNumber;

/// The dialects that have failures of their own, if they are served (the appliance: if it is turned on by name), and the number of the last answer that has one.
#[derive(Debug)]
pub struct Shapes {
    appliance: bool,
    osmedeus: bool,
    onedb: bool,
    answers: AtomicU64,
}

impl Shapes {
    /// By the settings.
    pub fn new(compat: &Compat) -> Arc<Self> {
        let answers = AtomicU64::new(0);
        let (osmedeus, onedb) = (compat.osmedeus.is_served(), compat.onedb.is_served());
        Arc::new(Self { appliance: compat.appliance.documented().is_some(), osmedeus, onedb, answers })
    }
}

/// Turns problems into what the clients of a path know.
pub async fn shape(State(shapes): State<Arc<Shapes>>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if shapes.osmedeus && path.starts_with(osmedeus::PREFIX) {
        return osmedeus::errors(request, next).await;
    }
    if shapes.appliance && appliance::is_own(path) {
        return appliance::errors(request, next).await;
    }
    if shapes.onedb && path == onedb::PATH {
        let number = AnswerNumber(shapes.answers.fetch_add(1, Ordering::Relaxed) + 1);
        request.extensions_mut().insert(number);
        return onedb::errors(number, request, next).await;
    }
    next.run(request).await
}
