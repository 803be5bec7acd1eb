//! What runs: the parts of the binary `linli`.

pub mod assets;
pub mod cache;
pub mod command;
pub mod config;
pub mod feed;
pub mod job;
pub mod listen;
pub mod metrics;
pub mod router;
