//! Which form of an answer a client asks for, by its `Accept` header (RFC 9110 section 12.5.1).

use axum::http::{HeaderMap, header};

pub(super) const HTML_TYPE: &str = "text/html";
/// What an error can be written as; for clients that ask for nothing in particular the first.
pub(super) const FORMS: [&str; 3] = ["application/problem+json", "application/json", HTML_TYPE];

/// How much a client wants a media type: the quality in thousandths, then how exactly a range names the type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Preference {
    quality: u16,
    named: Named,
}

/// How exactly a media range names a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    /// `*/*`
    #[default]
    Any,
    /// `text/*`
    Group,
    /// `text/html`
    Exactly,
}

/// The offered media type that the client prefers. Between equal qualities the more exact range decides, as in
/// `text/html, */*`, and then the order of the offers. The first one is also for clients that name none of them, that send
/// no header, or one that is not well-formed: Java's `HttpURLConnection` sends `text/html, …, *; q=.2` by itself, for
/// programs that never asked for HTML.
pub fn preferred<'o>(headers: &HeaderMap, offers: &[&'o str]) -> Option<&'o str> {
    let accept = || headers.get_all(header::ACCEPT).iter();
    // What most programs send; nothing is taken apart for them.
    if accept().all(|value| value == "*/*") {
        return offers.first().copied();
    }
    let ranges: Option<Vec<_>> = accept()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .filter(|range| !range.is_empty())
        .map(Range::parse)
        .collect();
    let ranges = ranges.unwrap_or_default();
    let wish = |offer: &str| {
        // The most exact range that fits decides, whatever its quality.
        let fitting = ranges.iter().filter_map(|range| Some((range.names(offer)?, range.quality)));
        match fitting.max() {
            // 0: not acceptable.
            None | Some((_, 0)) => Preference::default(),
            Some((named, quality)) => Preference { quality, named },
        }
    };
    // Of equal ones `max_by_key` takes the last.
    offers.iter().rev().copied().max_by_key(|offer| wish(offer))
}

struct Range {
    media_type: String,
    quality: u16,
}

impl Range {
    /// Of its parameters only the quality counts.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let media_type = parts.next()?.to_ascii_lowercase();
        media_type.split_once('/').filter(|(group, name)| !group.is_empty() && !name.is_empty())?;
        let weight =
            parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("q"));
        let quality = weight.map_or(Some(1000), |(_, value)| thousandths(value))?;
        Some(Self { media_type, quality })
    }

    /// How exactly it names that type; `None` if the type is not in it.
    fn names(&self, media_type: &str) -> Option<Named> {
        let group = self.media_type.strip_suffix("/*");
        if self.media_type == media_type {
            Some(Named::Exactly)
        } else if group.is_some() && group == media_type.split('/').next() {
            Some(Named::Group)
        } else {
            (group == Some("*")).then_some(Named::Any)
        }
    }
}

/// `0`, `0.5`, `1.000`.
fn thousandths(quality: &str) -> Option<u16> {
    let (whole, rest) = quality.split_once('.').unwrap_or((quality, ""));
    if !["0", "1"].contains(&whole) || rest.len() > 3 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{whole}{rest:0<3}").parse().ok().filter(|thousandths| *thousandths <= 1000)
}
