use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::{MAX_PLACE, MAX_WORDS};
use crate::area::{AreaCode, Areas, Level, Position};
use crate::event::class::{Catalogue, ClassCode};
use crate::text::{Phone, TextError, clean};

/// The form as it was typed; kept as it is, so that a refused form comes back with nothing lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What happened.
    pub what: String,
    /// The class chosen, or empty for "not sure".
    pub class: String,
    /// Address or landmark.
    pub place: String,
    /// Area code.
    pub area: String,
    /// WGS-84 latitude, decimal degrees.
    pub lat: String,
    /// WGS-84 longitude, decimal degrees.
    pub lon: String,
    /// Accuracy of the position in metres.
    pub accuracy: String,
    /// Phone number.
    pub phone: String,
    /// When it happened, local `2026-11-23T07:35`.
    pub happened: String,
    /// Since which day it has been so, `2026-08-01`.
    pub since: String,
    /// Somebody may be in danger: the question of the class was answered with yes.
    pub danger: bool,
}

/// A field of the form, to say beside it what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// What happened.
    What,
    /// The class.
    Class,
    /// Address or landmark.
    Place,
    /// The area.
    Area,
    /// The position.
    Position,
    /// The phone number.
    Phone,
    /// When it happened.
    Happened,
    /// Since which day it has been so.
    Since,
    /// The photos.
    Photos,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// Nothing is there, and something must be.
    Empty,
    /// Longer than allowed, in characters.
    TooLong {
        /// Allowed.
        max: usize,
        /// Written.
        got: usize,
    },
    /// No such class, or one that only groups others.
    NoSuchClass,
    /// The class is closed; the successor takes its requests.
    ClassClosed(Option<ClassCode>),
    /// No such area.
    NoSuchArea,
    /// An area of another district.
    OtherDistrict,
    /// An area in which the agent files for nobody.
    NotServed,
    /// Not a position on earth.
    Position,
    /// Not a phone number.
    Phone,
    /// Not a time, or one to come.
    Time,
}

/// A form that can be registered.
#[derive(Clone, Debug, PartialEq)]
pub struct Filing {
    /// What happened, cleaned of control characters.
    pub what: String,
    /// The class; the desk chooses where the resident did not.
    pub class: Option<ClassCode>,
    /// Address or landmark; may be empty.
    pub place: String,
    /// The deepest area known; the district where nothing is.
    pub area: AreaCode,
    /// Where exactly.
    pub position: Option<Position>,
    /// Whom to call.
    pub phone: Option<Phone>,
    /// When it happened, local time.
    pub happened_at: Option<NaiveDateTime>,
    /// Since which local day it has been so.
    pub since: Option<NaiveDate>,
    /// Somebody may be in danger.
    pub danger: bool,
}

/// What a form is checked against.
pub struct Rules<'a> {
    /// The district's areas.
    pub areas: &'a Areas,
    /// The catalogue in force.
    pub catalogue: &'a Catalogue,
    /// Now, local.
    pub now: NaiveDateTime,
    /// Whether a phone number is needed: nobody is signed in, or somebody files for another.
    pub needs_phone: bool,
}

impl Draft {
    /// Checks every field at once.
    ///
    /// # Errors
    /// All mistakes, in the order of the form.
    pub fn check(&self, rules: &Rules<'_>) -> Result<Filing, Vec<(Field, Wrong)>> {
        let mut wrong = Vec::new();
        let what = words(&self.what, MAX_WORDS, Field::What, &mut wrong);
        if what.is_empty() && wrong.is_empty() {
            wrong.push((Field::What, Wrong::Empty));
        }
        let class = self.class(rules.catalogue, rules.now.date()).unwrap_or_else(|mistake| {
            wrong.push((Field::Class, mistake));
            None
        });
        let place = words(&self.place, MAX_PLACE, Field::Place, &mut wrong);
        let position = self.position().unwrap_or_else(|()| {
            wrong.push((Field::Position, Wrong::Position));
            None
        });
        let area = self.area(rules.areas, position.as_ref());
        let phone = match self.phone.trim() {
            "" if rules.needs_phone => {
                wrong.push((Field::Phone, Wrong::Empty));
                None
            }
            "" => None,
            text => text.parse().map_err(|_| wrong.push((Field::Phone, Wrong::Phone))).ok(),
        };
        let happened_at = self.happened(rules.now).unwrap_or_else(|()| {
            wrong.push((Field::Happened, Wrong::Time));
            None
        });
        let since = self.since(rules.now.date()).unwrap_or_else(|()| {
            wrong.push((Field::Since, Wrong::Time));
            None
        });
        match area {
            Ok(area) if wrong.is_empty() => Ok(Filing { what, class, place, area, position, phone, happened_at, since, danger: self.danger }),
            Ok(_) => Err(wrong),
            Err(mistake) => {
                wrong.push((Field::Area, mistake));
                Err(wrong)
            }
        }
    }

    fn class(&self, catalogue: &Catalogue, today: NaiveDate) -> Result<Option<ClassCode>, Wrong> {
        if self.class.trim().is_empty() {
            return Ok(None);
        }
        let code: ClassCode = self.class.trim().parse().map_err(|_| Wrong::NoSuchClass)?;
        let class = catalogue.get(code).filter(|_| catalogue.is_leaf(code)).ok_or(Wrong::NoSuchClass)?;
        if class.is_open(today) { Ok(Some(code)) } else { Err(Wrong::ClassClosed(class.successor)) }
    }

    pub(super) fn position(&self) -> Result<Option<Position>, ()> {
        let (lat, lon) = (self.lat.trim(), self.lon.trim());
        if lat.is_empty() && lon.is_empty() {
            return Ok(None);
        }
        let number = |text: &str| text.parse::<f64>().map_err(|_| ());
        let accuracy = match self.accuracy.trim() {
            "" => None,
            // A phone says 12.5; metres are whole here, and more than a hundred kilometres is no position.
            text => Some(number(text)?).filter(|metres| (0.0..100_000.0).contains(metres)).map(|metres| metres.ceil() as u32),
        };
        Position::new(number(lat)?, number(lon)?, accuracy).map(Some).map_err(|_| ())
    }

    fn area(&self, areas: &Areas, position: Option<&Position>) -> Result<AreaCode, Wrong> {
        let district = areas.district().map_err(|_| Wrong::NoSuchArea)?;
        match self.area.trim() {
            // Without a choice, the community whose centre is nearest to the phone, or the one that the words name;
            // else the whole district.
            "" => Ok(position
                .and_then(|position| areas.nearest(position))
                .filter(|(_, metres)| *metres < 5_000.0)
                .map(|(area, _)| area.code)
                .or_else(|| named(areas, &self.place))
                .or_else(|| named(areas, &self.what))
                .unwrap_or(district.code)),
            text => {
                let code: AreaCode = text.parse().map_err(|_| Wrong::NoSuchArea)?;
                if !code.is_within(&district.code) {
                    return Err(Wrong::OtherDistrict);
                }
                let known = if code.level() == Level::Grid { code.parent() } else { Some(code) };
                known.filter(|code| areas.get(code).is_some()).map(|_| code).ok_or(Wrong::NoSuchArea)
            }
        }
    }

    pub(super) fn happened(&self, now: NaiveDateTime) -> Result<Option<NaiveDateTime>, ()> {
        let text = self.happened.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let at = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .ok_or(())?;
        // An hour's grace for phones whose clock is ahead; ten years back is a typing mistake.
        let told = at <= now + chrono::TimeDelta::hours(1) && at > now - chrono::TimeDelta::days(3653);
        if told { Ok(Some(at)) } else { Err(()) }
    }

    pub(super) fn since(&self, today: NaiveDate) -> Result<Option<NaiveDate>, ()> {
        let text = self.since.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| ())?;
        // A lifetime back is a typing mistake; a day's grace is for phones east of here.
        let told = day <= today + chrono::TimeDelta::days(1) && day > today - chrono::TimeDelta::days(36_525);
        if told { Ok(Some(day)) } else { Err(()) }
    }
}

/// The community that a text names: by its full name, else by the name without 社区, if it names just one.
/// 「民乐老村」 alone may be 民乐 or 老村.
pub(super) fn named(areas: &Areas, text: &str) -> Option<AreaCode> {
    let one = |name: fn(&str) -> &str| {
        let communities = areas.iter().filter(|area| area.level == Level::Community);
        let mut found = communities.filter(|area| name(&area.name).chars().count() >= 2 && text.contains(name(&area.name)));
        found.next().filter(|_| found.next().is_none()).map(|area| area.code)
    };
    one(|name| name).or_else(|| one(|name| name.trim_end_matches("社区")))
}

/// Cleans one text, noting what is wrong with it.
pub(super) fn words(text: &str, max: usize, field: Field, wrong: &mut Vec<(Field, Wrong)>) -> String {
    clean(text, max).unwrap_or_else(|error| {
        let TextError::TooLong { max, got } = error;
        wrong.push((field, Wrong::TooLong { max, got }));
        String::new()
    })
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(draft: &Draft, needs_phone: bool) -> Result<Filing, Vec<(Field, Wrong)>> {
        let now = NaiveDate::from_ymd_opt(2026, 11, 24).and_then(|day| day.and_hms_opt(12, 0, 0)).expect("a time");
        draft.check(&Rules { areas: &Areas::shipped(), catalogue: &Catalogue::shipped(), now, needs_phone })
    }

    fn draft() -> Draft {
        Draft { what: "井盖没了".into(), class: "040401".into(), area: "440309002001".into(), ..Draft::default() }
    }

    #[test]
    fn words_alone_are_enough() {
        let filing = check(&Draft { what: " 楼下很吵 ".into(), ..Draft::default() }, false).expect("a filing");
        assert_eq!((filing.what.as_str(), filing.class, filing.area.as_str()), ("楼下很吵", None, "440309"));
    }

    #[test]
    fn a_community_named_in_the_words_is_taken() {
        let area =
            |place: &str| check(&Draft { place: place.into(), area: String::new(), ..draft() }, false).map(|filing| filing.area.as_str().to_owned());
        assert_eq!(area("北站社区民乐老村 12 栋").as_deref(), Ok("440309002021"));
        assert_eq!(area("大和路口").as_deref(), Ok("440309001001"));
        assert_eq!(area("北站与大和之间").as_deref(), Ok("440309"));
    }

    #[test]
    fn each_mistake_is_named() {
        let wrong = |draft: Draft, phone| check(&draft, phone).expect_err("refused");
        assert_eq!(wrong(Draft { what: String::new(), ..draft() }, true), [(Field::What, Wrong::Empty), (Field::Phone, Wrong::Empty)]);
        assert_eq!(wrong(Draft { class: "0404".into(), ..draft() }, false), [(Field::Class, Wrong::NoSuchClass)]);
        assert_eq!(wrong(Draft { area: "440305001001".into(), ..draft() }, false), [(Field::Area, Wrong::OtherDistrict)]);
        assert_eq!(wrong(Draft { area: "440309999999".into(), ..draft() }, false), [(Field::Area, Wrong::NoSuchArea)]);
        assert_eq!(wrong(Draft { lat: "91".into(), lon: "114".into(), ..draft() }, false), [(Field::Position, Wrong::Position)]);
        assert_eq!(wrong(Draft { phone: "12".into(), ..draft() }, false), [(Field::Phone, Wrong::Phone)]);
        assert_eq!(wrong(Draft { happened: "2027-01-01T00:00".into(), ..draft() }, false), [(Field::Happened, Wrong::Time)]);
        for since in ["2026-11-26", "1900-01-01", "yesterday", "2026-02-30"] {
            assert_eq!(wrong(Draft { since: since.into(), ..draft() }, false), [(Field::Since, Wrong::Time)], "{since}");
        }
        let long = "字".repeat(MAX_WORDS + 1);
        assert_eq!(wrong(Draft { what: long, ..draft() }, false), [(Field::What, Wrong::TooLong { max: MAX_WORDS, got: MAX_WORDS + 1 })]);
    }

    proptest! {
        #[test]
        fn no_input_panics(what in ".{0,40}", class in ".{0,8}", area in "[0-9x]{0,16}", lat in ".{0,8}", lon in "-?[0-9.]{0,8}", happened in "[0-9T:-]{0,18}", since in "[0-9-]{0,12}") {
            let _ = check(&Draft { what, class, area, lat, lon, happened, since, ..Draft::default() }, true);
        }
    }
}
