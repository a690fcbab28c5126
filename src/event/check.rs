//! Holds values to schemas, as far as those of events go: that the catalogue in the API document is true.

use serde_json::Value;

/// What does not fit, by its path; nothing if all does. References and patterns are not followed.
pub fn misfit(schema: &Value, value: &Value, path: &str) -> Option<String> {
    let wrong = |what: &str| Some(format!("{path}: {what}: {value}"));
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = choices.iter().any(|choice| misfit(choice, value, path).is_none());
        return if fits { None } else { wrong("none of those that it may be") };
    }
    let is = |name: &Value| match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("null") => value.is_null(),
        _ => false,
    };
    let fits = match &schema["type"] {
        Value::Null => true,
        Value::Array(names) => names.iter().any(is),
        name => is(name),
    };
    if !fits {
        return wrong("of another type");
    }
    // Open to those who read; what is written is one of them.
    for words in [&schema["enum"], &schema["x-extensible-enum"]] {
        if words.as_array().is_some_and(|words| !words.contains(value)) {
            return wrong("none of the words");
        }
    }
    if let Some(elements) = value.as_array() {
        return elements.iter().find_map(|element| misfit(&schema["items"], element, path));
    }
    let members = value.as_object()?;
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if let Some(name) = required.into_iter().find(|name| !members.contains_key(*name)) {
        return wrong(&format!("`{name}` is missing"));
    }
    let known = schema["properties"].as_object()?;
    let mut inside = members.iter().filter_map(|(name, member)| Some((name, known.get(name)?, member)));
    inside.find_map(|(name, schema, member)| misfit(schema, member, &format!("{path}/{name}")))
}
