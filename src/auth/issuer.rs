//! Users whom another issuer vouches for: from its token to who that is.

use super::client::Client;
use super::credential::API_KEY_PREFIX;
use super::refusals::warn_of_refusal;
use crate::app::App;
use crate::config::IdentityProvider;
use crate::domain::identities::{self, Admission, ExternalIdentityClaims};
use crate::error::Error;
use crate::issuers::TokenRefusal;
use crate::jwt::claimed;

/// Whether a bearer token may be another issuer's. Those of our own are for other doors.
pub fn is_foreign(app: &App, token: &str) -> bool {
    let is_own = |issuer: &str| {
        let of_dialects = || app.config.compat.documented().filter_map(|tokens| tokens.name.issuer());
        issuer == app.config.public_url || of_dialects().any(|own| own == issuer)
    };
    let ours = claimed(token, token.len()).is_ok_and(|claimed| is_own(&claimed.issuer));
    !ours && !token.starts_with(API_KEY_PREFIX)
}

/// Checks an issuer's token. A bad one counts as a wrong guess of that address.
///
/// # Errors
/// [`Error::InvalidIssuerToken`], with no hint at what was wrong with it; [`Error::IssuerDisabled`] if the issuer is
/// turned off, or is configured no more; [`Error::StepUp`] if its settings ask for a proof that is more recent or
/// stronger; [`Error::IssuerUnavailable`]; [`Error::TooManyAttempts`].
pub async fn by_issuer<'a>(
    app: &'a App,
    client: &Client,
    token: &str,
) -> Result<(ExternalIdentityClaims, Admission<'a>), Error> {
    let checked = app.issuers.check(token, app.now()).await;
    if let Err(refusal) = &checked {
        warn_of_refusal(app, client, "issuer_token", refusal);
    }
    match checked {
        Ok((vouched, settings)) => Ok((vouched, admission(app, settings))),
        Err(TokenRefusal::Disabled) => Err(Error::IssuerDisabled),
        Err(TokenRefusal::Unknown(issuer)) if identities::is_known(app.db.read(), &issuer).await? => {
            Err(Error::IssuerDisabled)
        }
        Err(TokenRefusal::Unavailable) => Err(Error::IssuerUnavailable),
        Err(TokenRefusal::StepUp(step_up)) => Err(Error::StepUp(step_up)),
        Err(refusal) => {
            tracing::debug!(?refusal, "refused an issuer's token");
            Err(client.attempt(app).refuse(Error::InvalidIssuerToken).await)
        }
    }
}

fn admission<'a>(app: &App, settings: &'a IdentityProvider) -> Admission<'a> {
    Admission {
        emails: &settings.allowed_emails,
        domains: &settings.allowed_domains,
        new_users: settings.new_users.as_ref().map(|(place, role)| (place.as_str(), *role)),
        seats: app.config.limits.seats,
    }
}
