//! What the document says of a type of input, for what serde does not tell: which members are missing, and what is wrong
//! with a value that its type refuses.

use serde_json::Value;
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::error::FieldCode;

const SCHEMAS: &str = "#/components/schemas/";

/// The schema of a type of input, and those that it refers to.
pub struct Shape {
    root: Value,
    within: Vec<(String, Value)>,
}

impl Shape {
    /// Of a body.
    pub fn of_body<T: ToSchema>() -> Self {
        let mut within = Vec::new();
        T::schemas(&mut within);
        let value = |schema| serde_json::to_value(schema).unwrap_or_default();
        let within = within.into_iter().map(|(name, schema)| (name, value(schema))).collect();
        Self { root: value(<T as PartialSchema>::schema()), within }
    }

    /// Of a query: an object with a member for each parameter.
    pub fn of_query<T: IntoParams>() -> Self {
        let parameters = serde_json::to_value(T::into_params(|| None)).unwrap_or_default();
        let all = || parameters.as_array().into_iter().flatten();
        let name = |parameter: &Value| parameter["name"].as_str().unwrap_or_default().to_owned();
        let members = all().map(|parameter| (name(parameter), parameter["schema"].clone()));
        let members: serde_json::Map<_, _> = members.collect();
        let required = all().filter(|parameter| parameter["required"] == true).map(name);
        let required: Vec<_> = required.collect();
        Self { root: serde_json::json!({ "properties": members, "required": required }), within: Vec::new() }
    }

    /// The schema of the whole.
    pub fn root(&self) -> &Value {
        self.resolved(&self.root)
    }

    /// What a schema refers to; of alternatives the one that is not null.
    pub fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let mut schema = schema;
        // Each step goes down; a circle of references ends here.
        for _ in 0..8 {
            let one_of =
                schema["oneOf"].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"));
            let referred = schema["$ref"].as_str().and_then(|reference| {
                let name = reference.strip_prefix(SCHEMAS)?;
                self.within.iter().find(|(known, _)| known == name).map(|(_, schema)| schema)
            });
            match referred.or(one_of) {
                Some(next) => schema = next,
                None => break,
            }
        }
        schema
    }

    /// The schema of a member.
    pub fn member<'s>(&'s self, object: &'s Value, name: &str) -> &'s Value {
        let schema = &object["properties"][name];
        self.resolved(if schema.is_null() { &object["additionalProperties"] } else { schema })
    }

    /// The schema of a list's entries.
    pub fn entry<'s>(&'s self, list: &'s Value) -> &'s Value {
        self.resolved(&list["items"])
    }

    /// Whether a member is of that type, or null.
    pub fn is_of_type<T: ToSchema>(object: &Value, name: &str) -> bool {
        let wanted = format!("{SCHEMAS}{}", T::name());
        let schema = &object["properties"][name];
        let is_it = |schema: &Value| schema["$ref"] == wanted.as_str();
        is_it(schema) || schema["oneOf"].as_array().is_some_and(|all| all.iter().any(is_it))
    }
}

/// What is wrong with a value that its type has refused.
pub fn complaint(schema: &Value, value: &Value) -> FieldCode {
    let limit = |name: &str| schema[name].as_u64();
    let outside = |length: usize, least: &str, most: &str| {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        let below = limit(least).is_some_and(|least| length < least);
        let above = limit(most).is_some_and(|most| length > most);
        (below, above)
    };
    match value {
        Value::String(text) => match outside(text.chars().count(), "minLength", "maxLength") {
            (true, _) => FieldCode::TooShort,
            (_, true) => FieldCode::TooLong,
            _ if schema["enum"].is_array() => FieldCode::NotAllowed,
            _ if schema["pattern"].is_string() || schema["format"].is_string() => FieldCode::InvalidFormat,
            _ => FieldCode::InvalidValue,
        },
        Value::Array(entries) => match outside(entries.len(), "minItems", "maxItems") {
            (true, _) => FieldCode::TooFew,
            (_, true) => FieldCode::TooMany,
            _ => FieldCode::InvalidValue,
        },
        Value::Number(_) if schema["minimum"].is_number() || schema["maximum"].is_number() => {
            FieldCode::OutOfRange
        }
        _ => FieldCode::InvalidValue,
    }
}
