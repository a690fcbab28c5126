//! What the document says of an operation besides what its handler says: its access, `{org}`, the form of its failures,
//! cookies, conditions, repetition, and its error codes. All of it follows from how the route was added.

use axum::http::Method;
use utoipa::PartialSchema as _;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, Ref, RefOr, Required, Response};

use super::documented_codes::document_codes;
use super::{conditions, documented_idempotency};
use crate::auth::{Access, Who};
use crate::permission::Keys;

/// How a route was added.
#[derive(Clone, Copy)]
pub struct Facts {
    pub access: Access,
    /// Whether an `Idempotency-Key` counts.
    pub idempotent: bool,
    /// Whether its successes set cookies or end them.
    pub cookies: bool,
}

/// Writes all of it into an operation.
pub fn document(operation: &mut Operation, facts: Facts, method: &Method, path: &str) {
    if facts.idempotent {
        documented_idempotency::document(operation);
    }
    document_access(operation, facts.access, path);
    if facts.access.fresh {
        document_proof(operation);
    }
    if facts.cookies {
        document_cookies(operation);
    }
    document_codes(operation, facts.access, method, path);
}

fn document_access(operation: &mut Operation, access: Access, path: &str) {
    let needs = match (access.permission, access.who) {
        (Some(permission), _) => format!(
            "**Permission:** `{}` ({}{}).",
            permission.as_str(),
            permission.minimum_role(),
            if permission.keys() == Keys::May { ", API keys may" } else { "; never API keys" }
        ),
        (None, Who::Public | Who::Optional) => "**Access:** everybody.".to_owned(),
        (None, Who::Any) => "**Access:** any credential.".to_owned(),
        (None, Who::User) => {
            "**Access:** users, by cookie, access token or HTTP Basic; never API keys.".to_owned()
        }
        (None, Who::Operator) => {
            "**Access:** operators, by cookie, access token or HTTP Basic; never API keys.".to_owned()
        }
        (None, Who::Member | Who::Own | Who::Ticket) => {
            "**Access:** all members and keys of the organisation.".to_owned()
        }
    };
    let told = operation.description.take().unwrap_or_default();
    operation.description = Some(format!("{told}\n\n{needs}").trim().to_owned());
    operation.security =
        Some(schemes(access).iter().map(|name| SecurityRequirement::new(*name, [""; 0])).collect());
    if let Some(permission) = access.permission {
        let extensions = operation.extensions.get_or_insert_default();
        extensions.insert("x-permission".to_owned(), permission.as_str().into());
    }
    if path.contains("{org}") {
        operation.parameters.get_or_insert_default().insert(0, organisation().into());
    }
    conditions::document(operation);
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
        {
            complete(response, status, access);
        }
    }
}

fn organisation() -> Parameter {
    ParameterBuilder::new()
        .name("org")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("Id, which stays, or slug, which may change."))
        .schema(Some(String::schema()))
        .example(Some("org_01k9r2m6z8f3t9v4q7x0c5b1hd".into()))
        .build()
}

/// What a handler does not say of its own failures: that they are problems, unless it names another body; and where it
/// leaves the sentence open (`,` or `;` at the end), what the guard and the layers refuse besides.
fn complete(failure: &mut Response, status: &str, access: Access) {
    if failure.content.is_empty() {
        let problem = Content::new(Some(Ref::from_schema_name("Problem")));
        failure.content.insert("application/problem+json".to_owned(), problem.into());
    }
    let own = &failure.description;
    if !own.ends_with([',', ';']) {
        return;
    }
    let users = access.is_for_users();
    failure.description = match status {
        "401" => format!(
            "No credential, or a bad one; {own} or the proof of who is calling is too old (`insufficient_user_authentication`)."
        ),
        _ if users => format!("{own} the caller is a key, or the request came from a foreign site."),
        _ => format!("{own} or the request came from a foreign site."),
    };
}

/// Names the header at the successes.
fn document_cookies(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with('2')
            // Nothing has happened yet.
            && status != "202"
        {
            let header = RefOr::Ref(Ref::new("#/components/headers/SetCookie"));
            response.headers.insert("Set-Cookie".to_owned(), header);
        }
    }
}

/// Says what the guard asks for besides.
fn document_proof(operation: &mut Operation) {
    let told = operation.description.take().unwrap_or_default();
    operation.description = Some(format!(
        "{told}\n\n**Recent proof:** the user has signed in, or proved again who they are, within `sessions.fresh_within`; else 401 `insufficient_user_authentication`."
    ));
}

fn schemes(access: Access) -> &'static [&'static str] {
    let never_keys = access.permission.is_some_and(|permission| permission.keys() == Keys::MayNot);
    match access.who {
        Who::Public | Who::Optional => &[],
        Who::Ticket => &["ticket"],
        Who::Member | Who::Own if never_keys => &["cookie", "bearer", "basic"],
        Who::User | Who::Operator => &["cookie", "bearer", "basic"],
        Who::Any | Who::Member | Who::Own => &["cookie", "bearer", "basic", "api_key", "api_key_as_bearer"],
    }
}
