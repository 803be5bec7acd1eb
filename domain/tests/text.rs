//! Text: cleaning, searching, hiding, phone numbers.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::NaiveDate;
use domain::area::AreaCode;
use domain::event::EventNumber;
use domain::text::{Phone, PhoneError, TextError, clean, fold, fts5_query, mask, pairs, query_pairs, tsquery};
use proptest::prelude::*;

fn cleaned(text: &str) -> String {
    clean(text, 1000).unwrap()
}

#[test]
fn cleaning() {
    assert_eq!(cleaned("  井盖\r\n缺失\r了\u{2028}。\n\n"), "井盖\n缺失\n了\n。");
    assert_eq!(cleaned("a\0b\u{7}c\td\u{feff}"), "abc d");
    assert_eq!(cleaned("付\u{202e}款\u{200b}人\u{2066}x\u{2069}"), "付款人x");
    assert_eq!(cleaned("👨\u{200d}👩\u{200d}👧 ❤\u{fe0f} 1\u{fe0f}\u{20e3} 👍🏽 🇨🇳"), "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f} 1\u{fe0f}\u{20e3} 👍🏽 🇨🇳");
    assert_eq!(cleaned("井\u{200d}盖\u{fe0f}"), "井盖");
    assert_eq!(cleaned("葛\u{e0100}氏"), "葛\u{e0100}氏");
    assert_eq!(cleaned("z\u{300}\u{301}\u{302}\u{303}\u{304}a\u{301}"), "z\u{300}\u{301}\u{302}a\u{301}");
    assert_eq!(cleaned("\u{e0041}\u{fffe}\u{2060}"), "");
    assert_eq!(clean("井盖👍", 2), Err(TextError::TooLong { max: 2, got: 3 }));
    assert_eq!(clean(" 井盖 ", 2).as_deref(), Ok("井盖"));
}

#[test]
fn pairing() {
    assert_eq!(pairs("井盖缺失"), "井盖 盖缺 缺失 失");
    assert_eq!(pairs("民乐老村 12栋，WiFi坏了！"), "民乐 乐老 老村 村 12 栋 wifi 坏了 了");
    assert_eq!(pairs("ＡＢＣ１２　x 3e5a"), "abc 12 x 3 e 5 a");
    assert!(found("粤B12345", "b12345") && !found("粤B12345", "b1234"));
    assert_eq!(pairs("👍 ……"), "");
    assert_eq!(fts5_query(&query_pairs("井盖缺 12栋")).as_deref(), Some("\"井盖 盖缺\" AND \"12\" AND \"栋\" *"));
    assert_eq!(tsquery(&query_pairs("井盖缺 12栋")).as_deref(), Some("(井盖 <-> 盖缺) & (12) & (栋:*)"));
    assert_eq!(fts5_query(&query_pairs("\"*) OR (")).as_deref(), Some("\"or\""));
    assert_eq!(tsquery(&query_pairs("'!&|")), None);
}

fn found(text: &str, query: &str) -> bool {
    let indexed = pairs(text);
    query_pairs(query).iter().all(|phrase| phrase.is_in(&indexed))
}

// Few characters, so that repetitions and near misses are common; one is rare and spelt out.
const TEXT: &str = "[井盖北站龙\u{2b820} ，a]{0,30}";
const WORD: &str = "[井盖北站龙\u{2b820}]{1,5}";

proptest! {
    #[test]
    fn a_chinese_word_is_found_exactly_where_it_is(
        text in TEXT, word in WORD,
    ) {
        prop_assert_eq!(found(&text, &word), text.contains(&word), "{:?} in {:?}", word, text);
    }

    #[test]
    fn every_text_is_found_by_itself(text in "\\PC{0,40}") {
        prop_assert!(found(&text, &text));
    }

    #[test]
    fn tokens_are_letters_and_digits(text in "\\PC{0,40}") {
        for token in pairs(&text).split(' ').filter(|token| !token.is_empty()) {
            prop_assert!(token.chars().all(char::is_alphanumeric), "{:?}", token);
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing(text in "(\\PC|[\\n\\r\\t\u{200d}\u{fe0f}\u{202e}👨👩❤井1\u{301}]){0,40}") {
        let once = cleaned(&text);
        prop_assert_eq!(cleaned(&once), once.clone());
        prop_assert!(!once.chars().any(|c| c.is_control() && c != '\n'));
    }

    #[test]
    fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }
}

#[test]
fn masking() {
    for (text, wanted) in [
        ("电话13800138000。", "电话138****8000。"),
        ("138 0013 8000", "138 **** 8000"),
        ("138-0013-8000", "138-****-8000"),
        ("138.0013.8000", "138.****.8000"),
        ("+86 138 0013 8000", "+86 138 **** 8000"),
        ("008613800138000", "0086138****8000"),
        ("１３８００１３８０００", "１３８****８０００"),
        ("1 3 8 0 0 1 3 8 0 0 0", "1 3 8 * * * * 8 0 0 0"),
        ("12栋 13800138000 3楼", "12栋 138****8000 3楼"),
        ("13800138000 12 栋", "138****8000 12 栋"),
        ("13800138000/13900139000", "138****8000/139****9000"),
        ("0755-23456789", "0755-****6789"),
        ("（0755）2345 6789", "（0755）**** 6789"),
        ("010-82345678", "010-****5678"),
        ("+86 755 2345 6789", "+86 755 **** 6789"),
        ("0898 6789012", "0898 ***9012"),
        ("身份证44030619900101123X", "身份证4****************X"),
        ("440306199001011234", "4****************4"),
        ("440306900101123", "4*************3"),
        ("6222021234567890123", "6222***********0123"),
        ("6222 0212 3456 7890", "6222 **** **** 7890"),
        ("粤B12345", "粤B***45"),
        ("粤BD12345", "粤B****45"),
        ("粤B·D1234F", "粤B·****4F"),
        ("粤b 12345", "粤b ***45"),
        ("粤Z1234港", "粤Z***4港"),
        ("粤 B 1 2 3 4 5", "粤 B * * * 4 5"),
        ("粤 B-D1 2345 6 号楼", "粤 B-** **45 6 号楼"),
        ("粤 B D 1 2 3 4 5", "粤 B * * * * 4 5"),
        ("粤B 12 345，", "粤B ** *45，"),
        ("粤B12345 6 号楼", "粤B***45 6 号楼"),
        ("粤 Z 1 2 3 4 港", "粤 Z * * * 4 港"),
        ("写信给zhang.san@qq.com谢谢", "写信给z********@qq.com谢谢"),
        ("a＠b.cn", "*＠b.cn"),
        ("13800138000@qq.com", "1**********@qq.com"),
    ] {
        assert_eq!(mask(text), wanted, "{text}");
    }
}

#[test]
fn what_masking_leaves() {
    for text in [
        "440309002-261123-00042-3",
        "440309002261123000423",
        "见 440309002 261123 00042 3 号诉求，12 栋",
        "2026-11-23 07:35 发现，12 栋 3 单元 1001",
        "1998-06-01 100 元",
        "2026-11-23 10:00 至 2026-11-24 18:00",
        "北站社区 440309002021 网格 440309002021003",
        "IP 139.162.100.12，面积 118.6 平方米，1,380,013.80 元",
        "川菜馆 A 座 12 层，云A座",
        "川 A 座 1201 室，黑 T 恤 2 件，云 A 1 栋",
        "@所有人 @北站",
        "110、119、12345 热线",
        "",
    ] {
        assert_eq!(mask(text), text);
    }
    // A wrong check digit is no number of ours.
    assert_eq!(mask("440309002261123000424"), "4403*************0424");
}

/// Phones as a reader would find them: eleven digits with at most three signs between.
fn phones_in(text: &str) -> usize {
    let chars: Vec<char> = text.chars().collect();
    let mut count = 0;
    for at in 0..chars.len() {
        if at > 0 && chars[at - 1].is_ascii_digit() {
            continue;
        }
        let digits: String = chars[at..].iter().take_while(|c| c.is_ascii_digit()).collect();
        let end = chars.get(at + digits.len());
        count += usize::from(digits.len() == 11 && Phone::parse(&digits).is_ok() && end != Some(&'*'));
    }
    count
}

fn any_number() -> impl Strategy<Value = EventNumber> {
    (0u32..7, 0i64..3650, 1u32..=99_999).prop_map(|(area, day, serial)| {
        let area = AreaCode::parse(&format!("44030900{area}")).unwrap();
        let day = NaiveDate::from_ymd_opt(2022, 1, 1).unwrap() + chrono::TimeDelta::days(day);
        EventNumber::new(&area, day, serial).unwrap()
    })
}

proptest! {
    #[test]
    fn no_phone_is_left(
        before in "[井盖，a-z ]{0,6}", phone in "1[3-9][0-9]{9}", after in "([井盖，。a-z\\n][ -~井盖]{0,20})?",
        country in "(\\+86 ?|0086|86-?)?", link in "[ -]?",
    ) {
        let split = format!("{}{link}{}{link}{}", &phone[..3], &phone[3..7], &phone[7..]);
        for shown in [&phone, &split] {
            let text = format!("{before}{country}{shown}{after}");
            let masked = mask(&text);
            prop_assert!(!masked.contains(shown.as_str()), "{:?} -> {:?}", text, masked);
            prop_assert_eq!(phones_in(&masked), 0, "{:?} -> {:?}", text, masked);
        }
    }

    #[test]
    fn no_plate_is_readable_however_it_is_spaced(
        province in "[粤京川]",
        number in "[A-Z][0-9][A-Z0-9]{4}[0-9]?",
        gaps in prop::collection::vec("[ ·-]{0,3}|　", 7),
        before in "[井盖，]{0,3}",
        after in "([，。楼][井盖0-9]{0,3})?",
    ) {
        let letters: Vec<char> = number.chars().collect();
        let spaced: String = letters.iter().zip(gaps.iter()).map(|(c, gap)| format!("{gap}{c}")).collect();
        let masked = mask(&format!("{before}{province}{spaced}{after}"));
        let hidden = masked.chars().filter(|c| *c == '*').count();
        prop_assert_eq!(hidden, letters.len() - 3, "{:?}", masked);
    }

    #[test]
    fn masking_twice_changes_nothing_and_keeps_the_length(
        text in "([0-9]{1,12}|[ .()@/-]|粤 ?B|[A-Z]|井|13800138|0755|x@y\\.cn){0,24}",
    ) {
        let once = mask(&text);
        prop_assert_eq!(once.chars().count(), text.chars().count());
        prop_assert_eq!(mask(&once), once.clone());
        prop_assert_eq!(phones_in(&once), 0, "{:?} -> {:?}", text, once);
    }

    #[test]
    fn text_without_such_numbers_stays(text in "([一-龥]{1,3}[0-9]{0,6}[一-龥，。\\n]){0,10}") {
        // A province's sign before letters could be a plate; there are none here.
        prop_assert_eq!(mask(&text), text);
    }

    #[test]
    fn our_numbers_stay(number in any_number(), before in "[井盖：，]{0,3}", after in "[井盖，。]{0,3}") {
        for shown in [number.to_string(), number.compact(), number.to_string().replace('-', " ")] {
            let text = format!("{before}{shown}{after}");
            prop_assert_eq!(mask(&text), text);
        }
    }

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,60}") {
        let _ = (mask(&text), Phone::parse(&text));
    }
}

#[test]
fn phones() {
    for text in ["13800138000", "+86 138-0013-8000", "0086 13800138000", "８６１３８００１３８０００", "（138）0013 8000"] {
        let phone = Phone::parse(text).unwrap();
        assert_eq!(phone.as_str(), "13800138000");
        assert_eq!(phone.masked(), "138****8000");
        assert_eq!(phone.tail(), "8000");
        assert!(!format!("{phone:?}").contains('8'));
    }
    assert_eq!(Phone::parse(" "), Err(PhoneError::Empty));
    assert_eq!(Phone::parse("1380013800"), Err(PhoneError::Length { got: 10 }));
    assert_eq!(Phone::parse("12800138000"), Err(PhoneError::Prefix));
    assert_eq!(Phone::parse("1380013800a"), Err(PhoneError::NotADigit { found: 'a' }));
    assert_eq!(serde_json::to_string(&Phone::parse("13800138000").unwrap()).unwrap(), "\"13800138000\"");
}
