//! Two schemas: whether what the one takes, or gives, is what the other one does.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

/// Which way a value travels. What a client sends may be restricted no further; what it gets may not grow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    ToServer,
    FromServer,
}

/// The documents that references are looked up in.
pub struct Schemas<'a> {
    pub before: &'a Value,
    pub after: &'a Value,
}

/// Which value is compared: of a body, an answer or a parameter the part at a JSON Pointer.
struct Place<'a> {
    what: &'a str,
    pointer: String,
}

impl Place<'_> {
    fn below(&self, name: &str) -> Self {
        Self { what: self.what, pointer: format!("{}/{name}", self.pointer) }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.pointer.is_empty() { "" } else { " " };
        write!(text, "{}{space}{}", self.what, self.pointer)
    }
}

/// How deep schemas are followed; one that contains itself is compared so often.
const DEPTH: usize = 12;

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).map_or(value, |target| resolved(document, target)),
        None => value,
    }
}

/// A schema whose alternatives are taken apart: what it is besides null, and whether it may be null.
struct Plain<'a> {
    alternatives: Vec<&'a Value>,
    nullable: bool,
}

impl<'a> Plain<'a> {
    fn new(document: &'a Value, schema: &'a Value) -> Self {
        let schema = resolved(document, schema);
        let parts = ["oneOf", "anyOf"].iter().find_map(|word| schema[*word].as_array());
        let Some(parts) = parts else {
            let nullable = types(schema).contains("null");
            return Self { alternatives: vec![schema], nullable };
        };
        let mut plain = Self { alternatives: Vec::new(), nullable: false };
        for part in parts {
            if part["type"] == "null" {
                plain.nullable = true;
            } else {
                let inner = Self::new(document, part);
                plain.nullable |= inner.nullable;
                plain.alternatives.extend(inner.alternatives);
            }
        }
        plain
    }
}

fn types(schema: &Value) -> BTreeSet<&str> {
    match &schema["type"] {
        Value::String(one) => BTreeSet::from([one.as_str()]),
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => BTreeSet::new(),
    }
}

fn texts(value: &Value) -> BTreeSet<String> {
    let all = value.as_array().into_iter().flatten();
    all.map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect()
}

impl Schemas<'_> {
    pub fn before_resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        resolved(self.before, value)
    }

    pub fn after_resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        resolved(self.after, value)
    }

    /// Adds a line for each change that breaks.
    pub fn compare(&self, old: &Value, new: &Value, way: Direction, at: &str, found: &mut BTreeSet<String>) {
        let at = Place { what: at, pointer: String::new() };
        self.within(old, new, way, &at, found, DEPTH);
    }

    fn within(
        &self,
        old: &Value,
        new: &Value,
        way: Direction,
        at: &Place<'_>,
        found: &mut BTreeSet<String>,
        depth: usize,
    ) {
        if depth == 0 || old.is_null() {
            return;
        }
        let (was, is) = (Plain::new(self.before, old), Plain::new(self.after, new));
        match way {
            Direction::FromServer if is.nullable && !was.nullable => {
                found.insert(format!("{at}: may be null"));
            }
            Direction::ToServer if was.nullable && !is.nullable => {
                found.insert(format!("{at}: null is taken no more"));
            }
            _ => {}
        }
        if was.alternatives.len() != is.alternatives.len() {
            let (now, then) = (is.alternatives.len(), was.alternatives.len());
            found.insert(format!("{at}: has {now} forms, had {then}"));
            return;
        }
        for (old, new) in was.alternatives.iter().zip(&is.alternatives) {
            self.one(old, new, way, at, found, depth);
        }
    }

    fn one(
        &self,
        old: &Value,
        new: &Value,
        way: Direction,
        at: &Place<'_>,
        found: &mut BTreeSet<String>,
        depth: usize,
    ) {
        kinds(old, new, way, at, found);
        values(old, new, way, at, found);
        if way == Direction::ToServer {
            limits(old, new, at, found);
        }
        self.properties(old, new, way, at, found, depth);
        self.within(&old["items"], &new["items"], way, &at.below("*"), found, depth - 1);
        if old["additionalProperties"].is_object() {
            let (old, new) = (&old["additionalProperties"], &new["additionalProperties"]);
            self.within(old, new, way, &at.below("*"), found, depth - 1);
        }
        let parts = |schema: &Value| schema["allOf"].as_array().cloned().unwrap_or_default();
        for (old, new) in parts(old).iter().zip(&parts(new)) {
            self.within(old, new, way, at, found, depth - 1);
        }
    }

    fn properties(
        &self,
        old: &Value,
        new: &Value,
        way: Direction,
        at: &Place<'_>,
        found: &mut BTreeSet<String>,
        depth: usize,
    ) {
        let (was_required, is_required) = (texts(&old["required"]), texts(&new["required"]));
        for (name, property) in old["properties"].as_object().into_iter().flatten() {
            let at = at.below(name);
            match new["properties"].get(name) {
                Some(today) => {
                    if way == Direction::FromServer
                        && was_required.contains(name)
                        && !is_required.contains(name)
                    {
                        found.insert(format!("{at}: may be missing"));
                    }
                    self.within(property, today, way, &at, found, depth - 1);
                }
                None => drop(found.insert(format!("{at}: is gone"))),
            }
        }
        if way == Direction::ToServer {
            for name in is_required.difference(&was_required) {
                found.insert(format!("{}: is required", at.below(name)));
            }
        }
    }
}

fn kinds(old: &Value, new: &Value, way: Direction, at: &Place<'_>, found: &mut BTreeSet<String>) {
    let (was, is) = (types(old), types(new));
    match way {
        Direction::FromServer if !was.is_empty() => {
            for new in is.difference(&was).filter(|kind| **kind != "null") {
                found.insert(format!("{at}: may be {new}"));
            }
        }
        Direction::ToServer if !is.is_empty() => {
            for gone in was.difference(&is).filter(|kind| **kind != "null") {
                found.insert(format!("{at}: {gone} is taken no more"));
            }
        }
        _ => {}
    }
}

fn values(old: &Value, new: &Value, way: Direction, at: &Place<'_>, found: &mut BTreeSet<String>) {
    let (was, is) = (texts(&old["enum"]), texts(&new["enum"]));
    match way {
        Direction::FromServer if !was.is_empty() => {
            for new in is.difference(&was) {
                found.insert(format!("{at}: `{new}` is new"));
            }
        }
        Direction::ToServer if !is.is_empty() => {
            for gone in was.difference(&is) {
                found.insert(format!("{at}: `{gone}` is taken no more"));
            }
        }
        _ => {}
    }
}

fn limits(old: &Value, new: &Value, at: &Place<'_>, found: &mut BTreeSet<String>) {
    let mut narrower = |word: &str, is_narrower: &dyn Fn(f64, f64) -> bool| {
        let narrows = match (old[word].as_f64(), new[word].as_f64()) {
            (Some(was), Some(is)) => is_narrower(was, is),
            (None, Some(_)) => true,
            _ => false,
        };
        if narrows {
            let was = if old[word].is_null() { "none".to_owned() } else { old[word].to_string() };
            found.insert(format!("{at}: {word} is {}, was {was}", new[word]));
        }
    };
    for word in ["maxLength", "maximum", "maxItems", "maxProperties"] {
        narrower(word, &|was, is| is < was);
    }
    for word in ["minLength", "minimum", "minItems", "minProperties"] {
        narrower(word, &|was, is| is > was);
    }
    for word in ["pattern", "format"] {
        if !new[word].is_null() && old[word] != new[word] {
            let was = if old[word].is_null() { "none".to_owned() } else { old[word].to_string() };
            found.insert(format!("{at}: {word} is {}, was {was}", new[word]));
        }
    }
}
