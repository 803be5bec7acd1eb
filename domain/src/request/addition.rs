use chrono::{NaiveDate, NaiveDateTime};

use super::MAX_PLACE;
use super::filing::{Draft, Field, Wrong, named, words};
use crate::area::{AreaCode, Areas, Level};

/// What a resident tells of a request after filing it 补充; what is absent was not told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addition {
    /// Address or landmark; may be empty.
    pub place: String,
    /// When it happened, local time.
    pub happened_at: Option<NaiveDateTime>,
    /// Since which local day it has been so.
    pub since: Option<NaiveDate>,
}

impl Draft {
    /// Checks what can be told later, each field as when filing.
    ///
    /// # Errors
    /// All mistakes, in the order of the form.
    pub fn check_addition(&self, now: NaiveDateTime) -> Result<Addition, Vec<(Field, Wrong)>> {
        let mut wrong = Vec::new();
        let place = words(&self.place, MAX_PLACE, Field::Place, &mut wrong);
        let happened_at = self.happened(now).unwrap_or_else(|()| {
            wrong.push((Field::Happened, Wrong::Time));
            None
        });
        let since = self.since(now.date()).unwrap_or_else(|()| {
            wrong.push((Field::Since, Wrong::Time));
            None
        });
        if wrong.is_empty() { Ok(Addition { place, happened_at, since }) } else { Err(wrong) }
    }
}

impl Addition {
    /// Whether nothing is told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Where a request is with this place told: the community that it names, if nothing but the district was known.
    #[must_use]
    pub fn area(&self, areas: &Areas, known: AreaCode) -> AreaCode {
        if known.level() == Level::District { named(areas, &self.place).unwrap_or(known) } else { known }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::event::class::Catalogue;
    use crate::request::Rules;
    use proptest::prelude::*;

    fn now() -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 11, 24).and_then(|day| day.and_hms_opt(12, 0, 0)).expect("a time")
    }

    #[test]
    fn a_place_names_the_community_only_where_none_is_known() {
        let areas = Areas::shipped();
        let area = |known: &str, place: &str| Addition { place: place.into(), ..Addition::default() }.area(&areas, known.parse().expect("an area"));
        assert_eq!(area("440309", "北站社区民乐老村 12 栋").as_str(), "440309002021");
        assert_eq!(area("440309", "北站与大和之间").as_str(), "440309");
        assert_eq!(area("440309", "").as_str(), "440309");
        assert_eq!(area("440309001001", "北站社区民乐老村 12 栋").as_str(), "440309001001");
        assert_eq!(area("440309001", "北站社区民乐老村 12 栋").as_str(), "440309001");
    }

    proptest! {
        #[test]
        fn what_is_told_later_is_checked_as_when_filing(place in "(井|a| ){0,130}", happened in "(2026-11-2[0-9]T1[0-9]:00|[0-9T:-]{0,18})", since in "(2026-11-2[0-9]|[0-9-]{0,12})") {
            let draft = Draft { what: "井盖没了".into(), place, happened, since, ..Draft::default() };
            let filed = draft.check(&Rules { areas: &Areas::shipped(), catalogue: &Catalogue::shipped(), now: now(), needs_phone: false });
            let filed = filed.map(|filing| Addition { place: filing.place, happened_at: filing.happened_at, since: filing.since });
            prop_assert_eq!(draft.check_addition(now()), filed);
        }
    }
}
