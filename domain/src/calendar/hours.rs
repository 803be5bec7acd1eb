//! Office hours.

use chrono::{NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

/// Why office hours were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfficeHoursError {
    /// An office that never opens keeps no promise.
    #[error("there are no office hours")]
    Empty,
    /// Spans must end after they begin, and follow one another.
    #[error("the office hours beginning {0} overlap or run backwards")]
    Disorder(NaiveTime),
}

/// The hours of a working day, in local time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(NaiveTime, NaiveTime)>", into = "Vec<(NaiveTime, NaiveTime)>")]
pub struct OfficeHours {
    spans: Vec<(NaiveTime, NaiveTime)>,
}

impl OfficeHours {
    /// Office hours from spans of opening and closing, in order.
    ///
    /// # Errors
    /// [`OfficeHoursError`] when there is none, or one runs backwards or into another.
    pub fn new(spans: Vec<(NaiveTime, NaiveTime)>) -> Result<Self, OfficeHoursError> {
        if spans.is_empty() {
            return Err(OfficeHoursError::Empty);
        }
        let mut free = NaiveTime::MIN;
        for (from, to) in &spans {
            if *from < free || to <= from {
                return Err(OfficeHoursError::Disorder(*from));
            }
            free = *to;
        }
        Ok(Self { spans })
    }

    /// Opening and closing times, in order.
    pub fn spans(&self) -> &[(NaiveTime, NaiveTime)] {
        &self.spans
    }

    /// The working time of a day.
    pub fn length(&self) -> TimeDelta {
        self.spans.iter().fold(TimeDelta::zero(), |sum, (from, to)| sum + (*to - *from))
    }

    /// When the day's work ends.
    pub fn closing(&self) -> NaiveTime {
        self.spans.last().map_or(NaiveTime::MIN, |(_, to)| *to)
    }

    /// Whether a time is within them, opening and closing included.
    pub fn contains(&self, time: NaiveTime) -> bool {
        self.spans.iter().any(|(from, to)| (*from..=*to).contains(&time))
    }
}

impl Default for OfficeHours {
    /// 09:00–12:00 and 14:00–18:00: the seven working hours of Shenzhen's offices.
    fn default() -> Self {
        let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
        Self { spans: vec![(at(9), at(12)), (at(14), at(18))] }
    }
}

impl TryFrom<Vec<(NaiveTime, NaiveTime)>> for OfficeHours {
    type Error = OfficeHoursError;
    fn try_from(spans: Vec<(NaiveTime, NaiveTime)>) -> Result<Self, Self::Error> {
        Self::new(spans)
    }
}

impl From<OfficeHours> for Vec<(NaiveTime, NaiveTime)> {
    fn from(hours: OfficeHours) -> Self {
        hours.spans
    }
}
