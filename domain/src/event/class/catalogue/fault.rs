use std::fmt;

use chrono::NaiveDate;

use super::WORDING_SEPARATOR;
use crate::event::class::{BadCode, ClassCode};
use crate::event::{Fact, TemplateError};

/// What is wrong with a catalogue, and on which line of its table (the heading is line 1).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CatalogueError {
    /// The line; `None` where the fault has none, as when a class is not there.
    pub line: Option<u64>,
    /// The fault.
    pub problem: Problem,
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.problem),
            None => self.problem.fmt(f),
        }
    }
}

/// A fault of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file is no table of this kind.
    #[error("not a readable table: {0}")]
    Table(String),
    /// The heading lacks a column.
    #[error("column {0:?} is missing")]
    ColumnMissing(&'static str),
    /// The heading has a column nobody knows, or one twice.
    #[error("column {0:?} is unknown or there twice")]
    ColumnUnknown(String),
    /// There is no class at all.
    #[error("the catalogue has no classes")]
    Empty,
    /// A code is not 2, 4 or 6 digits.
    #[error(transparent)]
    BadCode(#[from] BadCode),
    /// A code stands on two lines.
    #[error("class {0} is there twice")]
    DuplicateCode(ClassCode),
    /// The class above is not in the catalogue.
    #[error("class {code} has no parent {parent} in the catalogue")]
    ParentMissing {
        /// The class.
        code: ClassCode,
        /// The code that is missing.
        parent: ClassCode,
    },
    /// Neither `public` nor `private`.
    #[error("visibility {0:?} is neither public nor private")]
    BadVisibility(String),
    /// A required fact nobody knows.
    #[error("required fact {0:?} is not one of place, time, what, since")]
    UnknownFact(String),
    /// A required fact is named twice.
    #[error("required fact {:?} is named twice", .0.as_str())]
    DuplicateFact(Fact),
    /// A name is empty.
    #[error("class {code} has no name in {language}")]
    NameMissing {
        /// The class.
        code: ClassCode,
        /// `zh` or `en`.
        language: &'static str,
    },
    /// A text with a line break or another control character, which no form can show and no description of one line hold.
    #[error("class {0} has a line break or control character in a name, wording or template")]
    ControlCharacter(ClassCode),
    /// A wording is empty, or holds the separator so that the table could not be written.
    #[error("class {code}: wording {wording:?} is empty or holds {WORDING_SEPARATOR:?}")]
    BadWording {
        /// The class.
        code: ClassCode,
        /// The wording.
        wording: String,
    },
    /// A template that can't be read.
    #[error("template: {0}")]
    BadTemplate(#[from] TemplateError),
    /// A template, its own or inherited, that leaves out the words or a fact that the class asks for.
    #[error("class {code}: its template leaves out {{{fact}}}")]
    TemplateLacks {
        /// The class.
        code: ClassCode,
        /// What can't be read in its descriptions.
        fact: Fact,
    },
    /// A day that is not written YYYY-MM-DD.
    #[error("{0:?} is not a day written YYYY-MM-DD")]
    BadDay(String),
    /// The review column holds something other than `first` or nothing.
    #[error("review {0:?} is neither empty nor \"first\"")]
    BadReview(String),
    /// A class is closed, and nothing takes its place.
    #[error("class {0} is closed but names no successor")]
    SuccessorUnnamed(ClassCode),
    /// A class that is open names a successor.
    #[error("class {0} names a successor but is not closed")]
    SuccessorEarly(ClassCode),
    /// The successor is not in the catalogue, is the class itself or no leaf as the class is.
    #[error("class {code}: successor {successor} is not another class of the same kind in this catalogue")]
    SuccessorMissing {
        /// The closed class.
        code: ClassCode,
        /// Its successor.
        successor: ClassCode,
    },
    /// The successor is closed no later than the class it follows.
    #[error("class {code}: successor {successor} is itself closed by then")]
    SuccessorClosed {
        /// The closed class.
        code: ClassCode,
        /// Its successor.
        successor: ClassCode,
    },
    /// A class of the previous version is gone.
    #[error("class {0} of the previous version is missing: close it and name a successor")]
    Removed(ClassCode),
    /// A code now means something else.
    #[error("class {code} meant {was:?} and cannot mean {now:?}: take a new code")]
    MeaningChanged {
        /// The class.
        code: ClassCode,
        /// Its Chinese name before.
        was: String,
        /// Its Chinese name now.
        now: String,
    },
    /// A private class is made public, which would uncover what was told in confidence.
    #[error("class {0} was private and cannot become public: take a new code")]
    Uncovered(ClassCode),
    /// A class that was used on events now has children, and could be used no more.
    #[error("class {0} is used on events and cannot get classes below it: close it and name a successor")]
    LeafDivided(ClassCode),
    /// A closed class is open again or closed later than it was.
    #[error("class {0} was closed and cannot be opened again")]
    Reopened(ClassCode),
    /// The catalogue does not hold from a later day than the one before.
    #[error("holds from {this}, which is not after {previous}, the day of the previous version")]
    NotLater {
        /// The day of this catalogue.
        this: NaiveDate,
        /// The day of the one before.
        previous: NaiveDate,
    },
    /// Two versions bear one name.
    #[error("version {0:?} is taken by an earlier catalogue")]
    VersionTaken(String),
}
