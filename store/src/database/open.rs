//! Connections to either database, and why there are none.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _, Executor as _};

use crate::{Result, StoreError, owner};

/// The file that an SQLite URL names.
pub(crate) fn sqlite_file(url: &str) -> &str {
    url.trim_start_matches("sqlite:").trim_start_matches("//").split('?').next().unwrap_or_default()
}

/// Those that read and the one that writes.
pub(super) async fn sqlite(url: &str) -> Result<(AnyPool, AnyPool)> {
    let file = sqlite_file(url);
    let unusable = |error| StoreError::File { file: file.to_owned(), error };
    if let Some(folder) = Path::new(file).parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| unusable(error.into()))?;
    }
    // SQLite makes the files beside it with the same mode.
    let beside = ["-wal", "-shm"].map(|ending| format!("{file}{ending}"));
    let kept = owner::file(Path::new(file)).and_then(|()| beside.iter().try_for_each(|file| owner::narrow(Path::new(file))));
    kept.map_err(|error| unusable(error.into()))?;
    let options = AnyConnectOptions::from_str(&format!("sqlite://{file}?mode=rwc"))?;
    // A pool tries again and again, and then says only that it gave up: one connection says why.
    let mut first = AnyConnection::connect_with(&options).await.map_err(unusable)?;
    first.execute("PRAGMA schema_version").await.map_err(unusable)?;
    first.close().await?;
    // The writer comes first: it makes the file and turns on the write-ahead log that readers need.
    let writers = sqlite_pool(1, 2000).connect_with(options.clone()).await?;
    Ok((sqlite_pool(readers(), 8000).connect_lazy_with(options), writers))
}

/// The same for reading and writing.
pub(super) async fn postgres(url: &str) -> Result<(AnyPool, AnyPool)> {
    let options = AnyConnectOptions::from_str(url)?;
    let pool = AnyPoolOptions::new()
        .max_connections(24)
        .min_connections(2)
        .acquire_timeout(Duration::from_secs(5))
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute("SET statement_timeout = '20s'").await?;
                Ok(())
            })
        })
        .connect_with(options.clone())
        .await;
    match pool {
        Ok(pool) => Ok((pool.clone(), pool)),
        // It may come up within these seconds; if it does not, one connection more says why.
        Err(sqlx::Error::PoolTimedOut) => Err(AnyConnection::connect_with(&options).await.err().unwrap_or(sqlx::Error::PoolTimedOut).into()),
        Err(error) => Err(error.into()),
    }
}

/// Reading is work for the processor, for what is read often lies in the system's memory: more readers than these
/// would only hold more of it.
fn readers() -> u32 {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    u32::try_from(2 * cores).unwrap_or(u32::MAX).clamp(4, 16)
}

/// Connections to a file, each keeping so many kilobytes of it in memory: what a reader has of the upper pages of
/// indexes it need not ask the system for again.
fn sqlite_pool(connections: u32, kilobytes: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                let settings = format!(
                    "PRAGMA busy_timeout = 8000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -{kilobytes}; \
                     PRAGMA mmap_size = 0; PRAGMA wal_autocheckpoint = 4000"
                );
                connection.execute(sqlx::raw_sql(AssertSqlSafe(settings))).await?;
                Ok(())
            })
        })
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use crate::Database;

    #[tokio::test]
    async fn only_the_owner_reads_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("linli.db");
        let url = format!("sqlite://{}", file.display());
        for _ in 0..2 {
            let db = Database::connect(&url).await.unwrap();
            db.migrate().await.unwrap();
            let modes: Vec<_> =
                fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().permissions().mode() & 0o777).collect();
            assert!(modes.len() > 1 && modes.iter().all(|mode| *mode == 0o600), "{modes:?}");
            db.close().await;
            // As an older program made it.
            fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        }
    }
}
