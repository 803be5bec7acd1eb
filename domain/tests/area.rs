//! Areas: codes, the tree and its table, positions.
#![cfg(feature = "native")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use domain::area::{AreaCode, AreaCodeError, AreaProblem, Areas, DistrictError, Level, Position, distance_m};
use proptest::prelude::*;

fn code(text: &str) -> AreaCode {
    AreaCode::parse(text).unwrap()
}

fn at(lat: f64, lon: f64) -> Position {
    Position::new(lat, lon, None).unwrap()
}

#[test]
fn codes_know_their_ancestors() {
    let grid = code("440309002021003");
    let chain: Vec<String> = std::iter::successors(Some(grid), AreaCode::parent).map(|code| code.to_string()).collect();
    assert_eq!(chain, ["440309002021003", "440309002021", "440309002", "440309", "440300", "440000"]);
    assert_eq!(grid.level(), Level::Grid);
    assert_eq!(grid.subdistrict(), Some(code("440309002")));
    assert_eq!(grid.community(), Some(code("440309002021")));
    assert_eq!(code("440309").subdistrict(), None);
    assert!(grid.is_within(&code("440000")) && grid.is_within(&code("440300")) && grid.is_within(&grid));
    assert!(!code("440309").is_within(&grid));
    assert!(!code("440310").is_within(&code("440309")));
    assert_eq!(AreaCode::parse("4403"), Err(AreaCodeError::Length { got: 4 }));
    assert_eq!(AreaCode::parse("44030x"), Err(AreaCodeError::NotADigit { found: 'x' }));
}

#[test]
fn the_shipped_table() {
    let areas = Areas::shipped();
    assert_eq!(areas.iter().count(), 122);
    assert_eq!(areas.district().unwrap().name, "龙华区");
    assert_eq!(areas.children(&code("440309")).count(), 6);
    let communities: Vec<_> = areas.iter().filter(|area| area.level == Level::Community).collect();
    assert_eq!(communities.len(), 113);
    for area in &communities {
        let centre = area.centre().unwrap();
        assert!((22.58..=22.78).contains(&centre.lat()) && (113.94..=114.12).contains(&centre.lon()));
        assert_eq!(areas.nearest(&centre).unwrap().0.code, area.code);
        for other in communities.iter().filter(|other| other.code != area.code) {
            assert!(distance_m(&centre, &other.centre().unwrap()) > 600.0);
        }
    }
    assert_eq!(areas.path_name(&code("440309002021")).unwrap(), "民治街道北站社区");
    assert_eq!(areas.path_name(&code("440309")).unwrap(), "龙华区");
    assert_eq!(areas.path_name(&code("440309009")), None);
    assert!(areas.in_district(&code("440309002021")));
    assert!(areas.in_district(&code("440309002021007")));
    assert!(!areas.in_district(&code("440309002099")));
    assert!(!areas.in_district(&code("440300")));
}

#[test]
fn found_by_name() {
    let areas = Areas::shipped();
    let first = |text: &str| areas.find(text).first().map(|area| area.name.clone());
    for text in ["北站", "北站社区", "民治街道北站社区", "民治北站", " 民治 北站 ", "440309002021"] {
        assert_eq!(first(text).as_deref(), Some("北站社区"), "{text}");
    }
    assert_eq!(first("民治").as_deref(), Some("民治街道"));
    assert_eq!(first("龙华").as_deref(), Some("龙华区"));
    assert_eq!(areas.find("水斗").len(), 2);
    assert_eq!(areas.find("民治").len(), 1);
    assert!(areas.find("").is_empty() && areas.find("不存在的地方").is_empty());
}

#[test]
fn export_and_import_again() {
    let areas = Areas::shipped();
    let again = Areas::from_csv(&areas.to_csv()).unwrap().with_centres(&areas.centres_csv()).unwrap();
    assert_eq!(again, areas);
    assert_eq!(areas.to_csv().trim(), include_str!("../../data/areas.csv").trim());
}

#[test]
fn every_fault_is_named_with_its_line() {
    let table = "code,name,level,parent\n\
        440309,龙华区,district,440300\n\
        440309002,民治街道,community,440309\n\
        440309002,民治街道,subdistrict,440309\n\
        44030900,,subdistrict,440309\n\
        440309003001,某社区,community,440309002\n\
        440309003,x,subdistrict,\n";
    let error = Areas::from_csv(table).unwrap_err();
    let lines: Vec<u64> = error.problems.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 5, 6, 7]);
    assert!(matches!(error.problems[0].problem, AreaProblem::UnknownParent(_)));
    assert!(error.to_string().starts_with("line 2: the parent 440300 is not in the table"));
    assert_eq!(Areas::from_csv("code,name,level,parent\n").unwrap_err().problems[0].problem, AreaProblem::Empty);
    assert!(Areas::from_csv("").unwrap_err().to_string().contains("the columns are code,name,level,parent"));
    assert!(Areas::from_csv("code,name\n440309,x\n").is_err());
    let centres = Areas::shipped().with_centres("code,lat,lon\n440399,1,2\n440309001,91,2\n440309002,x,y\n");
    assert_eq!(centres.unwrap_err().problems.len(), 3);
}

#[test]
fn one_district_and_no_other_number() {
    let none = Areas::from_csv("code,name,level,parent\n440300,深圳市,city,\n").unwrap();
    assert_eq!(none.district(), Err(DistrictError::None));
    let two = "code,name,level,parent\n440309,甲,district,\n440310,乙,district,\n";
    let two = Areas::from_csv(two).unwrap();
    assert_eq!(two.district(), Err(DistrictError::Several(vec![code("440309"), code("440310")])));
    assert!(!two.in_district(&code("440309")));
}

#[test]
fn positions() {
    assert!(Position::new(f64::NAN, 0.0, None).is_err());
    assert!(Position::new(90.1, 0.0, None).is_err());
    assert!(Position::new(0.0, f64::INFINITY, None).is_err());
    assert!(serde_json::from_str::<Position>(r#"{"lat":22.6,"lon":514.0}"#).is_err());
    let one: Position = serde_json::from_str(r#"{"lat":22.6,"lon":114.0,"accuracy_m":12}"#).unwrap();
    assert_eq!(one.accuracy_m(), Some(12));
    // A degree along a meridian of the mean sphere.
    assert!((distance_m(&at(22.0, 114.0), &at(23.0, 114.0)) - 111_195.08).abs() < 0.1);
    assert!((distance_m(&at(0.0, 0.0), &at(0.0, 180.0)) - 20_015_114.4).abs() < 1.0);
}

proptest! {
    #[test]
    fn a_parent_holds_its_child(digits in "[1-9][0-9]{5}([0-9]{3}){0,3}") {
        let child = code(&digits);
        prop_assert_eq!(child.to_string(), digits);
        if let Some(parent) = child.parent() {
            prop_assert!(child.is_within(&parent));
            prop_assert!(!parent.is_within(&child));
            prop_assert!(parent.level() < child.level());
        }
    }

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,20}") {
        let _ = AreaCode::parse(&text);
        let _ = Areas::shipped().find(&text);
    }

    #[test]
    fn any_table_gets_an_answer(text in "(code,name,level,parent\n)?([0-9]{6},[a-z]{0,2},(district|city),[0-9]{0,6}\n|\\PC{0,20}\n){0,6}") {
        if let Ok(areas) = Areas::from_csv(&text) {
            prop_assert_eq!(Areas::from_csv(&areas.to_csv()).unwrap(), areas);
        }
    }

    #[test]
    fn a_box_holds_everything_within_reach(
        lat in -90.0..=90.0f64, lon in -180.0..=180.0f64, metres in 0u32..2_000_000,
        bearing in 0.0..std::f64::consts::TAU, share in 0.0..1.0f64,
    ) {
        let here = at(lat, lon);
        let (p, l) = (lat.to_radians(), lon.to_radians());
        let a = f64::from(metres) * share / 6_371_008.8;
        let q = (p.sin() * a.cos() + p.cos() * a.sin() * bearing.cos()).clamp(-1.0, 1.0).asin();
        let m = l + (bearing.sin() * a.sin() * p.cos()).atan2(a.cos() - p.sin() * q.sin());
        let mut east = m.to_degrees();
        if east > 180.0 { east -= 360.0 }
        if east < -180.0 { east += 360.0 }
        let there = at(q.to_degrees().clamp(-90.0, 90.0), east.clamp(-180.0, 180.0));
        let bounds = here.surroundings(metres);
        prop_assert!(bounds.contains(&there), "{:?} {:?} {:?}", bounds, there, distance_m(&here, &there));
    }
}

proptest! {
    #[test]
    fn whoever_is_near_stands_in_one_of_the_cells(lat in -60.0..60.0f64, lon in -179.0..179.0f64, north in -200.0..200.0f64, east in -200.0..200.0f64) {
        let here = Position::new(lat, lon, None).expect("a position");
        let there = Position::new(lat + north / 110_574.0, lon + east / (111_320.0 * lat.to_radians().cos()), None).expect("a position");
        if domain::area::distance_m(&here, &there) <= 200.0 {
            let cells = here.surroundings(200).cells();
            prop_assert!(cells.contains(&there.cell()) && cells.len() <= 6);
        }
    }
}
