//! Mail: what is written in them (`messages.rs`, `letter.rs`, words of others through `quoted.rs`), and how they go out
//! (`transport.rs`). How to add one is told in `domain/mail`.

mod letter;
pub mod messages;
mod quoted;
mod transport;

pub use letter::Letter;
pub use transport::{Captured, Mailer, SendError};
