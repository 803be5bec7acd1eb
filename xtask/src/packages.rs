//! What the system must have: looked for first, installed with apt-get where it is missing.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::{ask, call};
use crate::stop::{Result, Stop};

/// Something needed from the system.
pub struct Need {
    /// Debian's package for it.
    pub package: &'static str,
    /// Whether it is there, however it came.
    pub found: fn() -> bool,
}

/// Node.js and its package manager: wasm-opt and the browser tests come through them.
pub const NODE: [Need; 2] =
    [Need { package: "nodejs", found: || program("node").is_some() }, Need { package: "npm", found: || program("npm").is_some() }];

/// A browser with Chinese letters.
pub const BROWSER: [Need; 2] = [
    Need { package: "chromium", found: || crate::browser::chromium().is_some() },
    Need {
        package: "fonts-noto-cjk",
        found: || installed("fonts-noto-cjk") || ask(Command::new("fc-list").arg(":lang=zh")).is_some_and(|fonts| !fonts.is_empty()),
    },
];

/// PostgreSQL's programs, to start a throw-away server.
pub const POSTGRES: [Need; 1] = [Need { package: "postgresql", found: || crate::postgres::programs().is_some() }];

/// Installs what is missing of these.
pub fn ensure(needs: &[&Need]) -> Result<()> {
    let missing: Vec<&str> = needs.iter().filter(|need| !(need.found)()).map(|need| need.package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    install(&missing)?;
    match needs.iter().find(|need| !(need.found)()) {
        None => Ok(()),
        Some(need) => Err(Stop::new(format!(
            "Debian's package {} is installed, but what it should bring is still not found. On Ubuntu some packages only point to a snap: install the program another way.",
            need.package
        ))),
    }
}

/// Installs packages by name.
pub fn install(packages: &[&str]) -> Result<()> {
    println!("      installing {}", packages.join(", "));
    let mut arguments = vec!["install", "-y", "-q", "--no-install-recommends"];
    arguments.extend(packages);
    if apt(&arguments).is_ok() {
        return Ok(());
    }
    // A fresh machine has no package lists, an old one has stale ones: both are cured by an update.
    update()?;
    apt(&arguments).map_err(|_| Stop::new(format!("apt-get could not install {}; see its message above.", packages.join(", "))))
}

/// Whether Debian's package is there.
pub fn installed(package: &str) -> bool {
    ask(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package])).is_some_and(|status| status == "installed")
}

/// Fetches the package lists anew.
pub fn update() -> Result<()> {
    apt(&["update", "-q"])
}

fn apt(arguments: &[&str]) -> Result<()> {
    if program("apt-get").is_none() {
        return Err(Stop::new(format!(
            "this system has no apt-get. Install what Debian calls `{}` your own way and run this again.",
            arguments.join(" ")
        )));
    }
    let mut words = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    words.extend(arguments);
    call(&mut as_root(&words)?, "Is the network there?")
}

/// A command with the rights to change the system.
pub fn as_root(words: &[&str]) -> Result<Command> {
    let words = match (is_root(), program("sudo")) {
        (true, _) => words.to_vec(),
        (false, Some(_)) => [&["sudo"], words].concat(),
        (false, None) => {
            return Err(Stop::new(format!("there is no sudo here. Run this as root, then start again:\n\n    {}", words.join(" "))));
        }
    };
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    Ok(command)
}

/// Whether we are the administrator.
pub fn is_root() -> bool {
    ask(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}

/// Where a program is on the PATH.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(|folder| Path::new(folder).to_owned()))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
