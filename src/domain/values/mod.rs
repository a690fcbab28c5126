//! Values that users choose, each a type that cannot hold a wrong one.

pub mod change;
pub mod display_name;
pub mod external_id;
pub mod labels;
pub mod metadata;
pub mod reason;
pub mod slug;
pub mod username;
