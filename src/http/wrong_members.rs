//! All that is wrong with an input that its type refuses.
//!
//! Serde stops at the first wrong member. Here each member is read alone, in an object that has no other one: what serde says
//! of it then is about this member, or about others that are missing. Which ones must not be missing says the schema.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};
use utoipa::IntoParams;

use super::shape::{Shape, complaint};
use crate::error::{FieldCode, FieldError};
use crate::text::json::misfit;

/// An answer tells of no more.
const MOST: usize = 100;

/// Where in the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Member(String),
    Entry(usize),
}

/// What serde has said of a place in the input.
struct Said {
    place: Vec<Step>,
    /// `None`: the schema tells.
    code: Option<FieldCode>,
    message: String,
}

/// What is wrong with a body that is no `T`, whose shape is that one.
pub fn of_body<T: DeserializeOwned>(shape: &Shape, body: &Value) -> Vec<FieldError> {
    let mut search = Search { shape, read: &|value| read::<T>(value), found: Vec::new() };
    search.look(&mut Vec::new(), body, shape.root());
    search.found
}

/// What is wrong with a query that is no `T`.
pub fn of_query<T: DeserializeOwned + IntoParams>(query: &str) -> Vec<FieldError> {
    let shape = Shape::of_query::<T>();
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let mut names: Vec<_> = Vec::new();
    for (name, _) in &pairs {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut found = Vec::new();
    for name in names {
        let mut alone = pairs.iter().filter(|(other, _)| other == name);
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(alone.clone()).finish();
        let reader = serde_html_form::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
        let Err(error) = serde_path_to_error::deserialize::<_, T>(reader) else { continue };
        let place = steps(error.path());
        let said = Said::new(place, &error.into_inner().to_string());
        // Where serde has lost the place, it is the only one that there is.
        let own = [Step::Member(name.as_ref().to_owned())];
        if said.place.is_empty() || said.place.starts_with(&own) {
            let value = alone.next().map(|(_, value)| Value::from(value.as_ref())).unwrap_or_default();
            let schema = shape.member(shape.root(), name);
            let may_repeat = schema["type"] == "array" || said.code == Some(FieldCode::Unknown);
            found.push(if alone.next().is_some() && !may_repeat {
                FieldError::new(pointer(&own), FieldCode::Duplicate, "this is there twice")
            } else {
                said.of_value(&own, schema, &value)
            });
        }
    }
    let is_there = |name: &str| pairs.iter().any(|(given, _)| given == name);
    found.extend(missing(shape.root(), is_there).map(|name| required(&[Step::Member(name)])));
    found.truncate(MOST);
    found
}

struct Search<'s> {
    shape: &'s Shape,
    /// What serde says of a body.
    read: &'s dyn Fn(Value) -> Option<Said>,
    found: Vec<FieldError>,
}

impl Search<'_> {
    /// Looks at the value at that place, and at what is in it.
    fn look(&mut self, place: &mut Vec<Step>, value: &Value, schema: &Value) {
        if self.found.len() >= MOST {
            return;
        }
        let said = (self.read)(alone(place, value)).filter(|said| is_within(&said.place, place));
        let Some(said) = said else {
            self.count_entries(place, value, schema);
            return;
        };
        let before = self.found.len();
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    place.push(Step::Member(name.clone()));
                    self.look(place, member, self.shape.member(schema, name));
                    place.pop();
                }
                for name in missing(schema, |name| members.contains_key(name)) {
                    place.push(Step::Member(name));
                    self.found.push(required(place));
                    place.pop();
                }
            }
            Value::Array(entries) => {
                for (number, entry) in entries.iter().enumerate() {
                    place.push(Step::Entry(number));
                    self.look(place, entry, self.shape.entry(schema));
                    place.pop();
                }
            }
            _ => {}
        }
        if self.found.len() == before {
            // What was said of the first entry of a list is about the one that stood there alone.
            let own = said.place.get(place.len()..).unwrap_or_default();
            let place = [place.as_slice(), own].concat();
            self.found.push(said.of_value(&place, schema, value));
        }
        self.found.truncate(MOST);
    }

    /// Serde takes lists of any length: handlers count, if it comes to that.
    fn count_entries(&mut self, place: &[Step], value: &Value, schema: &Value) {
        let code = if value.is_array() { complaint(schema, value) } else { return };
        if [FieldCode::TooFew, FieldCode::TooMany].contains(&code) {
            let message = "this has too few or too many entries";
            self.found.push(FieldError::new(pointer(place), code, message));
        }
    }
}

/// The value in objects and lists that have nothing else.
fn alone(place: &[Step], value: &Value) -> Value {
    place.iter().rev().fold(value.clone(), |inner, step| match step {
        Step::Member(name) => Value::Object(Map::from_iter([(name.clone(), inner)])),
        Step::Entry(_) => Value::Array(vec![inner]),
    })
}

/// Whether a place is another one or inside it, wherever in a list that is.
fn is_within(place: &[Step], outer: &[Step]) -> bool {
    let same = |(one, other): (&Step, &Step)| match (one, other) {
        (Step::Entry(_), Step::Entry(_)) => true,
        (one, other) => one == other,
    };
    place.len() >= outer.len() && place.iter().zip(outer).all(same)
}

fn missing<'s>(schema: &'s Value, is_there: impl Fn(&str) -> bool + 's) -> impl Iterator<Item = String> + 's {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.filter(move |name| !is_there(name)).map(str::to_owned)
}

fn required(place: &[Step]) -> FieldError {
    FieldError::new(pointer(place), FieldCode::Required, "this is required")
}

fn read<T: DeserializeOwned>(body: Value) -> Option<Said> {
    let error = serde_path_to_error::deserialize::<_, T>(body).err()?;
    let place = steps(error.path());
    Some(Said::new(place, &error.into_inner().to_string()))
}

/// What is wrong with a text that is JSON and no `T`, in serde's words about the text: of one member only.
pub fn first_of_text<T: DeserializeOwned>(text: &[u8]) -> Option<FieldError> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let error = serde_path_to_error::deserialize::<_, T>(&mut reader).err()?;
    let said = Said::new(steps(error.path()), &error.into_inner().to_string());
    Some(said.of_value(&said.place, &Value::Null, &Value::Null))
}

impl Said {
    /// Serde points at the object where a member is missing or unknown; clients want the member.
    fn new(mut place: Vec<Step>, message: &str) -> Self {
        let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
        for (start, code, text) in [
            ("missing field `", FieldCode::Required, "this is required"),
            ("unknown field `", FieldCode::Unknown, "there is no such member"),
            ("duplicate field `", FieldCode::Duplicate, "this is there twice"),
        ] {
            if let Some(name) = message.strip_prefix(start).and_then(|rest| rest.split('`').next()) {
                let member = Step::Member(name.to_owned());
                if code == FieldCode::Required || place.last() != Some(&member) {
                    place.push(member);
                }
                return Self { place, code: Some(code), message: text.to_owned() };
            }
        }
        let code = [
            ("invalid type: ", FieldCode::WrongType),
            ("unknown variant `", FieldCode::NotAllowed),
            ("invalid value: integer", FieldCode::OutOfRange),
            ("invalid value: floating point", FieldCode::OutOfRange),
            ("invalid digit found", FieldCode::WrongType),
            ("cannot parse integer", FieldCode::WrongType),
            ("number too ", FieldCode::OutOfRange),
            ("provided string was not", FieldCode::WrongType),
        ];
        let code = code.into_iter().find(|(start, _)| message.starts_with(start)).map(|(_, code)| code);
        Self { place, code, message: misfit(message) }
    }

    fn of_value(&self, place: &[Step], schema: &Value, value: &Value) -> FieldError {
        let code = self.code.unwrap_or_else(|| complaint(schema, value));
        FieldError::new(pointer(place), code, self.message.clone())
    }
}

fn steps(path: &Path) -> Vec<Step> {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Map { key } => Some(Step::Member(key.clone())),
            Segment::Seq { index } => Some(Step::Entry(*index)),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// RFC 6901.
fn pointer(place: &[Step]) -> String {
    place
        .iter()
        .map(|step| match step {
            Step::Member(name) => format!("/{}", escape(name)),
            Step::Entry(number) => format!("/{number}"),
        })
        .collect()
}

/// A member's name in a JSON Pointer.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
