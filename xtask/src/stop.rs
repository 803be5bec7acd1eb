//! Why the work stopped, in a sentence for the person at the terminal.

use std::fmt;

/// What went wrong and what to do about it.
#[derive(Debug)]
pub struct Stop(String);

/// Every step answers with this.
pub type Result<T> = std::result::Result<T, Stop>;

impl Stop {
    /// A reason in plain words.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Gives a bare error the sentence that says what was being done.
pub trait OrStop<T> {
    /// `sentence` comes first, the error's own words after it.
    fn or_stop(self, sentence: impl fmt::Display) -> Result<T>;
}

impl<T, E: fmt::Display> OrStop<T> for std::result::Result<T, E> {
    fn or_stop(self, sentence: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Stop(format!("{sentence}: {error}")))
    }
}
