//! What can be said about the code without running it.

use std::process::Command;

use crate::build::{PARTS, cargo};
use crate::glue::BROWSER_HALF;
use crate::step::{Steps, ask, call};
use crate::stop::Result;
use crate::wasm::{self, Toolchain};

/// `./x lint`.
pub fn run() -> Result<()> {
    let mut steps = Steps::new(STEPS + 1);
    let toolchain = steps.run("A compiler for WebAssembly", wasm::ensure)?;
    checks(&mut steps, toolchain);
    steps.summary()
}

/// How many steps [`checks`] has.
pub const STEPS: usize = 4;

/// Format, lints of both halves, licences.
pub fn checks(steps: &mut Steps, toolchain: Toolchain) {
    steps.check("Format", || call(cargo().args(["fmt", "--all", "--check"]), "Run `cargo fmt --all`."));
    steps.check("Lints", || {
        for part in PARTS {
            let mut clippy = cargo();
            clippy.args(["clippy", "--quiet", "--release", "--all-targets"]).args(part).args(["--", "-D", "warnings"]);
            call(&mut clippy, "See clippy's words above.")?;
        }
        Ok(())
    });
    steps.check("Lints, browser half", || {
        call(toolchain.cargo().args(["clippy", "--quiet"]).args(BROWSER_HALF).args(["--", "-D", "warnings"]), "See clippy's words above.")
    });
    steps.check("Licences and sources of dependencies", deny);
}

/// cargo-deny, installed once. Its advisory database is on GitHub, which not every machine reaches.
fn deny() -> Result<()> {
    if ask(Command::new("cargo").args(["deny", "--version"])).is_none() {
        println!("      installing cargo-deny, once (several minutes)");
        call(Command::new("cargo").args(["install", "cargo-deny", "--quiet", "--locked", "--version", DENY]), "Is the crate registry reachable?")?;
    }
    let mut checks = vec!["bans", "licenses", "sources"];
    if std::env::var("LINLI_ADVISORIES").is_ok_and(|value| value == "1") {
        checks.push("advisories");
    } else {
        println!("      advisories are left out; LINLI_ADVISORIES=1 fetches and checks them too");
    }
    call(cargo().args(["deny", "--log-level", "error", "check"]).args(checks), "deny.toml says what is allowed.")
}

/// The release that was tried with our deny.toml.
const DENY: &str = "0.20.2";
