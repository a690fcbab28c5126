//! The catalogue of events, as `webhooks` of the OpenAPI document: each type with its schema and an example.

use utoipa::openapi::path::{Operation, OperationBuilder, Paths, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{ContentBuilder, HttpMethod, PathItem, Required, ResponseBuilder};

use crate::event::EventKind;

const ABOUT: &str = "An event of this type, as the audit log shows it. Events can be read and followed; they are not sent yet.";

/// All types, by name.
pub fn all() -> Paths {
    let of = |paths: PathsBuilder, kind: &EventKind| {
        paths.path(kind.as_str(), PathItem::new(HttpMethod::Post, operation(*kind)))
    };
    EventKind::ALL.iter().fold(PathsBuilder::new(), of).build()
}

fn operation(kind: EventKind) -> Operation {
    let event = ContentBuilder::new()
        .schema(Some(kind.schema()))
        .example(kind.example().and_then(serde_json::to_value).ok())
        .build();
    let body =
        RequestBodyBuilder::new().content("application/json", event).required(Some(Required::True)).build();
    OperationBuilder::new()
        .tag("Audit log")
        .operation_id(Some(format!("on_{}", kind.as_str().replace('.', "_"))))
        .summary(Some(kind.doc()))
        .description(Some(ABOUT))
        .request_body(Some(body))
        .response("2XX", ResponseBuilder::new().description("The event was taken.").build())
        .build()
}
