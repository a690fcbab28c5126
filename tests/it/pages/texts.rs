//! The texts of pages: each language has all of them, with the same variables, and none that is not used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const LANGUAGES: [(&str, &str); 2] = [
    ("en", include_str!("../../../src/language/en.ftl")),
    ("de", include_str!("../../../src/language/de.ftl")),
];
/// Texts whose names are put together: by a role, a month, an error's code, and so on. Those of `field` are for languages
/// that do not have the API's own messages.
const PUT_TOGETHER: [&str; 7] =
    ["error-", "event-", "field-", "month-", "permission-", "role-", "weekday-"];

/// The texts of a file, by name, each with its variables.
fn texts(file: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut texts = BTreeMap::new();
    let mut last = None;
    for line in file.lines() {
        if let Some((name, text)) = line.split_once(" =")
            && name.starts_with(|letter: char| letter.is_ascii_lowercase())
        {
            assert!(texts.insert(name, variables(text)).is_none(), "{name} is there twice");
            last = Some(name);
        } else if line.starts_with(' ')
            && let Some(name) = last
        {
            texts.entry(name).or_default().extend(variables(line));
        }
    }
    texts
}

fn variables(text: &str) -> BTreeSet<&str> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    text.split('$').skip(1).map(|rest| rest.split(|letter| !is_name(letter)).next().unwrap()).collect()
}

/// All that stands between quotes in sources and templates.
fn quoted(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            quoted(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "html") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.extend(text.split('"').map(str::to_owned));
        }
    }
}

#[test]
fn every_language_has_the_same_texts_with_the_same_variables() {
    let [(_, english), (_, german)] = LANGUAGES.map(|(tag, file)| (tag, texts(file)));
    assert!(english.len() > 50);
    for (name, variables) in &english {
        assert_eq!(german.get(name), Some(variables), "{name}");
    }
    let more: Vec<_> =
        german.keys().filter(|name| !english.contains_key(*name) && !name.starts_with("field-")).collect();
    assert!(more.is_empty(), "only in German: {more:?}");
}

#[test]
fn every_text_is_used_and_every_text_that_is_used_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for folder in ["src", "templates"] {
        quoted(&root.join(folder), &mut found);
    }
    let english = texts(LANGUAGES[0].1);
    let prefixes: BTreeSet<_> =
        found.iter().filter_map(|text| text.split_once('{')).map(|(before, _)| before).collect();
    let words: BTreeSet<_> = found.iter().map(|text| format!("{text}-")).collect();
    let is_used = |name: &str| {
        found.contains(name)
            || PUT_TOGETHER.iter().any(|prefix| name.starts_with(prefix))
            // `|word("state")`, and `format!("ago-{unit}")`
            || name.match_indices('-').any(|(at, _)| words.contains(&name[..=at]) || prefixes.contains(&name[..=at]))
            // `format!("{direction}-minutes")`
            || ["ago-", "in-"].iter().any(|prefix| name.starts_with(prefix))
    };
    let unused: Vec<_> = english.keys().filter(|name| !is_used(name)).collect();
    assert!(unused.is_empty(), "no page has these texts: {unused:?}");
}

/// By the pattern `"name"|t`, in templates.
#[test]
fn no_template_names_a_text_that_is_not_there() {
    fn named(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                named(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for filter in ["\"|t }", "\"|t,", "\"|t)", "\"|t1(", "\"|t2("] {
                let before = text.split(filter).collect::<Vec<_>>();
                let names = before[..before.len() - 1].iter().filter_map(|text| text.rsplit('"').next());
                found.extend(names.map(|name| (path.display().to_string(), name.to_owned())));
            }
        }
    }
    let mut found = Vec::new();
    named(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut found);
    assert!(found.len() > 30);
    let english = texts(LANGUAGES[0].1);
    let missing: Vec<_> = found.iter().filter(|(_, name)| !english.contains_key(name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
