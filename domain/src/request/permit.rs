use serde::{Deserialize, Serialize};

use super::{Change, Refusal};
use crate::area::AreaCode;
use crate::event::class::{self, Class};
use crate::role::{Role, Viewer};

/// What of a request is public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Masked text, place and photos are shown to everybody.
    Public,
    /// A private class: nothing is shown, only counts of ten or more.
    Private,
    /// Public once somebody has looked at it.
    Review,
    /// Taken out of sight by a supervisor; the public reason stands in its place.
    Hidden,
}

impl Visibility {
    /// All.
    pub const ALL: [Self; 4] = [Self::Public, Self::Private, Self::Review, Self::Hidden];

    /// The stable word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Review => "review",
            Self::Hidden => "hidden",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|visibility| visibility.as_str() == word)
    }

    /// What of a request is public as it is filed. What nobody has classified might be private: it is shown once the
    /// desk has looked.
    #[must_use]
    pub fn at_filing(class: Option<&Class>) -> Self {
        match class {
            Some(class) if class.visibility == class::Visibility::Private => Self::Private,
            Some(class) if !class.review_first => Self::Public,
            _ => Self::Review,
        }
    }

    /// What of it is public once the desk has given it a class; `first`: it had none before. Only what waited for just
    /// that is shown now. Whoever filed under a private class was promised that nothing is public: from there on a
    /// supervisor alone shows it, however often it is classified.
    #[must_use]
    pub fn classified(self, class: &Class, first: bool) -> Self {
        match self {
            _ if class.visibility == class::Visibility::Private => Self::Private,
            Self::Private => Self::Review,
            Self::Review if first && !class.review_first => Self::Public,
            other => other,
        }
    }
}

/// Who filed a request, as far as permission goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filer {
    /// The account it was filed from, if any.
    pub account: Option<String>,
    /// The agent who filed it at the door, if any.
    pub agent: Option<String>,
}

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The deepest area known.
    pub area: AreaCode,
    /// What of it is public.
    pub visibility: Visibility,
    /// Who filed it.
    pub filer: Filer,
}

/// How the viewer stands to a request; the first that holds, from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Filed it, or holds the tracking code of one that no account owns.
    Resident,
    /// Filed it for somebody at the door.
    Agent,
    /// Handles cases in its area.
    Handler,
    /// Supervises its area.
    Supervisor,
    /// Met the same.
    Neighbour,
    /// Anybody else.
    Visitor,
}

impl Relation {
    /// The word stored in history and shown in public: a role, never a name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Neighbour => "neighbour",
            Self::Resident => "resident",
            Self::Agent => "agent",
            Self::Handler => "handler",
            Self::Supervisor => "supervisor",
            Self::Visitor => "visitor",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Resident, Self::Agent, Self::Handler, Self::Supervisor, Self::Neighbour, Self::Visitor]
            .into_iter()
            .find(|relation| relation.as_str() == word)
    }
}

/// How much of a request the viewer may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// Not even that it exists.
    Nothing,
    /// The masked public page.
    Public,
    /// The original words, place and photos.
    Full,
}

/// How the viewer stands to the subject. `tracked`: the viewer has shown the tracking code.
#[must_use]
pub fn relations(viewer: &Viewer, subject: &Subject, tracked: bool) -> Vec<Relation> {
    let own = |account: &Option<String>| account.is_some() && account.as_deref() == viewer.account.as_ref().map(|id| id.as_str());
    let filed_at_door = own(&subject.filer.agent);
    // The code has been in the hands of whoever filed at the door, who speaks for nobody by that; and it opens nothing
    // any more once an account owns the request.
    let by_code = tracked && !filed_at_door && subject.filer.account.is_none();
    let mut found = Vec::new();
    if by_code || own(&subject.filer.account) {
        found.push(Relation::Resident);
    }
    if filed_at_door && viewer.areas(Role::Agent).next().is_some() {
        found.push(Relation::Agent);
    }
    if viewer.holds(Role::Handler, &subject.area) {
        found.push(Relation::Handler);
    }
    if viewer.holds(Role::Supervisor, &subject.area) {
        found.push(Relation::Supervisor);
    }
    found
}

/// How much of the subject the viewer may see.
#[must_use]
pub fn sight(viewer: &Viewer, subject: &Subject, tracked: bool) -> Sight {
    if !relations(viewer, subject, tracked).is_empty() {
        Sight::Full
    } else if matches!(subject.visibility, Visibility::Public | Visibility::Hidden) {
        Sight::Public
    } else {
        Sight::Nothing
    }
}

/// Whether the viewer may make this change to the subject, and in which role it is recorded.
///
/// # Errors
/// [`Refusal::NotAllowed`]; whether the change is possible *now* is [`super::Status::after`]'s to say.
pub fn may_change(viewer: &Viewer, subject: &Subject, tracked: bool, change: Change) -> Result<Relation, Refusal> {
    let found = relations(viewer, subject, tracked);
    match change {
        // Following is an account's, and one's own request is followed anyway.
        Change::Joined => {
            let own = found.iter().any(|relation| matches!(relation, Relation::Resident | Relation::Agent));
            let may = viewer.is_signed_in() && subject.visibility == Visibility::Public && !own;
            return if may { Ok(Relation::Neighbour) } else { Err(Refusal::NotAllowed) };
        }
        // What belongs to somebody can't be taken over, whoever found its code, nor what one filed for somebody else.
        Change::Adopted => {
            let may = viewer.is_signed_in() && tracked && subject.filer.account.is_none() && found.contains(&Relation::Resident);
            return if may { Ok(Relation::Resident) } else { Err(Refusal::NotAllowed) };
        }
        _ => {}
    }
    let allowed: &[Relation] = match change {
        Change::Registered | Change::Joined | Change::Adopted => &[],
        Change::Classified | Change::Accepted | Change::Declined | Change::Asked | Change::Answered | Change::Settled => &[Relation::Handler],
        // How it went is for whoever lives with it to say.
        Change::Rated | Change::Reopened => &[Relation::Resident],
        Change::Replied | Change::Withdrawn | Change::Added => &[Relation::Resident, Relation::Agent],
        Change::Hidden | Change::Shown | Change::PhotoHidden | Change::PhotoCovered | Change::PhotoShown => &[Relation::Supervisor],
    };
    found.into_iter().find(|relation| allowed.contains(relation)).ok_or(Refusal::NotAllowed)
}

/// Whether the viewer may look at the resident's phone, for a stated reason that the resident is told.
#[must_use]
pub fn may_look_at_contact(viewer: &Viewer, subject: &Subject) -> bool {
    viewer.holds(Role::Handler, &subject.area)
}

/// Whether the viewer may decide on reports of the subject.
#[must_use]
pub fn may_moderate(viewer: &Viewer, subject: &Subject) -> bool {
    viewer.holds(Role::Supervisor, &subject.area)
}
