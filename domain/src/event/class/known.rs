//! What is known already: "repaired on the 3rd", dated and by area, so that nobody need report it again.

use chrono::NaiveDate;

use super::ClassCode;
use crate::area::AreaCode;

/// A notice that stands on the filing form of a class in an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The class and all beneath it.
    pub class: ClassCode,
    /// The area and all within it.
    pub area: AreaCode,
    /// The first day it is shown.
    pub from: NaiveDate,
    /// The last day it is shown.
    pub to: NaiveDate,
    /// The words in Chinese.
    pub words_zh: String,
    /// The words in English.
    pub words_en: String,
}

/// All notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownNotices(Vec<Known>);

impl KnownNotices {
    /// What is known about a class in an area on a day.
    pub fn of(&self, class: ClassCode, area: &AreaCode, day: NaiveDate) -> impl Iterator<Item = &Known> {
        self.0.iter().filter(move |known| class.is_within(known.class) && area.is_within(&known.area) && (known.from..=known.to).contains(&day))
    }
}

#[cfg(feature = "native")]
mod table {
    use chrono::NaiveDate;
    use serde::Deserialize;

    use super::{Known, KnownNotices};
    use crate::area::{AreaCode, Areas};
    use crate::event::class::{Catalogue, NoClass};
    use crate::table::{Faults, TableError, lines};

    /// What is wrong with a line.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    pub enum KnownProblem {
        /// The line is no line of this table.
        #[error("cannot be read: {0}")]
        Unreadable(String),
        /// The class is none of the catalogue.
        #[error(transparent)]
        NoClass(#[from] NoClass),
        /// No area of this district.
        #[error("{0:?} is no area of this district")]
        Area(String),
        /// No day, such as `2026-12-03`.
        #[error("{0:?} is no day")]
        Day(String),
        /// It would end before it begins.
        #[error("the last day {to} is before the first, {from}")]
        Backwards {
            /// The first day.
            from: NaiveDate,
            /// The last day.
            to: NaiveDate,
        },
        /// The words are missing.
        #[error("{0} is empty")]
        Empty(&'static str),
    }

    #[derive(Deserialize)]
    struct Line {
        class: String,
        area: String,
        from: String,
        to: String,
        words_zh: String,
        words_en: String,
    }

    impl KnownNotices {
        /// Reads `class,area,from,to,words_zh,words_en`; days are `2026-12-03`. Lines beginning with `#` are comments; without
        /// other lines nothing is known.
        ///
        /// # Errors
        /// Every fault of the table, each with its line.
        pub fn from_csv(text: &str, areas: &Areas, catalogue: &Catalogue) -> Result<Self, TableError<KnownProblem>> {
            let mut faults = Faults::none();
            let mut found = Vec::new();
            let columns = ["class", "area", "from", "to", "words_zh", "words_en"];
            for (line, row) in lines::<Line, _>(text, &columns, KnownProblem::Unreadable, &mut faults) {
                let class = catalogue.named(&row.class).map_err(KnownProblem::from);
                let area = AreaCode::parse(&row.area).ok().filter(|area| areas.in_district(area)).ok_or(KnownProblem::Area(row.area));
                let day = |text: String| text.parse::<NaiveDate>().map_err(|_| KnownProblem::Day(text));
                let (from, to) = (day(row.from), day(row.to));
                let days = match (from, to) {
                    (Ok(from), Ok(to)) if from > to => Err(vec![KnownProblem::Backwards { from, to }]),
                    (Ok(from), Ok(to)) => Ok((from, to)),
                    (from, to) => Err(from.err().into_iter().chain(to.err()).collect()),
                };
                for (column, words) in [("words_zh", &row.words_zh), ("words_en", &row.words_en)] {
                    if words.is_empty() {
                        faults.at(line, KnownProblem::Empty(column));
                    }
                }
                match (class, area, days) {
                    (Ok(class), Ok(area), Ok((from, to))) => {
                        found.push(Known { class, area, from, to, words_zh: row.words_zh, words_en: row.words_en });
                    }
                    (class, area, days) => {
                        let wrong = class.err().into_iter().chain(area.err()).chain(days.err().unwrap_or_default());
                        wrong.for_each(|problem| faults.at(line, problem));
                    }
                }
            }
            faults.or(Self(found))
        }
    }
}

#[cfg(feature = "native")]
pub use table::KnownProblem;

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::area::Areas;
    use crate::event::class::Catalogue;
    use crate::table::TableError;

    fn read(lines: &str) -> Result<KnownNotices, TableError<KnownProblem>> {
        KnownNotices::from_csv(&format!("class,area,from,to,words_zh,words_en\n{lines}"), &Areas::shipped(), &Catalogue::shipped())
    }

    #[test]
    fn a_notice_holds_for_its_class_area_and_days() {
        let notices = read("0404,440309002,2026-12-01,2026-12-03,三号修好,Repaired on the 3rd\n").expect("a table");
        let of = |class: &str, area: &str, day: &str| {
            notices.of(class.parse().expect("a class"), &area.parse().expect("an area"), day.parse().expect("a day")).count()
        };
        assert_eq!(of("040402", "440309002001", "2026-12-03"), 1);
        assert_eq!(of("040402", "440309002001", "2026-12-04"), 0);
        assert_eq!(of("040402", "440309001001", "2026-12-03"), 0);
        assert_eq!(of("0312", "440309002001", "2026-12-03"), 0);
    }

    #[test]
    fn every_fault_is_named_with_its_line() {
        let wrong = read(
            "x,440309,2026-12-01,soon,字,words\n9999,440309,2026-12-01,2026-12-01,字,words\n\
             0404,440305,2026-12-01,2026-12-01,,words\n0404,440309,2026-12-02,2026-12-01,字,words\n0404,440309\n",
        )
        .expect_err("refused");
        let said = wrong.to_string();
        for (line, what) in said.lines().zip([
            "line 2: class code \"x\" is not",
            "line 2: \"soon\" is no day",
            "line 3: the catalogue has no class 9999",
            "line 4: words_zh is empty",
            "line 4: \"440305\" is no area of this district",
            "line 5: the last day 2026-12-01 is before the first, 2026-12-02",
            "line 6: cannot be read",
        ]) {
            assert!(line.starts_with(what), "{line} / {what}");
        }
        assert_eq!(said.lines().count(), 7, "{said}");
        let swapped = "area,class,from,to,words_zh,words_en\n440309002,0404,2026-12-01,2026-12-03,三号修好,Repaired\n";
        assert!(KnownNotices::from_csv(swapped, &Areas::shipped(), &Catalogue::shipped()).is_ok(), "columns have names");
    }

    #[test]
    fn the_shipped_table_is_sound() {
        let shipped = include_str!("../../../../data/known.csv");
        assert!(KnownNotices::from_csv(shipped, &Areas::shipped(), &Catalogue::shipped()).is_ok());
    }
}
