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
    use super::{Known, KnownNotices};

    /// A line that can't be read.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    #[error("line {line}: {field} {value:?} can't be read; the columns are class,area,from,to,words_zh,words_en")]
    pub struct KnownError {
        /// Counted from 1, the header included.
        pub line: u64,
        /// Which column.
        pub field: &'static str,
        /// What stands there.
        pub value: String,
    }

    impl KnownNotices {
        /// Reads `class,area,from,to,words_zh,words_en`; days are `2026-12-03`.
        ///
        /// # Errors
        /// Every line that can't be read.
        pub fn from_csv(text: &str) -> Result<Self, Vec<KnownError>> {
            let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
            let (mut found, mut wrong) = (Vec::new(), Vec::new());
            for (index, record) in reader.records().enumerate() {
                let line = record.as_ref().ok().and_then(|record| record.position()).map_or(index as u64 + 2, csv::Position::line);
                let record = record.unwrap_or_default();
                let text = |column: usize| record.get(column).unwrap_or_default().to_owned();
                let mut bad = |field, column| wrong.push(KnownError { line, field, value: text(column) });
                let class = text(0).parse().map_err(|_| bad("class", 0)).ok();
                let area = text(1).parse().map_err(|_| bad("area", 1)).ok();
                let from = text(2).parse().map_err(|_| bad("from", 2)).ok();
                let to = text(3).parse().map_err(|_| bad("to", 3)).ok();
                if text(4).is_empty() {
                    bad("words_zh", 4);
                }
                if text(5).is_empty() {
                    bad("words_en", 5);
                }
                if let (Some(class), Some(area), Some(from), Some(to)) = (class, area, from, to) {
                    found.push(Known { class, area, from, to, words_zh: text(4), words_en: text(5) });
                }
            }
            if wrong.is_empty() { Ok(Self(found)) } else { Err(wrong) }
        }
    }
}

#[cfg(feature = "native")]
pub use table::KnownError;

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn a_notice_holds_for_its_class_area_and_days() {
        let notices =
            KnownNotices::from_csv("class,area,from,to,words_zh,words_en\n0404,440309002,2026-12-01,2026-12-03,三号修好,Repaired on the 3rd\n")
                .expect("a table");
        let of = |class: &str, area: &str, day: &str| {
            notices.of(class.parse().expect("a class"), &area.parse().expect("an area"), day.parse().expect("a day")).count()
        };
        assert_eq!(of("040402", "440309002001", "2026-12-03"), 1);
        assert_eq!(of("040402", "440309002001", "2026-12-04"), 0);
        assert_eq!(of("040402", "440309001001", "2026-12-03"), 0);
        assert_eq!(of("0312", "440309002001", "2026-12-03"), 0);
    }

    #[test]
    fn every_wrong_line_is_named() {
        let wrong = KnownNotices::from_csv("class,area,from,to,words_zh,words_en\nx,440309,2026-12-01,soon,字,words\n").expect_err("refused");
        assert_eq!(wrong.iter().map(|wrong| (wrong.line, wrong.field)).collect::<Vec<_>>(), [(2, "class"), (2, "to")]);
    }
}
