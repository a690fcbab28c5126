//! What the OpenAPI document says besides the operations: title, tags, security schemes, shared errors.

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ContactBuilder, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    Response, ResponseBuilder, ServerBuilder,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::webhooks;
use crate::http::Problem;

const ABOUT: &str = "Organisations, users and roles, API keys, sessions and tokens behind one extractor.

Every operation names the permission that it needs. Send one credential: the session cookie that signing \
in sets, an access token as `Authorization: Bearer`, an API key as `X-API-Key` or `Authorization: Bearer`, or a user's \
password as `Authorization: Basic` (RFC 7617, UTF-8; it is not asked for by a challenge: send it at once). \
Without a credential, or with a bad one, the answer is 401; in an organisation that the caller does not \
belong to, 404; without the permission, or with an access token for another of the caller's \
organisations (`organisation_denied`), 403.

Errors are problems (RFC 9457): `type` is the address of a page that says how to mend it, `code` is stable, and `x-codes` \
lists those of an operation. A method that a path does not have is answered with 405 (`MethodNotAllowed`). Times are RFC 3339 in UTC. A `DELETE` that is \
sent again answers 204 again and changes nothing, as long as its caller may still ask; 404 is for what never was there.

Lists come in pages, the newest first, or with `order=oldest` the oldest: `{data, next_cursor}`, `limit` rows at most. \
For the next page send the `next_cursor` as `cursor`, with the same filters and the same order, or follow the header \
`Link` with `rel=\"next\"`. A cursor is good for its own list, filters and order alone, and says nothing to clients. \
Rows that come or go between two pages neither repeat others nor leave them out. Each filter is given once; \
an empty one and an unknown parameter are refused (422).";

const TAGS: [(&str, &str); 10] = [
    ("Signing in", "Registering, signing in and out, refreshing tokens."),
    ("Account", "The signed-in user: who am I, password, sessions."),
    ("Organisations", "Tenants."),
    ("Members", "Who is in an organisation, and as what."),
    ("Invitations", "Asking people in by mail."),
    ("API keys", "Credentials for machines. A key's secret is shown once."),
    ("Audit log", "Who did what."),
    ("Verification", "What other services call to find out who is calling them."),
    ("Older clients", "What clients of other servers ask for. Build nothing new on it."),
    ("Service", "Health, keys, and this document."),
];

/// The shared error answers: name, status' meaning, example.
const ERRORS: [(&str, &str, u16, &str, &str, &str); 12] = [
    (
        "BadRequest",
        "The body is not JSON, or there are two credentials.",
        400,
        "malformed_body",
        "Malformed body",
        "The body is not JSON: expected value at line 1 column 1",
    ),
    (
        "Unauthenticated",
        "No credential, or a bad one; for sensitive requests also a proof of who is calling that is too old (`insufficient_user_authentication`).",
        401,
        "invalid_credential",
        "Invalid credential",
        "The credential is malformed, expired or revoked.",
    ),
    (
        "Forbidden",
        "The permission is missing, the access token is for another of the caller's organisations (`organisation_denied`), the account may not sign in, or the request came from a foreign site.",
        403,
        "permission_denied",
        "Permission denied",
        "This needs the permission `keys:manage`.",
    ),
    (
        "NotFound",
        "There is nothing here, or nothing that the caller may know of.",
        404,
        "not_found",
        "Not found",
        "There is nothing here, or nothing that you may know of.",
    ),
    (
        "BodyTooLarge",
        "The body is larger than this server accepts.",
        413,
        "body_too_large",
        "Body too large",
        "The body is larger than this server accepts.",
    ),
    (
        "UnsupportedMediaType",
        "The body is not declared as JSON.",
        415,
        "unsupported_media_type",
        "Unsupported media type",
        "Send `Content-Type: application/json`.",
    ),
    (
        "Invalid",
        "A member of the input is not as it should be; `errors` points at it.",
        422,
        "validation_failed",
        "Invalid input",
        "this is not an e-mail address",
    ),
    (
        "TooMany",
        "Too many requests from an address, or too many wrong attempts (`too_many_attempts`), unused tickets (`too_many_tickets`) or changes of address (`too_many_email_changes`): try again after `Retry-After` seconds.",
        429,
        "rate_limited",
        "Too many requests",
        "Too many requests from this address. Slow down.",
    ),
    (
        "ForeignHost",
        "The server runs with `--no-auth` for development, and was asked under another name than `localhost`.",
        421,
        "foreign_host",
        "Foreign host",
        "This server runs with --no-auth, and answers to `localhost` only.",
    ),
    (
        "Internal",
        "Something went wrong on the server; `request_id` finds it in the log.",
        500,
        "internal",
        "Internal error",
        "Something went wrong on our side. The request id helps to find it.",
    ),
    (
        "MethodNotAllowed",
        "The path does not have that method: `Allow` names those that it has.",
        405,
        "method_not_allowed",
        "Method not allowed",
        "This path does not have that method.",
    ),
    (
        "Unavailable",
        "Busy, or the database cannot be reached, read or written (`storage_unavailable`), or the request took too long (`timeout`): try again after `Retry-After` seconds. What was not answered with success is stored as a whole or, nearly always, not at all.",
        503,
        "busy",
        "Busy",
        "The server is busy. Try again in a moment.",
    ),
];

/// The document without its operations.
pub fn document(session_cookie: &str) -> OpenApi {
    let info = InfoBuilder::new()
        .title("Oskar")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .contact(Some(ContactBuilder::new().name(Some("The Oskar developers")).build()))
        .license(Some(
            LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build(),
        ))
        .build();
    let mut within = Vec::new();
    Problem::schemas(&mut within);
    let mut components =
        ComponentsBuilder::new().schema("Problem", Problem::schema()).schemas_from_iter(within);
    for (name, description, status, code, title, detail) in ERRORS {
        components = components.response(name, error(description, status, code, title, detail));
    }
    for (name, scheme) in security_schemes(session_cookie) {
        components = components.security_scheme(name, scheme);
    }
    let tags =
        TAGS.map(|(name, description)| TagBuilder::new().name(name).description(Some(description)).build());
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .components(Some(components.build()))
        .tags(Some(tags))
        .webhooks(Some(webhooks::all()))
        .build()
}

fn error(description: &str, status: u16, code: &str, title: &str, detail: &str) -> Response {
    let mut example = json!({
        "type": format!("https://auth.acme.example/problems/{code}"), "title": title, "status": status, "detail": detail,
        "code": code, "message": detail, "request_id": "019aa7b0c1d27f3e8a4b5c6d7e8f9a0b",
    });
    if status == 422 {
        example["errors"] = json!([{ "pointer": "/email", "code": "invalid_format", "message": detail }]);
    }
    let problem = ContentBuilder::new()
        .schema(Some(RefOr::Ref(Ref::from_schema_name("Problem"))))
        .example(Some(example))
        .build();
    ResponseBuilder::new().description(description).content("application/problem+json", problem).build()
}

fn security_schemes(session_cookie: &str) -> BTreeMap<&'static str, SecurityScheme> {
    let described = |name: &str, text: &str| ApiKeyValue::with_description(name, text);
    let bearer = |format: &str, text: &str| {
        let http =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format).description(Some(text));
        SecurityScheme::Http(http.build())
    };
    BTreeMap::from([
        (
            "cookie",
            SecurityScheme::ApiKey(ApiKey::Cookie(described(
                session_cookie,
                "The session cookie. Browsers keep it to themselves: run *Sign in* on this page, and every further call carries it.",
            ))),
        ),
        ("bearer", bearer("JWT", "An access token: `access_token` in the answer to signing in.")),
        (
            "issuer_token",
            bearer(
                "JWT",
                "A token of an issuer that the operator configured: it signs in, and is good for nothing else.",
            ),
        ),
        (
            "api_key",
            SecurityScheme::ApiKey(ApiKey::Header(described(
                "X-API-Key",
                "An API key: `osk_live_…` or `osk_test_…`.",
            ))),
        ),
        (
            "basic",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Basic)
                    .description(Some(
                        "E-mail address or username, and password, with every request: for scripts. Wrong ones count as at the sign-in. No session comes of it.",
                    ))
                    .build(),
            ),
        ),
        (
            "ticket",
            SecurityScheme::ApiKey(ApiKey::Query(described(
                "ticket",
                "A socket ticket, `ost_…`: good once, for 120 seconds.",
            ))),
        ),
        (
            "api_key_as_bearer",
            bearer("osk_live_… or osk_test_…", "The same API key, sent as `Authorization: Bearer`."),
        ),
    ])
}
