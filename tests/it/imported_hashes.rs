//! Hashes that were made elsewhere: signing in with them, and what becomes of them.
//!
//! All of [`PASSWORD`] unless it is said otherwise, made with Python: argon2-cffi 25.1 (`low_level.hash_secret`), bcrypt
//! 4.0, `hashlib.scrypt` and `hashlib.pbkdf2_hmac` with the salt `a salt of 16 byt` in base64 without padding, and
//! passlib 1.7.4 for those that are named after it. At the lowest costs: they are checked in debug builds.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use oskar::domain::onboarding::import::{Done, Import, ImportedUser};
use oskar::domain::session::sign_in;
use oskar::password::ImportedHash;
use serde_json::json;

use crate::operator;
use crate::support::{Answer, PASSWORD, TestApp};

pub const BCRYPT: &str = HASHES[4].1;
pub const HASHES: [(&str, &str); 15] = [
    (
        "argon2id",
        "$argon2id$v=19$m=64,t=2,p=1$YSBzYWx0IG9mIDE2IGJ5dA$vUwgS2N/HixULwuMVtYnly1L7Q5JjtBy6aw6dOCNt9A",
    ),
    (
        "argon2i",
        "$argon2i$v=19$m=64,t=2,p=1$YSBzYWx0IG9mIDE2IGJ5dA$PIR2mzz4R/hi7adlJXpO1uOb1YFCUjEZM2g755ufdm4",
    ),
    (
        "argon2d",
        "$argon2d$v=19$m=64,t=2,p=1$YSBzYWx0IG9mIDE2IGJ5dA$zNMBvvQp8Z52UzzutBQQNpVFKanv0RkROn6bRNVEKCA",
    ),
    (
        "argon2i v16",
        "$argon2i$v=16$m=64,t=3,p=1$YSBzYWx0IG9mIDE2IGJ5dA$1R6ThEYuVZ1wAj1FLRbBZtZe19kWSehdLRNIcFul3Co",
    ),
    ("bcrypt 2b", "$2b$04$IempF3teGLlF1O5rgiyHOeZct5eLGFqzx3vw2JOCALaNC8ebFbtpO"),
    ("bcrypt 2y", "$2y$04$IempF3teGLlF1O5rgiyHOeZct5eLGFqzx3vw2JOCALaNC8ebFbtpO"),
    ("bcrypt 2a", "$2a$04$rxD24.wIGlSWMzjtvsAY0uDpEQhHhCunMALZP7BkD9ZDKW/N.yN4."),
    ("scrypt", "$scrypt$ln=4,r=8,p=1$YSBzYWx0IG9mIDE2IGJ5dA$av5r1d/Q+kPsjxyCxf4fUIDodFUpIyXMybi603j4Tf4"),
    (
        "scrypt passlib",
        "$scrypt$ln=4,r=8,p=1$CiHknDPmvFfq/Z8zRqiVsg$MON5r8qLR5d6A7wBBqRrzdrCR8brt7mvBOx7rAhs7e0",
    ),
    (
        "pbkdf2 sha256",
        "$pbkdf2-sha256$i=1000,l=32$YSBzYWx0IG9mIDE2IGJ5dA$P96bAA2FdlOjVj654h/Pj2QTbTaHHQhTD0reg+MYRLc",
    ),
    (
        "pbkdf2 sha512",
        "$pbkdf2-sha512$i=1000,l=64$YSBzYWx0IG9mIDE2IGJ5dA$wvrv6tV9xzPwOgIZuCpJUT4qArR57qG4UDE/HHzMbUAKjqwFWkeprCLnWCkr9Cbrg3nkGV4WuDhKG/aOdRgEXA",
    ),
    ("pbkdf2 sha1", "$pbkdf2-sha1$i=1000,l=20$YSBzYWx0IG9mIDE2IGJ5dA$lDLQBSWQwa/Ab6z4jqZaWP9T8hQ"),
    (
        "passlib sha256",
        "$pbkdf2-sha256$1000$9/7//7.XkpKytpZSypnzvg$gkjNDEEkgCKDkLxhoIHvVk.QwqF8WxAltWSp4xZ8XqE",
    ),
    (
        "passlib sha512",
        "$pbkdf2-sha512$1000$b40RYkzJ2dvb25tTyjkHoA$7itDt6uJxBDF3bjQDakANkoCPsa9.dEJ3MOcqHC4z51phhL4Ipnrru/9.UJcemcYRXcBuQyVrY3xq4MR7eTM2A",
    ),
    ("passlib sha1", "$pbkdf2$1000$f..999773zuHsHbOGYNwrg$JAWTI74kzrchTjbfTSK8LxU1eSA"),
];
/// What bcrypt sees of a long password.
const STEM: &str = "the first seventy-two bytes of a password are all that bcrypt looks at e";
const BCRYPT_OF_STEM: &str = "$2b$04$tKbVxWkttLSAO73yih01R.BvQgqHYNeUK2qpGf26IItyVCXtPhr9O";
const BCRYPT_OF_ABC: &str = "$2b$04$7u.QQi/GvyQxPkJG4iQxY.3LgbtW7L0oDp2r2m7NhYNGOeIYW0kxq";
const BCRYPT_OF_NOTHING: &str = "$2b$04$3ylFzqn9GzAX7jqrqY0A/.kp8.1.qYAhuh6VHk/Bzh5wXrgdyftuC";
const BCRYPT_OF_HUNTER2: &str = "$2b$04$zfHHPXIn8w0sUv3JnphXaebbe8e1MAkAPzNWEZi92YwLjkuMed6l6";

async fn import(app: &TestApp, email: &str, hash: &str) {
    import_read(app, email, ImportedHash::read(hash).unwrap()).await;
}

pub async fn import_read(app: &TestApp, email: &str, hash: ImportedHash) {
    let user = ImportedUser {
        email: email.parse().unwrap(),
        name: None,
        username: None,
        external_id: None,
        password_hash: Some(hash),
        place: None,
        email_verified: true,
        disabled: false,
        created_at: None,
    };
    let mut import = Import::new(None, false);
    let outcome = operator::change(app, async |write| import.batch(write, &[user]).await).await.unwrap();
    assert_eq!(outcome, [Ok(Done::Created)]);
}

pub async fn stored(app: &TestApp, email: &str) -> String {
    app.password_hash(email).await.unwrap()
}

pub async fn login(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anonymous().post("/api/auth/login", json!({ "email": email, "password": password })).await
}

#[tokio::test]
async fn every_kind_of_hash_signs_in_and_is_argon2id_from_then_on() {
    let app = TestApp::start().await;
    for (place, (kind, hash)) in HASHES.iter().enumerate() {
        let email = format!("p{place}@acme.example");
        import(&app, &email, hash).await;
        login(&app, &email, "wrong horse battery staple").await.status(401);
        assert!(!stored(&app, &email).await.contains("m=8,"), "{kind}: a wrong password upgrades nothing");
        login(&app, &email, PASSWORD).await.status(200);
        let upgraded = stored(&app, &email).await;
        assert!(upgraded.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{kind}: {upgraded}");
        login(&app, &email, PASSWORD).await.status(200);
        login(&app, &email, "wrong horse battery staple").await.status(401);
        assert_eq!(stored(&app, &email).await, upgraded, "{kind}");
        app.advance(TimeDelta::hours(1));
    }
}

/// A62: bcrypt cannot tell them apart; whoever signs in first decides, and from then on every byte counts.
#[tokio::test]
async fn a62_twins_of_72_bytes_are_told_apart_after_the_first_sign_in() {
    let app = TestApp::start().await;
    import(&app, "long@acme.example", BCRYPT_OF_STEM).await;
    let (mine, yours) = (format!("{STEM}mine"), format!("{STEM}yours"));
    login(&app, "long@acme.example", &mine).await.status(200);
    login(&app, "long@acme.example", &yours).await.status(401);
    login(&app, "long@acme.example", STEM).await.status(401);
    login(&app, "long@acme.example", &mine).await.status(200);
}

/// A62: bcrypt ends a password at the first NUL and begins again.
#[tokio::test]
async fn a_nul_is_no_way_around_bcrypt() {
    let app = TestApp::start().await;
    import(&app, "abc@acme.example", BCRYPT_OF_ABC).await;
    for twin in ["abcabcabcabc\0abcabcabcabc", "abcabcabcabc\0", "abcabcabcabc\0x"] {
        login(&app, "abc@acme.example", twin).await.status(401);
    }
    login(&app, "abc@acme.example", "abcabcabcabc").await.status(200);
}

#[tokio::test]
async fn a_short_password_goes_on_and_an_empty_one_does_not() {
    let app = TestApp::start().await;
    import(&app, "short@acme.example", BCRYPT_OF_HUNTER2).await;
    import(&app, "empty@acme.example", BCRYPT_OF_NOTHING).await;
    login(&app, "short@acme.example", "hunter2").await.status(200);
    assert!(stored(&app, "short@acme.example").await.starts_with("$argon2id$"), "upgraded as well");
    login(&app, "short@acme.example", "hunter2").await.status(200);
    login(&app, "empty@acme.example", "").await.status(401);
}

/// Each with why it is refused.
const HOSTILE: [(&str, &str); 21] = [
    ("", "none of"),
    ("hunter2", "none of"),
    ("$1$salt$qJH7.N4xYta3aEG/dfqo/0", "none of"),
    ("$2x$04$0qoefIH95XRDGmfINnaV9evTGcBZPUccboJKG0NpzqQerx.J6yZ.C", "none of"),
    ("$2b$04$0qoefIH95XRDGmfINnaV9evTGcBZPUccboJKG0NpzqQerx.J6yZ.", "malformed"),
    ("$2b$04$0qoefIH95XRDGmfINnaV9evTGcBZPUccboJKG0NpzqQerx.J6yZé", "malformed"),
    ("$2b$é4$0qoefIH95XRDGmfINnaV9evTGcBZPUccboJKG0NpzqQerx.J6yZ.", "malformed"),
    ("$2b$31$0qoefIH95XRDGmfINnaV9evTGcBZPUccboJKG0NpzqQerx.J6yZ.C", "more than is allowed"),
    ("$2b$03$0qoefIH95XRDGmfINnaV9evTGcBZPUccboJKG0NpzqQerx.J6yZ.C", "more than is allowed"),
    (
        "$argon2id$v=19$m=4194304,t=1,p=1$YSBzYWx0IG9mIDE2IGJ5dA$vUwgS2N/HixULwuMVtYnly1L7Q5JjtBy6aw6dOCNt9A",
        "more than is allowed",
    ),
    (
        "$argon2id$v=19$m=65536,t=100000,p=1$YSBzYWx0IG9mIDE2IGJ5dA$vUwgS2N/HixULwuMVtYnly1L7Q5JjtBy6aw6dOCNt9A",
        "more than is allowed",
    ),
    (
        "$argon2id$v=19$m=262144,t=1,p=4096$YSBzYWx0IG9mIDE2IGJ5dA$vUwgS2N/HixULwuMVtYnly1L7Q5JjtBy6aw6dOCNt9A",
        "more than is allowed",
    ),
    (
        "$argon2id$v=19$m=64,t=2,p=1,keyid=a2V5$YSBzYWx0IG9mIDE2IGJ5dA$vUwgS2N/HixULwuMVtYnly1L7Q5JjtBy6aw6dOCNt9A",
        "a key",
    ),
    ("$argon2id$v=19$m=64,t=2,p=1$YSBzYWx0IG9mIDE2IGJ5dA", "malformed"),
    ("$argon2id$v=19$m=64,t=2,p=1$YQ$vUwgS2N/HixULwuMVtYnly1L7Q5JjtBy6aw6dOCNt9A", "malformed"),
    (
        "$scrypt$ln=24,r=8,p=1$YSBzYWx0IG9mIDE2IGJ5dA$av5r1d/Q+kPsjxyCxf4fUIDodFUpIyXMybi603j4Tf4",
        "more than is allowed",
    ),
    (
        "$scrypt$ln=64,r=8,p=1$YSBzYWx0IG9mIDE2IGJ5dA$av5r1d/Q+kPsjxyCxf4fUIDodFUpIyXMybi603j4Tf4",
        "more than is allowed",
    ),
    (
        "$scrypt$ln=4,r=8,p=4294967295$YSBzYWx0IG9mIDE2IGJ5dA$av5r1d/Q+kPsjxyCxf4fUIDodFUpIyXMybi603j4Tf4",
        "more than is allowed",
    ),
    (
        "$pbkdf2-sha256$i=4294967295,l=32$YSBzYWx0IG9mIDE2IGJ5dA$P96bAA2FdlOjVj654h/Pj2QTbTaHHQhTD0reg+MYRLc",
        "more than is allowed",
    ),
    (
        "$pbkdf2-sha256$i=0,l=32$YSBzYWx0IG9mIDE2IGJ5dA$P96bAA2FdlOjVj654h/Pj2QTbTaHHQhTD0reg+MYRLc",
        "malformed",
    ),
    (
        "$pbkdf2-sha256$i=1000,l=64$YSBzYWx0IG9mIDE2IGJ5dA$P96bAA2FdlOjVj654h/Pj2QTbTaHHQhTD0reg+MYRLc",
        "malformed",
    ),
];

#[test]
fn hostile_hashes_are_refused_with_a_reason() {
    let started = Instant::now();
    for (hash, why) in HOSTILE {
        let problem = ImportedHash::read(hash).unwrap_err().to_string();
        assert!(problem.contains(why), "{hash}: {problem}");
    }
    assert!(started.elapsed() < Duration::from_secs(1), "nothing was computed");
}

#[tokio::test]
async fn a_hostile_hash_in_the_database_is_not_computed() {
    let app = TestApp::start().await;
    import(&app, "ana@acme.example", BCRYPT).await;
    let ana = sign_in::find(app.app.db.read(), "ana@acme.example").await.unwrap().unwrap().id.to_string();
    let started = Instant::now();
    for (hash, _) in HOSTILE {
        app.set_password_hash(&ana, Some(hash)).await;
        let answer = login(&app, "ana@acme.example", PASSWORD).await.status(500);
        // What went wrong is for the log.
        let told = "Something went wrong on our side. The request id helps to find it.";
        assert_eq!(answer.json()["detail"], told);
        app.advance(TimeDelta::hours(1));
    }
    assert!(started.elapsed() < Duration::from_secs(10), "nothing was computed");
}
