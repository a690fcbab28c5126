//! Started by a platform: what it injects, how it mounts secrets, what volumes cannot do, and what it signals.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::process::{Installation, Ran, oskar, run};

const SECRET: &str = "kJ8vQ2mX5tR9wZ3bN6cF1hL4pS7dG0yA";

/// `oskar config check` in an environment of these variables only.
async fn check(variables: &[(&str, &str)]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let mut command = oskar(&["config", "check"]);
    command.current_dir(folder.path()).envs(variables.iter().copied());
    run(command, "").await
}

#[tokio::test]
async fn variables_that_a_platform_makes_from_our_name_do_not_prevent_the_start() {
    let kubernetes = [
        ("OSKAR_SERVICE_HOST", "10.96.12.7"),
        ("OSKAR_SERVICE_PORT", "8675"),
        ("OSKAR_SERVICE_PORT_HTTP", "8675"),
        ("OSKAR_PORT", "tcp://10.96.12.7:8675"),
        ("OSKAR_PORT_8675_TCP", "tcp://10.96.12.7:8675"),
        ("OSKAR_PORT_8675_TCP_PROTO", "tcp"),
        ("OSKAR_PORT_8675_TCP_PORT", "8675"),
        ("OSKAR_PORT_8675_TCP_ADDR", "10.96.12.7"),
        ("OSKAR_MAIL_SERVICE_HOST", "10.96.12.8"),
        ("OSKAR_MAIL_SERVICE_PORT", "25"),
        ("OSKAR_MAIL_PORT_25_TCP", "tcp://10.96.12.8:25"),
    ];
    let docker = [
        ("OSKAR_NAME", "/web/oskar"),
        ("OSKAR_ENV_LANG", "C.UTF-8"),
        ("OSKAR_PORT", "tcp://172.17.0.2:8675"),
    ];
    check(&kubernetes).await.code(0);
    check(&docker).await.code(0);
    check(&[("OSKAR_URL", "http://x"), ("OSKAR_ORG", "org_01m8"), ("OSKAR_API_KEY", "osk_test_x")])
        .await
        .code(0);

    let installation = Installation::new().await;
    let server = installation.serve(&[&kubernetes[..], &[("OSKAR_LOG__LEVEL", "debug")]].concat()).await;
    server.terminate().await;
    let (_, log) = server.ended().await;
    let told = |name: &str| {
        log.lines().any(|line| line.contains(&format!("\"{name}\"")) && line.contains("ignored"))
    };
    assert!(kubernetes.iter().all(|(name, _)| told(name)), "{log}");

    // The mistakes of people, beside them.
    for (typo, nearest) in [
        ("OSKAR_SESION__IDLE", "OSKAR_SESSIONS__IDLE"),
        ("OSKAR_MAIL__SMTP_ULR", "OSKAR_MAIL__SMTP_URL"),
        ("OSKAR_SERVICE__X", ""),
        ("OSKAR_ENV_MODE", ""),
    ] {
        let refused = check(&[&kubernetes[..], &[(typo, "1h")]].concat()).await.code(78);
        assert!(refused.err.contains(&format!("unknown setting `{typo}`")), "{}", refused.err);
        assert!(refused.err.contains(nearest) && refused.err.lines().count() == 1, "{}", refused.err);
    }
    let refused = check(&[("OSKAR_PORT", "8080")]).await.code(78);
    assert!(refused.err.contains("Did you mean `OSKAR_LISTEN`?"), "{}", refused.err);
}

#[tokio::test]
async fn a_port_that_is_none_is_told_as_that() {
    for junk in ["tcp://10.0.0.1:80", "http", "99999", "80,81"] {
        let refused = check(&[("PORT", junk)]).await.code(78);
        assert!(
            refused.err.contains(&format!("`PORT` in the environment is `{junk}`, which is no port")),
            "{}",
            refused.err
        );
    }
    // Ours counts, so that the other one need not make sense.
    check(&[("PORT", "tcp://10.0.0.1:80"), ("OSKAR_LISTEN", "127.0.0.1:80")]).await.code(0);
}

#[tokio::test]
async fn a_setting_that_is_written_and_empty_is_told_and_an_empty_list_is_none() {
    for name in [
        "OSKAR_PUBLIC_URL",
        "OSKAR_DATABASE_URL",
        "OSKAR_MAIL__SMTP_URL",
        "OSKAR_SECRET_KEY",
        "OSKAR_SECRET_KEY_FILE",
        "OSKAR_SESSIONS__IDLE",
        "OSKAR_UPDATE_FEED",
        "OSKAR_ISSUERS__0__JWKS",
        "OSKAR_CONFIG",
        "DATABASE_URL",
    ] {
        for empty in ["", "  "] {
            let told = check(&[(name, empty)]).await;
            // A file may be called so.
            if empty.is_empty() || !["OSKAR_CONFIG", "OSKAR_SECRET_KEY_FILE"].contains(&name) {
                assert!(
                    told.code == 78 && told.err.contains("is empty") && told.err.contains(name),
                    "{name}: {told:?}"
                );
            }
        }
    }
    let refused = check(&[("PORT", "")]).await.code(78);
    assert!(refused.err.contains("`PORT`"), "{}", refused.err);
    for list in
        ["OSKAR_TRUSTED_PROXIES", "OSKAR_ALLOWED_ORIGINS", "OSKAR_LIMITS__EXEMPT", "OSKAR_PERMISSIONS"]
    {
        check(&[(list, "")]).await.code(0);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = "trusted_proxies = []\nallowed_origins = \"\"\npublic_url = \"\"\n\n[mail]\nfolder = \" \"\n\n\
                [limits]\nexempt = [\"\"]\n";
    std::fs::write(folder.path().join("oskar.toml"), file).unwrap();
    let mut command = oskar(&["config", "check", "--listen", ""]);
    command.current_dir(folder.path());
    let refused = run(command, "").await.code(78);
    for line in [
        "`public_url` is empty: remove it, or give it a value (oskar.toml line 3)",
        "`mail.folder` is empty: remove it, or give it a value (oskar.toml line 6)",
        "`limits.exempt` has an empty entry (oskar.toml line 9)",
        "`listen` is empty: remove it, or give it a value (--listen)",
    ] {
        assert!(refused.err.contains(line), "{line} is not in:\n{}", refused.err);
    }
    assert_eq!(refused.err.lines().count(), 4, "{}", refused.err);
}

#[tokio::test]
async fn what_is_not_utf_8_is_told_rather_than_overlooked() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    let mut command = oskar(&["config", "check"]);
    command.current_dir(folder.path()).env("OSKAR_REGISTRATION", OsStr::from_bytes(b"closed\xff"));
    let refused = run(command, "").await.code(78);
    assert!(refused.err.contains("`OSKAR_REGISTRATION` in the environment is not UTF-8"), "{}", refused.err);
}

/// A folder in which secrets lie as Kubernetes mounts them: by two links, readable by all.
fn mounted(folder: &Path, mode: u32) -> PathBuf {
    let version = folder.join("..2026_11_26");
    std::fs::create_dir(&version).unwrap();
    std::fs::write(version.join("key"), format!("{SECRET}\n")).unwrap();
    std::fs::set_permissions(version.join("key"), std::fs::Permissions::from_mode(mode)).unwrap();
    symlink("..2026_11_26", folder.join("..data")).unwrap();
    symlink("..data/key", folder.join("key")).unwrap();
    folder.join("key")
}

#[tokio::test]
async fn a_secret_on_an_ordinary_disk_that_everybody_can_read_or_change_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = mounted(folder.path(), 0o444);
    let given = [("OSKAR_SECRET_KEY_FILE", file.to_str().unwrap())];
    for (mode, code) in [(0o444, 78), (0o644, 78), (0o622, 78), (0o440, 0), (0o600, 0)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        check(&given).await.code(code);
    }
    let both = [given[0], ("OSKAR_SECRET_KEY", SECRET)];
    let refused = check(&both).await.code(78);
    assert!(
        refused.err.contains("given twice: by OSKAR_SECRET_KEY and by OSKAR_SECRET_KEY_FILE"),
        "{}",
        refused.err
    );
}

#[tokio::test]
async fn a_secret_that_is_mounted_read_only_is_taken_with_a_warning() {
    // Mounting takes root, or a namespace in which one is root.
    let namespaces = [&["--mount"][..], &["--user", "--map-root-user", "--mount"]];
    let mut works = None;
    for namespace in namespaces {
        let mount = ["--", "mount", "-t", "tmpfs", "none", "/mnt"];
        let tried = Command::new("unshare").args(namespace).args(mount).output().await;
        if tried.is_ok_and(|tried| tried.status.success()) {
            works = works.or(Some(namespace));
        }
    }
    let Some(namespace) = works else {
        eprintln!("SKIPPED: this machine lets nobody but root mount anything.");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    std::fs::create_dir(&source).unwrap();
    mounted(&source, 0o444);
    let place = folder.path().join("mounted");
    std::fs::create_dir(&place).unwrap();
    // Docker's secrets lie below /run, and can be written to by root.
    let script = "mount -t tmpfs none \"$PLACE\" && cp -a \"$SOURCE/.\" \"$PLACE\" && chmod \"$MODE\" \"$PLACE/key\" && \
                  mount -t tmpfs none /run && cp -a \"$PLACE/..data/.\" /run/secrets && \
                  mount -o remount,ro \"$PLACE\" && exec \"$@\"";
    let check = async |mode: &str, name: &str, value: &Path| {
        let mut command = Command::new("unshare");
        command.args(namespace).args([
            "--",
            "sh",
            "-c",
            script,
            "sh",
            env!("CARGO_BIN_EXE_oskar"),
            "config",
            "check",
        ]);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").current_dir(folder.path());
        command.env("PLACE", &place).env("SOURCE", &source).env("MODE", mode).env(name, value);
        run(command, "").await
    };
    let key = place.join("key");
    for mode in ["444", "644"] {
        let warned = check(mode, "OSKAR_SECRET_KEY_FILE", &key).await.code(0);
        assert!(warned.err.contains("can be read by everybody; it is mounted read-only"), "{}", warned.err);
    }
    let warned = check("444", "OSKAR_SECRET_KEY_FILE", Path::new("/run/secrets/key")).await.code(0);
    assert!(warned.err.contains("where container platforms put secrets"), "{}", warned.err);
    for key in [&key, Path::new("/run/secrets/key")] {
        let refused = check("666", "OSKAR_SECRET_KEY_FILE", key).await.code(78);
        assert!(refused.err.contains("can be changed by everybody"), "{}", refused.err);
    }

    // Systemd hands over all secrets of a unit in one folder, a file each.
    std::fs::rename(source.join("key"), source.join("oskar_secret_key")).unwrap();
    std::fs::write(source.join("oskar_mail.smtp_url"), "smtps://mail.example").unwrap();
    std::fs::write(source.join("key"), "not ours").unwrap();
    let warned = check("400", "CREDENTIALS_DIRECTORY", &place).await.code(0);
    assert!(warned.err.contains("oskar_secret_key can be read by everybody"), "{}", warned.err);
}

#[tokio::test]
async fn systemd_s_credentials_are_taken_for_every_secret() {
    let folder = tempfile::tempdir().unwrap();
    let directory = [("CREDENTIALS_DIRECTORY", folder.path().to_str().unwrap())];
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(0o440)).unwrap();
    };
    write("other_secret", "not ours");
    let names = oskar::config::SETTINGS.iter().filter(|setting| setting.secret).map(|setting| setting.key);
    for (name, bad) in names.map(|name| (format!("oskar_{name}"), "\n")) {
        write(&name, bad);
        let told = check(&directory).await.code(78);
        assert!(told.err.contains("is empty") && told.err.contains(&name), "{}", told.err);
        std::fs::remove_file(folder.path().join(&name)).unwrap();
    }
    write("oskar_mail.smtp_url", "smtps://user:password@mail.example\n");
    write("oskar_secret_key", SECRET);
    check(&directory).await.code(0);
    write("oskar_mail__smtp_url", "smtps://mail.example");
    let told = check(&directory).await.code(78);
    assert!(told.err.contains("unknown credential `oskar_mail__smtp_url`"), "{}", told.err);
    assert!(told.err.contains("Did you mean `oskar_mail.smtp_url`?"), "{}", told.err);
    // Another unit's, inherited.
    let warned = check(&[("CREDENTIALS_DIRECTORY", "/nowhere")]).await.code(0);
    assert!(warned.err.contains("CREDENTIALS_DIRECTORY (/nowhere) is not read"), "{}", warned.err);
}

/// Lets a command find its data folder on a volume without modes and without hard links.
async fn without_modes(folder: &Path) -> PathBuf {
    let library = folder.join("no_modes.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts/no_modes.c");
    let built =
        Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status().await.unwrap();
    assert!(built.success());
    library
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_volume_without_modes_and_hard_links_is_warned_of() {
    let installation = Installation::new().await;
    let library = without_modes(installation.data.path()).await;
    let preload = ("LD_PRELOAD", library.to_str().unwrap());
    // Many first starts at once end up with one secret.
    installation.run(&["migrate", "up"], "").await.code(0);
    std::fs::remove_dir_all(installation.data.path().join("data")).unwrap_or_default();
    let starts = (0..4).map(|_| async {
        let mut command = installation.command(&["user", "list"]);
        command.env(preload.0, preload.1);
        run(command, "").await
    });
    for ran in futures_util::future::join_all(starts).await {
        ran.code(0);
    }
    let key = std::fs::read_to_string(installation.data.path().join("data/secret.key")).unwrap();
    assert_eq!(key.len(), 64);
    let names = std::fs::read_dir(installation.data.path().join("data")).unwrap();
    let left: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["secret.key"], "nothing is left aside");

    let server = installation.serve(&[preload]).await;
    server.terminate().await;
    let (code, log) = server.ended().await;
    assert_eq!(code, Some(0));
    assert!(log.contains("keeps no modes"), "{log}");
}

#[tokio::test]
async fn a_secret_of_an_interrupted_first_start_is_told() {
    let installation = Installation::new().await;
    let data = installation.data.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("secret.key"), "").unwrap();
    std::fs::set_permissions(data.join("secret.key"), std::fs::Permissions::from_mode(0o600)).unwrap();
    let told = installation.run(&["user", "list"], "").await.code(78);
    assert!(told.err.contains("secret.key is empty: a first start was interrupted"), "{}", told.err);
}

#[tokio::test]
async fn a_hang_up_does_not_end_the_server_and_neither_does_a_terminal_that_is_gone() {
    let installation = Installation::new().await;
    let client = reqwest::Client::new();
    let server = installation.serve(&[]).await;
    let live = format!("{}/livez", server.url);
    server.signal("HUP").await;
    assert_eq!(client.get(&live).send().await.unwrap().status(), 200);
    server.signal("HUP").await;
    assert_eq!(client.get(&live).send().await.unwrap().status(), 200);
    server.terminate().await;
    let (code, log) = server.ended().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("SIGHUP: going on as before"), "{log}");

    // Nobody reads what it writes any more; each answer writes a line of the log.
    let mut server = installation.serve(&[]).await;
    let live = format!("{}/livez", server.url);
    server.close_terminal();
    server.signal("HUP").await;
    for _ in 0..3 {
        assert_eq!(client.get(&live).send().await.unwrap().status(), 200);
    }
    server.terminate().await;
    assert_eq!(server.code().await, Some(0));
}
