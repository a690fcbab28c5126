//! One form for all ways to type a password: keyboards and systems write the same characters in different code points.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// The password as it is hashed: every space is U+0020, then NFC (`OpaqueString`, RFC 8265 section 4.2.1).
pub fn normal(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect())
}

/// The general category `Zs` of Unicode.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_write_a_password_have_one_form() {
        for (written, form) in [
            ("cafe\u{301} au lait", "caf\u{e9} au lait"),
            ("\u{212b}ngstro\u{308}m", "\u{c5}ngstr\u{f6}m"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
            ("two\u{3000}words\u{a0}more", "two words more"),
            // Compatibility characters are other characters, and case counts.
            ("\u{ff21}B\u{fb01}", "\u{ff21}B\u{fb01}"),
            (" a\tb\0 ", " a\tb\0 "),
        ] {
            assert_eq!(*normal(written), form, "{written:?}");
            assert_eq!(*normal(form), form);
        }
    }
}
