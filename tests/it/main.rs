//! All integration tests in one binary: HTTP against the real router, on a real SQLite file, or on a real
//! PostgreSQL when `OSKAR_TEST_POSTGRES` names one. `./test` runs both.
//!
//! To add some: a file named after the file of `src/api` that it tests, and a line below.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

mod account;
mod address;
mod architecture;
mod at_rest;
mod auth;
mod basic;
mod browser;
mod caching;
mod cli;
mod compat;
mod contention;
mod crash;
mod credentials;
mod disclosure;
mod events;
mod faults;
mod forge;
mod fresh_proof;
mod front_end;
mod guessing;
mod health;
mod identities;
mod import;
mod imported_hashes;
mod input;
mod invitations;
mod issuer_keys;
mod issuer_policy;
mod issuer_tokens;
mod issuers;
mod key_rotation;
mod keys;
mod last_admin;
mod mail_pages;
mod mail_texts;
mod matrix;
mod members;
mod no_auth;
mod notices;
mod oidc_provider;
mod operator;
mod organisations;
mod outbox;
mod password_policy;
mod passwords;
mod paths;
mod permissions;
mod process;
mod races;
mod rate_limit;
mod recovery;
mod refresh;
mod register;
mod running;
mod schema;
mod sessions;
mod setup;
mod signing_keys;
mod slow;
mod smoke;
mod smtp;
mod storage;
mod stream;
mod tokens;
mod updates;
mod verify;
mod waiting;
