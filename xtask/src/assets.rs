//! Everything a browser fetches besides pages, finished in `target/site`: content-hashed names, compressed siblings,
//! and `manifest.json`, which says what each file is called now. `server/build.rs` puts the folder into the program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::step::Steps;
use crate::stop::{OrStop, Result, Stop};
use crate::wasm::Toolchain;
use crate::{browser, compress, glue, packages, place, style, wasm};

/// The files of `public/` that only our own pages name. All others are asked for by a fixed name, as robots.txt is.
const HASHED: [&str; 2] = ["icons.svg", "islands.js"];

/// `./x assets`.
pub fn run() -> Result<()> {
    build(&mut Steps::new(STEPS))?;
    println!("\nThe assets are in {}", place::site().display());
    Ok(())
}

/// How many steps [`build`] has.
pub const STEPS: usize = 4;

/// The steps from nothing to finished assets; the toolchain is for whoever builds on.
pub fn build(steps: &mut Steps) -> Result<Toolchain> {
    steps.run("Packages: Node.js, for wasm-opt and esbuild", || {
        packages::ensure(&packages::NODE.each_ref())?;
        browser::npm("xtask")
    })?;
    let toolchain = steps.run("A compiler for WebAssembly", wasm::ensure)?;
    let compiled = steps.run("Browser half", || glue::compile(toolchain))?;
    steps.run("Assets", || finish(&compiled))?;
    Ok(toolchain)
}

fn finish(compiled: &Path) -> Result<()> {
    let site = place::site();
    let inputs = fingerprint(compiled)?;
    let stamp = site.join("stamp");
    if fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == inputs) {
        println!("      nothing changed");
        return Ok(());
    }
    let mut out = Output::new(&site)?;

    out.plain_or_hashed("linli.css", style::lower(&read_text(&place::root().join("style/linli.css"))?)?.into_bytes(), true)?;
    let glue = glue::bind(compiled)?;
    let wasm = out.plain_or_hashed("linli.wasm", glue.wasm, true)?;
    let javascript = String::from_utf8(glue.javascript).or_stop("the glue is not text")?;
    // islands.js passes the address anyway; this keeps the module right on its own.
    out.plain_or_hashed("linli.js", javascript.replace("linli_bg.wasm", &wasm).into_bytes(), true)?;

    for (name, path) in public()? {
        let bytes = if name.ends_with(".js") { glue::minify(&path)? } else { read(&path)? };
        let hashed = HASHED.contains(&name.as_str());
        out.plain_or_hashed(&name, bytes, hashed)?;
    }
    out.close(&inputs)
}

/// The files of `public/`, by name.
fn public() -> Result<BTreeMap<String, std::path::PathBuf>> {
    let folder = place::root().join("public");
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(&folder).or_stop("public/ is missing")? {
        let entry = entry.or_stop("public/ cannot be read")?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_file() && !name.starts_with('.') {
            files.insert(name, entry.path());
        }
    }
    Ok(files)
}

/// Changes whenever the assets would: what goes in, the tools from npm, and this program itself.
fn fingerprint(compiled: &Path) -> Result<String> {
    let root = place::root();
    let program = std::env::current_exe().or_stop("this program does not know where it is")?;
    let mut paths = vec![compiled.to_owned(), program, root.join("style/linli.css"), root.join("xtask/package-lock.json")];
    paths.extend(public()?.into_values());
    let mut digest = Sha256::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        digest.update(format!("{name} {}\n", hash(&read(&path)?)));
    }
    Ok(hex(&digest.finalize()))
}

/// The folder being written: beside the real one until it is whole.
struct Output<'a> {
    site: &'a Path,
    fresh: std::path::PathBuf,
    manifest: serde_json::Map<String, serde_json::Value>,
}

impl<'a> Output<'a> {
    fn new(site: &'a Path) -> Result<Self> {
        let fresh = site.with_extension("new");
        if fresh.exists() {
            fs::remove_dir_all(&fresh).or_stop(format_args!("{} is in the way", fresh.display()))?;
        }
        fs::create_dir_all(&fresh).or_stop(format_args!("{} could not be made", fresh.display()))?;
        Ok(Self { site, fresh, manifest: serde_json::Map::new() })
    }

    /// Writes one asset with its compressed siblings and answers what it is called now.
    fn plain_or_hashed(&mut self, name: &str, bytes: Vec<u8>, hashed: bool) -> Result<String> {
        let (stem, extension) = name.rsplit_once('.').ok_or_else(|| Stop::new(format!("public/{name} needs an extension, which tells its type")))?;
        let called = if hashed { format!("{stem}.{}.{extension}", &hash(&bytes)[..12]) } else { name.to_owned() };
        let brotli = compress::brotli(&bytes)?;
        println!("      {called}: {} bytes, {} on the wire", bytes.len(), brotli.len());
        for (suffix, packed) in [("br", brotli), ("gz", compress::gzip(&bytes)?)] {
            // Pictures do not get smaller; then the plain file serves alone.
            if packed.len() < bytes.len() {
                self.write(&format!("{called}.{suffix}"), &packed)?;
            }
        }
        self.write(&called, &bytes)?;
        self.manifest.insert(name.to_owned(), called.clone().into());
        Ok(called)
    }

    fn close(mut self, stamp: &str) -> Result<()> {
        let manifest = serde_json::Value::Object(std::mem::take(&mut self.manifest));
        self.write("manifest.json", format!("{manifest:#}\n").as_bytes())?;
        self.write("stamp", stamp.as_bytes())?;
        if self.site.exists() {
            fs::remove_dir_all(self.site).or_stop(format_args!("{} is in the way", self.site.display()))?;
        }
        fs::rename(&self.fresh, self.site).or_stop("the finished assets could not be moved into place")
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        fs::write(self.fresh.join(name), bytes).or_stop(format_args!("{name} could not be written"))
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).or_stop(format_args!("{} cannot be read", path.display()))
}

fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).or_stop(format_args!("{} cannot be read", path.display()))
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
