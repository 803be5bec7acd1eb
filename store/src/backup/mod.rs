//! Everything in one file, and back: the database as it stood at one instant, and the photos it speaks of.

mod archive;
mod restore;

use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SubsecRound, Utc};
use sqlx::AnyConnection;

use crate::database::{DumpError, Kind, kind, sqlite_file};
use crate::photo::{Objects, ObjectsError, Size, path};
use crate::{Clock, Database, StoreError};
use archive::{About, Writer};
pub use restore::{Restored, restore};

/// Why nothing was backed up or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file is there already.
    #[error("{} is there already: name another file", .0.display())]
    Exists(PathBuf),
    /// No database to back up.
    #[error("there is no portal's database at {0}")]
    NoPortal(String),
    /// None of the photos that the database speaks of is in the folder.
    #[error("none of the photos is in {}: name the right folder with --data", .0.display())]
    NoPhotos(PathBuf),
    /// The file is something else.
    #[error("{} is no backup of Linli", .0.display())]
    Foreign(PathBuf),
    /// The file is not what was written.
    #[error("the backup is damaged, and nothing of it was used: {0}")]
    Damaged(String),
    /// The file is from a newer program.
    #[error("the backup has schema {schema} and this program knows {}: use the program that made it or a newer one", crate::database::known_schema())]
    Newer {
        /// The schema of the backup.
        schema: i64,
    },
    /// The file holds a database of the other kind.
    #[error("the backup holds a database of {}: restore it to one, and not to {}", .backup.name(), .here.name())]
    OtherKind {
        /// What was backed up.
        backup: Kind,
        /// What the URL names.
        here: Kind,
    },
    /// There are people in the database.
    #[error("this database has people in it: a backup is restored to an empty one, so name another with --database")]
    Populated,
    /// Another process uses the database.
    #[error("another process uses {0}: stop it first")]
    InUse(String),
    /// There are photos in the folder.
    #[error("{} has photos in it: name another folder with --data", .0.display())]
    HasPhotos(PathBuf),
    /// The database can't be taken out or put back.
    #[error(transparent)]
    Database(DumpError),
    /// A file can't be read or written.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The database or the photos do not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DumpError> for BackupError {
    fn from(error: DumpError) -> Self {
        match error {
            DumpError::Unsound(what) => Self::Damaged(what),
            error => Self::Database(error),
        }
    }
}

impl From<ObjectsError> for BackupError {
    fn from(error: ObjectsError) -> Self {
        Self::Store(error.into())
    }
}

/// What was backed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// The instant as of which the database is.
    pub made_at: DateTime<Utc>,
    /// How large the file is.
    pub bytes: u64,
    /// Which migration came last.
    pub schema: i64,
    /// How many photos are in it.
    pub photos: u64,
    /// How many photos the database speaks of that are not in the folder.
    pub missing: u64,
}

/// Photos asked for at a time.
const PAGE: i64 = 1000;

/// Writes the database and the photos of a folder into one file that only its owner reads; it gets its name when it is
/// whole. The portal may run meanwhile. Photos never change, so all that the copied database speaks of are there to be
/// read after it, but those removed in between: the list is the copy's own.
///
/// # Errors
/// If the file is there, the database is none or does not answer, the folder is the wrong one, or the disk is full.
pub async fn backup(url: &str, photos: &Path, file: &Path, mut say: impl FnMut(&str)) -> Result<BackedUp, BackupError> {
    let io = |error| BackupError::Io { what: file.display().to_string(), error };
    if file.exists() {
        return Err(BackupError::Exists(file.into()));
    }
    // Connecting would make the file.
    if kind(url)? == Kind::Sqlite && !Path::new(sqlite_file(url)).is_file() {
        return Err(BackupError::NoPortal(sqlite_file(url).into()));
    }
    let db = Database::connect(url).await?;
    let schema = db.schema().await?.ok_or_else(|| BackupError::NoPortal(db.kind().name().into()))?;
    let objects = Objects::open(&photos.to_string_lossy())?;
    let staging = tempfile::Builder::new().prefix(".linli-backup-").tempdir_in(folder_of(file)).map_err(io)?;

    say("The database …");
    let made_at = Clock::System.now().trunc_subsecs(3);
    let dump = staging.path().join("database");
    let mut seen = db.dump(url, &dump).await?;
    let mut archive = Writer::create(staging.path(), &About { made_at, kind: db.kind(), schema }).map_err(io)?;
    archive.add_database(&dump).map_err(io)?;
    say("The photos …");
    let (mut kept, mut missing) = (0, 0);
    let mut after = String::new();
    loop {
        let page = photos_after(&mut seen, &after).await?;
        let Some(last) = page.last() else { break };
        after = last.clone();
        for hash in &page {
            let mut whole = true;
            for size in [Size::Large, Size::Thumb] {
                match objects.get(hash, size).await {
                    Ok(Some(bytes)) => archive.add(path(hash, size)?.as_ref(), &bytes).map_err(io)?,
                    Ok(None) | Err(ObjectsError::Hash) => whole = false,
                    Err(error) => return Err(error.into()),
                }
            }
            if whole { kept += 1 } else { missing += 1 }
        }
        say(&format!("{} photos …", kept + missing));
    }
    if kept == 0 && missing > 0 {
        return Err(BackupError::NoPhotos(photos.into()));
    }
    db.close().await;
    let written = archive.finish().map_err(io)?;
    let bytes = written.as_file().metadata().map_err(io)?.len();
    written.persist_noclobber(file).map_err(|error| io(error.error))?;
    File::open(folder_of(file)).and_then(|folder| folder.sync_all()).map_err(io)?;
    Ok(BackedUp { made_at, bytes, schema, photos: kept, missing })
}

/// The next photos that a database speaks of, in the order of their names.
async fn photos_after(connection: &mut AnyConnection, after: &str) -> crate::Result<Vec<String>> {
    let sql = "SELECT DISTINCT hash FROM photo WHERE hash > $1 ORDER BY hash LIMIT $2";
    Ok(sqlx::query_scalar(sql).bind(after).bind(PAGE).fetch_all(connection).await?)
}

/// The folder in which a file is or will be.
fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
