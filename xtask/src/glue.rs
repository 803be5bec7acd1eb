//! From the crate `app` to what a browser loads: cargo, wasm-bindgen, wasm-opt for the WebAssembly, esbuild for the
//! JavaScript beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::place;
use crate::step::{call, output};
use crate::stop::{OrStop, Result};
use crate::wasm::{TARGET, Toolchain};

/// What rustc uses by default for this target; wasm-opt must be told.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
];

/// The flags that make `app` its browser half.
pub const BROWSER_HALF: [&str; 9] =
    ["-p", "app", "--lib", "--profile", "wasm-release", "--no-default-features", "--features=hydrate", "--target", TARGET];

/// The browser half as a page loads it.
pub struct Glue {
    /// WebAssembly, optimised.
    pub wasm: Vec<u8>,
    /// The module that loads it; it names the WebAssembly file `linli_bg.wasm`.
    pub javascript: Vec<u8>,
}

/// Compiles `app` for the browser; the file as rustc left it.
pub fn compile(toolchain: Toolchain) -> Result<PathBuf> {
    call(toolchain.cargo().arg("build").args(BROWSER_HALF), "The browser half does not compile; see above.")?;
    Ok(place::target().join("web").join(TARGET).join("wasm-release/app.wasm"))
}

/// Makes the compiled file loadable and small.
pub fn bind(compiled: &Path) -> Result<Glue> {
    let folder = place::target().join("glue");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).out_name("linli").typescript(false).remove_name_section(true).remove_producers_section(true);
    bindgen.web(true).or_stop("wasm-bindgen has no web output")?;
    bindgen.generate(&folder).map_err(|error| format!("{error:#}")).or_stop("wasm-bindgen could not read the browser half")?;

    let small = folder.join("small.wasm");
    let mut optimise = npm_program("wasm-opt");
    optimise.args(FEATURES).arg("--enable-reference-types").arg("-Oz").arg(folder.join("linli_bg.wasm")).arg("-o").arg(&small);
    call(&mut optimise, "If it names a WebAssembly feature, add its flag in xtask/src/glue.rs.")?;

    Ok(Glue { wasm: fs::read(&small).or_stop("wasm-opt wrote nothing")?, javascript: minify(&folder.join("linli.js"))? })
}

/// Bundles a module with the snippets it imports, and minifies it.
pub fn minify(module: &Path) -> Result<Vec<u8>> {
    let mut esbuild = npm_program("esbuild");
    esbuild.arg(module).args(["--bundle", "--format=esm", "--minify", "--target=es2020", "--log-level=warning"]);
    Ok(output(&mut esbuild, "The JavaScript has a mistake; see above.")?.into_bytes())
}

fn npm_program(name: &str) -> Command {
    Command::new(place::root().join("xtask/node_modules/.bin").join(name))
}
