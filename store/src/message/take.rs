//! Taking what is due from the queue.

use chrono::Timelike;
use domain::event::number::EventNumber;
use domain::notice::{DAILY_HOUR, Quiet, Tell, leaves_at};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

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
        // Most ticks find nothing: then nothing is written, and no cached page grows old.
        let any: Option<String> =
            sqlx::query_scalar("SELECT id FROM message WHERE (state = 'waiting' AND due_at <= $1) OR (state = 'taken' AND taken_at < $2) LIMIT 1")
                .bind(now)
                .bind(dead)
                .fetch_optional(self.db.read())
                .await?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        let mut tx = self.db.write().await?;
        sqlx::query("UPDATE message SET state = 'unsure', code = NULL, trouble = 'ended while sending' WHERE state = 'taken' AND taken_at < $1")
            .bind(dead)
            .execute(&mut *tx)
            .await?;
        let channels: Vec<_> =
            [(Channel::Text, self.settings.texts), (Channel::Mail, self.settings.mails)].into_iter().filter(|(_, open)| *open).collect();
        let mut taken = Vec::new();
        for (channel, _) in channels {
            let left = limit - i64::try_from(taken.len()).unwrap_or(limit);
            let single = self.due(&mut tx, channel, now, left, "(digest = 0 OR bundle IS NOT NULL)").await?;
            for row in single {
                taken.extend(self.take(&mut tx, vec![row], now).await?);
            }
            let left = limit - i64::try_from(taken.len()).unwrap_or(limit);
            for account in self.digest_readers(&mut tx, channel, now, left).await? {
                let sql = format!(
                    "SELECT {COLUMNS} FROM message WHERE state = 'waiting' AND account = $1 AND channel = $2 AND digest = 1 AND bundle IS NULL AND due_at <= $3 ORDER BY id LIMIT 200{}",
                    self.db.for_update()
                );
                let rows = sqlx::query(AssertSqlSafe(sql)).bind(account).bind(channel.as_str()).bind(now).fetch_all(&mut *tx).await?;
                let rows = rows.iter().map(waiting).collect::<Result<Vec<_>>>()?;
                if !rows.is_empty() {
                    taken.extend(self.take(&mut tx, rows, now).await?);
                }
            }
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

    /// Takes rows that leave as one message, unless the reader has changed their mind.
    async fn take(&self, tx: &mut Write, rows: Vec<Waiting>, now: i64) -> Result<Option<Message>> {
        let Some(first) = rows.first() else { return Ok(None) };
        let reader = sqlx::query("SELECT language, tell, quiet_from, quiet_to, deleted_at FROM account WHERE id = $1")
            .bind(&first.account)
            .fetch_optional(&mut **tx)
            .await?;
        let reader = reader.as_ref().map(Reader::read).transpose()?;
        let fate = reader.as_ref().map_or(Fate::Drop, |reader| self.fate(reader, first, now));
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let all = places(2, ids.len());
        let update = |set: &str| format!("UPDATE message SET {set} WHERE id IN ({all})");
        let (set, value) = match fate {
            Fate::Send => ("state = 'bundled', bundle = $1", first.id.clone()),
            Fate::Drop => ("state = $1, recipient = '', code = NULL", "dropped".to_owned()),
            Fate::Later(at) => ("due_at = CAST($1 AS BIGINT)", at.to_string()),
        };
        let single = rows.len() == 1 && matches!(fate, Fate::Send);
        if !single {
            let mut query = sqlx::query(AssertSqlSafe(update(set))).bind(value);
            for id in &ids {
                query = query.bind((*id).to_owned());
            }
            query.execute(&mut **tx).await?;
        }
        let (Fate::Send, Some(reader)) = (fate, reader) else { return Ok(None) };
        sqlx::query("UPDATE message SET state = 'taken', taken_at = $1, tries = tries + 1 WHERE id = $2")
            .bind(now)
            .bind(&first.id)
            .execute(&mut **tx)
            .await?;
        let content = match (&first.notice, &first.code) {
            (None, Some(code)) => Content::Code(code.clone()),
            _ => Content::News(self.news(tx, &first.id).await?),
        };
        Ok(Some(Message { id: first.id.clone(), channel: first.channel, recipient: first.recipient.clone(), language: reader.language, content }))
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

    async fn news(&self, tx: &mut Write, message: &str) -> Result<Vec<News>> {
        let rows = sqlx::query(
            "SELECT n.kind, r.number FROM message m JOIN notice n ON n.id = m.notice LEFT JOIN request r ON r.id = n.request WHERE m.id = $1 OR m.bundle = $1 ORDER BY n.id",
        )
        .bind(message)
        .fetch_all(&mut **tx)
        .await?;
        rows.iter()
            .map(|row| {
                let number: Option<String> = row.try_get("number")?;
                Ok(News { kind: row.try_get("kind")?, number: number.and_then(|number| EventNumber::parse(&number).ok()) })
            })
            .collect()
    }
}
