//! A database taken out as one file, and put back: SQLite does it itself, PostgreSQL has programs for it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use percent_encoding::percent_decode_str;
use tokio::process::Command;
use url::Url;

use super::{Database, Kind, MIGRATIONS, kind, sqlite_file};
use crate::backup::BackupError;
use crate::{Result, StoreError};

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
    pub(crate) async fn dump(&self, url: &str, file: &Path) -> Result<(), BackupError> {
        match self.kind {
            Kind::Sqlite => {
                sqlx::query("VACUUM INTO $1").bind(file.to_string_lossy().into_owned()).execute(self.read()).await.map_err(StoreError::from)?;
                Ok(())
            }
            Kind::Postgres => call("pg_dump", url, ["--format=custom".into(), format!("--file={}", file.display())]).await,
        }
    }
}

/// Puts a dumped database in the place of one that nobody is in, whole or not at all, and brings its schema up to date.
pub(crate) async fn load(url: &str, dump: &Path) -> Result<Database, BackupError> {
    if kind(url)? == Kind::Postgres {
        let how = ["--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"];
        call("pg_restore", url, how.map(str::to_owned).into_iter().chain([dump.display().to_string()])).await?;
        let db = Database::connect(url).await?;
        settle(&db).await?;
        return Ok(db);
    }
    // What could go wrong goes wrong beside the place it is for.
    let db = Database::connect(&format!("sqlite://{}", dump.display())).await?;
    let sound: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(db.read()).await.map_err(StoreError::from)?;
    if sound != "ok" {
        return Err(BackupError::Damaged(sound));
    }
    settle(&db).await?;
    db.close().await;
    let place = PathBuf::from(sqlite_file(url));
    let failed = |error| BackupError::Io { what: place.display().to_string(), error };
    std::fs::rename(dump, &place).map_err(failed)?;
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(Database::connect(url).await?)
}

/// Makes a restored database one that can be used: what was ended after the backup must not open anything again, and
/// what may have been sent after it is not sent again by itself.
async fn settle(db: &Database) -> Result<()> {
    db.migrate().await?;
    let mut tx = db.write().await?;
    sqlx::query("DELETE FROM session").execute(&mut *tx).await?;
    sqlx::query("UPDATE message SET state = 'unsure', code = NULL, trouble = 'restored from a backup' WHERE state IN ('waiting', 'taken')")
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Runs one of PostgreSQL's programs on a database.
async fn call(program: &'static str, url: &str, arguments: impl IntoIterator<Item = String>) -> Result<(), BackupError> {
    let (shown, password) = without_password(url)?;
    let mut command = Command::new(program);
    command.arg("--no-password").arg(format!("--dbname={shown}")).args(arguments);
    // Others may read a program's arguments, not its environment.
    command.envs(password.map(|password| ("PGPASSWORD", password)));
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.map_err(|error| match error.kind() {
        ErrorKind::NotFound => BackupError::NoProgram(program),
        _ => BackupError::Io { what: program.into(), error },
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(BackupError::Program { program, said: said.lines().take(3).collect::<Vec<_>>().join("; ") })
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
