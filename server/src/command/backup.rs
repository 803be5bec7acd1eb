use std::path::{Path, PathBuf};

use store::backup::BackupError;

use super::serve::stop;
use super::{Failed, photos, print};
use crate::config::Config;

#[derive(clap::Args)]
pub struct Command {
    /// The file with everything in it, which only its owner can read
    file: PathBuf,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

/// Writes the file; what hinders is said, and nothing left behind.
pub async fn backup(command: Command, config: &Config) -> Result<(), Failed> {
    let (photos, file) = (photos(config), command.file.as_path());
    let done = unless_stopped(store::backup::backup(&config.database, &photos, file, say)).await?;
    if done.missing > 0 {
        eprintln!("linli: {} photos were not in {} and are missing in the backup", done.missing, photos.display());
    }
    if command.json {
        print(format_args!(
            "{}\n",
            serde_json::json!({
                "file": file, "bytes": done.bytes, "made_at": done.made_at, "schema": done.schema, "photos": done.photos, "missing": done.missing,
            })
        ))?;
    } else {
        print(format_args!(
            "{}: the database as of {}, and {} photos; {}.\n",
            file.display(),
            at(config, done.made_at),
            done.photos,
            size(done.bytes)
        ))?;
    }
    Ok(())
}

/// Reads the file; what hinders is said, and nothing changed.
pub async fn restore(command: Command, config: &Config) -> Result<(), Failed> {
    let file: &Path = &command.file;
    let done = unless_stopped(store::backup::restore(&config.database, &photos(config), file, say)).await?;
    if done.missing > 0 {
        eprintln!("linli: {} photos that the database speaks of were not in the backup", done.missing);
    }
    if command.json {
        print(format_args!(
            "{}\n",
            serde_json::json!({
                "file": file, "made_at": done.made_at, "accounts": done.accounts, "requests": done.requests, "photos": done.photos, "missing": done.missing,
            })
        ))?;
    } else {
        print(format_args!(
            "Restored as of {}: {} accounts, {} requests, {} photos. Everybody has to sign in again.\n",
            at(config, done.made_at),
            done.accounts,
            done.requests,
            done.photos
        ))?;
    }
    Ok(())
}

/// What a program reads stands alone on the standard output.
fn say(line: &str) {
    eprintln!("{line}");
}

/// A stopped process cleans up like one that failed.
async fn unless_stopped<T>(work: impl Future<Output = Result<T, BackupError>>) -> Result<T, Failed> {
    tokio::select! {
        done = work => Ok(done?),
        () = stop() => Err(Failed::Said("stopped before it was done: nothing has changed".into())),
    }
}

fn at(config: &Config, instant: chrono::DateTime<chrono::Utc>) -> String {
    instant.with_timezone(&config.zone).format("%Y-%m-%d %H:%M:%S %:z").to_string()
}

fn size(bytes: u64) -> String {
    match bytes / 1_000_000 {
        0 => format!("{} kB", bytes.div_ceil(1000)),
        megabytes => format!("{megabytes} MB"),
    }
}
