//! Where things are.

use std::path::PathBuf;

/// The checkout.
pub fn root() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}

/// Cargo's output folder, shared or not.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The finished assets. Always in the checkout, because `server/build.rs` looks there.
pub fn site() -> PathBuf {
    root().join("target/site")
}

/// The program that everything here is about.
pub fn linli() -> PathBuf {
    target().join("release/linli")
}
