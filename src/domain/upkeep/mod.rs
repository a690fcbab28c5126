//! What keeps an installation in order: sweeps, keys, the master secret, last uses, settings.

pub mod secret_rotation;
pub mod settings;
pub mod signing_keys;
pub mod sweep;
pub mod upgrades;
pub mod usage;
