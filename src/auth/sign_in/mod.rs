//! Signing in: every way to a session, and the one place where a session starts.
//!
//! ```text
//! password.rs      name and password               ┐
//! issuer.rs        another issuer's token          │
//! invitation.rs    an invitation's link            ├→ Proven → start → SignInState::Started
//! registration.rs  a new account                   │
//! setup.rs         the setup link                  ┘
//! reauthentication.rs  the proof once more         ┐
//! mailed_link.rs       a new address is confirmed  ├→ renewal.rs: a session in the place of one → Started
//! (a new password, by the one before it)           ┘
//! refresh.rs       a refresh token                  → OpenSession
//! ```
//!
//! A way checks what it is given, outside any transaction where that takes long, and ends in [`Proven`] inside one.
//! [`Started`] has the cookie, and makes the tokens. `api` and `web` only put that into words: JSON, or a page.
//!
//! To add a way: a file here that ends in [`Proven`]. To add a state between the proof and the session, such as "the
//! second factor is missing": a variant of [`SignInState`].

mod invitation;
mod issuer;
mod mailed_link;
mod password;
mod reauthentication;
mod refresh;
mod refresh_tokens;
mod registration;
mod renewal;
mod session;
mod setup;
mod state;

pub use invitation::{Invited, NewMember};
pub use issuer::by_issuer_token;
pub use mailed_link::{confirm_address, reset_password, unlock};
pub use password::{PasswordSignIn, by_password};
pub use reauthentication::{reauthenticate_by_issuer, reauthenticate_by_password};
pub use refresh::{look_up, refresh};
pub use refresh_tokens::own_lifetime;
pub use registration::{NewAccount, Registered, register};
pub use renewal::{RenewalTerms, in_place_of};
pub use session::{IssuedTokens, OpenSession, Started};
pub use setup::{SetUp, by_setup_link};
pub use state::{SessionTerms, SignInState};
