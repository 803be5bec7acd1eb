use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sqlx::Connection as _;

use super::{BackupError, archive, folder_of, photos_after};
use crate::database::{Holds, Kind, kind, known_schema, load, sqlite_file};
use crate::photo::{Objects, Size};
use crate::{Database, StoreError};

/// What was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The instant as of which the database is.
    pub made_at: DateTime<Utc>,
    /// How many accounts.
    pub accounts: i64,
    /// How many requests.
    pub requests: i64,
    /// How many photos.
    pub photos: u64,
    /// How many photos the database speaks of that were not in the backup.
    pub missing: u64,
}

/// Puts a backup into a database without people and a folder without photos. All of it is unpacked beside them and
/// checked first. Nobody is signed in afterwards, and what waited to be sent waits for a supervisor's word.
///
/// # Errors
/// If the file is no backup, damaged or newer, or the place is not empty: then nothing has changed.
pub async fn restore(url: &str, photos: &Path, file: &Path, mut say: impl FnMut(&str)) -> Result<Restored, BackupError> {
    let io = |path: &Path| {
        let what = path.display().to_string();
        move |error| BackupError::Io { what, error }
    };
    let mut opened = File::open(file).map_err(io(file))?;
    let about = archive::about(&mut opened, file)?;
    let here = kind(url)?;
    if about.kind != here {
        return Err(BackupError::OtherKind { backup: about.kind, here });
    }
    if about.schema > known_schema() {
        return Err(BackupError::Newer { schema: about.schema });
    }
    vacant(url, photos).await?;

    let data = folder_of(photos);
    let beside = if here == Kind::Sqlite { folder_of(Path::new(sqlite_file(url))) } else { data };
    let mut staged = Vec::new();
    for folder in [beside, data] {
        fs::create_dir_all(folder).map_err(io(folder))?;
        staged.push(tempfile::Builder::new().prefix(".linli-restore-").tempdir_in(folder).map_err(io(folder))?);
    }
    let (dump, pictures) = (staged[0].path().join("database"), staged[1].path().join("photos"));
    let objects = Objects::open(&pictures.to_string_lossy())?;
    say("Unpacking and checking …");
    let count = archive::unpack(opened, &dump, &objects, &mut say).await?;

    // Much may have happened while it was unpacked.
    vacant(url, photos).await?;
    say("Putting it into place …");
    let placed = Placed::rename(&pictures, photos).map_err(io(photos))?;
    let db = load(url, &dump, settle).await?;
    placed.keep();
    let missing = missing(&db, &Objects::open(&photos.to_string_lossy())?).await?;
    let mut counts = [0; 2];
    for (count, sql) in counts.iter_mut().zip(["SELECT COUNT(*) FROM account", "SELECT COUNT(*) FROM request"]) {
        *count = sqlx::query_scalar(sql).fetch_one(db.read()).await.map_err(StoreError::from)?;
    }
    db.close().await;
    Ok(Restored { made_at: about.made_at, accounts: counts[0], requests: counts[1], photos: count, missing })
}

/// Makes a restored database one that can be used: what was ended after the backup must not open anything again, and
/// what may have been sent after it is not sent again by itself.
async fn settle(db: &Database) -> crate::Result<()> {
    db.migrate().await?;
    let mut connection = db.patient().await?;
    let mut tx = connection.begin().await?;
    sqlx::query("DELETE FROM session").execute(&mut *tx).await?;
    sqlx::query("UPDATE message SET state = 'unsure', code = NULL, trouble = 'restored from a backup' WHERE state IN ('waiting', 'taken')")
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(connection.close().await?)
}

/// How many photos a database speaks of that are not there in both sizes.
async fn missing(db: &Database, objects: &Objects) -> Result<u64, BackupError> {
    let mut connection = db.read().acquire().await.map_err(StoreError::from)?;
    let mut missing = 0;
    let mut after = String::new();
    loop {
        let page = photos_after(&mut connection, &after).await?;
        let Some(last) = page.last() else { return Ok(missing) };
        after = last.clone();
        for hash in &page {
            let whole = objects.has(hash, Size::Large).await? && objects.has(hash, Size::Thumb).await?;
            missing += u64::from(!whole);
        }
    }
}

/// Whether there is nothing in the way.
async fn vacant(url: &str, photos: &Path) -> Result<(), BackupError> {
    if has_files(photos).map_err(|error| BackupError::Io { what: photos.display().to_string(), error })? {
        return Err(BackupError::HasPhotos(photos.into()));
    }
    let file = sqlite_file(url);
    let sqlite = kind(url)? == Kind::Sqlite;
    // Connecting would make the file.
    if sqlite && !Path::new(file).exists() {
        return Ok(());
    }
    let db = Database::connect(url).await?;
    let holds = db.holds().await;
    db.close().await;
    match holds? {
        Holds::People => return Err(BackupError::Populated),
        Holds::Other => return Err(StoreError::Occupied.into()),
        Holds::Nothing | Holds::Schema => {}
    }
    // Whoever closes an SQLite file last takes its log away.
    if sqlite && Path::new(&format!("{file}-wal")).exists() {
        return Err(BackupError::InUse(file.into()));
    }
    Ok(())
}

fn has_files(folder: &Path) -> std::io::Result<bool> {
    if !folder.exists() {
        return Ok(false);
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() || has_files(&entry.path())? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Photos in their place, taken away again unless the database follows.
struct Placed(Option<PathBuf>);

impl Placed {
    fn rename(from: &Path, to: &Path) -> std::io::Result<Self> {
        // Empty folders may be left of photos that are gone.
        if to.exists() {
            fs::remove_dir_all(to)?;
        }
        fs::rename(from, to)?;
        let placed = Self(Some(to.into()));
        File::open(folder_of(to))?.sync_all()?;
        Ok(placed)
    }

    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            drop(fs::remove_dir_all(path));
        }
    }
}
