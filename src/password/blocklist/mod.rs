//! The passwords that attackers try first, and what people add to them.
//!
//! Few of them have 12 bytes. What counts is what is left of a password when digits and signs around it, look-alikes
//! of letters and repetitions are taken away.

use super::patterns;

/// Sorted; no entry is another one with digits or signs around it. See `LICENCES.md`.
static ENTRIES: &str = include_str!("passwords.txt");
/// No entry is longer, in characters.
const LONGEST: usize = 64;
/// What digits and signs may be worth to be an addition. More of them are a password of their own.
pub const ADDITION: usize = 8;
/// Of an entry that is digits itself, they are a smaller part.
const ADDITION_TO_DIGITS: usize = 5;
/// An entry's own digits and signs are no more.
const MOST_CUTS: usize = 32;
/// Two ways to read what looks like two letters.
const READINGS: [(char, char); 2] = [('1', 'i'), ('1', 'l')];

/// Whether a text is in the list. It is read by halves: nothing is unpacked, and of its pages few are touched.
pub fn contains(word: &str) -> bool {
    let bytes = ENTRIES.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let start = bytes[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let length = bytes[middle..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - middle);
        let end = middle + length;
        match bytes[start..end].cmp(word.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

/// Whether a text, in lower case, is an entry with nothing but additions.
pub fn covers(text: &[char]) -> bool {
    spans(text).into_iter().any(|span| {
        let read = |one| span.iter().map(|c| look_alike(*c, one)).collect::<Vec<char>>();
        listed_somehow(span) || READINGS.into_iter().any(|one| listed_somehow(&read(one)))
    })
}

/// Also without white space, and without any signs.
fn listed_somehow(text: &[char]) -> bool {
    let only = |keep: fn(char) -> bool| text.iter().copied().filter(|c| keep(*c)).collect::<Vec<char>>();
    listed(text) || listed(&only(|c| !c.is_whitespace())) || listed(&only(char::is_alphanumeric))
}

fn listed(text: &[char]) -> bool {
    let root = patterns::root(text);
    [text, root]
        .iter()
        .any(|text| !text.is_empty() && text.len() <= LONGEST && contains(&text.iter().collect::<String>()))
}

/// The text, and what is left without digits and signs at its end, at its beginning, or both. They may be an
/// entry's own, so they are cut off one by one.
fn spans(text: &[char]) -> Vec<&[char]> {
    let letter = |c: &char| c.is_alphabetic();
    let first = text.iter().position(letter).unwrap_or(0);
    let behind = text.iter().rposition(letter).map_or(0, |last| last + 1);
    let most = if behind > 0 { ADDITION } else { ADDITION_TO_DIGITS };
    let ends = (behind..text.len()).take(MOST_CUTS).chain([text.len()]);
    let starts = (0..first).rev().take(MOST_CUTS).chain([first]);
    let at_end = ends.flat_map(|end| [(0, end), (first, end)]);
    let at_start = starts.flat_map(|start| [(start, text.len()), (start, behind)]);
    let cuts = at_end.chain(at_start).filter(|(start, end)| {
        let added = text[..*start].iter().chain(&text[*end.max(start)..]);
        let added: Vec<char> = added.copied().filter(|c| !c.is_whitespace()).collect();
        start < end && patterns::worth(&added, most + 1) <= most
    });
    cuts.map(|(start, end)| &text[start..end]).collect()
}

/// The letter that a digit or sign stands for.
fn look_alike(character: char, one: (char, char)) -> char {
    if character == one.0 {
        return one.1;
    }
    letters(character).chars().next().unwrap_or(character)
}

/// The letters that a digit or sign can stand for.
pub const fn letters(character: char) -> &'static str {
    match character {
        '4' | '@' => "a",
        '8' => "b",
        '(' | '¢' => "c",
        '3' | '€' => "e",
        '6' | '9' => "g",
        '1' | '!' | '|' => "il",
        '0' => "o",
        '5' | '$' => "s",
        '7' | '+' => "t",
        '2' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(text: &str) -> bool {
        covers(&text.chars().collect::<Vec<_>>())
    }

    #[test]
    fn every_entry_is_found_and_nothing_else() {
        let entries: Vec<_> = ENTRIES.lines().collect();
        assert!(entries.len() >= 30_000, "{}", entries.len());
        assert!(entries.is_sorted_by(|a, b| a < b), "sorted, each once");
        for entry in entries {
            assert!(contains(entry), "{entry}");
            assert!(entry.chars().count() <= LONGEST);
            assert!(!contains(&format!("{entry}\n")) && !contains(&format!("{entry}\u{1}")));
        }
        for other in ["", "\n", "zzzzzzzzzzzzzzzzzzzz", "a", "correct horse battery staple"] {
            assert!(!contains(other), "{other}");
        }
    }

    #[test]
    fn additions_and_look_alikes_do_not_hide_an_entry() {
        for text in [
            "password1234",
            "!!password!!",
            "p4$$w0rd2024",
            "passwordpassword",
            "pass-word-123",
            "l3tm31n12345",
            "$unshine2024",
            "sunshinesunshine1!",
            "1qaz2wsx3edc",
        ] {
            assert!(covered(text), "{text}");
        }
        for text in ["correct horse battery staple", "horse 7391 5820 4417", "password of my first dog"] {
            assert!(!covered(text), "{text}");
        }
    }
}
