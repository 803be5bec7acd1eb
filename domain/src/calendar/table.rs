//! The holiday table, read with every fault named.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};

use super::{Calendar, DayKind, HolidayProblem, OfficeHours, SpecialDay};
use crate::table::{Faults, TableError, lines};

#[derive(serde::Deserialize)]
struct Line {
    date: String,
    kind: String,
    name: String,
}

impl Calendar {
    /// The shipped calendar: the State Council's notices from 2022 on, with the
    /// default office hours.
    pub fn shipped() -> Self {
        Self::from_csv(include_str!("../../../data/holidays.csv")).unwrap_or_default()
    }

    /// Reads a table `date,kind,name`, kind `holiday` or `workday`; lines beginning
    /// with `#` are comments. Office hours are the default ones.
    ///
    /// # Errors
    /// Every fault of the table, each with its line.
    pub fn from_csv(text: &str) -> Result<Self, TableError<HolidayProblem>> {
        let mut faults = Faults::none();
        let mut days = BTreeMap::new();
        let rows = lines::<Line, _>(text, &["date", "kind", "name"], HolidayProblem::Unreadable, &mut faults);
        if rows.is_empty() {
            faults.at(1, HolidayProblem::Empty);
        }
        for (line, Line { date, kind, name }) in rows {
            if name.is_empty() {
                faults.at(line, HolidayProblem::Unnamed);
            }
            let kind = match kind.as_str() {
                "holiday" => Some(DayKind::Holiday),
                "workday" => Some(DayKind::Workday),
                _ => {
                    faults.at(line, HolidayProblem::Kind(kind));
                    None
                }
            };
            let Ok(day) = NaiveDate::parse_from_str(&date, "%Y-%m-%d") else {
                faults.at(line, HolidayProblem::Date(date));
                continue;
            };
            let Some(kind) = kind else { continue };
            if kind == DayKind::Workday && !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
                faults.at(line, HolidayProblem::NotAWeekend(day));
            }
            if days.insert(day, SpecialDay { kind, name }).is_some() {
                faults.at(line, HolidayProblem::Twice(day));
            }
        }
        faults.or(Self::new(days, OfficeHours::default()))
    }
}
