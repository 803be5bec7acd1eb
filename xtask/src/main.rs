//! How Linli is built, tried out and tested: `./x demo` and `./x test`.
//!
//! Every command is a list of steps in one file (`demo.rs`, `test.rs`, …); a step that cannot go on stops with a
//! sentence saying what is missing and what to do.

mod assets;
mod browser;
mod build;
mod compress;
mod demo;
mod glue;
mod lint;
mod packages;
mod place;
mod postgres;
mod step;
mod stop;
mod style;
mod test;
mod wasm;

use std::process::ExitCode;

const HELP: &str = "\
./x demo [ADDRESS]   build, load the demo district once, and serve it (default LINLI_LISTEN, else 127.0.0.1:3000)
./x test             everything: format, lints, licences, unit tests on SQLite and PostgreSQL, browser journeys
./x build            the release program, assets inside: target/release/linli
./x assets           only the browser half and the assets: target/site
./x lint             only format, lints, licences

LINLI_WASM_TOOLCHAIN=debian   build the browser half with Debian's compiler even if rustup has the target
LINLI_ADVISORIES=1            let `cargo deny` fetch the advisory database too (needs GitHub)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["demo"] => demo::run(&std::env::var("LINLI_LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into())),
        ["demo", address] => demo::run(address),
        ["test"] => test::run(),
        ["build"] => build::run(),
        ["assets"] => assets::run(),
        ["lint"] => lint::run(),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(stop::Stop::new(format!("say one of these:\n\n{HELP}"))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("\nx: {stop}");
            ExitCode::FAILURE
        }
    }
}
