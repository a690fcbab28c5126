//! Which characters show something, and which have no place in a line that people read.
//!
//! By the properties of the Unicode Character Database (UAX 44), and by a short list of characters whose category says
//! letter or symbol although their glyph is blank.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory as Category};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The blank Braille pattern, the null notehead, the place of an object, blanks of hieroglyphs, the filler of Khitan.
const BLANK: [char; 6] = ['\u{2800}', '\u{1d159}', '\u{fffc}', '\u{13441}', '\u{13442}', '\u{16fe4}'];
/// What the sequences of subdivision flags begin with (UTS 51, ED-14a).
const BLACK_FLAG: char = '\u{1f3f4}';

/// Whether the character alone shows something. Marks need a letter to stand on, and what is unassigned or for private
/// use shows something only to readers who have a font for it.
pub fn is_seen(char: char) -> bool {
    let shows = !matches!(
        CodePointMapData::<Category>::new().get(char),
        Category::Control
            | Category::Format
            | Category::PrivateUse
            | Category::Surrogate
            | Category::Unassigned
            | Category::SpaceSeparator
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::NonspacingMark
            | Category::SpacingMark
            | Category::EnclosingMark
    );
    shows && !BLANK.contains(&char) && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(char)
}

/// Why the character has no place behind the one before it in a line that people read, if it has none. Joiners, variation
/// selectors and marks of direction (U+200E, U+200F) have: Persian, Indic scripts, Hebrew and emoji need them.
pub const fn misplaced(before: Option<char>, char: char) -> Option<&'static str> {
    match char {
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{206a}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' => {
            Some("has no control characters")
        }
        '\u{2028}' | '\u{2029}' => Some("is one line: it has no U+2028 and no U+2029"),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some(
            "does not change the direction of writing: remove the characters U+202A to U+202E and U+2066 to U+2069",
        ),
        '\u{e0000}'..='\u{e007f}' if !matches!(before, Some(BLACK_FLAG | '\u{e0020}'..='\u{e007e}')) => {
            Some("has no hidden text: remove the tag characters U+E0000 to U+E007F that belong to no flag")
        }
        _ if matches!(char, '\u{fdd0}'..='\u{fdef}') || char as u32 & 0xfffe == 0xfffe => {
            Some("has no noncharacters, such as U+FFFE")
        }
        _ => None,
    }
}

/// The text without what has no place in it; a control character or the end of a line becomes a space.
pub fn cleaned(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for char in text.chars() {
        if misplaced(clean.chars().next_back(), char).is_none() {
            clean.push(char);
        } else if char.is_whitespace() || char.is_control() {
            clean.push(' ');
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_blank_is_not_seen_and_every_script_is() {
        for blank in "\u{2800}\u{3164}\u{115f}\u{1160}\u{ffa0}\u{ad}\u{34f}\u{61c}\u{17b4}\u{180e}\u{200b}\u{200d}\u{2060}\u{fe0f}\u{feff}\u{e0041}\u{e0100}\u{301}\u{903}\u{20e3}\u{e000}\u{10ffff}\u{378}\u{fffc}\u{1d159} \u{a0}\u{3000}\u{2029}".chars()
        {
            assert!(!is_seen(blank), "{blank:?}");
        }
        for seen in "aÉж字가한ا₿🦀🏴𝒜ǃ1-.…ー々\u{1f1e6}".chars() {
            assert!(is_seen(seen), "{seen:?}");
        }
    }

    #[test]
    fn a_text_is_cleaned_of_what_is_refused_and_of_nothing_else() {
        let scotland = "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}";
        for good in [scotland, "می\u{200c}خواهم", "👩\u{200d}👩\u{200d}👧", "a\u{200f}b"] {
            assert_eq!(cleaned(good), good);
        }
        assert_eq!(cleaned("a\u{202e}b\nc\u{e0041}d\u{fffe}e\u{2028}f"), "ab cde f");
    }
}
