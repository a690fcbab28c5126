//! What is filled into texts.

use std::borrow::Cow;

use fluent_bundle::FluentValue;

/// A variable and its name in the text.
pub type Named<'a> = (&'a str, Variable<'a>);

/// What is filled into a text: words, or a number that the text's plural form depends on.
#[derive(Clone, Debug)]
pub enum Variable<'a> {
    Words(Cow<'a, str>),
    Number(f64),
}

impl Variable<'_> {
    pub(super) fn value(&self) -> FluentValue<'_> {
        match self {
            // Between marks that keep the order of the words around it (Unicode UAX #9, FSI and PDI).
            Self::Words(words) if words.chars().any(is_right_to_left) => {
                format!("\u{2068}{words}\u{2069}").into()
            }
            Self::Words(words) => words.as_ref().into(),
            Self::Number(number) => (*number).into(),
        }
    }
}

/// Whether a letter is of a script that is written from right to left.
const fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// What can be filled into a text.
pub trait ToVariable {
    /// As it is filled in.
    fn variable(&self) -> Variable<'_>;
}

impl ToVariable for str {
    fn variable(&self) -> Variable<'_> {
        Variable::Words(self.into())
    }
}

impl ToVariable for String {
    fn variable(&self) -> Variable<'_> {
        self.as_str().variable()
    }
}

impl ToVariable for Cow<'_, str> {
    fn variable(&self) -> Variable<'_> {
        self.as_ref().variable()
    }
}

impl<T: ToVariable + ?Sized> ToVariable for &T {
    fn variable(&self) -> Variable<'_> {
        T::variable(self)
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl ToVariable for $number {
            fn variable(&self) -> Variable<'_> {
                // Counts that people read are small.
                Variable::Number(u32::try_from(*self).map_or(f64::from(u32::MAX), f64::from))
            }
        }
    )*};
}

numbers!(i32, i64, u16, u32, u64, usize);
