//! The pages: what they show to whom, and what their forms do.

mod colours;
pub mod front;
mod texts;
