//! The product's logo: a file, read at the start.

use std::path::Path;
use std::sync::Arc;

use super::asset_path::asset_path;

/// The largest file, in bytes: it is shown small, on every page.
const LARGEST: u64 = 256 * 1024;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture that pages show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// Shared: each page has a copy of the product.
    pub bytes: Arc<[u8]>,
    pub media_type: &'static str,
    /// Where it is served; another one for another picture.
    pub path: String,
}

impl Logo {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let shown = file.display();
        let failed = |error: std::io::Error| format!("is {shown}, which cannot be read: {error}");
        let size = std::fs::metadata(file).map_err(failed)?.len();
        if size > LARGEST {
            return Err(format!("is {shown}, which has {size} bytes: it may have {LARGEST}"));
        }
        let bytes = std::fs::read(file).map_err(failed)?;
        let (media_type, ending) = if bytes.starts_with(PNG) {
            ("image/png", "png")
        } else if is_svg(&bytes) {
            ("image/svg+xml", "svg")
        } else {
            return Err(format!("is {shown}, which is neither SVG nor PNG"));
        };
        let path = asset_path("logo", &bytes, ending);
        Ok(Self { bytes: bytes.into(), media_type, path })
    }
}

/// Whether a document type has declarations in brackets (XML 1.0 section 2.8).
fn opens_subset(document_type: &str) -> bool {
    document_type.find(['>', '[']).is_some_and(|end| document_type[end..].starts_with('['))
}

/// Whether it is XML whose first element is `svg`.
fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            // With declarations of its own, as drawing programs write them.
            _ if rest.starts_with("<!DOCTYPE") && opens_subset(rest) => "]>",
            _ if rest.starts_with("<!DOCTYPE") => ">",
            _ => break,
        };
        let Some((_, after)) = rest.split_once(end) else { return false };
        rest = after.trim_start();
    }
    rest.strip_prefix("<svg")
        .is_some_and(|rest| rest.starts_with(|char: char| char.is_whitespace() || char == '>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_told_by_what_is_in_it() {
        for good in [
            "<svg xmlns='http://www.w3.org/2000/svg'/>",
            "<!DOCTYPE svg PUBLIC 'x' 'y' [\n<!ENTITY ns 'http://www.w3.org/2000/svg'>\n]><svg xmlns='&ns;'/>",
            "\u{feff}<?xml version='1.0'?>\n<!-- > -->\n<!DOCTYPE svg PUBLIC 'x' 'y'>\n<svg>",
        ] {
            assert!(is_svg(good.as_bytes()), "{good}");
        }
        for bad in ["", "<html><svg/></html>", "<svgx/>", "svg", "<!-- <svg/>", "<script/><svg/>", "GIF89a"] {
            assert!(!is_svg(bad.as_bytes()), "{bad}");
        }
        assert!(!is_svg(b"<svg \xff"));
    }

    #[test]
    fn only_a_small_picture_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str, bytes: &[u8]| {
            let file = folder.path().join(name);
            std::fs::write(&file, bytes).unwrap();
            Logo::read(&file)
        };
        let logo = read("a.txt", PNG).unwrap();
        assert_eq!(logo.media_type, "image/png");
        assert!(logo.path.starts_with("/assets/logo-"), "{}", logo.path);
        assert_eq!(logo.path.rsplit('.').next(), Some("png"));
        assert_ne!(read("b.png", b"\x89PNG\r\n\x1a\nx").unwrap().path, logo.path);
        assert!(read("c.png", b"<html>").unwrap_err().contains("neither SVG nor PNG"));
        assert!(read("d.svg", &vec![b' '; 300_000]).unwrap_err().contains("300000 bytes"));
        assert!(Logo::read(&folder.path().join("none.svg")).unwrap_err().contains("cannot be read"));
        assert!(Logo::read(folder.path()).is_err(), "a folder");
    }
}
