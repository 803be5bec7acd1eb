//! The store's house, and what stands around it.
#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

#[path = "../../../store/tests/house/mod.rs"]
mod base;
pub mod browser;
pub mod receivers;

pub use base::*;
