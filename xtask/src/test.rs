//! `./x test`: everything that must hold before a change lands.

use crate::build::{PARTS, cargo, server};
use crate::step::{Steps, call};
use crate::stop::Result;
use crate::{assets, browser, lint, packages, postgres};

/// `./x test`. One profile, release, for all of it: dependencies compile once, and what is tested is what ships.
pub fn run() -> Result<()> {
    let mut steps = Steps::new(assets::STEPS + lint::STEPS + 4);
    steps.run("Packages: Chromium, Chinese letters, PostgreSQL", || {
        let needs: Vec<_> = packages::NODE.iter().chain(&packages::BROWSER).chain(&packages::POSTGRES).collect();
        packages::ensure(&needs)?;
        browser::npm("end2end")
    })?;
    let toolchain = assets::build(&mut steps)?;
    lint::checks(&mut steps, toolchain);
    steps.run("Server, release", server)?;
    steps.check("Tests, on SQLite and PostgreSQL", || {
        let postgres = postgres::start()?;
        for part in PARTS {
            let mut tests = cargo();
            tests.args(["test", "--release"]).args(part).env("LINLI_TEST_POSTGRES", &postgres.url);
            call(&mut tests, "A test failed; see above.")?;
        }
        Ok(())
    });
    steps.check("Browser journeys", browser::journeys);
    steps.summary()
}
