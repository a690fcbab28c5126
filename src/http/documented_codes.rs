//! Which error codes an operation can answer with, as its `x-codes` in the document.
//!
//! Derived: from the access that the route was added with, from what it takes, and from the codes that its own texts name in
//! back-ticks. The test harness compares every answer that any test gets with this list.

use std::collections::BTreeSet;

use axum::http::Method;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{Ref, RefOr, Response};

use super::limited_paths::is_limited;
use crate::auth::{Access, RequestBody, Who};
use crate::error::Kind;

/// The extension of an operation.
const CODES: &str = "x-codes";

/// What another issuer's token in the place of a password is refused for.
const OF_ISSUERS: &[&str] = &[
    "ambiguous_credentials",
    "insufficient_user_authentication",
    "invalid_issuer_token",
    "issuer_disabled",
    "issuer_email_unreadable",
    "issuer_email_unverified",
    "issuer_token_used",
    "issuer_unavailable",
    "link_required",
    "linked_to_another",
    "no_account",
    "not_allowed",
];

/// Writes the codes into an operation, and names the shared answers that they come with.
pub fn document_codes(operation: &mut Operation, access: Access, method: &Method, path: &str) {
    let codes = codes(operation, access, method, path);
    add(operation, codes);
}

/// The same for those of other issuers' tokens.
pub fn document_issuers_codes(operation: &mut Operation) {
    add(operation, OF_ISSUERS.iter().copied().collect());
}

fn add(operation: &mut Operation, mut codes: BTreeSet<&'static str>) {
    declare_statuses(operation, &codes);
    let extensions = operation.extensions.get_or_insert_default();
    let before = extensions.get(CODES).and_then(|codes| codes.as_array());
    codes.extend(before.into_iter().flatten().filter_map(|code| Some(Kind::find(code.as_str()?)?.code)));
    extensions.insert(CODES.to_owned(), codes.into_iter().collect());
}

fn codes(operation: &Operation, access: Access, method: &Method, path: &str) -> BTreeSet<&'static str> {
    let has_body = operation.request_body.is_some();
    let parameters = operation.parameters.iter().flatten();
    let has_query = parameters.into_iter().any(
        |parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query),
    );
    let mut codes = BTreeSet::new();
    let mut when = |holds: bool, more: &[&'static str]| {
        if holds {
            codes.extend(more);
        }
    };
    when(true, &["busy", "foreign_host", "internal", "storage_unavailable", "timeout"]);
    when(is_limited(path), &["rate_limited"]);
    when(has_body, &["body_too_large", "malformed_body", "unsupported_media_type", "validation_failed"]);
    when(has_query, &["validation_failed"]);
    when(!method.is_safe(), &["cross_site"]);
    guards(access, method, path, &mut when);
    named(operation, &mut codes);
    follow(&mut codes);
    codes
}

/// What the guard of that access refuses.
fn guards(access: Access, method: &Method, path: &str, when: &mut impl FnMut(bool, &[&'static str])) {
    let ticket = access.who == Who::Ticket;
    when(access.needs_credential() || ticket, &["invalid_credential", "unauthenticated"]);
    if ticket {
        when(
            true,
            &["cross_site", "not_found", "permission_denied", "session_ended_here", "validation_failed"],
        );
        return;
    }
    if !access.needs_credential() {
        return;
    }
    when(true, &["ambiguous_credentials", "key_malformed"]);
    // The guard reads the body of every request, also where none is asked for.
    when(access.body == RequestBody::Awaited, &["body_too_large", "malformed_body"]);
    // By HTTP Basic a password is tried, and the account is told what a sign-in is told.
    when(true, &["password_change_required", "too_many_attempts", "user_disabled"]);
    // What a write belongs to may go while it is under way: an account that is deleted at once.
    when(path.contains('{') || !method.is_safe(), &["not_found"]);
    when(path.contains("{org}"), &["organisation_denied", "session_ended_here"]);
    when(access.permission.is_some(), &["permission_denied"]);
    when(access.is_for_users(), &["user_required"]);
    when(access.who == Who::Operator, &["operator_required"]);
    when(access.who == Who::Member && !method.is_safe(), &["live_only"]);
    when(access.fresh, &["insufficient_user_authentication"]);
}

/// The codes that the texts of the operation and of its answers name in back-ticks.
fn named(operation: &Operation, codes: &mut BTreeSet<&'static str>) {
    let answers = operation.responses.responses.values().filter_map(|answer| match answer {
        RefOr::T(answer) => Some(answer.description.as_str()),
        RefOr::Ref(_) => None,
    });
    for text in answers.chain(operation.description.as_deref()) {
        let words = text.split('`').skip(1).step_by(2);
        codes.extend(words.filter_map(Kind::find).map(|kind| kind.code));
    }
}

/// What comes with others: guesses are counted, and so are mails.
fn follow(codes: &mut BTreeSet<&'static str>) {
    const GUESSED: [&str; 4] = ["invalid_issuer_token", "invalid_login", "link_invalid", "wrong_password"];
    if GUESSED.iter().any(|code| codes.contains(code)) {
        codes.insert("too_many_attempts");
    }
    if codes.contains("mail_unavailable") {
        codes.insert("too_many_mails");
    }
}

/// Names the shared answer of each status that a code comes with, where the operation has none of its own.
fn declare_statuses(operation: &mut Operation, codes: &BTreeSet<&'static str>) {
    let in_its_form = form_of_its_own(operation);
    for kind in codes.iter().filter_map(|code| Kind::find(code)) {
        if let Some(name) = shared_answer(kind.status) {
            let own = in_its_form.clone().map(|mut form| {
                form.description = format!("{}.", kind.title);
                RefOr::T(form)
            });
            let answer = own.unwrap_or_else(|| RefOr::Ref(Ref::from_response_name(name)));
            operation.responses.responses.entry(kind.status.to_string()).or_insert(answer);
        }
    }
}

/// An error of an older client's dialect, if the operation answers with those.
fn form_of_its_own(operation: &Operation) -> Option<Response> {
    let failures = operation.responses.responses.iter().filter(|(status, _)| status.starts_with('4'));
    let mut own = failures.filter_map(|(_, answer)| match answer {
        RefOr::T(answer) => Some(answer),
        RefOr::Ref(_) => None,
    });
    own.find(|answer| answer.content.contains_key("application/json")).cloned()
}

/// The answer in the document's components that tells of a status in general.
const fn shared_answer(status: u16) -> Option<&'static str> {
    Some(match status {
        400 => "BadRequest",
        401 => "Unauthenticated",
        403 => "Forbidden",
        404 => "NotFound",
        413 => "BodyTooLarge",
        415 => "UnsupportedMediaType",
        421 => "ForeignHost",
        422 => "Invalid",
        429 => "TooMany",
        500 => "Internal",
        503 => "Unavailable",
        _ => return None,
    })
}
