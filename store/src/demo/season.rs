//! What is reported how often, at which time of the year and of the day.

use chrono::{DateTime, Datelike, Timelike, Weekday};

/// When a class comes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Season {
    /// All the year, by day and evening.
    Even,
    /// In the rains, June to September.
    Rain,
    /// In the heat.
    Summer,
    /// After dark.
    Night,
}

/// How often each hour of the day, from midnight: a morning peak, and a higher one after work.
const HOURS: [f64; 24] = [1.2, 0.7, 0.4, 0.3, 0.3, 0.6, 1.6, 3.6, 5.4, 6.2, 6.0, 5.2, 4.2, 3.8, 4.6, 5.0, 5.2, 5.8, 6.8, 8.6, 9.2, 8.0, 5.4, 2.6];

/// Class, how often, and when; a class that is not listed comes up like one of weight 1.
const CLASSES: [(&str, f64, Season); 44] = [
    ("040102", 9.0, Season::Summer),
    ("040401", 8.0, Season::Rain),
    ("040104", 7.0, Season::Rain),
    ("040503", 6.5, Season::Even),
    ("040402", 6.0, Season::Night),
    ("0311", 6.0, Season::Night),
    ("040406", 5.0, Season::Even),
    ("040403", 5.0, Season::Rain),
    ("0502", 4.5, Season::Even),
    ("0501", 4.0, Season::Even),
    ("040501", 4.0, Season::Night),
    ("040504", 3.5, Season::Even),
    ("0313", 3.5, Season::Even),
    ("040301", 3.2, Season::Night),
    ("040505", 3.0, Season::Even),
    ("0308", 3.0, Season::Summer),
    ("0312", 2.8, Season::Even),
    ("040103", 2.8, Season::Even),
    ("040107", 2.6, Season::Summer),
    ("040502", 2.4, Season::Night),
    ("0307", 2.4, Season::Even),
    ("0306", 2.2, Season::Even),
    ("040409", 2.2, Season::Rain),
    ("040109", 2.0, Season::Summer),
    ("040408", 2.0, Season::Rain),
    ("040506", 2.0, Season::Even),
    ("040404", 1.8, Season::Even),
    ("040105", 1.8, Season::Even),
    ("040108", 1.6, Season::Even),
    ("040410", 1.6, Season::Even),
    ("040405", 1.5, Season::Rain),
    ("040101", 1.4, Season::Even),
    ("040201", 1.4, Season::Even),
    ("0508", 1.4, Season::Summer),
    ("0702", 1.0, Season::Rain),
    ("0703", 0.8, Season::Rain),
    ("0701", 0.3, Season::Even),
    ("0704", 0.2, Season::Rain),
    ("0705", 0.2, Season::Even),
    ("0706", 0.3, Season::Summer),
    ("0707", 0.1, Season::Even),
    ("0607", 0.2, Season::Even),
    ("0203", 0.2, Season::Even),
    ("040407", 0.6, Season::Even),
];

/// How often a class comes up, and when.
pub(super) fn of(class: &str) -> (f64, Season) {
    CLASSES.iter().find(|(code, ..)| *code == class).map_or((1.0, Season::Even), |(_, weight, season)| (*weight, *season))
}

impl Season {
    pub(super) fn in_month(self, month: u32) -> f64 {
        match (self, month) {
            (Self::Rain, 6..=9) => 3.2,
            (Self::Rain, 4 | 5 | 10) => 1.2,
            (Self::Rain, _) => 0.6,
            (Self::Summer, 6..=9) => 1.8,
            (Self::Summer, 12 | 1 | 2) => 0.6,
            _ => 1.0,
        }
    }

    /// How often one that came up at this hour is really reported then.
    pub(super) fn in_hour(self, hour: u32) -> f64 {
        match (self, hour) {
            (Self::Night, 18..=23 | 0..=2) => 1.0,
            (Self::Night, _) => 0.25,
            (_, 0..=5) => 0.7,
            _ => 0.9,
        }
    }
}

/// How much is filed in this hour, all classes together.
pub(super) fn weight(at: &DateTime<chrono_tz::Tz>) -> f64 {
    let month = match at.month() {
        6..=9 => 1.5,
        1 | 2 => 0.75,
        _ => 1.0,
    };
    let day = match at.weekday() {
        Weekday::Mon => 1.12,
        Weekday::Sat => 0.9,
        Weekday::Sun => 0.85,
        _ => 1.0,
    };
    let hour = usize::try_from(at.hour()).unwrap_or(0);
    month * day * HOURS.get(hour).copied().unwrap_or(1.0)
}
