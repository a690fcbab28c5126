//! Where what comes with the settings is served.

use sha2::{Digest as _, Sha256};

/// The path of something that caches may keep for good: another one for another content.
pub fn asset_path(name: &str, content: &[u8], ending: &str) -> String {
    let digest: String = Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("/assets/{name}-{digest}.{ending}")
}
