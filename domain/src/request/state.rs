use serde::{Deserialize, Serialize};

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Registered; waits to be accepted and dispatched.
    Reported,
    /// The desk has taken it on.
    Accepted,
    /// Refused with a reason.
    Declined,
    /// Sent to a lead department by a rule.
    Dispatched,
    /// Somebody works on it.
    InProgress,
    /// The resident has an answer; the work may go on.
    Answered,
    /// Done, with evidence.
    Settled,
    /// Done, and the resident has said how well.
    Rated,
    /// Taken up again because the resident was not content.
    Reopened,
    /// A duplicate of another request.
    Merged,
    /// Taken back by the resident.
    Withdrawn,
}

/// The coarse standing that lists filter by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Something is still to be done.
    Open,
    /// Settled.
    Done,
    /// Ended without being settled: declined, merged or withdrawn.
    Closed,
}

impl Progress {
    /// All, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Open, Self::Done, Self::Closed];

    /// The stable word that is stored and used in links.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Closed => "closed",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|progress| progress.as_str() == word)
    }
}

impl State {
    /// All states.
    pub const ALL: [Self; 11] = [
        Self::Reported,
        Self::Accepted,
        Self::Declined,
        Self::Dispatched,
        Self::InProgress,
        Self::Answered,
        Self::Settled,
        Self::Rated,
        Self::Reopened,
        Self::Merged,
        Self::Withdrawn,
    ];

    /// The stable word that is stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Dispatched => "dispatched",
            Self::InProgress => "in_progress",
            Self::Answered => "answered",
            Self::Settled => "settled",
            Self::Rated => "rated",
            Self::Reopened => "reopened",
            Self::Merged => "merged",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The coarse standing of this state.
    #[must_use]
    pub fn progress(self) -> Progress {
        match self {
            Self::Reported | Self::Accepted | Self::Dispatched | Self::InProgress | Self::Answered | Self::Reopened => Progress::Open,
            Self::Settled | Self::Rated => Progress::Done,
            Self::Declined | Self::Merged | Self::Withdrawn => Progress::Closed,
        }
    }
}
