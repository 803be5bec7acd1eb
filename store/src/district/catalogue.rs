//! The catalogue of classes: versions that hold from their day on.

use chrono::NaiveDate;
use domain::event::class::{Catalogue, CatalogueError, Problem};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::changed;
use crate::{Result, Store, StoreError};

/// The catalogue in force on a day.
pub(super) async fn catalogue_on(connection: &mut AnyConnection, day: NaiveDate) -> Result<Catalogue> {
    let row = sqlx::query("SELECT version, effective_from, body FROM catalogue WHERE effective_from <= $1 ORDER BY effective_from DESC LIMIT 1")
        .bind(day.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map_or_else(|| Ok(Catalogue::shipped()), read_catalogue)
}

fn read_catalogue(row: &AnyRow) -> Result<Catalogue> {
    parse_catalogue(row.try_get("version")?, row.try_get("effective_from")?, row.try_get("body")?)
}

fn parse_catalogue(version: String, effective_from: String, body: String) -> Result<Catalogue> {
    let day: NaiveDate = effective_from.parse().map_err(|_| StoreError::Stored {
        table: "catalogue",
        column: "effective_from",
        row: version.clone(),
        value: effective_from.clone(),
    })?;
    Catalogue::from_csv(&body, version, day).map_err(|errors| StoreError::Import(errors.iter().map(ToString::to_string).collect()))
}

impl Store {
    /// Takes in a new version of the catalogue, if it keeps every code of the one before: the newest, in force or still
    /// to come. It holds from its day on, in the district's zone; an event keeps the version it was coded in.
    ///
    /// # Errors
    /// [`StoreError::Import`] with every line that breaks the rules; then nothing changes.
    pub async fn import_catalogue(&self, version: &str, effective_from: NaiveDate, body: &str) -> Result<()> {
        let fresh = parse_catalogue(version.to_owned(), effective_from.to_string(), body.to_owned())?;
        let mut tx = self.db.write().await?;
        changed(&mut tx).await?;
        let row =
            sqlx::query("SELECT version, effective_from, body FROM catalogue ORDER BY effective_from DESC LIMIT 1").fetch_optional(&mut *tx).await?;
        let before = row.as_ref().map_or_else(|| Ok(Catalogue::shipped()), read_catalogue)?;
        let mut errors = fresh.succeeds(&before).err().unwrap_or_default();
        let earlier: Option<String> =
            sqlx::query_scalar("SELECT version FROM catalogue WHERE version = $1").bind(version).fetch_optional(&mut *tx).await?;
        if version != before.version && (earlier.is_some() || version == Catalogue::shipped().version) {
            errors.push(CatalogueError { line: None, problem: Problem::VersionTaken(version.to_owned()) });
        }
        if !errors.is_empty() {
            return Err(StoreError::Import(errors.iter().map(ToString::to_string).collect()));
        }
        sqlx::query("INSERT INTO catalogue (version, effective_from, imported_at, body) VALUES ($1, $2, $3, $4)")
            .bind(version)
            .bind(effective_from.to_string())
            .bind(self.clock.millis())
            .bind(body)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.reload_district().await
    }

    /// Takes back a version of the catalogue whose day has not come: no event was coded in it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none of that name still to come.
    pub async fn withdraw_catalogue(&self, version: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        changed(&mut tx).await?;
        let gone = sqlx::query("DELETE FROM catalogue WHERE version = $1 AND effective_from > $2")
            .bind(version)
            .bind(self.local_day().to_string())
            .execute(&mut *tx)
            .await?;
        if gone.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        tx.commit().await?;
        self.reload_district().await
    }
}
