//! What is asked first where somebody may be in danger, and whom to call.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{ClassCode, UnknownWord};

/// A number to call at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phone {
    /// Police, 110.
    Police,
    /// Fire and rescue, 119.
    Fire,
    /// Ambulance, 120.
    Ambulance,
    /// The gas company's emergency line, which every district has its own of.
    Gas(String),
}

impl Phone {
    /// Those that are the same in the whole country.
    pub const NATIONAL: [Self; 3] = [Self::Police, Self::Fire, Self::Ambulance];

    /// The number to dial.
    pub fn number(&self) -> &str {
        match self {
            Self::Police => "110",
            Self::Fire => "119",
            Self::Ambulance => "120",
            Self::Gas(number) => number,
        }
    }

    /// Who answers, as a stable word.
    pub fn who(&self) -> &'static str {
        match self {
            Self::Police => "110",
            Self::Fire => "119",
            Self::Ambulance => "120",
            Self::Gas(_) => "gas",
        }
    }
}

impl FromStr for Phone {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let dialled = |number: &&str| (3..=16).contains(&number.len()) && number.chars().all(|c| c.is_ascii_digit() || c == '-');
        match text.strip_prefix("gas ") {
            Some(number) => Some(number).filter(dialled).map(|number| Self::Gas(number.to_owned())),
            None => Self::NATIONAL.into_iter().find(|phone| phone.number() == text),
        }
        .ok_or_else(|| UnknownWord(text.to_owned()))
    }
}

/// The yes-or-no question asked first for a class and all below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafetyQuestion {
    /// The class, with all below it.
    pub class: ClassCode,
    /// The question in Chinese.
    pub question_zh: String,
    /// The question in English.
    pub question_en: String,
    /// Whom to call if the answer is yes, the likeliest first.
    pub phones: Vec<Phone>,
}

/// The questions of all classes that have one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SafetyQuestions {
    by_class: BTreeMap<ClassCode, SafetyQuestion>,
}

impl SafetyQuestions {
    /// The question for a class: its own, or that of the nearest class above it.
    pub fn for_class(&self, code: ClassCode) -> Option<&SafetyQuestion> {
        std::iter::once(code).chain(code.ancestors()).find_map(|code| self.by_class.get(&code))
    }

    /// All questions, in the order of their classes.
    pub fn iter(&self) -> impl Iterator<Item = &SafetyQuestion> {
        self.by_class.values()
    }
}

#[cfg(feature = "native")]
pub use table::SafetyProblem;

#[cfg(feature = "native")]
mod table {
    use serde::Deserialize;

    use super::{BTreeMap, Phone, SafetyQuestion, SafetyQuestions, UnknownWord};
    use crate::event::class::{Catalogue, ClassCode, NoClass};
    use crate::table::{Faults, TableError, lines};

    #[derive(Deserialize)]
    struct Line {
        code: String,
        question_zh: String,
        question_en: String,
        phones: String,
    }

    /// What is wrong with a line of the table of safety questions.
    #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
    pub enum SafetyProblem {
        /// It is no line of this table.
        #[error("cannot be read: {0}")]
        Unreadable(String),
        /// The class is none of the catalogue.
        #[error(transparent)]
        NoClass(#[from] NoClass),
        /// A class has two questions.
        #[error("class {0} has a question already")]
        Duplicate(ClassCode),
        /// A question is empty.
        #[error("the question is missing in one language")]
        QuestionMissing,
        /// A phone is none of the four known, or there is none.
        #[error("phone {0:?} is not one of 110, 119, 120, gas NUMBER")]
        BadPhone(String),
        /// The table has no line.
        #[error("the table is empty: nobody in danger would be told whom to call")]
        Empty,
    }

    impl SafetyQuestions {
        /// The questions that come with the program.
        pub fn shipped() -> Self {
            // The file is part of the program; a test reads it in every build.
            Self::from_csv(include_str!("../../../../data/class-safety.csv"), &Catalogue::shipped()).expect("the shipped safety questions are sound")
        }

        /// Reads a table with the columns `code,question_zh,question_en,phones`, the phones with `;` between them: `110`, `119`,
        /// `120`, or `gas` and the local gas company's number.
        ///
        /// # Errors
        /// Every fault found, with its line.
        pub fn from_csv(text: &str, catalogue: &Catalogue) -> Result<Self, TableError<SafetyProblem>> {
            let mut faults = Faults::none();
            let mut by_class = BTreeMap::new();
            let rows = lines::<Line, _>(text, &["code", "question_zh", "question_en", "phones"], SafetyProblem::Unreadable, &mut faults);
            if rows.is_empty() {
                faults.at(1, SafetyProblem::Empty);
            }
            for (at, row) in rows {
                let Line { code, question_zh, question_en, phones } = row;
                if question_zh.is_empty() || question_en.is_empty() {
                    faults.at(at, SafetyProblem::QuestionMissing);
                }
                let mut numbers: Vec<Phone> = Vec::new();
                for word in phones.split(';').map(str::trim) {
                    match word.parse() {
                        Ok(phone) => numbers.push(phone),
                        Err(UnknownWord(word)) => faults.at(at, SafetyProblem::BadPhone(word)),
                    }
                }
                match catalogue.named(&code) {
                    Err(error) => faults.at(at, error.into()),
                    Ok(class) => {
                        if by_class.insert(class, SafetyQuestion { class, question_zh, question_en, phones: numbers }).is_some() {
                            faults.at(at, SafetyProblem::Duplicate(class));
                        }
                    }
                }
            }
            faults.or(Self { by_class })
        }
    }
}
