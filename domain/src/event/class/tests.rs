//! What a sound catalogue is and how faults are reported.

#![cfg(feature = "native")]

use chrono::NaiveDate;

use super::*;
use crate::event::{Fact, Facts, PlaceFacts, Template};

const SHIPPED: &str = include_str!("../../../../data/event-classes.csv");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn code(text: &str) -> ClassCode {
    text.parse().unwrap()
}

fn read(table: &str) -> Result<Catalogue, Vec<CatalogueError>> {
    Catalogue::from_csv(table, "test", day("2026-02-01"))
}

fn faults(table: &str) -> Vec<String> {
    read(table).unwrap_err().iter().map(ToString::to_string).collect()
}

const HEADING: &str = "code,name_zh,name_en,visibility,required,wordings\n";
const FULL_HEADING: &str = "code,name_zh,name_en,visibility,required,wordings,closed_on,successor,review\n";

#[test]
fn the_shipped_catalogue_is_written_back_as_it_was() {
    let catalogue = Catalogue::shipped();
    assert_eq!(catalogue.to_csv(), SHIPPED);
    assert_eq!(catalogue.leaves().count(), 81);
    assert_eq!(catalogue.children(None).count(), 7);
    assert_eq!((catalogue.version.as_str(), catalogue.effective_from), ("2026.1", day("2026-01-01")));
}

#[test]
fn the_tree_can_be_walked() {
    let catalogue = Catalogue::shipped();
    assert!(catalogue.is_leaf(code("040407")) && !catalogue.is_leaf(code("0404")) && !catalogue.is_leaf(code("99")));
    assert_eq!(catalogue.children(Some(code("0402"))).map(|class| class.code.to_string()).collect::<Vec<_>>(), ["040201", "040202", "040203"]);
    assert_eq!(catalogue.path(code("0407")).count(), 0);
    assert_eq!(catalogue.path(code("0701")).map(|class| class.name_zh.as_str()).collect::<Vec<_>>(), ["重大公共事件", "火灾"]);
    assert_eq!(catalogue.get(code("0201")).unwrap().required, [Fact::What, Fact::Since]);
    assert_eq!(catalogue.get(code("0201")).unwrap().visibility, Visibility::Private);
}

#[test]
fn every_fault_is_reported_with_its_line() {
    let table = format!(
        "{HEADING}01,一,One,public,,\n\
        1,坏,Bad,public,,\n\
        01,又,Again,public,,\n\
        0201,无,Orphan,public,,\n\
        0101,,NoName,secret,place;colour;place,好||坏\n\
        0102,少,Few\n"
    );
    assert_eq!(
        faults(&table),
        [
            "line 3: class code \"1\" is not 2, 4 or 6 digits",
            "line 4: class 01 is there twice",
            "line 5: class 0201 has no parent 02 in the catalogue",
            "line 6: visibility \"secret\" is neither public nor private",
            "line 6: required fact \"colour\" is not one of place, time, what, since",
            "line 6: class 0101 has no name in zh",
            "line 6: class 0101: wording \"\" is empty or holds '|'",
            "line 6: required fact \"place\" is named twice",
            "line 7: not a readable table: 3 fields where the heading has 6",
        ]
    );
    assert_eq!(
        faults(""),
        [
            "line 1: column \"code\" is missing",
            "line 1: column \"name_zh\" is missing",
            "line 1: column \"name_en\" is missing",
            "line 1: column \"visibility\" is missing",
            "line 1: column \"required\" is missing",
            "line 1: column \"wordings\" is missing"
        ]
    );
    assert_eq!(faults(HEADING), ["the catalogue has no classes"]);
    assert_eq!(faults(&format!("{},colour\n", HEADING.trim())), ["line 1: column \"colour\" is unknown or there twice"]);
}

#[test]
fn templates_are_inherited_and_shipped_where_they_say_more() {
    let catalogue = Catalogue::shipped();
    let template = |text: &str| catalogue.template(Some(code(text))).as_str();
    assert!(template("0201").contains("起未发工资"));
    assert_eq!(template("0205"), template("02"));
    assert_eq!(template("040401"), template("0404"));
    assert_ne!(template("040407"), template("0404"));
    assert_eq!(template("0312"), Template::DEFAULT);
    assert_eq!(catalogue.template(None), Template::standard());
}

#[test]
fn a_template_is_checked_with_its_line() {
    let head = "code,name_zh,name_en,visibility,required,wordings,template\n01,一,One,public,,,";
    let table = |own: &str, required: &str, parents: &str| format!("{head}{parents}\n0101,甲,A,public,{required},,{own}\n");
    let good = table("{class}：{what}", "what", "[{since} ]{what}");
    assert_eq!(read(&good).unwrap().to_csv(), good);
    assert_eq!(faults(&table("{who}{what}", "", "")), ["line 3: template: {who} is no placeholder"]);
    assert_eq!(faults(&table("[{what}", "", "")), ["line 3: template: the bracket at 0 has no partner"]);
    assert_eq!(faults(&table("{class}", "", "")), ["line 3: class 0101: its template leaves out {what}"]);
    // Inherited, or beside another fact that may be missing.
    assert_eq!(faults(&table("", "since;what", "{what}")), ["line 3: class 0101: its template leaves out {since}"]);
    assert_eq!(faults(&table("[{place}{since}]{what}", "since", "")), ["line 3: class 0101: its template leaves out {since}"]);
    assert_eq!(
        faults(&table("\"{class}\n{what}\"", "", "")),
        ["line 3: class 0101 has a line break or control character in a name, wording or template"]
    );
}

#[test]
fn a_wording_with_the_separator_cannot_be_written() {
    let mut classes = Catalogue::shipped().classes().to_vec();
    classes[1].wordings.push("甲|乙".to_owned());
    classes[2].name_en = "two\nlines".to_owned();
    let errors = Catalogue::new("x", day("2026-02-01"), classes).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.line).collect::<Vec<_>>(), [Some(3), Some(4)]);
    assert!(matches!(errors[0].problem, Problem::BadWording { .. }) && matches!(errors[1].problem, Problem::ControlCharacter(_)));
}

#[test]
fn closed_classes_lead_to_their_successors() {
    let table = format!(
        "{FULL_HEADING}01,一,One,public,,,,,\n\
        0101,甲,A,public,place,甲,2026-03-01,0102,first\n\
        0102,乙,B,public,place,乙,2026-04-01,0103,\n\
        0103,丙,C,private,place,丙,,,\n"
    );
    let catalogue = read(&table).unwrap();
    assert_eq!(catalogue.to_csv(), table);
    assert!(catalogue.get(code("0101")).unwrap().review_first);
    let standing = |text| catalogue.standing_for(code("0101"), day(text)).unwrap().code.to_string();
    assert_eq!([standing("2026-02-28"), standing("2026-03-01"), standing("2027-01-01")], ["0101", "0102", "0103"]);
    assert_eq!(catalogue.open_leaves(day("2026-03-15")).count(), 2);

    let table = format!(
        "{FULL_HEADING}01,一,One,public,,,,,\n\
        0101,甲,A,public,,,2026-03-01,,\n\
        0102,乙,B,public,,,2026-03-01,0101,\n\
        0103,丙,C,public,,,2026-03-01,0109,\n\
        0104,丁,D,public,,,,0101,\n\
        0105,戊,E,public,,,soon,x,yes\n\
        0106,己,F,public,,,2026-03-01,0106,\n\
        0107,庚,G,public,,,2026-03-01,01,\n"
    );
    assert_eq!(
        faults(&table),
        [
            "line 3: class 0101 is closed but names no successor",
            "line 4: class 0102: successor 0101 is itself closed by then",
            "line 5: class 0103: successor 0109 is not another class of the same kind in this catalogue",
            "line 6: class 0104 names a successor but is not closed",
            "line 7: \"soon\" is not a day written YYYY-MM-DD",
            "line 7: class code \"x\" is not 2, 4 or 6 digits",
            "line 7: review \"yes\" is neither empty nor \"first\"",
            "line 8: class 0106: successor 0106 is not another class of the same kind in this catalogue",
            "line 9: class 0107: successor 01 is not another class of the same kind in this catalogue",
        ]
    );
}

#[test]
fn a_new_version_may_add_and_close_but_not_reuse() {
    let old = read(&format!(
        "{FULL_HEADING}01,一,One,private,,,,,\n0101,甲,A,private,,,2026-03-01,0102,\n0102,乙,B,private,,,,,\n0103,丙,C,private,,,,,\n"
    ))
    .unwrap();
    let next = |rows: &str| Catalogue::from_csv(&format!("{FULL_HEADING}{rows}"), "next", day("2026-05-01")).unwrap();
    let good = next(
        "01,一,One,private,,,,,\n0101,甲,A,private,,,2026-03-01,0102,\n0102,乙,B renamed,private,place,新,,,\n0103,丙,C,private,,,2026-06-01,0104,\n0104,丁,D,public,,,,,\n",
    );
    assert_eq!(good.succeeds(&old), Ok(()));
    let bad = next("01,一,One,private,,,,,\n0101,甲,A,private,,,,,\n0102,丙,C,public,,,,,\n010201,细,Fine,public,,,,,\n");
    let found: Vec<String> = bad.succeeds(&old).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "class 0103 of the previous version is missing: close it and name a successor",
            "line 3: class 0101 was closed and cannot be opened again",
            "line 4: class 0102 meant \"乙\" and cannot mean \"丙\": take a new code",
            "line 4: class 0102 was private and cannot become public: take a new code",
            "line 4: class 0102 is used on events and cannot get classes below it: close it and name a successor",
        ]
    );
    let same = old.succeeds(&old).unwrap_err();
    assert!(matches!(same[0].problem, Problem::NotLater { .. }) && matches!(same[1].problem, Problem::VersionTaken(_)));
}

#[test]
fn the_nearest_safety_question_is_asked() {
    let questions = SafetyQuestions::shipped();
    assert_eq!(questions.for_class(code("040407")).unwrap().phones, [Phone::Gas("96777".into()), Phone::Fire]);
    assert_eq!(questions.for_class(code("040401")).unwrap().class, code("0404"));
    assert_eq!(questions.for_class(code("0603")).unwrap().phones[0], Phone::Police);
    assert_eq!(questions.for_class(code("0305")), None);
    assert!(questions.iter().all(|question| question.question_zh.ends_with('？') && question.question_en.ends_with('?')));
}

#[test]
fn faults_of_safety_questions_are_reported() {
    let errors = SafetyQuestions::from_csv(
        "code,question_zh,question_en,phones\n0701,火？,Fire?,119\n0701,,Fire?,911\n99,火？,Fire?,119\nx,火？,Fire?,119\n",
        &Catalogue::shipped(),
    )
    .unwrap_err();
    assert_eq!(
        errors.to_string().lines().collect::<Vec<_>>(),
        [
            "line 3: the question is missing in one language",
            "line 3: phone \"911\" is not one of 110, 119, 120, gas NUMBER",
            "line 3: class 0701 has a question already",
            "line 4: the catalogue has no class 99",
            "line 5: class code \"x\" is not 2, 4 or 6 digits",
        ]
    );
    for (table, what) in [("a,b\n", "the columns are"), ("code,question_zh,question_en,phones\n", "the table is empty")] {
        assert!(SafetyQuestions::from_csv(table, &Catalogue::shipped()).unwrap_err().to_string().contains(what));
    }
}

proptest::proptest! {
    #[test]
    fn whatever_a_class_asks_for_can_be_read_in_its_description(nth in 0..81_usize, what in "[a-z{}]{1,9}", landmark in "[a-z]{1,9}") {
        let catalogue = Catalogue::shipped();
        let class = catalogue.leaves().nth(nth).unwrap();
        let asks = |fact| class.required.contains(&fact);
        let facts = Facts {
            place: PlaceFacts { landmark: asks(Fact::Place).then(|| landmark.clone()), ..PlaceFacts::default() },
            happened_at: asks(Fact::Time).then(|| day("2026-11-23").and_hms_opt(7, 35, 0).unwrap()),
            since: asks(Fact::Since).then(|| day("2026-08-01")),
            class_name: class.name_zh.clone(),
            what: Some(what.clone()),
        };
        let text = catalogue.template(Some(class.code)).compose(&facts);
        proptest::prop_assert!(text.contains(&what) && text.contains(&class.name_zh));
        proptest::prop_assert_eq!(text.contains(&landmark), asks(Fact::Place) || what.contains(&landmark));
        proptest::prop_assert_eq!(text.contains("2026-11-23 07:35"), asks(Fact::Time));
        proptest::prop_assert_eq!(text.contains("2026-08-01"), asks(Fact::Since));
    }

    #[test]
    fn a_catalogue_with_templates_is_written_and_read_alike(words in "[^\\p{C}\\[\\]{}]{0,12}", parent in proptest::bool::ANY) {
        let mut classes = Catalogue::shipped().classes().to_vec();
        let place = classes.iter().position(|class| class.code == code(if parent { "04" } else { "040401" })).unwrap();
        let words = words.trim();
        classes[place].template = Some(Template::parse(&format!("{words}【{{class}}】[{{place}}][{{time}}]{{what}}")).unwrap());
        let catalogue = Catalogue::new("x", day("2026-02-01"), classes).unwrap();
        proptest::prop_assert_eq!(Catalogue::from_csv(&catalogue.to_csv(), "x", day("2026-02-01")), Ok(catalogue));
    }

    #[test]
    fn any_text_is_read_or_refused(table in "(code,name_zh,name_en,visibility,required,wordings\n)?([0-9]{1,6},[^\n]{0,30}\n){0,5}") {
        let _ = Catalogue::from_csv(&table, "any", NaiveDate::default());
        let _ = SafetyQuestions::from_csv(&table, &Catalogue::shipped());
    }
}
