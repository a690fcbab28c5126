//! Events in words: one sentence for each, in the visitor's language.
//!
//! The text is `event-<type>`, with dashes for dots and underscores. Its variables are `$actor`, `$target`, `$changed` (the
//! names of what changed), the members of the event's object, and those of what was before as `$previous_<member>`. What is
//! null is the word `none` there, for texts that choose by it.

use serde_json::Value;

use crate::event::{ActorKind, EventActor};
use crate::language::{Named, ToVariable as _, Variable, Words};
use crate::views::event_names::EventNames;
use crate::views::events::Event;

/// What null is in a text.
const NONE: &str = "none";
/// How much is told of an id that has no name.
const ID_END: usize = 6;

/// The sentence of an event.
pub fn sentence(words: &Words, event: &Event, names: &EventNames) -> String {
    let (actor, target) = (actor(words, &event.actor), target(words, event, names));
    let changed = Some(changed(words, event).join(", ")).filter(|changed| !changed.is_empty());
    let changed = changed.unwrap_or_else(|| NONE.to_owned());
    let mut members: Vec<(String, Value)> =
        event.data.object.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    for (name, value) in event.data.previous.iter().flatten() {
        members.push((format!("previous_{name}"), value.clone()));
    }
    let mut variables: Vec<Named<'_>> = vec![
        ("actor", actor.variable()),
        ("target", target.variable()),
        ("changed", changed.variable()),
        ("type", event.kind.variable()),
    ];
    variables.extend(members.iter().map(|(name, value)| (name.as_str(), filled(words, name, value))));
    words.find(&text_of(&event.kind), &variables).unwrap_or_else(|| words.say("event-other", &variables))
}

/// The name of the text of a type.
fn text_of(kind: &str) -> String {
    format!("event-{}", kind.replace(['.', '_'], "-"))
}

/// What did it, in words.
pub fn actor(words: &Words, actor: &EventActor) -> String {
    match actor.kind {
        ActorKind::Anonymous => words.say("event-actor-anonymous", &[]),
        ActorKind::Cli => words.say("event-actor-cli", &[]),
        ActorKind::System => words.say("event-actor-system", &[]),
        ActorKind::User if actor.name.is_empty() => words.say("event-actor-deleted", &[]),
        ActorKind::User | ActorKind::ApiKey => actor.name.clone(),
    }
}

/// What kind of actor it is, as the texts `event-by-…` name it.
pub const fn actor_kind(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::User => "user",
        ActorKind::ApiKey => "api-key",
        ActorKind::Anonymous => "anonymous",
        ActorKind::Cli => "cli",
        ActorKind::System => "system",
    }
}

/// What it was done to: by its name, or by the end of its id.
pub fn target(words: &Words, event: &Event, names: &EventNames) -> String {
    let Some(target) = &event.target else { return String::new() };
    if let Some(name) = names.of(&target.id).filter(|name| !name.is_empty()) {
        return name.to_owned();
    }
    // What was made or deleted tells its name.
    let own = if matches!(target.kind, "api_key" | "organisation") { "name" } else { "email" };
    if let Some(name) = event.data.object.get(own).and_then(Value::as_str) {
        return name.to_owned();
    }
    let end = target.id.char_indices().rev().nth(ID_END - 1).map_or(0, |(at, _)| at);
    let id = target.id.get(end..).unwrap_or_default();
    words.say(&format!("event-target-{}", target.kind.replace('_', "-")), &[("id", id.variable())])
}

/// The names of what changed.
fn changed(words: &Words, event: &Event) -> Vec<String> {
    let object = &event.data.object;
    let metadata = object.get("metadata_changed").map(|_| "metadata");
    let settings = event.kind == "settings.changed";
    let names = event.data.previous.iter().flat_map(|previous| previous.keys()).map(String::as_str);
    let names: Vec<_> =
        if settings { object.keys().map(String::as_str).collect() } else { names.chain(metadata).collect() };
    names.into_iter().map(|name| member(words, name)).collect()
}

/// A member of an event's data in words.
pub fn member(words: &Words, name: &str) -> String {
    let text = format!("event-member-{}", name.replace(['_', '.'], "-"));
    words.find(&text, &[]).unwrap_or_else(|| name.to_owned())
}

/// A value as it is filled in.
fn filled<'a>(words: &Words, name: &str, value: &'a Value) -> Variable<'a> {
    match value {
        Value::Number(number) if number.is_u64() => {
            let count = number.as_u64().and_then(|count| u32::try_from(count).ok());
            Variable::Number(count.unwrap_or(u32::MAX).into())
        }
        Value::Null => NONE.variable(),
        Value::String(text) if !is_role(name) => text.variable(),
        value => Variable::Words(shown(words, name, value).into()),
    }
}

/// A value as it is shown to people.
pub fn shown(words: &Words, name: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if is_role(name) => {
            words.find(&format!("role-{text}"), &[]).unwrap_or_else(|| text.clone())
        }
        Value::String(text) => text.clone(),
        Value::Bool(true) => words.say("event-yes", &[]),
        Value::Bool(false) => words.say("event-no", &[]),
        Value::Array(several) => {
            several.iter().map(|one| shown(words, name, one)).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn is_role(name: &str) -> bool {
    matches!(name, "role" | "previous_role")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventKind;
    use crate::language::{Language, Languages};

    #[test]
    fn every_event_has_a_sentence_of_its_own_in_every_language() {
        let languages = Languages::read().unwrap();
        for language in Language::ALL {
            let words = languages.words(language);
            for kind in EventKind::ALL {
                assert!(words.find(&text_of(kind.as_str()), &[]).is_some(), "{} {language:?}", kind.as_str());
            }
        }
    }

    #[test]
    fn every_sentence_is_filled_in() {
        let languages = Languages::read().unwrap();
        for language in Language::ALL {
            let words = languages.words(language);
            for kind in EventKind::ALL {
                let event = kind.example().unwrap();
                let text = sentence(&words, &event, &EventNames::default());
                assert!(!text.contains(['{', '$']), "{} {language:?}: {text}", kind.as_str());
                assert!(!text.contains("event-"), "{} {language:?}: {text}", kind.as_str());
                let mut bare = event.clone();
                // Every value that may be null is null.
                for (name, value) in &mut bare.data.object {
                    if value.is_string() && !matches!(name.as_str(), "name" | "slug" | "role" | "hint") {
                        *value = Value::Null;
                    }
                }
                bare.data.previous = None;
                if kind != &EventKind::MemberRoleChanged {
                    let text = sentence(&words, &bare, &EventNames::default());
                    assert!(!text.contains(['{', '$']), "{} {language:?}: {text}", kind.as_str());
                }
            }
        }
    }

    #[test]
    fn an_event_of_a_later_version_is_told_by_its_type() {
        let words = Languages::read().unwrap().words(Language::English);
        let event = Event { kind: "passkey.added".to_owned(), ..EventKind::UserEnabled.example().unwrap() };
        assert!(sentence(&words, &event, &EventNames::default()).contains("passkey.added"));
    }

    #[test]
    fn a_target_without_a_name_is_told_by_the_end_of_its_id() {
        let words = Languages::read().unwrap().words(Language::English);
        let event = EventKind::MemberRemoved.example().unwrap();
        let id = event.target.as_ref().unwrap().id.clone();
        let text = sentence(&words, &event, &EventNames::default());
        assert!(text.contains(&id[id.len() - ID_END..]) && !text.contains(&id), "{text}");
    }
}
