//! `Accept-Language` (RFC 9110 section 12.5.4), by basic filtering (RFC 4647 section 3.3.1).

/// Of these languages the one that the header gives the greatest quality; of equal ones the first in the header.
pub(super) fn preferred<L: Copy, const N: usize>(
    header: &str,
    languages: [L; N],
    tag: impl Fn(L) -> &'static str,
) -> Option<L> {
    let mut best: Option<(u16, L)> = None;
    for range in header.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let primary = parts.next().unwrap_or_default().split('-').next().unwrap_or_default();
        let quality =
            parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok());
        let Some(quality) = quality.filter(|quality| (0.0..=1.0).contains(quality)) else { continue };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1000")]
        let quality = (quality * 1000.0) as u16;
        let Some(language) =
            languages.into_iter().find(|language| primary.eq_ignore_ascii_case(tag(*language)))
        else {
            continue;
        };
        if quality > best.map_or(0, |(quality, _)| quality) {
            best = Some((quality, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use crate::language::Language::{self, English, German};

    #[test]
    fn the_greatest_quality_decides() {
        for (header, language) in [
            ("de", German),
            ("de-AT,en;q=0.5", German),
            ("en-GB, de;q=0.9", English),
            ("de;q=0.2, en;q=0.8", English),
            ("fr, DE;q=0.3", German),
            ("de;q=0", English),
            ("fr", English),
            ("", English),
            ("de;q=nonsense, en;q=0.1", English),
            (";;,,-", English),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
