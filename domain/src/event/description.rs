//! The description the grid system receives: composed from facts, not typed, so
//! that two people who describe the same thing produce comparable events.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::area::Position;

/// A fact a class may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Where: an area, and an address, landmark or position in it.
    Place,
    /// When it happened.
    Time,
    /// What happened, in the resident's words.
    What,
    /// Since which day it has been so.
    Since,
}

impl Fact {
    /// The word used in catalogues.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Time => "time",
            Self::What => "what",
            Self::Since => "since",
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no fact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no fact")]
pub struct UnknownFact(pub String);

impl FromStr for Fact {
    type Err = UnknownFact;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Place, Self::Time, Self::What, Self::Since].into_iter().find(|fact| fact.as_str() == word).ok_or_else(|| UnknownFact(word.to_owned()))
    }
}

/// Where something is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PlaceFacts {
    /// The area's name from the subdistrict down: 民治街道北站社区.
    pub area_path: Option<String>,
    /// Address or landmark within it: 民乐老村 12 栋楼下.
    pub landmark: Option<String>,
    /// Where a phone or a map said it is.
    pub position: Option<Position>,
}

/// What is known of an event when its description is composed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// Where.
    pub place: PlaceFacts,
    /// When it happened, in local time; not when it was filed.
    pub happened_at: Option<NaiveDateTime>,
    /// Since which local day it has been so.
    pub since: Option<NaiveDate>,
    /// The class's Chinese name, which is what the grid system reads.
    pub class_name: String,
    /// What happened, in the resident's words.
    pub what: Option<String>,
}

/// Which of the required facts are still missing, in the order asked for.
///
/// A place needs more than its area, which may house thousands: an address, a
/// landmark or a position too.
pub fn missing(required: &[Fact], facts: &Facts) -> Vec<Fact> {
    let known = |fact: &Fact| match fact {
        Fact::Place => said(&facts.place.area_path).is_some() && (said(&facts.place.landmark).is_some() || facts.place.position.is_some()),
        Fact::Time => facts.happened_at.is_some(),
        Fact::What => said(&facts.what).is_some(),
        Fact::Since => facts.since.is_some(),
    };
    required.iter().filter(|fact| !known(fact)).copied().collect()
}

/// The text on one line with single spaces, or none when there is nothing in it.
fn said(text: &Option<String>) -> Option<String> {
    let words: Vec<&str> = text.as_deref()?.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Why a template was refused. Positions count characters from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A placeholder that is not one of `class place position time what since`.
    #[error("{{{0}}} is no placeholder")]
    UnknownPlaceholder(String),
    /// A `{` or `[` that is not closed, or a `}` or `]` that was not opened.
    #[error("the bracket at {at} has no partner")]
    Unbalanced {
        /// Where it stands.
        at: usize,
    },
    /// An optional part within an optional part.
    #[error("the optional part at {at} stands within another")]
    Nested {
        /// Where it stands.
        at: usize,
    },
    /// An optional part without a placeholder would always or never show.
    #[error("the optional part at {at} has no placeholder")]
    Pointless {
        /// Where it stands.
        at: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Class,
    Place,
    Position,
    Time,
    What,
    Since,
}

const SLOTS: [(&str, Slot); 6] = [
    ("class", Slot::Class),
    ("place", Slot::Place),
    ("position", Slot::Position),
    ("time", Slot::Time),
    ("what", Slot::What),
    ("since", Slot::Since),
];

impl Slot {
    /// The fact that fills it. A position alone is no whole place, and a class is no fact.
    fn fact(self) -> Option<Fact> {
        match self {
            Self::Place => Some(Fact::Place),
            Self::Time => Some(Fact::Time),
            Self::What => Some(Fact::What),
            Self::Since => Some(Fact::Since),
            Self::Class | Self::Position => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Slot(Slot),
    Optional(Vec<Part>),
}

/// A checked template: text with `{class} {place} {position} {time} {what} {since}`.
/// A part in square brackets is left out when one of its facts is missing.
///
/// ```
/// use domain::event::{Facts, Template};
/// let facts = Facts { class_name: "路灯不亮".into(), what: Some("整排不亮".into()), ..Facts::default() };
/// assert_eq!(Template::default().compose(&facts), "【路灯不亮】整排不亮");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    source: String,
    parts: Vec<Part>,
}

impl Default for Template {
    fn default() -> Self {
        // Tested to be sound; without parts it would compose nothing.
        Self::parse(Self::DEFAULT).unwrap_or_else(|_| Self { source: String::new(), parts: Vec::new() })
    }
}

static STANDARD: LazyLock<Template> = LazyLock::new(Template::default);

impl Template {
    /// The one of all classes that have none of their own and none above them.
    pub fn standard() -> &'static Self {
        &STANDARD
    }

    /// Whether a fact, where it is known, can be read in what this template composes.
    pub fn shows(&self, fact: Fact) -> bool {
        let shown = |part: &Part| match part {
            Part::Slot(slot) => slot.fact() == Some(fact),
            Part::Text(_) | Part::Optional(_) => false,
        };
        self.parts.iter().any(|part| match part {
            // Beside another fact that may be missing, this one would go with it.
            Part::Optional(parts) => parts.iter().any(shown) && parts.iter().all(|part| matches!(part, Part::Text(_)) || shown(part)),
            part => shown(part),
        })
    }

    /// The text of [`Template::default`].
    pub const DEFAULT: &'static str = "【{class}】[{place}，][{time} 发现，][自 {since} 起，]{what}";

    /// Reads and checks a template.
    ///
    /// # Errors
    /// [`TemplateError`] for an unknown placeholder or brackets that do not match.
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        let mut outer: Vec<Part> = Vec::new();
        // The optional part being read, and where it began.
        let mut inner: Option<(usize, Vec<Part>)> = None;
        let mut text = String::new();
        let mut chars = source.chars().enumerate();
        while let Some((at, c)) = chars.next() {
            if !matches!(c, '{' | '}' | '[' | ']') {
                text.push(c);
                continue;
            }
            let parts = inner.as_mut().map_or(&mut outer, |(_, parts)| parts);
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            match c {
                '{' => {
                    let mut name = String::new();
                    loop {
                        match chars.next() {
                            Some((_, '}')) => break,
                            Some((_, '{' | '[' | ']')) | None => {
                                return Err(TemplateError::Unbalanced { at });
                            }
                            Some((_, c)) => name.push(c),
                        }
                    }
                    let slot = SLOTS.iter().find(|(word, _)| *word == name).map(|(_, slot)| *slot);
                    parts.push(Part::Slot(slot.ok_or(TemplateError::UnknownPlaceholder(name))?));
                }
                '[' if inner.is_some() => return Err(TemplateError::Nested { at }),
                '[' => inner = Some((at, Vec::new())),
                ']' => {
                    let (begun, parts) = inner.take().ok_or(TemplateError::Unbalanced { at })?;
                    if !parts.iter().any(|part| matches!(part, Part::Slot(_))) {
                        return Err(TemplateError::Pointless { at: begun });
                    }
                    outer.push(Part::Optional(parts));
                }
                _ => return Err(TemplateError::Unbalanced { at }),
            }
        }
        if let Some((at, _)) = inner {
            return Err(TemplateError::Unbalanced { at });
        }
        if !text.is_empty() {
            outer.push(Part::Text(text));
        }
        Ok(Self { source: source.to_owned(), parts: outer })
    }

    /// The text it was read from.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The description on one line. Facts that are missing outside of optional
    /// parts leave nothing behind; braces in a resident's words stay words.
    pub fn compose(&self, facts: &Facts) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Slot(slot) => out.push_str(&fill(*slot, facts).unwrap_or_default()),
                Part::Optional(parts) => {
                    let whole: Option<String> = parts
                        .iter()
                        .map(|part| match part {
                            Part::Text(text) => Some(text.clone()),
                            Part::Slot(slot) => fill(*slot, facts),
                            Part::Optional(_) => None,
                        })
                        .collect();
                    out.push_str(&whole.unwrap_or_default());
                }
            }
        }
        out
    }
}

fn fill(slot: Slot, facts: &Facts) -> Option<String> {
    let place = &facts.place;
    match slot {
        Slot::Class => said(&Some(facts.class_name.clone())),
        Slot::Place => {
            let mut text = said(&place.area_path).unwrap_or_default();
            match (said(&place.landmark), &place.position) {
                (Some(landmark), _) => text.push_str(&landmark),
                // Without words for the spot, its coordinates are all there is to go by.
                (None, Some(position)) => {
                    let _ = write!(text, "（{}）", coordinates(position));
                }
                (None, None) => {}
            }
            (!text.is_empty()).then_some(text)
        }
        Slot::Position => place.position.as_ref().map(coordinates),
        Slot::Time => facts.happened_at.map(|time| time.format("%Y-%m-%d %H:%M").to_string()),
        Slot::What => said(&facts.what),
        Slot::Since => facts.since.map(|day| day.format("%Y-%m-%d").to_string()),
    }
}

/// Five decimals are about a metre.
fn coordinates(position: &Position) -> String {
    let mut text = format!("北纬 {:.5}，东经 {:.5}", position.lat(), position.lon());
    if let Some(metres) = position.accuracy_m() {
        let _ = write!(text, "，误差约 {metres} 米");
    }
    text
}

impl FromStr for Template {
    type Err = TemplateError;
    fn from_str(source: &str) -> Result<Self, Self::Err> {
        Self::parse(source)
    }
}

impl TryFrom<String> for Template {
    type Error = TemplateError;
    fn try_from(source: String) -> Result<Self, Self::Error> {
        Self::parse(&source)
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.source
    }
}
