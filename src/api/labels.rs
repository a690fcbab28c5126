//! What an integrator's own system keeps beside things, in queries.

use serde::Deserialize;
use utoipa::IntoParams;

use super::input::present;
use crate::domain::values::external_id::ExternalId;

/// Finds things by the integrator's own id.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ByExternalId {
    /// Only what the integrator's own system calls so: one at most, and of keys the revoked ones, too.
    #[param(value_type = Option<ExternalId>, nullable = false)]
    #[serde(default, deserialize_with = "present")]
    pub external_id: Option<ExternalId>,
}

impl ByExternalId {
    /// The id that is asked for.
    pub fn as_str(&self) -> Option<&str> {
        self.external_id.as_ref().map(ExternalId::as_str)
    }
}
