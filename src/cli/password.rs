//! Where a command gets a password from. Never from its arguments: other users of the machine see those.

use std::io::{IsTerminal as _, Read as _};

use anyhow::{anyhow, bail};
use oskar::password::NewPassword;
use zeroize::Zeroizing;

/// The first line of standard input.
pub fn from_stdin() -> anyhow::Result<NewPassword> {
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().take(4096).read_to_string(&mut text)?;
    let line = text.lines().next().unwrap_or_default();
    NewPassword::try_from(line.to_owned()).map_err(|problem| anyhow!(problem))
}

/// Asked for twice at the terminal.
pub fn from_terminal() -> anyhow::Result<NewPassword> {
    if !std::io::stdin().is_terminal() {
        bail!("there is no terminal to ask for a password: use --password-stdin");
    }
    let first = Zeroizing::new(rpassword::prompt_password("Password: ")?);
    let second = Zeroizing::new(rpassword::prompt_password("Once more: ")?);
    if *first != *second {
        bail!("the two are not the same");
    }
    NewPassword::try_from(first.as_str().to_owned()).map_err(|problem| anyhow!(problem))
}
