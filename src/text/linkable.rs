//! What programs turn into links in a text of another person, and how it is written so that they do not.
//!
//! Mail programs and browsers also know look-alikes of the signs in a link, such as the fullwidth full stop and the
//! ideographic one (UTS 46), so signs are compared in their compatibility form (NFKC).

use std::iter::once;

use unicode_normalization::UnicodeNormalization as _;

/// What leads somewhere without `//`.
const SCHEMES: &[&str] = &[
    "callto:",
    "data:",
    "file:",
    "ftp:",
    "ftps:",
    "geo:",
    "http:",
    "https:",
    "javascript:",
    "mailto:",
    "sms:",
    "tel:",
    "vbscript:",
    "xmpp:",
];

/// Whether a name is an address: it has a scheme, a `www.` or an at sign. A dot alone is none: "Booking.com" is a name.
pub fn is_link(name: &str) -> bool {
    let folded: String = name.chars().filter(|char| !is_invisible(*char)).nfkc().map(plain).collect();
    let folded = folded.to_lowercase();
    let begins_word = |at: usize| !folded[..at].chars().next_back().is_some_and(char::is_alphanumeric);
    let scheme = |scheme: &&str| {
        folded.match_indices(*scheme).any(|(at, _)| {
            let led_to = folded[at + scheme.len()..].chars().next();
            begins_word(at) && led_to.is_some_and(|char| !char.is_whitespace())
        })
    };
    folded.contains('@')
        || folded.contains("://")
        || folded.match_indices("www.").any(|(at, _)| begins_word(at))
        || SCHEMES.iter().any(scheme)
}

/// The text with a space behind each sign that could join a link, and around each at sign.
pub fn broken_up(text: &str) -> String {
    let mut broken = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let is = |signs: &[char]| once(char).nfkc().map(plain).any(|plain| signs.contains(&plain));
        if is(&['@']) && broken.chars().next_back().is_some_and(|before| !before.is_whitespace()) {
            broken.push(' ');
        }
        broken.push(char);
        if is(&['.', ':', '@', '\\']) && chars.peek().is_some_and(|next| !next.is_whitespace()) {
            broken.push(' ');
        }
    }
    broken
}

/// Characters that show nothing, split words for programs but not for people, or turn the direction of what follows.
/// The joiners are left out: Persian and many other names need them.
pub const fn is_format(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

const fn is_invisible(char: char) -> bool {
    is_format(char) || matches!(char, '\u{200c}' | '\u{200d}')
}

/// The signs that NFKC leaves alone although links have them.
const fn plain(char: char) -> char {
    match char {
        '\u{3002}' => '.',
        '\u{2044}' | '\u{2215}' => '/',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_no_names_and_names_with_dots_and_colons_are() {
        for link in [
            "https://evil.example",
            "sign in at HTTP://evil",
            "x://y",
            "www.evil.example",
            "(WWW.evil)",
            "ana@evil.example",
            "@ana",
            "mailto:x",
            "javascript:alert(1)",
            "tel:0900",
            "https：／／evil．example",
            "ｗｗｗ．evil",
            "www。evil",
            "www｡evil",
            "ana＠evil",
            "ana﹫evil",
            "ht\u{200b}tps:evil",
            "w\u{ad}ww.evil",
            "https:\u{2215}\u{2044}evil",
        ] {
            assert!(is_link(link), "{link}");
        }
        for name in [
            "Booking.com",
            "Acme Inc.",
            "J.R.R. Tolkien",
            "Project: Apollo",
            "Team:Blue",
            "Data: Science",
            "Hotel:Ritz",
            "Awww.",
            "A/B",
            "和泉。",
            "محمد",
            "O'Hara & Söhne",
        ] {
            assert!(!is_link(name), "{name}");
        }
    }

    #[test]
    fn whatever_joins_a_link_is_followed_by_a_space() {
        for (text, broken) in [
            ("Booking.com", "Booking. com"),
            ("Acme Inc.", "Acme Inc."),
            ("https://evil.example/x", "https: //evil. example/x"),
            ("ana@evil.example", "ana @ evil. example"),
            ("ana＠evil。example", "ana ＠ evil。 example"),
            ("a．b｡c﹒d․e", "a． b｡ c﹒ d․ e"),
            (r"\\server\share", r"\ \ server\ share"),
            ("mailto:x", "mailto: x"),
            ("a. b: c @ d", "a. b: c @ d"),
        ] {
            assert_eq!(broken_up(text), broken);
            assert_eq!(broken_up(broken), broken, "once is enough");
        }
    }
}
