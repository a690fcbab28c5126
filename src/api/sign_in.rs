//! What a sign-in is asked with: a password, or another issuer's token where others have a password.

use axum::extract::{FromRequest, Request};
use axum::http::header::AUTHORIZATION;
use serde::Deserialize;
use utoipa::ToSchema;

use super::input::{OptionalInput, present};
use super::session_carrier::{Answers, SessionCarrier};
use crate::app::App;
use crate::auth::sign_in::{PasswordSignIn, SignInState, by_issuer_token, by_password};
use crate::auth::{Client, Keep, bearer, is_foreign};
use crate::error::{Error, FieldCode, both};
use crate::password::{PresentedPassword, ProposedPassword};

/// Who signs in. Give `email` or `username`; either may hold either. With an issuer's token as bearer neither is
/// needed, and no password.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignIn, example = json!({"email": "ana@acme.example", "password": "correct horse battery staple"}))]
pub struct LoginInput {
    #[schema(max_length = 320, example = "ana@acme.example")]
    email: Option<String>,
    #[schema(max_length = 320)]
    username: Option<String>,
    password: Option<PresentedPassword>,
    /// Takes the place of `password` in the same step, and all other sessions end. A password that was set for the user has
    /// to be changed like this (`password_change_required`).
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    new_password: Option<ProposedPassword>,
    /// Slug or id of the organisation that the token is for; default: the first one.
    #[schema(example = "acme")]
    org: Option<String>,
    /// Whether the browser keeps the session cookie when it is closed; default: true. False for machines of others.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    remember: Option<bool>,
    /// Default: `both`. `cookie` is for pages of the server's own site, `tokens` for clients that are no browsers.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "present")]
    session: Option<SessionCarrier>,
}

impl LoginInput {
    /// Signs in by the password.
    pub async fn sign_in(&self, app: &App, client: &Client, answers: Answers) -> Result<SignInState, Error> {
        let terms = answers.terms(app, client, self.session, Keep::asked(self.remember));
        let name = match (&self.email, &self.username) {
            (Some(name), None) | (None, Some(name)) => Ok(name),
            (None, None) => Err(Error::wrong("/email", FieldCode::Required, "give `email` or `username`")),
            (Some(_), Some(_)) => Err(Error::invalid("/username", "give `email` or `username`, not both")),
        };
        let missing = || Error::wrong("/password", FieldCode::Required, "this is required");
        let password = self.password.as_ref().ok_or_else(missing);
        let (terms, (name, password)) = both(terms, both(name, password))?;
        let given = PasswordSignIn {
            name,
            password,
            new_password: self.new_password.as_ref(),
            organisation: self.org.as_deref(),
        };
        by_password(app, client, given, terms).await
    }
}

/// The body of a sign-in, and the issuer's token if one stands for the password.
pub enum SignInRequest {
    Password(LoginInput),
    /// Of the input, `org`, `remember` and `session` count.
    Token(String, LoginInput),
}

impl FromRequest<App> for SignInRequest {
    type Rejection = Error;

    /// A name or a password in the body decides, also beside an issuer's token: clients leave old tokens in their headers.
    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let headers = request.headers();
        let token = bearer(headers).filter(|token| is_foreign(app, token)).map(str::to_owned);
        if token.is_some() && headers.get_all(AUTHORIZATION).iter().count() > 1 {
            return Err(Error::AmbiguousCredentials);
        }
        let OptionalInput(input) = OptionalInput::<LoginInput>::from_request(request, app).await?;
        let input = input.unwrap_or_default();
        let named = input.email.is_some() || input.username.is_some();
        let named = named || input.password.is_some() || input.new_password.is_some();
        Ok(match token.filter(|_| !named) {
            Some(token) => Self::Token(token, input),
            None => Self::Password(input),
        })
    }
}

impl SignInRequest {
    /// Signs in by what was given.
    pub async fn sign_in(&self, app: &App, client: &Client, answers: Answers) -> Result<SignInState, Error> {
        match self {
            Self::Password(input) => input.sign_in(app, client, answers).await,
            Self::Token(token, input) => {
                let terms = answers.terms(app, client, input.session, Keep::asked(input.remember))?;
                by_issuer_token(app, client, token, input.org.as_deref(), terms).await
            }
        }
    }
}
