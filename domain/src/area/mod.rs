//! Areas: the statistical division codes, the tree they form, and where they lie.

mod code;
mod position;
#[cfg(feature = "native")]
mod table;
mod tree;

pub use code::{AreaCode, AreaCodeError, Level};
pub use position::{BoundingBox, Position, PositionError, distance_m};
pub use tree::{Area, AreaProblem, Areas, DistrictError};
