//! Working time, on the shipped calendar and in Shenzhen unless said otherwise.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(feature = "native")]

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Asia::Shanghai;
use domain::calendar::{Calendar, CalendarError, HolidayProblem, OfficeHours, OfficeHoursError, Promise, due};
use proptest::prelude::*;
use std::sync::LazyLock;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(Calendar::shipped);

fn at(text: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    Shanghai.from_local_datetime(&local).unwrap().with_timezone(&Utc)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn due_at(start: &str, promise: Promise) -> String {
    let end = due(at(start), promise, &CALENDAR, &Shanghai).unwrap();
    end.with_timezone(&Shanghai).format("%Y-%m-%d %H:%M").to_string()
}

#[test]
fn the_shipped_years() {
    assert_eq!(CALENDAR.years().collect::<Vec<_>>(), [2022, 2023, 2024, 2025, 2026]);
    // A Saturday worked for National Day, a Thursday off in it, a plain Monday and Sunday.
    for (text, worked) in [("2026-10-10", true), ("2026-10-01", false), ("2026-11-23", true), ("2026-11-22", false)] {
        assert_eq!(CALENDAR.is_workday(day(text)), Ok(worked), "{text}");
    }
    assert_eq!(CALENDAR.is_workday(day("2027-01-04")), Err(CalendarError::YearNotLoaded(2027)));
    assert_eq!(CALENDAR.is_workday(NaiveDate::MAX), Err(CalendarError::YearNotLoaded(262_142)));
}

#[test]
fn working_hours_pause_for_lunch_night_and_holiday() {
    use Promise::WorkingHours;
    assert_eq!(due_at("2026-11-23 09:00", WorkingHours(3)), "2026-11-23 12:00");
    assert_eq!(due_at("2026-11-23 09:00", WorkingHours(4)), "2026-11-23 15:00");
    assert_eq!(due_at("2026-11-23 12:30", WorkingHours(1)), "2026-11-23 15:00");
    assert_eq!(due_at("2026-11-23 17:30", WorkingHours(4)), "2026-11-24 14:30");
    assert_eq!(due_at("2026-11-20 19:00", WorkingHours(7)), "2026-11-23 18:00");
    assert_eq!(due_at("2026-09-30 17:00", WorkingHours(2)), "2026-10-08 10:00");
    assert_eq!(due_at("2026-11-23 03:00", WorkingHours(0)), "2026-11-23 09:00");
}

#[test]
fn working_days_leave_out_the_first_and_end_at_closing() {
    use Promise::WorkingDays;
    assert_eq!(due_at("2026-11-23 09:00", WorkingDays(1)), "2026-11-24 18:00");
    assert_eq!(due_at("2026-11-20 23:00", WorkingDays(1)), "2026-11-23 18:00");
    assert_eq!(due_at("2026-11-21 10:00", WorkingDays(1)), "2026-11-23 18:00");
    assert_eq!(due_at("2026-09-30 10:00", WorkingDays(3)), "2026-10-10 18:00");
    assert_eq!(due_at("2026-11-23 09:00", WorkingDays(0)), "2026-11-23 18:00");
    assert_eq!(due_at("2026-11-23 18:01", WorkingDays(0)), "2026-11-24 18:00");
}

#[test]
fn emergencies_count_day_and_night_in_any_year() {
    assert_eq!(due_at("2026-10-01 23:50", Promise::Minutes(30)), "2026-10-02 00:20");
    assert_eq!(due_at("2031-10-01 23:50", Promise::Hours(2)), "2031-10-02 01:50");
}

#[test]
fn an_unloaded_year_is_refused_not_guessed() {
    let ask = |start: &str, promise| due(at(start), promise, &CALENDAR, &Shanghai);
    assert_eq!(ask("2026-12-31 17:00", Promise::WorkingHours(2)), Err(CalendarError::YearNotLoaded(2027)));
    assert_eq!(ask("2026-12-31 17:00", Promise::WorkingDays(1)), Err(CalendarError::YearNotLoaded(2027)));
    assert!(ask("2026-12-31 17:00", Promise::WorkingHours(1)).is_ok());
    assert_eq!(ask("2026-12-30 17:00", Promise::WorkingDays(u32::MAX)), Err(CalendarError::YearNotLoaded(2027)));
    let end = due(DateTime::<Utc>::MAX_UTC, Promise::Hours(u32::MAX), &CALENDAR, &Shanghai);
    assert_eq!(end, Err(CalendarError::OutOfRange));
    let end = due(DateTime::<Utc>::MAX_UTC, Promise::WorkingHours(1), &CALENDAR, &Shanghai);
    assert_eq!(end, Err(CalendarError::OutOfRange));
    let far = CALENDAR.working_time_between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, &Shanghai);
    assert!(far.is_err());
}

#[test]
fn time_left_and_overdue() {
    let left = |now: &str, due: &str| CALENDAR.working_time_between(at(now), at(due), &Shanghai).unwrap().num_minutes();
    assert_eq!(left("2026-11-23 11:30", "2026-11-24 10:00"), 30 + 240 + 60);
    assert_eq!(left("2026-11-24 10:00", "2026-11-23 11:30"), -330);
    assert_eq!(left("2026-11-21 10:00", "2026-11-22 10:00"), 0);
    assert_eq!(CALENDAR.working_days_between(day("2026-09-30"), day("2026-10-10")), Ok(3));
    assert_eq!(CALENDAR.working_days_between(day("2026-10-10"), day("2026-09-30")), Ok(-3));
}

#[test]
fn every_fault_is_named_with_its_line() {
    let table = "date,kind,name\n2026-01-01,holiday,元旦\n2026-02-30,holiday,x\n2026-01-05,workday,元旦\n\
        2026-01-01,holiday,元旦\n2026-01-02,feast,元旦\n2026-01-03,holiday,\n2026-01-04\n";
    let error = Calendar::from_csv(table).unwrap_err();
    let lines: Vec<u64> = error.problems.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8]);
    assert!(matches!(error.problems[1].problem, HolidayProblem::NotAWeekend(_)));
    assert_eq!(Calendar::from_csv("date,kind,name\n").unwrap_err().problems[0].problem, HolidayProblem::Empty);
    assert!(Calendar::from_csv("day,what,name\n2026-01-01,holiday,元旦\n").is_err(), "columns have names");
    // One stray day does not load a year.
    let stray = Calendar::from_csv("date,kind,name\n2027-01-01,holiday,元旦\n").unwrap();
    assert_eq!(stray.years().count(), 0);
}

#[test]
fn office_hours_are_checked() {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    assert_eq!(OfficeHours::new(vec![]), Err(OfficeHoursError::Empty));
    assert!(OfficeHours::new(vec![(time(9), time(9))]).is_err());
    assert!(OfficeHours::new(vec![(time(9), time(12)), (time(11), time(18))]).is_err());
    assert!(OfficeHours::new(vec![(time(8), time(12)), (time(12), time(18))]).is_ok());
    assert_eq!(OfficeHours::default().length(), TimeDelta::hours(7));
    assert!(serde_json::from_str::<OfficeHours>("[]").is_err());
}

#[test]
fn clocks_that_are_put_forward_over_an_opening() {
    let zone = chrono_tz::Europe::Berlin;
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
    let nights = OfficeHours::new(vec![(time(2, 15), time(2, 45))]).unwrap();
    // 29 March 2026 is made a working Sunday, on which 02:15 to 02:45 do not exist.
    let table = "date,kind,name\n2026-01-01,holiday,a\n2026-10-01,holiday,b\n2026-03-29,workday,c\n";
    let calendar = Calendar::from_csv(table).unwrap().with_office_hours(nights);
    let start = Utc.with_ymd_and_hms(2026, 3, 28, 12, 0, 0).unwrap();
    let end = due(start, Promise::WorkingDays(1), &calendar, &zone).unwrap();
    assert_eq!(end, Utc.with_ymd_and_hms(2026, 3, 29, 1, 0, 0).unwrap());
}

/// Instants of 2022 to mid 2026, so that promises stay within the loaded years.
fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    let (from, to) = (at("2022-01-01 00:00").timestamp(), at("2026-06-30 00:00").timestamp());
    (from..to).prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap())
}

fn promise(kind: u8, length: u32) -> Promise {
    match kind {
        0 => Promise::WorkingHours(length),
        1 => Promise::WorkingDays(length),
        2 => Promise::Hours(length),
        _ => Promise::Minutes(length),
    }
}

fn end(start: DateTime<Utc>, promise: Promise) -> DateTime<Utc> {
    due(start, promise, &CALENDAR, &Shanghai).unwrap()
}

proptest! {
    #[test]
    fn later_or_longer_is_never_due_sooner(
        a in instant(), b in instant(), kind in 0u8..4, short in 0u32..80, more in 0u32..20,
    ) {
        let (first, second) = (a.min(b), a.max(b));
        prop_assert!(end(first, promise(kind, short)) <= end(second, promise(kind, short)));
        prop_assert!(end(first, promise(kind, short)) <= end(first, promise(kind, short + more)));
        prop_assert!(end(first, promise(kind, short)) >= first);
    }

    #[test]
    fn working_promises_end_in_office_hours(start in instant(), kind in 0u8..2, length in 0u32..80) {
        let end = end(start, promise(kind, length)).with_timezone(&Shanghai);
        prop_assert_eq!(CALENDAR.is_workday(end.date_naive()), Ok(true));
        prop_assert!(CALENDAR.office_hours().contains(end.time()), "{}", end);
    }

    #[test]
    fn two_promises_in_a_row_are_one_of_their_sum(
        start in instant(), kind in 0u8..4, a in 1u32..40, b in 0u32..40,
    ) {
        let whole = end(start, promise(kind, a + b));
        prop_assert_eq!(end(end(start, promise(kind, a)), promise(kind, b)), whole);
    }

    #[test]
    fn the_time_left_is_the_time_promised(start in instant(), hours in 0u32..80) {
        let end = end(start, Promise::WorkingHours(hours));
        let left = CALENDAR.working_time_between(start, end, &Shanghai).unwrap();
        prop_assert_eq!(left, TimeDelta::hours(hours.into()));
    }

    #[test]
    fn working_time_adds_up(a in instant(), b in instant(), c in instant()) {
        let between = |from, to| CALENDAR.working_time_between(from, to, &Shanghai).unwrap();
        prop_assert_eq!(between(a, b) + between(b, c), between(a, c));
    }

    #[test]
    fn days_promised_are_days_counted(start in instant(), days in 1u32..60) {
        let end = end(start, Promise::WorkingDays(days)).with_timezone(&Shanghai).date_naive();
        let from = start.with_timezone(&Shanghai).date_naive();
        prop_assert_eq!(CALENDAR.working_days_between(from, end), Ok(i64::from(days)));
    }

    #[test]
    fn any_table_gets_an_answer(text in "(date,kind,name\n)?(2026-0[0-3]-[0-9]{2},(holiday|workday|x),[a-z]?\n|\\PC{0,20}\n){0,6}") {
        let _ = Calendar::from_csv(&text);
    }
}
