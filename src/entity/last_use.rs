//! Times of last use, written for many rows at once.

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
