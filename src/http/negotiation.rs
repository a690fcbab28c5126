//! Which form of an error a client asks for, by its `Accept` header (RFC 9110 section 12.5.1).

use axum::http::{HeaderMap, header};

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

/// Whether the client asks for HTML rather than JSON. Between equal qualities the more exact range decides, as in
/// `text/html, */*`, and then JSON. `*/*` alone, or no header, asks for nothing in particular: JSON.
pub fn asks_for_html(headers: &HeaderMap) -> bool {
    let accept = || headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let wish = |media_type: &str| {
        let ranges = accept().flat_map(|value| value.split(','));
        let fitting = ranges.filter_map(|range| preference(range, media_type));
        // The most exact range that fits decides, whatever its quality.
        fitting.max_by_key(|found| (found.named, found.quality)).unwrap_or_default()
    };
    let html = wish("text/html");
    let json = wish("application/problem+json").max(wish("application/json"));
    html.quality > 0 && html.named > Named::Any && html > json
}

/// What a range says of that type, if the type is in it. Of its parameters only the quality counts.
fn preference(range: &str, media_type: &str) -> Option<Preference> {
    let mut parts = range.split(';').map(str::trim);
    let range = parts.next()?.to_ascii_lowercase();
    let group = media_type.split('/').next()?;
    let named = if range == media_type {
        Named::Exactly
    } else if range.strip_suffix("/*") == Some(group) {
        Named::Group
    } else if range == "*/*" {
        Named::Any
    } else {
        return None;
    };
    let weight =
        parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("q"));
    let quality = weight.map_or(Some(1000), |(_, value)| thousandths(value))?;
    Some(Preference { quality, named })
}

/// `0`, `0.5`, `1.000`.
fn thousandths(quality: &str) -> Option<u16> {
    let (whole, rest) = quality.split_once('.').unwrap_or((quality, ""));
    if !["0", "1"].contains(&whole) || rest.len() > 3 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{whole}{rest:0<3}").parse().ok().filter(|thousandths| *thousandths <= 1000)
}
