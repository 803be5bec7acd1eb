//! Where a request is while its form is filled in: picking a named place, the pin on the map, and moving it.

use super::Draft;
use crate::area::{Areas, Place, Places, Position};

/// What the map of a form has in its middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pin {
    /// The position that will be kept.
    Exact(Position),
    /// Only the centre of the area chosen: shown, never kept.
    Centre(Position),
}

impl Pin {
    /// Where it is.
    pub fn position(&self) -> &Position {
        let (Self::Exact(position) | Self::Centre(position)) = self;
        position
    }
}

/// A press that moves the pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Up.
    North,
    /// Down.
    South,
    /// To the right.
    East,
    /// To the left.
    West,
}

/// How far a press moves the pin, in metres: from one building to the next.
const STEP_METRES: f64 = 50.0;

impl Step {
    /// All four.
    pub const ALL: [Self; 4] = [Self::West, Self::East, Self::North, Self::South];

    /// The word in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::North => "north",
            Self::South => "south",
            Self::East => "east",
            Self::West => "west",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == word)
    }

    /// Metres to the east and to the north.
    fn metres(self) -> (f64, f64) {
        match self {
            Self::North => (0.0, STEP_METRES),
            Self::South => (0.0, -STEP_METRES),
            Self::East => (STEP_METRES, 0.0),
            Self::West => (-STEP_METRES, 0.0),
        }
    }
}

impl Draft {
    /// Takes over a named place: its community, its name in the words, and its position unless the phone gave one.
    /// The position of a place picked before goes with that place.
    pub fn pick(&mut self, place: &Place, places: &Places) {
        self.place = place.words(&self.place);
        self.area = place.community.to_string();
        // Only a phone says how accurate it is.
        if !self.accuracy.trim().is_empty() {
            return;
        }
        let old = self.position().ok().flatten();
        match place.position {
            Some(position) => self.set_position(&position),
            None if old.is_some_and(|old| places.has(&old)) => self.clear_position(),
            None => {}
        }
    }

    /// What the form's map has in its middle.
    pub fn pin(&self, areas: &Areas) -> Option<Pin> {
        if let Ok(Some(position)) = self.position() {
            return Some(Pin::Exact(position));
        }
        let area = areas.get(&self.area.trim().parse().ok()?)?;
        area.centre().map(Pin::Centre)
    }

    /// Moves the pin one step; from an area's centre too, which makes it a position the resident has chosen.
    pub fn step(&mut self, step: Step, areas: &Areas) {
        let Some(pin) = self.pin(areas) else { return };
        let (east, north) = step.metres();
        self.set_position(&pin.position().moved(east, north));
    }

    /// Forgets the position; the area and the words stay.
    pub fn clear_position(&mut self) {
        self.lat.clear();
        self.lon.clear();
        self.accuracy.clear();
    }

    fn set_position(&mut self, position: &Position) {
        // Five decimals are a metre.
        self.lat = format!("{:.5}", position.lat());
        self.lon = format!("{:.5}", position.lon());
        self.accuracy.clear();
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::area::distance_m;
    use proptest::prelude::*;

    fn place<'a>(places: &'a Places, name: &str) -> &'a Place {
        places.iter().find(|place| place.name == name).expect("a shipped place")
    }

    #[test]
    fn a_picked_place_brings_community_name_and_position() {
        let places = Places::shipped();
        let (estate, street) = (place(&places, "民乐老村"), place(&places, "民塘路"));
        let mut draft = Draft { place: "民乐12栋".into(), area: "440309001001".into(), ..Draft::default() };
        draft.pick(estate, &places);
        assert_eq!((draft.place.as_str(), draft.area.as_str()), ("民乐老村12栋", "440309002021"));
        assert!(!draft.lat.is_empty() && draft.accuracy.is_empty());
        draft.place = "民塘路口".into();
        draft.pick(street, &places);
        assert_eq!((draft.place.as_str(), draft.lat.as_str()), ("民塘路口", ""), "the estate's position went with it");
    }

    #[test]
    fn what_the_phone_said_stays() {
        let places = Places::shipped();
        let mut draft = Draft { lat: "22.61".into(), lon: "114.02".into(), accuracy: "18".into(), ..Draft::default() };
        draft.pick(place(&places, "民乐老村"), &places);
        assert_eq!((draft.lat.as_str(), draft.lon.as_str(), draft.accuracy.as_str()), ("22.61", "114.02", "18"));
    }

    #[test]
    fn a_photo_s_position_stays_when_a_street_has_none() {
        let places = Places::shipped();
        let mut draft = Draft { lat: "22.61".into(), lon: "114.02".into(), ..Draft::default() };
        draft.pick(place(&places, "民塘路"), &places);
        assert_eq!(draft.lat, "22.61");
    }

    #[test]
    fn a_centre_is_shown_and_not_kept_until_it_is_moved() {
        let areas = Areas::shipped();
        let mut draft = Draft { area: "440309002021".into(), ..Draft::default() };
        let Some(Pin::Centre(centre)) = draft.pin(&areas) else { panic!("a centre") };
        assert_eq!(draft.position(), Ok(None));
        draft.step(Step::North, &areas);
        let Some(Pin::Exact(moved)) = draft.pin(&areas) else { panic!("a position") };
        assert!(moved.lat() > centre.lat() && (distance_m(&centre, &moved) - STEP_METRES).abs() < 2.0);
        draft.clear_position();
        assert_eq!(draft.pin(&areas), Some(Pin::Centre(centre)));
        assert_eq!(Draft::default().pin(&areas), None);
    }

    proptest! {
        #[test]
        fn there_and_back_again(lat in -60.0f64..60.0, lon in -180.0f64..180.0, nth in 0usize..4) {
            let areas = Areas::default();
            let back = [Step::East, Step::West, Step::South, Step::North];
            let mut draft = Draft { lat: format!("{lat:.5}"), lon: format!("{lon:.5}"), accuracy: "9".into(), ..Draft::default() };
            let before = *draft.pin(&areas).expect("a pin").position();
            draft.step(Step::ALL[nth], &areas);
            prop_assert!(draft.accuracy.is_empty(), "a moved pin is not the phone's");
            draft.step(back[nth], &areas);
            prop_assert!(distance_m(&before, draft.pin(&areas).expect("a pin").position()) < 3.0);
        }

        #[test]
        fn no_pin_panics(lat in ".{0,6}", lon in "-?[0-9.]{0,6}", area in "[0-9]{0,12}", accuracy in ".{0,4}") {
            let mut draft = Draft { lat, lon, area, accuracy, ..Draft::default() };
            for step in Step::ALL {
                draft.step(step, &Areas::shipped());
            }
        }
    }
}
