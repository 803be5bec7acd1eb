//! The life of a request 诉求: what a form must say, its states, the changes that move it, and who may make them.

mod addition;
mod change;
mod filing;
mod life;
mod permit;
mod promise;
mod spot;
mod state;
mod urgency;

pub use addition::Addition;
pub use change::Change;
pub use filing::{Draft, Field, Filing, Rules, Wrong};
pub use life::{REOPEN_DAYS, Refusal, Status};
pub use permit::{Filer, Relation, Sight, Subject, Visibility, may_change, may_look_at_contact, may_moderate, relations, sight};
#[cfg(feature = "native")]
pub use promise::PromiseProblem;
pub use promise::Promises;
pub use spot::{Pin, Step};
pub use state::{Progress, State};
pub use urgency::Urgency;

/// Longest text a resident may write in one field, in characters.
pub const MAX_WORDS: usize = 2000;
/// Longest description of a place, in characters.
pub const MAX_PLACE: usize = 120;
/// Longest reason, question or answer, in characters.
pub const MAX_ANSWER: usize = 1000;
/// How long a look at a resident's phone lasts: one call, not an address book, in minutes.
pub const LOOK_MINUTES: i64 = 30;
/// From so many points down, the resident was not content.
pub const POOR_RATING: i64 = 2;
/// Settling something that can be seen needs this many photos as evidence.
pub const EVIDENCE_PHOTOS: i64 = 1;
/// How near an open request must be to be asked about as "is it one of these?", in metres.
pub const NEAR_METRES: u32 = 200;
