//! Named places: their table, and finding one by a few letters.
#![cfg(feature = "native")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use domain::area::{AreaCode, AreaProblem, Areas, MIN_NAME, Place, PlaceKind, Places};
use proptest::prelude::*;

static PLACES: LazyLock<Places> = LazyLock::new(Places::shipped);

fn names(text: &str) -> Vec<(&str, String)> {
    PLACES.search(text, None, 8).into_iter().map(|place| (place.name.as_str(), place.community.to_string())).collect()
}

fn first(text: &str) -> Option<&Place> {
    PLACES.search(text, None, 1).first().copied()
}

#[test]
fn the_shipped_table_says_what_it_is() {
    let table = include_str!("../../data/places.csv");
    assert!(table.lines().next().unwrap().starts_with("# Schematic"));
    for kind in [PlaceKind::Community, PlaceKind::Estate, PlaceKind::Street] {
        assert!(PLACES.iter().filter(|place| place.kind == kind).count() > 50, "{kind:?}");
    }
}

#[test]
fn two_letters_find_a_place() {
    assert_eq!(names("民乐"), [("民乐老村", "440309002021".into()), ("民乐新村", "440309002021".into())]);
    assert_eq!(first("北站").map(|place| (place.kind, place.name.as_str())), Some((PlaceKind::Community, "北站社区")));
    assert!(names("民").is_empty() && names("").is_empty() && names("12").is_empty() && names("  ，").is_empty());
    assert!(names("不存在的地方").is_empty());
}

#[test]
fn whole_sentences_find_what_they_name() {
    for text in ["民乐老村 12 栋楼下，近垃圾房", "民乐老村12栋", "我住民乐老村"] {
        assert_eq!(first(text).map(|place| place.name.as_str()), Some("民乐老村"), "{text}");
    }
    // An estate that a community is named after comes before it.
    assert_eq!(first("招商澜园").map(|place| place.name.as_str()), Some("招商澜园"));
    assert_eq!(first("深圳北站B口").map(|place| place.name.as_str()), Some("北站社区"));
}

#[test]
fn a_street_is_found_in_each_community_and_the_nearest_first() {
    let found = PLACES.search("人民路口", None, 8);
    assert!(found.len() > 3 && found.iter().all(|place| place.name == "人民路"));
    let here = found.last().unwrap().community;
    assert_eq!(PLACES.search("人民路口", Some(&here), 8)[0].community, here);
}

#[test]
fn a_pick_completes_the_words_and_loses_none() {
    let village = first("民乐老村").unwrap();
    for (typed, expected) in [
        ("民乐", "民乐老村"),
        ("民乐 12 栋楼下", "民乐老村 12 栋楼下"),
        ("民乐老村 12 栋", "民乐老村 12 栋"),
        ("近民乐，垃圾房旁", "民乐老村 近民乐，垃圾房旁"),
        ("", "民乐老村"),
    ] {
        assert_eq!(village.words(typed), expected, "{typed}");
    }
    assert_eq!(first("北站").unwrap().words("北站 B 口"), "北站 B 口");
}

#[test]
fn every_fault_is_named_with_its_line() {
    let table = "kind,name,community,lat,lon\n\
        street,民治大道,440309002001,,\n\
        road,甲路,440309002001,,\n\
        street,路,440309002001,,\n\
        estate,甲村,440309002001,91,114\n\
        estate,乙村,440309002001,22.6,\n\
        estate,丙村,440309999001,,\n\
        estate,丁村,440309002,,\n\
        estate,戊村,x,,\n\
        street,民治大道,440309002001,,\n\
        street,民治大道,440309002002,,\n";
    let error = Places::from_csv(table, &Areas::shipped()).unwrap_err();
    assert_eq!(error.problems.iter().map(|fault| fault.line).collect::<Vec<_>>(), [3, 4, 5, 6, 7, 8, 9, 10]);
    assert!(matches!(error.problems[0].problem, AreaProblem::UnknownKind(_)));
    assert!(matches!(error.problems[4].problem, AreaProblem::UnknownArea(_)));
    assert!(matches!(error.problems[5].problem, AreaProblem::NotACommunity(_)));
    assert!(matches!(error.problems[7].problem, AreaProblem::PlaceTwice { .. }));
    assert!(Places::from_csv("kind,name\nstreet,甲路\n", &Areas::shipped()).is_err());
    // A district without such a table still finds its communities.
    assert_eq!(Places::from_csv("kind,name,community,lat,lon\n", &Areas::shipped()), Ok(Places::of(&Areas::shipped())));
}

fn any_place() -> impl Strategy<Value = &'static Place> {
    (0..PLACES.iter().count()).prop_map(|nth| PLACES.iter().nth(nth).unwrap())
}

proptest! {
    #[test]
    fn any_part_of_a_name_finds_it(place in any_place(), from in 0usize..8, length in 2usize..8) {
        let letters: Vec<char> = place.name.chars().collect();
        let from = from.min(letters.len() - MIN_NAME);
        let part: String = letters[from..letters.len().min(from + length)].iter().collect();
        prop_assume!(part.chars().filter(|c| !c.is_ascii_digit()).count() >= MIN_NAME);
        prop_assert!(PLACES.search(&part, None, usize::MAX).contains(&place), "{part}");
    }

    #[test]
    fn an_exact_name_comes_first(place in any_place()) {
        prop_assert_eq!(&first(&place.name).unwrap().name, &place.name);
        prop_assert_eq!(PLACES.search(&place.name, Some(&place.community), 1), [place]);
        prop_assert_eq!(PLACES.get(&place.community, &place.name), Some(place));
    }

    #[test]
    fn a_search_never_panics_and_never_floods(text in "[民治大道村北站A-z0-9 ，]{0,12}|.{0,30}", most in 0usize..9, here in "4403090[0-9]{2}|440309002021") {
        let here = AreaCode::parse(&here).ok();
        prop_assert!(PLACES.search(&text, here.as_ref(), most).len() <= most);
    }

    #[test]
    fn picking_keeps_every_letter_and_twice_is_once(place in any_place(), text in "[民治大道村北站a-z0-9 ，]{0,12}") {
        let words = place.words(&text);
        prop_assert_eq!(&place.words(&words), &words);
        for letter in text.chars().filter(|c| !c.is_whitespace()) {
            prop_assert!(words.matches(letter).count() >= text.matches(letter).count(), "{text} {words}");
        }
        prop_assert!(PLACES.search(&words, Some(&place.community), usize::MAX).contains(&place));
    }
}
