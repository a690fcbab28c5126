//! Words of our own for what is wrong with a text that was to be JSON or a query: what the libraries say is for who
//! programs with them.

use serde_json::Error;
use serde_json::error::Category;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text without a byte order mark at its beginning, which readers of JSON may ignore (RFC 8259 section 8.1).
pub fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// What is wrong, whichever kind of mistake it is.
pub fn told(error: &Error) -> String {
    match error.classify() {
        // What a reader of ours says, which may end because a limit is reached, is told as it is.
        Category::Data | Category::Io => misfit(&error.to_string()),
        Category::Syntax | Category::Eof => malformed(error),
    }
}

/// Why it is no JSON, and where.
pub fn malformed(error: &Error) -> String {
    let said = error.to_string();
    let is = |beginning: &str| said.starts_with(beginning);
    let what = if is("EOF") {
        "it ends too early"
    } else if is("control character") {
        "a text has a control character as it is: write it as an escape, such as \\n"
    } else if is("lone leading surrogate") || is("unexpected end of hex escape") {
        "an escape \\u is half of a pair: the other half is missing"
    } else if is("invalid escape") {
        "a text has a `\\` that begins no escape of JSON"
    } else if is("invalid unicode code point") {
        "a text is not UTF-8"
    } else if is("recursion limit") {
        "lists and objects are nested too deep"
    } else if is("number out of range") {
        "a number is too large"
    } else if is("invalid number") {
        "a number is not written as JSON has it"
    } else if is("trailing comma") {
        "there is a comma before the end of a list or an object"
    } else if is("trailing characters") {
        "there is more behind its end"
    } else if is("key must be a string") {
        "the name of a member is not in double quotes"
    } else {
        "this character cannot stand here"
    };
    match (error.line(), error.column()) {
        (0, _) => what.to_owned(),
        (line, column) => format!("{what} (line {line}, column {column})"),
    }
}

/// What does not fit in good JSON or in a query. Words of our own types are told as they are.
pub fn misfit(message: &str) -> String {
    let said = message.rsplit_once(" at line ").map_or(message, |(said, _)| said);
    let own = |text: &str| text.to_owned();
    if let Some(rest) = said.strip_prefix("invalid type: ") {
        let (given, wanted) = rest.split_once(", expected ").unwrap_or((rest, ""));
        let given = given_type(given);
        return wanted_type(wanted).map_or_else(
            || format!("this is {given}, which cannot stand here"),
            |wanted| format!("this is {given}, and must be {wanted}"),
        );
    }
    if said.starts_with("unknown variant `") {
        let known = said.rsplit_once("expected ").map_or("", |(_, known)| known);
        let known = known.strip_prefix("one of ").unwrap_or(known);
        return format!("this is none of the possible values: {known}");
    }
    for (beginning, text) in [
        ("missing field `", "a member is missing"),
        ("unknown field `", "there is a member that is unknown"),
        ("duplicate field `", "a member is there twice"),
        ("invalid value: integer", "this number is out of range"),
        ("invalid value: floating point", "this number is not possible here"),
        ("invalid value: ", "this value is not possible here"),
        ("invalid length ", "this has too few or too many entries"),
        ("data did not match", "this is none of what can stand here"),
        ("expected value", "this value is not possible here"),
        ("invalid digit found", "this is no number"),
        ("cannot parse integer", "this is no number"),
        ("number too ", "this number is out of range"),
        ("provided string was not", "this is neither `true` nor `false`"),
    ] {
        if said.starts_with(beginning) {
            return own(text);
        }
    }
    own(said)
}

fn given_type(said: &str) -> &'static str {
    match said.split([' ', '`']).next().unwrap_or_default() {
        "string" | "character" => "a text",
        "integer" | "floating" | "number" => "a number",
        "boolean" => "true or false",
        "null" | "unit" | "Option" => "null",
        "map" => "an object",
        "sequence" => "a list",
        _ => "something else",
    }
}

fn wanted_type(said: &str) -> Option<&'static str> {
    Some(match said {
        "a string" | "a borrowed string" | "a str" | "str" | "string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" | "map" => "an object",
        "f32" | "f64" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        _ if said.starts_with("struct ") => "an object",
        _ if said.starts_with("a number") => "a number",
        _ => return None,
    })
}
