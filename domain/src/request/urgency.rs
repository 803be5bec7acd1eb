use serde::{Deserialize, Serialize};

/// How soon the desk looks at a request, the soonest first: danger goes before every deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// The resident said that somebody may be in danger.
    Danger,
    /// Anything else: by its deadline.
    #[default]
    Usual,
}

impl Urgency {
    /// Both, in the order in which the desk reads them.
    pub const ALL: [Self; 2] = [Self::Danger, Self::Usual];

    /// The urgency of a request.
    #[must_use]
    pub fn of(danger: bool) -> Self {
        if danger { Self::Danger } else { Self::Usual }
    }

    /// Whether somebody may be in danger, as it is stored.
    #[must_use]
    pub fn is_danger(self) -> bool {
        self == Self::Danger
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn danger_is_read_before_all_else() {
        assert!(Urgency::ALL.is_sorted());
        assert_eq!(Urgency::ALL.map(Urgency::is_danger), [true, false]);
        assert_eq!(Urgency::ALL.map(|urgency| Urgency::of(urgency.is_danger())), Urgency::ALL);
    }
}
