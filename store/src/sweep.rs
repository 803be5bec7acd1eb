//! Removing what nobody needs any more, in batches; docs/jobs.md says what, when and why.

use sqlx::AssertSqlSafe;

use crate::{Result, Store};

const DAY: i64 = 24 * 3600 * 1000;
/// Most rows removed in one transaction.
const BATCH: i64 = 500;

/// A recovery is kept after it ended, so that who gave it can be asked.
const RECOVERY_DAYS: i64 = 365;
const NOTICE_DAYS: i64 = 365;
const MESSAGE_DAYS: i64 = 90;

impl Store {
    /// Removes rows of `table` whose time lies before `until`.
    async fn sweep(&self, table: &str, key: &str, condition: &str, until: i64) -> Result<u64> {
        let sql = format!("SELECT {key} FROM {table} WHERE {condition} LIMIT {BATCH}");
        let found: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(until).fetch_all(self.db.read()).await?;
        // Most rounds find nothing and write nothing.
        if found.is_empty() {
            return Ok(0);
        }
        let mut tx = self.db.write().await?;
        let sql = format!("DELETE FROM {table} WHERE {key} IN ({}) AND {condition}", crate::database::places(2, found.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(until);
        for key in found {
            query = query.bind(key);
        }
        let gone = query.execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        Ok(gone)
    }

    /// Sessions past their end.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn sweep_sessions(&self) -> Result<u64> {
        self.sweep("session", "id", "expires_at < $1", self.clock.millis()).await
    }

    /// Counts of tries whose window is over.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn sweep_attempts(&self) -> Result<u64> {
        self.sweep("attempt", "bucket", "resets_at < $1", self.clock.millis()).await
    }

    /// Recoveries a year after they ended.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn sweep_recoveries(&self) -> Result<u64> {
        self.sweep("recovery", "id", "expires_at < $1", self.clock.millis() - RECOVERY_DAYS * DAY).await
    }

    /// Notices read a year ago; what was never read stays.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn sweep_notices(&self) -> Result<u64> {
        self.sweep("notice", "id", "read_at < $1", self.clock.millis() - NOTICE_DAYS * DAY).await
    }

    /// Wordings older than the newest two thousand, which alone are read.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn sweep_wordings(&self) -> Result<u64> {
        let oldest = "SELECT learnt_at FROM class_wording ORDER BY learnt_at DESC LIMIT 1 OFFSET 1999";
        let oldest: Option<i64> = sqlx::query_scalar(oldest).fetch_optional(self.db.read()).await?;
        match oldest {
            Some(oldest) => self.sweep("class_wording", "id", "learnt_at < $1", oldest).await,
            None => Ok(0),
        }
    }

    /// Messages that ended, 90 days after they were due. Parked and unsure ones too: by then nobody looks for them.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn sweep_messages(&self) -> Result<u64> {
        self.sweep(
            "message",
            "id",
            "due_at < $1 AND state IN ('sent', 'bundled', 'dropped', 'parked', 'unsure')",
            self.clock.millis() - MESSAGE_DAYS * DAY,
        )
        .await
    }
}
