//! The members of an event's data: how each is written down, what its schema is, and an example of it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder};
use utoipa::openapi::{RefOr, Schema, Type};

use super::facts::Fact;

/// A value that was changed: the new one is a member of `object`, the former one of `previous`.
#[derive(Clone, Debug, Serialize)]
pub struct Changed<T> {
    pub before: T,
    pub after: T,
}

impl<T: PartialEq> Changed<T> {
    /// Nothing for two values that are the same.
    pub fn between(before: T, after: T) -> Option<Self> {
        (before != after).then_some(Self { before, after })
    }
}

/// Names of what was changed of something whose texts stay out of events. Left out if there are none.
#[derive(Clone, Debug, Default)]
pub struct ChangedNames(pub Vec<String>);

/// What a settings file says now and said before, by setting. Of secrets only that they are others: `None`.
#[derive(Clone, Debug)]
pub struct ChangedSettings(pub BTreeMap<String, Option<Changed<Value>>>);

/// The data of an event.
#[derive(Clone, Debug, Default)]
pub struct Data {
    object: Map<String, Value>,
    previous: Map<String, Value>,
}

impl Data {
    /// As it is stored and shown. `previous` is null if nothing is among what changed.
    pub fn into_json(self) -> Value {
        let previous = if self.previous.is_empty() { Value::Null } else { Value::Object(self.previous) };
        json!({ "object": self.object, "previous": previous })
    }
}

/// What the data of one type of event looks like.
#[derive(Default)]
pub struct Shape {
    object: ObjectBuilder,
    previous: ObjectBuilder,
    /// Whether some members change, and whether they always do.
    changes: Option<bool>,
}

impl Shape {
    fn member(&mut self, name: &str, schema: RefOr<Schema>) {
        self.object = std::mem::take(&mut self.object).property(name, schema).required(name);
    }

    fn optional(&mut self, name: &str, schema: RefOr<Schema>) {
        self.object = std::mem::take(&mut self.object).property(name, schema);
    }

    fn changed(&mut self, name: &str, schema: RefOr<Schema>, always: bool) {
        let (mut object, mut previous) =
            (std::mem::take(&mut self.object), std::mem::take(&mut self.previous));
        object = object.property(name, schema.clone());
        previous = previous.property(name, schema);
        if always {
            (object, previous) = (object.required(name), previous.required(name));
        }
        (self.object, self.previous) = (object, previous);
        self.changes = Some(always || self.changes == Some(true));
    }

    /// Of an event that stands for many of the same.
    pub fn counted(&mut self) {
        self.member("count", <u64 as Fact>::described());
    }

    /// The schema.
    pub fn into_schema(self) -> Schema {
        let null = || ObjectBuilder::new().schema_type(Type::Null);
        let previous: RefOr<Schema> = match self.changes {
            None => null().into(),
            Some(true) => self.previous.into(),
            Some(false) => OneOfBuilder::new().item(null()).item(self.previous).into(),
        };
        ObjectBuilder::new()
            .property("object", self.object)
            .required("object")
            .property("previous", previous)
            .required("previous")
            .into()
    }
}

/// A member of an event's data.
pub trait Member: Sized {
    /// Writes it down.
    ///
    /// # Errors
    /// Those of serde, for what is no JSON.
    fn put(&self, name: &str, data: &mut Data) -> serde_json::Result<()>;
    /// Says what it looks like.
    fn describe(name: &str, shape: &mut Shape);
    /// An example.
    fn example(name: &str) -> Self;
}

impl<T: Fact> Member for T {
    fn put(&self, name: &str, data: &mut Data) -> serde_json::Result<()> {
        data.object.insert(name.to_owned(), serde_json::to_value(self)?);
        Ok(())
    }

    fn describe(name: &str, shape: &mut Shape) {
        shape.member(name, T::described());
    }

    fn example(name: &str) -> Self {
        T::sample(name)
    }
}

impl<T: Fact> Member for Changed<T> {
    fn put(&self, name: &str, data: &mut Data) -> serde_json::Result<()> {
        data.previous.insert(name.to_owned(), serde_json::to_value(&self.before)?);
        self.after.put(name, data)
    }

    fn describe(name: &str, shape: &mut Shape) {
        shape.changed(name, T::described(), true);
    }

    fn example(name: &str) -> Self {
        Self { before: T::earlier(name), after: T::sample(name) }
    }
}

impl<T: Fact> Member for Option<Changed<T>> {
    fn put(&self, name: &str, data: &mut Data) -> serde_json::Result<()> {
        self.as_ref().map_or(Ok(()), |changed| changed.put(name, data))
    }

    fn describe(name: &str, shape: &mut Shape) {
        shape.changed(name, T::described(), false);
    }

    fn example(name: &str) -> Self {
        Some(Changed::example(name))
    }
}

impl Member for ChangedNames {
    fn put(&self, name: &str, data: &mut Data) -> serde_json::Result<()> {
        if self.0.is_empty() { Ok(()) } else { self.0.put(name, data) }
    }

    fn describe(name: &str, shape: &mut Shape) {
        shape.optional(name, <Vec<String> as Fact>::described());
    }

    fn example(name: &str) -> Self {
        Self(Fact::sample(name))
    }
}

impl Member for ChangedSettings {
    fn put(&self, _: &str, data: &mut Data) -> serde_json::Result<()> {
        for (name, changed) in &self.0 {
            let after = match changed {
                Some(changed) => {
                    data.previous.insert(name.clone(), changed.before.clone());
                    changed.after.clone()
                }
                None => "changed".into(),
            };
            data.object.insert(name.clone(), after);
        }
        Ok(())
    }

    /// Its members are named after the settings, so that none of them can be told in advance.
    fn describe(_: &str, shape: &mut Shape) {
        shape.changes = Some(shape.changes == Some(true));
    }

    fn example(_: &str) -> Self {
        let changed = Changed { before: Value::Null, after: "closed".into() };
        Self([("registration".to_owned(), Some(changed))].into())
    }
}
