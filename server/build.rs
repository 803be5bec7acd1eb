//! Puts the finished assets into the program, so that one file is all there is to copy.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=LINLI_SITE");
    let site = env::var_os("LINLI_SITE").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site"), PathBuf::from);
    // Cargo takes a missing path for a changed one and would build the server anew each time. Empty is fine: then the
    // program has no assets, which is enough for `cargo test`.
    fs::create_dir_all(&site)?;
    let site = site.canonicalize()?;
    println!("cargo::rerun-if-changed={}", site.display());

    let mut names = BTreeMap::new();
    for entry in fs::read_dir(&site)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        names.insert(name, path);
    }
    let mut table = String::from("&[\n");
    for (name, path) in &names {
        let Some(kind) = kind(name) else { continue };
        let (logical, hashed) = logical(name);
        let bytes = |suffix: &str| names.get(&format!("{name}.{suffix}")).map(|path| format!("include_bytes!({path:?}).as_slice()"));
        let packed = |suffix: &str| bytes(suffix).map_or_else(|| "None".to_owned(), |bytes| format!("Some({bytes})"));
        let mut hasher = DefaultHasher::new();
        fs::read(path)?.hash(&mut hasher);
        let tag = format!("W/\"{:016x}\"", hasher.finish());
        writeln!(
            table,
            "File {{ logical: {logical:?}, name: {name:?}, hashed: {hashed}, kind: {kind:?}, tag: {tag:?}, plain: include_bytes!({path:?}), brotli: {}, gzip: {} }},",
            packed("br"),
            packed("gz"),
        )
        .map_err(io::Error::other)?;
    }
    table.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?);
    fs::write(out.join("assets.rs"), table)
}

/// The content type by ending; none for compressed siblings and the build's own notes.
fn kind(name: &str) -> Option<&'static str> {
    let kind = match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => return None,
    };
    Some(kind)
}

/// `linli.0123456789ab.css` is `linli.css` with its hash; a name without one stays as it is.
fn logical(name: &str) -> (String, bool) {
    match name.split('.').collect::<Vec<_>>().as_slice() {
        [stem, hash, extension] if hash.len() == 12 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => (format!("{stem}.{extension}"), true),
        _ => (name.to_owned(), false),
    }
}
