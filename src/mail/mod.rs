//! Mail: what is written in them (`messages.rs`, `letter.rs`, words of others through `quoted.rs`), and how they go out
//! (`transport.rs`).
//!
//! To add one: a variant of `entity::outbox::Kind`, a function in `messages.rs`, an arm in
//! `worker/outbox.rs` that fills it, and its golden file.

mod letter;
pub mod messages;
mod quoted;
mod transport;

pub use letter::Letter;
pub use transport::{Captured, Mailer, SendError};
