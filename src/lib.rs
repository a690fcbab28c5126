//! Oskar: organisations, users and roles, API keys, sessions and tokens behind one extractor.
//!
//! ```text
//! main.rs, cli/     the command line
//! server.rs         the socket
//! app.rs            what every request needs, built once
//! database/         SQLite or PostgreSQL
//! config/           every setting, once
//! error event permission   three literal lists: what can go wrong, what can happen, what can be allowed
//! clock crypto/ id jwt/ language/ limits/ network/ password/ program/ step_up text/
//!                   leaves: usable by all, using none of the below
//! entity/           one file per table: the row and the selects that others may use
//! domain/           the rules, by subject: every insert and update, in one transaction with its audit event
//! views/            what is shown of keys, members, sessions, events …: queried once, read by JSON, pages and commands
//! auth/             who is calling: credential → authenticate → principal → guard; sign_in/: the ways to a session
//! http/             layers, rate limit, the tables that routes are added to, errors' form, input
//! api/              JSON over HTTP: one file per resource; mod.rs is THE route list
//! web/              the pages: a folder per area; mod.rs is their route list
//! issuers/          other issuers whose tokens sign users in: their keys, their claims
//! mail/             what mails say, and how they go out
//! worker/           what runs in the background, each with a `tick`
//! ```
//!
//! Dependencies point one way: `cli → server → {api, web} → http → auth → domain → entity → leaves`,
//! `worker → {domain, mail}`, `{cli, api, web, http} → views → entity`. `domain`, `views` and `entity` never name axum,
//! headers or cookies; only `config` reads the environment. A test scans the `use` lines and fails on a breach.
//! `ARCHITECTURE.md` follows a request through all of it.

pub mod api;
pub mod app;
pub mod auth;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod database;
pub mod domain;
pub mod entity;
pub mod error;
pub mod event;
pub mod http;
pub mod id;
pub mod issuers;
pub mod jwt;
pub mod language;
pub mod limits;
pub mod mail;
pub mod network;
pub mod password;
pub mod permission;
pub mod program;
pub mod server;
pub mod step_up;
pub mod text;
pub mod views;
pub mod web;
pub mod worker;
