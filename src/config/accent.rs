//! The product's accent colour: whether it can be read where pages show it, and its shades by day and by night.

use std::fmt;
use std::str::FromStr;

/// What contrast text needs (WCAG 2.2, 1.4.3).
const ENOUGH: f64 = 4.5;
/// What links have by night, where bright text on dark ground tires less if there is some to spare.
const AMPLE: f64 = 6.0;

const WHITE: Colour = Colour([255, 255, 255]);
const BLACK: Colour = Colour([0, 0, 0]);
/// The grounds of the stylesheet that links stand on.
const PAGE: Colour = Colour([0xf7, 0xf6, 0xf3]);
const CARD: Colour = WHITE;
const DARK_PAGE: Colour = Colour([0x12, 0x17, 0x1d]);
const DARK_CARD: Colour = Colour([0x1a, 0x21, 0x29]);
/// Text on an accent that is bright.
const NEAR_BLACK: Colour = Colour([0x0d, 0x11, 0x16]);

/// A colour as screens have it: red, green, blue (sRGB).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl FromStr for Colour {
    type Err = ();

    /// `#0B6E69`
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits =
            text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii()).ok_or(())?;
        let part = |from: usize| {
            let digits = digits[from..from + 2].bytes().all(|digit| digit.is_ascii_hexdigit());
            digits.then_some(from)
        };
        let value = |from: usize| {
            part(from).and_then(|from| u8::from_str_radix(&digits[from..from + 2], 16).ok()).ok_or(())
        };
        Ok(Self([value(0)?, value(2)?, value(4)?]))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([red, green, blue]) = self;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Colour {
    /// The relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast ratio of the two, from 1 to 21 (WCAG 2.2).
    fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The colour between this one and another one, `hundredths` of the way there.
    fn towards(self, other: Self, hundredths: u16) -> Self {
        let mix = |from: u8, to: u8| {
            let sum = u16::from(from) * (100 - hundredths) + u16::from(to) * hundredths;
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        let ([r, g, b], [to_r, to_g, to_b]) = (self.0, other.0);
        Self([mix(r, to_r), mix(g, to_g), mix(b, to_b)])
    }

    /// The same, further from grey: what is mixed with white looks washed out.
    fn vivid(self) -> Self {
        let Self([red, green, blue]) = self;
        let grey = (i32::from(red) + i32::from(green) + i32::from(blue)) / 3;
        let further = |part: u8| {
            let part = grey + (i32::from(part) - grey) * 9 / 5;
            u8::try_from(part.clamp(0, 255)).unwrap_or(u8::MAX)
        };
        Self([further(red), further(green), further(blue)])
    }

    /// The first mixture on the way to `other` that `is_good`, else `other`.
    fn until(self, other: Self, is_good: impl Fn(Self) -> bool) -> Self {
        (0..100)
            .map(|hundredths| self.towards(other, hundredths))
            .find(|mixed| is_good(*mixed))
            .unwrap_or(other)
    }
}

/// The colours that the accent stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shades {
    /// The colour of buttons and links.
    accent: Colour,
    /// The text on a button.
    on_accent: Colour,
    /// A button under the pointer.
    hover: Colour,
    /// The ground of links in what is chosen.
    tint: Colour,
}

/// An accent that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    day: Shades,
    night: Shades,
}

impl Accent {
    /// The shades of a colour.
    ///
    /// # Errors
    /// What its contrast is, and which colour would do.
    pub fn new(accent: Colour) -> Result<Self, String> {
        let reads = |colour: Colour| [PAGE, CARD].iter().all(|ground| colour.contrast(*ground) >= ENOUGH);
        if !reads(accent) {
            let (ratio, darker) = (accent.contrast(PAGE), accent.until(BLACK, reads));
            return Err(format!(
                "is {accent}: its contrast with the page ({PAGE}) is {:.1} to 1, and links need {ENOUGH} (WCAG 2.2, 1.4.3). {darker} would do",
                // Not rounded up to what would be enough.
                (ratio * 10.0).floor() / 10.0
            ));
        }
        // What is read on the page is dark enough for white text on it.
        let day = Shades {
            accent,
            on_accent: WHITE,
            hover: accent.towards(BLACK, 22),
            tint: accent.towards(CARD, 86).until(CARD, |tint| accent.contrast(tint) >= ENOUGH),
        };
        let is_bright = |colour: Colour| {
            [DARK_PAGE, DARK_CARD, NEAR_BLACK].iter().all(|ground| colour.vivid().contrast(*ground) >= AMPLE)
        };
        let bright = accent.until(WHITE, is_bright).vivid();
        let night = Shades {
            accent: bright,
            on_accent: NEAR_BLACK,
            hover: bright.towards(WHITE, 30),
            tint: DARK_CARD.towards(bright, 16).until(DARK_CARD, |tint| bright.contrast(tint) >= ENOUGH),
        };
        Ok(Self { day, night })
    }

    /// The stylesheet that puts it in the place of our own.
    pub fn stylesheet(&self) -> String {
        let properties = |shades: &Shades| {
            let Shades { accent, on_accent, hover, tint } = shades;
            format!("--accent:{accent};--on-accent:{on_accent};--accent-hover:{hover};--accent-tint:{tint}")
        };
        format!(
            ":root{{{}}}\n@media (prefers-color-scheme:dark){{:root{{{}}}}}\n",
            properties(&self.day),
            properties(&self.night)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    #[test]
    fn contrasts_are_those_of_wcag() {
        for (one, other, ratio) in [
            ("#000000", "#ffffff", 21.0),
            ("#777777", "#ffffff", 4.48),
            ("#0B6E69", "#FFFFFF", 6.1),
            ("#0B6E69", "#F7F6F3", 5.6),
            ("#4CC7BD", "#1A2129", 7.9),
        ] {
            let found = colour(one).contrast(colour(other));
            assert!((found - ratio).abs() < 0.06, "{one} on {other}: {found}");
        }
        for bad in
            ["", "#fff", "0B6E69", "#0B6E6", "#0B6E699", "#0B6E6g", "#+1+2+3", "#äää", "teal", "#0B6E69;"]
        {
            assert_eq!(bad.parse::<Colour>(), Err(()), "{bad}");
        }
    }

    #[test]
    fn a_colour_that_cannot_be_read_is_refused_with_one_that_can() {
        for bad in ["#ffffff", "#ffd400", "#ff0000", "#00a2ff", "#7a7a7a", "#4cc7bd"] {
            let told = Accent::new(colour(bad)).unwrap_err();
            let better = told.rsplit(". ").next().unwrap().split(' ').next().unwrap();
            assert!(Accent::new(colour(better)).is_ok(), "{told}");
        }
        let told = Accent::new(colour("#ff0000")).unwrap_err();
        assert!(told.contains("is 3.6 to 1, and links need 4.5"), "{told}");
    }

    #[test]
    fn the_grounds_are_those_of_the_stylesheet() {
        let stylesheet = include_str!("../../static/oskar.css");
        for (page, card) in [(PAGE, CARD), (DARK_PAGE, DARK_CARD)] {
            let declared = format!("--page: {page}; --card: {card};");
            assert!(stylesheet.contains(&declared), "the stylesheet has no {declared}");
        }
    }

    /// Of all colours, in steps.
    #[test]
    fn whatever_is_taken_can_be_read_by_day_and_by_night() {
        let steps = || (0..=255_u8).step_by(15);
        let mut taken = 0;
        for (red, green, blue) in
            steps().flat_map(|r| steps().flat_map(move |g| steps().map(move |b| (r, g, b))))
        {
            let Ok(Accent { day, night }) = Accent::new(Colour([red, green, blue])) else { continue };
            taken += 1;
            for (shades, page, card) in [(day, PAGE, CARD), (night, DARK_PAGE, DARK_CARD)] {
                let Shades { accent, on_accent, hover, tint } = shades;
                for (text, ground) in
                    [(accent, page), (accent, card), (accent, tint), (on_accent, accent), (on_accent, hover)]
                {
                    assert!(text.contrast(ground) >= ENOUGH, "{text} on {ground}: {shades:?}");
                }
            }
        }
        assert!(taken > 500, "{taken}");
    }
}
