//! Promises, and when they fall due.

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use super::{Calendar, CalendarError, after, local};

/// How long something may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// Hours of office time, counted from the moment itself.
    WorkingHours(u32),
    /// Working days: the day it starts is not counted, the last ends when the
    /// office closes (Civil Code arts. 201 and 203).
    WorkingDays(u32),
    /// Plain hours, day and night.
    Hours(u32),
    /// Plain minutes, day and night.
    Minutes(u32),
}

impl Promise {
    /// Whether it counts working time and so needs a calendar.
    pub fn is_working(self) -> bool {
        matches!(self, Self::WorkingHours(_) | Self::WorkingDays(_))
    }
}

/// When a promise made at `start` falls due, in the calendar's zone.
///
/// Working hours run only while the office is open and may end at its closing;
/// of nothing they are due at once, or when the office next opens. Working days
/// end at closing of the last one; none are due at the end of the same working
/// day, or of the next when that is over.
///
/// # Errors
/// [`CalendarError`] when the years it runs through are not loaded (plain hours
/// and minutes need none), or beyond the range of dates.
pub fn due<Z: TimeZone>(start: DateTime<Utc>, promise: Promise, calendar: &Calendar, zone: &Z) -> Result<DateTime<Utc>, CalendarError> {
    let plain = |length: TimeDelta| start.checked_add_signed(length).ok_or(CalendarError::OutOfRange);
    let end = match promise {
        Promise::Hours(n) => return plain(TimeDelta::hours(n.into())),
        Promise::Minutes(n) => return plain(TimeDelta::minutes(n.into())),
        Promise::WorkingHours(n) => working_hours(local(start, zone)?, n, calendar)?,
        Promise::WorkingDays(n) => working_days(local(start, zone)?, n, calendar)?,
    };
    Ok(instant(end, zone)?.max(start))
}

fn working_hours(start: NaiveDateTime, n: u32, calendar: &Calendar) -> Result<NaiveDateTime, CalendarError> {
    let mut left = TimeDelta::hours(n.into());
    let mut day = start.date();
    loop {
        day = calendar.workday_from(day)?;
        for (opens, closes) in calendar.hours.spans() {
            let begins = day.and_time(*opens).max(start);
            let closes = day.and_time(*closes);
            if begins > closes {
                continue;
            }
            if left <= closes - begins {
                return Ok(begins + left);
            }
            left -= closes - begins;
        }
        day = after(day)?;
    }
}

fn working_days(start: NaiveDateTime, n: u32, calendar: &Calendar) -> Result<NaiveDateTime, CalendarError> {
    let closing = calendar.hours.closing();
    let mut day = start.date();
    if n == 0 {
        if start.time() > closing {
            day = after(day)?;
        }
        day = calendar.workday_from(day)?;
    }
    for _ in 0..n {
        day = calendar.workday_from(after(day)?)?;
    }
    Ok(day.and_time(closing))
}

/// The instant of a local time: the earlier of two where clocks were set back, the
/// first after the gap where they were set forward.
fn instant<Z: TimeZone>(time: NaiveDateTime, zone: &Z) -> Result<DateTime<Utc>, CalendarError> {
    // Gaps are whole quarters of an hour, and the longest on record is a day.
    (0..=96)
        .find_map(|quarters| {
            let time = time.checked_add_signed(TimeDelta::minutes(15 * quarters))?;
            zone.from_local_datetime(&time).earliest()
        })
        .map(|time| time.with_timezone(&Utc))
        .ok_or(CalendarError::OutOfRange)
}
