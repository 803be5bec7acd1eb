use crate::calendar::Promise;
use crate::event::class::ClassCode;
use crate::request::Urgency;

/// Until when a request of a class is answered and settled, as the district publishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promises {
    rows: Vec<Row>,
    /// Where somebody may be in danger.
    danger: Option<(Promise, Promise)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    class: Option<ClassCode>,
    answer: Promise,
    settle: Promise,
}

impl Promises {
    /// The promises to answer and to settle for a class: the deepest line that covers it.
    #[must_use]
    pub fn of(&self, class: Option<ClassCode>) -> (Promise, Promise) {
        self.rows
            .iter()
            .filter(|row| match (&row.class, class) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(of), Some(class)) => class.is_within(*of),
            })
            .max_by_key(|row| row.class.as_ref().map_or(0, |class| class.as_str().len()))
            .map_or((Promise::WorkingDays(1), Promise::WorkingDays(5)), |row| (row.answer, row.settle))
    }
}

impl Promises {
    /// All promises that hold for a request: that of its class, and that of danger. The sooner of them counts.
    pub fn holding(&self, class: Option<ClassCode>, urgency: Urgency) -> impl Iterator<Item = (Promise, Promise)> + use<> {
        std::iter::once(self.of(class)).chain(self.danger.filter(|_| urgency.is_danger()))
    }
}

#[cfg(feature = "native")]
pub use table::PromiseProblem;

#[cfg(feature = "native")]
mod table {
    use std::collections::BTreeSet;

    use serde::Deserialize;

    use super::{Promises, Row};
    use crate::calendar::Promise;
    use crate::event::class::{Catalogue, NoClass};
    use crate::table::{Faults, TableError, lines};

    /// What is wrong with a line of the table of promises.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    pub enum PromiseProblem {
        /// It is no line of this table.
        #[error("cannot be read: {0}")]
        Unreadable(String),
        /// The class is none of the catalogue.
        #[error(transparent)]
        NoClass(#[from] NoClass),
        /// No length of time.
        #[error("{0:?} is not a length such as 30m, 4h, 4wh or 5wd")]
        Length(String),
        /// A class, danger or everything else has two lines.
        #[error("{0:?} is there twice")]
        Twice(String),
        /// The line without a class, which covers all that no other covers, is missing.
        #[error("the line without a class, which covers everything else, is missing")]
        NoDefault,
    }

    #[derive(Deserialize)]
    struct Line {
        class: String,
        answer: String,
        settle: String,
    }

    impl Promises {
        /// The table shipped with the program.
        #[must_use]
        pub fn shipped() -> Self {
            // The file is part of the program; a test reads it in every build.
            Self::from_csv(include_str!("../../../data/promises.csv"), &Catalogue::shipped()).expect("the shipped promises are sound")
        }

        /// Reads `class,answer,settle`; lengths are `30m` `4h` (plain) and `4wh` `5wd` (working time). The line without a
        /// class covers every class that no other line covers; the line `danger` holds besides where somebody may be in
        /// danger.
        ///
        /// # Errors
        /// Every fault of the table, each with its line.
        pub fn from_csv(text: &str, catalogue: &Catalogue) -> Result<Self, TableError<PromiseProblem>> {
            let (promises, faults) = Self::read(text, catalogue);
            faults.or(promises)
        }

        /// As [`Promises::from_csv`], but lines that do not fit are left out: how many is told beside the promises.
        #[must_use]
        pub fn fitting(text: &str, catalogue: &Catalogue) -> (Self, usize) {
            let (promises, faults) = Self::read(text, catalogue);
            (promises, faults.or(()).map_or_else(|error| error.problems.len(), |()| 0))
        }

        fn read(text: &str, catalogue: &Catalogue) -> (Self, Faults<PromiseProblem>) {
            let mut faults = Faults::none();
            let mut rows = Vec::new();
            let mut danger = None;
            let mut seen = BTreeSet::new();
            for (at, line) in lines::<Line, _>(text, &["class", "answer", "settle"], PromiseProblem::Unreadable, &mut faults) {
                if !seen.insert(line.class.clone()) {
                    faults.at(at, PromiseProblem::Twice(line.class));
                    continue;
                }
                let dangerous = line.class == "danger";
                let class = Some(line.class).filter(|word| !word.is_empty() && !dangerous).map(|word| catalogue.named(&word)).transpose();
                let (answer, settle) = (length(&line.answer), length(&line.settle));
                match (class, answer, settle) {
                    (_, Ok(answer), Ok(settle)) if dangerous => danger = Some((answer, settle)),
                    (Ok(class), Ok(answer), Ok(settle)) => rows.push(Row { class, answer, settle }),
                    (class, answer, settle) => {
                        let class = class.err().map(PromiseProblem::from);
                        class.into_iter().chain(answer.err()).chain(settle.err()).for_each(|problem| faults.at(at, problem));
                    }
                }
            }
            if rows.iter().all(|row| row.class.is_some()) {
                faults.at(1, PromiseProblem::NoDefault);
            }
            (Self { rows, danger }, faults)
        }
    }

    fn length(text: &str) -> Result<Promise, PromiseProblem> {
        let wrong = || PromiseProblem::Length(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = text.split_at(digits);
        let count = count.parse().ok().filter(|count| *count > 0).ok_or_else(wrong)?;
        match unit {
            "m" => Ok(Promise::Minutes(count)),
            "h" => Ok(Promise::Hours(count)),
            "wh" => Ok(Promise::WorkingHours(count)),
            "wd" => Ok(Promise::WorkingDays(count)),
            _ => Err(wrong()),
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::event::class::Catalogue;

    #[test]
    fn the_deepest_line_covers() {
        let promises = Promises::shipped();
        let class = |code: &str| code.parse::<ClassCode>().ok();
        assert_eq!(promises.of(class("040401")), (Promise::Minutes(30), Promise::Hours(4)));
        assert_eq!(promises.of(class("040402")), (Promise::Hours(2), Promise::WorkingDays(1)));
        assert_eq!(promises.of(None), (Promise::WorkingDays(1), Promise::WorkingDays(5)));
        assert_eq!(promises.holding(None, Urgency::Usual).collect::<Vec<_>>(), [promises.of(None)]);
        assert_eq!(promises.holding(None, Urgency::Danger).collect::<Vec<_>>(), [promises.of(None), (Promise::Minutes(30), Promise::Hours(4))]);
    }

    #[test]
    fn every_fault_is_named_with_its_line() {
        let said = |table: &str| Promises::from_csv(table, &Catalogue::shipped()).map_err(|error| error.to_string());
        let wrong = said("class,answer,settle\n,1wd,5wd\n04,1wd,soon\n99,0h,2wd\nx,1wd,2wd\n04,1wd\n").expect_err("refused");
        for (line, what) in wrong.lines().zip([
            "line 3: \"soon\" is not a length",
            "line 4: the catalogue has no class 99",
            "line 4: \"0h\" is not a length",
            "line 5: class code \"x\" is not",
            "line 6: cannot be read: ",
        ]) {
            assert!(line.starts_with(what), "{line} / {what}");
        }
        assert_eq!(wrong.lines().count(), 5, "{wrong}");
        for empty in ["class,answer,settle\n", "class,answer,settle\n04,1wd,2wd\n"] {
            assert_eq!(said(empty), Err("line 1: the line without a class, which covers everything else, is missing".into()));
        }
        for twice in ["", "danger", "04"] {
            let wrong = said(&format!("class,answer,settle\n,1wd,5wd\n{twice},1h,2h\n{twice},1h,3h\n")).expect_err("refused");
            assert!(wrong.ends_with(&format!("line 4: {twice:?} is there twice")), "{wrong}");
        }
        let (fitting, left_out) = Promises::fitting("class,answer,settle\n,1wd,9wd\n99,1h,2h\n", &Catalogue::shipped());
        assert_eq!((fitting.of(None).1, left_out), (Promise::WorkingDays(9), 1));
    }
}
