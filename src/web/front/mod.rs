//! The front door: signing in and out, new accounts, forgotten passwords. Other products send their users here and get them
//! back (`return_to`).

pub mod check_mail;
mod notice;
mod onward;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;

pub use notice::Notice;
pub use onward::Onward;
