//! Our own tokens, read back.

use serde::Deserialize;

use super::claims::{ACCESS_TYPS, REFRESH_TYP};
use super::dialect::DialectName;
use super::keys::SigningKeys;
use super::verify::{Expected, LONGEST, Rejection, verify};
use crate::clock::Timestamp;
use crate::id::{OrganisationId, SessionId, UserId};

/// What a token of ours must say.
#[derive(Clone, Copy, Debug)]
pub struct Trusted<'a> {
    /// The exact `iss`, unless the token is a dialect's that has another one.
    pub issuer: &'a str,
    /// The exact `aud`, or one of them.
    pub audience: &'a str,
    /// The older APIs that are turned on; the tokens of others count for nothing.
    pub dialects: &'a [DialectName],
}

/// A good access token.
#[derive(Clone, Copy, Debug)]
pub struct AccessToken {
    pub user: UserId,
    pub session: SessionId,
    pub organisation: Option<OrganisationId>,
}

/// A good refresh token of an older API.
#[derive(Clone, Copy, Debug)]
pub struct RefreshJwt {
    pub session: SessionId,
    /// As in our own refresh tokens, which it stands for.
    pub counter: u32,
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: String,
    /// The user, where `sub` is something else.
    uid: Option<UserId>,
    sid: SessionId,
    org: Option<OrganisationId>,
    r#type: String,
    compat: Option<DialectName>,
    counter: Option<u32>,
}

impl SigningKeys {
    /// Checks an access token of ours.
    ///
    /// # Errors
    /// The first reason for which it is refused.
    pub fn verify(
        &self,
        token: &str,
        trusted: &Trusted<'_>,
        now: Timestamp,
    ) -> Result<AccessToken, Rejection> {
        let claims = self.claims(token, &ACCESS_TYPS, "access", trusted, now)?;
        let user = claims.uid.map_or_else(|| claims.sub.parse().map_err(|_| Rejection::BadClaims), Ok)?;
        Ok(AccessToken { user, session: claims.sid, organisation: claims.org })
    }

    /// Checks a refresh token that was made for clients of that older API. Those of others are for other doors.
    ///
    /// # Errors
    /// The first reason for which it is refused.
    pub fn verify_refresh(
        &self,
        token: &str,
        dialect: DialectName,
        trusted: &Trusted<'_>,
        now: Timestamp,
    ) -> Result<RefreshJwt, Rejection> {
        let claims = self.claims(token, &[REFRESH_TYP], "refresh", trusted, now)?;
        match claims.counter {
            Some(counter) if claims.compat == Some(dialect) => {
                Ok(RefreshJwt { session: claims.sid, counter })
            }
            _ => Err(Rejection::WrongDialect),
        }
    }

    fn claims(
        &self,
        token: &str,
        typs: &[&str],
        kind: &str,
        trusted: &Trusted<'_>,
        now: Timestamp,
    ) -> Result<Claims, Rejection> {
        // Which issuer is the right one, the claims tell.
        let expected = Expected {
            typs: Some(typs),
            issuer: None,
            audience: Some(trusted.audience),
            registered_claims: true,
            longest: LONGEST,
            now,
        };
        let payload = verify(token, self.verifying(), &expected)?;
        let claims: Claims = serde_json::from_slice(&payload).map_err(|_| Rejection::BadClaims)?;
        if claims.compat.is_some_and(|dialect| !trusted.dialects.contains(&dialect)) {
            return Err(Rejection::WrongDialect);
        }
        let issuer = claims.compat.and_then(DialectName::issuer).unwrap_or(trusted.issuer);
        if claims.iss.as_deref() != Some(issuer) {
            return Err(Rejection::WrongIssuer);
        }
        if claims.r#type == kind { Ok(claims) } else { Err(Rejection::WrongType) }
    }
}
