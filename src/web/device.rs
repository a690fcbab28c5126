//! The device that a request came from, in words: the browser and the system that its user agent names.

use crate::language::{ToVariable as _, Words};

/// What a user agent has in it, and the name. The first that is found counts: later ones are also in those before.
const BROWSERS: [(&str, &str); 11] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 8] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];
/// The longest name of a program that is told, in characters.
const LONGEST: usize = 40;

/// "Firefox on Linux", or the name of a program such as "curl".
pub fn device(words: &Words, user_agent: Option<&str>) -> String {
    let Some(text) = user_agent.map(str::trim).filter(|text| !text.is_empty()) else {
        return words.say("device-unknown", &[]);
    };
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(part, _)| text.contains(part)).map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => {
            words.say("device-on", &[("program", browser.variable()), ("system", system.variable())])
        }
        (Some(name), None) => name.to_owned(),
        _ => text.split(['/', ' ']).next().unwrap_or(text).chars().take(LONGEST).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::device;
    use crate::language::{Language, Languages};

    #[test]
    fn devices_are_told_in_words() {
        let words = Languages::read().unwrap().words(Language::English);
        let say = |text: &str| device(&words, Some(text));
        let linux = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(say(linux), "Firefox on Linux");
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(say(edge), "Edge on Windows");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1";
        assert_eq!(say(phone), "Safari on iPhone");
        assert_eq!(say("curl/8.14.1"), "curl");
        assert_eq!(say(" "), device(&words, None));
    }
}
