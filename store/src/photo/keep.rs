//! Which photo belongs to what, and who may see it.

use bytes::Bytes;
use domain::event::number::EventNumber;
use domain::photo::{Hint, MAX_PHOTOS, Rectangle};
use domain::request::{Sight, Visibility, sight};
use domain::role::Viewer;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::{ObjectsError, PhotoError, Processed, Size, cover, process_in_background};
use crate::request::{STANDING, Standing, standing};
use crate::{Result, Store, StoreError, hash, ids};

/// A photo as a page refers to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Its id; `/photos/{id}` and `/photos/{id}/thumb` show it.
    pub id: String,
    /// Whether it is the desk's evidence rather than the resident's.
    pub evidence: bool,
    /// Width of the large picture in pixels.
    pub width: i64,
    /// Height in pixels.
    pub height: i64,
    /// Why a supervisor hid it.
    pub hidden_reason: Option<String>,
}

/// Why a photo was not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The photo itself.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// There are as many as one form may have.
    #[error("too many photos")]
    TooMany,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for KeepError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<ObjectsError> for StoreError {
    fn from(error: ObjectsError) -> Self {
        Self::Objects(error.to_string())
    }
}

fn photo(row: &AnyRow) -> Result<Photo> {
    Ok(Photo {
        id: row.try_get("id")?,
        evidence: row.try_get::<String, _>("kind")? == "evidence",
        width: row.try_get("width")?,
        height: row.try_get("height")?,
        hidden_reason: row.try_get("hidden_reason")?,
    })
}

const COLUMNS: &str = "id, kind, width, height, hidden_reason";

impl Store {
    /// Takes a photo in with a form that is not sent yet, and says where and when it claims to be from. The same
    /// picture twice in one form is one photo.
    ///
    /// # Errors
    /// What is wrong with the photo; nothing of it is left behind.
    pub async fn keep_photo(&self, key: &str, bytes: Bytes) -> Result<(Photo, Option<Hint>), KeepError> {
        let draft = hash(key);
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM photo WHERE draft = $1").bind(&draft).fetch_one(self.db.read()).await?;
        if count >= i64::try_from(MAX_PHOTOS).unwrap_or(0) {
            return Err(KeepError::TooMany);
        }
        let processed = process_in_background(bytes).await?;
        let known = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM photo WHERE draft = $1 AND hash = $2")))
            .bind(&draft)
            .bind(&processed.hash)
            .fetch_optional(self.db.read())
            .await?;
        if let Some(row) = known {
            return Ok((photo(&row)?, processed.hint));
        }
        let hint = processed.hint;
        let (width, height) = (i64::from(processed.width), i64::from(processed.height));
        let hash = self.put_objects(processed).await?;
        let now = self.clock.millis();
        let id = ids::uuid(now);
        let mut tx = self.db.write().await?;
        // Counted once more where it is written: many may have been sent at once.
        let kept = sqlx::query(
            "INSERT INTO photo (id, hash, draft, kind, width, height, created_at) SELECT $1, $2, $3, 'resident', CAST($4 AS BIGINT), CAST($5 AS BIGINT), \
             CAST($6 AS BIGINT) WHERE (SELECT COUNT(*) FROM photo WHERE draft = $3) < CAST($7 AS BIGINT)",
        )
        .bind(&id)
        .bind(&hash)
        .bind(&draft)
        .bind(width)
        .bind(height)
        .bind(now)
        .bind(i64::try_from(MAX_PHOTOS).unwrap_or(0))
        .execute(&mut *tx)
        .await?
        .rows_affected();
        tx.commit().await?;
        if kept == 0 {
            self.drop_object(&hash).await?;
            return Err(KeepError::TooMany);
        }
        Ok((Photo { id, evidence: false, width, height, hidden_reason: None }, hint))
    }

    pub(crate) async fn put_objects(&self, processed: Processed) -> Result<String> {
        self.objects.put(&processed.hash, Size::Large, processed.large).await?;
        self.objects.put(&processed.hash, Size::Thumb, processed.thumb).await?;
        Ok(processed.hash)
    }

    /// Photos sent with a form that is not registered yet.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn draft_photos(&self, key: &str) -> Result<Vec<Photo>> {
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM photo WHERE draft = $1 AND request IS NULL ORDER BY id")))
            .bind(hash(key))
            .fetch_all(self.db.read())
            .await?;
        rows.iter().map(photo).collect()
    }

    /// Takes a photo out of a form that is not registered yet.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn drop_draft_photo(&self, key: &str, id: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        let gone: Option<String> = sqlx::query_scalar("DELETE FROM photo WHERE id = $1 AND draft = $2 AND request IS NULL RETURNING hash")
            .bind(id)
            .bind(hash(key))
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        match gone {
            Some(hash) => self.drop_object(&hash).await,
            None => Ok(()),
        }
    }

    /// Removes an object that no row refers to any more.
    pub(crate) async fn drop_object(&self, hash: &str) -> Result<()> {
        let used: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM photo WHERE hash = $1").bind(hash).fetch_one(self.db.read()).await?;
        if used == 0 {
            self.objects.delete(hash, Size::Large).await?;
            self.objects.delete(hash, Size::Thumb).await?;
        }
        Ok(())
    }

    pub(crate) async fn photos_of(&self, request: i64, full: bool) -> Result<Vec<Photo>> {
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM photo WHERE request = $1 ORDER BY kind DESC, id LIMIT 60")))
            .bind(request)
            .fetch_all(self.db.read())
            .await?;
        let photos = rows.iter().map(photo).collect::<Result<Vec<_>>>()?;
        Ok(photos.into_iter().filter(|photo| full || photo.hidden_reason.is_none()).collect())
    }

    /// The picture, if the viewer may see it: it is public, or the viewer sees the whole request, or holds the key of
    /// the form it was just sent with.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] both if there is none and if it is not for the viewer.
    pub async fn picture(&self, viewer: &Viewer, id: &str, size: Size, key: Option<&str>, proofs: &[String]) -> Result<(Bytes, bool)> {
        let sql = format!(
            "SELECT p.hash, p.draft, p.request, p.hidden_reason AS photo_hidden, r.number, {STANDING} FROM photo p LEFT JOIN request r ON r.id = p.request WHERE p.id = $1"
        );
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(self.db.read()).await?.ok_or(StoreError::NotFound)?;
        let public = match row.try_get::<Option<i64>, _>("request")? {
            None => {
                let draft: String = row.try_get("draft")?;
                if key.is_none_or(|key| hash(key) != draft) {
                    return Err(StoreError::NotFound);
                }
                false
            }
            Some(_) => {
                let Standing { subject, .. } = standing(&row)?;
                let number: String = row.try_get("number")?;
                let tracked = EventNumber::parse(&number).is_ok_and(|number| self.is_tracked(proofs, &number));
                let hidden = row.try_get::<Option<String>, _>("photo_hidden")?.is_some() || subject.visibility == Visibility::Hidden;
                match sight(viewer, &subject, tracked) {
                    Sight::Full => false,
                    Sight::Public if !hidden => true,
                    _ => return Err(StoreError::NotFound),
                }
            }
        };
        let hash: String = row.try_get("hash")?;
        let bytes = self.objects.get(&hash, size).await?.ok_or(StoreError::NotFound)?;
        Ok((bytes, public))
    }

    /// The large picture with parts painted over for good, put into the object store under its own name.
    pub(crate) async fn cover_object(&self, old: &str, rectangles: &[Rectangle]) -> Result<String, KeepError> {
        let large = self.objects.get(old, Size::Large).await.map_err(StoreError::from)?.ok_or(StoreError::NotFound)?;
        let rectangles = rectangles.to_vec();
        let covered = tokio::task::spawn_blocking(move || cover(&large, &rectangles)).await.map_err(|_| StoreError::Stopping)??;
        Ok(self.put_objects(covered).await?)
    }

    /// Removes photos of forms that were never sent, a day after they came. Returns how many.
    ///
    /// # Errors
    /// If the database or the object store does not answer.
    pub async fn sweep_photos(&self) -> Result<u64> {
        let old = self.clock.millis() - 24 * 3600 * 1000;
        let mut tx = self.db.write().await?;
        let gone: Vec<String> = sqlx::query_scalar(
            "DELETE FROM photo WHERE id IN (SELECT id FROM photo WHERE request IS NULL AND created_at < $1 LIMIT 500) RETURNING hash",
        )
        .bind(old)
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        for hash in &gone {
            self.drop_object(hash).await?;
        }
        Ok(gone.len() as u64)
    }
}
