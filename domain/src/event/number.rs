//! The event number: given once, checkable by eye and machine.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::area::{AreaCode, Level};
use crate::text::{digit_of, is_dash, is_invisible};

/// Why a number was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventNumberError {
    /// A number has 21 digits.
    #[error("an event number has 21 digits, this has {got}")]
    Length {
        /// How many digits there were.
        got: usize,
    },
    /// Only digits, hyphens and spaces belong in a number.
    #[error("{found:?} does not belong in an event number")]
    NotADigit {
        /// The first character that does not.
        found: char,
    },
    /// The check digit does not fit: a digit is wrong, or two changed places.
    #[error("the check digit does not fit: check the number")]
    CheckDigit,
    /// Digits 10 to 15 are no day of 2000 to 2099.
    #[error("the number holds no day of this century")]
    Date,
    /// Serials run from 1 to 99999.
    #[error("the serial is not between 1 and 99999")]
    Serial,
    /// A number is given for a district or a subdistrict, or something in one.
    #[error("{0} is neither a district nor within one")]
    Area(AreaCode),
}

/// The number of an event: `SSSSSSSSS YYMMDD NNNNN C`.
///
/// Subdistrict at registration (the district and `000` when it was not known),
/// local day, serial of that subdistrict and day, check digit ISO 7064 MOD 11,10
/// (GB/T 17710). Written `440309002-261123-00042-3`, also in JSON.
///
/// ```
/// use domain::event::EventNumber;
/// let number = EventNumber::parse("４４０３０９００２ 261123 00042 3")?;
/// assert_eq!(number.to_string(), "440309002-261123-00042-3");
/// assert_eq!(number.compact(), "440309002261123000423");
/// # Ok::<(), domain::event::EventNumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventNumber {
    area: AreaCode,
    day: NaiveDate,
    serial: u32,
    check: u8,
}

/// The check digit of ISO 7064 MOD 11,10 over decimal digits (values 0 to 9;
/// anything else is taken modulo 10).
pub fn check_digit(digits: &[u8]) -> u8 {
    let product = digits.iter().fold(10u32, |product, digit| {
        let sum = (product + u32::from(*digit % 10)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    // The product is never 0, for 11 is prime; at most 10.
    u8::try_from((11 - product) % 10).unwrap_or(0)
}

impl EventNumber {
    /// The largest serial of one subdistrict and day.
    pub const MAX_SERIAL: u32 = 99_999;

    /// The area among whose serials an event of `area` is counted: its subdistrict; below the district, and then
    /// ending in `000`, where that is not known.
    ///
    /// # Errors
    /// [`EventNumberError::Area`] for a province or city.
    pub fn counted_in(area: &AreaCode) -> Result<AreaCode, EventNumberError> {
        match area.level() {
            Level::Province | Level::City => Err(EventNumberError::Area(*area)),
            Level::District => Ok(AreaCode::of(format!("{area}000").as_bytes())),
            _ => area.subdistrict().ok_or(EventNumberError::Area(*area)),
        }
    }

    /// The number of the `serial`th event registered for an area on a local day ([`Self::counted_in`]).
    ///
    /// # Errors
    /// [`EventNumberError`]: `Area` for a province or city, `Date` outside 2000 to
    /// 2099, `Serial` outside 1 to 99999.
    pub fn new(area: &AreaCode, day: NaiveDate, serial: u32) -> Result<Self, EventNumberError> {
        let area = Self::counted_in(area)?;
        if area.district().is_none() {
            return Err(EventNumberError::Area(area));
        }
        if !(2000..=2099).contains(&day.year()) {
            return Err(EventNumberError::Date);
        }
        if !(1..=Self::MAX_SERIAL).contains(&serial) {
            return Err(EventNumberError::Serial);
        }
        let digits: Vec<u8> = body(&area, day, serial).bytes().map(|b| b.wrapping_sub(b'0')).collect();
        Ok(Self { area, day, serial, check: check_digit(&digits) })
    }

    /// Reads a number as people write it: hyphens and dashes of any kind, spaces,
    /// and full-width digits are understood.
    ///
    /// # Errors
    /// [`EventNumberError`]; a wrong digit anywhere is `CheckDigit`.
    pub fn parse(text: &str) -> Result<Self, EventNumberError> {
        let mut digits = [0u8; 21];
        let mut got = 0;
        for c in text.chars() {
            if let Some(digit) = digit_of(c) {
                if let Some(slot) = digits.get_mut(got) {
                    *slot = digit;
                }
                got += 1;
            } else if !(c.is_whitespace() || is_dash(c) || is_invisible(c)) {
                return Err(EventNumberError::NotADigit { found: c });
            }
        }
        if got != digits.len() {
            return Err(EventNumberError::Length { got });
        }
        let [body @ .., check] = digits;
        if check_digit(&body) != check {
            return Err(EventNumberError::CheckDigit);
        }
        let [area @ .., y1, y2, m1, m2, d1, d2, n1, n2, n3, n4, n5] = body;
        let two = |tens: u8, ones: u8| u32::from(tens) * 10 + u32::from(ones);
        let year = i32::try_from(2000 + two(y1, y2)).unwrap_or(2000);
        let day = NaiveDate::from_ymd_opt(year, two(m1, m2), two(d1, d2)).ok_or(EventNumberError::Date)?;
        let serial = [n1, n2, n3, n4, n5].iter().fold(0, |n, d| n * 10 + u32::from(*d));
        if serial == 0 {
            return Err(EventNumberError::Serial);
        }
        let area = AreaCode::of(&area.map(|digit| b'0' + digit));
        if area.district().is_none() {
            return Err(EventNumberError::Area(area));
        }
        Ok(Self { area, day, serial, check })
    }

    /// The subdistrict at registration (nine digits); ends in `000` when it was
    /// not known. It stays when the event is moved.
    pub fn area(&self) -> AreaCode {
        self.area
    }

    /// The subdistrict at registration, if it was known.
    pub fn subdistrict(&self) -> Option<AreaCode> {
        Some(self.area).filter(|area| !area.as_str().ends_with("000"))
    }

    /// The local day of registration.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// Which one of its subdistrict and day it is, from 1.
    pub fn serial(&self) -> u32 {
        self.serial
    }

    /// The check digit, 0 to 9.
    pub fn check(&self) -> u8 {
        self.check
    }

    /// The 21 digits without hyphens.
    pub fn compact(&self) -> String {
        format!("{}{}", body(&self.area, self.day, self.serial), self.check)
    }
}

fn body(area: &AreaCode, day: NaiveDate, serial: u32) -> String {
    format!("{area}{}{serial:05}", day.format("%y%m%d"))
}

impl fmt::Display for EventNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { area, day, serial, check } = self;
        write!(f, "{area}-{}-{serial:05}-{check}", day.format("%y%m%d"))
    }
}

impl fmt::Debug for EventNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventNumber({self})")
    }
}

impl FromStr for EventNumber {
    type Err = EventNumberError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for EventNumber {
    type Error = EventNumberError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<EventNumber> for String {
    fn from(number: EventNumber) -> Self {
        number.to_string()
    }
}
