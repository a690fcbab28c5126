//! Which passwords are accepted: not those that are tried first.
//!
//! NIST SP 800-63B: a length, a list of common ones, words of the context; no rules of composition.

use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;
use utoipa::ToSchema;

use super::{LONGEST, SHORTEST, blocklist, patterns};

/// Runs and doublings make a password no longer: this much must be left.
const WORTH: usize = 6;
/// Of digits and signs alone there are fewer.
const WORTH_WITHOUT_LETTERS: usize = 8;
/// A text is looked at up to here once it is spelt out.
const MOST_LETTERS: usize = 2048;
/// Of a name that has more parts, the rest does not matter.
const MOST_WORDS: usize = 256;
/// Shorter parts of names are in many words.
const SHORTEST_WORD: usize = 3;
/// Words that make a password no stronger when they are added to a name.
const FILLERS: &[&str] = &[
    "oskar",
    "password",
    "passwort",
    "passwd",
    "passw",
    "pass",
    "admin",
    "administrator",
    "root",
    "user",
    "login",
    "welcome",
    "willkommen",
    "secret",
    "letmein",
    "changeme",
    "default",
    "test",
    "testing",
    "guest",
    "master",
    "iloveyou",
    "qwerty",
    "azerty",
    "abc",
    "the",
    "my",
    "is",
    "new",
    "team",
    "spring",
    "summer",
    "autumn",
    "winter",
];

/// Who a password is for, and where: words that are no secret.
#[derive(Clone, Debug)]
pub struct Context {
    words: Vec<Vec<char>>,
}

impl Context {
    /// For an account of this address, at the server with this URL.
    pub fn new(public_url: &str, email: &str) -> Self {
        let host = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or_default();
        let words = FILLERS.iter().map(|word| word.chars().collect()).collect();
        Self { words }.and([host]).and(email.split('@')).and([email])
    }

    /// Also these: names of the person and of organisations.
    #[must_use]
    pub fn and<'w>(mut self, names: impl IntoIterator<Item = &'w str>) -> Self {
        for name in names {
            let name = normalised(name);
            let parts = name.split(|c: &char| !c.is_alphanumeric()).map(<[char]>::to_vec);
            let whole = name.iter().copied().filter(|c| c.is_alphanumeric()).collect();
            // The user name `bob77` has the word `bob` in it.
            let letters = name.iter().copied().filter(|c| c.is_alphabetic()).collect();
            let long = |word: &Vec<char>| {
                word.len() >= SHORTEST_WORD || word.iter().any(|c| !c.is_ascii()) && word.len() > 1
            };
            self.words.extend(parts.chain([whole, letters]).filter(long));
            self.words.truncate(MOST_WORDS + FILLERS.len());
        }
        self
    }

    /// The words that are about this very account.
    pub fn words(&self) -> impl Iterator<Item = String> {
        self.words.iter().skip(FILLERS.len()).map(|word| word.iter().collect())
    }
}

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PasswordReasonCode)]
pub enum Reason {
    /// Shorter than 12 characters in its normal form, or longer than 256.
    Length,
    /// A repetition or a run of neighbouring keys.
    Repetitive,
    /// One that attackers try first, with or without additions.
    Common,
    /// Names of the person, the organisation or the service, and nothing else.
    Personal,
    /// A thousand guesses find it: its score is 0.
    Guessable,
}

impl Reason {
    /// What is wrong, and what to do.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Length => "a password has 12 to 256 characters",
            Self::Repetitive => {
                "this is a repetition or a run of neighbouring keys, which is soon guessed: take four random words or more"
            }
            Self::Common => {
                "this is one of the passwords that everybody tries, or one with digits, signs or capitals added: take four random words or more"
            }
            Self::Personal => {
                "this consists of your name, your address, your organisation or the name of this service, which is soon guessed: take four random words or more"
            }
            Self::Guessable => "this is guessed at once: take four random words or more",
        }
    }
}

/// All that speaks against a password. Nothing: it is accepted.
pub fn judge(password: &str, context: &Context) -> Vec<Reason> {
    let text = normalised(password);
    let mut reasons = Vec::new();
    if !(SHORTEST..=LONGEST).contains(&password.chars().count()) {
        reasons.push(Reason::Length);
    }
    let written: Vec<char> = password.chars().collect();
    let root = patterns::root(&text);
    let digits = text.iter().any(char::is_ascii_digit) && !text.iter().any(|c| c.is_alphabetic());
    let enough = if digits { WORTH_WITHOUT_LETTERS } else { WORTH };
    if is_repetition(&written) || is_repetition(&text) || patterns::worth_by_turns(root, enough) < enough {
        reasons.push(Reason::Repetitive);
    }
    let made_of = made_of(&text, context);
    if made_of == Some(Made::OfContext) {
        reasons.push(Reason::Personal);
    }
    if blocklist::covers(&text) || made_of == Some(Made::OfFillers) {
        reasons.push(Reason::Common);
    }
    reasons
}

/// Whether a text repeats what would be too short by itself.
fn is_repetition(text: &[char]) -> bool {
    let root = patterns::root(text);
    root.len() < text.len() && root.len() < SHORTEST
}

/// Without case, and without the difference between letters that look the same (NFKC).
fn normalised(text: &str) -> Vec<char> {
    // A single character may become many.
    text.nfkc().flat_map(char::to_lowercase).take(MOST_LETTERS).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    OfFillers,
    OfContext,
}

/// Whether a text can be cut into words of the context, with digits, signs and runs between them that are worth
/// no more than an addition.
fn made_of(text: &[char], context: &Context) -> Option<Made> {
    // For each place: what it costs to get there by additions alone, with fillers, and with words of the context.
    let mut costs = vec![[usize::MAX; 3]; text.len() + 1];
    costs[0][0] = 0;
    for at in 0..text.len() {
        let here = costs[at];
        if here.iter().all(|cost| *cost > blocklist::ADDITION) {
            continue;
        }
        let rest = &text[at..];
        let run = patterns::run(rest);
        let mut steps = Vec::new();
        if run > 1 {
            steps.push((run, 2, 0));
        }
        if !rest[0].is_alphabetic() {
            steps.push((1, usize::from(rest[0].is_alphanumeric() || !rest[0].is_whitespace()), 0));
        }
        for (place, word) in context.words.iter().enumerate() {
            if word.len() <= rest.len() && word.iter().zip(rest).all(|(letter, c)| reads_as(*c, *letter)) {
                steps.push((word.len(), 0, if place < FILLERS.len() { 1 } else { 2 }));
            }
        }
        for (length, price, kind) in steps {
            for (state, cost) in here.iter().enumerate() {
                let there = &mut costs[at + length][Ord::max(state, kind)];
                *there = Ord::min(*there, cost.saturating_add(price));
            }
        }
    }
    let [_, fillers, words] = costs[text.len()];
    if words <= blocklist::ADDITION {
        Some(Made::OfContext)
    } else if fillers <= blocklist::ADDITION {
        Some(Made::OfFillers)
    } else {
        None
    }
}

fn reads_as(character: char, letter: char) -> bool {
    character == letter || blocklist::letters(character).contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        Context::new("https://login.bluesky.example:8443/auth", "ana.ruiz77@mail.acme.example")
            .and(["Ana María Ruiz", "Blue Sky GmbH", "blue-sky"])
            .and(Some("anita"))
    }

    #[test]
    fn what_is_refused_and_why() {
        use Reason::{Common, Length, Personal, Repetitive};
        for (password, reason) in [
            ("short", Length),
            ("🔑🐎🔋", Length),
            ("正確な馬電池", Length),
            ("aaaaaaaaaaaa", Repetitive),
            ("123456789012", Repetitive),
            ("qwertyuiop12", Repetitive),
            ("abcabcabcabc", Repetitive),
            ("1q2w3e4r5t6y", Repetitive),
            ("horse!horse!", Repetitive),
            ("AAAAAAAAaaaa", Repetitive),
            ("Password1234", Common),
            ("ｐａｓｓｗｏｒｄ９９", Common),
            ("P@55w0rd!2024", Common),
            ("Summer2024!!!", Common),
            ("welcome admin 1", Common),
            ("ana.ruiz77@mail.acme.example", Personal),
            ("AnaRuiz-2024", Personal),
            ("4n4.Ru1z!2024", Personal),
            ("Blue Sky 2024", Personal),
            ("bluesky-password", Personal),
            ("anita-anita-1", Personal),
            ("MaríaRuiz1999", Personal),
            ("oskar-oskar-123", Common),
            ("login.bluesky.example", Personal),
        ] {
            let found = judge(password, &context());
            assert!(found.contains(&reason), "{password}: {found:?}");
        }
    }

    /// A64: with what people add to them, too.
    #[test]
    fn the_most_frequent_are_refused_whatever_is_added() {
        let mut missed = Vec::new();
        for word in include_str!("../../tests/it/top-3000.txt").lines().step_by(7) {
            let capital: String =
                word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
            let plain = word.chars().all(char::is_alphabetic);
            let read = if plain { word } else { "password" };
            let read = read.replace('a', "@").replace('o', "0").replace('e', "3").replace('s', "$");
            for password in [
                word.to_owned(),
                format!("{word}{word}"),
                format!("{word}{word}{word}"),
                format!("{word}1234567890"),
                format!("{capital}2024!"),
                format!("!!{}!!", word.to_uppercase()),
                format!("{read}!!!"),
                word.chars().flat_map(|letter| [letter, ' ']).collect(),
            ] {
                if judge(&password, &context()).is_empty() {
                    missed.push(password);
                }
            }
        }
        assert_eq!(missed, [""; 0]);
    }

    #[test]
    fn what_is_accepted() {
        for password in [
            "correct horse battery staple",
            "a long lower case phrase",
            "blue sky over the acme",
            "ana and the whale",
            "🔑🐎🔋🌵🎈🧲🪁🦔🪗🧩🎻🪣",
            "正確な馬と電池とホチキス",
            "dragon-4820-1937-5561",
            "tr0ub4dor&3tr0ub4dor&3x",
            "an examination of bananas",
            &"Kx8".repeat(4).replacen('8', "q7", 2),
        ] {
            assert_eq!(judge(password, &context()), [], "{password}");
        }
    }

    #[test]
    fn the_longest_is_judged_in_little_time() {
        let names: Vec<String> = (0..2000).map(|n| format!("{n:03}x")).collect();
        let context = context().and([names.join(" ").as_str()]);
        assert_eq!(context.words().count(), MOST_WORDS);
        let hostile = "\u{fdfa}".repeat(256);
        assert_eq!(judge(&hostile, &context).first(), Some(&Reason::Repetitive));
        assert_eq!(normalised(&hostile).len(), MOST_LETTERS);
        assert_eq!(judge("", &context), [Reason::Length, Reason::Repetitive]);
    }
}
