//! Cleaning what was typed before it is kept.

use super::{is_han, is_invisible};

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// More characters than allowed.
    #[error("at most {max} characters, this has {got}")]
    TooLong {
        /// The most that is allowed, in characters.
        max: usize,
        /// How many there were after cleaning.
        got: usize,
    },
}

/// Accents one letter may carry; more only serve to blot out the lines around it.
const MAX_ACCENTS: usize = 3;

/// The text as it is kept: line ends are `\n`, tabs and other odd spaces are
/// spaces, nothing invisible is left (control characters, bidirectional overrides,
/// zero-width characters, tags) except what joins an emoji or picks the form of a
/// character, and there is no space around it. Cleaning twice changes nothing.
///
/// # Errors
/// [`TextError::TooLong`], counted in characters after cleaning.
pub fn clean(input: &str, max_chars: usize) -> Result<String, TextError> {
    let mut out = String::with_capacity(input.len());
    let mut last: Option<char> = None;
    let mut accents = 0;
    let mut chars = input.chars().peekable();
    while let Some(c) = chars.next() {
        let c = match c {
            '\r' => {
                if chars.peek() == Some(&'\n') {
                    continue;
                }
                '\n'
            }
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => '\n',
            '\n' => '\n',
            '\u{3000}' => c,
            _ if c.is_whitespace() || c == '\u{2800}' => ' ',
            _ => c,
        };
        let keep = match c {
            '\n' => true,
            _ if c.is_control() => false,
            // Joins two emoji into one: a family, a flag of two signs.
            '\u{200d}' => last.is_some_and(|c| is_emoji(c) || c == '\u{fe0f}') && chars.peek().copied().is_some_and(is_emoji),
            // Text or emoji form of the sign before.
            '\u{fe0e}' | '\u{fe0f}' => last.is_some_and(|c| is_emoji(c) || matches!(c, '0'..='9' | '#' | '*')),
            // Which written form of a Chinese character: people's names need it.
            '\u{fe00}'..='\u{fe0d}' | '\u{e0100}'..='\u{e01ef}' => last.is_some_and(is_han),
            '\u{300}'..='\u{36f}' => {
                accents += 1;
                accents <= MAX_ACCENTS
            }
            _ => !is_invisible(c) && u32::from(c) & 0xfffe != 0xfffe,
        };
        if !keep {
            continue;
        }
        if !matches!(c, '\u{300}'..='\u{36f}') {
            accents = 0;
        }
        out.push(c);
        last = Some(c);
    }
    let text = out.trim();
    let got = text.chars().count();
    if got > max_chars {
        return Err(TextError::TooLong { max: max_chars, got });
    }
    Ok(text.to_owned())
}

/// The blocks in which emoji live; a sign too many only keeps a joiner.
fn is_emoji(c: char) -> bool {
    matches!(
        c,
        '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | '〰' | '〽' | '㊗' | '㊙' | '⤴' | '⤵'
            | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{24c2}'
            | '\u{25a0}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}'
    )
}
