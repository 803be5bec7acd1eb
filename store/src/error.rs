use std::sync::Arc;

use domain::request::Refusal;

/// What can go wrong in the store. A page, a problem document or a command line says it in words.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached or has lost the connection: try again later.
    #[error("the database does not answer: {}", words(.0))]
    Unavailable(#[source] sqlx::Error),
    /// The database answered with something unexpected: our fault.
    #[error("database: {}", words(.0))]
    Database(#[source] sqlx::Error),
    /// The schema can't be brought up to date.
    #[error("migration: {0}")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// A newer program has been at work here.
    #[error("the database has schema {0} and this program knows {known}: use the newer program", known = crate::database::known_schema())]
    Newer(i64),
    /// The database is another program's.
    #[error("this database holds something else: name an empty one with --database")]
    Occupied,
    /// The file of an SQLite database can't be made or used.
    #[error("{file}: {}", words(.error))]
    File {
        /// The file.
        file: String,
        /// What the system says.
        error: sqlx::Error,
    },
    /// A stored value that no longer parses.
    #[error("{table}.{column} of {row}: {value:?} can't be read")]
    Stored {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Which row.
        row: String,
        /// What stands there.
        value: String,
    },
    /// A URL that names neither database.
    #[error("{0:?} is not a database: write sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME")]
    Url(String),
    /// A file of the district's data that can't be used, line by line.
    #[error("{}", .0.join("\n"))]
    Import(Vec<String>),
    /// The demo district goes into an empty database only.
    #[error("this database has people in it: the demo district is loaded into an empty one, so name another with --database")]
    Populated,
    /// The object store failed.
    #[error("photos: {0}")]
    Objects(String),
    /// A password could not be hashed: our fault.
    #[error("password: {0}")]
    Password(String),
    /// It does not exist, or the viewer may not know that it does.
    #[error("not found")]
    NotFound,
    /// The domain says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too many tries.
    #[error("too many tries; again in {seconds} s")]
    TooMany {
        /// Seconds until it may be tried again.
        seconds: i64,
    },
    /// What failed for all that were written together; each of those who wait is told.
    #[error(transparent)]
    Shared(Arc<StoreError>),
    /// The program is stopping.
    #[error("the program is stopping")]
    Stopping,
}

/// The store's result.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// What the database says, without the driver's frame around it.
fn words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => match error.code() {
            Some(code) => format!("{} ({code})", error.message()),
            None => error.message().to_owned(),
        },
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Configuration(error) => format!("its URL can't be read: {error}"),
        sqlx::Error::PoolTimedOut => "no connection was free in time".to_owned(),
        error => error.to_string(),
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::VersionMissing(version) => Self::Newer(version),
            error => Self::Migration(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let gone = match &error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Tls(_) => true,
            // 57P..: shut down by the administrator; 08...: connection lost; 53300: too many connections. 40...: two transactions in each other's way. SQLite: 5 and 6 are locks, 10 the disk, 13 full, 14 can't open.
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                code.starts_with("57P")
                    || code.starts_with("08")
                    || matches!(code.as_ref(), "53300" | "40P01" | "40001" | "5" | "6" | "10" | "13" | "14")
            }),
            sqlx::Error::Protocol(_) => true,
            _ => false,
        };
        if gone { Self::Unavailable(error) } else { Self::Database(error) }
    }
}

impl StoreError {
    /// Whether trying again later may help.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Shared(error) => error.is_unavailable(),
            error => matches!(error, Self::Unavailable(_) | Self::Stopping),
        }
    }

    /// Whether a unique constraint refused the write: somebody was faster, or did the same.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        match self {
            Self::Shared(error) => error.is_duplicate(),
            error => matches!(error, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation()),
        }
    }
}
