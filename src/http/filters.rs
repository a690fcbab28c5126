//! What templates do with values: words of the visitor's language, times, states.
//!
//! | written | gives |
//! | --- | --- |
//! | `{{ "keys-title"\|t }}` | the text of that name |
//! | `{{ "keys-count"\|t1("count", total) }}` | the same with a variable; `t2` with two |
//! | `{{ role.as_str()\|word("role") }}` | the text `role-admin`: a word for a value of a small set |
//! | `{{ time\|ago }}` | a `<time>` with words such as "5 min ago" and the exact time behind |
//! | `{{ time\|day }}` | a `<time>` with the day |
//! | `{{ time\|day_text }}` | the day as plain text, for drawings |

#![expect(clippy::inline_always, reason = "askama's macro writes it")]

use askama::Values;
use askama::filters::Safe;

use super::look::Look;
use crate::clock::Timestamp;
use crate::language::{ToVariable, Words};

fn look(values: &dyn Values) -> askama::Result<&Look> {
    askama::get_value::<Look>(values, "look")
}

/// The text of that name.
#[askama::filter_fn]
pub fn t(name: impl AsRef<str>, values: &dyn Values) -> askama::Result<String> {
    Ok(look(values)?.words.say(name.as_ref(), &[]))
}

/// The text of that name with a variable.
#[askama::filter_fn]
pub fn t1<V: ToVariable>(
    name: impl AsRef<str>,
    values: &dyn Values,
    variable: &str,
    value: V,
) -> askama::Result<String> {
    Ok(look(values)?.words.say(name.as_ref(), &[(variable, value.variable())]))
}

/// The text of that name with two variables.
#[askama::filter_fn]
pub fn t2<V: ToVariable, W: ToVariable>(
    name: impl AsRef<str>,
    values: &dyn Values,
    variable: &str,
    value: V,
    other: &str,
    other_value: W,
) -> askama::Result<String> {
    let variables = [(variable, value.variable()), (other, other_value.variable())];
    Ok(look(values)?.words.say(name.as_ref(), &variables))
}

/// The word for one value of a small set: of `admin` with the prefix `role` the text `role-admin`.
#[askama::filter_fn]
pub fn word(value: impl AsRef<str>, values: &dyn Values, prefix: &str) -> askama::Result<String> {
    let name = format!("{prefix}-{}", value.as_ref().replace(['_', '.', ':'], "-"));
    Ok(look(values)?.words.say(&name, &[]))
}

/// How long ago, or in how long, and exactly when behind it.
#[askama::filter_fn]
pub fn ago(time: &Timestamp, values: &dyn Values) -> askama::Result<Safe<String>> {
    let look = look(values)?;
    Ok(element(time, &relative(&look.words, look.now, *time)))
}

/// The day, and exactly when behind it.
#[askama::filter_fn]
pub fn day(time: &Timestamp, values: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(element(time, &day_in(&look(values)?.words, *time)))
}

/// The day as plain text, where no element can stand.
#[askama::filter_fn]
pub fn day_text(time: &Timestamp, values: &dyn Values) -> askama::Result<String> {
    Ok(day_in(&look(values)?.words, *time))
}

fn element(time: &Timestamp, text: &str) -> Safe<String> {
    let (exact, shown) = (time.format("%Y-%m-%dT%H:%M:%SZ"), time.format("%Y-%m-%d %H:%M:%S UTC"));
    Safe(format!(r#"<time datetime="{exact}" title="{shown}">{text}</time>"#))
}

/// A day in words, such as "3 Sep 2026".
pub fn day_in(words: &Words, time: Timestamp) -> String {
    let month = words.say(&format!("month-{}", time.format("%-m")), &[]);
    let (day, year) = (time.format("%-d").to_string(), time.format("%Y").to_string());
    words.say("day", &[("day", day.variable()), ("month", month.variable()), ("year", year.variable())])
}

/// How long ago, or in how long, in words.
pub fn relative(words: &Words, now: Timestamp, time: Timestamp) -> String {
    let ahead = time > now;
    let seconds = (now - time).abs().num_seconds();
    let (unit, count) = match seconds {
        ..60 if !ahead => return words.say("ago-now", &[]),
        ..3600 => ("minutes", seconds.max(60) / 60),
        3600..86_400 => ("hours", seconds / 3600),
        // More than a year is told by its day.
        86_400..31_536_000 => ("days", seconds / 86_400),
        _ => return day_in(words, time),
    };
    let direction = if ahead { "in" } else { "ago" };
    words.say(&format!("{direction}-{unit}"), &[("count", count.variable())])
}
