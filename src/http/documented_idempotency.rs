//! What the document says of the header `Idempotency-Key`.

use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Content, HeaderBuilder, Ref, RefOr, Required, Response, ResponseBuilder};

/// What `idempotency::read_key` takes.
const PATTERN: &str = r#"^([!#-~]{1,255}|"([ !#-\[\]-~]|\\["\\]){1,255}")$"#;

/// Writes the header and what it can lead to into the document.
pub fn document(operation: &mut Operation) {
    let key = ObjectBuilder::new().schema_type(Type::String).pattern(Some(PATTERN));
    let parameter = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A text of your choice, 255 visible characters at most, bare or as a string of RFC 8941: a random UUID. The same \
             request with the same key within 24 hours is not done again: the answer comes again, with \
             `Idempotency-Replayed: true`. Only answers of success are kept.",
        ))
        .schema(Some(key))
        .build();
    operation.parameters.get_or_insert_default().push(parameter.into());
    for (status, sentence) in [
        ("400", "The `Idempotency-Key` is malformed (`malformed_idempotency_key`)."),
        (
            "409",
            "The first request with this `Idempotency-Key` is still under way (`idempotency_in_progress`).",
        ),
        ("422", "The `Idempotency-Key` came with another request before (`idempotency_mismatch`)."),
    ] {
        match operation.responses.responses.get_mut(status) {
            Some(RefOr::T(own)) => own.description = format!("{} {sentence}", own.description),
            Some(RefOr::Ref(_)) => {}
            None => {
                let general = match status {
                    "400" => "The body is not JSON, or there are two credentials. ",
                    "422" => "A member of the input is not as it should be; `errors` points at it. ",
                    _ => "",
                };
                let response = problem(&format!("{general}{sentence}"));
                operation.responses.responses.insert(status.to_owned(), RefOr::T(response));
            }
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with('2')
        {
            let replayed = HeaderBuilder::new()
                .schema(Some(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["true"]))))
                .description(Some("There if the answer was given before."));
            response.headers.insert("Idempotency-Replayed".to_owned(), replayed.build().into());
        }
    }
}

fn problem(description: &str) -> Response {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(description).content("application/problem+json", problem).build()
}
