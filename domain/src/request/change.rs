use serde::{Deserialize, Serialize};

/// What somebody does to a request. The words that go with it are kept beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Filed and numbered.
    Registered,
    /// Given a class, or another one.
    Classified,
    /// Taken on by the desk.
    Accepted,
    /// Refused, with a reason.
    Declined,
    /// The desk asks the resident something.
    Asked,
    /// The resident answers the desk's question.
    Replied,
    /// The desk answers the resident.
    Answered,
    /// Done, with evidence.
    Settled,
    /// The resident says how well, 1 to 5.
    Rated,
    /// The resident was not content, with a reason.
    Reopened,
    /// The resident adds words or photos.
    Added,
    /// The resident takes it back.
    Withdrawn,
    /// A supervisor takes it out of public sight, with a public reason.
    Hidden,
    /// A supervisor shows it (again).
    Shown,
    /// A supervisor takes one photo out of public sight, with a public reason.
    PhotoHidden,
    /// A supervisor covers part of a photo for good, with a public reason.
    PhotoCovered,
    /// A supervisor shows a photo again.
    PhotoShown,
    /// A neighbour met the same: counts and follows.
    Joined,
    /// Who filed without an account has one now: it becomes the account's own.
    Adopted,
}

impl Change {
    /// All changes.
    pub const ALL: [Self; 19] = [
        Self::Registered,
        Self::Classified,
        Self::Accepted,
        Self::Declined,
        Self::Asked,
        Self::Replied,
        Self::Answered,
        Self::Settled,
        Self::Rated,
        Self::Reopened,
        Self::Added,
        Self::Withdrawn,
        Self::Hidden,
        Self::Shown,
        Self::PhotoHidden,
        Self::PhotoCovered,
        Self::PhotoShown,
        Self::Joined,
        Self::Adopted,
    ];

    /// The stable word that is stored, and that names the outgoing event's type.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Classified => "classified",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Asked => "asked",
            Self::Replied => "replied",
            Self::Answered => "answered",
            Self::Settled => "settled",
            Self::Rated => "rated",
            Self::Reopened => "reopened",
            Self::Added => "added",
            Self::Withdrawn => "withdrawn",
            Self::Hidden => "hidden",
            Self::Shown => "shown",
            Self::PhotoHidden => "photo_hidden",
            Self::PhotoCovered => "photo_covered",
            Self::PhotoShown => "photo_shown",
            Self::Joined => "joined",
            Self::Adopted => "adopted",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == word)
    }

    /// Whether the resident has heard from the desk by it: the first such change is the answer that was promised.
    /// Taking a request on without a word tells nobody anything.
    #[must_use]
    pub fn answers(self, words: &str) -> bool {
        match self {
            Self::Accepted => !words.trim().is_empty(),
            Self::Declined | Self::Asked | Self::Answered | Self::Settled => true,
            _ => false,
        }
    }

    /// Whether the change says nothing without words.
    #[must_use]
    pub fn needs_words(self) -> bool {
        matches!(
            self,
            Self::Declined
                | Self::Asked
                | Self::Replied
                | Self::Answered
                | Self::Settled
                | Self::Reopened
                | Self::Hidden
                | Self::PhotoHidden
                | Self::PhotoCovered
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_desk_tells_the_resident_is_an_answer() {
        let answers = |words: &str| Change::ALL.into_iter().filter(|change| change.answers(words)).collect::<Vec<_>>();
        assert_eq!(answers("上午到场"), [Change::Accepted, Change::Declined, Change::Asked, Change::Answered, Change::Settled]);
        assert!(!answers(" ").contains(&Change::Accepted));
    }
}
