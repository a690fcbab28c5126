//! The stylesheet: its colours can be read, and it is small.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

const STYLESHEET: &str = include_str!("../../../static/oskar.css");

/// Text on its ground, and the contrast that WCAG 2.2 asks for: 4.5 of text (1.4.3), 3 of controls and focus (1.4.11).
const PAIRS: &[(&str, &[&str], f64)] = &[
    ("text", &["page", "card", "sunken", "accent-tint"], 4.5),
    ("muted", &["page", "card", "sunken"], 4.5),
    ("control", &["page", "card"], 3.0),
    ("accent", &["page", "card", "accent-tint"], 4.5),
    ("on-accent", &["accent", "accent-hover"], 4.5),
    ("focus", &["page", "card"], 3.0),
    ("danger", &["card", "danger-tint"], 4.5),
    ("card", &["danger"], 4.5),
    ("success", &["card", "success-tint"], 4.5),
    ("warning", &["card", "warning-tint"], 4.5),
    ("info", &["card", "info-tint"], 4.5),
    ("test", &["card", "test-tint"], 4.5),
];

/// The `--name: #rrggbb` of one block.
fn colours(block: &str) -> BTreeMap<&str, [u8; 3]> {
    let declarations = block.split(';').filter_map(|declaration| {
        let (name, value) = declaration.rsplit_once("--")?.1.split_once(':')?;
        let digits = value.trim().strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        Some((name.trim(), [part(0), part(2), part(4)]))
    });
    declarations.collect()
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    if one > other { one / other } else { other / one }
}

#[test]
fn every_text_can_be_read_on_its_ground_by_day_and_by_night() {
    let (light, rest) = STYLESHEET.split_once("@media (prefers-color-scheme: dark)").unwrap();
    let dark = rest.split("}\n}").next().unwrap();
    for (theme, block) in [("light", light), ("dark", dark)] {
        let colours = colours(block);
        for (text, grounds, least) in PAIRS {
            for ground in *grounds {
                let found = contrast(colours[text], colours[ground]);
                assert!(found >= *least, "{theme}: {text} on {ground} has {found:.2}, and needs {least}");
            }
        }
    }
}

#[test]
fn all_colours_are_named_once_and_none_is_written_elsewhere() {
    let (_, rest) = STYLESHEET.split_once("prefers-color-scheme: dark").unwrap();
    let (_, rules) = rest.split_once("}\n}").unwrap();
    assert!(!rules.contains('#'), "a colour outside of the tokens: {}", rules.split('#').nth(1).unwrap());
}

#[test]
fn the_stylesheet_has_at_most_12_kibibytes_compressed() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(STYLESHEET.as_bytes()).unwrap();
    let size = packed.finish().unwrap().len();
    assert!(size <= 12 * 1024, "{size} bytes");
}
