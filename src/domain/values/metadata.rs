//! Metadata as requests give it: a few texts by names, which Oskar keeps and never looks into.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::entity::metadata::Metadata;
use crate::error::Error;

/// In characters (Unicode code points).
const LONGEST_NAME: usize = 64;
/// In bytes, as it is stored: JSON without white space, in UTF-8.
const LARGEST: usize = 8 * 1024;

const DESCRIPTION: &str = "Texts of the integrator's own system, by names of 1 to 64 characters; 8 KiB at most, as JSON. Not for secrets: who may see the object sees it, too.";

/// Of something new.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub struct NewMetadata(BTreeMap<String, String>);

impl TryFrom<BTreeMap<String, String>> for NewMetadata {
    type Error = &'static str;
    fn try_from(members: BTreeMap<String, String>) -> Result<Self, Self::Error> {
        members.iter().try_for_each(|(name, text)| check(name, Some(text)))?;
        if size(&members) > LARGEST { Err(TOO_LARGE) } else { Ok(Self(members)) }
    }
}

impl NewMetadata {
    /// As a row has it.
    pub fn stored(self) -> Option<Metadata> {
        stored(self.0)
    }
}

/// What is to change: a merge patch (RFC 7396). A text takes the place of the one before, null takes a member away, and
/// members that are left out stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, Option<String>>")]
pub struct MetadataPatch(BTreeMap<String, Option<String>>);

impl TryFrom<BTreeMap<String, Option<String>>> for MetadataPatch {
    type Error = &'static str;
    fn try_from(members: BTreeMap<String, Option<String>>) -> Result<Self, Self::Error> {
        members.iter().try_for_each(|(name, text)| check(name, text.as_deref()))?;
        Ok(Self(members))
    }
}

impl MetadataPatch {
    /// The metadata after it.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it would be too large.
    pub fn apply(&self, before: Option<&Metadata>) -> Result<Option<Metadata>, Error> {
        let mut members = before.map(|metadata| metadata.0.clone()).unwrap_or_default();
        for (name, text) in &self.0 {
            match text {
                Some(text) => members.insert(name.clone(), text.clone()),
                None => members.remove(name),
            };
        }
        if size(&members) > LARGEST {
            Err(Error::invalid("/metadata", TOO_LARGE))
        } else {
            Ok(stored(members))
        }
    }
}

/// The names of the members that differ.
pub fn changed_names(before: Option<&Metadata>, after: Option<&Metadata>) -> Vec<String> {
    let members =
        |metadata: Option<&Metadata>| metadata.map(|metadata| metadata.0.clone()).unwrap_or_default();
    let (before, after) = (members(before), members(after));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

const TOO_LARGE: &str = "metadata has 8 KiB at most, as JSON";

fn check(name: &str, text: Option<&str>) -> Result<(), &'static str> {
    if !(1..=LONGEST_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        Err("the names of metadata have 1 to 64 characters, and no control characters")
    } else if text.is_some_and(|text| text.contains('\0')) {
        // PostgreSQL stores none.
        Err("the texts of metadata have no NUL")
    } else {
        Ok(())
    }
}

fn size(members: &BTreeMap<String, String>) -> usize {
    serde_json::to_string(members).map_or(usize::MAX, |text| text.len())
}

fn stored(members: BTreeMap<String, String>) -> Option<Metadata> {
    (!members.is_empty()).then_some(Metadata(members))
}

fn schema(text: impl Into<SchemaType>) -> ObjectBuilder {
    let name = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(LONGEST_NAME))
        .pattern(Some(r"^[^\u0000-\u001f\u007f-\u009f]*$"));
    let text = ObjectBuilder::new().schema_type(text).pattern(Some(r"^[^\u0000]*$"));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .property_names(Some(name.build()))
        .additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(text.build().into()))))
        .examples([serde_json::json!({ "plan": "team" })])
}

impl PartialSchema for NewMetadata {
    fn schema() -> RefOr<Schema> {
        schema(Type::String).description(Some(DESCRIPTION)).into()
    }
}

impl ToSchema for NewMetadata {
    fn name() -> Cow<'static, str> {
        "NewMetadata".into()
    }
}

impl PartialSchema for MetadataPatch {
    fn schema() -> RefOr<Schema> {
        let told = format!(
            "{DESCRIPTION} A merge patch (RFC 7396): null takes a member away, what is left out stays."
        );
        schema(SchemaType::from_iter([Type::String, Type::Null])).description(Some(told)).into()
    }
}

impl ToSchema for MetadataPatch {
    fn name() -> Cow<'static, str> {
        "MetadataPatch".into()
    }
}
