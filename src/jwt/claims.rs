//! What an access token says.

use serde::Serialize;

use super::dialect::DialectName;
use crate::id::{OrganisationId, SessionId, UserId};
use crate::permission::Role;

/// The `typ` header of access tokens (RFC 9068 section 2.1).
pub const TYP: &str = "at+jwt";

/// The `typ` header of refresh tokens that are JWTs: one of its own, so that no reader takes one for another token
/// (RFC 8725 section 3.11).
pub const REFRESH_TYP: &str = "refresh+jwt";

/// The claims of an access token. Times are seconds since 1970.
///
/// Oskar itself takes role and membership from the database at every request, so a demotion counts at
/// once; these claims are for other services.
#[derive(Clone, Debug, Serialize)]
pub struct AccessClaims {
    /// The public URL of this installation.
    pub iss: String,
    /// The audience by setting `tokens.audience`.
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The client that the token was issued to, by setting `tokens.client_id` (RFC 9068 section 2.2).
    pub client_id: String,
    /// The session; the token is revoked with it.
    pub sid: SessionId,
    /// The organisation that the token is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_id: Option<OrganisationId>,
    /// Its slug when the token was made. It may change: services remember `org_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_slug: Option<String>,
    /// The user's role there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What the user may do there.
    pub permissions: Vec<String>,
    /// Always `access`.
    pub r#type: String,
    /// Issued at.
    pub iat: i64,
    /// Expires at.
    pub exp: i64,
    /// Unique to this token.
    pub jti: String,
    /// When the user proved who they are; missing if the issuer that vouches for them does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The authentication context class by the word of the issuer that vouches for the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// How the user proved who they are (RFC 8176); `fed` first if another issuer vouches for them.
    pub amr: Vec<String>,
    /// The older API whose clients the token was made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compat: Option<DialectName>,
}

/// The claims of a refresh token for clients of an older API, where it is a JWT. Times are seconds since 1970.
#[derive(Clone, Debug, Serialize)]
pub struct RefreshClaims {
    /// The public URL of this installation.
    pub iss: String,
    /// The audience by setting `tokens.audience`.
    pub aud: String,
    /// The user.
    pub sub: UserId,
    /// The session; the token is revoked with it.
    pub sid: SessionId,
    /// As in our own refresh tokens, which it stands for.
    pub counter: u32,
    /// Always `refresh`.
    pub r#type: String,
    /// Issued at.
    pub iat: i64,
    /// Expires at.
    pub exp: i64,
    /// Unique to this token.
    pub jti: String,
    /// The only door that it opens.
    pub compat: DialectName,
}
