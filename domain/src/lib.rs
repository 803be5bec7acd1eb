//! What is true: the pure rules of Linli.
//!
//! Nothing here reads a clock, draws a random number, waits or touches a disk: time and chance are parameters.
//! One module per noun; the rooms above (`store`, `app`, `server`) use the same nouns.

pub mod account;
pub mod area;
pub mod calendar;
pub mod event;
pub mod limit;
pub mod notice;
pub mod organisation;
pub mod photo;
pub mod report;
pub mod request;
pub mod role;
pub mod table;
pub mod text;
