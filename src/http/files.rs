//! The files of `static/`: the stylesheet, scripts, pictures.

use std::sync::LazyLock;

use axum::Router;
use memory_serve::{Manifest, MemoryServe};

/// Where they are.
const ASSETS: &str = "/assets";

/// The files of `static/`, compiled in. They are the same for every server of a process, and taking them apart costs
/// memory that is not given back.
static FILES: LazyLock<(Router, Manifest)> = LazyLock::new(|| {
    let files: MemoryServe = memory_serve::load!().index_file(None).enable_hashed_routes(true);
    let manifest = files.manifest();
    (Router::new().nest(ASSETS, files.into_router()), manifest)
});

/// The routes of the files, each also under a name that has a digest of what is in it.
pub fn files() -> Router {
    FILES.0.clone()
}

/// The address of a file that a browser may keep for good.
pub fn file(name: &str) -> String {
    let path = format!("/{name}");
    format!("{ASSETS}{}", FILES.1.get(&path).unwrap_or(&path))
}
