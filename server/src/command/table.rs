use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use store::district::DistrictFile;

use super::catalog::read;
use super::{Failed, open_kept, print};
use crate::config::Config;

#[derive(Subcommand)]
pub enum Command {
    /// Print the table in force as CSV
    Export {
        /// Which table
        name: Name,
    },
    /// Replace a table; it is checked as a whole first, and nothing changes if a line is wrong or requests, roles or
    /// residents' homes rely on what it leaves out
    Import {
        /// Which table
        name: Name,
        /// CSV with the header that `export` prints
        file: PathBuf,
    },
}

/// The district's tables.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Name {
    /// Areas from province to community
    Areas,
    /// Where the areas' centres are
    Centres,
    /// Streets and estates that residents search for
    Places,
    /// Holidays and make-up workdays
    Holidays,
    /// Until when requests are answered and settled, by class
    Promises,
    /// Questions about danger, by class
    Safety,
    /// Help-lines, by class
    Helplines,
    /// What is known already: class, area, days, words
    Known,
    /// Organisations that roles are granted for
    Organisations,
}

impl From<Name> for DistrictFile {
    fn from(name: Name) -> Self {
        match name {
            Name::Areas => Self::Areas,
            Name::Centres => Self::Centres,
            Name::Places => Self::Places,
            Name::Holidays => Self::Holidays,
            Name::Promises => Self::Promises,
            Name::Safety => Self::Safety,
            Name::Helplines => Self::Helplines,
            Name::Known => Self::Known,
            Name::Organisations => Self::Organisations,
        }
    }
}

pub async fn run(command: Command, config: &Config) -> Result<(), Failed> {
    let store = open_kept(config).await?;
    match command {
        Command::Export { name } => print(store.export_district_file(name.into()).await?)?,
        Command::Import { name, file } => {
            store.import_district_file(name.into(), &read(&file)?).await?;
            print(format_args!("The table holds from now on. Running servers take it within seconds.\n"))?;
        }
    }
    Ok(())
}
