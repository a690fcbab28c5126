//! All integration tests in one binary: HTTP against the real router, on a real SQLite file, or on a real
//! PostgreSQL when `OSKAR_TEST_POSTGRES` names one. `./test` runs both.
//!
//! To add some: a file named after the file of `src/api` that it tests, and a line below.

mod support;

mod smoke;
