//! What each mail says, in both parts: golden files.

use oskar::mail::{Letter, messages};

const PRODUCT: &str = "Acme Cloud";

fn golden(name: &str, letter: &Letter) {
    let (text, html) = (letter.text().unwrap(), letter.html().unwrap());
    let shown = format!("Subject: {}\n\n{text}\n--- html ---\n{html}", letter.subject);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("mail_{name}"), shown);
    });
}

fn link(page: &str) -> String {
    format!("https://auth.example/{page}#os…")
}

#[test]
fn every_mail_says_what_its_golden_file_says() {
    for (name, letter) in [
        ("verify_email", messages::verify_email(PRODUCT, Some("Acme"), link("verify"))),
        ("verify_email_without_organisation", messages::verify_email(PRODUCT, None, link("verify"))),
        ("account_deleted", messages::account_deleted(PRODUCT)),
        ("already_registered", messages::already_registered(PRODUCT, "https://auth.example")),
        ("reset_password", messages::reset_password(PRODUCT, link("reset"))),
        (
            "choose_password_first",
            messages::choose_password(true, PRODUCT, "https://auth.example", link("reset")),
        ),
        ("choose_password", messages::choose_password(false, PRODUCT, "https://auth.example", link("reset"))),
        ("confirm_new_email", messages::confirm_new_email(PRODUCT, link("verify"))),
        ("email_changed", messages::email_changed("new@acme.example")),
        (
            "invitation",
            messages::invitation(Some("Ana Ruiz"), "Acme & <b>Sons</b>", "member", link("invite")),
        ),
        ("new_device", messages::new_device("Firefox <img>", "203.0.113.7", "2026-01-02 03:04 UTC")),
        ("password_changed", messages::password_changed()),
        ("username_changed", messages::username_changed(Some("ana"))),
        ("username_taken_away", messages::username_changed(None)),
        ("password_guesses", messages::password_guesses(link("unlock"))),
        ("key_created", messages::key_created("Ana Ruiz", "Deploy bot", "Acme")),
        ("refresh_theft", messages::refresh_theft("Firefox")),
        ("raised_to_admin", messages::raised_to_admin("Acme")),
        ("new_admin", messages::new_admin(&["Bob (bob@acme.example)".to_owned()], "Acme")),
        (
            "keys_left_behind",
            messages::keys_left_behind("Bob", "Acme", &["Deploy bot".to_owned(), "Backup".to_owned()]),
        ),
        ("identity_linked", messages::identity_linked("https://login.example/<b>")),
        ("identity_unlinked", messages::identity_unlinked("https://login.example/")),
        ("test", messages::test(PRODUCT)),
    ] {
        let letter = letter.signed(PRODUCT);
        golden(name, &letter);
        assert!(!letter.html().unwrap().contains("<b>") && !letter.html().unwrap().contains("<img>"));
    }
}
