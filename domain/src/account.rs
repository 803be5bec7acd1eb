//! Accounts: how people are called here, and which passwords are too weak.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::area::AreaCode;
use crate::organisation::Organisations;
use crate::role::{Grant, Role, Scope, Viewer};
use crate::text::{Phone, PhoneError, fold, is_han};

/// The id of an account: UUIDv7 text made by the program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(String);

impl AccountId {
    /// An id from its text, as it was made or stored.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountNameError {
    /// Fewer than 2 characters.
    #[error("a name has at least {min} characters, this has {got}")]
    TooShort {
        /// The least that is allowed.
        min: usize,
        /// How many there were.
        got: usize,
    },
    /// More than 24 characters.
    #[error("a name has at most {max} characters, this has {got}")]
    TooLong {
        /// The most that is allowed.
        max: usize,
        /// How many there were.
        got: usize,
    },
    /// A character that is no Latin letter, Chinese character, digit or `_`.
    #[error("{found:?} cannot be part of a name")]
    Character {
        /// The first such character.
        found: char,
    },
    /// It reads like a phone number, and would be public.
    #[error("a name must not look like a phone number")]
    LooksLikePhone,
}

/// The name of an account, shown to others: 2 to 24 Latin letters, Chinese
/// characters, digits and `_`. Other scripts have letters that look like Latin
/// ones, with which one could pass for somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountName(String);

impl AccountName {
    /// The least number of characters.
    pub const MIN: usize = 2;
    /// The greatest number of characters.
    pub const MAX: usize = 24;

    /// Reads a name; spaces around it are dropped and full-width forms made plain.
    ///
    /// # Errors
    /// [`AccountNameError`].
    pub fn parse(text: &str) -> Result<Self, AccountNameError> {
        let name: String = text.trim().chars().map(narrow).collect();
        if let Some(found) = name.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == '_' || is_han(*c))) {
            return Err(AccountNameError::Character { found });
        }
        let got = name.chars().count();
        if got < Self::MIN {
            return Err(AccountNameError::TooShort { min: Self::MIN, got });
        }
        if got > Self::MAX {
            return Err(AccountNameError::TooLong { max: Self::MAX, got });
        }
        // Seven digits in a row are a landline, eleven a mobile; letters around do not hide it.
        let mut run = 0;
        for c in name.chars() {
            run = if c.is_ascii_digit() {
                run + 1
            } else if c == '_' {
                run
            } else {
                0
            };
            if run >= 7 {
                return Err(AccountNameError::LooksLikePhone);
            }
        }
        Ok(Self(name))
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What must be unique: the name in lower case.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for AccountName {
    type Err = AccountNameError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for AccountName {
    type Error = AccountNameError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<AccountName> for String {
    fn from(name: AccountName) -> Self {
        name.0
    }
}

/// What a person types to be recognised: the phone number, or the name where there is no phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// A phone number.
    Phone(Phone),
    /// A name.
    Name(AccountName),
}

/// Why a text is neither a phone number nor a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalledError {
    /// It is meant as a phone number.
    #[error(transparent)]
    Phone(PhoneError),
    /// It is meant as a name.
    #[error(transparent)]
    Name(AccountNameError),
}

impl Called {
    /// Reads a phone number or a name.
    ///
    /// # Errors
    /// What is wrong with it as the one of the two that it looks like.
    pub fn parse(text: &str) -> Result<Self, CalledError> {
        let phone = match Phone::parse(text) {
            Ok(phone) => return Ok(Self::Phone(phone)),
            Err(error) => error,
        };
        AccountName::parse(text).map(Self::Name).map_err(|name| match (phone, name) {
            // Nothing but digits and what stands between them.
            (phone @ (PhoneError::Length { .. } | PhoneError::Prefix), _) => CalledError::Phone(phone),
            (phone, AccountNameError::LooksLikePhone) => CalledError::Phone(phone),
            (_, name) => CalledError::Name(name),
        })
    }

    /// The phone, if it is one.
    pub fn phone(&self) -> Option<&Phone> {
        match self {
            Self::Phone(phone) => Some(phone),
            Self::Name(_) => None,
        }
    }

    /// The name, if it is one.
    pub fn name(&self) -> Option<&AccountName> {
        match self {
            Self::Phone(_) => None,
            Self::Name(name) => Some(name),
        }
    }
}

/// Whether a text can be a mail address: one `@` between two parts without spaces, the second with a dot. Only a
/// message that arrives proves more.
pub fn is_mail(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else {
        return false;
    };
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && !"@<>()[],;:\\\"".contains(c));
    text.len() <= 254 && plain(local) && plain(host) && host.split_once('.').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty() && !b.ends_with('.'))
}

/// A mail address for others to see: `z***@example.com`.
pub fn masked_mail(mail: &str) -> String {
    let (local, host) = mail.split_once('@').unwrap_or_default();
    format!("{}***@{host}", local.chars().next().map(String::from).unwrap_or_default())
}

/// Whether the viewer may decide on messages that did not reach somebody with this home: a supervisor of it, and one
/// of the whole district where there is none yet.
pub fn may_see_messages(viewer: &Viewer, home: Option<&AreaCode>) -> bool {
    match home {
        Some(home) => viewer.holds(Role::Supervisor, home),
        None => viewer.areas(Role::Supervisor).any(|area| area.subdistrict().is_none()),
    }
}

/// Whether somebody with these grants serves others here: such an account opens more than its own affairs.
pub fn is_staff(grants: &[Grant]) -> bool {
    grants.iter().any(|grant| grant.role != Role::Resident)
}

/// Whether the viewer may give and take roles of this scope: only in areas the viewer supervises, and for
/// organisations that work there.
pub fn may_grant(viewer: &Viewer, scope: &Scope, organisations: &Organisations) -> bool {
    let area = match scope {
        Scope::Area(area) => Some(area),
        Scope::Organisation(id) => organisations.get(id).map(|organisation| &organisation.area),
    };
    area.is_some_and(|area| viewer.holds(Role::Supervisor, area))
}

/// Whether the viewer, having looked at the person, may print a code that opens the account: a committee member or
/// agent for residents of the own area and for those who have no home here yet, a supervisor for staff none of whose
/// roles reaches beyond the supervisor's areas.
pub fn may_give_code(viewer: &Viewer, home: Option<&AreaCode>, grants: &[Grant], organisations: &Organisations) -> bool {
    if is_staff(grants) {
        return grants.iter().all(|grant| may_grant(viewer, &grant.scope, organisations));
    }
    [Role::Committee, Role::Agent, Role::Supervisor]
        .into_iter()
        .any(|role| home.map_or_else(|| viewer.holds_somewhere(role), |home| viewer.holds(role, home)))
}

/// Why a password was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too few characters.
    #[error("a password has at least {min} characters, this has {got}")]
    TooShort {
        /// The least that is allowed.
        min: usize,
        /// How many there were.
        got: usize,
    },
    /// Too many characters.
    #[error("a password has at most {max} characters, this has {got}")]
    TooLong {
        /// The most that is allowed.
        max: usize,
        /// How many there were.
        got: usize,
    },
    /// One of the passwords everybody tries first.
    #[error("this password is among the most common ones")]
    Common,
    /// The account's own name.
    #[error("the password is the account's name")]
    SameAsName,
    /// The account's own phone number.
    #[error("the password is the account's phone number")]
    SameAsPhone,
}

/// Which passwords are taken, after NIST SP 800-63B (revision 3, section 5.1.1.2): a
/// length, a list of what attackers try first, and no demand for capitals or signs,
/// which only makes people write them down. Revision 4 asks for 15 characters where
/// a password is the only factor; `min` can be raised to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordRule {
    /// The least number of characters.
    pub min: usize,
    /// The greatest number of characters; hashing longer ones only costs time.
    pub max: usize,
}

impl Default for PasswordRule {
    fn default() -> Self {
        Self { min: 8, max: 128 }
    }
}

impl PasswordRule {
    /// Checks a new password against the rule and the account it is for. The
    /// password itself is never changed, not even trimmed.
    ///
    /// # Errors
    /// The first [`PasswordError`] that applies.
    pub fn check(&self, password: &str, name: Option<&AccountName>, phone: Option<&Phone>) -> Result<(), PasswordError> {
        let got = password.chars().count();
        if got < self.min {
            return Err(PasswordError::TooShort { min: self.min, got });
        }
        if got > self.max {
            return Err(PasswordError::TooLong { max: self.max, got });
        }
        let plain = fold(password.trim());
        if name.is_some_and(|name| fold(name.as_str()) == plain) {
            return Err(PasswordError::SameAsName);
        }
        if phone.is_some_and(|phone| Phone::parse(password).as_ref() == Ok(phone)) {
            return Err(PasswordError::SameAsPhone);
        }
        if COMMON.split(' ').any(|common| common == plain) || is_sequence(&plain) {
            return Err(PasswordError::Common);
        }
        Ok(())
    }
}

/// One character again and again, or each the next of the one before.
fn is_sequence(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps: Vec<i64> = codes.iter().zip(codes.iter().skip(1)).map(|(from, to)| to - from).collect();
    match steps.first() {
        Some(first @ -1..=1) => steps.iter().all(|step| step == first),
        _ => false,
    }
}

/// The head of published lists of leaked passwords, international and Chinese, of
/// those with eight or more characters (shorter ones the length refuses already).
const COMMON: &str = "\
    0123456789 01234567890 1122334455 11223344 12121212 123123123 1231231234 123321123 \
    1234512345 12344321 123456123456 12345678 123456780 123456789 1234567890 12345678900 \
    123456789a 12345678910 123456aa 123456abc 123456qq 1234qwer 123698745 12369874 123abc123 \
    123qweasd 12qwaszx 1314520520 1314521521 13145200 147258369 1472583690 147852369 159357123 \
    1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 20082008 31415926 3141592653 520131400 \
    5201314520 5201314a 52013141 741852963 7758521521 77585210 789456123 88888888a 963852741 \
    987654321 9876543210 a1234567 a12345678 a123456789 a1b2c3d4 aa123456 aa123456789 abc12345 \
    abc123456 abcd1234 abcdefgh admin123 admin888 administrator adminadmin asdasdasd asdf1234 \
    asdfasdf asdfghjk asdfghjkl baseball changeme computer football iloveyou iloveyou1 \
    letmein1 longhua123 mima1234 mima123456 p@ssw0rd p@ssword pass1234 passw0rd password \
    password1 password12 password123 princess q1w2e3r4 q1w2e3r4t5 qaz123456 qazwsx123 \
    qazwsxedc qq123456 qq123456789 qweasdzxc qwer1234 qwerasdf qwerty12 qwerty123 qwertyui \
    qwertyuiop shenzhen starwars sunshine superman trustno1 w123456789 wang123456 welcome1 \
    welcome123 whatever woaini123 woaini1314 woaini520 woaiwojia woshishui xiaoming zhang123 \
    zhang123456 zxcvbnm123 zxcvbnm1 zxcvbnm,./ zaq12wsx zz123456";
