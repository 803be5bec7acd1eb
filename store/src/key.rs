//! The keys of machines that may read what is not public: printed once, kept as their hash.

use crate::{Result, Store, StoreError, hash, random_key};

impl Store {
    /// Makes a key for a machine, and returns it: it can't be shown again.
    ///
    /// # Errors
    /// A duplicate ([`StoreError::is_duplicate`]) if the name has a key already, also a revoked one.
    pub async fn add_api_key(&self, name: &str) -> Result<String> {
        let key = format!("linli_{}", random_key());
        let mut tx = self.db.write().await?;
        sqlx::query("INSERT INTO api_key (hash, name, created_at) VALUES ($1, $2, $3)")
            .bind(hash(&key))
            .bind(name)
            .bind(self.clock.millis())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(key)
    }

    /// Ends a key; its name stays taken, so that nobody mistakes one for the other later.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if no key of that name is in force.
    pub async fn revoke_api_key(&self, name: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        let changed = sqlx::query("UPDATE api_key SET revoked_at = $1 WHERE name = $2 AND revoked_at IS NULL")
            .bind(self.clock.millis())
            .bind(name)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        if changed.rows_affected() == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// The name of the machine whose key this is, if it is in force.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn api_key(&self, key: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT name FROM api_key WHERE hash = $1 AND revoked_at IS NULL")
            .bind(hash(key))
            .fetch_optional(self.db.read())
            .await?)
    }
}
