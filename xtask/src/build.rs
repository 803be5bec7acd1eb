//! `./x build`: the release program with its assets inside, one file to copy.

use std::process::Command;

use crate::step::{Steps, call};
use crate::stop::Result;
use crate::{assets, place};

/// `./x build`.
pub fn run() -> Result<()> {
    let mut steps = Steps::new(assets::STEPS + 1);
    assets::build(&mut steps)?;
    steps.run("Server, release", server)?;
    println!("\nThe program is {}", place::linli().display());
    Ok(())
}

/// Cargo's flags for all that ships, and for the tool that builds it: apart, because features asked for by one would
/// change the dependencies of the other and have them compiled twice. The server asks for each default feature by
/// name, so without defaults the tests use the very same dependencies as the program.
pub const PARTS: [&[&str]; 2] = [&["-p", "domain", "-p", "store", "-p", "app", "-p", "server", "--no-default-features"], &["-p", "xtask"]];

/// Compiles the server; `server/build.rs` takes the assets in.
pub fn server() -> Result<()> {
    call(cargo().args(["build", "--release", "-p", "server", "--bin", "linli"]), "The server does not compile; see above.")
}

/// The usual cargo, at the top of the checkout.
pub fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(place::root());
    // `cargo run` tells us about ourselves in variables that some build scripts watch: with them, a build from here
    // and one typed by hand would undo each other.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let ours = ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| text.starts_with(start));
        if ours || ["CARGO", "LD_LIBRARY_PATH"].contains(&&*text) {
            command.env_remove(&name);
        }
    }
    command
}
