//! What an integrator's own system keeps beside a row: texts by names.

use std::collections::BTreeMap;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// As it is stored. Rows without any have none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Metadata(pub BTreeMap<String, String>);
