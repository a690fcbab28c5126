//! Who else's tokens sign users in: `[[issuers]]`.

use axum::http::Uri;
use chrono::TimeDelta;
use jsonwebtoken::Algorithm;

use super::is_loopback_name;
use super::reader::Reader;
use crate::jwt::{ASYMMETRIC, KeySet};
use crate::permission::Role;

/// Where an issuer's keys come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// `/.well-known/openid-configuration` says where.
    Discovery,
    Url(String),
    /// A key set, as it was written.
    Pinned(String),
}

/// Which of an issuer's tokens are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptedTokens {
    IdToken,
    AccessToken,
    Both,
}

/// An OpenID provider whose tokens sign users in.
#[derive(Clone, Debug)]
pub struct IdentityProvider {
    /// Its `iss`, letter by letter.
    pub issuer: String,
    pub enabled: bool,
    pub audience: Vec<String>,
    pub authorized_parties: Vec<String>,
    pub keys: KeySource,
    pub algorithms: Vec<Algorithm>,
    pub accept: AcceptedTokens,
    /// All of them must be in a token's `scope`.
    pub scope: Vec<String>,
    /// One of them must be a token's `acr`; empty: any or none.
    pub acr: Vec<String>,
    /// How long ago the user may have proved to the issuer who they are.
    pub max_auth_age: Option<TimeDelta>,
    /// How long after its token has expired a session is over.
    pub session_outlives: TimeDelta,
    /// As addresses are compared; with both empty every user of the issuer may come in.
    pub allowed_emails: Vec<String>,
    pub allowed_domains: Vec<String>,
    /// Slug or id of the organisation that users without an account join, if they get one, and their role there.
    pub new_users: Option<(String, Role)>,
}

/// Reads the issuers.
pub fn read(reader: &mut Reader<'_>) -> Vec<IdentityProvider> {
    let mut issuers: Vec<IdentityProvider> = Vec::new();
    for number in reader.numbers("issuers") {
        let issuer = one(reader, number);
        if issuers.iter().any(|other| other.issuer == issuer.issuer) {
            reader.problem(&format!("issuers.{number}.issuer"), "is there twice");
        }
        issuers.push(issuer);
    }
    issuers
}

fn one(reader: &mut Reader<'_>, number: u8) -> IdentityProvider {
    let key = |name: &str| format!("issuers.{number}.{name}");
    let issuer = reader.text(&key("issuer")).to_owned();
    if let Err(problem) = check_url(&issuer, reader.text("env")) {
        reader.problem(&key("issuer"), &format!("is `{issuer}`: {problem}"));
    }
    let audience = reader.list(&key("audience"));
    if audience.is_empty() {
        reader.problem(&key("audience"), "is empty: tokens for others would be taken for ours");
    }
    let algorithms = algorithms(reader, &key("algorithms"));
    let keys = key_source(reader, &key("jwks"), &algorithms);
    let role = reader.one(&key("role"), Role::Viewer);
    let organisation = reader.text(&key("organisation")).to_owned();
    let create = reader.one(&key("create_users"), false);
    if create && organisation.is_empty() {
        reader.problem(&key("organisation"), "is needed for `create_users`: new users join it");
    }
    let accept = reader.choice(
        &key("accept"),
        &[
            ("both", AcceptedTokens::Both),
            ("id_token", AcceptedTokens::IdToken),
            ("access_token", AcceptedTokens::AccessToken),
        ],
    );
    let (scope, acr) = (words(reader, &key("scope")), words(reader, &key("acr")));
    if accept == AcceptedTokens::IdToken && !scope.is_empty() {
        reader.problem(&key("scope"), "is asked of access tokens only, and `accept` is `id_token`");
    }
    let allowed_emails = reader.emails(&key("allowed_emails"));
    let allowed_domains = reader.domains(&key("allowed_domains"));
    for name in ["allowed_emails", "allowed_domains"] {
        let empty =
            reader.list(&key("allowed_emails")).is_empty() && reader.list(&key("allowed_domains")).is_empty();
        if empty && reader.written(&key(name)) {
            reader.problem(&key(name), "is empty, which would let in everybody whom the issuer knows. Remove the line if that is meant");
        }
    }
    IdentityProvider {
        accept,
        scope,
        acr,
        max_auth_age: reader.duration_or_none(&key("max_auth_age")),
        session_outlives: reader.duration_or_none(&key("session_outlives")).unwrap_or_default(),
        issuer,
        enabled: reader.one(&key("enabled"), true),
        audience,
        authorized_parties: reader.list(&key("authorized_parties")),
        keys,
        algorithms,
        allowed_emails,
        allowed_domains,
        new_users: create.then_some((organisation, role)),
    }
}

fn algorithms(reader: &mut Reader<'_>, key: &str) -> Vec<Algorithm> {
    let mut algorithms = Vec::new();
    for name in reader.list(key) {
        match name.parse::<Algorithm>() {
            Ok(algorithm) if ASYMMETRIC.contains(&algorithm) => algorithms.push(algorithm),
            Ok(_) => reader.problem(
                key,
                &format!(
                    "has {name}: every party that can check such a signature can make one. Use public keys."
                ),
            ),
            Err(_) => {
                let known: Vec<_> = ASYMMETRIC.iter().map(|known| format!("{known:?}")).collect();
                reader.problem(key, &format!("has `{name}`, which is none of {}", known.join(", ")));
            }
        }
    }
    if algorithms.is_empty() {
        reader.problem(key, "has none that is known");
    }
    algorithms
}

/// A list of texts such as stand in scopes and headers (RFC 6749 section 3.3).
fn words(reader: &mut Reader<'_>, key: &str) -> Vec<String> {
    let words = reader.list(key);
    let odd = |word: &String| {
        word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    };
    if let Some(word) = words.iter().find(|word| odd(word)) {
        reader.problem(key, &format!("has `{word}`: it must be printable ASCII without spaces and quotes"));
    }
    words
}

fn key_source(reader: &mut Reader<'_>, key: &str, algorithms: &[Algorithm]) -> KeySource {
    let given = reader.text(key).to_owned();
    if given.is_empty() {
        return KeySource::Discovery;
    }
    if given.starts_with("https://") || given.starts_with("http://") {
        if let Err(problem) = check_url(&given, reader.text("env")) {
            reader.problem(key, &format!("is `{given}`: {problem}"));
        }
        return KeySource::Url(given);
    }
    let text = if given.starts_with('{') {
        given
    } else {
        match std::fs::read_to_string(&given) {
            Ok(text) => text,
            Err(error) => {
                reader.problem(key, &format!("is the file {given}: {error}"));
                return KeySource::Discovery;
            }
        }
    };
    if let Err(problem) = KeySet::parse(&text).and_then(|set| set.public_keys(algorithms)) {
        reader.problem(key, &format!("cannot be used: {problem}"));
    }
    KeySource::Pinned(text)
}

/// Keys that came without TLS could be an attacker's: for trying things out only.
fn check_url(text: &str, env: &str) -> Result<(), &'static str> {
    let uri: Uri = text.parse().map_err(|_| "that is no URL")?;
    let plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
        && uri.query().is_none()
        && !text.contains('#');
    match uri.scheme_str() {
        Some("https" | "http") if !plain => Err("it has a host and a path, and nothing else"),
        Some("https") => Ok(()),
        Some("http") if env != "production" || uri.host().is_some_and(is_loopback_name) => Ok(()),
        Some("http") => Err("in production it must be https"),
        _ => Err("it must begin with https://"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use crate::config::{Config, Environment, Sources};
    use crate::permission::Role;

    use super::KeySource;

    fn load(file: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let mut written = tempfile::NamedTempFile::new().unwrap();
        written.write_all(file.as_bytes()).unwrap();
        let environment = Environment::of(variables.iter().copied());
        let sources = Sources::gather(Some(written.path()), &environment, &[]);
        Config::from_sources(&sources).map_err(|error| error.to_string())
    }

    const TWO: &str = r#"
        [[issuers]]
        issuer = "https://login.example/"
        audience = "oskar"
        create_users = true
        organisation = "acme"
        [[issuers]]
        issuer = "http://127.0.0.1:4000"
        audience = ["a", "b"]
        allowed_domains = ["Acme.Example"]
        enabled = false
    "#;

    #[test]
    fn the_file_has_any_number_and_the_environment_wins() {
        let config =
            load(TWO, &[("OSKAR_ISSUERS__0__ROLE", "member"), ("OSKAR_ISSUERS__1__ENABLED", "true")]);
        let [one, two] = &config.unwrap().issuers[..] else { panic!("two") };
        assert_eq!(
            (one.issuer.as_str(), one.audience.as_slice()),
            ("https://login.example/", &["oskar".to_owned()][..])
        );
        assert_eq!(one.new_users, Some(("acme".to_owned(), Role::Member)));
        assert_eq!((&one.keys, one.enabled, one.algorithms.len()), (&KeySource::Discovery, true, 4));
        assert_eq!((two.audience.len(), two.enabled, &two.new_users), (2, true, &None));
        assert_eq!(two.allowed_domains, ["acme.example"]);
        let config = load(
            "",
            &[("OSKAR_ISSUERS__0__ISSUER", "https://login.example"), ("OSKAR_ISSUERS__0__AUDIENCE", "a,b")],
        );
        assert_eq!(config.unwrap().issuers[0].audience, ["a", "b"]);
    }

    #[test]
    fn what_is_not_safe_or_not_known_is_told() {
        let bad = r#"
            [[issuers]]
            issuer = "login.example"
            audiance = "oskar"
            algorithms = ["RS256", "HS256", "none"]
            jwks = "{\"keys\": []}"
            create_users = true
            role = "boss"
        "#;
        let told = load(bad, &[("OSKAR_ISSUERS__0__ALLOWED_DOMAIN", "x")]).unwrap_err();
        for part in [
            "`issuers.0.issuer` is `login.example`: it must begin with https://",
            "unknown key `issuers.0.audiance`. Did you mean `issuers.0.audience`?",
            "`OSKAR_ISSUERS__0__ALLOWED_DOMAIN` in the environment. Did you mean `OSKAR_ISSUERS__0__ALLOWED_DOMAINS`?",
            "`issuers.0.audience` is empty",
            "has HS256: every party that can check such a signature can make one",
            "has `none`, which is none of RS256",
            "`issuers.0.jwks` cannot be used: no key",
            "`issuers.0.organisation` is needed",
            "`boss` is no role",
        ] {
            assert!(told.contains(part), "{part} is not in:\n{told}");
        }
        let told = load("[issuers]\nissuer = \"https://a.example\"", &[]).unwrap_err();
        assert!(told.contains("`issuers` is written `[[issuers]]`, once for each"), "{told}");
        let twice = "[[issuers]]\nissuer = \"https://a.example\"\naudience = \"a\"\n".repeat(2);
        assert!(load(&twice, &[]).unwrap_err().contains("is there twice"));
    }

    #[test]
    fn an_empty_list_of_whom_to_let_in_lets_nobody_in_by_mistake() {
        let file =
            |lists: &str| format!("[[issuers]]\nissuer = \"https://a.example\"\naudience = \"a\"\n{lists}");
        for (lists, key) in [("allowed_domains = []", "domains"), ("allowed_emails = \"\"", "emails")] {
            let told = load(&file(lists), &[]).unwrap_err();
            assert!(
                told.contains(&format!("`issuers.0.allowed_{key}` is empty")) && told.contains(" line 4)"),
                "{told}"
            );
        }
        assert!(load(&file("allowed_domains = []\nallowed_emails = [\"ana@a.example\"]"), &[]).is_ok());
        assert!(load(&file(""), &[]).is_ok());
    }

    #[test]
    fn keys_never_come_in_the_clear_in_production() {
        let production = [
            ("OSKAR_ENV", "production"),
            ("OSKAR_PUBLIC_URL", "https://auth.example"),
            ("OSKAR_TRUSTED_PROXIES", ""),
            ("OSKAR_MAIL__SMTP_URL", "none"),
            ("OSKAR_REGISTRATION", "closed"),
        ];
        let file = |issuer: &str, jwks: &str| {
            let jwks = if jwks.is_empty() { String::new() } else { format!("jwks = \"{jwks}\"") };
            format!("[[issuers]]\nissuer = \"{issuer}\"\naudience = \"a\"\n{jwks}")
        };
        for (issuer, jwks) in [("http://a.example", ""), ("https://a.example", "http://a.example/keys")] {
            let told = load(&file(issuer, jwks), &production).unwrap_err();
            assert!(told.contains("in production it must be https"), "{told}");
            assert!(load(&file(issuer, jwks), &[]).is_ok());
        }
        assert!(load(&file("https://a.example", "https://b.example/keys"), &production).is_ok());
        assert!(load(&file("http://127.0.0.1:4000", "http://[::1]/keys"), &production).is_ok());
        for odd in ["https://u:p@a.example", "https://a.example?x=1", "https://a.example#x", "https://"] {
            assert!(load(&file(odd, ""), &[]).is_err(), "{odd}");
        }
    }
}
