//! Events: what asks for somebody's action, in the unified coding.

pub mod class;
pub mod description;
pub mod number;
pub mod record;
pub mod suggest;

pub use description::{Fact, Facts, PlaceFacts, Template, TemplateError, missing};
pub use number::{EventNumber, EventNumberError, check_digit};
