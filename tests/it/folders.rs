//! Data folders of any name.

use crate::process::{is_private, oskar, run};

const NAMES: &[&str] = &[
    "two words",
    "what?mode=memory",
    "a#b",
    "100%",
    "%41%2F",
    "a&b=c",
    "it's \"quoted\"",
    "naïve 日本 🦀",
    "sqlite:x",
    "file:x?mode=ro",
    ":memory:",
    "line\nbreak",
];

#[tokio::test]
async fn a_data_folder_may_have_any_name_and_the_address_that_is_shown_leads_to_it() {
    for name in NAMES {
        let home = tempfile::tempdir().unwrap();
        let command = |arguments: &[&str], url: Option<&str>| {
            let mut command = oskar(arguments);
            command.current_dir(home.path()).env("OSKAR_DATA_DIR", name);
            command.envs(url.map(|url| ("OSKAR_DATABASE_URL", url)));
            command
        };
        run(command(&["user", "list"], None), "").await.code(0);
        let made: Vec<_> =
            std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(made, [*name], "nothing is made anywhere else");
        for file in ["oskar.db", "secret.key", "database.marker"] {
            assert!(is_private(&home.path().join(name).join(file)), "{name}: {file}");
        }
        let settings = run(command(&["config", "--json"], None), "").await.code(0).json();
        let setting =
            settings.as_array().unwrap().iter().find(|setting| setting["key"] == "database_url").unwrap();
        let url = setting["value"].as_str().unwrap();
        let migrations = run(command(&["migrate", "status", "--json"], Some(url)), "").await.code(0).json();
        assert!(
            migrations.as_array().unwrap().iter().all(|step| step["state"] == "applied"),
            "{name}: {url}"
        );
    }
}
