//! The database behind one URL, and the few places where SQLite and PostgreSQL really differ.

mod dump;
mod open;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::event::record::Record;
use sqlx::any::AnyArguments;
use sqlx::migrate::Migrator;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Transaction};

use crate::{Result, StoreError};

pub use dump::DumpError;
pub(crate) use dump::{Holds, known_schema, load};
pub(crate) use open::sqlite_file;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Which database a URL names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One file, one writer, many readers.
    Sqlite,
    /// A server that any number of processes share.
    Postgres,
}

/// Connections to one database.
#[derive(Clone)]
pub struct Database {
    kind: Kind,
    readers: AnyPool,
    writers: AnyPool,
    /// Counts this process's writes, so that cached pages know when they are old.
    writes: Arc<AtomicU64>,
}

/// A write transaction; dropping it rolls back.
pub struct Write {
    tx: Transaction<'static, Any>,
    writes: Arc<AtomicU64>,
    outgoing: Vec<Record>,
}

impl std::ops::Deref for Write {
    type Target = AnyConnection;
    fn deref(&self) -> &AnyConnection {
        &self.tx
    }
}

impl std::ops::DerefMut for Write {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.tx
    }
}

impl Write {
    /// Lets an event record leave with this transaction. The feed's lock is the last that a transaction takes, so
    /// that it is held as short as can be and two writers never wait for each other in a circle.
    pub(crate) fn send(&mut self, record: Record) {
        self.outgoing.push(record);
    }

    /// Makes everything written so far durable, with the outgoing events. What no event tells of, no public page shows:
    /// then kept pages stay.
    ///
    /// # Errors
    /// If the database does not answer: then nothing was written, or everything was; the idempotency key tells.
    pub async fn commit(mut self) -> Result<()> {
        self.outgoing.sort_by(|a, b| a.id.cmp(&b.id));
        crate::event::append(&mut self.tx, &self.outgoing).await?;
        self.tx.commit().await?;
        if !self.outgoing.is_empty() {
            self.writes.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Database {
    /// Connects to `sqlite://FILE` (made when missing) or `postgres://…`.
    ///
    /// # Errors
    /// If the URL names neither, or the database does not answer.
    pub async fn connect(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let kind = kind(url)?;
        let (readers, writers) = match kind {
            Kind::Sqlite => open::sqlite(url).await?,
            Kind::Postgres => open::postgres(url).await?,
        };
        Ok(Self { kind, readers, writers, writes: Arc::default() })
    }

    /// Brings the schema up to date; safe to repeat.
    ///
    /// # Errors
    /// If a migration fails or the database is from a newer or another program.
    pub async fn migrate(&self) -> Result<()> {
        if self.holds().await? == Holds::Other {
            return Err(StoreError::Occupied);
        }
        let mut connection = self.patient().await?;
        MIGRATIONS.run(&mut connection).await?;
        for statement in self.search_schema() {
            sqlx::query(*statement).execute(&mut connection).await?;
        }
        Ok(connection.close().await?)
    }

    /// A connection of its own whose statements take as long as they take: what waits for it is no page.
    pub(crate) async fn patient(&self) -> Result<AnyConnection> {
        let mut connection = self.writers.acquire().await?.detach();
        if self.kind == Kind::Postgres {
            sqlx::query("SET statement_timeout = 0").execute(&mut connection).await?;
        }
        Ok(connection)
    }

    /// Which database this is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Makes kept pages old, for what they show has changed without a write of this process.
    pub(crate) fn changed(&self) {
        self.writes.fetch_add(1, Ordering::Relaxed);
    }

    /// How many writes this process has made.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// The connections for reading.
    pub(crate) fn read(&self) -> &AnyPool {
        &self.readers
    }

    /// Begins a write. SQLite takes its one writer's place at once, so that no write ever fails half-way for a lock.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn write(&self) -> Result<Write> {
        let tx = match self.kind {
            Kind::Sqlite => self.writers.begin_with("BEGIN IMMEDIATE").await?,
            Kind::Postgres => self.writers.begin().await?,
        };
        Ok(Write { tx, writes: self.writes.clone(), outgoing: Vec::new() })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query_scalar::<_, i64>("SELECT CAST(1 AS BIGINT)").fetch_one(&self.readers).await?;
        Ok(())
    }

    /// Makes the writer quick and careless, for filling an empty database that is filled anew when it breaks off; or
    /// careful again, with all that was written on the disk.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(crate) async fn careless(&self, on: bool) -> Result<()> {
        let statements: &[&'static str] = match (self.kind, on) {
            (Kind::Sqlite, true) => {
                &["PRAGMA synchronous = OFF", "PRAGMA foreign_keys = OFF", "PRAGMA cache_size = -400000", "PRAGMA wal_autocheckpoint = 20000"]
            }
            (Kind::Sqlite, false) => &[
                "PRAGMA synchronous = FULL",
                "PRAGMA foreign_keys = ON",
                "PRAGMA cache_size = -2000",
                "PRAGMA wal_autocheckpoint = 4000",
                "PRAGMA wal_checkpoint(TRUNCATE)",
            ],
            // Each transaction there says for itself that it need not wait for the disk.
            (Kind::Postgres, true) => &[],
            (Kind::Postgres, false) => &["CHECKPOINT", "VACUUM (ANALYZE)"],
        };
        // SQLite's settings are its one writer's; PostgreSQL's work is long.
        let mut connection = match self.kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(self.patient().await?),
        };
        for statement in statements {
            let query = sqlx::query(*statement);
            let done = match &mut connection {
                None => query.execute(&self.writers).await,
                Some(connection) => query.execute(connection).await,
            };
            if let Err(error) = done {
                // An account of PostgreSQL that may not do it leaves it to the server's own housekeeping.
                if self.kind == Kind::Sqlite {
                    return Err(error.into());
                }
                tracing::debug!(%error, statement, "left to the server");
            }
        }
        Ok(())
    }

    /// The file of an SQLite database that is not there; connecting would make it.
    #[must_use]
    pub fn missing(url: &str) -> Option<&str> {
        (kind(url).ok()? == Kind::Sqlite).then(|| sqlite_file(url)).filter(|file| !std::path::Path::new(file).exists())
    }

    /// Closes all connections, after what runs has ended.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }

    /// Ends a `SELECT` whose row is changed in the same transaction. SQLite has one writer and needs no lock.
    pub(crate) fn for_update(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => "",
            Kind::Postgres => " FOR UPDATE",
        }
    }

    /// Ends a `SELECT` that takes jobs: what another process has taken is passed over.
    pub(crate) fn for_update_skip(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => "",
            Kind::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Stands before a column that is not to choose the index. SQLite knows nothing of how many rows a value has and
    /// takes the first index that fits; PostgreSQL counts.
    pub(crate) fn aside(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => "+",
            Kind::Postgres => "",
        }
    }

    /// What asks for a statement's plan, and the column that tells it.
    pub(crate) fn explain(&self) -> (&'static str, &'static str) {
        match self.kind {
            Kind::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
            Kind::Postgres => ("EXPLAIN", "QUERY PLAN"),
        }
    }

    /// What makes a plan in one transaction the one of a large table. SQLite plans alike at any size.
    pub(crate) fn without_statistics(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Sqlite => &[],
            Kind::Postgres => &["SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off", "SET LOCAL enable_sort = off"],
        }
    }

    /// The full-text rows: character pairs (`domain::text::pairs`), searched as phrases.
    fn search_schema(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Sqlite => &[
                "CREATE VIRTUAL TABLE IF NOT EXISTS request_search USING fts5 (pairs, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 0')",
            ],
            Kind::Postgres => &[
                "CREATE TABLE IF NOT EXISTS request_search (rowid BIGINT NOT NULL PRIMARY KEY, pairs TEXT NOT NULL, terms TSVECTOR NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', pairs)) STORED)",
                "CREATE INDEX IF NOT EXISTS request_search_terms ON request_search USING gin (terms)",
            ],
        }
    }

    /// Writes a full-text row that may be there, with the same text or a longer one that begins with it. SQLite keeps
    /// none of the text and can't look; the same words written again are the same entry to it.
    pub(crate) fn search_insert(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => "INSERT INTO request_search (rowid, pairs) VALUES ($1, $2)",
            Kind::Postgres => "INSERT INTO request_search (rowid, pairs) VALUES ($1, $2) ON CONFLICT (rowid) DO UPDATE SET pairs = excluded.pairs",
        }
    }

    /// The condition that finds full-text rows `s`; the phrase expression is bound at `parameter`.
    pub(crate) fn search_condition(&self, parameter: usize) -> String {
        match self.kind {
            Kind::Sqlite => format!("request_search MATCH ${parameter}"),
            Kind::Postgres => format!("s.terms @@ to_tsquery('simple', ${parameter})"),
        }
    }

    /// The search expression: all phrases must stand in the text, each as a run of neighbouring tokens.
    pub(crate) fn search_expression(&self, phrases: &[domain::text::Phrase]) -> Option<String> {
        match self.kind {
            Kind::Sqlite => domain::text::fts5_query(phrases),
            Kind::Postgres => domain::text::tsquery(phrases),
        }
    }
}

pub(crate) fn kind(url: &str) -> Result<Kind> {
    match url.split(':').next() {
        Some("sqlite") => Ok(Kind::Sqlite),
        Some("postgres" | "postgresql") => Ok(Kind::Postgres),
        // The URL may hold a password: only its scheme is repeated.
        scheme => Err(StoreError::Url(format!("{}:…", scheme.unwrap_or_default()))),
    }
}

/// A row that can be written many at a time.
pub(crate) trait Row {
    /// `table (column, …)`.
    const INTO: &'static str;
    /// How many columns.
    const COLUMNS: usize;
    /// How a column's value stands in the statement, from its place among all parameters.
    fn place(_column: usize, parameter: usize) -> String {
        format!("${parameter}")
    }
    /// Binds the columns in order.
    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments>;
}

impl<R: Row> Row for &R {
    const INTO: &'static str = R::INTO;
    const COLUMNS: usize = R::COLUMNS;

    fn place(column: usize, parameter: usize) -> String {
        R::place(column, parameter)
    }

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        (*self).bind(query)
    }
}

/// The statement that writes so many rows. There are few kinds of rows and eight sizes, so each is made once and kept.
fn statement<R: Row>(size: usize) -> &'static str {
    static MADE: Mutex<BTreeMap<(&'static str, usize), &'static str>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry((R::INTO, size)).or_insert_with(|| {
        let row = |row: usize| (0..R::COLUMNS).map(|column| R::place(column, row * R::COLUMNS + column + 1)).collect::<Vec<_>>().join(", ");
        let rows = (0..size).map(|nth| format!("({})", row(nth))).collect::<Vec<_>>().join(", ");
        format!("INSERT INTO {} VALUES {rows}", R::INTO).leak()
    })
}

/// Writes rows with few, large statements: each statement costs a hop to the database. Sizes are powers of two, so
/// that a connection's prepared statements stay few.
pub(crate) async fn insert<R: Row>(connection: &mut AnyConnection, rows: &[R]) -> Result<()> {
    let (mut next, mut rest) = bound(rows);
    while let Some(query) = next {
        // The next statement is made while the database is busy with this one.
        let (written, following) = futures::future::join(query.execute(&mut *connection), async { bound(rest) }).await;
        written?;
        (next, rest) = following;
    }
    Ok(())
}

/// The statement that writes the first of some rows, and the rows that are left.
fn bound<R: Row>(rows: &[R]) -> (Option<Query<'_, Any, AnyArguments>>, &[R]) {
    // SQLite takes 32,766 parameters a statement.
    let most = (16_000 / R::COLUMNS).clamp(1, 128);
    let Some(size) = rows.len().min(most).checked_ilog2() else { return (None, rows) };
    let (now, later) = rows.split_at(1 << size);
    (Some(now.iter().fold(sqlx::query(statement::<R>(now.len())), |query, row| row.bind(query))), later)
}

/// `$first, $first+1, …` for an `IN` list.
pub(crate) fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}
