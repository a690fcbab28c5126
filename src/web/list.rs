//! Lists on pages: the API's lists, asked by the same filters and cursors, with the address of the next page.

pub use crate::http::page::{Asked, List};
