//! What stands between the socket and the handlers of the API and of the pages: the layers that every request passes, the
//! two tables that routes are added to with their access, the form of errors, and how input is read.
//!
//! | file | what |
//! | --- | --- |
//! | `layers.rs` | all layers, outermost first |
//! | `route_table.rs`, `page_table.rs` | routes of the API and of pages, each with its guard |
//! | `documented_operation.rs`, `documented_codes.rs`, `documented_idempotency.rs` | what the document says of an operation by how its route was added; its error codes |
//! | `html.rs`, `look.rs`, `filters.rs` | a page, what it shows around its matter, and what its template can do with values |
//! | `problem.rs`, `problems.rs`, `error_page.rs`, `error_words.rs` | errors: JSON, or a page if the client asks for HTML |
//! | `negotiation.rs` | which form of an answer a client prefers |
//! | `conditions.rs` | `ETag`, `If-Match`, `If-None-Match` |
//! | `idempotency.rs`, `kept_answer.rs` | requests that are repeated with the same `Idempotency-Key`, and forms that are sent twice |
//! | `event_query.rs` | what logs of events can be narrowed down by |
//! | `input.rs`, `page.rs`, `list_filters.rs` | bodies and queries; lists, a page of rows at a time, and what narrows them down |
//! | `wrong_members.rs`, `shape.rs`, `json_body.rs` | all that is wrong with an input, by its type and by its schema |

pub mod conditions;
mod documented_codes;
mod documented_idempotency;
mod documented_operation;
mod error_page;
mod error_words;
pub mod event_query;
mod files;
pub mod filters;
mod forwarded;
mod html;
mod idempotency;
pub mod input;
mod json_body;
mod kept_answer;
mod layers;
mod limited_paths;
pub mod list_filters;
mod look;
mod negotiation;
mod no_auth;
pub mod page;
mod page_cookie;
mod page_table;
mod problem;
mod problems;
mod rate_limit;
mod route_table;
mod shape;
mod way_back;
mod wrong_members;

pub use error_words::{ErrorVariables, error_words};
pub use files::files;
pub use forwarded::Doors;
pub use html::{html, let_forms_lead_to};
pub use idempotency::Answering;
pub use layers::{AnswerNumber, around, unheard_proxy};
pub use limited_paths::is_limited;
pub use look::{Flash, Here, LANGUAGE_COOKIE, Look, MenuEntry, Visitor, language};
pub use negotiation::preferred;
pub use page_cookie::{A_YEAR, set_cookie};
pub use page_table::{AGAIN, CONFIRM, PageTable, PagesAt, SIGN_IN, at};
pub use problem::{Code, PROBLEMS, Problem, headers, status};
pub use route_table::{Route, RouteTable, Routes, cookies, fresh, idempotent};
pub use way_back::WayBack;
