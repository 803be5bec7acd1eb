//! The outgoing feed: every change's CloudEvent, in the order in which the changes became true.

use chrono::SecondsFormat;
use domain::event::record::{Changed, Data, Record, kind};
use domain::request::Visibility;
use sqlx::Any;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyArguments;
use sqlx::query::Query;

use crate::clock::instant;
use crate::database::{Row, insert};
use crate::request::HistoryRow;
use crate::{Result, Settings, Store, StoreError};

/// Most records of one pull.
pub const MOST: i64 = 1000;

pub(crate) struct EventRow {
    pub(crate) position: i64,
    pub(crate) id: String,
    number: String,
    body: String,
}

impl Row for EventRow {
    const INTO: &'static str = "event (position, id, number, body)";
    const COLUMNS: usize = 4;

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        query.bind(self.position).bind(&self.id).bind(&self.number).bind(&self.body)
    }
}

/// Appends records to the feed ([`crate::database::Write::commit`] does it last). Positions are given under the lock of one row until the transaction ends: that makes
/// the order in the feed the order of commits, at the price of one writer at a time from here on.
pub(crate) async fn append(connection: &mut AnyConnection, records: &[Record]) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(records.len()).unwrap_or(i64::MAX);
    let last: i64 =
        sqlx::query_scalar("UPDATE feed SET last = last + $1 WHERE name = 'event' RETURNING last").bind(count).fetch_one(&mut *connection).await?;
    let rows = records.iter().zip(last - count + 1..).map(|(record, position)| row(record, position)).collect::<Result<Vec<_>>>()?;
    insert(connection, &rows).await
}

/// The row of a record; its position may still be given.
pub(crate) fn row(record: &Record, position: i64) -> Result<EventRow> {
    let body = serde_json::to_string(record).map_err(|error| StoreError::Stored {
        table: "event",
        column: "body",
        row: record.id.clone(),
        value: error.to_string(),
    })?;
    Ok(EventRow { position, id: record.id.clone(), number: record.subject.clone(), body })
}

/// A request as its event records tell it.
pub(crate) struct Told {
    pub number: String,
    pub class: Option<String>,
    pub catalogue: String,
    pub area: String,
    pub description: String,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub accuracy: Option<i64>,
    pub due_at: Option<i64>,
    pub state: String,
    pub private: bool,
    pub me_too: i64,
    pub danger: bool,
}

impl Told {
    /// A request of the database, as it stands in this transaction.
    pub(crate) async fn read(connection: &mut AnyConnection, request: i64) -> Result<Self> {
        let row = sqlx::query(
            "SELECT number, class, catalogue, area, description, lat, lon, accuracy, due_at, state, visibility, me_too, danger FROM request WHERE id = $1",
        )
        .bind(request)
        .fetch_one(connection)
        .await?;
        Ok(Self {
            number: row.try_get("number")?,
            class: row.try_get("class")?,
            catalogue: row.try_get("catalogue")?,
            area: row.try_get("area")?,
            description: row.try_get("description")?,
            lat: row.try_get("lat")?,
            lon: row.try_get("lon")?,
            accuracy: row.try_get("accuracy")?,
            due_at: row.try_get("due_at")?,
            state: row.try_get("state")?,
            private: row.try_get::<String, _>("visibility")? != Visibility::Public.as_str(),
            me_too: row.try_get("me_too")?,
            danger: row.try_get::<i64, _>("danger")? != 0,
        })
    }

    /// The record of one change of it.
    pub(crate) fn record(self, settings: &Settings, entry: &HistoryRow) -> Record {
        let time = |millis: i64| instant(millis).to_rfc3339_opts(SecondsFormat::Millis, true);
        Record {
            specversion: "1.0".into(),
            id: entry.id.clone(),
            source: settings.origin.clone(),
            kind: kind(entry.change.as_str()),
            subject: self.number.clone(),
            time: time(entry.at),
            datacontenttype: "application/json".into(),
            dataschema: format!("{}/api/v1/event.schema.json", settings.origin),
            data: Data {
                number: self.number,
                class: self.class,
                catalogue: self.catalogue,
                area: self.area,
                description: self.description,
                lat: self.lat,
                lon: self.lon,
                accuracy: self.accuracy,
                rule: None,
                lead: None,
                helpers: Vec::new(),
                deadline: self.due_at.map(time),
                state: self.state,
                private: self.private,
                me_too: self.me_too,
                danger: self.danger,
                change: Changed {
                    kind: entry.change.as_str().into(),
                    role: entry.role.as_str().into(),
                    words: entry.words_public.clone(),
                    rating: entry.rating,
                },
            },
        }
    }
}

/// What of the feed somebody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every record: for machines with a key.
    All,
    /// Records of requests that are public now, but those that somebody took one into an account: who has one is nobody
    /// else's business.
    Public,
}

impl Store {
    /// Records after the one with the id `after` (from the first without it), each as its JSON text.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if no record has that id, or if the database does not answer.
    pub async fn events(&self, reach: Reach, after: Option<&str>, limit: i64) -> Result<Vec<String>> {
        let position: i64 = match after {
            None => 0,
            Some(id) => sqlx::query_scalar("SELECT position FROM event WHERE id = $1")
                .bind(id)
                .fetch_optional(self.db.read())
                .await?
                .ok_or(StoreError::NotFound)?,
        };
        let sql = match reach {
            Reach::All => "SELECT body FROM event WHERE position > $1 ORDER BY position LIMIT $2",
            Reach::Public => {
                "SELECT e.body FROM event e JOIN request r ON r.number = e.number WHERE e.position > $1 AND r.visibility = 'public' \
                 AND NOT EXISTS (SELECT 1 FROM request_history h WHERE h.id = e.id AND h.change = 'adopted') ORDER BY e.position LIMIT $2"
            }
        };
        let bodies: Vec<String> = sqlx::query_scalar(sql).bind(position).bind(limit.clamp(1, MOST)).fetch_all(self.db.read()).await?;
        match reach {
            Reach::All => Ok(bodies),
            Reach::Public => bodies.into_iter().map(for_everybody).collect(),
        }
    }
}

fn for_everybody(body: String) -> Result<String> {
    let masked = serde_json::from_str(&body).and_then(|record: Record| serde_json::to_string(&record.for_everybody()));
    masked.map_err(|error| StoreError::Stored { table: "event", column: "body", row: error.to_string(), value: body })
}
