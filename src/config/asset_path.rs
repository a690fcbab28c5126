//! Where what comes with the settings is served.

use sha2::{Digest as _, Sha256};

/// The path of something that caches may keep for good: another one for another content.
pub fn asset_path(name: &str, content: &[u8], ending: &str) -> String {
    let digest = <[u8; 32]>::from(Sha256::digest(content));
    let digest = digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    format!("/assets/{name}-{digest:016x}.{ending}")
}
