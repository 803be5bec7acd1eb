use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use store::district::DistrictFile;

use super::catalog::read;
use super::{Failed, open_kept, print};
use crate::config::Config;

#[derive(Subcommand)]
pub enum Command {
    /// Print the table in force as CSV
    Export {
        /// Which table
        #[arg(value_parser = tables())]
        name: DistrictFile,
    },
    /// Replace a table; it is checked as a whole first, and nothing changes if a line is wrong or requests, roles or
    /// residents' homes rely on what it leaves out
    Import {
        /// Which table
        #[arg(value_parser = tables())]
        name: DistrictFile,
        /// CSV with the header that `export` prints
        file: PathBuf,
    },
}

/// Says which tables there are, in the help and to whoever names none.
fn tables() -> impl TypedValueParser<Value = DistrictFile> {
    PossibleValuesParser::new(DistrictFile::ALL.map(DistrictFile::as_str)).try_map(|name| name.parse())
}

pub async fn run(command: Command, config: &Config) -> Result<(), Failed> {
    let store = open_kept(config).await?;
    match command {
        Command::Export { name } => print(store.export_district_file(name).await?)?,
        Command::Import { name, file } => {
            store.import_district_file(name, &read(&file)?).await?;
            print(format_args!("The table holds from now on. Running servers take it within seconds.\n"))?;
        }
    }
    Ok(())
}
