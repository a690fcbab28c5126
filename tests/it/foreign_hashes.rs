//! Hashes as other systems write them, made by their own libraries, and signing in with them.
//!
//! Where it is not said otherwise they are of [`PASSWORD`] at the lowest costs that the library takes, since they are
//! checked in debug builds:
//! - Django 5.2.19: `django.contrib.auth.hashers.make_password(PASSWORD, hasher=…)` with the hashers' `iterations`,
//!   `rounds`, `memory_cost` and `work_factor` set low;
//! - Werkzeug 3.1.9: `werkzeug.security.generate_password_hash(PASSWORD, method)`;
//! - Better Auth 1.7.25: `hashPassword(PASSWORD)` of `better-auth/crypto`;
//! - ASP.NET Core Identity: the values of its own `PasswordHasherTest`, of `my password`;
//! - Firebase: the sample of <https://github.com/firebase/scrypt>, of `user1password`, and `FirebaseScrypt.hash` of the
//!   npm package firebase-scrypt 2.2.0, which gives the same for that sample;
//! - Keycloak: credentials of public development realms. One password is documented there; the others were found by trying and
//!   checked with hashlib and argon2-cffi.

use oskar::entity::{credential, user};
use oskar::password::{FirebaseParameters, ImportedHash};

use crate::imported_hashes::{import_read, login, stored};
use crate::support::{PASSWORD, TestApp};

const OF_ASPNET: &str = "my password";

const TEXTS: [(&str, &str, &str); 18] = [
    (
        "django pbkdf2_sha256",
        PASSWORD,
        "pbkdf2_sha256$1000$UFK9qXdJArlb8W0pN7LSER$B/gTzrB4en9of0O0FuWQmsQZOoF2Wb6yz53nK/pYju0=",
    ),
    ("django pbkdf2_sha1", PASSWORD, "pbkdf2_sha1$1000$ny9aIMpf34wMRsNMM7Ie7I$D2GtksJeD6xvsUlrI89TNzTuOo4="),
    (
        "django argon2",
        PASSWORD,
        "argon2$argon2id$v=19$m=64,t=2,p=1$U1kxdXNaOHJDOWRETHVqNlY5Vjg5Zg$hdDrbR0nhlL0MmnwYWjvWRFWDkTAW+qZwhzSBJMVNNI",
    ),
    (
        "django bcrypt_sha256",
        PASSWORD,
        "bcrypt_sha256$$2b$04$9G8qeFVU1ZneZrlsyRb9/.Q5TgE02lePsw/Xv7ydh/SEN6LbD3obi",
    ),
    ("django bcrypt", PASSWORD, "bcrypt$$2b$04$QJix9t8HbpGP9iBAxBptOuLrWBFSPtFhJ13ZcsXrKDJHtB7X5iq/m"),
    (
        "django scrypt",
        PASSWORD,
        "scrypt$16$NVCmmbgNlaEW1zsNUkJgBU$8$5$f9iGBu6NkrFbUou2ZCznfKBBsjYDDeNcy2w0w/OMsk9cbU5hhchy/D6Id9VOjZLBMFlVHZ9/0BPdfHrvY1Wkcw==",
    ),
    (
        "werkzeug scrypt",
        PASSWORD,
        "scrypt:1024:8:1$A2zEhkQke79CKru5$c6a6938b7ec25ef15c340766f50daaf25be1785c22218c8c8a8bef6f6ba027012ebf23474c4179c41d515ddfc4c6db4d609de5d24780011209dd51dbe8110f61",
    ),
    (
        "werkzeug pbkdf2 sha256",
        PASSWORD,
        "pbkdf2:sha256:1000$nqyaVxoQirKZ8zXZ$dd5db202e5b7b376e76101e83da3dbf9805a063bb8308f2010b68dc261ff3b8f",
    ),
    (
        "werkzeug pbkdf2 sha512",
        PASSWORD,
        "pbkdf2:sha512:1000$qWMHeh84lcmsp2El$53d9fcd6a98200e770f73031ab5cda757adb6eb1a3773fd0615cb8bcfe6f49d3f6351967ded2b5111792fc47734f705d05906d111fd44acfb13899ebd0faedfd",
    ),
    (
        "werkzeug pbkdf2 sha1",
        PASSWORD,
        "pbkdf2:sha1:1000$AGqQm8nvD78J28lx$8049cfe27d9aabe504de75a3cdcc4bf4482da410",
    ),
    (
        "better auth",
        PASSWORD,
        "fe34f3bc7302975022c7f890bbb38d25:eda83659db84002b53db1756fb68ff9424b7012a5837efaddc8087f3eb5b7fc1cca3dc8caf446c789bae8f98b25f8cd9b9c37ad7d993044f21849a57587406e3",
    ),
    ("aspnet v2", OF_ASPNET, "AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg=="),
    (
        "aspnet v3 sha1, 128-bit key",
        OF_ASPNET,
        "AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M",
    ),
    (
        "aspnet v3 sha256, 256-bit salt",
        OF_ASPNET,
        "AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=",
    ),
    (
        "aspnet v3 sha512, 128-bit key",
        OF_ASPNET,
        "AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw",
    ),
    (
        "aspnet v3 sha512, 512-bit key",
        OF_ASPNET,
        "AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw==",
    ),
    (
        "aspnet v3 before .NET 7",
        OF_ASPNET,
        "AQAAAAIAACcQAAAAEAABAgMEBQYHCAkKCwwNDg9B0Oxwty+PGIDSp95gcCfzeDvA4sGapUIUov8usXfD6A==",
    ),
    (
        "aspnet v3 as it is by default",
        OF_ASPNET,
        "AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg/Q8A0WMKbtHQJQ2DHCdoEeeFBrgNlldq6vH4qX/CGqGQ==",
    ),
];

/// `secretData`, `credentialData`.
const KEYCLOAK: [(&str, &str, &str, &str); 4] = [
    (
        "pbkdf2-sha256 of 512 bits",
        "user1",
        r#"{"value":"gI7lGJLNUQfn6xcMUtLp0XnOIF3JdaoAj8IogosYZsDg4Q5cFxG5JkJrKZpR7mIG5MxlH346ikZKsiZovvFKDQ==","salt":"H1Yjwf5UUIip/deJSkNJ+Q=="}"#,
        r#"{"hashIterations":27500,"algorithm":"pbkdf2-sha256"}"#,
    ),
    (
        "pbkdf2-sha256 of 256 bits",
        "password",
        r#"{"value":"JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k=","salt":"P5rtFkGtPfoaryJ6PizUJw==","additionalParameters":{}}"#,
        r#"{"hashIterations":27500,"algorithm":"pbkdf2-sha256","additionalParameters":{}}"#,
    ),
    (
        "pbkdf2-sha512",
        "password",
        r#"{"value":"NF37if/knSlg9bkdU3x1p9g2/euhaRMjmVZK+hnIYpxCK8moTZ5iwf7aUZ01eilrRBYBMl7Fijaph6a6DXmH5g==","salt":"C/cIBWhO0KJYaXzbWEcj2w==","additionalParameters":{}}"#,
        r#"{"hashIterations":210000,"algorithm":"pbkdf2-sha512","additionalParameters":{}}"#,
    ),
    (
        "argon2",
        "iceberg",
        r#"{"value":"BuViHNDGmCq80fvpty/QoggTI8NSt0CuNDGgeoa5f5A=","salt":"RJ0aLMQ2qKbZuROs7qQhcA==","additionalParameters":{}}"#,
        r#"{"hashIterations":5,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],"memory":["7168"],"type":["id"],"version":["1.3"],"parallelism":["1"]}}"#,
    ),
];

pub const FIREBASE_PARAMETERS: &str = include_str!("exports/firebase-parameters.txt");
const FIREBASE: [(&str, &str, &str); 2] = [
    (
        "user1password",
        "42xEC+ixf3L2lw==",
        "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
    ),
    // As the Admin SDK writes base64.
    (
        PASSWORD,
        "YSBzYWx0IDEw",
        "HWC-42fswqJ58fv9J6Io3cGIbw4q830vBqUzTxNQNLT9VHSq0i5j7MW48ZJn9zBYUuT85ixpeM6_nSquL8f0eQ==",
    ),
];

#[tokio::test]
async fn every_system_s_hash_signs_in_and_is_argon2id_from_then_on() {
    let app = TestApp::start().await;
    let read = |hash: Result<ImportedHash, _>| hash.unwrap();
    let texts = TEXTS.map(|(kind, password, hash)| (kind, password, read(ImportedHash::read(hash))));
    let keycloak = KEYCLOAK.map(|(kind, password, secret, made)| {
        (kind, password, read(ImportedHash::of_keycloak(secret, made)))
    });
    let parameters = FirebaseParameters::read(FIREBASE_PARAMETERS).unwrap();
    let firebase = FIREBASE.map(|(password, salt, hash)| {
        ("firebase", password, read(ImportedHash::of_firebase(&parameters, salt, hash)))
    });
    let all = texts.into_iter().chain(keycloak).chain(firebase);
    for (place, (kind, password, hash)) in all.enumerate() {
        let email = format!("p{place}@acme.example");
        let text = hash.as_str().to_owned();
        import_read(&app, &email, hash).await;
        assert_eq!(stored(&app, &email).await, text, "{kind}");
        login(&app, &email, "wrong horse battery staple").await.status(401);
        assert_eq!(stored(&app, &email).await, text, "{kind}: a wrong password upgrades nothing");
        let answer = login(&app, &email, password).await;
        assert_eq!(answer.status, 200, "{kind}");
        let upgraded = stored(&app, &email).await;
        assert!(upgraded.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{kind}: {upgraded}");
        login(&app, &email, password).await.status(200);
        app.advance(chrono::TimeDelta::hours(1));
    }
}

/// Made of `ｃafe\u{301} ﬁve words here`, of which Better Auth hashes the form NFKC.
#[tokio::test]
async fn better_auth_s_passwords_are_compared_in_its_own_form() {
    const HASH: &str = "387da27f8c9244bb18d5c5961e2b3701:1a6ddcf92379c1522137b194606094962a710acb02ccd8fa13460857ab0eb9ea749f1322c03a19267916f9ffc348ce1097ca85656ba618e08c893998de29d2e3";
    let app = TestApp::start().await;
    for (place, written) in
        ["\u{ff43}afe\u{301} \u{fb01}ve words here", "caf\u{e9} five words here"].iter().enumerate()
    {
        let email = format!("p{place}@acme.example");
        import_read(&app, &email, ImportedHash::read(HASH).unwrap()).await;
        login(&app, &email, "cafe five words here").await.status(401);
        login(&app, &email, written).await.status(200);
        login(&app, &email, written).await.status(200);
    }
}

/// The signer key is in none of them: with it alone, or the row alone, nobody has the other.
#[tokio::test]
async fn firebase_s_signer_key_is_stored_nowhere() {
    let app = TestApp::start().await;
    let parameters = FirebaseParameters::read(FIREBASE_PARAMETERS).unwrap();
    let (_, salt, hash) = FIREBASE[0];
    import_read(&app, "ana@acme.example", ImportedHash::of_firebase(&parameters, salt, hash).unwrap()).await;
    let users = user::Entity::find_by_email_normalised("ana@acme.example");
    let row = credential::Entity::with_password(users).one(app.app.db.read()).await.unwrap();
    let row = format!("{row:?}");
    assert!(row.contains("$firebase-scrypt$ln=14,r=8,p=1$"), "{row}");
    for secret in ["jxspr8Ki0RYycVU8", &hash[..16]] {
        assert!(!row.contains(secret), "{row}");
    }
    // Another project's key: everything can be read, and no password is right.
    let other = FIREBASE_PARAMETERS.replace("jxspr8Ki", "jxspr8Kj");
    let other = FirebaseParameters::read(&other).unwrap();
    import_read(&app, "bob@acme.example", ImportedHash::of_firebase(&other, salt, hash).unwrap()).await;
    login(&app, "bob@acme.example", "user1password").await.status(401);
    login(&app, "ana@acme.example", "user1password").await.status(200);
}

#[test]
fn firebase_s_parameters_are_told_by_name_and_never_by_value() {
    for (from, to, told) in [
        ("SCRYPT", "STANDARD_SCRYPT", "`algorithm` is not SCRYPT"),
        ("  mem_cost: 14,\n", "", "`mem_cost` is missing"),
        ("mem_cost: 14", "mem_cost: 15", "`mem_cost` is not a number from 1 to 14"),
        ("rounds: 8", "rounds: x", "`rounds` is not a number from 1 to 8"),
        ("jxspr8Ki", "jxspr8K!", "`base64_signer_key` is not base64"),
        (": Bw==", ": B", "`base64_salt_separator` is not base64"),
    ] {
        let problem = FirebaseParameters::read(&FIREBASE_PARAMETERS.replace(from, to)).unwrap_err();
        assert_eq!(problem, told);
    }
}

const BETTER_AUTH_KEY: &str = "eda83659db84002b53db1756fb68ff9424b7012a5837efaddc8087f3eb5b7fc1cca3dc8caf446c789bae8f98b25f8cd9b9c37ad7d993044f21849a57587406e3";

#[test]
fn hashes_that_take_too_much_or_are_cut_are_refused_with_a_reason() {
    let started = std::time::Instant::now();
    let dear = "more than is allowed";
    for (hash, why) in [
        ("pbkdf2_sha256$99999999$UFK9qXdJArlb8W0pN7LSER$B/gTzrB4en9of0O0FuWQmsQZOoF2Wb6yz53nK/pYju0=", dear),
        (
            "pbkdf2_sha256$99999999999$UFK9qXdJArlb8W0pN7LSER$B/gTzrB4en9of0O0FuWQmsQZOoF2Wb6yz53nK/pYju0=",
            dear,
        ),
        ("pbkdf2_sha256$0$UFK9qXdJArlb8W0pN7LSER$B/gTzrB4en9of0O0FuWQmsQZOoF2Wb6yz53nK/pYju0=", "malformed"),
        ("pbkdf2_sha256$1000$UFK9qXdJArlb8W0pN7LSER$B/gTzrB4en9of0O0F", "malformed"),
        ("pbkdf2_sha256$1000$short$B/gTzrB4en9of0O0FuWQmsQZOoF2Wb6yz53nK/pYju0=", "malformed"),
        ("pbkdf2_sha256$1000$B/gTzrB4en9of0O0FuWQmsQZOoF2Wb6yz53nK/pYju0=", "malformed"),
        (
            "scrypt$1048576$NVCmmbgNlaEW1zsNUkJgBU$8$5$f9iGBu6NkrFbUou2ZCznfKBBsjYDDeNcy2w0w/OMsk9cbU5hhchy/D6Id9VOjZLBMFlVHZ9/0BPdfHrvY1Wkcw==",
            dear,
        ),
        (
            "scrypt$17$NVCmmbgNlaEW1zsNUkJgBU$8$5$f9iGBu6NkrFbUou2ZCznfKBBsjYDDeNcy2w0w/OMsk9cbU5hhchy/D6Id9VOjZLBMFlVHZ9/0BPdfHrvY1Wkcw==",
            "malformed",
        ),
        ("bcrypt_sha256$$2b$31$9G8qeFVU1ZneZrlsyRb9/.Q5TgE02lePsw/Xv7ydh/SEN6LbD3obi", dear),
        ("bcrypt_sha256$2b$04$9G8qeFVU1ZneZrlsyRb9/.Q5TgE02lePsw/Xv7ydh/SEN6LbD3obi", "none of"),
        (
            "argon2$argon2id$v=19$m=4194304,t=2,p=1$U1kxdXNaOHJDOWRETHVqNlY5Vjg5Zg$hdDrbR0nhlL0MmnwYWjvWRFWDkTAW+qZwhzSBJMVNNI",
            dear,
        ),
        ("md5$salt$0123456789abcdef0123456789abcdef", "none of"),
        ("scrypt:1073741824:8:1$A2zEhkQke79CKru5$c6a6938b7ec25ef15c340766f50daaf2", dear),
        ("scrypt:1024:8$A2zEhkQke79CKru5$c6a6938b7ec25ef15c340766f50daaf2", "malformed"),
        ("scrypt:1024:8:1$A2zEhkQke79CKru5$c6a6938b7ec25ef15c340766f50daafx", "malformed"),
        (
            "pbkdf2:sha256:4000000$nqyaVxoQirKZ8zXZ$dd5db202e5b7b376e76101e83da3dbf9805a063bb8308f2010b68dc261ff3b8f",
            dear,
        ),
        ("pbkdf2:md5:1000$nqyaVxoQirKZ8zXZ$dd5db202e5b7b376e76101e83da3dbf9", "malformed"),
        // Iterations 0xFFFFFFFF; a salt longer than the whole.
        (
            "AQAAAAH/////AAAAEESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=",
            dear,
        ),
        (
            "AQAAAAEAA9CQf///f0SkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=",
            "none of",
        ),
        ("AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4A=", "malformed"),
        ("AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggE=", "none of"),
        (&format!("fe34f3bc7302975022c7f890bbb38d2g:{BETTER_AUTH_KEY}"), "none of"),
        (&format!("fe34f3bc7302975022c7f890bbb38d25:{}", &BETTER_AUTH_KEY[2..]), "none of"),
    ] {
        let problem = ImportedHash::read(hash).unwrap_err().to_string();
        assert!(problem.contains(why), "{hash}: {problem}");
    }
    let (_, _, secret, _) = KEYCLOAK[0];
    for (secret, made, why) in [
        (secret, r#"{"hashIterations":4000000,"algorithm":"pbkdf2-sha256"}"#, dear),
        (secret, r#"{"hashIterations":-1,"algorithm":"pbkdf2-sha256"}"#, "malformed"),
        (
            secret,
            r#"{"hashIterations":5,"algorithm":"argon2","additionalParameters":{"memory":["7168"]}}"#,
            "malformed",
        ),
        (secret, r#"{"hashIterations":5,"algorithm":"bcrypt-of-a-plugin"}"#, "none of"),
        ("{}", r#"{"hashIterations":27500,"algorithm":"pbkdf2-sha256"}"#, "malformed"),
        ("not JSON", "", "malformed"),
    ] {
        let problem = ImportedHash::of_keycloak(secret, made).unwrap_err().to_string();
        assert!(problem.contains(why), "{made}: {problem}");
    }
    let parameters = FirebaseParameters::read(FIREBASE_PARAMETERS).unwrap();
    for (salt, hash) in [("", FIREBASE[0].2), ("42xEC+ixf3L2lw==", "lSrfV15cpx95"), ("é", FIREBASE[0].2)] {
        let problem = ImportedHash::of_firebase(&parameters, salt, hash).unwrap_err().to_string();
        assert!(problem.contains("malformed"), "{problem}");
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(1), "nothing was computed");
    // What the log gets.
    let told = format!("{parameters:?} {:?}", ImportedHash::read(TEXTS[0].2).unwrap());
    assert_eq!(told, "FirebaseParameters(…) ImportedHash(pbkdf2, …)");
}
