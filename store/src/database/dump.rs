//! A database taken out as one file, and put back: SQLite does it itself, PostgreSQL has programs for it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use percent_encoding::percent_decode_str;
use sqlx::migrate::MigrateError;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _, query_scalar, raw_sql};
use tokio::process::Command;
use url::Url;

use super::{Database, Kind, MIGRATIONS, kind, sqlite_file};
use crate::secret::hex;
use crate::{Result, StoreError};

/// Why a database was not taken out or put back.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// What was taken out is no portal's database, or no longer whole.
    #[error("{0}")]
    Unsound(String),
    /// PostgreSQL's programs are not installed.
    #[error("{0} is not installed: it comes with PostgreSQL's client programs (on Debian, the package postgresql-client)")]
    NoProgram(&'static str),
    /// One of PostgreSQL's programs failed.
    #[error("{program} failed: {said}")]
    Program {
        /// Which one.
        program: &'static str,
        /// Its words.
        said: String,
    },
    /// A file can't be read or written.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The database does not answer, or its schema can't be brought up to date.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for DumpError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The newest schema this program knows.
pub(crate) fn known_schema() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

impl Kind {
    /// As an operator calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// What is in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Nothing,
    /// The portal's tables, without anybody in them.
    Schema,
    /// A portal that people use.
    People,
    /// Something else.
    Other,
}

impl Database {
    /// Which migration came last; `None` if this is no portal's database.
    pub(crate) async fn schema(&self) -> Result<Option<i64>> {
        if !self.tables().await?.iter().any(|table| table == "_sqlx_migrations") {
            return Ok(None);
        }
        Ok(sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations").fetch_one(self.read()).await?)
    }

    /// What is in it.
    pub(crate) async fn holds(&self) -> Result<Holds> {
        let tables = self.tables().await?;
        let has = |name: &str| tables.iter().any(|table| table == name);
        if !["_sqlx_migrations", "account", "request"].into_iter().all(has) {
            // A PostgreSQL database may hold what an extension brought; a file is taken as a whole.
            let free = match self.kind {
                Kind::Sqlite => tables.iter().all(|table| table == "_sqlx_migrations"),
                Kind::Postgres => !has("account") && !has("request"),
            };
            return Ok(if free { Holds::Nothing } else { Holds::Other });
        }
        for people in ["SELECT id FROM account LIMIT 1", "SELECT number FROM request LIMIT 1"] {
            if sqlx::query_scalar::<_, String>(people).fetch_optional(self.read()).await?.is_some() {
                return Ok(Holds::People);
            }
        }
        Ok(Holds::Schema)
    }

    async fn tables(&self) -> Result<Vec<String>> {
        let sql = match self.kind {
            Kind::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' LIMIT 1000",
            Kind::Postgres => "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema() LIMIT 1000",
        };
        Ok(sqlx::query_scalar(sql).fetch_all(self.read()).await?)
    }

    /// Writes everything as it stands at one instant into a file that is not there yet; others go on writing meanwhile.
    /// What is returned reads the same instant.
    pub(crate) async fn dump(&self, url: &str, file: &Path) -> Result<AnyConnection, DumpError> {
        match self.kind {
            Kind::Sqlite => {
                sqlx::query("VACUUM INTO $1").bind(file.to_string_lossy().into_owned()).execute(self.read()).await?;
                Ok(AnyConnection::connect(&format!("sqlite://{}?mode=ro", file.display())).await?)
            }
            Kind::Postgres => {
                let mut seen = AnyConnection::connect(url).await?;
                seen.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
                let snapshot: String = sqlx::query_scalar("SELECT pg_export_snapshot()").fetch_one(&mut seen).await?;
                call("pg_dump", url, ["--format=custom".into(), format!("--snapshot={snapshot}"), format!("--file={}", file.display())]).await?;
                Ok(seen)
            }
        }
    }

    /// The tables of the schema in use, but those in `without`, by their number.
    async fn numbered(&self, without: &[i64]) -> Result<Vec<(i64, String)>> {
        let sql = "SELECT CAST(c.oid AS BIGINT), CAST(CAST(c.oid AS REGCLASS) AS TEXT) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                   WHERE c.relkind = 'r' AND n.nspname = current_schema() LIMIT 1000";
        let tables: Vec<(i64, String)> = sqlx::query_as(sql).fetch_all(self.read()).await?;
        Ok(tables.into_iter().filter(|(number, _)| !without.contains(number)).collect())
    }
}

/// Puts a dumped database in the place of one that nobody is in, whole or not at all: it is taken out again unless
/// `settle` makes it one that can be used.
pub(crate) async fn load(url: &str, dump: &Path, settle: impl AsyncFnOnce(&Database) -> Result<()>) -> Result<Database, DumpError> {
    if kind(url)? == Kind::Postgres {
        known_migrations(dump).await?;
        let db = Database::connect(url).await?;
        let before: Vec<i64> = db.numbered(&[]).await?.into_iter().map(|(number, _)| number).collect();
        let how = ["--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"];
        call("pg_restore", url, how.map(str::to_owned).into_iter().chain([dump.display().to_string()])).await?;
        if let Err(error) = settle(&db).await {
            let restored: Vec<String> = db.numbered(&before).await?.into_iter().map(|(_, name)| name).collect();
            if !restored.is_empty() {
                let mut connection = db.patient().await?;
                connection.execute(raw_sql(AssertSqlSafe(format!("DROP TABLE {} CASCADE", restored.join(", "))))).await?;
            }
            return Err(error.into());
        }
        return Ok(db);
    }
    // What could go wrong goes wrong beside the place it is for.
    let db = Database::connect(&format!("sqlite://{}", dump.display())).await?;
    // Whatever acts by itself is none of ours, and would act while the schema is brought up to date.
    let odd: Option<String> =
        query_scalar("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view') LIMIT 1").fetch_optional(db.read()).await?;
    if let Some(name) = odd {
        return Err(DumpError::Unsound(format!("no schema of ours has a trigger or a view like {name}")));
    }
    let sound: String = query_scalar("PRAGMA quick_check(1)").fetch_one(db.read()).await?;
    if sound != "ok" {
        return Err(DumpError::Unsound(sound));
    }
    settle(&db).await?;
    db.close().await;
    let place = PathBuf::from(sqlite_file(url));
    let failed = |error| DumpError::Io { what: place.display().to_string(), error };
    std::fs::rename(dump, &place).map_err(failed)?;
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(Database::connect(url).await?)
}

/// Whether PostgreSQL's dump is of a schema that this program made, told before anything of it is used.
async fn known_migrations(dump: &Path) -> Result<(), DumpError> {
    let how = ["--data-only", "--table=_sqlx_migrations", "--file=-"].map(str::to_owned);
    let rows = run("pg_restore", None, how.into_iter().chain([dump.display().to_string()])).await?;
    // A row is its columns between tabs, and begins with the version.
    for row in rows.lines() {
        let columns: Vec<&str> = row.split('\t').collect();
        let Some(version) = columns.first().filter(|_| columns.len() > 1).and_then(|version| version.parse().ok()) else { continue };
        let known = MIGRATIONS.iter().find(|migration| migration.version == version).ok_or(MigrateError::VersionMissing(version));
        let checksum = format!("\\\\x{}", hex(&known.map_err(StoreError::from)?.checksum));
        if !columns.contains(&checksum.as_str()) {
            return Err(StoreError::from(MigrateError::VersionMismatch(version)).into());
        }
    }
    Ok(())
}

/// Runs one of PostgreSQL's programs on a database.
async fn call(program: &'static str, url: &str, arguments: impl IntoIterator<Item = String>) -> Result<(), DumpError> {
    let (shown, password) = without_password(url)?;
    run(program, password, ["--no-password".into(), format!("--dbname={shown}")].into_iter().chain(arguments)).await.map(drop)
}

/// Runs one of PostgreSQL's programs. Returns what it wrote.
async fn run(program: &'static str, password: Option<String>, arguments: impl IntoIterator<Item = String>) -> Result<String, DumpError> {
    let mut command = Command::new(program);
    command.args(arguments);
    // Others may read a program's arguments, not its environment.
    command.envs(password.map(|password| ("PGPASSWORD", password)));
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.map_err(|error| match error.kind() {
        ErrorKind::NotFound => DumpError::NoProgram(program),
        _ => DumpError::Io { what: program.into(), error },
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(DumpError::Program { program, said: said.lines().take(3).collect::<Vec<_>>().join("; ") })
}

/// The URL as PostgreSQL's programs understand it, and the password apart.
fn without_password(url: &str) -> Result<(String, Option<String>)> {
    let wrong = || StoreError::Url("postgres:…".into());
    let mut parsed = Url::parse(url).map_err(|_| wrong())?;
    let mut password = parsed.password().map(|password| percent_decode_str(password).decode_utf8_lossy().into_owned());
    let query: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
    parsed.set_query(None);
    for (name, value) in query {
        match name.as_str() {
            "password" => password = Some(value),
            // Only our driver knows it.
            "statement-cache-capacity" => {}
            _ => drop(parsed.query_pairs_mut().append_pair(&name, &value)),
        }
    }
    if parsed.password().is_some() {
        parsed.set_password(None).map_err(|()| wrong())?;
    }
    Ok((parsed.into(), password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_stay_out_of_arguments() {
        let (url, password) = without_password("postgres://linli:p%40ss%20w@db:5433/linli?sslmode=require&statement-cache-capacity=0").unwrap();
        assert_eq!((url.as_str(), password.as_deref()), ("postgres://linli@db:5433/linli?sslmode=require", Some("p@ss w")));
        let (url, password) = without_password("postgres://db/linli?password=secret&host=%2Frun").unwrap();
        assert_eq!((url.as_str(), password.as_deref()), ("postgres://db/linli?host=%2Frun", Some("secret")));
        assert_eq!(without_password("postgres://linli@db/linli").unwrap(), ("postgres://linli@db/linli".into(), None));
    }
}
