//! What each mail says. All words that people or programs chose themselves go through `quoted.rs`.

use super::letter::Letter;
use super::quoted;

const NOT_YOU: &str = "If this was not you, ignore this mail: nothing happens.";
const NOT_YOU_ACT: &str = "If this was not you, choose a new password now: that ends all sessions.";

fn letter(
    subject: String,
    paragraphs: Vec<String>,
    action: Option<(&'static str, String)>,
    footer: &str,
) -> Letter {
    Letter { subject, paragraphs, action, footer: footer.to_owned() }
}

/// `organisation` is the one that is made with the proof.
pub fn verify_email(product: &str, organisation: Option<&str>, link: String) -> Letter {
    let organisation = organisation
        .map_or_else(String::new, |name| format!(", for the organisation {}", quoted::name(name)));
    letter(
        format!("Confirm your e-mail address for {product}"),
        vec![format!(
            "An account at {product} was made with this address{organisation}. Confirm that the address is yours; the link works for 24 hours."
        )],
        Some(("Confirm address", link)),
        NOT_YOU,
    )
}

pub fn already_registered(product: &str, site: &str) -> Letter {
    letter(
        "You have an account already".to_owned(),
        vec![
            format!(
                "Somebody tried to register at {product} with this address, but it has an account already."
            ),
            format!(
                "If it was you: sign in at {site}, or ask for a new password there, which confirms the address too."
            ),
        ],
        None,
        NOT_YOU,
    )
}

pub fn reset_password(product: &str, link: String) -> Letter {
    letter(
        "Choose a new password".to_owned(),
        vec![format!(
            "Somebody asked for a new password for your account at {product}. The link works once, for 30 minutes. Choosing a new password ends all your sessions."
        )],
        Some(("Choose a new password", link)),
        NOT_YOU,
    )
}

pub fn choose_password(first: bool, product: &str, site: &str, link: String) -> Letter {
    let why = if first {
        format!("An operator of {product} ({site}) has made an account for you with this address.")
    } else {
        format!(
            "An operator of {product} ({site}) has taken the password of your account away: the old one and all your sessions have ended."
        )
    };
    letter(
        if first { "Your account" } else { "Choose a new password" }.to_owned(),
        vec![why, "Choose your password by the link. It works once, for 24 hours; after that, ask for another one where you sign in.".to_owned()],
        Some(("Choose a password", link)),
        "If you do not know what this is about, ignore this mail.",
    )
}

pub fn confirm_new_email(product: &str, link: String) -> Letter {
    letter(
        "Confirm your new e-mail address".to_owned(),
        vec![format!(
            "An account at {product} is to have this address from now on. Confirm that the address is yours; the link works for 24 hours."
        )],
        Some(("Confirm address", link)),
        NOT_YOU,
    )
}

pub fn email_changed(new: &str) -> Letter {
    letter(
        "Your e-mail address was changed".to_owned(),
        vec![format!(
            "Your account has the address {} now. Mails about it no longer come here.",
            quoted::name(new)
        )],
        None,
        "If this was not you, tell the administrator of your organisation at once.",
    )
}

pub fn invitation(inviter: Option<&str>, organisation: &str, role: &str, link: String) -> Letter {
    let inviter = inviter.map_or_else(|| "An admin".to_owned(), quoted::name);
    let organisation = quoted::name(organisation);
    letter(
        format!("{inviter} invites you to {organisation}"),
        vec![
            format!("{inviter} invites you to join {organisation} as {role}."),
            "The invitation is for this address and can be accepted for 7 days, with or without an account."
                .to_owned(),
        ],
        Some(("Accept the invitation", link)),
        "If you do not know what this is about, ignore this mail.",
    )
}

pub fn new_device(device: &str, address: &str, time: &str) -> Letter {
    let device = quoted::device(device);
    letter(
        "New sign-in to your account".to_owned(),
        vec![format!(
            "Your account was signed in to on a device that it was not used on before: {device}, from {address}, {time}."
        )],
        None,
        NOT_YOU_ACT,
    )
}

pub fn password_changed() -> Letter {
    letter(
        "Your password was changed".to_owned(),
        vec!["The password of your account was changed, and your other sessions were ended.".to_owned()],
        None,
        "If this was not you, ask for a new password at once.",
    )
}

/// `None`: there is none any more.
pub fn username_changed(username: Option<&str>) -> Letter {
    let now = match username {
        Some(username) => {
            format!("You can sign in with the username {} from now on.", quoted::name(username))
        }
        None => "Your account has no username any more. You can sign in with your e-mail address.".to_owned(),
    };
    letter("Your username was changed".to_owned(), vec![now], None, NOT_YOU_ACT)
}

pub fn password_guesses(link: String) -> Letter {
    letter(
        "Wrong passwords at your account".to_owned(),
        vec![
            "Several wrong passwords were tried at your account, so attempts from unknown places have to wait now. Devices and networks that you signed in from during the last 30 days do not wait for them.".to_owned(),
            "If you have to wait, the link lets you in: you can sign in with your password at once where you open it, or choose a new one. It works once, for 24 hours.".to_owned(),
        ],
        Some(("Let me in", link)),
        "You get such a mail once a day at most. If you use the password elsewhere too, choose a new one.",
    )
}

pub fn key_created(actor: &str, key: &str, organisation: &str) -> Letter {
    let (actor, key, organisation) = (quoted::name(actor), quoted::name(key), quoted::name(organisation));
    letter(
        format!("New API key in {organisation}"),
        vec![format!("{actor} made the API key {key} in {organisation}.")],
        None,
        "You get this because you are an admin there. If nobody should have made it, revoke it.",
    )
}

pub fn refresh_theft(device: &str) -> Letter {
    let device = quoted::device(device);
    letter(
        "A session was ended for your safety".to_owned(),
        vec![
            format!(
                "A refresh token of your session on {device} was used twice. Somebody may have copied it, so the session was ended."
            ),
            "Sign in again. If it happens again, choose a new password.".to_owned(),
        ],
        None,
        "You get this because it is your account.",
    )
}

pub fn raised_to_admin(organisation: &str) -> Letter {
    let organisation = quoted::name(organisation);
    letter(
        format!("You are an admin of {organisation}"),
        vec![format!("You may now manage members and API keys of {organisation}.")],
        None,
        "You get this because your role was changed.",
    )
}

pub fn new_admin(members: &[String], organisation: &str) -> Letter {
    let (members, organisation) = (quoted::names(members), quoted::name(organisation));
    letter(
        format!("New admin of {organisation}"),
        vec![
            format!("{members} may manage members and API keys of {organisation} from now on."),
            "The audit log of the organisation tells who decided it. If it should not be so, change the role or remove the member."
                .to_owned(),
        ],
        None,
        "You get this because you are an admin there.",
    )
}

pub fn keys_left_behind(member: &str, organisation: &str, keys: &[String]) -> Letter {
    let (member, organisation, keys) =
        (quoted::name(member), quoted::name(organisation), quoted::names(keys));
    letter(
        format!("API keys of a former member of {organisation}"),
        vec![
            format!(
                "{member} is no longer a member of {organisation}, but made these API keys, which go on: {keys}."
            ),
            "If that person knows their secrets, rotate or revoke them.".to_owned(),
        ],
        None,
        "You get this because you are an admin there.",
    )
}

pub fn identity_linked(issuer: &str) -> Letter {
    letter(
        "A new way to sign in to your account".to_owned(),
        vec![format!("Your account was linked with {issuer}: your user there can sign in here from now on.")],
        None,
        "If this was not you, choose a new password at once and end the link, or ask your administrator to.",
    )
}

pub fn identity_unlinked(issuer: &str) -> Letter {
    letter(
        "A way to sign in to your account was removed".to_owned(),
        vec![format!(
            "Your account is no longer linked with {issuer}. The sessions that began there have ended."
        )],
        None,
        NOT_YOU_ACT,
    )
}

pub fn account_deleted(product: &str) -> Letter {
    letter(
        format!("Your account at {product} was deleted"),
        vec![
            format!("The account at {product} with this address was deleted, and with it your sessions and memberships."),
            "It cannot be brought back. The address is free: you can register with it again, and the new account has nothing of the old one.".to_owned(),
        ],
        None,
        "If this was not you, tell the administrator of your organisation at once.",
    )
}

pub fn test(product: &str) -> Letter {
    letter(
        "It works".to_owned(),
        vec![format!("{product} can send mails.")],
        None,
        "You get this because somebody ran `oskar mail test`.",
    )
}
