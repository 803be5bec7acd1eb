//! A compiler for the browser half: rustup's WebAssembly target, or else Debian's compiler with a standard library
//! built from Debian's source package.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::build::cargo;
use crate::packages;
use crate::place;
use crate::step::{ask, call, output};
use crate::stop::{OrStop, Result, Stop};

/// The target's name.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Where Debian's compiler looks for the target's standard library, and the mark of the compiler it was built by.
const LIBRARY: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";
const STAMP: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib/linli-stamp";

/// Which compiler builds the browser half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The one that builds everything else.
    Usual,
    /// The one in /usr, known to rustup as `debian`.
    Debian,
}

impl Toolchain {
    /// `cargo` with this compiler, in a folder of its own so that two compilers do not wipe each other's work.
    pub fn cargo(self) -> Command {
        let mut command = cargo();
        command.env("CARGO_TARGET_DIR", place::target().join("web"));
        self.choose(&mut command);
        command
    }

    fn choose(self, command: &mut Command) {
        if self == Self::Debian {
            // `cargo run` points the loader at its own toolchain's libraries; Debian's compiler has others.
            command.env("RUSTUP_TOOLCHAIN", "debian").env_remove("LD_LIBRARY_PATH").env_remove("CARGO").env_remove("RUSTC");
        }
    }
}

/// Finds or makes a compiler for the target.
pub fn ensure() -> Result<Toolchain> {
    let forced = std::env::var("LINLI_WASM_TOOLCHAIN").is_ok_and(|value| value == "debian");
    if !forced && (usual_has_target() || rustup_adds_target()) {
        return Ok(Toolchain::Usual);
    }
    if packages::program("apt-get").is_none() {
        return Err(Stop::new(format!(
            "rustup could not add the target. Run `rustup target add {TARGET}` where the network allows it, then start again."
        )));
    }
    if !debian_ready() {
        debian_packages()?;
    }
    debian_link()?;
    debian_library()?;
    Ok(Toolchain::Debian)
}

fn usual_has_target() -> bool {
    ask(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET])).is_some_and(|folder| holds_library(Path::new(&folder)))
}

fn holds_library(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

fn rustup_adds_target() -> bool {
    println!("      asking rustup for {TARGET}");
    let added = Command::new("rustup").args(["target", "add", TARGET]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let added = added.is_ok_and(|status| status.success()) && usual_has_target();
    if !added {
        println!("      rustup cannot add it here; going Debian's way");
    }
    added
}

/// The library's stamp speaks for the packages that made it; a deleted linker would not be noticed by it.
fn debian_ready() -> bool {
    let compiler = ask(Command::new("/usr/bin/rustc").arg("-vV").env_remove("LD_LIBRARY_PATH"));
    let stamp = fs::read_to_string(STAMP).ok();
    compiler.zip(stamp).is_some_and(|(compiler, stamp)| compiler == stamp.trim()) && Path::new("/usr/bin/rust-lld").exists()
}

fn debian_packages() -> Result<()> {
    let needed = env!("CARGO_PKG_RUST_VERSION");
    if !version("Installed").is_some_and(|version| at_least(&version, needed)) {
        if !version("Candidate").is_some_and(|version| at_least(&version, needed)) {
            packages::update()?;
        }
        match version("Candidate") {
            Some(version) if at_least(&version, needed) => {}
            other => {
                return Err(Stop::new(format!(
                    "Debian's rustc-web must be {needed} or newer, and here it is {}. Is debian-security among the package sources? Or run `rustup target add {TARGET}`.",
                    other.as_deref().unwrap_or("not known")
                )));
            }
        }
    }
    let wanted = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy"];
    let missing: Vec<&str> = wanted.into_iter().filter(|package| !packages::installed(package)).collect();
    if !missing.is_empty() {
        packages::install(&missing)?;
    }
    // rust-lld is a link to the linker of one LLVM version, which is another package.
    let link = Path::new("/usr/bin/rust-lld");
    if !link.exists() {
        let name = fs::read_link(link).or_stop("Debian's rust-web-llvm brought no /usr/bin/rust-lld")?;
        packages::install(&[&name.to_string_lossy()])?;
    }
    Ok(())
}

/// A line of `apt-cache policy rustc-web`.
fn version(which: &str) -> Option<String> {
    let policy = ask(Command::new("apt-cache").env("LC_ALL", "C").args(["policy", "rustc-web"]))?;
    policy.lines().find_map(|line| Some(line.trim().strip_prefix(which)?.strip_prefix(':')?.trim().to_owned()))
}

fn at_least(version: &str, needed: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> { text.split(['.', '+', '~', '-']).map_while(|part| part.parse().ok()).collect() };
    numbers(version) >= numbers(needed)
}

fn debian_link() -> Result<()> {
    if packages::program("rustup").is_none() {
        return Ok(()); // then Debian's cargo is the only one, and no link is needed
    }
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "sysroot"]);
    Toolchain::Debian.choose(&mut rustc);
    if ask(&mut rustc).is_some_and(|sysroot| sysroot == "/usr") {
        return Ok(());
    }
    call(Command::new("rustup").args(["toolchain", "link", "debian", "/usr"]), "rustup must know Debian's compiler by the name `debian`.")
}

fn debian_library() -> Result<()> {
    let compiler = output(Command::new("/usr/bin/rustc").arg("-vV").env_remove("LD_LIBRARY_PATH"), "Is the package rustc-web whole?")?;
    if debian_ready() {
        return Ok(());
    }
    println!("      building the standard library for {TARGET} (once per compiler version, about two minutes)");
    let folder = place::target().join("wasm-std");
    // `-Z build-std` needs some crate to build; an empty one does, outside of our workspace.
    fs::create_dir_all(folder.join("src")).or_stop("no folder could be made for the standard library")?;
    fs::write(folder.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2024\"\n[workspace]\n")
        .or_stop("the empty crate could not be written")?;
    fs::write(folder.join("src/lib.rs"), "").or_stop("the empty crate could not be written")?;

    let mut cargo = cargo();
    Toolchain::Debian.choose(&mut cargo);
    cargo.current_dir(&folder).args(["build", "-q", "--release", "-Z", "build-std=std,panic_abort,proc_macro,test", "--target", TARGET]);
    cargo.env("CARGO_TARGET_DIR", folder.join("target"));
    // Unstable flags are how a standard library is built; without bitcode inside, `lto = true` cannot use it.
    cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Cembed-bitcode=yes");
    call(&mut cargo, "Debian's rust-web-src should hold all it needs.")?;

    let stamp = folder.join("linli-stamp");
    fs::write(&stamp, &compiler).or_stop("the stamp could not be written")?;
    let built = folder.join("target").join(TARGET).join("release/deps");
    let mut files = vec![];
    for entry in fs::read_dir(&built).or_stop(format_args!("{} is not there", built.display()))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            files.push(entry.path().display().to_string());
        }
    }
    call(&mut packages::as_root(&["rm", "-rf", LIBRARY])?, "The old standard library is in the way.")?;
    let mut words = vec!["install", "-D", "-m", "644", "-t", LIBRARY];
    words.extend(files.iter().map(String::as_str));
    call(&mut packages::as_root(&words)?, "The standard library must be copied to where Debian's compiler looks.")?;
    let stamp = stamp.display().to_string();
    call(&mut packages::as_root(&["install", "-m", "644", &stamp, STAMP])?, "The stamp must lie beside the standard library.")?;

    // What was compiled against the old library does not fit the new one.
    let stale = place::target().join("web").join(TARGET);
    if stale.exists() {
        fs::remove_dir_all(&stale).or_stop(format_args!("{} must be deleted", stale.display()))?;
    }
    fs::remove_dir_all(&folder).or_stop(format_args!("{} should be deleted", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::at_least;

    #[test]
    fn compares_versions_as_numbers() {
        assert!(at_least("1.96.0+dfsg1-1~deb12u2", "1.95"));
        assert!(at_least("1.100.0", "1.95"));
        assert!(!at_least("1.85.0+dfsg3-1", "1.95"));
        assert!(!at_least("(none)", "1.95"));
    }
}
