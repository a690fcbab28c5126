//! Who is calling, and may they: parse, resolve, decide.
//!
//! `credential.rs` reads headers, `authenticate.rs` looks the credential up and gives a principal (`principal.rs`), and
//! `guard.rs` decides by what the route asks (`access.rs`). `organisation_access.rs` has what a caller may do in an
//! organisation, `sign_in/` the ways to a session. Handlers take [`Caller`], [`OptionalCaller`], [`SignedIn`] or
//! [`OrganisationAccess`], which only a guard can put there.
//!
//! To add a kind of credential: a variant in `credential.rs`, an arm in `authenticate.rs`, a security
//! scheme in `api/openapi.rs`, a row in `tests/it/credentials.rs`.

mod access;
mod address;
mod authenticate;
mod caller;
mod client;
mod cookies;
mod credential;
mod forwarded;
mod fresh;
mod guard;
mod issuer;
mod organisation_access;
mod own_account;
mod presented;
mod principal;
mod refusals;
mod return_to;
pub mod sign_in;
mod socket;

pub use access::{Access, RequestBody, Who};
pub use address::{Address, unheard};
pub use authenticate::{caller, optional_user, presented_sessions};
pub use caller::{Caller, OptionalCaller, SignedIn};
pub use client::{Client, RequestId};
pub use cookies::{CookieOutcome, Keep, signed_out};
pub use credential::{API_KEY_HEADER, Credential, bearer};
pub use forwarded::{Repeated, WayIn, way_in};
pub use guard::{StillAllowed, authorize, look_up};
pub use issuer::{by_issuer, is_foreign};
pub use organisation_access::OrganisationAccess;
pub use own_account::{ask_for_new_email, delete_own_account};
pub use presented::{Finding, Presented, verify_presented};
pub use principal::{
    CallerSession, CredentialKind, KeyPrincipal, OrganisationScope, Principal, UserPrincipal,
};
pub use return_to::{ReturnTo, SIGN_IN};
pub use socket::{PROTOCOL, Socket, authorize_socket};
