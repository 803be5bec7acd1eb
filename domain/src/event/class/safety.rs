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
pub use self::native::SafetyError;

#[cfg(feature = "native")]
mod native {
    use super::super::{BadCode, Catalogue};
    use super::*;

    const SHIPPED: &str = include_str!("../../../../data/class-safety.csv");
    const COLUMNS: [&str; 4] = ["code", "question_zh", "question_en", "phones"];

    /// What is wrong with a table of safety questions.
    #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
    pub enum SafetyError {
        /// The file is no table of this kind.
        #[error("line {line}: not a readable table with the columns code,question_zh,question_en,phones: {reason}")]
        Table {
            /// The line.
            line: u64,
            /// What the reader said.
            reason: String,
        },
        /// A code is not 2, 4 or 6 digits.
        #[error("line {line}: {error}")]
        BadCode {
            /// The line.
            line: u64,
            /// What is wrong with it.
            error: BadCode,
        },
        /// The catalogue has no such class.
        #[error("line {line}: the catalogue has no class {code}")]
        UnknownClass {
            /// The line.
            line: u64,
            /// The class.
            code: ClassCode,
        },
        /// A class has two questions.
        #[error("line {line}: class {code} has a question already")]
        Duplicate {
            /// The line.
            line: u64,
            /// The class.
            code: ClassCode,
        },
        /// A question is empty.
        #[error("line {line}: the question is missing in one language")]
        QuestionMissing {
            /// The line.
            line: u64,
        },
        /// A phone is none of the four known, or there is none.
        #[error("line {line}: phone {word:?} is not one of 110, 119, 120, gas NUMBER")]
        BadPhone {
            /// The line.
            line: u64,
            /// The word.
            word: String,
        },
    }

    impl SafetyQuestions {
        /// The questions that come with the program.
        pub fn shipped() -> Self {
            // The file is part of the program; a test reads it in every build.
            Self::from_csv(SHIPPED, &Catalogue::shipped()).expect("the shipped safety questions are sound")
        }

        /// Reads a table with the columns `code,question_zh,question_en,phones`, the phones with `;` between them: `110`, `119`,
        /// `120`, or `gas` and the local gas company's number.
        ///
        /// # Errors
        /// Every fault found, with its line.
        pub fn from_csv(text: &str, catalogue: &Catalogue) -> Result<Self, Vec<SafetyError>> {
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
            match reader.headers() {
                Ok(heading) if *heading == COLUMNS[..] => {}
                Ok(_) => return Err(vec![SafetyError::Table { line: 1, reason: "other columns".to_owned() }]),
                Err(error) => return Err(vec![SafetyError::Table { line: 1, reason: error.to_string() }]),
            }
            let (mut by_class, mut errors) = (BTreeMap::new(), Vec::new());
            for record in reader.records() {
                let record = match record {
                    Ok(record) => record,
                    Err(error) => {
                        let line = error.position().map_or(0, csv::Position::line);
                        errors.push(SafetyError::Table { line, reason: error.to_string() });
                        continue;
                    }
                };
                let line = record.position().map_or(0, csv::Position::line);
                let [code, question_zh, question_en, phones] = [0, 1, 2, 3].map(|place| record.get(place).unwrap_or_default());
                if question_zh.is_empty() || question_en.is_empty() {
                    errors.push(SafetyError::QuestionMissing { line });
                }
                let mut numbers = Vec::new();
                for word in phones.split(';').map(str::trim) {
                    match word.parse() {
                        Ok(phone) => numbers.push(phone),
                        Err(UnknownWord(word)) => errors.push(SafetyError::BadPhone { line, word }),
                    }
                }
                let code: ClassCode = match code.parse() {
                    Ok(code) => code,
                    Err(error) => {
                        errors.push(SafetyError::BadCode { line, error });
                        continue;
                    }
                };
                if catalogue.get(code).is_none() {
                    errors.push(SafetyError::UnknownClass { line, code });
                }
                let question =
                    SafetyQuestion { class: code, question_zh: question_zh.to_owned(), question_en: question_en.to_owned(), phones: numbers };
                if by_class.insert(code, question).is_some() {
                    errors.push(SafetyError::Duplicate { line, code });
                }
            }
            if errors.is_empty() { Ok(Self { by_class }) } else { Err(errors) }
        }
    }
}
