//! The command line.

mod account;
mod backup;
mod catalog;
mod demo;
mod key;
mod serve;
mod table;

use std::io::Write as _;

use clap::{Parser, Subcommand};

use crate::config::{Config, Flags};

/// Linli 邻里: the resident's door to a district's digital governance.
#[derive(Parser)]
#[command(name = "linli", version, max_term_width = 100)]
pub struct Line {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the portal
    Serve,
    /// Load the demo district into an empty database
    Demo(demo::Command),
    /// Bring the database's schema up to date
    Migrate,
    /// Write the database and the photos into one new file; the portal may run meanwhile
    Backup(backup::Command),
    /// Put a backup into an empty database and an empty folder; stop the portal first
    Restore(backup::Command),
    /// Show the settings in force, secrets hidden
    Config,
    /// Accounts and their roles
    #[command(subcommand)]
    Account(account::Command),
    /// The catalogue of event classes
    #[command(subcommand)]
    Catalog(catalog::Command),
    /// The district's own tables: areas, centres, places, organisations, holidays, promises and more
    #[command(subcommand)]
    Table(table::Command),
}

/// Why a command failed, as a sentence.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The settings can't be read.
    #[error("settings: {0}")]
    Config(#[from] Box<figment::Error>),
    /// The store says no.
    #[error("{0}")]
    Store(#[from] store::StoreError),
    /// Nothing was backed up or restored.
    #[error("{0}")]
    Backup(#[from] store::backup::BackupError),
    /// A file can't be read or written, or an address is taken.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// Anything that is said in a sentence of its own.
    #[error("{0}")]
    Said(String),
}

/// Runs the command; the error is printed by the caller.
///
/// # Errors
/// A sentence for the operator.
pub async fn run(line: Line) -> Result<(), Failed> {
    let config = Config::load(&line.flags)?;
    match line.command {
        Command::Serve => serve::serve(&config).await,
        Command::Demo(command) => demo::run(command, &config).await,
        Command::Migrate => {
            let db = store::Database::connect(&config.database).await?;
            db.migrate().await?;
            print(format_args!("The schema is up to date.\n"))?;
            Ok(())
        }
        Command::Backup(command) => backup::backup(command, &config).await,
        Command::Restore(command) => backup::restore(command, &config).await,
        Command::Config => {
            print(format_args!("{}\n", serde_json::to_string_pretty(&config.shown()).unwrap_or_default()))?;
            Ok(())
        }
        Command::Account(command) => account::run(command, &config).await,
        Command::Catalog(command) => catalog::run(command, &config).await,
        Command::Table(command) => table::run(command, &config).await,
    }
}

/// Writes to the standard output.
///
/// # Errors
/// If it can't be written, also where nobody reads it any longer, as behind `| head`.
fn print(words: impl std::fmt::Display) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    write!(out, "{words}").and_then(|()| out.flush()).map_err(|error| Failed::Io { what: "standard output".into(), error })
}

/// Opens the store of a database that is there: a mistyped name must not look like an empty portal.
///
/// # Errors
/// As [`open`], or if there is no such file.
async fn open_kept(config: &Config) -> Result<store::Store, Failed> {
    if let Some(file) = store::Database::missing(&config.database) {
        return Err(Failed::Said(format!("{file} does not exist: mind --database, or make it with `linli migrate`")));
    }
    open(config).await
}

/// Opens the store of a migrated database, which is made if it is not there.
///
/// # Errors
/// If the database or the photo folder can't be used.
pub async fn open(config: &Config) -> Result<store::Store, Failed> {
    let db = store::Database::connect(&config.database).await?;
    db.migrate().await?;
    let objects = store::photo::Objects::open(&photos(config).to_string_lossy()).map_err(|error| Failed::Said(format!("photos: {error}")))?;
    Ok(store::Store::open(db, objects, store::Clock::System, config.store()).await?)
}

/// The folder for photos.
fn photos(config: &Config) -> std::path::PathBuf {
    config.data.join("photos")
}
