//! Statistical division codes: GB/T 2260 for the first six digits, the National
//! Bureau of Statistics' urban and rural division codes below, a grid cell last.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How deep an area lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 省: six digits ending in `0000`.
    Province,
    /// 市: six digits ending in `00`.
    City,
    /// 区县: six digits.
    District,
    /// 街道: nine digits.
    Subdistrict,
    /// 社区: twelve digits.
    Community,
    /// 网格: fifteen digits, the community's and three of its own.
    Grid,
}

impl Level {
    /// The word used in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::City => "city",
            Self::District => "district",
            Self::Subdistrict => "subdistrict",
            Self::Community => "community",
            Self::Grid => "grid",
        }
    }

    /// The level with this word, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Province, Self::City, Self::District, Self::Subdistrict, Self::Community, Self::Grid].into_iter().find(|level| level.as_str() == word)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no area code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AreaCodeError {
    /// Codes have 6, 9, 12 or 15 digits.
    #[error("an area code has 6, 9, 12 or 15 digits, this has {got}")]
    Length {
        /// How many characters there were.
        got: usize,
    },
    /// Codes are made of the digits 0 to 9.
    #[error("{found:?} is no digit")]
    NotADigit {
        /// The first character that is none.
        found: char,
    },
}

/// The code of an area: 6, 9, 12 or 15 digits, of which a prefix is the parent's.
///
/// Any such number is a code; whether an area has it, [`super::Areas`] knows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaCode {
    // ASCII digits, zero bytes behind them: ordering is that of the text.
    digits: [u8; 15],
    len: u8,
}

impl AreaCode {
    /// Reads a code; spaces around it are ignored.
    ///
    /// # Errors
    /// [`AreaCodeError`] when it is not 6, 9, 12 or 15 digits.
    pub fn parse(text: &str) -> Result<Self, AreaCodeError> {
        let text = text.trim();
        if let Some(found) = text.chars().find(|c| !c.is_ascii_digit()) {
            return Err(AreaCodeError::NotADigit { found });
        }
        let got = text.len();
        if !matches!(got, 6 | 9 | 12 | 15) {
            return Err(AreaCodeError::Length { got });
        }
        Ok(Self::of(text.as_bytes()))
    }

    // Callers hand in 6, 9, 12 or 15 ASCII digits.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut digits = [0; 15];
        let mut len = 0;
        for (to, from) in digits.iter_mut().zip(bytes) {
            *to = *from;
            len += 1;
        }
        Self { digits, len }
    }

    fn bytes(&self) -> &[u8] {
        self.digits.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    /// How deep the area lies.
    pub fn level(&self) -> Level {
        match self.len {
            15 => Level::Grid,
            12 => Level::Community,
            9 => Level::Subdistrict,
            _ if self.as_str().ends_with("0000") => Level::Province,
            _ if self.as_str().ends_with("00") => Level::City,
            _ => Level::District,
        }
    }

    /// The digits that everything within the area begins with: `44` for a
    /// province, `4403` for a city, the whole code below. Also what an SQL
    /// range or `LIKE` on a code column asks for.
    pub fn prefix(&self) -> &str {
        let kept = match self.level() {
            Level::Province => 2,
            Level::City => 4,
            _ => usize::from(self.len),
        };
        self.as_str().get(..kept).unwrap_or_default()
    }

    /// The area one level up; a province has none.
    pub fn parent(&self) -> Option<Self> {
        let text = self.as_str();
        let padded = |kept: usize| {
            let mut code = [b'0'; 6];
            for (to, from) in code.iter_mut().zip(text.as_bytes().iter().take(kept)) {
                *to = *from;
            }
            Self::of(&code)
        };
        match self.level() {
            Level::Province => None,
            Level::City => Some(padded(2)),
            Level::District => Some(padded(4)),
            _ => self.bytes().get(..usize::from(self.len).saturating_sub(3)).map(Self::of),
        }
    }

    /// Whether this is `area` or lies in it.
    pub fn is_within(&self, area: &Self) -> bool {
        self.level() >= area.level() && self.as_str().starts_with(area.prefix())
    }

    /// The ancestor (or self) with this many digits.
    fn cut(&self, digits: usize) -> Option<Self> {
        self.bytes().get(..digits).map(Self::of)
    }

    /// The district (six digits) it lies in; none for a province or a city.
    pub fn district(&self) -> Option<Self> {
        self.cut(6).filter(|code| code.level() == Level::District)
    }

    /// The subdistrict it is or lies in; none above that level.
    pub fn subdistrict(&self) -> Option<Self> {
        self.cut(9)
    }

    /// The community it is or lies in; none above that level.
    pub fn community(&self) -> Option<Self> {
        self.cut(12)
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AreaCode({})", self.as_str())
    }
}

impl FromStr for AreaCode {
    type Err = AreaCodeError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for AreaCode {
    type Error = AreaCodeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<AreaCode> for String {
    fn from(code: AreaCode) -> Self {
        code.as_str().to_owned()
    }
}
