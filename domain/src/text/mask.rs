//! Hiding what identifies somebody before a text is public.

use chrono::NaiveDate;

use super::phone::is_mobile;
use super::{digit_of, is_dash};
use crate::event::EventNumber;

const STAR: char = '*';
/// The short names of provinces on number plates (GA 36).
const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
/// What stands last on some plates instead of a letter or digit.
const PLATE_ENDS: &str = "学警港澳挂";

/// The text with phone, identity-card and bank-card numbers, plates and e-mail
/// addresses hidden but for their ends: `138****0000`, `粤B***45`. Each hidden
/// character becomes one `*`, so the text keeps its length. Our own event numbers
/// stay. Masking twice changes nothing.
///
/// It errs towards hiding: any run of sixteen digits and more is hidden. Names
/// and addresses it cannot see.
pub fn mask(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    // What remains of a number can form a new one with what stands beside it.
    // Every round hides a character or is the last.
    loop {
        let before = chars.clone();
        mask_emails(&mut chars);
        mask_plates(&mut chars);
        mask_numbers(&mut chars);
        if chars == before {
            return chars.into_iter().collect();
        }
    }
}

/// Hides all but the first and last so many of the characters at these places.
fn hide(chars: &mut [char], places: &[usize], first: usize, last: usize) {
    let end = places.len().saturating_sub(last);
    for at in places.get(first..end).unwrap_or_default() {
        if let Some(c) = chars.get_mut(*at) {
            *c = STAR;
        }
    }
}

/// A full-width form as the plain character it stands for.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn mask_emails(chars: &mut [char]) {
    let local = |c: char| {
        let c = narrow(c);
        c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-')
    };
    let domain = |c: char| {
        let c = narrow(c);
        c.is_ascii_alphanumeric() || matches!(c, '.' | '-')
    };
    let signs: Vec<usize> = (0..chars.len()).filter(|&at| chars.get(at).copied().map(narrow) == Some('@')).collect();
    for at in signs {
        let name: Vec<usize> = {
            let length = chars.iter().take(at).rev().take_while(|c| local(**c)).count();
            (at - length..at).collect()
        };
        let host: String = chars.iter().skip(at + 1).take_while(|c| domain(**c)).map(|c| narrow(*c)).collect();
        let named = host.split_once('.').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
        if named {
            hide(chars, &name, usize::from(name.len() > 1), 0);
        }
    }
}

fn mask_plates(chars: &mut [char]) {
    let mut at = 0;
    while at < chars.len() {
        if let Some(places) = plate_at(chars, at) {
            let next = places.last().map_or(at, |last| last + 1);
            hide(chars, &places, 0, 2);
            at = next;
        } else {
            at += 1;
        }
    }
}

/// The places of a plate's number behind province and letter, if one begins here: five characters, six on a new-energy
/// vehicle, one of them a digit. Side by side if they can be read so, else with what parts them left out.
fn plate_at(chars: &[char], at: usize) -> Option<Vec<usize>> {
    let get = |at: usize| chars.get(at).copied().map(narrow);
    if !PROVINCES.contains(get(at)?) {
        return None;
    }
    let letter = after_gap(chars, at);
    if !get(letter)?.is_ascii_alphabetic() {
        return None;
    }
    let from = after_gap(chars, letter);
    whole_plate(chars, alnum_run(chars, from)).or_else(|| {
        let mut places = Vec::new();
        let mut next = from;
        while places.len() < 5 || (places.len() == 5 && alnum_run(chars, next).len() == 1) {
            let run = alnum_run(chars, next);
            let last = *run.last()?;
            places.extend(run);
            next = after_gap(chars, last);
            if places.len() == 4 && get(next).is_some_and(|c| PLATE_ENDS.contains(c)) {
                break;
            }
        }
        whole_plate(chars, places)
    })
}

/// Where the text goes on behind a character and at most three that part it from what follows.
fn after_gap(chars: &[char], at: usize) -> usize {
    let gap = chars.iter().skip(at + 1).take(3).take_while(|c| is_link(**c) && !is_stop(**c)).count();
    at + 1 + gap
}

/// The places of letters and digits side by side.
fn alnum_run(chars: &[char], from: usize) -> Vec<usize> {
    let length = chars.iter().skip(from).take(7).take_while(|c| narrow(**c).is_ascii_alphanumeric()).count();
    (from..from + length).collect()
}

/// The same with the sign that stands last on some, if they make up a plate's number.
fn whole_plate(chars: &[char], mut places: Vec<usize>) -> Option<Vec<usize>> {
    if places.len() == 4 {
        let end = after_gap(chars, *places.last()?);
        places.extend(chars.get(end).filter(|c| PLATE_ENDS.contains(**c)).map(|_| end));
    }
    let has_digit = places.iter().any(|at| chars.get(*at).is_some_and(|c| narrow(*c).is_ascii_digit()));
    (matches!(places.len(), 5 | 6) && has_digit).then_some(places)
}

/// What people put between the groups of a number.
fn is_link(c: char) -> bool {
    matches!(c, '·' | '•' | '・' | '(' | ')' | '（' | '）' | '_' | '/') || is_dash(c) || (c.is_whitespace() && c != '\n') || is_stop(c)
}

/// What parts numbers of all kinds, and parts a phone number only for whoever wants to hide it.
fn is_stop(c: char) -> bool {
    matches!(narrow(c), '.' | ',' | ':' | '+' | '、' | '。' | '\n')
}

/// The value of a digit, also where it is written in Chinese or in a circle.
fn numeral(c: char) -> Option<u8> {
    const HAN: &str = "〇一二三四五六七八九";
    let han = |c: char| HAN.chars().position(|digit| digit == c).and_then(|value| u8::try_from(value).ok());
    match c {
        '零' | '⓪' => Some(0),
        '幺' => Some(1),
        '①'..='⑨' => u8::try_from(u32::from(c) - u32::from('①') + 1).ok(),
        _ => digit_of(c).or_else(|| han(c)),
    }
}

/// Digits side by side.
struct Group {
    /// Where they stand, in order.
    places: Vec<usize>,
    /// The digits as ASCII.
    digits: String,
    /// Whether only a link (at most three characters) parts it from the group before.
    linked: bool,
    /// Whether that link has a stop in it.
    parted: bool,
    /// Whether it belongs to an event number.
    ours: bool,
}

fn groups(chars: &[char]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    let mut since: Option<usize> = None;
    while at < chars.len() {
        let mut group = Group { places: Vec::new(), digits: String::new(), linked: false, parted: false, ours: false };
        while let Some(digit) = chars.get(at).copied().and_then(numeral) {
            group.places.push(at);
            group.digits.push(char::from(b'0' + digit));
            at += 1;
        }
        let Some(first) = group.places.first().copied() else {
            at += 1;
            continue;
        };
        if let Some(link) = since.and_then(|since| chars.get(since..first)) {
            group.linked = link.len() <= 3 && link.iter().all(|c| is_link(*c));
            group.parted = link.iter().any(|c| is_stop(*c));
        }
        groups.push(group);
        since = Some(at);
    }
    groups
}

/// What a few groups together are, and how much of each end may stay.
struct Finding {
    /// How many leading digits do not belong to the number itself (a country code).
    skip: usize,
    first: usize,
    last: usize,
}

fn mask_numbers(chars: &mut [char]) {
    let mut groups = groups(chars);
    protect(&mut groups);
    let mut at = 0;
    while at < groups.len() {
        let found = (1..=longest(&groups, at)).rev().find_map(|count| {
            let span = groups.get(at..at + count)?;
            Some((count, identify(chars, span)?))
        });
        let Some((count, finding)) = found else {
            at += 1;
            continue;
        };
        let places: Vec<usize> =
            groups.get(at..at + count).unwrap_or_default().iter().flat_map(|group| group.places.iter().copied()).skip(finding.skip).collect();
        hide(chars, &places, finding.first, finding.last);
        at += count;
    }
}

/// How many groups from `at` on hang together and could be one number.
fn longest(groups: &[Group], at: usize) -> usize {
    let mut digits = 0;
    groups
        .iter()
        .skip(at)
        .enumerate()
        .take_while(|(nth, group)| {
            digits += group.digits.len();
            !group.ours && (*nth == 0 || (group.linked && digits <= 22))
        })
        .count()
}

/// Marks the groups of event numbers: 21 digits in one, or as 9-6-5-1.
fn protect(groups: &mut [Group]) {
    for at in 0..groups.len() {
        for count in [1, 4] {
            let Some(span) = groups.get_mut(at..at + count) else {
                continue;
            };
            let lengths: Vec<usize> = span.iter().map(|group| group.digits.len()).collect();
            let shaped = matches!(*lengths, [21] | [9, 6, 5, 1]) && span.iter().skip(1).all(|group| group.linked && !group.parted);
            let number: String = span.iter().map(|group| group.digits.as_str()).collect();
            if shaped && EventNumber::parse(&number).is_ok() {
                span.iter_mut().for_each(|group| group.ours = true);
            }
        }
    }
}

fn identify(chars: &[char], span: &[Group]) -> Option<Finding> {
    let digits: String = span.iter().map(|group| group.digits.as_str()).collect();
    let lengths: Vec<usize> = span.iter().map(|group| group.digits.len()).collect();
    // 1.5, 192.168.1.1 and 9:00、10:30 are no phone numbers; 138.0013.8000 is one, whatever stands for the dots.
    let parted = span.iter().skip(1).any(|group| group.parted);
    if parted && !matches!(*lengths, [3, 4, 4] | [2, 3, 4, 4] | [3, 8] | [7, 4]) {
        return None;
    }
    let alone = span.len() == 1;
    if let Some(skip) = mobile(&digits).filter(|_| !begins_with_a_date(span)) {
        return Some(Finding { skip, first: 3, last: 4 });
    }
    let first = lengths.first().copied().unwrap_or_default();
    if let Some(skip) = landline(&digits, first) {
        return Some(Finding { skip, first: 0, last: 4 });
    }
    let before_x = span.last().and_then(|group| group.places.last()).is_some_and(|last| {
        let get = |at: usize| chars.get(at).copied().map(narrow);
        matches!(get(last + 1), Some('X' | 'x')) && !get(last + 2).is_some_and(|c| c.is_ascii_alphanumeric())
    });
    if identity_card(&digits, before_x, alone) {
        // The X is an end already.
        return Some(Finding { skip: 0, first: 1, last: usize::from(digits.len() != 17) });
    }
    let fours = lengths.iter().rev().skip(1).all(|length| *length == 4) && lengths.last().is_some_and(|length| *length <= 4);
    let card = digits.len() >= 16 && (alone || (fours && digits.len() <= 19) || *lengths == [6, 13]);
    card.then_some(Finding { skip: 0, first: 4, last: 4 })
}

/// A mobile number, perhaps behind a country code or the trunk 0: how many digits
/// stand before it.
fn mobile(digits: &str) -> Option<usize> {
    ["", "86", "0086", "0"].iter().find(|code| digits.strip_prefix(**code).is_some_and(is_mobile)).map(|code| code.len())
}

/// 1998-06-01 100: a year, a month and a day that happen to make eleven digits.
fn begins_with_a_date(span: &[Group]) -> bool {
    let [year, month, day, ..] = span else {
        return false;
    };
    let number = |group: &Group| group.digits.parse::<u32>().unwrap_or(0);
    year.digits.len() == 4
        && month.digits.len() <= 2
        && day.digits.len() <= 2
        && (1900..2100).contains(&number(year))
        && (1..=12).contains(&number(month))
        && (1..=31).contains(&number(day))
}

/// A landline with its area code, perhaps behind a country code: how many digits
/// stand before the subscriber's number.
fn landline(digits: &str, first_group: usize) -> Option<usize> {
    ["0086", "86", "0"].iter().find_map(|code| {
        let rest = digits.strip_prefix(code)?;
        // 10 and 2x have two digits and eight-digit numbers; all others three, and
        // seven or eight (the national numbering plan).
        let area = if rest.starts_with("10") || rest.starts_with('2') { 2 } else { 3 };
        let subscriber = rest.len().checked_sub(area)?;
        let plausible = match area {
            2 => subscriber == 8,
            _ => matches!(rest.as_bytes().first(), Some(b'3'..=b'9')) && matches!(subscriber, 7 | 8),
        };
        let number = rest.get(area..)?;
        // Nobody splits an area code; dates with times would look like it otherwise.
        let whole = *code != "0" || first_group > area;
        // No subscriber's number begins with 0 or 1.
        (whole && plausible && !number.starts_with(['0', '1'])).then_some(code.len() + area)
    })
}

/// An identity-card number (GB 11643): 18 characters, the last perhaps an X, or
/// the 15 digits issued until 1999. Split into groups it must also have a check
/// digit that fits, or any list of figures would look like one.
fn identity_card(digits: &str, before_x: bool, alone: bool) -> bool {
    let born = |from: usize, century: &str, length: usize| {
        digits.get(from..from + length).and_then(|day| NaiveDate::parse_from_str(&format!("{century}{day}"), "%Y%m%d").ok()).is_some()
    };
    if digits.starts_with('0') || digits.starts_with('9') {
        return false;
    }
    match digits.len() {
        18 => born(6, "", 8) && (alone || fits(digits, digits.bytes().last())),
        17 if before_x => born(6, "", 8) && (alone || fits(digits, Some(b'X'))),
        // Fifteen digits are a grid cell's code too: the year tells them apart.
        15 => alone && digits.get(6..7) != Some("0") && born(6, "19", 6),
        _ => false,
    }
}

/// ISO 7064 MOD 11-2 over the first seventeen digits.
fn fits(digits: &str, check: Option<u8>) -> bool {
    let sum = digits.bytes().take(17).fold(0, |sum, b| (sum + u32::from(b.wrapping_sub(b'0'))) * 2 % 11);
    let wanted = (12 - sum) % 11;
    let given = match check {
        Some(b'X') => 10,
        Some(b) => u32::from(b.wrapping_sub(b'0')),
        None => return false,
    };
    wanted == given
}
