//! Being told: when a message about a notice leaves the house.

#[cfg(feature = "native")]
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::request::{Change, Relation};

/// How a person wants to be told outside the portal. The inbox always has everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tell {
    /// A message for each notice, outside quiet hours.
    AtOnce,
    /// One message a day with all that is new.
    Daily,
    /// No message.
    Off,
}

impl Tell {
    /// All ways, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::Daily, Self::Off];

    /// The stable word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Daily => "daily",
            Self::Off => "off",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tell| tell.as_str() == word)
    }
}

/// How somebody follows a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follower {
    /// Filed it, for oneself or for somebody at the door.
    Filer,
    /// Met the same.
    MeToo,
    /// Took it on at the desk.
    Handler,
}

/// Whether a follower hears of a change made by somebody else. Whoever met the same hears how it goes on, not what is
/// between the desk and the resident; the desk hears what the resident does.
#[must_use]
pub fn hears(follower: Follower, change: Change, by: Relation) -> bool {
    // One more who met the same is a number on the page; a message for each would drown what matters.
    if matches!(change, Change::Joined | Change::Adopted) {
        return false;
    }
    let by_desk = matches!(by, Relation::Handler | Relation::Supervisor);
    match follower {
        Follower::Filer => change != Change::Classified,
        Follower::MeToo if by_desk => !matches!(change, Change::Classified | Change::Asked),
        Follower::MeToo => matches!(change, Change::Withdrawn | Change::Reopened),
        Follower::Handler => !by_desk,
    }
}

/// Quiet hours: from one hour of the day to another, local time; equal hours mean none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// First quiet hour, 0..=23.
    pub from: u32,
    /// First hour that is not quiet again, 0..=23.
    pub to: u32,
}

impl Default for Quiet {
    fn default() -> Self {
        Self { from: 22, to: 7 }
    }
}

impl Quiet {
    /// Quiet hours, if both are hours of a day.
    #[must_use]
    pub fn new(from: u32, to: u32) -> Option<Self> {
        (from < 24 && to < 24).then_some(Self { from, to })
    }

    /// Whether an hour of the day is quiet.
    #[must_use]
    pub fn holds(self, hour: u32) -> bool {
        if self.from <= self.to { (self.from..self.to).contains(&hour) } else { hour >= self.from || hour < self.to }
    }
}

/// The hour of the day at which daily messages leave, local time.
pub const DAILY_HOUR: u32 = 18;

/// When a message leaves, or nothing if the person wants none.
#[cfg(feature = "native")]
#[must_use]
pub fn leaves_at(now: DateTime<Utc>, tell: Tell, quiet: Quiet, zone: chrono_tz::Tz) -> Option<DateTime<Utc>> {
    use chrono::{TimeZone, Timelike};
    let local = now.with_timezone(&zone);
    let next = |hour: u32| {
        let at = NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        let today = local.date_naive().and_time(at);
        let day = if local.naive_local() < today { today } else { today + TimeDelta::days(1) };
        zone.from_local_datetime(&day).earliest().map_or(now, |at| at.with_timezone(&Utc))
    };
    match tell {
        Tell::Off => None,
        Tell::Daily => Some(next(DAILY_HOUR)),
        Tell::AtOnce if quiet.holds(local.hour()) => Some(next(quiet.to)),
        Tell::AtOnce => Some(now),
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use chrono::Timelike;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_message_leaves_in_quiet_hours(at in 1_700_000_000i64..1_900_000_000, from in 0u32..24, to in 0u32..24) {
            let zone = chrono_tz::Asia::Shanghai;
            let now = DateTime::from_timestamp(at, 0).expect("in range");
            let quiet = Quiet::new(from, to).expect("hours");
            let leaves = leaves_at(now, Tell::AtOnce, quiet, zone).expect("told at once");
            prop_assert!(leaves >= now && leaves - now <= TimeDelta::days(1));
            prop_assert!(!quiet.holds(leaves.with_timezone(&zone).hour()));
            let daily = leaves_at(now, Tell::Daily, quiet, zone).expect("told daily");
            prop_assert_eq!(daily.with_timezone(&zone).hour(), DAILY_HOUR);
            prop_assert_eq!(leaves_at(now, Tell::Off, quiet, zone), None);
        }
    }
}
