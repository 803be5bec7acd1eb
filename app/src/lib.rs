//! What is seen: pages, islands, server functions.
//!
//! Compiled twice. Native with `ssr`: axum handlers that ask the store and render Leptos views to HTML. WebAssembly
//! with `hydrate`: only the islands, for what a finger needs an answer to at once. Everything works without them.

#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
mod ssr;
#[cfg(feature = "ssr")]
pub use ssr::*;

mod island;

/// Wakes the islands of a page; called by `public/islands.js` once the module is there.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
