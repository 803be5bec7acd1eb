//! Whom to call besides filing: help-lines of classes, such as for wages, women or legal aid.

use std::collections::BTreeMap;

use super::ClassCode;

/// One help-line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpLine {
    /// The number as it is dialled.
    pub number: String,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
}

/// The help-lines of all classes that have some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HelpLines(BTreeMap<ClassCode, Vec<HelpLine>>);

impl HelpLines {
    /// The lines for a class: its own, or those of the nearest class above that has some.
    pub fn for_class(&self, code: ClassCode) -> &[HelpLine] {
        std::iter::once(code).chain(code.ancestors()).find_map(|code| self.0.get(&code)).map_or(&[], Vec::as_slice)
    }
}

#[cfg(feature = "native")]
pub use table::HelpLineProblem;

#[cfg(feature = "native")]
mod table {
    use serde::Deserialize;

    use super::{BTreeMap, HelpLine, HelpLines};
    use crate::event::class::{Catalogue, ClassCode, NoClass};
    use crate::table::{Faults, TableError, lines};

    #[derive(Deserialize)]
    struct Line {
        class: String,
        number: String,
        name_zh: String,
        name_en: String,
    }

    /// What is wrong with a line of the table of help-lines.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    pub enum HelpLineProblem {
        /// It is no line of this table.
        #[error("cannot be read: {0}")]
        Unreadable(String),
        /// The class is none of the catalogue.
        #[error(transparent)]
        NoClass(#[from] NoClass),
        /// The number can't be dialled.
        #[error("number {0:?} is not 3 to 20 digits, perhaps with hyphens between them")]
        BadNumber(String),
        /// A name is empty.
        #[error("the name is missing in one language")]
        NameMissing,
        /// A class has a number twice.
        #[error("class {0} has this number already")]
        Duplicate(ClassCode),
    }

    impl HelpLines {
        /// The lines that come with the program.
        pub fn shipped() -> Self {
            // The file is part of the program; a test reads it in every build.
            Self::from_csv(include_str!("../../../../data/class-helplines.csv"), &Catalogue::shipped()).expect("the shipped help-lines are sound")
        }

        /// Reads `class,number,name_zh,name_en`; a class has as many lines as it has help-lines, the likeliest first. A table
        /// without lines says that there are none here.
        ///
        /// # Errors
        /// Every fault found, with its line.
        pub fn from_csv(text: &str, catalogue: &Catalogue) -> Result<Self, TableError<HelpLineProblem>> {
            let mut faults = Faults::none();
            let mut found: BTreeMap<ClassCode, Vec<HelpLine>> = BTreeMap::new();
            for (at, row) in lines::<Line, _>(text, &["class", "number", "name_zh", "name_en"], HelpLineProblem::Unreadable, &mut faults) {
                let Line { class, number, name_zh, name_en } = row;
                if name_zh.is_empty() || name_en.is_empty() {
                    faults.at(at, HelpLineProblem::NameMissing);
                }
                if !dialled(&number) {
                    faults.at(at, HelpLineProblem::BadNumber(number.clone()));
                }
                match catalogue.named(&class) {
                    Err(error) => faults.at(at, error.into()),
                    Ok(code) => {
                        let of_class = found.entry(code).or_default();
                        if of_class.iter().any(|line| line.number == number) {
                            faults.at(at, HelpLineProblem::Duplicate(code));
                        }
                        of_class.push(HelpLine { number, name_zh, name_en });
                    }
                }
            }
            faults.or(Self(found))
        }
    }

    fn dialled(number: &str) -> bool {
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        (3..=20).contains(&digits) && number.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::class::Catalogue;

    fn numbers<'a>(lines: &'a HelpLines, class: &str) -> Vec<&'a str> {
        lines.for_class(class.parse().expect("a code")).iter().map(|line| line.number.as_str()).collect()
    }

    #[test]
    fn the_nearest_class_with_lines_gives_them() {
        let lines = HelpLines::shipped();
        assert_eq!(numbers(&lines, "0603"), ["12338", "12356", "12348"]);
        assert_eq!(numbers(&lines, "0601"), ["12348"], "those of 06");
        assert_eq!(numbers(&lines, "0201"), ["12333", "12348"]);
        assert_eq!(numbers(&lines, "0205"), ["12345"]);
        assert_eq!(numbers(&lines, "040401"), [""; 0]);
    }

    #[test]
    fn every_fault_is_reported_with_its_line() {
        let table = "class,number,name_zh,name_en\n0603,12338,妇女,Women\n0603,12338,又,Again\n99,12-,无,\nx,1,无,No\n0603,12345\n";
        let error = HelpLines::from_csv(table, &Catalogue::shipped()).expect_err("refused");
        let said = error.to_string();
        for (line, what) in said.lines().zip([
            "line 3: class 0603 has this number already",
            "line 4: the name is missing in one language",
            "line 4: number \"12-\" is not",
            "line 4: the catalogue has no class 99",
            "line 5: number \"1\" is not",
            "line 5: class code \"x\" is not",
            "line 6: cannot be read: ",
        ]) {
            assert!(line.starts_with(what), "{line} / {what}");
        }
        assert_eq!(said.lines().count(), 7);
        assert!(HelpLines::from_csv("a,b\n", &Catalogue::shipped()).is_err());
    }

    proptest! {
        #[test]
        fn any_table_is_read_or_refused(rows in "([0-9]{0,6},[-0-9]{0,8},[^\n]{0,20}\n){0,4}") {
            let _ = HelpLines::from_csv(&format!("class,number,name_zh,name_en\n{rows}"), &Catalogue::shipped());
        }
    }
}
