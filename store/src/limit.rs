//! Counting tries, in the database, so that any number of processes share one count.

use domain::limit::Limit;
use sqlx::Row as _;

use crate::{Result, Store, StoreError, hash};

/// The row in which tries of one kind by one person are counted.
pub(crate) fn bucket(limit: Limit, who: &str) -> String {
    hash(&format!("{} {who}", limit.name))
}

impl Store {
    /// Counts a try and refuses it when there were too many; says how many are left. Who is counted (an address, a
    /// name) is stored as a hash.
    ///
    /// # Errors
    /// [`StoreError::TooMany`] with the seconds until it may be tried again.
    pub async fn attempt(&self, limit: Limit, who: &str) -> Result<i64> {
        let now = self.clock.millis();
        let row = bucket(limit, who);
        // A flood of refused tries writes nothing.
        let full: Option<i64> = sqlx::query_scalar("SELECT resets_at FROM attempt WHERE bucket = $1 AND resets_at > $2 AND count >= $3")
            .bind(&row)
            .bind(now)
            .bind(limit.tries)
            .fetch_optional(self.db.read())
            .await?;
        if let Some(resets_at) = full {
            return Err(StoreError::TooMany { seconds: ((resets_at - now) / 1000).max(1) });
        }
        let mut tx = self.db.write().await?;
        let counted = sqlx::query(
            "INSERT INTO attempt (bucket, count, resets_at) VALUES ($1, 1, $2) ON CONFLICT (bucket) DO UPDATE SET \
             count = CASE WHEN attempt.resets_at <= $3 THEN 1 ELSE attempt.count + 1 END, \
             resets_at = CASE WHEN attempt.resets_at <= $3 THEN $2 ELSE attempt.resets_at END RETURNING count, resets_at",
        )
        .bind(row)
        .bind(now + limit.seconds * 1000)
        .bind(now)
        .fetch_one(&mut *tx)
        .await?;
        let (count, resets_at): (i64, i64) = (counted.try_get("count")?, counted.try_get("resets_at")?);
        tx.commit().await?;
        if count > limit.tries { Err(StoreError::TooMany { seconds: ((resets_at - now) / 1000).max(1) }) } else { Ok(limit.tries - count) }
    }

    /// Forgets the tries of somebody who succeeded.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn forget_attempts(&self, limit: Limit, who: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        sqlx::query("DELETE FROM attempt WHERE bucket = $1").bind(bucket(limit, who)).execute(&mut *tx).await?;
        tx.commit().await
    }
}
