//! How much may happen at once, in what time.

pub mod deadline;
pub mod gates;
pub mod rate;
