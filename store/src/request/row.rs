use domain::area::Position;
use domain::event::class::ClassCode;
use domain::event::record::Record;
use domain::request::{Change, Relation, State, Visibility};
use sqlx::Any;
use sqlx::AnyConnection;
use sqlx::any::AnyArguments;
use sqlx::query::Query;

use crate::database::{Row, Write, insert};
use crate::event::Told;
use crate::{Result, Settings};

/// A request as it is first written.
#[derive(Clone, Debug)]
pub(crate) struct RequestRow {
    pub id: i64,
    pub number: String,
    pub key_hash: String,
    pub class: Option<ClassCode>,
    pub catalogue: String,
    pub visibility: &'static str,
    pub area: String,
    pub subdistrict: Option<String>,
    pub community: Option<String>,
    pub what: String,
    pub what_public: String,
    pub place: String,
    pub place_public: String,
    pub description: String,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub accuracy: Option<i64>,
    pub happened_at: Option<i64>,
    pub since: Option<String>,
    pub reported_at: i64,
    pub changed_at: i64,
    pub state: State,
    pub asked: i64,
    pub reply_due_at: Option<i64>,
    pub due_at: Option<i64>,
    pub answered_at: Option<i64>,
    pub settled_at: Option<i64>,
    pub handler: Option<String>,
    pub filer: Option<String>,
    pub agent: Option<String>,
    pub phone: Option<String>,
    pub track_hash: Option<String>,
    pub source: &'static str,
    pub me_too: i64,
    pub photos: i64,
    pub cover: Option<String>,
    pub rating: Option<i64>,
    pub reopened: i64,
    pub hidden_reason: Option<String>,
    pub danger: i64,
    /// What search finds, made ahead of the transaction that writes it: no column, but a row beside it.
    pub pairs: String,
}

impl Row for RequestRow {
    const INTO: &'static str = "request (id, number, key_hash, class, class_1, class_2, catalogue, visibility, area, subdistrict, community, what, what_public, \
        place, place_public, description, lat, lon, cell, accuracy, happened_at, since, reported_at, changed_at, state, progress, asked, reply_due_at, due_at, answered_at, \
        settled_at, handler, filer, agent, phone, track_hash, source, me_too, photos, cover, rating, reopened, hidden_reason, danger)";
    const COLUMNS: usize = 44;

    fn place(column: usize, parameter: usize) -> String {
        match column {
            // sqlx::Any tells PostgreSQL that an absent f64 is of four bytes, and the next present one breaks the
            // prepared statement: degrees go as text.
            16 | 17 => format!("CAST(${parameter} AS DOUBLE PRECISION)"),
            _ => format!("${parameter}"),
        }
    }

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        let cut = |level| self.class.and_then(|class| class.cut(level)).map(String::from);
        query
            .bind(self.id)
            .bind(&self.number)
            .bind(&self.key_hash)
            .bind(self.class.as_ref().map(ClassCode::as_str))
            .bind(cut(1))
            .bind(cut(2))
            .bind(&self.catalogue)
            .bind(self.visibility)
            .bind(&self.area)
            .bind(self.subdistrict.as_deref())
            .bind(self.community.as_deref())
            .bind(&self.what)
            .bind(&self.what_public)
            .bind(&self.place)
            .bind(&self.place_public)
            .bind(&self.description)
            .bind(self.lat.map(|degrees| degrees.to_string()))
            .bind(self.lon.map(|degrees| degrees.to_string()))
            .bind(self.lat.zip(self.lon).and_then(|(lat, lon)| Position::new(lat, lon, None).ok()).map(|position| position.cell()))
            .bind(self.accuracy)
            .bind(self.happened_at)
            .bind(self.since.as_deref())
            .bind(self.reported_at)
            .bind(self.changed_at)
            .bind(self.state.as_str())
            .bind(self.state.progress().as_str())
            .bind(self.asked)
            .bind(self.reply_due_at)
            .bind(self.due_at)
            .bind(self.answered_at)
            .bind(self.settled_at)
            .bind(self.handler.as_deref())
            .bind(self.filer.as_deref())
            .bind(self.agent.as_deref())
            .bind(self.phone.as_deref())
            .bind(self.track_hash.as_deref())
            .bind(self.source)
            .bind(self.me_too)
            .bind(self.photos)
            .bind(self.cover.as_deref())
            .bind(self.rating)
            .bind(self.reopened)
            .bind(self.hidden_reason.as_deref())
            .bind(self.danger)
    }
}

/// One entry of a request's history.
#[derive(Clone, Debug)]
pub(crate) struct HistoryRow {
    pub id: String,
    pub request: i64,
    pub at: i64,
    pub change: Change,
    pub role: Relation,
    pub account: Option<String>,
    pub words: String,
    pub words_public: String,
    /// 1 to 5, where the change rates.
    pub rating: Option<i64>,
    pub key_hash: Option<String>,
}

impl Row for HistoryRow {
    const INTO: &'static str = "request_history (id, request, at, change, role, account, words, words_public, rating, key_hash)";
    const COLUMNS: usize = 10;

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        query
            .bind(&self.id)
            .bind(self.request)
            .bind(self.at)
            .bind(self.change.as_str())
            .bind(self.role.as_str())
            .bind(self.account.as_deref())
            .bind(&self.words)
            .bind(&self.words_public)
            .bind(self.rating)
            .bind(self.key_hash.as_deref())
    }
}

/// Somebody who is told of a request's changes.
#[derive(Clone, Debug)]
pub(crate) struct FollowRow {
    pub request: i64,
    pub account: String,
    pub kind: &'static str,
    pub at: i64,
}

impl Row for FollowRow {
    const INTO: &'static str = "follow (request, account, kind, at)";
    const COLUMNS: usize = 4;

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        query.bind(self.request).bind(&self.account).bind(self.kind).bind(self.at)
    }
}

struct SearchRow<'a> {
    id: i64,
    pairs: &'a str,
}

impl Row for SearchRow<'_> {
    const INTO: &'static str = "request_search (rowid, pairs)";
    const COLUMNS: usize = 2;

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        query.bind(self.id).bind(self.pairs)
    }
}

/// The event record of one change of a request that is about to be written.
pub(crate) fn record(settings: &Settings, row: &RequestRow, entry: &HistoryRow, state: State) -> Record {
    let told = Told {
        number: row.number.clone(),
        class: row.class.map(String::from),
        catalogue: row.catalogue.clone(),
        area: row.area.clone(),
        description: row.description.clone(),
        lat: row.lat,
        lon: row.lon,
        accuracy: row.accuracy,
        due_at: row.due_at,
        state: state.as_str().to_owned(),
        private: row.visibility != Visibility::Public.as_str(),
        me_too: row.me_too,
        danger: row.danger != 0,
    };
    told.record(settings, entry)
}

/// Requests as they enter, with everything that enters with them.
pub(crate) struct Entered {
    pub request: RequestRow,
    pub history: Vec<(HistoryRow, State)>,
    pub follows: Vec<FollowRow>,
}

/// Writes requests with their history, followers, search rows and outgoing events.
pub(crate) async fn entries(tx: &mut Write, settings: &Settings, entered: &[Entered]) -> Result<()> {
    rows(tx, entered).await?;
    for entered in entered {
        for (entry, state) in &entered.history {
            tx.send(record(settings, &entered.request, entry, *state));
        }
    }
    Ok(())
}

/// Writes all of that but the outgoing events.
pub(crate) async fn rows(connection: &mut AnyConnection, entered: &[Entered]) -> Result<()> {
    let requests: Vec<_> = entered.iter().map(|entered| &entered.request).collect();
    let history: Vec<_> = entered.iter().flat_map(|entered| entered.history.iter().map(|(entry, _)| entry)).collect();
    let follows: Vec<_> = entered.iter().flat_map(|entered| &entered.follows).collect();
    let search: Vec<_> = requests
        .iter()
        .filter(|request| request.visibility != "private")
        .map(|request| SearchRow { id: request.id, pairs: &request.pairs })
        .collect();
    insert(connection, &requests).await?;
    insert(connection, &history).await?;
    insert(connection, &follows).await?;
    insert(connection, &search).await
}

/// The text that search finds a request by.
pub(crate) fn searched(what: &str, place: &str) -> String {
    domain::text::pairs(&format!("{what} {place}"))
}

/// Puts a request among those that search finds, with the place it has now; doing it again changes nothing.
pub(crate) async fn make_searchable(connection: &mut AnyConnection, insert: &'static str, id: i64) -> Result<()> {
    let (what, place): (String, String) =
        sqlx::query_as("SELECT what_public, place_public FROM request WHERE id = $1").bind(id).fetch_one(&mut *connection).await?;
    sqlx::query(insert).bind(id).bind(searched(&what, &place)).execute(&mut *connection).await?;
    Ok(())
}
