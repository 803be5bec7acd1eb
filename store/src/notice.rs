//! The inbox: what concerns a person, kept for the person, told as the person wishes.

use chrono::{DateTime, Utc};
use domain::event::number::EventNumber;
use domain::notice::{Quiet, Tell, leaves_at};
use domain::request::{Change, Relation};
use domain::role::Viewer;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::clock::instant;
use crate::database::Write;
use crate::request::HistoryRow;
use crate::{Result, Store, StoreError, ids};

/// One line of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id, the keyset of pages.
    pub id: String,
    /// A change's stable word, or `report_decided`.
    pub kind: String,
    /// The request it is about.
    pub number: Option<EventNumber>,
    /// What the request is about, for the line.
    pub what: String,
    /// The words of the change, if any.
    pub words: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it has been read.
    pub read: bool,
}

/// Notices per page of the inbox.
pub const PAGE: i64 = 20;

/// Tells everybody whom a change concerns, but the one who made it: who follows the request hears of what the desk
/// does, the handler of what the resident does.
pub(crate) async fn tell(tx: &mut Write, store: &Store, standing: &crate::request::Standing, entry: &HistoryRow) -> Result<()> {
    let by_desk = matches!(entry.role, Relation::Handler | Relation::Supervisor);
    let quiet = matches!(entry.change, Change::Classified);
    // Whoever joined hears how it goes on, not what is between the desk and the resident.
    let private_talk = matches!(entry.change, Change::Asked | Change::Rated);
    let sql = if by_desk {
        "SELECT a.id, a.phone, a.mail, a.tell, a.quiet_from, a.quiet_to, f.kind FROM follow f JOIN account a ON a.id = f.account WHERE f.request = $1 AND a.deleted_at IS NULL"
    } else {
        "SELECT a.id, a.phone, a.mail, a.tell, a.quiet_from, a.quiet_to, 'handler' AS kind FROM request r JOIN account a ON a.id = r.handler WHERE r.id = $1 AND a.deleted_at IS NULL"
    };
    if quiet {
        return Ok(());
    }
    let rows = sqlx::query(sql).bind(standing.id).fetch_all(&mut **tx).await?;
    for row in &rows {
        let account: String = row.try_get("id")?;
        let kind: String = row.try_get("kind")?;
        if Some(&account) == entry.account.as_ref() || (private_talk && kind == "me_too") {
            continue;
        }
        let words = if kind == "me_too" { &entry.words_public } else { &entry.words };
        let news = News { account, kind: entry.change.as_str(), request: Some(standing.id), words };
        put(tx, store, row, &news, entry.at).await?;
    }
    Ok(())
}

/// The columns of an account `a` that [`put`] needs.
pub(crate) const RECIPIENT: &str = "a.id, a.phone, a.mail, a.tell, a.quiet_from, a.quiet_to";

/// Something to be told.
pub(crate) struct News<'a> {
    pub account: String,
    pub kind: &'a str,
    pub request: Option<i64>,
    pub words: &'a str,
}

/// Writes the line of the inbox and, in the same transaction, the message that leaves. `recipient` is an account's
/// row with `phone, mail, tell, quiet_from, quiet_to`.
pub(crate) async fn put(tx: &mut Write, store: &Store, recipient: &AnyRow, news: &News<'_>, at: i64) -> Result<()> {
    let id = ids::uuid(at);
    sqlx::query("INSERT INTO notice (id, account, kind, request, words, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(&id)
        .bind(&news.account)
        .bind(news.kind)
        .bind(news.request)
        .bind(news.words)
        .bind(at)
        .execute(&mut **tx)
        .await?;
    let tell: String = recipient.try_get("tell")?;
    let tell =
        Tell::parse(&tell).ok_or_else(|| StoreError::Stored { table: "account", column: "tell", row: news.account.clone(), value: tell.clone() })?;
    let hour = |column: &str| recipient.try_get::<i64, _>(column).map(|hour| u32::try_from(hour).unwrap_or_default());
    let quiet = Quiet::new(hour("quiet_from")?, hour("quiet_to")?).unwrap_or_default();
    let Some(leaves) = leaves_at(instant(at), tell, quiet, store.settings.zone) else { return Ok(()) };
    let phone: Option<String> = recipient.try_get("phone")?;
    let mail: Option<String> = recipient.try_get("mail")?;
    let way = phone
        .filter(|_| store.settings.texts)
        .map(|phone| ("text", phone))
        .or_else(|| mail.filter(|_| store.settings.mails).map(|mail| ("mail", mail)));
    let Some((channel, to)) = way else { return Ok(()) };
    sqlx::query(
        "INSERT INTO message (id, account, notice, channel, recipient, digest, due_at, state, tries) VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', 0)",
    )
    .bind(ids::uuid(at))
    .bind(&news.account)
    .bind(&id)
    .bind(channel)
    .bind(to)
    .bind(i64::from(tell == Tell::Daily))
    .bind(leaves.timestamp_millis())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// A page of the viewer's inbox, newest first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn notices(&self, viewer: &Viewer, before: Option<&str>) -> Result<(Vec<Notice>, Option<String>)> {
        let Some(account) = &viewer.account else { return Ok((Vec::new(), None)) };
        // '~' is after every UUID.
        let rows = sqlx::query(
            "SELECT n.id, n.kind, n.words, n.created_at, n.read_at, r.number, r.what_public FROM notice n LEFT JOIN request r ON r.id = n.request \
             WHERE n.account = $1 AND n.id < $2 ORDER BY n.id DESC LIMIT $3",
        )
        .bind(account.as_str())
        .bind(before.unwrap_or("~"))
        .bind(PAGE + 1)
        .fetch_all(self.db.read())
        .await?;
        let mut notices = rows
            .iter()
            .map(|row| {
                let number: Option<String> = row.try_get("number")?;
                Ok(Notice {
                    id: row.try_get("id")?,
                    kind: row.try_get("kind")?,
                    number: number.and_then(|number| EventNumber::parse(&number).ok()),
                    what: row.try_get::<Option<String>, _>("what_public")?.unwrap_or_default(),
                    words: row.try_get("words")?,
                    at: instant(row.try_get("created_at")?),
                    read: row.try_get::<Option<i64>, _>("read_at")?.is_some(),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let next = (notices.len() > page).then(|| notices[page - 1].id.clone());
        notices.truncate(page);
        Ok((notices, next))
    }

    /// Marks what the viewer has seen: everything about one request, or everything up to now.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn read_notices(&self, viewer: &Viewer, request: Option<i64>) -> Result<()> {
        let Some(account) = &viewer.account else { return Ok(()) };
        let mut tx = self.db.write().await?;
        sqlx::query("UPDATE notice SET read_at = $1 WHERE account = $2 AND read_at IS NULL AND (CAST($3 AS BIGINT) IS NULL OR request = $3)")
            .bind(self.clock.millis())
            .bind(account.as_str())
            .bind(request)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }
}
