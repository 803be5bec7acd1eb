//! Reports of public texts and photos, and what a supervisor decides.

mod decide;

pub use decide::{ModeratedPhoto, Moderation};

use chrono::{DateTime, Utc};
use domain::event::number::EventNumber;
use domain::report::{Reason, State};
use domain::request::{Refusal, may_moderate};
use domain::role::{Role, Viewer};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use crate::area::{Within, within};
use crate::clock::instant;
use crate::request::{ITEM_COLUMNS, Item, PAGE, STANDING, item, page, standing};
use crate::{Result, Store, StoreError, hash, ids};

/// A report as a supervisor or its reporter reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its id.
    pub id: String,
    /// The request it is about.
    pub number: EventNumber,
    /// The request's public words.
    pub what: String,
    /// The photo, if it is about one.
    pub photo: Option<String>,
    /// Why.
    pub reason: Reason,
    /// What the reporter says about it.
    pub told: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Where it stands.
    pub state: State,
    /// The supervisor's words.
    pub words: Option<String>,
    /// Why the reporter wants a second look.
    pub appeal: Option<String>,
}

/// What somebody objects to, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objection<'a> {
    /// The photo, if it is not the text.
    pub photo: Option<&'a str>,
    /// Why.
    pub reason: Reason,
    /// What there is to say about it, cleaned; may be empty where the reason says enough.
    pub told: &'a str,
}

fn report(row: &AnyRow) -> Result<Report> {
    let id: String = row.try_get("report_id")?;
    let stored = |column: &'static str, value: &str| StoreError::Stored { table: "report", column, row: id.clone(), value: value.to_owned() };
    let (number, reason, state): (String, String, String) = (row.try_get("number")?, row.try_get("reason")?, row.try_get("report_state")?);
    Ok(Report {
        number: EventNumber::parse(&number).map_err(|_| stored("number", &number))?,
        what: row.try_get("what_public")?,
        photo: row.try_get("photo")?,
        reason: Reason::parse(&reason).ok_or_else(|| stored("reason", &reason))?,
        told: row.try_get("told")?,
        at: instant(row.try_get("created_at")?),
        state: State::parse(&state).ok_or_else(|| stored("state", &state))?,
        words: row.try_get("words")?,
        appeal: row.try_get("appeal")?,
        id,
    })
}

const COLUMNS: &str =
    "p.id AS report_id, r.number, r.what_public, p.photo, p.reason, p.told, p.created_at, p.state AS report_state, p.words, p.appeal";

impl Store {
    /// Anyone may report what is public; the same form twice is one report. Of one person, one report of the same thing
    /// waits: what is told later takes the place of what was told before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless the request (and the photo, if named) is public; refused if the reason needs
    /// words and `told` has none.
    pub async fn report(&self, viewer: &Viewer, number: &EventNumber, objection: &Objection<'_>, key: &str) -> Result<()> {
        let Objection { photo, reason, told } = *objection;
        if reason.needs_words() && told.trim().is_empty() {
            return Err(Refusal::NoWords.into());
        }
        let mut tx = self.db.write().await?;
        let sql = format!("SELECT id FROM request WHERE number = $1 AND visibility = 'public'{}", self.db.for_update());
        let row = sqlx::query(AssertSqlSafe(sql)).bind(number.compact()).fetch_optional(&mut *tx).await?.ok_or(StoreError::NotFound)?;
        let request: i64 = row.try_get("id")?;
        if let Some(photo) = photo {
            let found: Option<String> = sqlx::query_scalar("SELECT id FROM photo WHERE id = $1 AND request = $2 AND hidden_reason IS NULL")
                .bind(photo)
                .bind(request)
                .fetch_optional(&mut *tx)
                .await?;
            found.ok_or(StoreError::NotFound)?;
        }
        let reporter = viewer.account.as_ref().map(|id| id.as_str().to_owned());
        let told = (!told.trim().is_empty()).then(|| told.to_owned());
        let waiting = sqlx::query(
            "UPDATE report SET reason = $1, told = COALESCE($2, told) WHERE reporter = $3 AND request = $4 AND COALESCE(photo, '') = COALESCE($5, '') \
             AND state IN ('open', 'appealed')",
        )
        .bind(reason.as_str())
        .bind(told.clone())
        .bind(reporter.clone())
        .bind(request)
        .bind(photo)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if waiting > 0 {
            return tx.commit().await;
        }
        let now = self.clock.millis();
        sqlx::query(
            "INSERT INTO report (id, request, photo, reporter, reason, created_at, state, key_hash, told) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8) ON CONFLICT (key_hash) DO NOTHING",
        )
        .bind(ids::uuid(now))
        .bind(request)
        .bind(photo)
        .bind(reporter)
        .bind(reason.as_str())
        .bind(now)
        .bind(hash(&format!("report {key}")))
        .bind(told)
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    /// A page of the reports that wait for a supervisor of their area, oldest first, after the one with the id `after`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn open_reports(&self, viewer: &Viewer, after: Option<&str>) -> Result<(Vec<Report>, Option<String>)> {
        let Some(Within { condition, values }) = within("r.area", viewer.areas(Role::Supervisor), 2) else { return Ok((Vec::new(), None)) };
        let sql = format!(
            "SELECT {COLUMNS} FROM report p JOIN request r ON r.id = p.request WHERE p.state IN ('open', 'appealed') AND p.id > $1 AND {condition} ORDER BY p.id LIMIT {}",
            PAGE + 1
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(after.unwrap_or_default());
        for value in values {
            query = query.bind(value);
        }
        let reports = query.fetch_all(self.db.read()).await?.iter().map(report).collect::<Result<_>>()?;
        Ok(page(reports, |report: &Report| report.id.clone()))
    }

    /// One report, for a supervisor of its area.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] both if there is none and if it is not the viewer's to decide.
    pub async fn report_to_decide(&self, viewer: &Viewer, id: &str) -> Result<Report> {
        let sql = format!("SELECT {COLUMNS}, {STANDING} FROM report p JOIN request r ON r.id = p.request WHERE p.id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(self.db.read()).await?.ok_or(StoreError::NotFound)?;
        if !may_moderate(viewer, &standing(&row)?.subject) {
            return Err(StoreError::NotFound);
        }
        report(&row)
    }

    /// A page of the viewer's own reports, newest first, before the one with the id `before`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn my_reports(&self, viewer: &Viewer, before: Option<&str>) -> Result<(Vec<Report>, Option<String>)> {
        let Some(account) = &viewer.account else { return Ok((Vec::new(), None)) };
        // What was public when it was reported may be private or hidden by now.
        let columns = COLUMNS.replace("r.what_public", "CASE WHEN r.visibility = 'public' THEN r.what_public ELSE '' END AS what_public");
        // '~' is after every UUID.
        let sql = format!(
            "SELECT {columns} FROM report p JOIN request r ON r.id = p.request WHERE p.reporter = $1 AND p.id < $2 ORDER BY p.id DESC LIMIT {}",
            PAGE + 1
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(account.as_str()).bind(before.unwrap_or("~"));
        let reports = query.fetch_all(self.db.read()).await?.iter().map(report).collect::<Result<_>>()?;
        Ok(page(reports, |report: &Report| report.id.clone()))
    }

    /// The reporter asks for a second look, once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless it is the viewer's own report; refused if it can't be appealed.
    pub async fn appeal_report(&self, viewer: &Viewer, id: &str, words: &str) -> Result<()> {
        let account = viewer.account.as_ref().ok_or(StoreError::NotFound)?;
        let mut tx = self.db.write().await?;
        let sql = format!("SELECT state, appeal FROM report WHERE id = $1 AND reporter = $2{}", self.db.for_update());
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(account.as_str()).fetch_optional(&mut *tx).await?.ok_or(StoreError::NotFound)?;
        let state = State::parse(row.try_get("state")?);
        if state == Some(State::Appealed) && row.try_get::<Option<String>, _>("appeal")?.as_deref() == Some(words) {
            // The same form again.
            return Ok(());
        }
        if !state.is_some_and(State::can_appeal) {
            return Err(Refusal::NotNow.into());
        }
        if words.trim().is_empty() {
            return Err(Refusal::NoWords.into());
        }
        sqlx::query("UPDATE report SET state = 'appealed', appeal = $1 WHERE id = $2").bind(words).bind(id).execute(&mut *tx).await?;
        tx.commit().await
    }

    /// A page of the requests that wait for a look before they are public, in the viewer's areas and not withdrawn or
    /// declined, oldest first, after the one with the id `after`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn in_review(&self, viewer: &Viewer, after: Option<i64>) -> Result<(Vec<Item>, Option<i64>)> {
        let Some(Within { condition, values }) = within("r.area", viewer.areas(Role::Supervisor), 2) else { return Ok((Vec::new(), None)) };
        let sql = format!(
            "SELECT {ITEM_COLUMNS} FROM request r WHERE r.visibility = 'review' AND r.progress <> 'closed' AND r.id > $1 AND {condition} ORDER BY r.id LIMIT {}",
            PAGE + 1
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(after.unwrap_or(i64::MIN));
        for value in values {
            query = query.bind(value);
        }
        let items = query.fetch_all(self.db.read()).await?.iter().map(|row| item(row, true)).collect::<Result<_>>()?;
        Ok(page(items, |item: &Item| item.id))
    }
}
