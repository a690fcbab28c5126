//! What to ask for where a credential is good and not enough (RFC 9470): a proof of who the user is that is more recent,
//! or stronger.

/// What is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepUp {
    detail: &'static str,
    /// How old the proof may be, in seconds, if it is too old.
    max_age: Option<i64>,
    /// One of which is asked for, if the proof is too weak.
    acr_values: Vec<String>,
}

impl std::fmt::Display for StepUp {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.detail)
    }
}

impl StepUp {
    /// The user must prove to us who they are.
    pub const fn here(max_age: i64) -> Self {
        let detail = "Prove again who you are, by `POST /api/auth/reauthenticate`, and go on with the session that it gives.";
        Self { detail, max_age: Some(max_age), acr_values: Vec::new() }
    }

    /// The user must prove it to the issuer.
    pub const fn at_issuer(max_age: Option<i64>, acr_values: Vec<String>) -> Self {
        let detail =
            "The issuer's token tells of no proof that is recent and strong enough: sign in again there.";
        Self { detail, max_age, acr_values }
    }

    /// The value of `WWW-Authenticate` (RFC 9470 section 3).
    pub fn challenge(&self) -> String {
        let error = r#"Bearer realm="oskar", error="insufficient_user_authentication""#.to_owned();
        let max_age = self.max_age.map(|max_age| format!("max_age={max_age}"));
        let acr_values =
            (!self.acr_values.is_empty()).then(|| format!(r#"acr_values="{}""#, self.acr_values.join(" ")));
        [Some(error), max_age, acr_values].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
