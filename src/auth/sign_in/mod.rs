//! Signing in: every way to a session, and the one place where a session starts.
//!
//! ```text
//! password.rs          name and password             ┐
//! issuer.rs            another issuer's token        │  state.rs                  session.rs
//! invitation.rs        an invitation's link          ├→ Proven → start → SignInState::Started
//! registration.rs      a new account                 │
//! setup.rs             the setup link                ┘
//! reauthentication.rs  password or token once more   ┐  renewal.rs
//! mailed_link.rs       the proof of a new address    ┴→ a session in the place of one → Started
//! refresh.rs           a refresh token                → OpenSession
//! ```
//!
//! A way checks what it is given, outside any transaction where that takes long, and ends in `Proven` inside one.
//! [`Started`] has the cookie, and makes the tokens. `api` and `web` only put that into words: JSON, or a page.
//!
//! To add a way: a file here that ends in `Proven`. To add a state between proof and session, such as "the second
//! factor is missing": a variant of [`SignInState`].

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
pub use mailed_link::{ask_for_mail, confirm_address, reset_password, unlock};
pub use password::{PasswordSignIn, by_password};
pub use reauthentication::{reauthenticate_by_issuer, reauthenticate_by_password, replace_password};
pub use refresh::{look_up, refresh};
pub use refresh_tokens::own_lifetime;
pub use registration::{NewAccount, Registered, register};
pub use renewal::RenewalTerms;
pub use session::{IssuedTokens, OpenSession, Started};
pub use setup::{SetUp, by_setup_link};
pub use state::{SessionTerms, SignInState};
