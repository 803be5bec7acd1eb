//! Areas: the statistical division codes, the tree they form, where they lie, and the places named in them.

mod code;
mod place;
mod position;
#[cfg(feature = "native")]
mod table;
mod tree;

pub use code::{AreaCode, AreaCodeError, Level};
pub use place::{MIN_NAME, Place, PlaceKind, Places};
pub use position::{BoundingBox, Position, PositionError, distance_m};
pub use tree::{Area, AreaProblem, Areas, DistrictError};
