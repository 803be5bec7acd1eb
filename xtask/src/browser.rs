//! The browser journeys of `end2end/`, and the packages from npm.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::step::call;
use crate::stop::{OrStop, Result, Stop};
use crate::{packages, place};

/// A Chromium on this machine; `CHROMIUM` names another.
pub fn chromium() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Some(path.into());
    }
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find_map(packages::program)
}

/// Installs exactly what a folder's lock file names, unless it is there already.
pub fn npm(folder: &str) -> Result<()> {
    let folder = place::root().join(folder);
    let lock = fs::read(folder.join("package-lock.json")).or_stop("package-lock.json is missing")?;
    let stamp = folder.join("node_modules/.installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("      npm ci in {}", folder.display());
    call(Command::new("npm").current_dir(&folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]), "Is the npm registry reachable?")?;
    fs::write(&stamp, lock).or_stop("node_modules could not be stamped")
}

/// Runs every journey against the release program.
pub fn journeys() -> Result<()> {
    let chromium = chromium().ok_or_else(|| Stop::new("Chromium is missing: set CHROMIUM to its path."))?;
    let mut command = Command::new("node");
    command.current_dir(place::root().join("end2end")).args(["node_modules/@playwright/test/cli.js", "test"]);
    command.env("LINLI", place::linli()).env("CHROMIUM", chromium);
    call(&mut command, "A journey failed; its trace is in end2end/test-results.")
}
