//! Searching texts for a part of them, whatever its case.

use sea_orm::IntoSimpleExpr;
use sea_orm::sea_query::{Expr, ExprTrait as _, Func, LikeExpr};

/// Stands before a sign that `LIKE` would take for any text. Not a backslash, which the two databases read differently.
const ESCAPE: char = '!';

/// A part of a text that is looked for.
///
/// Databases fold the case of ASCII alike, and of other letters by their locale or not at all. So the database narrows
/// down by what is ASCII, and [`Search::finds`] has the last word.
#[derive(Clone, Debug)]
pub struct Search {
    folded: String,
    /// In ASCII.
    pattern: String,
}

impl Search {
    /// Looks for that text.
    pub fn new(text: &str) -> Self {
        let mut pattern = String::from("%");
        for char in text.chars() {
            match char {
                // Other letters may be of another case, which may be of another length.
                _ if !char.is_ascii() || char == '\0' => {
                    if !pattern.ends_with('%') || pattern.ends_with("!%") {
                        pattern.push('%');
                    }
                }
                '%' | '_' | ESCAPE => pattern.extend([ESCAPE, char]),
                _ => pattern.push(char.to_ascii_lowercase()),
            }
        }
        pattern.push('%');
        Self { folded: text.to_lowercase(), pattern }
    }

    /// Whether the text has it.
    pub fn finds(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.folded)
    }

    /// In SQL what may have it: every text in which [`Search::finds`] finds it, but for letters outside ASCII whose lower
    /// case has some of ASCII (the sign for kelvin, `İ`).
    pub(super) fn may_be_in(&self, column: impl IntoSimpleExpr) -> Expr {
        let like = LikeExpr::new(self.pattern.clone()).escape(ESCAPE);
        Expr::expr(Func::lower(column.into_simple_expr())).like(like)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_patterns_stand_for_themselves_and_other_letters_for_anything() {
        for (text, pattern) in [
            ("Ana", "%ana%"),
            ("50%", "%50!%%"),
            ("a_b!c", "%a!_b!!c%"),
            ("Ä", "%%"),
            ("éé%é", "%!%%%"),
            ("ÄrGeR ö", "%rger %%"),
        ] {
            assert_eq!(Search::new(text).pattern, pattern, "{text}");
        }
        let search = Search::new("ÄRGER_ß%");
        assert!(search.finds("viel Ärger_ß% hier") && !search.finds("Ärger ß%"));
    }
}
