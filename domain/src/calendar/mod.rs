//! Working time: which days and hours count, and when a promise falls due.

mod due;
mod hours;
#[cfg(feature = "native")]
mod table;

pub use due::{Promise, due};
pub use hours::{OfficeHours, OfficeHoursError};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// Why working time could not be counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The year's holiday notice has not been loaded; guessing would promise
    /// deadlines that the notice then breaks.
    #[error("the holidays of {0} are not loaded")]
    YearNotLoaded(i32),
    /// Beyond what dates can hold.
    #[error("the date is out of range")]
    OutOfRange,
}

/// What a listed day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A day off.
    Holiday,
    /// A weekend day worked to make up for a holiday 调休.
    Workday,
}

/// A day that differs from its week, or is listed for its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialDay {
    /// Off or worked.
    pub kind: DayKind,
    /// The holiday's name: 春节.
    pub name: String,
}

/// What can be wrong with a line of a holiday table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HolidayProblem {
    /// The line is no CSV, or lacks a column.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// No date of the form 2026-10-01.
    #[error("{0:?} is no date")]
    Date(String),
    /// Neither `holiday` nor `workday`.
    #[error("{0:?} is neither holiday nor workday")]
    Kind(String),
    /// The name is empty.
    #[error("the name is empty")]
    Unnamed,
    /// The date is on an earlier line already.
    #[error("{0} is there twice")]
    Twice(NaiveDate),
    /// A make-up workday that is a weekday, and so worked anyway.
    #[error("{0} is a weekday already")]
    NotAWeekend(NaiveDate),
    /// The table has no line.
    #[error("the table is empty")]
    Empty,
}

/// Which days are worked, for the years whose holiday notice is loaded, and the
/// office hours of those days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    days: BTreeMap<NaiveDate, SpecialDay>,
    years: BTreeSet<i32>,
    hours: OfficeHours,
    provisional: bool,
}

impl Calendar {
    /// A calendar from its special days. A year counts as loaded when 1 January
    /// and 1 October are listed as days off, which the State Council's regulation
    /// on public holidays fixes for every year: a half-entered year, or one of
    /// which only a make-up day is known, is refused.
    pub fn new(days: BTreeMap<NaiveDate, SpecialDay>, hours: OfficeHours) -> Self {
        let off = |year, month| {
            NaiveDate::from_ymd_opt(year, month, 1).and_then(|day| days.get(&day)).is_some_and(|special| special.kind == DayKind::Holiday)
        };
        let years = days.keys().map(Datelike::year).collect::<BTreeSet<_>>();
        let years = years.into_iter().filter(|&year| off(year, 1) && off(year, 10)).collect();
        Self { days, years, hours, provisional: false }
    }

    /// The same days with other office hours.
    #[must_use]
    pub fn with_office_hours(mut self, hours: OfficeHours) -> Self {
        self.hours = hours;
        self
    }

    /// The hours of a working day.
    pub fn office_hours(&self) -> &OfficeHours {
        &self.hours
    }

    /// The years that can be asked about.
    pub fn years(&self) -> impl Iterator<Item = i32> {
        self.years.iter().copied()
    }

    /// What is listed for a day.
    pub fn special(&self, day: NaiveDate) -> Option<&SpecialDay> {
        self.days.get(&day)
    }

    /// This calendar, taking Monday to Friday as worked in years whose notice is missing: a provisional deadline is
    /// told rather than none. The State Council's notice for a year comes late in the year before.
    #[must_use]
    pub fn provisional(mut self) -> Self {
        self.provisional = true;
        self
    }

    /// Whether a local day is worked.
    ///
    /// # Errors
    /// [`CalendarError::YearNotLoaded`] when the year's notice is missing.
    pub fn is_workday(&self, day: NaiveDate) -> Result<bool, CalendarError> {
        if !self.provisional && !self.years.contains(&day.year()) {
            return Err(CalendarError::YearNotLoaded(day.year()));
        }
        Ok(match self.days.get(&day) {
            Some(special) => special.kind == DayKind::Workday,
            None => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
        })
    }

    /// The first working day on or after `day`.
    fn workday_from(&self, mut day: NaiveDate) -> Result<NaiveDate, CalendarError> {
        while !self.is_workday(day)? {
            day = after(day)?;
        }
        Ok(day)
    }

    /// The office time between two instants; negative when `to` lies before
    /// `from`. With a deadline as `to` it is the working time left, and negative
    /// by how much it is overdue.
    ///
    /// # Errors
    /// [`CalendarError`] when a year in between is not loaded.
    pub fn working_time_between<Z: TimeZone>(&self, from: DateTime<Utc>, to: DateTime<Utc>, zone: &Z) -> Result<TimeDelta, CalendarError> {
        if to < from {
            return Ok(-self.working_time_between(to, from, zone)?);
        }
        let (from, to) = (local(from, zone)?, local(to, zone)?);
        let mut sum = TimeDelta::zero();
        let mut day = from.date();
        loop {
            if self.is_workday(day)? {
                for (opens, closes) in self.hours.spans() {
                    let begins = day.and_time(*opens).max(from);
                    let ends = day.and_time(*closes).min(to);
                    sum += (ends - begins).max(TimeDelta::zero());
                }
            }
            if day >= to.date() {
                return Ok(sum);
            }
            day = after(day)?;
        }
    }

    /// How many working days lie after `from` up to and with `to`; negative when
    /// `to` lies before `from`.
    ///
    /// # Errors
    /// [`CalendarError`] when a year in between is not loaded.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Result<i64, CalendarError> {
        if to < from {
            return Ok(-self.working_days_between(to, from)?);
        }
        let mut count = 0;
        let mut day = from;
        while day < to {
            day = after(day)?;
            count += i64::from(self.is_workday(day)?);
        }
        Ok(count)
    }
}

fn after(day: NaiveDate) -> Result<NaiveDate, CalendarError> {
    day.succ_opt().ok_or(CalendarError::OutOfRange)
}

fn local<Z: TimeZone>(instant: DateTime<Utc>, zone: &Z) -> Result<NaiveDateTime, CalendarError> {
    // Chrono's own conversion panics at the ends of its range.
    let utc = instant.naive_utc();
    utc.checked_add_offset(zone.offset_from_utc_datetime(&utc).fix()).ok_or(CalendarError::OutOfRange)
}
