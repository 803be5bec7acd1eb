//! Text that people type: cleaned, made searchable, and stripped of what
//! identifies somebody before it is public.

mod clean;
mod mask;
mod pairs;
mod phone;

pub use clean::{TextError, clean};
pub use mask::mask;
pub use pairs::{Phrase, fts5_query, pairs, query_pairs, tsquery};
pub use phone::{Phone, PhoneError};

/// The value of an ASCII or full-width digit.
pub(crate) fn digit_of(c: char) -> Option<u8> {
    let value = match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        '０'..='９' => u32::from(c) - u32::from('０'),
        _ => return None,
    };
    u8::try_from(value).ok()
}

/// Whatever an input method or a word processor makes of a hyphen.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{ad}' | '\u{58a}' | '\u{5be}' | '\u{1806}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{207b}'
                | '\u{208b}'
                | '\u{2212}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{30fc}'
                | '\u{fe31}'
                | '\u{fe32}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '\u{ff0d}'
                | '\u{ff70}'
    )
}

/// Characters that show nothing and only come along when text is copied.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether a character is a Chinese one (Unicode's unified and compatibility
/// ideographs, and 〇).
pub(crate) fn is_han(c: char) -> bool {
    matches!(
        c,
        '〇' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{fad9}'
            | '\u{20000}'..='\u{323af}'
    )
}

/// Folds what people do not tell apart when they search: full-width forms become
/// plain ones, letters lower case, accents that stand alone disappear.
pub fn fold(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .filter(|c| !matches!(c, '\u{300}'..='\u{36f}') && !is_invisible(*c))
        .flat_map(char::to_lowercase)
        // Lower case itself may leave an accent behind (İ).
        .filter(|c| !matches!(c, '\u{300}'..='\u{36f}'))
        .collect()
}
