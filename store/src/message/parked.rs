//! What did not leave, for a supervisor to look at: given up after many tries, or perhaps sent.

use chrono::{DateTime, Utc};
use domain::account::{masked_mail, may_see_messages};
use domain::area::AreaCode;
use domain::role::{Role, Viewer};
use domain::text::Phone;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::Channel;
use crate::area::{Within, within};
use crate::clock::instant;
use crate::request::{PAGE, page};
use crate::{Result, Store, StoreError};

/// How a message got stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// Given up: nobody has it.
    Parked,
    /// Perhaps sent: a process or connection died in between.
    Unsure,
}

/// A message that did not leave. It says neither to whom nor what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// Its id.
    pub id: String,
    /// How it got stuck.
    pub stuck: Stuck,
    /// How it would leave.
    pub channel: Channel,
    /// The recipient, all but the ends hidden.
    pub masked: String,
    /// What the receiver or the connection said.
    pub trouble: String,
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// How often it was tried.
    pub tries: i64,
    /// A recovery code: it is gone, and can't be sent again.
    pub code: bool,
}

/// A line's place in the list: a page continues after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedPlace {
    due: i64,
    id: String,
}

impl ParkedPlace {
    /// Reads the words of a link.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (due, id) = text.split_once('.')?;
        Some(Self { due: due.parse().ok()?, id: id.to_owned() })
    }
}

impl std::fmt::Display for ParkedPlace {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}.{}", self.due, self.id)
    }
}

const COLUMNS: &str = "m.id, m.state, m.channel, m.recipient, m.notice, m.trouble, m.due_at, m.tries, a.home_area";

fn parked(row: &AnyRow) -> Result<Parked> {
    let id: String = row.try_get("id")?;
    let channel: String = row.try_get("channel")?;
    let recipient: String = row.try_get("recipient")?;
    let channel =
        Channel::parse(&channel).ok_or_else(|| StoreError::Stored { table: "message", column: "channel", row: id.clone(), value: channel })?;
    let masked = match channel {
        Channel::Text => recipient.parse::<Phone>().map(|phone| phone.masked()).unwrap_or_default(),
        Channel::Mail => masked_mail(&recipient),
    };
    Ok(Parked {
        stuck: if row.try_get::<String, _>("state")? == "parked" { Stuck::Parked } else { Stuck::Unsure },
        channel,
        masked,
        trouble: row.try_get::<Option<String>, _>("trouble")?.unwrap_or_default(),
        due_at: instant(row.try_get("due_at")?),
        tries: row.try_get("tries")?,
        code: row.try_get::<Option<String>, _>("notice")?.is_none(),
        id,
    })
}

impl Store {
    /// A page of the messages to people of the viewer's areas that did not leave, those due first before the others.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn parked_messages(&self, viewer: &Viewer, after: Option<ParkedPlace>) -> Result<(Vec<Parked>, Option<ParkedPlace>)> {
        let Some(Within { condition, values }) = within("a.home_area", viewer.areas(Role::Supervisor), 3) else { return Ok((Vec::new(), None)) };
        // Whoever has no home yet belongs to the district as a whole.
        let homeless = if may_see_messages(viewer, None) { " OR a.home_area IS NULL" } else { "" };
        let sql = format!(
            "SELECT {COLUMNS} FROM message m JOIN account a ON a.id = m.account WHERE m.state IN ('parked', 'unsure') AND (m.due_at, m.id) > ($1, $2) AND ({condition}{homeless}) \
             ORDER BY m.due_at, m.id LIMIT {}",
            PAGE + 1
        );
        let after = after.unwrap_or(ParkedPlace { due: i64::MIN, id: String::new() });
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(after.due).bind(after.id);
        for value in values {
            query = query.bind(value);
        }
        let messages = query.fetch_all(self.db.read()).await?.iter().map(parked).collect::<Result<_>>()?;
        Ok(page(messages, |one: &Parked| ParkedPlace { due: one.due_at.timestamp_millis(), id: one.id.clone() }))
    }

    /// A message that did not leave is tried anew. What has been decided before stays; a second time changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] both if there is none and if it is not the viewer's to decide, or holds a code.
    pub async fn send_parked(&self, viewer: &Viewer, id: &str) -> Result<()> {
        let update = "UPDATE message SET state = 'waiting', tries = 0, due_at = $1, trouble = NULL WHERE id = $2 AND state IN ('parked', 'unsure') AND notice IS NOT NULL";
        self.decide_parked(viewer, id, update).await
    }

    /// A message that did not leave is given up for good; the recipient is forgotten. The inbox has what it would say.
    ///
    /// # Errors
    /// As [`Store::send_parked`].
    pub async fn drop_parked(&self, viewer: &Viewer, id: &str) -> Result<()> {
        let update = "UPDATE message SET state = 'dropped', recipient = '', code = NULL, due_at = $1 WHERE id = $2 AND state IN ('parked', 'unsure')";
        self.decide_parked(viewer, id, update).await
    }

    async fn decide_parked(&self, viewer: &Viewer, id: &str, update: &'static str) -> Result<()> {
        let mut tx = self.db.write().await?;
        let sql = format!("SELECT {COLUMNS} FROM message m JOIN account a ON a.id = m.account WHERE m.id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(&mut *tx).await?.ok_or(StoreError::NotFound)?;
        let home = row.try_get::<Option<String>, _>("home_area")?.and_then(|area| area.parse::<AreaCode>().ok());
        if !may_see_messages(viewer, home.as_ref()) {
            return Err(StoreError::NotFound);
        }
        sqlx::query(update).bind(self.clock.millis()).bind(id).execute(&mut *tx).await?;
        tx.commit().await
    }
}
