//! What the use of a credential leaves behind, written for many rows at once: the time, and its digest under the current
//! master secret.

use sea_orm::{DbBackend, Statement, Value};

/// Sets `column` of each row to its time, unless it has a later one. `rows` are ids with times.
pub fn later_times(
    backend: DbBackend,
    table: &str,
    id: &str,
    column: &str,
    rows: impl IntoIterator<Item = (Value, Value)>,
) -> Statement {
    let values: Vec<Value> = rows.into_iter().flat_map(|(id, at)| [id, at]).collect();
    let pairs: Vec<_> = (1..=values.len()).step_by(2).map(|at| format!("(${at}, ${})", at + 1)).collect();
    let sql = format!(
        r#"WITH seen (id, at) AS (VALUES {pairs})
           UPDATE "{table}" SET "{column}" = seen.at FROM seen
           WHERE "{table}"."{id}" = seen.id AND ("{table}"."{column}" IS NULL OR "{table}"."{column}" < seen.at)"#,
        pairs = pairs.join(", "),
    );
    Statement::from_sql_and_values(backend, sql, values)
}

/// Puts the digest under the master secret with that key id into `column` of each row, unless it is there already. `rows`
/// are ids with digests.
pub fn moved_digests(
    backend: DbBackend,
    table: &str,
    column: &str,
    key_id: Vec<u8>,
    rows: Vec<(Value, Vec<u8>)>,
) -> Statement {
    let mut values = vec![Value::from(key_id)];
    values.extend(rows.into_iter().flat_map(|(id, digest)| [id, digest.into()]));
    let pairs: Vec<_> = (2..=values.len()).step_by(2).map(|at| format!("(${at}, ${})", at + 1)).collect();
    let sql = format!(
        r#"WITH moved (id, digest) AS (VALUES {pairs})
           UPDATE "{table}" SET "{column}" = moved.digest, "key_id" = $1 FROM moved
           WHERE "{table}"."id" = moved.id AND ("{table}"."key_id" IS NULL OR "{table}"."key_id" <> $1)"#,
        pairs = pairs.join(", "),
    );
    Statement::from_sql_and_values(backend, sql, values)
}
