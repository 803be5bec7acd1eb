//! Named places: the streets and estates by which residents say where they are, and how a few letters find one.

use std::cmp::Reverse;

use super::{AreaCode, Areas, Level, Position, distance_m};

/// What kind of place a name belongs to, in the order in which equally good finds are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceKind {
    /// A community of the table of areas.
    Community,
    /// An estate or village 小区.
    Estate,
    /// A street, once for each community it passes through.
    Street,
}

impl PlaceKind {
    /// Reads the word of the table; communities come from the table of areas.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "estate" => Some(Self::Estate),
            "street" => Some(Self::Street),
            _ => None,
        }
    }
}

/// A place with a name, in one community.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// What it is.
    pub kind: PlaceKind,
    /// Its name.
    pub name: String,
    /// The community it lies in.
    pub community: AreaCode,
    /// Where it is, when known. A community's centre is no position.
    pub position: Option<Position>,
}

/// Shortest name and shortest text that is searched for, in characters: one alone is in half of all names.
pub const MIN_NAME: usize = 2;

impl Place {
    /// The name as people shorten it: 北站 for 北站社区.
    fn bare(&self) -> &str {
        let bare = if self.kind == PlaceKind::Community { self.name.trim_end_matches("社区") } else { &self.name };
        if bare.chars().count() < MIN_NAME { &self.name } else { bare }
    }

    /// How well a text means this place: the kind of match, best first, and how many letters agree.
    fn rank(&self, pieces: &[&str]) -> Option<(u8, Reverse<usize>)> {
        let (name, bare) = (self.name.to_ascii_lowercase(), self.bare().to_ascii_lowercase());
        let of = |piece: &&str| match *piece {
            piece if piece == name => Some((0, Reverse(piece.len()))),
            piece if piece == bare => Some((1, Reverse(piece.len()))),
            piece if piece.contains(&bare) => Some((2, Reverse(if piece.contains(&name) { name.len() } else { bare.len() }))),
            piece if name.starts_with(piece) => Some((3, Reverse(piece.len()))),
            piece if name.contains(piece) => Some((4, Reverse(piece.len()))),
            _ => None,
        };
        pieces.iter().filter_map(of).min()
    }

    /// What a form says of the place once it is picked: the words that were typed, with the name in full.
    pub fn words(&self, typed: &str) -> String {
        let typed = typed.trim();
        let (text, name) = (typed.to_ascii_lowercase(), self.name.to_ascii_lowercase());
        if text.contains(&self.bare().to_ascii_lowercase()) {
            return typed.to_owned();
        }
        let part = pieces(&text).into_iter().filter(|piece| name.contains(piece)).max_by_key(|piece| piece.len());
        match part.and_then(|part| Some((text.find(part)?, part.len()))) {
            // Lower case of ASCII keeps every byte in its place.
            Some((at, length)) => format!("{}{}{}", &typed[..at], self.name, &typed[at + length..]),
            None => format!("{} {typed}", self.name).trim_end().to_owned(),
        }
    }
}

/// All named places of a portal, its communities first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Places {
    pub(super) list: Vec<Place>,
}

impl Places {
    /// The communities alone: what can be found before a table of streets and estates is read.
    pub fn of(areas: &Areas) -> Self {
        let communities = areas.iter().filter(|area| area.level == Level::Community);
        let list = communities.map(|area| Place { kind: PlaceKind::Community, name: area.name.clone(), community: area.code, position: None });
        Self { list: list.collect() }
    }

    /// All places in the order of their tables.
    pub fn iter(&self) -> impl Iterator<Item = &Place> {
        self.list.iter()
    }

    /// The place with this name in this community.
    pub fn get(&self, community: &AreaCode, name: &str) -> Option<&Place> {
        self.list.iter().find(|place| place.community == *community && place.name == name)
    }

    /// Whether a position is that of a place of the table, to the five decimals that forms carry.
    pub fn has(&self, position: &Position) -> bool {
        self.list.iter().filter_map(|place| place.position).any(|at| distance_m(&at, position) < 2.0)
    }

    /// The places that a text means, the best first: those it names (民乐老村 12 栋), then those whose names it begins
    /// or holds a part of (民乐). Of equally good ones, those in or near the community `here` come first.
    pub fn search(&self, text: &str, here: Option<&AreaCode>, most: usize) -> Vec<&Place> {
        let text = text.to_ascii_lowercase();
        let pieces = pieces(&text);
        let far = |place: &Place| {
            let same = |level: fn(&AreaCode) -> Option<AreaCode>| here.and_then(level).is_some_and(|here| level(&place.community) == Some(here));
            (!same(AreaCode::community), !same(AreaCode::subdistrict))
        };
        let mut found: Vec<_> = self.list.iter().filter_map(|place| Some((place.rank(&pieces)?, place))).collect();
        found.sort_by_cached_key(|(rank, place)| (*rank, far(place), place.kind, place.name.len()));
        found.into_iter().map(|(_, place)| place).take(most).collect()
    }
}

/// The parts of a text that can mean a name: its words, and what stands between house numbers (民乐12栋).
fn pieces(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let parts = words.flat_map(|word| std::iter::once(word).chain(word.split(|c: char| c.is_ascii_digit())));
    parts.filter(|part| part.chars().filter(|c| !c.is_ascii_digit()).count() >= MIN_NAME).collect()
}
