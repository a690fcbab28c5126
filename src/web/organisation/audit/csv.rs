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

/// A cell. Spreadsheets run what begins like a formula, so that one begins with an apostrophe.
fn cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    if guarded.is_empty() && !text.contains(['"', ',', '\r', '\n']) {
        return text.to_owned();
    }
    format!("\"{guarded}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula_and_none_breaks_the_line() {
        assert_eq!(cell("Ana"), "Ana");
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("@cmd"), "\"'@cmd\"");
        assert_eq!(cell("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
    }
}
