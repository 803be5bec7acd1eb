//! `./x demo`: from a bare checkout to a running portal with a district in it.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::step::{Steps, output};
use crate::stop::{OrStop, Result, Stop};
use crate::{assets, build, place};

/// `./x demo`: builds what changed, loads the district the first time, and becomes the server.
pub fn run(address: &str) -> Result<()> {
    free(address)?;
    let mut steps = Steps::new(assets::STEPS + 2);
    assets::build(&mut steps)?;
    steps.run("Server, release", build::server)?;

    let data = place::root().join("demo-data");
    let accounts = steps.run("Demo district", || load(&data))?;
    println!("\n{}\n", accounts.trim_end());

    // Becoming the server keeps Ctrl-C and exit codes as they are.
    let error = linli("serve", &data).args(["--listen", address]).exec();
    Err(Stop::new(format!("{} could not be started: {error}", place::linli().display())))
}

/// That the portal can listen there: better said now than after a quarter of an hour of building.
fn free(address: &str) -> Result<()> {
    let address: std::net::SocketAddr =
        address.parse().map_err(|_| Stop::new(format!("{address:?} is no address to listen on; say `./x demo 127.0.0.1:3100`, for example")))?;
    std::net::TcpListener::bind(address).map(drop).map_err(|error| Stop::new(format!("{address}: {error}; say `./x demo ADDRESS` with another port")))
}

/// Loads the district unless it is there, and answers the table of accounts.
fn load(data: &Path) -> Result<String> {
    let table = data.join("accounts.txt");
    if let Ok(accounts) = fs::read_to_string(&table) {
        println!("      already in {}; delete that folder to start afresh", data.display());
        return Ok(accounts);
    }
    // Without the table an earlier load was cut short, and half a district is of no use.
    if data.join("linli.db").exists() && !data.join("loading").exists() {
        return Err(Stop::new(format!("{} holds a database but no accounts.txt: move it away to start afresh", data.display())));
    }
    if data.exists() {
        fs::remove_dir_all(data).or_stop(format_args!("{} is in the way", data.display()))?;
    }
    fs::create_dir_all(data).or_stop(format_args!("{} could not be made", data.display()))?;
    // Stands while the district is half loaded, so that nothing else is ever removed.
    fs::write(data.join("loading"), "").or_stop(format_args!("{} could not be written", data.display()))?;
    let accounts = output(&mut linli("demo", data), "The demo district could not be loaded.")?;
    fs::write(&table, &accounts).or_stop(format_args!("{} could not be written", table.display()))?;
    fs::remove_file(data.join("loading")).or_stop("the mark of loading could not be removed")?;
    Ok(accounts)
}

fn linli(verb: &str, data: &Path) -> Command {
    let mut command = Command::new(place::linli());
    command.arg(verb).arg("--database").arg(format!("sqlite://{}/linli.db", data.display())).arg("--data").arg(data);
    command
}
