//! The inbox: what concerns a person, kept for the person, told as the person wishes.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::account::AccountId;
use domain::event::number::EventNumber;
use domain::notice::{Follower, Quiet, Tell, hears, leaves_at};
use domain::request::{Relation, Sight, Visibility, relations, sight};
use domain::role::Viewer;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Row as _};

use crate::clock::instant;
use crate::database::{Row, Write, insert};
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

/// Tells everybody whom a change concerns, but the one who made it. However many follow, it is a few statements.
pub(crate) async fn tell(tx: &mut Write, store: &Store, standing: &crate::request::Standing, entry: &HistoryRow) -> Result<()> {
    let sql = format!(
        "SELECT {RECIPIENT}, f.kind, (SELECT visibility FROM request WHERE id = $1) AS visibility FROM follow f JOIN account a ON a.id = f.account WHERE f.request = $1 AND a.deleted_at IS NULL \
         UNION ALL SELECT {RECIPIENT}, 'handler', r.visibility FROM request r JOIN account a ON a.id = r.handler WHERE r.id = $1 AND a.deleted_at IS NULL"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(standing.id).fetch_all(&mut **tx).await?;
    let mut told = HashSet::new();
    let (mut notices, mut messages) = (Vec::new(), Vec::new());
    for row in &rows {
        let account: String = row.try_get("id")?;
        let (follower, by_role) = match row.try_get::<String, _>("kind")?.as_str() {
            "me_too" => (Follower::MeToo, None),
            "handler" => (Follower::Handler, Some(Relation::Handler)),
            "agent" => (Follower::Filer, Some(Relation::Agent)),
            _ => (Follower::Filer, None),
        };
        // Whoever met the same hears nothing of what is no longer public.
        if follower == Follower::MeToo && row.try_get::<String, _>("visibility")? != "public" {
            continue;
        }
        if Some(&account) == entry.account.as_ref() || !hears(follower, entry.change, entry.role) || !told.insert(account.clone()) {
            continue;
        }
        // Whose role was taken hears nothing more of what it let them see.
        if let Some(relation) = by_role {
            let viewer = Viewer::of(AccountId::new(account.clone()), crate::account::grants(&mut **tx, &account).await?);
            if !relations(&viewer, &standing.subject, false).contains(&relation) {
                continue;
            }
        }
        // The desk sees a phone number only for a reason, so not in its inbox either.
        let words = if follower == Follower::Filer { &entry.words } else { &entry.words_public };
        let news = News { account, kind: entry.change.as_str(), request: Some(standing.id), words };
        let (notice, message) = prepare(store, row, &news, entry.at)?;
        notices.push(notice);
        messages.extend(message);
    }
    insert(tx, &notices).await?;
    insert(tx, &messages).await
}

struct NoticeRow {
    id: String,
    account: String,
    kind: String,
    request: Option<i64>,
    words: String,
    at: i64,
}

impl Row for NoticeRow {
    const INTO: &'static str = "notice (id, account, kind, request, words, created_at)";
    const COLUMNS: usize = 6;

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        query.bind(&self.id).bind(&self.account).bind(&self.kind).bind(self.request).bind(&self.words).bind(self.at)
    }
}

struct MessageRow {
    id: String,
    account: String,
    notice: String,
    channel: &'static str,
    recipient: String,
    digest: i64,
    due_at: i64,
}

impl Row for MessageRow {
    const INTO: &'static str = "message (id, account, notice, channel, recipient, digest, due_at, state, tries)";
    const COLUMNS: usize = 9;

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        query
            .bind(&self.id)
            .bind(&self.account)
            .bind(&self.notice)
            .bind(self.channel)
            .bind(&self.recipient)
            .bind(self.digest)
            .bind(self.due_at)
            .bind("waiting")
            .bind(0i64)
    }
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
/// row with the columns of [`RECIPIENT`].
pub(crate) async fn put(tx: &mut Write, store: &Store, recipient: &AnyRow, news: &News<'_>, at: i64) -> Result<()> {
    let (notice, message) = prepare(store, recipient, news, at)?;
    insert(tx, &[notice]).await?;
    insert(tx, &Vec::from_iter(message)).await
}

/// The same for many, who are told the same: a few statements, however many they are.
pub(crate) async fn put_all<'a>(tx: &mut Write, store: &Store, told: impl Iterator<Item = (&'a AnyRow, News<'a>)>, at: i64) -> Result<()> {
    let (notices, messages): (Vec<_>, Vec<_>) =
        told.map(|(recipient, news)| prepare(store, recipient, &news, at)).collect::<Result<Vec<_>>>()?.into_iter().unzip();
    insert(tx, &notices).await?;
    insert(tx, &messages.into_iter().flatten().collect::<Vec<_>>()).await
}

/// The line of the inbox, and the message if the person wants one and can be reached.
fn prepare(store: &Store, recipient: &AnyRow, news: &News<'_>, at: i64) -> Result<(NoticeRow, Option<MessageRow>)> {
    let notice = NoticeRow {
        id: ids::uuid(at),
        account: news.account.clone(),
        kind: news.kind.to_owned(),
        request: news.request,
        words: news.words.to_owned(),
        at,
    };
    let tell: String = recipient.try_get("tell")?;
    let tell =
        Tell::parse(&tell).ok_or_else(|| StoreError::Stored { table: "account", column: "tell", row: news.account.clone(), value: tell.clone() })?;
    let hour = |column: &str| recipient.try_get::<i64, _>(column).map(|hour| u32::try_from(hour).unwrap_or_default());
    let quiet = Quiet::new(hour("quiet_from")?, hour("quiet_to")?).unwrap_or_default();
    let phone: Option<String> = recipient.try_get("phone")?;
    let mail: Option<String> = recipient.try_get("mail")?;
    let way = phone
        .filter(|_| store.settings.texts)
        .map(|phone| ("text", phone))
        .or_else(|| mail.filter(|_| store.settings.mails).map(|mail| ("mail", mail)));
    let message = leaves_at(instant(at), tell, quiet, store.settings.zone).zip(way).map(|(leaves, (channel, recipient))| MessageRow {
        id: ids::uuid(at),
        account: news.account.clone(),
        notice: notice.id.clone(),
        channel,
        recipient,
        digest: i64::from(tell == Tell::Daily),
        due_at: leaves.timestamp_millis(),
    });
    Ok((notice, message))
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
            "SELECT n.id, n.kind, n.words, n.created_at, n.read_at, r.number, r.what_public, r.area, r.visibility, r.filer, r.agent \
             FROM notice n LEFT JOIN request r ON r.id = n.request WHERE n.account = $1 AND n.id < $2 ORDER BY n.id DESC LIMIT $3",
        )
        .bind(account.as_str())
        .bind(before.unwrap_or("~"))
        .bind(PAGE + 1)
        .fetch_all(self.db.read())
        .await?;
        let mut notices = rows
            .iter()
            .map(|row| {
                let text = |column: &str| row.try_get::<Option<String>, _>(column);
                let number = text("number")?;
                // What was public when it was told may be private or hidden by now, and a role may be gone.
                let shown = match &number {
                    None => true,
                    Some(_) => {
                        let subject = crate::request::subject(row)?;
                        subject.visibility == Visibility::Public || sight(viewer, &subject, false) == Sight::Full
                    }
                };
                let number = number.filter(|_| shown);
                Ok(Notice {
                    id: row.try_get("id")?,
                    kind: row.try_get("kind")?,
                    number: number.and_then(|number| EventNumber::parse(&number).ok()),
                    what: text("what_public")?.filter(|_| shown).unwrap_or_default(),
                    words: text("words")?.filter(|_| shown).unwrap_or_default(),
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
