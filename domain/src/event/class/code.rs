//! The code of a class.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is no class code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("class code {0:?} is not 2, 4 or 6 digits")]
pub struct BadCode(pub String);

/// Why a word of one of the district's tables names no class.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoClass {
    /// It is not 2, 4 or 6 digits.
    #[error(transparent)]
    BadCode(#[from] BadCode),
    /// The catalogue has no such class.
    #[error("the catalogue has no class {0}")]
    Unknown(ClassCode),
}

/// A class code: 2, 4 or 6 ASCII digits, two a level; the parent's code is its prefix.
///
/// Codes sort as a tree is read: a parent before its children.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClassCode {
    // Unused places are 0, which sorts before '0', so the derived order is the tree's.
    digits: [u8; 6],
    len: u8,
}

impl ClassCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        // Only ASCII digits ever get in, so the fallback is never taken.
        std::str::from_utf8(&self.digits[..usize::from(self.len)]).unwrap_or_default()
    }

    /// The depth in the tree: 1, 2 or 3.
    pub fn level(&self) -> u8 {
        self.len / 2
    }

    /// The code one level up; `None` at the top.
    pub fn parent(&self) -> Option<Self> {
        self.cut(self.level().checked_sub(1)?)
    }

    /// The code this one has at `level`; `None` at level 0 or below this code's own level.
    pub fn cut(&self, level: u8) -> Option<Self> {
        if level == 0 || level > self.level() {
            return None;
        }
        let len = level * 2;
        let mut digits = [0; 6];
        digits[..usize::from(len)].copy_from_slice(&self.digits[..usize::from(len)]);
        Some(Self { digits, len })
    }

    /// Whether this code is `other` or lies below it.
    pub fn is_within(&self, other: Self) -> bool {
        self.as_str().starts_with(other.as_str())
    }

    /// The codes above this one, the nearest first.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> + use<> {
        std::iter::successors(self.parent(), Self::parent)
    }
}

impl FromStr for ClassCode {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        let bytes = text.as_bytes();
        if !matches!(bytes.len(), 2 | 4 | 6) || !bytes.iter().all(u8::is_ascii_digit) {
            // A long wrong text is not worth repeating in full.
            return Err(BadCode(text.chars().take(20).collect()));
        }
        let mut digits = [0; 6];
        digits[..bytes.len()].copy_from_slice(bytes);
        Ok(Self { digits, len: bytes.len() as u8 })
    }
}

impl TryFrom<String> for ClassCode {
    type Error = BadCode;

    fn try_from(text: String) -> Result<Self, BadCode> {
        text.parse()
    }
}

impl From<ClassCode> for String {
    fn from(code: ClassCode) -> Self {
        code.as_str().to_owned()
    }
}

impl fmt::Display for ClassCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ClassCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClassCode({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> ClassCode {
        text.parse().unwrap()
    }

    #[test]
    fn reads_and_refuses() {
        for good in ["01", "0407", "040407", "99"] {
            assert_eq!(code(good).to_string(), good);
        }
        for bad in ["", "1", "011", "04040", "0404071", "0a", "０１", " 01", "01 ", "-1"] {
            assert!(bad.parse::<ClassCode>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn walks_up_the_tree() {
        let leaf = code("040407");
        assert_eq!(leaf.level(), 3);
        assert_eq!(leaf.ancestors().collect::<Vec<_>>(), [code("0404"), code("04")]);
        assert_eq!(leaf.cut(1), Some(code("04")));
        assert_eq!(leaf.cut(0), None);
        assert_eq!(code("04").cut(2), None);
        assert_eq!(code("04").parent(), None);
        assert!(leaf.is_within(code("0404")) && leaf.is_within(leaf));
        assert!(!leaf.is_within(code("0405")) && !code("04").is_within(leaf));
    }

    #[test]
    fn travels_as_text() {
        let json = serde_json::to_string(&code("0701")).unwrap();
        assert_eq!(json, "\"0701\"");
        assert_eq!(serde_json::from_str::<ClassCode>(&json).unwrap(), code("0701"));
        assert!(serde_json::from_str::<ClassCode>("\"7\"").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused(text in ".{0,12}") {
            if let Ok(code) = text.parse::<ClassCode>() {
                prop_assert_eq!(code.to_string(), text);
            }
        }

        #[test]
        fn sorts_like_its_text(a in "[0-9]{2}([0-9]{2}){0,2}", b in "[0-9]{2}([0-9]{2}){0,2}") {
            prop_assert_eq!(code(&a).cmp(&code(&b)), a.cmp(&b));
            prop_assert_eq!(code(&a).is_within(code(&b)), a.starts_with(&b));
        }
    }
}
