use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Subcommand;
use domain::event::class::Catalogue;
use domain::event::suggest::Suggester;
use store::StoreError;

use super::{Failed, open_kept, print};
use crate::config::Config;

#[derive(Subcommand)]
pub enum Command {
    /// Suggest classes for a resident's words, from the shipped catalogue and without a database
    Suggest {
        /// What happened, in the resident's words
        text: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the catalogue in force as CSV
    Export,
    /// Check a catalogue file by itself, without a database
    Check {
        /// CSV: code,name_zh,name_en,visibility,required,wordings[,closed_on,successor,review,template]
        file: PathBuf,
    },
    /// Take in a new version of the catalogue, which holds from its day; nothing changes if a line is wrong
    Import {
        /// CSV as for check
        file: PathBuf,
        /// The version's name, never used before
        #[arg(long = "as", value_name = "VERSION")]
        version: String,
        /// The day from which it holds
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: NaiveDate,
    },
    /// Take back a version whose day has not come
    Withdraw {
        /// The version's name
        version: String,
    },
}

/// A file as text.
pub(super) fn read(file: &Path) -> Result<String, Failed> {
    std::fs::read_to_string(file).map_err(|error| Failed::Io { what: file.display().to_string(), error })
}

pub async fn run(command: Command, config: &Config) -> Result<(), Failed> {
    match command {
        Command::Suggest { text, json } => suggest(&text, json),
        Command::Export => print(open_kept(config).await?.district().catalogue.to_csv()),
        Command::Check { file } => {
            let catalogue = Catalogue::from_csv(&read(&file)?, "check", NaiveDate::MIN)
                .map_err(|errors| StoreError::Import(errors.iter().map(ToString::to_string).collect()))?;
            print(format_args!("{} classes, {} of them used on events. Nothing is wrong.\n", catalogue.classes().len(), catalogue.leaves().count()))?;
            Ok(())
        }
        Command::Import { file, version, from } => {
            let store = open_kept(config).await?;
            store.import_catalogue(&version, from, &read(&file)?).await?;
            let now = store.district().catalogue.version.clone();
            if now == version {
                print(format_args!("Version {version} holds from {from}, which is now: running servers take it within seconds.\n"))?;
            } else {
                print(format_args!(
                    "Version {version} holds from {from}; until then version {now} does. Running servers change over by themselves.\n"
                ))?;
            }
            Ok(())
        }
        Command::Withdraw { version } => {
            let store = open_kept(config).await?;
            store.withdraw_catalogue(&version).await.map_err(|error| match error {
                StoreError::NotFound => Failed::Said(format!("no version {version} is still to come; what has been in force stays")),
                error => error.into(),
            })?;
            print(format_args!("Version {version} is taken back; version {} holds.\n", store.district().catalogue.version))?;
            Ok(())
        }
    }
}

fn suggest(text: &str, json: bool) -> Result<(), Failed> {
    let catalogue = Catalogue::shipped();
    let found = Suggester::new(&catalogue, []).suggest(text, 3);
    if json {
        print(format_args!("{}\n", serde_json::to_string(&found).map_err(|error| Failed::Said(error.to_string()))?))?;
        return Ok(());
    }
    for one in found {
        let name = catalogue.get(one.code).map(|class| class.name_zh.clone()).unwrap_or_default();
        print(format_args!("{:<7} {:>5} {name} {}\n", one.code.as_str(), one.score, one.like.unwrap_or_default()))?;
    }
    Ok(())
}
