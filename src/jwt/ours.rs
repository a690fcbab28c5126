//! Our own tokens, read back.

use jsonwebtoken::Algorithm;
use serde::Deserialize;

use super::claims::{AccessClaims, REFRESH_TYP, TYP};
use super::dialect::DialectName;
use super::keys::{SigningAlgorithm, SigningKeys};
use super::verify::{Expected, LONGEST, Rejection, expiry, verify_by};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::id::{OrganisationId, SessionId, UserId};

/// What a token of ours must say.
#[derive(Clone, Copy, Debug)]
pub struct Trusted<'a> {
    /// The exact `iss`, unless the token is a dialect's that has another one.
    pub issuer: &'a str,
    /// The exact `aud`, or one of them.
    pub audience: &'a str,
    /// The header's `typ` by the setting `tokens.typ`. `at+jwt` is good beside it: what was signed before the setting
    /// changed goes on.
    pub typ: &'a str,
    /// What our own API's tokens are signed with.
    pub own: SigningAlgorithm,
    /// The older APIs that are turned on, and what their tokens are signed with; the tokens of others count for nothing.
    pub dialects: &'a [(DialectName, SigningAlgorithm)],
}

impl Trusted<'_> {
    /// Whether tokens of that kind may be signed with that algorithm. A service that was given the shared key of one
    /// dialect must not make tokens of another one with it, or of our own API. (Those that our own API signed before its
    /// algorithm was changed are good until they expire.)
    fn allows(&self, dialect: Option<DialectName>, algorithm: Algorithm) -> Result<(), Rejection> {
        let by = |signing: SigningAlgorithm| signing.jwa() == algorithm;
        let Some(name) = dialect else {
            let of_a_dialect =
                self.dialects.iter().any(|(_, signing)| signing.is_symmetric() && by(*signing));
            return if of_a_dialect && !by(self.own) { Err(Rejection::WrongKey) } else { Ok(()) };
        };
        let (_, signing) =
            self.dialects.iter().find(|(known, _)| *known == name).ok_or(Rejection::WrongDialect)?;
        if by(*signing) { Ok(()) } else { Err(Rejection::WrongKey) }
    }
}

/// A good access token.
#[derive(Clone, Copy, Debug)]
pub struct AccessToken {
    pub user: UserId,
    pub session: SessionId,
    pub organisation: Option<OrganisationId>,
    pub expires_at: Timestamp,
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
    /// `org` in tokens that were made before this claim had its name.
    #[serde(alias = "org")]
    org_id: Option<OrganisationId>,
    r#type: String,
    compat: Option<DialectName>,
    counter: Option<u32>,
    /// Strict where other issuers' are not: we only ever write whole seconds, so anything else is not from here.
    exp: i64,
    #[serde(rename = "iat")]
    _iat: i64,
    #[serde(rename = "nbf")]
    _nbf: Option<i64>,
}

impl SigningKeys {
    /// Signs and verifies once with each algorithm in use.
    ///
    /// # Errors
    /// When the key or the cryptography behind it does not work.
    pub fn self_test(&self, now: Timestamp) -> Result<(), Error> {
        let claims = AccessClaims {
            iss: "self-test".to_owned(),
            aud: "self-test".to_owned(),
            sub: UserId::generate(),
            client_id: "self-test".to_owned(),
            sid: SessionId::generate(),
            org_id: None,
            org_slug: None,
            role: None,
            permissions: Vec::new(),
            r#type: "access".to_owned(),
            iat: now.timestamp(),
            exp: now.timestamp() + 60,
            jti: String::new(),
            auth_time: Some(now.timestamp()),
            acr: None,
            amr: Vec::new(),
            compat: None,
        };
        for algorithm in &self.algorithms {
            let own = *algorithm;
            let trusted =
                Trusted { issuer: "self-test", audience: "self-test", typ: TYP, own, dialects: &[] };
            let token = self.sign(*algorithm, TYP, &claims, now)?;
            let read = self.verify(&token, &trusted, now).map_err(Error::internal)?;
            if read.user != claims.sub {
                return Err(Error::internal("a signed token read back differently"));
            }
        }
        Ok(())
    }

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
        let claims = self.claims(token, &[TYP, trusted.typ], "access", trusted, now)?;
        let user = claims.uid.map_or_else(|| claims.sub.parse().map_err(|_| Rejection::BadClaims), Ok)?;
        let expires_at = Timestamp::from_timestamp(claims.exp, 0).ok_or(Rejection::BadClaims)?;
        Ok(AccessToken { user, session: claims.sid, organisation: claims.org_id, expires_at })
    }

    /// Checks an access token of ours that has expired, as it was just before.
    ///
    /// # Errors
    /// The first other reason for which it is refused.
    pub fn verify_expired(&self, token: &str, trusted: &Trusted<'_>) -> Result<AccessToken, Rejection> {
        let end = expiry(token, LONGEST)?;
        self.verify(token, trusted, end)
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
        types: &[&str],
        kind: &str,
        trusted: &Trusted<'_>,
        now: Timestamp,
    ) -> Result<Claims, Rejection> {
        // Which issuer is the right one, the claims tell.
        let expected = Expected {
            types,
            issuer: None,
            audience: Some(trusted.audience),
            registered_claims: true,
            longest: LONGEST,
            now,
        };
        let (payload, algorithm) = verify_by(token, self.verifying(), &expected)?;
        let claims: Claims = serde_json::from_slice(&payload).map_err(|_| Rejection::BadClaims)?;
        trusted.allows(claims.compat, algorithm)?;
        let issuer = claims.compat.and_then(DialectName::issuer).unwrap_or(trusted.issuer);
        if claims.iss.as_deref() != Some(issuer) {
            return Err(Rejection::WrongIssuer);
        }
        if claims.r#type == kind { Ok(claims) } else { Err(Rejection::WrongType) }
    }
}
