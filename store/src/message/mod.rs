//! The outgoing message queue: rows are written with the change that causes them, taken by one job, and end sent,
//! parked or unsure. Nothing is sent twice: whoever dies between taking and sending leaves a message unsure, and an
//! unsure message is never taken again by itself, since the inbox has what it would say: a supervisor may decide so.

mod outcome;
mod parked;
mod take;

pub use parked::{Parked, ParkedPlace, Stuck};

use domain::event::number::EventNumber;
use sqlx::Row as _;

use crate::{Result, Store};

/// How a message leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A text message, through the gateway.
    Text,
    /// Mail.
    Mail,
}

impl Channel {
    /// The stable word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Mail => "mail",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Text, Self::Mail].into_iter().find(|channel| channel.as_str() == word)
    }
}

/// One thing a message tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The notice's kind: a change's stable word, or what became of a report.
    pub kind: String,
    /// The request it is about.
    pub number: Option<EventNumber>,
}

/// What a message is about.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// A recovery code.
    Code(String),
    /// A notice, or a day's notices, oldest first.
    News(Vec<News>),
}

/// A message taken from the queue: whoever has it reports what became of it. It has no `Debug`, so that neither
/// recipient nor code can get into a log by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id, the same at every try: what a receiver knows a repeated message by.
    pub id: String,
    /// How it leaves.
    pub channel: Channel,
    /// Phone number or mail address.
    pub recipient: String,
    /// The language of the account, as a short word.
    pub language: String,
    /// What it tells.
    pub content: Content,
}

/// How many messages stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// Due now or later.
    pub waiting: i64,
    /// Being sent.
    pub taken: i64,
    /// Given up, for a supervisor or operator to look at.
    pub parked: i64,
    /// Perhaps sent: a process or connection died in between.
    pub unsure: i64,
}

impl Store {
    /// How many messages stand where.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn message_queue(&self) -> Result<Queue> {
        let rows = sqlx::query("SELECT state, COUNT(*) AS count FROM message WHERE state IN ('waiting', 'taken', 'parked', 'unsure') GROUP BY state")
            .fetch_all(self.db.read())
            .await?;
        let mut queue = Queue::default();
        for row in &rows {
            let count: i64 = row.try_get("count")?;
            match row.try_get::<String, _>("state")?.as_str() {
                "waiting" => queue.waiting = count,
                "taken" => queue.taken = count,
                "parked" => queue.parked = count,
                _ => queue.unsure = count,
            }
        }
        Ok(queue)
    }
}
