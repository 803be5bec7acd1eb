use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Change, Progress, State};

/// A request can be reopened once, this many days from the day it was settled.
pub const REOPEN_DAYS: i64 = 15;

/// What decides whether a change is possible now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Where it stands.
    pub state: State,
    /// Whether a question of the desk waits for the resident.
    pub asked: bool,
    /// How often it was reopened.
    pub reopened: i64,
    /// When it was last settled.
    pub settled_at: Option<DateTime<Utc>>,
    /// Whether it has a class.
    pub classified: bool,
}

/// Why a change is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The viewer may not do this here.
    #[error("not allowed")]
    NotAllowed,
    /// The request has moved on; the page shows where it stands.
    #[error("not possible in this state")]
    NotNow,
    /// No question waits for an answer.
    #[error("no question waits for an answer")]
    NotAsked,
    /// It has been reopened before.
    #[error("reopened before")]
    ReopenedBefore,
    /// The days for reopening have passed.
    #[error("too late to reopen")]
    TooLate,
    /// A class is needed first.
    #[error("has no class yet")]
    NoClass,
    /// Settling needs a photo of what was done.
    #[error("no photo shows what was done")]
    NoEvidence,
    /// The change says nothing without words.
    #[error("no words")]
    NoWords,
    /// A private class is never shown, whatever anybody presses.
    #[error("never public")]
    NeverPublic,
}

impl Status {
    /// Where a change leads, or why it is not possible now.
    ///
    /// # Errors
    /// The refusal that a person is told.
    pub fn after(&self, change: Change, now: DateTime<Utc>) -> Result<State, Refusal> {
        use State::{Accepted, Answered, Declined, InProgress, Rated, Reopened, Settled, Withdrawn};
        let open = self.state.progress() == Progress::Open;
        match change {
            Change::Registered => Err(Refusal::NotNow),
            Change::Hidden | Change::Shown | Change::PhotoHidden | Change::PhotoCovered | Change::PhotoShown | Change::Adopted => Ok(self.state),
            Change::Classified | Change::Added | Change::Asked | Change::Joined if open => Ok(self.state),
            Change::Replied if open && self.asked => Ok(self.state),
            Change::Replied if open => Err(Refusal::NotAsked),
            Change::Accepted if matches!(self.state, State::Reported | Reopened) => self.with_class(Accepted),
            Change::Declined if matches!(self.state, State::Reported | Accepted) => Ok(Declined),
            Change::Answered if open && self.state != State::Reported => Ok(Answered),
            Change::Settled if matches!(self.state, Accepted | State::Dispatched | InProgress | Answered) => self.with_class(Settled),
            Change::Rated if self.state == Settled => Ok(Rated),
            Change::Reopened if matches!(self.state, Settled | Rated) => {
                if self.reopened > 0 {
                    Err(Refusal::ReopenedBefore)
                } else if self.settled_at.is_none_or(|at| now - at > TimeDelta::days(REOPEN_DAYS)) {
                    Err(Refusal::TooLate)
                } else {
                    Ok(Reopened)
                }
            }
            Change::Withdrawn if open => Ok(Withdrawn),
            _ => Err(Refusal::NotNow),
        }
    }

    fn with_class(&self, next: State) -> Result<State, Refusal> {
        if self.classified { Ok(next) } else { Err(Refusal::NoClass) }
    }

    /// The changes possible now, in the order a page offers them.
    pub fn possible(&self, now: DateTime<Utc>) -> impl Iterator<Item = Change> + '_ {
        Change::ALL.into_iter().filter(move |change| self.after(*change, now).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn status() -> impl Strategy<Value = Status> {
        (0..State::ALL.len(), any::<bool>(), 0i64..3, proptest::option::of(0i64..4_000_000), any::<bool>()).prop_map(
            |(state, asked, reopened, settled, classified)| Status {
                state: State::ALL[state],
                asked,
                reopened,
                settled_at: settled.and_then(|at| DateTime::from_timestamp(at, 0)),
                classified,
            },
        )
    }

    proptest! {
        #[test]
        fn what_has_ended_stays_ended_but_for_rating_and_reopening(status in status(), at in 0i64..8_000_000) {
            let now = DateTime::from_timestamp(at, 0).expect("in range");
            for change in status.possible(now) {
                let next = status.after(change, now).expect("possible");
                if status.state.progress() == Progress::Closed {
                    prop_assert_eq!(next, status.state);
                }
                if status.state.progress() == Progress::Done && next.progress() == Progress::Open {
                    prop_assert_eq!(change, Change::Reopened);
                    prop_assert_eq!(status.reopened, 0);
                    prop_assert!(now - status.settled_at.expect("settled") <= TimeDelta::days(REOPEN_DAYS));
                }
                if next == State::Settled && status.state != State::Settled {
                    prop_assert!(status.classified);
                }
            }
        }
    }

    #[test]
    fn words_are_read_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        for change in Change::ALL {
            assert_eq!(Change::parse(change.as_str()), Some(change));
        }
        assert_eq!(State::parse("nonsense"), None);
    }

    #[test]
    fn a_whole_life() {
        let now = DateTime::from_timestamp(1_000_000, 0).expect("in range");
        let mut status = Status { state: State::Reported, asked: false, reopened: 0, settled_at: None, classified: true };
        for (change, expected) in [
            (Change::Accepted, State::Accepted),
            (Change::Answered, State::Answered),
            (Change::Settled, State::Settled),
            (Change::Rated, State::Rated),
        ] {
            status.state = status.after(change, now).expect("possible");
            assert_eq!(status.state, expected);
        }
        status.settled_at = Some(now);
        assert_eq!(status.after(Change::Reopened, now + TimeDelta::days(15)), Ok(State::Reopened));
        assert_eq!(status.after(Change::Reopened, now + TimeDelta::days(16)), Err(Refusal::TooLate));
        status.reopened = 1;
        assert_eq!(status.after(Change::Reopened, now), Err(Refusal::ReopenedBefore));
    }
}
