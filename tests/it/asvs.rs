//! Holds `docs/asvs.md` to what it promises: each requirement of levels 1 and 2 of OWASP ASVS 5.0.0 once, with a verdict and
//! with evidence that exists.

use std::collections::BTreeSet;
use std::path::Path;

/// How many requirements of level 1 and of level 2 the chapters have, from V1 to V17.
const REQUIREMENTS: [(usize, usize); 17] = [
    (8, 19),
    (4, 7),
    (8, 11),
    (2, 8),
    (4, 5),
    (13, 22),
    (6, 12),
    (4, 3),
    (4, 3),
    (5, 24),
    (3, 11),
    (3, 6),
    (1, 12),
    (2, 7),
    (3, 10),
    (0, 16),
    (0, 7),
];
const VERDICTS: [&str; 4] = ["met", "partly", "not", "n.a."];
/// The chapter of authentication, where second factors are missing.
const AUTHENTICATION: u32 = 6;

/// A line of a table.
struct Row {
    /// Chapter, section and number of the requirement.
    id: [u32; 3],
    level: u32,
    asks: String,
    verdict: String,
    shown_by: String,
    reason: String,
}

fn document() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/asvs.md")).unwrap()
}

/// The lines of all tables whose first cell is the id of a requirement.
fn rows(document: &str) -> Vec<Row> {
    document.lines().filter(|line| line.starts_with("| V")).map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<_> = line.split('|').map(str::trim).collect();
    let [_, id, level, asks, verdict, shown_by, reason, _] = cells[..] else {
        panic!("six cells are needed: {line}");
    };
    let numbers: Vec<u32> = id[1..].split('.').map(|number| number.parse().unwrap()).collect();
    Row {
        id: numbers.try_into().unwrap(),
        level: level.parse().unwrap(),
        asks: asks.to_owned(),
        verdict: verdict.to_owned(),
        shown_by: shown_by.to_owned(),
        reason: reason.to_owned(),
    }
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether a piece of evidence exists: a path, `path::test`, or `file::test` for a file of `tests/it`.
fn exists(evidence: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match evidence.split_once("::") {
        None => root.join(evidence).exists(),
        Some((file, test)) => {
            let files = [file.to_owned(), format!("tests/it/{file}.rs"), format!("tests/it/{file}/mod.rs")];
            let mut texts = files.iter().filter_map(|file| std::fs::read_to_string(root.join(file)).ok());
            texts.any(|text| has_test(&text, test))
        }
    }
}

fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let (plain, with_async) = (format!("fn {name}("), format!("async fn {name}("));
    lines.windows(2).any(|pair| {
        let is_test = pair[0].starts_with("#[") && pair[0].contains("test");
        is_test && (pair[1].starts_with(&plain) || pair[1].starts_with(&with_async))
    })
}

#[test]
fn each_requirement_of_levels_1_and_2_is_there_once() {
    let rows = rows(&document());
    let ids: BTreeSet<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), rows.len(), "a requirement is there twice");
    assert!(rows.is_sorted_by_key(|row| row.id), "the rows are in the order of their ids");
    for (chapter, expected) in (1..).zip(REQUIREMENTS) {
        let of_level = |level| rows.iter().filter(|row| row.id[0] == chapter && row.level == level).count();
        assert_eq!((of_level(1), of_level(2)), expected, "V{chapter}");
    }
}

#[test]
fn each_verdict_has_evidence_that_exists_or_a_reason() {
    for Row { id: [chapter, section, number], level, asks, verdict, shown_by, reason } in rows(&document()) {
        let id = format!("V{chapter}.{section}.{number}");
        assert!(VERDICTS.contains(&verdict.as_str()) && !asks.is_empty(), "{id}: {verdict}");
        assert!(verdict != "not" || chapter == AUTHENTICATION, "{id}: is not met");
        let shown = ["met", "partly"].contains(&verdict.as_str());
        assert!(level < 3 || shown, "{id}: of level 3 only what is met is told");
        assert!(!shown || quoted(&shown_by).next().is_some(), "{id}: nothing shows it");
        assert!(verdict == "met" || !reason.is_empty(), "{id}: there is no reason");
        for evidence in quoted(&shown_by) {
            assert!(exists(evidence), "{id}: there is no {evidence}");
        }
    }
}

#[test]
fn the_numbers_at_the_top_are_those_of_the_rows() {
    let document = document();
    let rows = rows(&document);
    for level in [1, 2] {
        let of_verdict = |verdict: &str| {
            let count = rows.iter().filter(|row| row.level == level && row.verdict == verdict).count();
            count.to_string()
        };
        let line = format!("| {level} | {} |", VERDICTS.map(of_verdict).join(" | "));
        assert!(document.lines().any(|written| written == line), "{line}");
    }
}

#[test]
fn evidence_that_does_not_exist_is_found() {
    for there in ["SECURITY.md", "src/crypto/secret.rs", "asvs::evidence_that_does_not_exist_is_found"] {
        assert!(exists(there), "{there}");
    }
    for missing in
        ["NOTHING.md", "asvs::exists", "asvs::evidence", "nothing::at_all", "src/crypto/secret.rs::nothing"]
    {
        assert!(!exists(missing), "{missing}");
    }
}
