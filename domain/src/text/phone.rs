//! Mainland mobile numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{digit_of, is_dash, is_invisible};

/// Why a phone number was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing was given.
    #[error("no number")]
    Empty,
    /// Something that is no digit, space or hyphen.
    #[error("{found:?} does not belong in a phone number")]
    NotADigit {
        /// The first such character.
        found: char,
    },
    /// A mobile number has 11 digits.
    #[error("a mobile number has 11 digits, this has {got}")]
    Length {
        /// How many there were, without the country code.
        got: usize,
    },
    /// Mobile numbers begin with 13 to 19.
    #[error("a mobile number begins with 13 to 19")]
    Prefix,
}

/// A mainland mobile number: 11 digits beginning with 13 to 19. It has no
/// `Display` and hides itself in `Debug`, so that it reaches no log by accident.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl Phone {
    /// Reads a number as people write it: `+86` or `0086` before it, spaces,
    /// hyphens, brackets and full-width digits are understood.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let mut digits = String::new();
        for c in text.chars() {
            match digit_of(c) {
                Some(digit) => digits.push(char::from(b'0' + digit)),
                None if c.is_whitespace() || is_dash(c) || is_invisible(c) => {}
                None if matches!(c, '(' | ')' | '（' | '）' | '.' | '·') => {}
                None if matches!(c, '+' | '＋') && digits.is_empty() => {}
                None => return Err(PhoneError::NotADigit { found: c }),
            }
        }
        if digits.is_empty() {
            return Err(PhoneError::Empty);
        }
        let national = ["0086", "86"].iter().find_map(|code| digits.strip_prefix(code)).filter(|rest| rest.len() == 11).unwrap_or(&digits);
        if national.len() != 11 {
            return Err(PhoneError::Length { got: national.len() });
        }
        if !is_mobile(national) {
            return Err(PhoneError::Prefix);
        }
        Ok(Self(national.to_owned()))
    }

    /// The eleven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For others to see: `138****0000`.
    pub fn masked(&self) -> String {
        format!("{}****{}", self.0.get(..3).unwrap_or_default(), self.tail())
    }

    /// The last four digits 尾号, by which a person at a counter is called.
    pub fn tail(&self) -> &str {
        self.0.get(7..).unwrap_or_default()
    }
}

/// Whether these are the digits of a mobile number.
pub(super) fn is_mobile(digits: &str) -> bool {
    let mut digits = digits.bytes();
    digits.len() == 11
        && digits.next() == Some(b'1')
        && digits.next().is_some_and(|second| (b'3'..=b'9').contains(&second))
        && digits.all(|b| b.is_ascii_digit())
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(***)")
    }
}

impl FromStr for Phone {
    type Err = PhoneError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Phone {
    type Error = PhoneError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}
