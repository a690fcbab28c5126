//! ID token or access token: which of them an issuer's token is, and whether that kind is taken.

use serde::Deserialize;
use serde_json::Value;

use crate::config::{AcceptedTokens, IdentityProvider};
use crate::jwt::Rejection;

/// Claims that only one of the two kinds has.
#[derive(Deserialize)]
pub struct Marks {
    /// Of access tokens: what they are good for (RFC 9068 section 2.2.3); `scp` at some providers.
    scope: Option<Value>,
    scp: Option<Value>,
    /// Of ID tokens (OpenID Connect Core sections 2 and 3.3.2.11).
    nonce: Option<Value>,
    at_hash: Option<Value>,
    c_hash: Option<Value>,
}

impl Marks {
    /// Whether the token has that scope, written as a text with spaces or as a list.
    fn grants(&self, wanted: &str) -> bool {
        let has = |claim: &Option<Value>| match claim {
            Some(Value::String(text)) => text.split(' ').any(|scope| scope == wanted),
            Some(Value::Array(list)) => list.iter().any(|scope| scope == wanted),
            _ => false,
        };
        has(&self.scope) || has(&self.scp)
    }
}

/// Whether the token is of a kind that the settings take, and has the scopes that they ask for. Not all ID tokens have a
/// mark of their own, all good access tokens have one: `id_token` refuses what is marked as an access token,
/// `access_token` takes nothing else.
///
/// # Errors
/// [`Rejection::WrongKind`]; [`Rejection::MissingScope`].
pub fn check(
    marks: &Marks,
    typ_claim: Option<&str>,
    has_client_id: bool,
    typ_header: Option<&str>,
    settings: &IdentityProvider,
) -> Result<(), Rejection> {
    let access = typ_header == Some("at+jwt")
        || typ_claim == Some("Bearer")
        || has_client_id
        || marks.scope.is_some()
        || marks.scp.is_some();
    let id =
        typ_claim == Some("ID") || marks.nonce.is_some() || marks.at_hash.is_some() || marks.c_hash.is_some();
    let taken = match settings.accept {
        AcceptedTokens::Both => true,
        AcceptedTokens::IdToken => !access,
        AcceptedTokens::AccessToken => access && !id,
    };
    if !taken {
        return Err(Rejection::WrongKind);
    }
    let granted = settings.scope.iter().all(|wanted| marks.grants(wanted));
    if granted { Ok(()) } else { Err(Rejection::MissingScope) }
}
