//! What runs: the parts of the binary `linli`.

// It panics where nobody reads any longer, as behind `| head`.
#![warn(clippy::print_stdout)]

pub mod assets;
pub mod cache;
pub mod command;
pub mod config;
pub mod feed;
pub mod job;
pub mod listen;
pub mod metrics;
pub mod router;

/// Pages are made of many small texts, on one thread and dropped on another: this allocator makes half as many more a
/// second as the system's, for two megabytes more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
