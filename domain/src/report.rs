//! Reports of public texts and photos: what anyone may object to, and how it is decided.

use serde::{Deserialize, Serialize};

/// Why somebody objects to what is shown in public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Shows a person, a phone number, a home.
    Privacy,
    /// Insults or threatens.
    Abuse,
    /// Is advertising or not a request at all.
    Advertising,
    /// Claims something that is not so.
    Untrue,
    /// Anything else.
    Other,
}

impl Reason {
    /// All reasons in the order they are offered.
    pub const ALL: [Self; 5] = [Self::Privacy, Self::Abuse, Self::Advertising, Self::Untrue, Self::Other];

    /// The stable word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Privacy => "privacy",
            Self::Abuse => "abuse",
            Self::Advertising => "advertising",
            Self::Untrue => "untrue",
            Self::Other => "other",
        }
    }

    /// Whether the reason says too little without words.
    #[must_use]
    pub fn needs_words(self) -> bool {
        self == Self::Other
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// Where a report stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for a supervisor.
    Open,
    /// The supervisor hid or covered what was reported.
    Upheld,
    /// The supervisor left it standing.
    Kept,
    /// The reporter asked for a second look; once only.
    Appealed,
    /// The second look is done; no further appeal.
    Final,
}

impl State {
    /// All states.
    pub const ALL: [Self; 5] = [Self::Open, Self::Upheld, Self::Kept, Self::Appealed, Self::Final];

    /// The stable word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Upheld => "upheld",
            Self::Kept => "kept",
            Self::Appealed => "appealed",
            Self::Final => "final",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether a supervisor still has to look.
    #[must_use]
    pub fn waits(self) -> bool {
        matches!(self, Self::Open | Self::Appealed)
    }

    /// Where a decision leads: the first can be appealed if it left things standing, the second is final.
    #[must_use]
    pub fn decided(self, upheld: bool) -> Option<Self> {
        match self {
            Self::Open if upheld => Some(Self::Upheld),
            Self::Open => Some(Self::Kept),
            Self::Appealed => Some(Self::Final),
            Self::Upheld | Self::Kept | Self::Final => None,
        }
    }

    /// Whether the reporter may ask for a second look.
    #[must_use]
    pub fn can_appeal(self) -> bool {
        self == Self::Kept
    }
}
