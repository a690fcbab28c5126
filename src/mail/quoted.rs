//! Words of others in a mail of ours: they are put in quotation marks, cut, and make no links.
//!
//! A person who makes an account chooses the names that strangers read in the mails that invite them.

use crate::text::linkable::{broken_up, is_format};

const NAME: usize = 60;
/// Longer than a name: browsers name themselves at the end of a long line.
const DEVICE: usize = 120;
/// The most names that are listed.
const LISTED: usize = 10;

/// The name of a person, an organisation or a key.
pub fn name(name: &str) -> String {
    quoted(name, NAME)
}

/// The name that a program gives itself.
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
