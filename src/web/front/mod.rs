//! The front door: signing in and out, new accounts, forgotten passwords. Other products send their users here and get them
//! back (`return_to`).

mod onward;
pub mod sign_in;
pub mod sign_out;
