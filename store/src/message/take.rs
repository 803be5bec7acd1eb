//! Taking what is due from the queue.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Timelike;
use domain::event::number::EventNumber;
use domain::notice::{DAILY_HOUR, Quiet, Tell, leaves_at};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Row as _};

use super::{Channel, Content, Message, News};
use crate::clock::instant;
use crate::database::{Write, places};
use crate::{Result, Store, StoreError};

/// Whoever has taken a message for longer has died.
const TAKEN_MINUTES: i64 = 10;

/// A row of the queue, locked by this transaction.
struct Waiting {
    id: String,
    account: String,
    channel: Channel,
    recipient: String,
    notice: Option<String>,
    code: Option<String>,
    digest: bool,
}

const COLUMNS: &str = "id, account, channel, recipient, notice, code, digest";

fn waiting(row: &AnyRow) -> Result<Waiting> {
    let id: String = row.try_get("id")?;
    let channel: String = row.try_get("channel")?;
    Ok(Waiting {
        account: row.try_get("account")?,
        channel: Channel::parse(&channel).ok_or_else(|| StoreError::Stored {
            table: "message",
            column: "channel",
            row: id.clone(),
            value: channel,
        })?,
        recipient: row.try_get("recipient")?,
        notice: row.try_get("notice")?,
        code: row.try_get("code")?,
        digest: row.try_get::<i64, _>("digest")? != 0,
        id,
    })
}

/// Whom a message is for, as they wish to be told now.
struct Reader {
    language: String,
    tell: Tell,
    quiet: Quiet,
    gone: bool,
}

impl Reader {
    fn read(row: &AnyRow) -> Result<Self> {
        let tell: String = row.try_get("tell")?;
        let hour = |column: &str| row.try_get::<i64, _>(column).map(|hour| u32::try_from(hour).unwrap_or_default());
        Ok(Self {
            language: row.try_get("language")?,
            tell: Tell::parse(&tell).unwrap_or(Tell::AtOnce),
            quiet: Quiet::new(hour("quiet_from")?, hour("quiet_to")?).unwrap_or_default(),
            gone: row.try_get::<Option<i64>, _>("deleted_at")?.is_some(),
        })
    }
}

/// What happens to a row that is due.
enum Fate {
    Send,
    /// Nobody wants it any more.
    Drop,
    /// Quiet hours have begun since it was due.
    Later(i64),
}

impl Store {
    /// Takes at most `limit` messages that are due, for the ways out that are configured. All due news of one person's
    /// day become one message. Any number of processes may take at once: each message goes to one.
    ///
    /// # Errors
    /// If the database does not answer: then nothing is taken.
    pub async fn take_messages(&self, limit: i64) -> Result<Vec<Message>> {
        let now = self.clock.millis();
        let dead = now - TAKEN_MINUTES * 60_000;
        let open: Vec<Channel> = [(Channel::Text, self.settings.texts), (Channel::Mail, self.settings.mails)]
            .into_iter()
            .filter_map(|(channel, open)| open.then_some(channel))
            .collect();
        let words = open.iter().map(|channel| format!("'{}'", channel.as_str())).collect::<Vec<_>>().join(", ");
        let words = if words.is_empty() { "NULL" } else { &words };
        // Most ticks find nothing: then nothing is written, and no cached page grows old.
        let sql = format!(
            "SELECT id FROM message WHERE state = 'waiting' AND channel IN ({words}) AND due_at <= $1 \
             UNION ALL SELECT id FROM message WHERE state = 'taken' AND taken_at < $2 LIMIT 1"
        );
        let any: Option<String> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(now).bind(dead).fetch_optional(self.db.read()).await?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        let mut tx = self.db.write().await?;
        sqlx::query("UPDATE message SET state = 'unsure', code = NULL, trouble = 'ended while sending' WHERE state = 'taken' AND taken_at < $1")
            .bind(dead)
            .execute(&mut *tx)
            .await?;
        let mut taken = Vec::new();
        for channel in open {
            let left = |taken: usize| limit - i64::try_from(taken).unwrap_or(limit);
            let single = self.due(&mut tx, channel, now, left(taken.len()), "(digest = 0 OR bundle IS NOT NULL)").await?;
            let mut leaving: Vec<Vec<Waiting>> = single.into_iter().map(|row| vec![row]).collect();
            for account in self.digest_readers(&mut tx, channel, now, left(taken.len() + leaving.len())).await? {
                let sql = format!(
                    "SELECT {COLUMNS} FROM message WHERE state = 'waiting' AND account = $1 AND channel = $2 AND digest = 1 AND bundle IS NULL AND due_at <= $3 ORDER BY id LIMIT 200{}",
                    self.db.for_update()
                );
                let rows = sqlx::query(AssertSqlSafe(sql)).bind(account).bind(channel.as_str()).bind(now).fetch_all(&mut *tx).await?;
                leaving.push(rows.iter().map(waiting).collect::<Result<Vec<_>>>()?);
            }
            taken.extend(self.take(&mut tx, leaving, now).await?);
        }
        tx.commit().await?;
        Ok(taken)
    }

    async fn due(&self, tx: &mut Write, channel: Channel, now: i64, limit: i64, which: &str) -> Result<Vec<Waiting>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM message WHERE state = 'waiting' AND due_at <= $1 AND channel = $2 AND {which} ORDER BY due_at, id LIMIT $3{}",
            self.db.for_update_skip()
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(now).bind(channel.as_str()).bind(limit.max(0)).fetch_all(&mut **tx).await?;
        rows.iter().map(waiting).collect()
    }

    /// People whose daily news are due, locked: two processes that each took half of a day's rows would send two
    /// messages.
    async fn digest_readers(&self, tx: &mut Write, channel: Channel, now: i64, limit: i64) -> Result<Vec<String>> {
        let sql = format!(
            "SELECT id FROM account WHERE id IN (SELECT account FROM message WHERE state = 'waiting' AND due_at <= $1 AND channel = $2 AND digest = 1 AND bundle IS NULL) ORDER BY id LIMIT $3{}",
            self.db.for_update_skip()
        );
        Ok(sqlx::query_scalar(AssertSqlSafe(sql)).bind(now).bind(channel.as_str()).bind(limit.max(0)).fetch_all(&mut **tx).await?)
    }

    /// Takes messages of one channel, each with the rows that leave as one, unless the reader has changed their mind.
    async fn take(&self, tx: &mut Write, leaving: Vec<Vec<Waiting>>, now: i64) -> Result<Vec<Message>> {
        let readers = readers(tx, &leaving).await?;
        let (mut going, mut dropped, mut later) = (Vec::new(), Vec::new(), BTreeMap::<i64, Vec<String>>::new());
        for rows in leaving {
            let Some(first) = rows.first() else { continue };
            let ids = rows.iter().map(|row| row.id.clone());
            match readers.get(&first.account).map_or(Fate::Drop, |reader| self.fate(reader, first, now)) {
                Fate::Send => going.push(rows),
                Fate::Drop => dropped.extend(ids),
                Fate::Later(at) => later.entry(at).or_default().extend(ids),
            }
        }
        update(tx, "state = 'dropped', recipient = '', code = NULL, due_at = $1", now, &dropped).await?;
        for (at, ids) in later {
            update(tx, "due_at = $1", at, &ids).await?;
        }
        bundle(tx, &going).await?;
        let ids: Vec<String> = going.iter().flat_map(|rows| rows.first()).map(|first| first.id.clone()).collect();
        update(tx, "state = 'taken', taken_at = $1, tries = tries + 1", now, &ids).await?;
        let mut news = news(tx, &ids).await?;
        let messages = going.into_iter().filter_map(|rows| rows.into_iter().next()).map(|first| {
            let content = match (&first.notice, first.code) {
                (None, Some(code)) => Content::Code(code),
                _ => Content::News(news.remove(&first.id).unwrap_or_default()),
            };
            let language = readers.get(&first.account).map(|reader| reader.language.clone()).unwrap_or_default();
            Message { id: first.id, channel: first.channel, recipient: first.recipient, language, content }
        });
        Ok(messages.collect())
    }

    fn fate(&self, reader: &Reader, row: &Waiting, now: i64) -> Fate {
        if reader.gone {
            return Fate::Drop;
        }
        // A code was asked for a moment ago, by whoever waits for it.
        if row.notice.is_none() {
            return Fate::Send;
        }
        let hour = instant(now).with_timezone(&self.settings.zone).hour();
        match leaves_at(instant(now), Tell::AtOnce, reader.quiet, self.settings.zone) {
            _ if reader.tell == Tell::Off => Fate::Drop,
            // The day's message has its own hour, also where that is a quiet one.
            Some(at) if at.timestamp_millis() > now && !(row.digest && hour == DAILY_HOUR) => Fate::Later(at.timestamp_millis()),
            _ => Fate::Send,
        }
    }
}

/// An `IN` list's values.
fn bind_all<'q>(query: Query<'q, Any, AnyArguments>, values: impl IntoIterator<Item = &'q String>) -> Query<'q, Any, AnyArguments> {
    values.into_iter().fold(query, |query, value| query.bind(value))
}

async fn readers(tx: &mut Write, leaving: &[Vec<Waiting>]) -> Result<BTreeMap<String, Reader>> {
    let accounts: BTreeSet<&String> = leaving.iter().flatten().map(|row| &row.account).collect();
    if accounts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!("SELECT id, language, tell, quiet_from, quiet_to, deleted_at FROM account WHERE id IN ({})", places(1, accounts.len()));
    let rows = bind_all(sqlx::query(AssertSqlSafe(sql)), accounts).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, Reader::read(row)?))).collect()
}

/// Changes rows; `$1` in `set` is the instant.
async fn update(tx: &mut Write, set: &str, at: i64, ids: &[String]) -> Result<()> {
    if !ids.is_empty() {
        let sql = format!("UPDATE message SET {set} WHERE id IN ({})", places(2, ids.len()));
        bind_all(sqlx::query(AssertSqlSafe(sql)).bind(at), ids).execute(&mut **tx).await?;
    }
    Ok(())
}

/// The first row of a digest carries the others. In one channel a person has one digest.
async fn bundle(tx: &mut Write, going: &[Vec<Waiting>]) -> Result<()> {
    let digests: Vec<&Vec<Waiting>> = going.iter().filter(|rows| rows.len() > 1).collect();
    if digests.is_empty() {
        return Ok(());
    }
    let whens = (0..digests.len()).map(|nth| format!("WHEN ${} THEN ${}", 2 * nth + 1, 2 * nth + 2)).collect::<Vec<_>>().join(" ");
    let ids: Vec<&String> = digests.iter().flat_map(|rows| rows.iter()).map(|row| &row.id).collect();
    let sql =
        format!("UPDATE message SET state = 'bundled', bundle = CASE account {whens} END WHERE id IN ({})", places(2 * digests.len() + 1, ids.len()));
    let firsts = digests.iter().filter_map(|rows| rows.first()).flat_map(|first| [&first.account, &first.id]);
    bind_all(sqlx::query(AssertSqlSafe(sql)), firsts.chain(ids)).execute(&mut **tx).await?;
    Ok(())
}

/// What messages tell, oldest first, by their ids.
async fn news(tx: &mut Write, messages: &[String]) -> Result<BTreeMap<String, Vec<News>>> {
    let mut news = BTreeMap::<String, Vec<News>>::new();
    if messages.is_empty() {
        return Ok(news);
    }
    let all = places(1, messages.len());
    let sql = format!(
        "SELECT COALESCE(m.bundle, m.id) AS message, n.kind, r.number FROM message m JOIN notice n ON n.id = m.notice LEFT JOIN request r ON r.id = n.request \
         WHERE m.id IN ({all}) OR m.bundle IN ({all}) ORDER BY n.id"
    );
    for row in bind_all(sqlx::query(AssertSqlSafe(sql)), messages).fetch_all(&mut **tx).await? {
        let number: Option<String> = row.try_get("number")?;
        let one = News { kind: row.try_get("kind")?, number: number.and_then(|number| EventNumber::parse(&number).ok()) };
        news.entry(row.try_get("message")?).or_default().push(one);
    }
    Ok(news)
}
