//! Finds the paths in a source text: in `use` trees, and written out in code.

/// Stands behind a path that a `use` brings in by its last name.
pub const IMPORTED: &str = "(imported)";

/// Turns `super::x` and `self::x` into `crate::…::x`.
pub fn resolve(path: &[String], module: &[String]) -> Vec<String> {
    let ups = path.iter().take_while(|part| *part == "super").count();
    let selfs = path.iter().take_while(|part| *part == "self").count();
    if ups + selfs == 0 {
        return path.to_vec();
    }
    let stays = module.len().saturating_sub(ups);
    let above = ["crate".to_owned()].into_iter().chain(module[..stays].iter().cloned());
    above.chain(path[ups + selfs..].iter().cloned()).collect()
}

/// Words and punctuation, without comments and the insides of texts.
pub fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = literal(rest) {
            length
        } else if first.is_alphanumeric() || first == '_' {
            let end = |char: char| !(char.is_alphanumeric() || char == '_');
            let length = rest.find(end).unwrap_or(rest.len());
            tokens.push(rest[..length].to_owned());
            length
        } else {
            let length = if rest.starts_with("::") { 2 } else { first.len_utf8() };
            if !first.is_whitespace() {
                tokens.push(rest[..length].to_owned());
            }
            length
        };
        rest = &rest[length..];
    }
    tokens
}

/// How long the text or character is that starts here, if one does.
fn literal(rest: &str) -> Option<usize> {
    let opened = rest.trim_start_matches(['b', 'c']);
    let before = rest.len() - opened.len();
    let hashes = opened.strip_prefix('r').map(|raw| raw.len() - raw.trim_start_matches('#').len());
    if let Some(hashes) = hashes.filter(|hashes| opened[1 + hashes..].starts_with('"')) {
        let (start, close) = (before + 2 + hashes, format!("\"{}", "#".repeat(hashes)));
        return Some(rest[start..].find(&close).map_or(rest.len(), |end| start + end + close.len()));
    }
    let quote = opened.chars().next().filter(|first| ['"', '\''].contains(first))?;
    // A lifetime is no literal.
    let mut inside = opened[1..].chars();
    if quote == '\'' && inside.next() != Some('\\') && inside.next() != Some('\'') {
        return None;
    }
    let mut escaped = false;
    for (at, char) in opened.char_indices().skip(1) {
        if char == quote && !escaped {
            return Some(before + at + 1);
        }
        escaped = char == '\\' && !escaped;
    }
    Some(rest.len())
}

/// Every path, groups taken apart: `use a::{b, c::d}` is `a::b` and `a::c::d`.
pub fn paths(tokens: &[String]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut importing = false;
    while at < tokens.len() {
        let token = tokens[at].as_str();
        importing = if token == "use" { true } else { importing && token != ";" };
        let next_is = |text: &str| tokens.get(at + 1).is_some_and(|next| next == text);
        if importing && token == "as" {
            at += 2;
        } else if is_name(token) && token != "use" && (importing || next_is("::")) {
            // `use axum;` has no `::`, and says as much.
            at = tree(tokens, at, &mut Vec::new(), importing, &mut found);
        } else {
            at += 1;
        }
    }
    found
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Reads one path from `at` on; where it ends.
fn tree(
    tokens: &[String],
    mut at: usize,
    before: &mut Vec<String>,
    importing: bool,
    found: &mut Vec<Vec<String>>,
) -> usize {
    let depth = before.len();
    while let Some(token) = tokens.get(at).map(String::as_str) {
        if token == "{" && importing && before.len() > depth {
            at += 1;
            while tokens.get(at).is_some_and(|token| token != "}") {
                at = match tokens[at].as_str() {
                    "," => at + 1,
                    "as" => at + 2,
                    _ => tree(tokens, at, before, importing, found).max(at + 1),
                };
            }
            before.truncate(depth);
            return at + 1;
        }
        if !(is_name(token) || token == "*") {
            break;
        }
        if token != "self" || before.is_empty() {
            before.push(token.to_owned());
        }
        at += 1;
        if tokens.get(at).is_none_or(|next| next != "::") {
            break;
        }
        at += 1;
        // `Vec::<u8>::new`: what stands between is read by itself.
    }
    if before.len() > depth || tokens.get(at.wrapping_sub(1)).is_some_and(|token| token == "self") {
        let mut path = before.clone();
        path.extend(importing.then(|| IMPORTED.to_owned()));
        found.push(path);
    }
    before.truncate(depth);
    at
}

#[test]
fn use_trees_are_taken_apart() {
    let text = "use a::{b, c::{self, d as e, *}, super::f}; x::y::<z::Z>::w(r#\"u::v\"#, 'q', b'\\'', k::l { m: 1 });";
    let found: Vec<_> = paths(&tokens(text)).iter().map(|path| path.join("::")).collect();
    let imported =
        ["a::b", "a::c", "a::c::d", "a::c::*", "a::super::f"].map(|path| format!("{path}::{IMPORTED}"));
    assert_eq!(found[..5], imported);
    assert_eq!(found[5..], ["x::y", "z::Z", "k::l"]);
}
