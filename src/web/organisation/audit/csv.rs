//! Events as lines of a table (RFC 4180).

use serde_json::Value;

use crate::views::events::Event;

/// The first line.
pub const HEADER: &str = "id,created_at,type,organisation_id,actor_type,actor_id,actor_name,target_type,target_id,ip,user_agent,request_id,object,previous\r\n";

/// The line of an event.
pub fn line(event: &Event) -> String {
    let value = serde_json::to_value(event).unwrap_or_default();
    let at = |path: &str| value.pointer(path).unwrap_or(&Value::Null);
    let cells = [
        "/id",
        "/created_at",
        "/type",
        "/organisation_id",
        "/actor/type",
        "/actor/id",
        "/actor/name",
        "/target/type",
        "/target/id",
        "/request/ip",
        "/request/user_agent",
        "/request/id",
        "/data/object",
        "/data/previous",
    ];
    let cells: Vec<_> = cells.iter().map(|path| cell(&text(at(path)))).collect();
    format!("{}\r\n", cells.join(","))
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What spreadsheets run a cell for if it begins with it.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];
/// What some spreadsheets take for the end of a cell, inside quotes too.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

/// A cell. What a spreadsheet could take for a formula gets an apostrophe in front: at the beginning, behind spaces, and behind
/// what it may take for a separator.
fn cell(text: &str) -> String {
    let (mut guarded, mut begins) = (String::with_capacity(text.len()), true);
    for letter in text.chars() {
        if begins && FORMULA.contains(&letter) {
            guarded.push('\'');
        }
        begins = SEPARATORS.contains(&letter) || (begins && letter.is_whitespace());
        guarded.push(letter);
    }
    if text.starts_with(SEPARATORS) {
        guarded.insert(0, '\'');
    }
    if guarded == text && !text.contains(['"', ',', ';', '\t', '\r', '\n']) {
        return guarded;
    }
    format!("\"{}\"", guarded.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula_and_none_breaks_the_line() {
        for (text, expected) in [
            ("Ana", "Ana"),
            ("a-b = c", "a-b = c"),
            ("=1+1", "\"'=1+1\""),
            ("@cmd", "\"'@cmd\""),
            ("  =1+1", "\"  '=1+1\""),
            ("\t=1+1", "\"'\t'=1+1\""),
            ("a;=1+1", "\"a;'=1+1\""),
            ("a;b", "\"a;b\""),
            ("a\n +1", "\"a\n '+1\""),
            ("a,\"b\"\n", "\"a,\"\"b\"\"\n\""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }
}
