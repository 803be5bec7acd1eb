//! Descriptions composed from facts.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::NaiveDate;
use domain::area::Position;
use domain::event::{Fact, Facts, PlaceFacts, Template, TemplateError, missing};
use proptest::prelude::*;

fn manhole() -> Facts {
    Facts {
        place: PlaceFacts { area_path: Some("民治街道北站社区".into()), landmark: Some("民乐老村 12 栋楼下".into()), position: None },
        happened_at: NaiveDate::from_ymd_opt(2026, 11, 23).and_then(|day| day.and_hms_opt(7, 35, 0)),
        since: None,
        class_name: "井盖缺失破损".into(),
        what: Some("井盖一侧翘起，无围挡，有绊倒风险。".into()),
    }
}

#[test]
fn as_the_grid_system_reads_it() {
    assert_eq!(
        Template::default().compose(&manhole()),
        "【井盖缺失破损】民治街道北站社区民乐老村 12 栋楼下，2026-11-23 07:35 发现，井盖一侧翘起，无围挡，有绊倒风险。"
    );
}

#[test]
fn missing_facts_leave_no_punctuation_behind() {
    let mut facts = manhole();
    facts.happened_at = None;
    facts.place = PlaceFacts::default();
    facts.since = NaiveDate::from_ymd_opt(2026, 8, 1);
    facts.what = Some("三个月\n没发{place}工资".into());
    assert_eq!(Template::default().compose(&facts), "【井盖缺失破损】自 2026-08-01 起，三个月 没发{place}工资");
    assert_eq!(missing(&[Fact::Place, Fact::What, Fact::Time], &facts), [Fact::Place, Fact::Time]);
}

#[test]
fn an_area_alone_is_no_place() {
    let mut facts = manhole();
    facts.place.landmark = Some("  ".into());
    assert_eq!(missing(&[Fact::Place], &facts), [Fact::Place]);
    facts.place.position = Position::new(22.612_345_6, 114.02, Some(15)).ok();
    assert_eq!(missing(&[Fact::Place], &facts), []);
    let text = Template::parse("{place}").unwrap().compose(&facts);
    assert_eq!(text, "民治街道北站社区（北纬 22.61235，东经 114.02000，误差约 15 米）");
}

#[test]
fn templates_are_checked() {
    use TemplateError::{Nested, Pointless, Unbalanced, UnknownPlaceholder};
    assert_eq!(Template::parse("{who}"), Err(UnknownPlaceholder("who".into())));
    for (source, error) in [
        ("a{class", Unbalanced { at: 1 }),
        ("a}", Unbalanced { at: 1 }),
        ("[{what}", Unbalanced { at: 0 }),
        ("]", Unbalanced { at: 0 }),
        ("[{what}[{time}]]", Nested { at: 7 }),
        ("a[b]", Pointless { at: 1 }),
    ] {
        assert_eq!(Template::parse(source), Err(error), "{source}");
    }
    assert_eq!(Template::default().as_str(), Template::DEFAULT);
    assert!(serde_json::from_str::<Template>("\"{who}\"").is_err());
}

#[test]
fn facts_have_their_words() {
    for fact in [Fact::Place, Fact::Time, Fact::What, Fact::Since] {
        assert_eq!(fact.as_str().parse(), Ok(fact));
        assert_eq!(serde_json::to_string(&fact).unwrap(), format!("\"{fact}\""));
    }
    assert!("who".parse::<Fact>().is_err());
}

proptest! {
    #[test]
    fn any_template_gets_an_answer(source in "([\\[\\]{}]|class|what|\\{time\\}|\\PC){0,20}") {
        if let Ok(template) = Template::parse(&source) {
            prop_assert_eq!(template.as_str(), source.as_str());
            let _ = template.compose(&Facts::default());
        }
    }

    #[test]
    fn what_was_said_is_in_it_on_one_line(what in "\\PC{0,40}", landmark in proptest::option::of("[a-z{}\\[\\]]{1,9}")) {
        let mut facts = manhole();
        facts.place.landmark = landmark.clone();
        facts.what = Some(what.clone());
        let text = Template::default().compose(&facts);
        prop_assert!(!text.contains('\n'));
        prop_assert!(text.contains(&what.split_whitespace().collect::<Vec<_>>().join(" ")));
        prop_assert!(text.contains(&landmark.unwrap_or_default()));
    }
}
