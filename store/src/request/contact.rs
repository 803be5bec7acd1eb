//! The resident's phone: shown to a handler for a stated reason, and never unnoticed.

use chrono::{DateTime, Utc};
use domain::event::number::EventNumber;
use domain::request::{LOOK_MINUTES, Refusal, Relation, may_look_at_contact, relations};
use domain::role::Viewer;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::detail::{STANDING, Standing, standing};
use crate::clock::instant;
use crate::notice::{News, RECIPIENT};
use crate::{Result, Store, StoreError, hash, ids};

/// A look at the resident's phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactLook {
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in the handler's words.
    pub reason: String,
}

/// What a page may say about the resident's phone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// The last digits, if there is a phone.
    pub tail: Option<String>,
    /// The phone itself, for the account that looked a moment ago.
    pub phone: Option<String>,
    /// All looks, newest first.
    pub looks: Vec<ContactLook>,
}

/// The phone that was left with the request, else the one of the account that filed it.
const PHONE: &str = "COALESCE(r.phone, (SELECT a.phone FROM account a WHERE a.id = r.filer AND a.deleted_at IS NULL)) AS contact";

fn phone(row: &AnyRow) -> Result<Option<String>> {
    Ok(row.try_get("contact")?)
}

impl Store {
    async fn contact_row(&self, number: &EventNumber) -> Result<(AnyRow, Standing)> {
        let sql = format!("SELECT {STANDING}, {PHONE} FROM request r WHERE r.number = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(number.compact()).fetch_optional(self.db.read()).await?.ok_or(StoreError::NotFound)?;
        let standing = standing(&row)?;
        Ok((row, standing))
    }

    /// What the viewer may know of the resident's phone, and of who has looked at it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless the viewer filed the request or handles or supervises its area.
    pub async fn contact(&self, viewer: &Viewer, number: &EventNumber, tracked: bool) -> Result<Contact> {
        let (row, standing) = self.contact_row(number).await?;
        let relations = relations(viewer, &standing.subject, tracked);
        if relations.is_empty() {
            return Err(StoreError::NotFound);
        }
        let phone = phone(&row)?;
        let rows = sqlx::query("SELECT account, at, reason FROM contact_look WHERE request = $1 ORDER BY id DESC LIMIT 50")
            .bind(standing.id)
            .fetch_all(self.db.read())
            .await?;
        let since = self.clock.millis() - LOOK_MINUTES * 60_000;
        let mut looks = Vec::with_capacity(rows.len());
        let mut fresh = false;
        for row in &rows {
            let (account, at): (String, i64) = (row.try_get("account")?, row.try_get("at")?);
            fresh |= at > since && viewer.account.as_ref().is_some_and(|id| id.as_str() == account) && relations.contains(&Relation::Handler);
            looks.push(ContactLook { at: instant(at), reason: row.try_get("reason")? });
        }
        let tail = phone.as_ref().map(|phone| phone.chars().skip(phone.chars().count().saturating_sub(4)).collect());
        Ok(Contact { tail, phone: phone.filter(|_| fresh), looks })
    }

    /// Shows the resident's phone to a handler: the look is written down with its reason, and the resident is told, in
    /// the same transaction. The same form twice is one look.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless the viewer handles the area and there is a phone, [`Refusal::NoWords`] without
    /// a reason.
    pub async fn look_at_contact(&self, viewer: &Viewer, number: &EventNumber, reason: &str, key: &str) -> Result<String> {
        let (row, standing) = self.contact_row(number).await?;
        let account = viewer.account.as_ref().ok_or(StoreError::NotFound)?;
        if !may_look_at_contact(viewer, &standing.subject) {
            return Err(StoreError::NotFound);
        }
        let phone = phone(&row)?.ok_or(StoreError::NotFound)?;
        if reason.trim().is_empty() {
            return Err(Refusal::NoWords.into());
        }
        let now = self.clock.millis();
        let mut tx = self.db.write().await?;
        let fresh = sqlx::query(
            "INSERT INTO contact_look (id, request, account, at, reason, key_hash) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key_hash) DO NOTHING",
        )
        .bind(ids::uuid(now))
        .bind(standing.id)
        .bind(account.as_str())
        .bind(now)
        .bind(reason)
        .bind(hash(&format!("look {} {} {key}", number.compact(), account.as_str())))
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if fresh > 0 {
            if let Some(filer) = &standing.subject.filer.account {
                let sql = format!("SELECT {RECIPIENT} FROM account a WHERE a.id = $1 AND a.deleted_at IS NULL");
                if let Some(recipient) = sqlx::query(AssertSqlSafe(sql)).bind(filer).fetch_optional(&mut *tx).await? {
                    let news = News { account: filer.clone(), kind: "contact_looked", request: Some(standing.id), words: reason };
                    crate::notice::put(&mut tx, self, &recipient, &news, now).await?;
                }
            }
            tx.commit().await?;
        }
        Ok(phone)
    }
}
