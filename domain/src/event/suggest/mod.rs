//! Suggesting a class from a resident's own words.
//!
//! Every suggestion gives its reason: the known wording it is most like. The evidence is counted, not trained: which words
//! and pairs of characters stand in the wordings of which class. So the result is explained by the tables
//! (`data/event-classes.csv`, `data/class-wordings.csv` and what handlers corrected), and all arithmetic is on whole
//! numbers, so that the same text gets the same answer on every machine.

use serde::{Deserialize, Serialize};

use super::class::ClassCode;

#[cfg(feature = "suggest")]
mod evidence;
#[cfg(feature = "suggest")]
mod suggester;
#[cfg(feature = "suggest")]
mod words;

#[cfg(feature = "suggest")]
pub use suggester::{Suggester, shipped_wordings};

/// A class that a text may belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The class.
    pub code: ClassCode,
    /// How sure, in thousandths: the share of the evidence that speaks for this class among all classes.
    pub score: u32,
    /// The known wording or name of the class most like the text, as a reason to show. Never another resident's words.
    pub like: Option<String>,
}
