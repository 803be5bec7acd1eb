//! What a supervisor decides about what is shown: a report, a text, a photo. What is decided and what it does are one
//! transaction, and the request's history says so.

use domain::photo::Rectangle;
use domain::report::State;
use domain::request::{Change, Refusal, Relation, may_moderate};
use domain::role::Viewer;
use domain::text::mask;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use crate::database::Write;
use crate::notice::{News, RECIPIENT};
use crate::photo::{KeepError, Photo};
use crate::request::{Changing, STANDING, Said, Standing, standing};
use crate::{Result, Store, StoreError, hash};

/// What becomes of a text or a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moderation<'a> {
    /// It stays as it is.
    Keep,
    /// The whole request leaves public sight.
    HideRequest,
    /// The photo leaves public sight.
    HidePhoto,
    /// Parts of the photo are painted over for good.
    CoverPhoto(&'a [Rectangle]),
    /// The photo is shown again.
    ShowPhoto,
}

impl Moderation<'_> {
    /// Whether whoever objected was right.
    #[must_use]
    pub fn upholds(self) -> bool {
        matches!(self, Self::HideRequest | Self::HidePhoto | Self::CoverPhoto(_))
    }
}

/// A photo as its supervisor sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeratedPhoto {
    /// The photo.
    pub photo: Photo,
    /// The request it belongs to.
    pub number: domain::event::number::EventNumber,
    /// Changes with the picture, so that an address with it is never answered from an old copy.
    pub version: String,
}

/// A photo's row, read under the transaction that decides about it.
struct Kept {
    id: String,
    hash: String,
}

/// A picture that is painted and stored before the transaction begins.
struct Painted {
    old: String,
    new: String,
}

impl Store {
    /// A photo for the supervisor of its request's area.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] both if there is none and if it is not the viewer's to decide about.
    pub async fn photo_to_moderate(&self, viewer: &Viewer, id: &str) -> Result<ModeratedPhoto> {
        let sql = format!(
            "SELECT p.id AS photo_id, p.hash, p.kind, p.width, p.height, p.hidden_reason, r.number, {STANDING} FROM photo p JOIN request r ON r.id = p.request WHERE p.id = $1"
        );
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(self.db.read()).await?.ok_or(StoreError::NotFound)?;
        if !may_moderate(viewer, &standing(&row)?.subject) {
            return Err(StoreError::NotFound);
        }
        let number: String = row.try_get("number")?;
        let hash: String = row.try_get("hash")?;
        Ok(ModeratedPhoto {
            photo: Photo {
                id: row.try_get("photo_id")?,
                evidence: row.try_get::<String, _>("kind")? == "evidence",
                width: row.try_get("width")?,
                height: row.try_get("height")?,
                hidden_reason: row.try_get("hidden_reason")?,
            },
            number: domain::event::number::EventNumber::parse(&number).map_err(|_| StoreError::Stored {
                table: "request",
                column: "number",
                row: number.clone(),
                value: number.clone(),
            })?,
            version: hash.chars().take(8).collect(),
        })
    }

    /// Decides about a photo without a report; whatever reports of it wait are decided with it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless the viewer supervises the area, [`Refusal::NoWords`] without a reason where one
    /// is public, or what is wrong with the picture.
    pub async fn moderate_photo(&self, viewer: &Viewer, id: &str, moderation: Moderation<'_>, words: &str, key: &str) -> Result<(), KeepError> {
        let painted = self.paint_over(viewer, Some(id), moderation).await?;
        let done = self.moderate_photo_in(viewer, id, moderation, words, key, painted.as_ref()).await;
        self.clear_up(done, painted).await
    }

    async fn moderate_photo_in(
        &self,
        viewer: &Viewer,
        id: &str,
        moderation: Moderation<'_>,
        words: &str,
        key: &str,
        painted: Option<&Painted>,
    ) -> Result<()> {
        let mut tx = self.db.write().await?;
        let (_, standing) = self.to_moderate(&mut tx, viewer, "", "photo", id).await?;
        let key_hash = hash(&format!("photo {id} {key}"));
        if !is_fresh(&mut tx, &key_hash).await? {
            return Ok(());
        }
        self.moderate(&mut tx, &standing, viewer, Some(id), moderation, words, key_hash.clone(), painted).await?;
        if moderation.upholds() {
            self.close_reports(&mut tx, &standing, viewer, Closing { photo: Some(id), only: None, upheld: true, words, key_hash: &key_hash }).await?;
        }
        tx.commit().await
    }

    /// Decides a report, and does what was decided, in one step: text or photo, history, outgoing event, the reporter
    /// told. Other reports of the same thing that wait are decided with it where it is hidden or covered.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless the viewer supervises the area; refused if it is decided already, or without
    /// words.
    pub async fn decide_report(&self, viewer: &Viewer, id: &str, moderation: Moderation<'_>, words: &str, key: &str) -> Result<(), KeepError> {
        let photo: Option<String> = sqlx::query_scalar("SELECT photo FROM report WHERE id = $1")
            .bind(id)
            .fetch_optional(self.db.read())
            .await?
            .ok_or(StoreError::NotFound)?;
        let painted = self.paint_over(viewer, photo.as_deref(), moderation).await?;
        let done = self.decide_report_in(viewer, id, moderation, words, key, painted.as_ref()).await;
        self.clear_up(done, painted).await
    }

    async fn decide_report_in(
        &self,
        viewer: &Viewer,
        id: &str,
        moderation: Moderation<'_>,
        words: &str,
        key: &str,
        painted: Option<&Painted>,
    ) -> Result<()> {
        let mut tx = self.db.write().await?;
        let (row, standing) = self.to_moderate(&mut tx, viewer, ", p.state AS report_state, p.photo, p.decided_key", "report", id).await?;
        let key_hash = hash(&format!("report {id} {key}"));
        if row.try_get::<Option<String>, _>("decided_key")?.as_ref() == Some(&key_hash) {
            return Ok(());
        }
        let state: String = row.try_get("report_state")?;
        if !State::parse(&state).is_some_and(State::waits) {
            return Err(Refusal::NotNow.into());
        }
        if words.trim().is_empty() {
            return Err(Refusal::NoWords.into());
        }
        let photo: Option<String> = row.try_get("photo")?;
        self.moderate(&mut tx, &standing, viewer, photo.as_deref(), moderation, words, key_hash.clone(), painted).await?;
        let closing = Closing {
            photo: photo.as_deref(),
            only: (!moderation.upholds()).then_some(id),
            upheld: moderation.upholds(),
            words,
            key_hash: &key_hash,
        };
        // Hiding all of a request answers every report of it.
        let closing = if moderation == Moderation::HideRequest { Closing { photo: None, ..closing } } else { closing };
        self.close_reports(&mut tx, &standing, viewer, closing).await?;
        tx.commit().await
    }

    /// What a moderation does to the request or the photo, with its history entry.
    async fn moderate(
        &self,
        tx: &mut Write,
        standing: &Standing,
        viewer: &Viewer,
        photo: Option<&str>,
        moderation: Moderation<'_>,
        words: &str,
        key_hash: String,
        painted: Option<&Painted>,
    ) -> Result<()> {
        let change = match moderation {
            Moderation::Keep => return Ok(()),
            Moderation::HideRequest => {
                let changing = Changing { viewer, tracked: false, change: Change::Hidden, words, class: None, rating: None, addition: None, key: "" };
                if words.trim().is_empty() {
                    return Err(Refusal::NoWords.into());
                }
                return self.step(tx, standing, &changing, Relation::Supervisor, Some(key_hash), 0, self.clock.millis()).await;
            }
            Moderation::HidePhoto => Change::PhotoHidden,
            Moderation::CoverPhoto(_) => Change::PhotoCovered,
            Moderation::ShowPhoto => Change::PhotoShown,
        };
        if change.needs_words() && words.trim().is_empty() {
            return Err(Refusal::NoWords.into());
        }
        let photo = kept(tx, standing.id, photo.ok_or(StoreError::NotFound)?).await?;
        let at = self.clock.millis();
        match (moderation, painted) {
            (Moderation::CoverPhoto(_), Some(painted)) => {
                // Painted from a picture that another has covered meanwhile, it would uncover that again.
                if painted.old != photo.hash {
                    return Err(Refusal::NotNow.into());
                }
                sqlx::query("UPDATE photo SET hash = $1 WHERE id = $2").bind(&painted.new).bind(&photo.id).execute(&mut **tx).await?;
            }
            _ => {
                let reason = (change == Change::PhotoHidden).then(|| mask(words));
                sqlx::query("UPDATE photo SET hidden_reason = $1 WHERE id = $2").bind(reason).bind(&photo.id).execute(&mut **tx).await?;
                // The list shows the first photo that is not hidden.
                sqlx::query("UPDATE request SET cover = (SELECT MIN(id) FROM photo WHERE request = $1 AND hidden_reason IS NULL AND kind = 'resident') WHERE id = $1")
                    .bind(standing.id)
                    .execute(&mut **tx)
                    .await?;
            }
        }
        sqlx::query("UPDATE request SET changed_at = $1 WHERE id = $2").bind(at).bind(standing.id).execute(&mut **tx).await?;
        self.record(tx, standing, viewer, Said { change, role: Relation::Supervisor, words, rating: None, key_hash: Some(key_hash) }, at).await
    }

    /// Decides what waits in one statement and tells all reporters in a few, for the one writer may not wait for each.
    async fn close_reports(&self, tx: &mut Write, standing: &Standing, viewer: &Viewer, closing: Closing<'_>) -> Result<()> {
        let next = |state: State| state.decided(closing.upheld).map(State::as_str);
        let at = self.clock.millis();
        let reporters: Vec<Option<String>> = sqlx::query_scalar(
            "UPDATE report SET state = CASE state WHEN 'appealed' THEN $4 ELSE $5 END, decided_by = $6, decided_at = $7, words = $8, decided_key = $9 \
             WHERE request = $1 AND state IN ('open', 'appealed') AND (CAST($2 AS TEXT) IS NULL OR id = $2) AND (CAST($3 AS TEXT) IS NULL OR photo = $3) \
             RETURNING reporter",
        )
        .bind(standing.id)
        .bind(closing.only)
        .bind(closing.photo)
        .bind(next(State::Appealed))
        .bind(next(State::Open))
        .bind(viewer.account.as_ref().map(|id| id.as_str().to_owned()))
        .bind(at)
        .bind(closing.words)
        .bind(closing.key_hash)
        .fetch_all(&mut **tx)
        .await?;
        if reporters.iter().all(Option::is_none) {
            return Ok(());
        }
        let sql = format!(
            "SELECT {RECIPIENT} FROM account a WHERE a.deleted_at IS NULL AND a.id IN (SELECT reporter FROM report WHERE request = $1 AND decided_key = $2)"
        );
        let recipients = sqlx::query(AssertSqlSafe(sql)).bind(standing.id).bind(closing.key_hash).fetch_all(&mut **tx).await?;
        let kind = if closing.upheld { "report_upheld" } else { "report_kept" };
        let accounts = recipients.iter().map(|row| row.try_get("id")).collect::<std::result::Result<Vec<String>, _>>()?;
        let news = accounts.into_iter().map(|account| News { account, kind, request: Some(standing.id), words: closing.words });
        crate::notice::put_all(tx, self, recipients.iter().zip(news), at).await
    }

    /// Paints before the transaction: a picture takes longer than the one writer may wait.
    async fn paint_over(&self, viewer: &Viewer, photo: Option<&str>, moderation: Moderation<'_>) -> Result<Option<Painted>, KeepError> {
        let Moderation::CoverPhoto(rectangles) = moderation else { return Ok(None) };
        let photo = photo.ok_or(StoreError::NotFound)?;
        self.photo_to_moderate(viewer, photo).await?;
        let old: String = sqlx::query_scalar("SELECT hash FROM photo WHERE id = $1")
            .bind(photo)
            .fetch_optional(self.db.read())
            .await?
            .ok_or(StoreError::NotFound)?;
        let new = self.cover_object(&old, rectangles).await?;
        Ok(Some(Painted { old, new }))
    }

    /// Removes the picture that nobody refers to any more: the old one if it went well, else the new one.
    async fn clear_up(&self, done: Result<()>, painted: Option<Painted>) -> Result<(), KeepError> {
        if let Some(painted) = painted {
            for object in [&painted.old, &painted.new] {
                self.drop_object(object).await?;
            }
        }
        Ok(done?)
    }

    /// A row `p` of a table that belongs to a request, for the supervisor of its area; the request's row is locked
    /// where rows are locked.
    async fn to_moderate(&self, tx: &mut Write, viewer: &Viewer, columns: &str, table: &str, id: &str) -> Result<(AnyRow, Standing)> {
        let lock = if self.db.for_update().is_empty() { "" } else { " FOR UPDATE OF r" };
        let sql = format!("SELECT {STANDING}{columns} FROM {table} p JOIN request r ON r.id = p.request WHERE p.id = $1{lock}");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(&mut **tx).await?.ok_or(StoreError::NotFound)?;
        let standing = standing(&row)?;
        if may_moderate(viewer, &standing.subject) { Ok((row, standing)) } else { Err(StoreError::NotFound) }
    }
}

/// Which reports are decided together, and how.
struct Closing<'a> {
    photo: Option<&'a str>,
    only: Option<&'a str>,
    upheld: bool,
    words: &'a str,
    key_hash: &'a str,
}

async fn is_fresh(tx: &mut Write, key_hash: &str) -> Result<bool> {
    let done: Option<String> =
        sqlx::query_scalar("SELECT id FROM request_history WHERE key_hash = $1").bind(key_hash).fetch_optional(&mut **tx).await?;
    Ok(done.is_none())
}

async fn kept(tx: &mut Write, request: i64, id: &str) -> Result<Kept> {
    let row = sqlx::query("SELECT id, hash FROM photo WHERE id = $1 AND request = $2")
        .bind(id)
        .bind(request)
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(StoreError::NotFound)?;
    Ok(Kept { id: row.try_get("id")?, hash: row.try_get("hash")? })
}
