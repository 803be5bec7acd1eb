use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::event::class::ClassCode;
use crate::event::{Fact, Template};

/// A word outside the short list that is allowed in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not one of the words allowed here")]
pub struct UnknownWord(pub String);

/// Who may see an event of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visibility {
    /// Everybody, without names.
    Public,
    /// Only those concerned; the public sees counts of ten or more.
    Private,
}

impl Visibility {
    /// The word used in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }
}

impl FromStr for Visibility {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "public" => Ok(Self::Public),
            "private" => Ok(Self::Private),
            _ => Err(UnknownWord(text.to_owned())),
        }
    }
}

/// One class of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Its code, never reused.
    pub code: ClassCode,
    /// Its name in Chinese, which is its meaning: a new meaning takes a new code.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Who may see its events. A leaf's own word decides, whatever its parent says.
    pub visibility: Visibility,
    /// The facts its description needs, in the order they are asked for.
    pub required: Vec<Fact>,
    /// How residents say it.
    pub wordings: Vec<String>,
    /// What its description is composed by; where it has none, that of the class above holds.
    pub template: Option<Template>,
    /// The first day on which it is no longer given.
    pub closed_on: Option<NaiveDate>,
    /// The class that takes its place once closed.
    pub successor: Option<ClassCode>,
    /// Whether a person looks at an event of this class before anybody else can see it.
    pub review_first: bool,
}

impl Class {
    /// Whether it may be given to an event on `day`.
    pub fn is_open(&self, day: NaiveDate) -> bool {
        self.closed_on.is_none_or(|closed| day < closed)
    }

    /// Whether settling its events needs a photo of what was done: what has a place can be seen.
    pub fn needs_evidence(&self) -> bool {
        self.required.contains(&Fact::Place)
    }
}
