//! Which paths have a limit of requests.

/// What watches the server, often by way of the same address as its clients: a refusal would get it restarted.
const HEALTH: [&str; 4] = ["/livez", "/readyz", "/health", "/api/health"];

/// Whether requests to a path are limited.
pub fn is_limited(path: &str) -> bool {
    !HEALTH.contains(&path)
}
