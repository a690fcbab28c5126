//! Words of others in a mail of ours: they are told apart from what we say, are short, and lead nowhere.
//!
//! Whoever makes an account chooses what is said here to anybody whom they invite.

use crate::linkable::{broken_up, is_format};

const NAME: usize = 60;
/// Browsers say what they are at the end of a long line.
const DEVICE: usize = 120;
/// So many names are listed.
const LISTED: usize = 10;

/// The name of a person, an organisation or a key.
pub fn name(name: &str) -> String {
    quoted(name, NAME)
}

/// What a program says that it is.
pub fn device(user_agent: &str) -> String {
    quoted(user_agent, DEVICE)
}

/// Several names.
pub fn names(all: &[String]) -> String {
    let mut listed: Vec<_> = all.iter().take(LISTED).map(|each| name(each)).collect();
    if all.len() > LISTED {
        listed.push(format!("{} more", all.len() - LISTED));
    }
    listed.join(", ")
}

fn quoted(text: &str, longest: usize) -> String {
    let seen = text.chars().filter(|char| !is_format(*char)).map(|char| match char {
        // Quotation marks would end the quotation.
        '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '〝' | '〞' | '〟' | '＂' | '❝' | '❞' => {
            '\''
        }
        char if char.is_control() => ' ',
        char => char,
    });
    let seen: String = seen.collect();
    let seen = seen.trim();
    let mut short: String = seen.chars().take(longest).collect();
    if short.len() < seen.len() {
        short.pop();
        short.push('…');
    }
    format!("“{}”", broken_up(&short))
}
