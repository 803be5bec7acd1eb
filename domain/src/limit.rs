//! How often something may be tried. The counts are kept by the store, so that all processes share them.

/// A limit: so many tries in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// A stable word that separates the counts of different limits.
    pub name: &'static str,
    /// Tries allowed in one window.
    pub tries: i64,
    /// Length of the window in seconds; it starts with the first try.
    pub seconds: i64,
}

impl Limit {
    const fn new(name: &'static str, tries: i64, seconds: i64) -> Self {
        Self { name, tries, seconds }
    }
}

/// Wrong passwords for one account name (known or not) from one address: whoever tries a stranger's name keeps the
/// stranger out of nothing.
pub const SIGN_IN_NAME: Limit = Limit::new("sign-in-name", 8, 15 * 60);
/// Wrong passwords for one account name from anywhere (NIST SP 800-63B allows a hundred in a row).
pub const SIGN_IN_ANYWHERE: Limit = Limit::new("sign-in-anywhere", 100, 3600);
/// Wrong passwords from one address: a household or an office behind one router must still fit.
pub const SIGN_IN_ADDRESS: Limit = Limit::new("sign-in-address", 60, 15 * 60);
/// New accounts from one address.
pub const JOIN_ADDRESS: Limit = Limit::new("join-address", 30, 3600);
/// Recovery codes asked for one name.
pub const RECOVERY_NAME: Limit = Limit::new("recovery-name", 4, 3600);
/// Recovery codes asked for or tried from one address.
pub const RECOVERY_ADDRESS: Limit = Limit::new("recovery-address", 30, 3600);
/// Wrong tracking codes for one request number: far from guessing one of 30^8, and more than a few addresses can use up
/// to keep its holder out.
pub const TRACK_NUMBER: Limit = Limit::new("track-number", 120, 3600);
/// Wrong tracking codes from one address.
pub const TRACK_ADDRESS: Limit = Limit::new("track-address", 30, 3600);
/// Requests filed without an account from one address.
pub const FILE_ADDRESS: Limit = Limit::new("file-address", 60, 3600);
/// Requests filed by one account; an agent at the doors of a whole building must still fit.
pub const FILE_ACCOUNT: Limit = Limit::new("file-account", 120, 3600);
/// Reports of public texts and photos from one account or address.
pub const REPORT: Limit = Limit::new("report", 20, 3600);
/// Additions to requests by one account or address.
pub const ADD: Limit = Limit::new("add", 30, 3600);
/// Photos sent from one address: each costs the server a decode.
pub const PHOTO_ADDRESS: Limit = Limit::new("photo-address", 240, 3600);
/// Suggestions asked for by one address while typing.
pub const SUGGEST_ADDRESS: Limit = Limit::new("suggest-address", 600, 600);

/// All limits, so that their names can be checked to differ.
pub const ALL: [Limit; 14] = [
    SIGN_IN_NAME,
    SIGN_IN_ANYWHERE,
    SIGN_IN_ADDRESS,
    JOIN_ADDRESS,
    RECOVERY_NAME,
    RECOVERY_ADDRESS,
    TRACK_NUMBER,
    TRACK_ADDRESS,
    FILE_ADDRESS,
    FILE_ACCOUNT,
    REPORT,
    ADD,
    PHOTO_ADDRESS,
    SUGGEST_ADDRESS,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_and_numbers_make_sense() {
        let mut names: Vec<_> = ALL.iter().map(|limit| limit.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|limit| limit.tries > 0 && limit.seconds > 0));
    }
}
