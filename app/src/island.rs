//! The islands: what runs in the browser, and the server functions they ask. Each makes a form quicker that works
//! without it; their few words come as properties, so that no dictionary travels.

mod classes;
mod keep;
mod locate;
#[cfg(feature = "hydrate")]
mod page;
mod pick;
mod places;
mod sketch;

#[cfg(feature = "ssr")]
pub use classes::{Classes, Offered};
#[cfg(feature = "ssr")]
pub use keep::Keep;
#[cfg(feature = "ssr")]
pub use locate::Locate;
#[cfg(feature = "ssr")]
pub use pick::Pick;
#[cfg(feature = "ssr")]
pub use places::{Places, Spot};
