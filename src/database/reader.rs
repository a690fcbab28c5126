//! Reading outside a transaction.

use std::future::Future;
use std::sync::Arc;

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::pulse::Pulse;

/// Connections for reading.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(super) connections: DatabaseConnection,
    pub(super) pulse: Arc<Pulse>,
}

impl Reader {
    async fn run<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        match self.get_database_backend() {
            // Readers of SQLite never wait for the writer, and a long read is no sign that the writer is in trouble.
            DbBackend::Sqlite => self.pulse.observed(work).await,
            _ => self.pulse.patiently(work).await,
        }
    }
}

#[async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.connections.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.run(self.connections.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(self.connections.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.run(self.connections.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.run(self.connections.query_all_raw(statement)).await
    }
}
