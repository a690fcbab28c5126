//! Users: their account, password, addresses and mailed links, and the end of an account.

pub mod choose_password;
pub mod deletion;
pub mod developer;
pub mod disabling;
pub mod mailbox;
pub mod one_time;
pub mod passwords;
pub mod replacement;
pub mod unproven;
pub mod user_numbers;
pub mod users;
