//! The command line, through the real binary.

use oskar::config::{Config, Environment, SETTINGS, Sources};
use oskar::entity::{external_identity, organisation};
use oskar::id::OrganisationId;
use sea_orm::{Database, EntityTrait as _, Set};
use serde_json::{Value, json};

use crate::process::{Installation, is_private, oskar, run};
use crate::support::{PASSWORD, on_postgres};

#[tokio::test]
async fn setup_without_a_browser_prints_what_a_script_needs() {
    let installation = Installation::new().await;
    let setup = [
        "setup",
        "--email",
        "ci@acme.test",
        "--org",
        "Acme",
        "--password-stdin",
        "--with-key",
        "ci",
        "--format",
        "env",
    ];
    let ran = installation.run(&setup, &format!("{PASSWORD}\n")).await.code(0);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines[0], "OSKAR_URL=http://localhost:8675");
    assert!(lines[1].starts_with("OSKAR_ORG=org_"), "{}", lines[1]);
    let key = lines[2].strip_prefix("OSKAR_API_KEY=").unwrap();

    let server = installation.serve(&[]).await;
    assert!(!server.banner.contains("/setup#"), "an administrator exists: {}", server.banner);
    let me: Value = reqwest::Client::new()
        .get(format!("{}/api/auth/me", server.url))
        .bearer_auth(key)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!((&me["environment"], &me["organisation"]["slug"]), (&json!("test"), &json!("acme")));

    let again = installation.run(&setup, PASSWORD).await.code(77);
    assert!(again.err.contains("has its first administrator already"), "{}", again.err);
    installation.run(&["setup", "--link"], "").await.code(77);
}

#[tokio::test]
async fn a_bad_password_is_refused_and_nothing_is_made() {
    let installation = Installation::new().await;
    let setup = ["setup", "--email", "ci@acme.test", "--org", "Acme", "--password-stdin"];
    let ran = installation.run(&setup, "short\n").await.code(1);
    assert!(ran.err.contains("12 to 256 characters"), "{}", ran.err);
    assert_eq!(installation.run(&["user", "list", "--json"], "").await.code(0).json(), json!([]));
}

#[tokio::test]
async fn users_are_linked_to_other_issuers_by_command() {
    let installation = Installation::new().await;
    let issuer = "https://login.example/";
    let file = format!("[[issuers]]\nissuer = \"{issuer}\"\naudience = \"oskar\"\n");
    std::fs::write(installation.data.path().join("oskar.toml"), file).unwrap();
    let run = async |line: &str| installation.run(&line.split(' ').collect::<Vec<_>>(), "").await;
    run("user create --email ana@acme.test").await.code(0);
    run("user create --email bob@acme.test").await.code(0);
    let link = |user: &str, at: &str| format!("user link {user} --issuer {at} --subject auth0|1");
    let unknown = run(&link("ana@acme.test", "https://login.example")).await.code(1);
    assert!(unknown.err.contains("no issuer of the configuration"), "{}", unknown.err);
    run(&link("ana@acme.test", issuer)).await.code(0);
    run(&link("bob@acme.test", issuer)).await.code(1);
    let app = installation.open().await;
    let linked = async || {
        let all = external_identity::Entity::find().all(app.db.read()).await.unwrap();
        all.into_iter().map(|row| (row.issuer, row.subject)).collect::<Vec<_>>()
    };
    assert_eq!(linked().await, [(issuer.to_owned(), "auth0|1".to_owned())]);
    run(&format!("user unlink bob@acme.test --issuer {issuer}")).await.code(1);
    run(&format!("user unlink ana@acme.test --issuer {issuer}")).await.code(0);
    assert!(linked().await.is_empty());
}

#[tokio::test]
async fn an_account_is_made_in_an_organisation_only_if_it_has_a_seat_left() {
    let installation = Installation::new().await;
    std::fs::write(installation.data.path().join("oskar.toml"), "[limits]\nseats = 2\n").unwrap();
    let run = async |line: &str| installation.run(&line.split(' ').collect::<Vec<_>>(), "").await;
    run("user create --email ana@acme.test").await.code(0);
    run("org create --name Acme --admin ana@acme.test").await.code(0);
    run("user create --email bob@acme.test --org acme").await.code(0);
    let full = run("user create --email eve@acme.test --org acme").await.code(1);
    assert!(full.err.contains("seat"), "{}", full.err);
    run("user disable eve@acme.test --yes").await.code(1);
    run("user create --email eve@acme.test").await.code(0);
    let full = run("org add-member --org acme --user eve@acme.test").await.code(1);
    assert!(full.err.contains("seat"), "{}", full.err);
}

#[tokio::test]
async fn users_organisations_and_keys_by_command() {
    let installation = Installation::new().await;
    let run = async |line: &str| installation.run(&line.split(' ').collect::<Vec<_>>(), "").await;
    let ana = run("user create --email ana@acme.test --username ana --json").await.code(0).json();
    assert!(ana["link"].as_str().unwrap().starts_with("http://localhost:8675/reset#osp_"), "{ana}");
    assert_eq!(ana.get("password"), None, "{ana}");
    run("org create --name Acme --admin ana").await.code(0);
    let taken = run("user create --email Ana@Acme.test").await.code(1);
    assert!(taken.err.contains("exists already"), "{}", taken.err);
    run("user create --email bob@acme.test --org acme --role viewer").await.code(0);
    let last = run("user disable ana --yes").await.code(77);
    assert!(last.err.contains("needs an admin"), "{}", last.err);
    run("org add-member --org acme --user bob@acme.test --role admin").await.code(1);
    run("user disable bob@acme.test --yes").await.code(0);
    let asked = run("user enable nobody").await.code(1);
    assert!(asked.err.contains("no user `nobody`"), "{}", asked.err);
    run("user enable bob@acme.test").await.code(0);
    let users = run("user list --json").await.code(0).json();
    assert_eq!(users.as_array().unwrap().len(), 2);

    let key =
        run("key create --org acme --name bot --environment live --role member --expires-in 90d --json")
            .await;
    let key = key.code(0).json();
    assert!(key["secret"].as_str().unwrap().starts_with("osk_live_"));
    let denied = run("key create --org acme --name bot --permission keys:manage").await.code(1);
    assert!(denied.err.contains("cannot have the permission `keys:manage`"), "{}", denied.err);
    let id = key["id"].as_str().unwrap();
    let unsure = run(&format!("key revoke --org acme {id}")).await.code(1);
    assert!(unsure.err.contains("--yes"), "it asks, and without a terminal the answer is no: {}", unsure.err);
    run(&format!("key revoke --org acme {id} --yes")).await.code(0);
    let keys = run("key list --org acme --json").await.code(0).json();
    assert_eq!(keys[0]["state"], "revoked");
    assert!(!keys.to_string().contains(key["secret"].as_str().unwrap()));
}

#[tokio::test]
async fn a_list_has_more_rows_than_are_read_at_a_time() {
    let installation = Installation::new().await;
    let run = async |line: &str| installation.run(&line.split(' ').collect::<Vec<_>>(), "").await;
    run("user create --email ana@acme.test").await.code(0);
    run("org create --name Acme --admin ana@acme.test").await.code(0);
    let app = installation.open().await;
    let first = organisation::Entity::find().one(app.db.read()).await.unwrap().unwrap();
    let others: Vec<_> = (0..1050)
        .map(|number| organisation::ActiveModel {
            id: Set(OrganisationId::generate()),
            slug: Set(format!("acme-{number}")),
            ..first.clone().into()
        })
        .collect();
    let outside = Database::connect(&installation.database_url).await.unwrap();
    for some in others.chunks(100) {
        let insert = organisation::Entity::insert_many(some.iter().cloned());
        insert.exec_without_returning(&outside).await.unwrap();
    }
    let listed = run("org list --json").await.code(0).json();
    let slugs: Vec<_> = listed.as_array().unwrap().iter().map(|row| row["slug"].as_str().unwrap()).collect();
    let expected = others.iter().map(|other| other.slug.as_ref().as_str());
    assert_eq!(slugs, std::iter::once("acme").chain(expected).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_first_start_makes_everything_for_its_owner_alone() {
    let installation = Installation::new().await;
    let server = installation.serve(&[]).await;
    assert!(server.banner.lines().count() <= 15, "{}", server.banner);
    assert!(server.setup_link().starts_with("http://localhost:"), "{}", server.banner);
    let data = installation.data.path().join("data");
    let private = if on_postgres() { vec!["secret.key"] } else { vec![".", "secret.key"] };
    for name in private {
        assert!(is_private(&data.join(name)), "{name}");
    }
    if !on_postgres() {
        assert!(is_private(&installation.data.path().join("oskar.db")));
    }
    let taken = format!("127.0.0.1:{}", server.port);
    let second = installation.run(&["serve", "--listen", &taken], "").await.code(1);
    assert!(second.err.contains(&taken) && second.err.contains("--listen"), "{}", second.err);
    installation.run(&["healthcheck", "--listen", &taken], "").await.code(0);
    server.kill().await;
    installation.run(&["healthcheck", "--listen", &taken], "").await.code(69);
}

#[tokio::test]
async fn another_master_secret_is_refused() {
    let installation = Installation::new().await;
    installation.run(&["migrate", "up"], "").await.code(0);
    installation.run(&["user", "list"], "").await.code(0);
    let mut command = installation.command(&["user", "list"]);
    command.env("OSKAR_SECRET_KEY", "aNother-0ne-with-32-characters-XyZ");
    let ran = run(command, "").await.code(1);
    assert!(ran.err.contains("another master secret"), "{}", ran.err);
}

#[tokio::test]
async fn mistakes_in_the_configuration_name_the_line_and_the_nearest_setting() {
    let folder = tempfile::tempdir().unwrap();
    let text = "listen = \"127.0.0.1:1\"\n\n[sesions]\nidle = \"1h\"\n\n[tokens]\nacces_ttl = \"15m\"\n";
    std::fs::write(folder.path().join("oskar.toml"), text).unwrap();
    let mut command = oskar(&["config", "check"]);
    command.current_dir(folder.path());
    let ran = run(command, "").await.code(78);
    assert!(ran.err.contains("oskar.toml line 3: unknown key `sesions`"), "{}", ran.err);
    assert!(
        ran.err
            .contains("oskar.toml line 7: unknown key `tokens.acces_ttl`. Did you mean `tokens.access_ttl`?"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn config_shows_value_and_origin_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("oskar.toml"), "registration = \"closed\"\n").unwrap();
    let mut command = oskar(&["config", "--json", "--listen", "127.0.0.1:9"]);
    command
        .current_dir(folder.path())
        .env("OSKAR_SECRET_KEY", "sEcret-0ne-with-32-characters-XyZ")
        .env("DATABASE_URL", "postgres://oskar:pass-word@db.example/oskar");
    let ran = run(command, "").await.code(0);
    assert!(!ran.out.contains("sEcret") && !ran.out.contains("pass-word"), "{}", ran.out);
    let settings = ran.json();
    let of = |key: &str| {
        let setting = settings.as_array().unwrap().iter().find(|setting| setting["key"] == key).unwrap();
        (setting["value"].as_str().unwrap().to_owned(), setting["origin"].as_str().unwrap().to_owned())
    };
    assert_eq!(of("registration"), ("closed".to_owned(), "oskar.toml line 1".to_owned()));
    assert_eq!(of("listen"), ("127.0.0.1:9".to_owned(), "--listen".to_owned()));
    assert_eq!(of("secret_key").1, "OSKAR_SECRET_KEY");
    assert_eq!(
        of("database_url"),
        ("postgres://oskar:…@db.example/oskar".to_owned(), "DATABASE_URL".to_owned())
    );
    assert_eq!(of("env").1, "default");
    let once = SETTINGS.iter().filter(|setting| !setting.is_numbered()).count();
    assert_eq!(settings.as_array().unwrap().len(), once);
}

#[tokio::test]
async fn the_template_without_its_hashes_is_the_default_configuration() {
    let template = run(oskar(&["config", "template"]), "").await.code(0).out;
    // By default there is none of those that there may be several of.
    let (before, rest) = template.split_once("# [[issuers]]").unwrap();
    let (several, after) = rest.split_once("\n[").unwrap();
    for setting in SETTINGS.iter().filter(|setting| setting.is_numbered()) {
        let name = setting.key.rsplit('.').next().unwrap();
        assert!(several.contains(&format!("\n# {name} = ")), "{name} is not in the template");
    }
    let template = format!("{before}\n[{after}");
    let uncommented: Vec<_> = template
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|rest| rest.contains(" = ") && !rest.contains(" (OSKAR"))
                .unwrap_or(line)
        })
        // A setting without a value of its own stays a comment until it is given one.
        .filter(|line| !line.contains("tasks:write") && !line.ends_with(" = \"\""))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oskar.toml");
    std::fs::write(&path, uncommented.join("\n")).unwrap();
    let written = Sources::gather(Some(&path), &Environment::default(), &[]);
    let built_in = Sources::gather(Some("/dev/null".as_ref()), &Environment::default(), &[]);
    let once = SETTINGS.iter().filter(|setting| setting.key != "permissions" && !setting.is_numbered());
    for setting in once {
        let name = setting.key.rsplit('.').next().unwrap();
        if template.contains(&format!("\n# {name} = \"\"")) && setting.default.is_empty() {
            continue;
        }
        let (written, built_in) = (&written.values[setting.key], &built_in.values[setting.key]);
        assert_eq!(written.value, built_in.value, "{}", setting.key);
        assert!(written.origin.contains("oskar.toml"), "{} is not in the template", setting.key);
    }
    assert!(Config::from_sources(&written).is_ok());
}

#[tokio::test]
async fn the_committed_document_is_the_generated_one() {
    let generated = run(oskar(&["openapi"]), "").await.code(0).out;
    let committed = include_str!("../../openapi/openapi.json");
    assert!(generated == committed, "run: cargo run -- openapi > openapi/openapi.json");
}

/// Members that came in any order would come in another one in each process.
#[test]
fn the_members_of_the_committed_document_are_sorted() {
    let committed = include_str!("../../openapi/openapi.json");
    let sorted: Value = serde_json::from_str(committed).unwrap();
    assert_eq!(format!("{}\n", serde_json::to_string_pretty(&sorted).unwrap()), committed);
}

#[tokio::test]
async fn jwt_verify_answers_each_line_as_the_server_would() {
    let installation = Installation::new().await;
    let server = installation.serve(&[]).await;
    let client = reqwest::Client::new();
    let body = json!({ "email": "ana@acme.test", "password": PASSWORD, "organisation_name": "Acme" });
    let post = client.post(format!("{}/api/auth/register", server.url)).json(&body);
    let token =
        post.send().await.unwrap().json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned();
    let jwks = client
        .get(format!("{}/.well-known/jwks.json", server.url))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let file = installation.data.path().join("jwks.json");
    std::fs::write(&file, jwks).unwrap();

    let (head, signature) = token.rsplit_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIn0";
    let altered = format!("{head}.{}", signature.chars().rev().collect::<String>());
    let lines = [
        json!({ "jws": token }).to_string(),
        json!({ "jws": format!("{head}.") }).to_string(),
        json!({ "jws": altered }).to_string(),
        json!({ "jws": format!("{none}.e30.") }).to_string(),
        json!({ "jws": "a.b" }).to_string(),
        "not json".to_owned(),
    ];
    let file = file.to_str().unwrap();
    let strict = [
        "jwt",
        "verify",
        "--jwks",
        file,
        "--access-token",
        "--issuer",
        &server.url,
        "--audience",
        &server.url,
    ];
    let ran = installation.run(&strict, &lines.join("\n")).await.code(0);
    let answers: Vec<_> = ran.out.lines().collect();
    assert_eq!(answers[0], "ok");
    assert_eq!(answers[1], "the signature does not match");
    assert_ne!(answers[2], "ok");
    assert_eq!(answers[3], "the header's `alg` is not the key's");
    assert_eq!(answers[4], "not three parts of base64url");
    assert!(answers[5].starts_with("not a line"), "{}", answers[5]);
    assert_eq!(answers.len(), lines.len());

    let other = ["jwt", "verify", "--jwks", file, "--issuer", "https://other.example"];
    assert_eq!(installation.run(&other, &lines[0]).await.code(0).out.trim(), "from another issuer");
    let later = ["jwt", "verify", "--jwks", file, "--at", "2999-01-01T00:00:00Z"];
    assert_eq!(installation.run(&later, &lines[0]).await.code(0).out.trim(), "expired");
}

#[tokio::test]
async fn help_and_usage() {
    let help = run(oskar(&["--help"]), "").await.code(0).out;
    for command in
        ["serve", "setup", "migrate", "user", "org", "key", "jwks", "jwt", "openapi", "config", "healthcheck"]
    {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is not in:\n{help}");
    }
    run(oskar(&["nonsense"]), "").await.code(2);
    run(oskar(&["user", "create", "--email", "nonsense"]), "").await.code(2);
}
