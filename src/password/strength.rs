//! How many guesses a password would take, and how to make a better one (zxcvbn).

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Context, blocklist};

/// zxcvbn looks at every part of a text: its time grows with the square of the length.
const LOOKED_AT: usize = 100;
/// And it reads look-alikes of letters in every way: so much less of a text that is full of them.
const LOOK_ALIKES: usize = 6;
const LOOKED_AT_WITH_LOOK_ALIKES: usize = 28;

/// How hard a password is to guess. It is advice, except where `acceptable` is false or a password was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PasswordStrength)]
pub struct Strength {
    /// 0 (guessed at once) to 4 (very hard to guess).
    #[schema(maximum = 4, example = 1)]
    pub score: u8,
    /// What is wrong with it.
    #[schema(example = "This is similar to a commonly used password.")]
    pub warning: Option<String>,
    /// How to make a better one.
    #[schema(example = json!(["Add another word or two. Uncommon words are better."]))]
    pub suggestions: Vec<String>,
}

/// No refused password is stronger, whatever zxcvbn thinks: it does not know our list.
const BEST_REFUSED: u8 = 1;
const ADVICE: &str = "Add another word or two. Uncommon words are better.";

impl Strength {
    /// Takes milliseconds: for the pool that hashes, not for a thread that answers requests.
    pub fn measure(password: &str, context: &Context) -> Self {
        let look_alikes: BTreeSet<char> =
            password.chars().filter(|c| !blocklist::letters(*c).is_empty() || "{[<%×".contains(*c)).collect();
        let looked_at = if look_alikes.len() > LOOK_ALIKES { LOOKED_AT_WITH_LOOK_ALIKES } else { LOOKED_AT };
        let beginning: String = password.chars().take(looked_at).collect();
        let words: Vec<String> = context.words().collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let entropy = zxcvbn::zxcvbn(&beginning, &words);
        let feedback = entropy.feedback();
        Self {
            score: entropy.score().into(),
            warning: feedback.and_then(zxcvbn::feedback::Feedback::warning).map(|text| text.to_string()),
            suggestions: feedback.map_or_else(Vec::new, |feedback| {
                feedback.suggestions().iter().map(ToString::to_string).collect()
            }),
        }
    }

    /// The same, now that the password was refused.
    #[must_use]
    pub fn of_a_refused_one(mut self) -> Self {
        self.score = self.score.min(BEST_REFUSED);
        if self.suggestions.is_empty() {
            self.suggestions.push(ADVICE.to_owned());
        }
        self
    }
}
