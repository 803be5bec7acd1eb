//! Chinese search without a dictionary: overlapping pairs of characters.
//!
//! 井盖缺失 is indexed as `井盖 盖缺 缺失 失`, and 盖缺失 is searched as the phrase
//! `盖缺 缺失`. The single character at the end of every run does two things: each
//! character begins some token, so one character alone is found by prefix; and the
//! pairs of two runs never stand side by side, so a phrase never spans them.
//!
//! SQLite keeps é apart from e, as PostgreSQL does, with
//! `tokenize = 'unicode61 remove_diacritics 0'`. PostgreSQL notes at most 256 places
//! of one token in one text.

use serde::{Deserialize, Serialize};

use super::fold;

/// The longest word kept whole; the rest is cut on both sides of the search.
/// PostgreSQL drops words above 2047 bytes altogether.
const MAX_WORD: usize = 64;

/// What one run of text was searched as: tokens that must follow one another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    /// The tokens, each of letters and digits only.
    pub tokens: Vec<String>,
    /// Whether the last token need only be the beginning of one: so with a single
    /// Chinese character.
    pub prefix: bool,
}

enum Run {
    /// Characters written without spaces.
    Chars(Vec<char>),
    /// Letters of an alphabet and digits, parted where one turns into the other:
    /// PostgreSQL would take 3e5a for a number and a letter.
    Word(Vec<String>),
}

/// The text's runs, folded. Everything that is no letter or digit parts runs.
fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open = false;
    for c in fold(text).chars() {
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        match (is_word(c), runs.last_mut().filter(|_| open)) {
            (true, Some(Run::Word(parts))) => match parts.last_mut() {
                Some(part) if part.ends_with(|last: char| last.is_ascii_digit()) == c.is_ascii_digit() => {
                    if part.chars().count() < MAX_WORD {
                        part.push(c);
                    }
                }
                _ => parts.push(c.to_string()),
            },
            (false, Some(Run::Chars(chars))) => chars.push(c),
            (true, _) => runs.push(Run::Word(vec![c.to_string()])),
            (false, _) => runs.push(Run::Chars(vec![c])),
        }
        open = true;
    }
    runs
}

/// Letters of alphabets that put spaces between words, and the digits 0 to 9.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || (matches!(c, '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}' | '\u{ac00}'..='\u{d7a3}') && c.is_alphabetic())
}

/// A character as it stands in a token. Both databases call the common ideographs
/// and kana letters; newer or rarer characters one of them may take for a gap, so
/// they are spelt out at a fixed length.
fn letter(c: char, token: &mut String) {
    let known = matches!(
        c,
        '\u{3400}'..='\u{4db5}' | '\u{4e00}'..='\u{9fcc}' | '\u{20000}'..='\u{2a6d6}'
            | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
    );
    if known {
        token.push(c);
    } else {
        token.push_str(&format!("u{:06x}", u32::from(c)));
    }
}

fn token(chars: &[char]) -> String {
    let mut token = String::new();
    for c in chars {
        letter(*c, &mut token);
    }
    token
}

/// What the index holds of a text: tokens with spaces between, each of letters
/// and digits only, so that SQLite's `unicode61` and PostgreSQL's `simple` both
/// keep every token whole.
///
/// ```
/// assert_eq!(domain::text::pairs("北站 WiFi6 断了3天"), "北站 站 wifi 6 断了 了 3 天");
/// ```
pub fn pairs(text: &str) -> String {
    let mut tokens = Vec::new();
    for run in runs(text) {
        match run {
            Run::Word(parts) => tokens.extend(parts),
            Run::Chars(chars) => {
                tokens.extend(chars.windows(2).map(token));
                tokens.extend(chars.last().map(|c| token(&[*c])));
            }
        }
    }
    tokens.join(" ")
}

/// The phrases a text is searched by: one for every run, all of which must be
/// found. A word of Chinese characters is found exactly where the text contains
/// it; a single character wherever it occurs (by prefix); Latin words and numbers
/// as whole words (b12 as b before 12). Nothing for a text without letters or digits.
pub fn query_pairs(text: &str) -> Vec<Phrase> {
    runs(text)
        .into_iter()
        .map(|run| match run {
            Run::Word(parts) => Phrase { tokens: parts, prefix: false },
            Run::Chars(chars) if chars.len() == 1 => Phrase { tokens: vec![token(&chars)], prefix: true },
            Run::Chars(chars) => Phrase { tokens: chars.windows(2).map(token).collect(), prefix: false },
        })
        .collect()
}

impl Phrase {
    /// Whether an indexed text (from [`pairs`]) has this phrase: what the
    /// databases do, done plainly.
    pub fn is_in(&self, indexed: &str) -> bool {
        let held: Vec<&str> = indexed.split(' ').collect();
        let Some((last, before)) = self.tokens.split_last() else {
            return true;
        };
        held.windows(self.tokens.len()).any(|window| {
            window.split_last().is_some_and(|(end, start)| {
                start.iter().zip(before).all(|(held, wanted)| held == wanted)
                    && if self.prefix { end.starts_with(last.as_str()) } else { end == last }
            })
        })
    }
}

/// The phrases as an SQLite FTS5 `MATCH` expression; none when there are none,
/// since FTS5 refuses an empty one.
pub fn fts5_query(phrases: &[Phrase]) -> Option<String> {
    join(phrases, " AND ", |phrase| {
        let star = if phrase.prefix { " *" } else { "" };
        format!("\"{}\"{star}", phrase.tokens.join(" "))
    })
}

/// The phrases as the text of a PostgreSQL `tsquery`, for `to_tsquery('simple', …)`;
/// none when there are none.
pub fn tsquery(phrases: &[Phrase]) -> Option<String> {
    join(phrases, " & ", |phrase| {
        let star = if phrase.prefix { ":*" } else { "" };
        format!("({}{star})", phrase.tokens.join(" <-> "))
    })
}

fn join(phrases: &[Phrase], and: &str, show: impl Fn(&Phrase) -> String) -> Option<String> {
    let shown: Vec<String> = phrases.iter().filter(|phrase| !phrase.tokens.is_empty()).map(show).collect();
    (!shown.is_empty()).then(|| shown.join(and))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_characters_are_spelt_out() {
        assert_eq!(pairs("\u{2b820}北"), "u02b820北 北");
    }
}
