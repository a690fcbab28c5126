//! Where a command gets a password from. Never from its arguments: other users of the machine see those.

use std::io::{IsTerminal as _, Read as _};

use anyhow::{anyhow, bail};
use oskar::app::App;
use oskar::error::Error;
use oskar::password::{Context, NewPassword, ProposedPassword};
use zeroize::Zeroizing;

/// The first line of standard input, if it is a good password there. At a terminal it is asked for twice, and not shown.
pub async fn from_stdin(app: &App, context: &Context) -> anyhow::Result<NewPassword> {
    if std::io::stdin().is_terminal() {
        return from_terminal(app, context).await;
    }
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().take(4096).read_to_string(&mut text)?;
    let line = text.lines().next().unwrap_or_default();
    judged(app, context, line).await
}

async fn from_terminal(app: &App, context: &Context) -> anyhow::Result<NewPassword> {
    let first = Zeroizing::new(rpassword::prompt_password("Password: ")?);
    let second = Zeroizing::new(rpassword::prompt_password("Once more: ")?);
    if *first != *second {
        bail!("the two are not the same");
    }
    judged(app, context, &first).await
}

async fn judged(app: &App, context: &Context, text: &str) -> anyhow::Result<NewPassword> {
    let password = ProposedPassword::try_from(text.to_owned()).map_err(|problem| anyhow!(problem))?;
    match app.hasher.accept("/password", &password, context).await {
        Err(Error::WeakPassword(refusal)) => bail!("the password was refused. {}", refusal.advice()),
        judged => Ok(judged?),
    }
}
