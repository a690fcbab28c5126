//! Holds every answer that any test gets to the document: its status, error code, headers, media type and body are those that
//! the operation declares.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::http::Method;
use jsonschema::Validator;
use oskar::app::App;
use oskar::config::{Config, Environment, Sources};
use serde_json::{Value, json};

use super::answer::Answer;

/// The headers that an operation has to declare.
const DECLARED: [&str; 11] = [
    "allow",
    "deprecation",
    "link",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "set-cookie",
    "sunset",
    "www-authenticate",
    "x-request-id",
];

static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::read);

/// The document with default settings, and what it says in a form that is quickly asked.
struct Contract {
    document: Value,
    /// Segments of the path, method, and where the operation is.
    operations: Vec<(Vec<String>, String, String)>,
    /// By the place of the schema.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    fn read() -> Self {
        let sources = Sources::gather(Some("/dev/null".as_ref()), &Environment::default(), &[]);
        let config = Config::from_sources(&sources).unwrap();
        let document = oskar::api::document(&App::for_document(config).unwrap());
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                let segments: Vec<_> = path.split('/').map(str::to_owned).collect();
                let place = format!("/paths/{}/{method}", path.replace('/', "~1"));
                operations.push((segments, method.to_uppercase(), place));
            }
        }
        // Of two that fit the one with more fixed segments.
        operations
            .sort_by_key(|(segments, ..)| segments.iter().filter(|segment| segment.starts_with('{')).count());
        Self { document, operations, validators: Mutex::default() }
    }

    fn operation(&self, method: &Method, path: &str) -> Option<&Value> {
        let method = if method == Method::HEAD { "GET" } else { method.as_str() };
        let given: Vec<_> = path.split('/').collect();
        let fits = |segments: &[String]| {
            let takes_rest = segments.last().is_some_and(|last| last == "{rest}");
            let same = segments.iter().zip(&given).all(|(own, given)| own.starts_with('{') || own == given);
            same && (segments.len() == given.len() || takes_rest && segments.len() < given.len())
        };
        let found = self.operations.iter().find(|(segments, of, _)| of == method && fits(segments));
        self.document.pointer(&found?.2)
    }

    /// The part, or what it refers to.
    fn resolved<'d>(&'d self, part: &'d Value) -> &'d Value {
        let referred = part["$ref"].as_str().and_then(|name| self.document.pointer(&name[1..]));
        referred.unwrap_or(part)
    }

    fn validator(&self, place: &str, schema: &Value) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || {
            let whole = json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "components": self.document["components"],
                "allOf": [schema],
            });
            Arc::new(jsonschema::validator_for(&whole).unwrap())
        };
        validators.entry(place.to_owned()).or_insert_with(made).clone()
    }

    /// What is wrong with an answer; `None` if it is as the document has it, or if no operation answered.
    fn complaint(&self, method: &Method, path: &str, answer: &Answer) -> Option<String> {
        let operation = self.operation(method, path)?;
        let name = operation["operationId"].as_str().unwrap_or_default();
        let status = answer.status;
        let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
        let is_problem = media_type == "application/problem+json";
        let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
        let code = body.as_ref().filter(|_| is_problem).and_then(|body| body["code"].as_str());
        // Older clients' doors can be closed, and turned to other forms.
        let is_older = operation["deprecated"] == true;
        if is_older && [404, 405].contains(&status) {
            return None;
        }
        if let Some(code) = code
            && !operation["x-codes"].as_array().into_iter().flatten().any(|known| known == code)
        {
            return Some(format!(
                "{name} does not have the code `{code}` ({status}) in its `x-codes`: name it in back-ticks in the \
                 description of that answer, or derive it in src/http/documented_codes.rs"
            ));
        }
        let Some(declared) = operation["responses"].get(status.to_string()) else {
            return Some(format!("{name} does not declare the status {status} ({code:?})"));
        };
        let declared = self.resolved(declared);
        let is_declared = |header: &str| {
            let headers = declared["headers"].as_object();
            headers.into_iter().flatten().any(|(name, _)| name.eq_ignore_ascii_case(header))
        };
        for header in answer.headers.keys().map(axum::http::HeaderName::as_str) {
            if DECLARED.contains(&header) && !is_declared(header) {
                return Some(format!("{name} does not declare the header `{header}` of its {status}"));
            }
        }
        if is_declared("location") && !answer.headers.contains_key("location") {
            return Some(format!("{name} does not send the header `location` with its {status}"));
        }
        if method == Method::HEAD || media_type == "text/html" || is_older {
            return None;
        }
        let content = declared["content"].as_object();
        if answer.body.is_empty() {
            return None;
        }
        let Some(content) = content.and_then(|content| content.get(media_type)) else {
            return Some(format!("{name} does not declare the media type `{media_type}` of its {status}"));
        };
        let (schema, body) = (&content["schema"], body?);
        // Most answers have a schema that others have, too: it is compiled once.
        let own = || format!("{name} {status} {media_type}");
        let place = schema["$ref"].as_str().map_or_else(own, str::to_owned);
        let validator = self.validator(&place, schema);
        let error = validator.iter_errors(&body).next()?;
        Some(format!(
            "the {status} of {name} is not as its schema has it: {} at {}",
            error,
            error.instance_path()
        ))
    }
}

/// Fails if an answer is not as the document has it.
pub fn hold(method: &Method, path: &str, answer: &Answer) {
    if let Some(complaint) = CONTRACT.complaint(method, path, answer) {
        panic!("{}: {complaint}: {}", answer.asked, answer.text());
    }
}
