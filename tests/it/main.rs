//! All integration tests in one binary: HTTP against the real router, on a real SQLite file, or on a real
//! PostgreSQL when `OSKAR_TEST_POSTGRES` names one. `./test` runs both.
//!
//! To add some: a file named after the file of `src/api` that it tests, and a line below.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

mod account;
mod address;
mod allowance;
mod architecture;
mod at_rest;
mod auth;
mod basic;
mod browser;
mod cli;
mod clock;
mod compat;
mod contention;
mod crash;
mod credentials;
mod damage;
mod disclosure;
mod events;
mod faults;
mod folders;
mod forge;
mod front_end;
mod guessing;
mod health;
mod import;
mod imported_hashes;
mod input;
mod invitations;
mod isolation;
mod issuer_keys;
mod issuer_tokens;
mod issuers;
mod key_rotation;
mod keys;
mod last_admin;
mod last_uses;
mod mail_pages;
mod mail_texts;
mod matrix;
mod members;
mod names;
mod no_auth;
mod notices;
mod oidc_provider;
mod operator;
mod organisations;
mod outbox;
mod pages_in_a_browser;
mod password_policy;
mod passwords;
mod paths;
mod permissions;
mod pooler;
mod process;
mod races;
mod rate_limit;
mod recovery;
mod refresh;
mod refusals;
mod register;
mod running;
mod schema;
mod sessions;
mod setup;
mod signing_keys;
mod slow;
mod smallest_pool;
mod smoke;
mod smtp;
mod storage;
mod stream;
mod tokens;
mod unproven;
mod unseen_registration;
mod updates;
mod verify;
mod waiting;
