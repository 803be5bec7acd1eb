//! The tree of areas one portal knows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AreaCode, AreaCodeError, Level, Position, distance_m};

/// One area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Its code.
    pub code: AreaCode,
    /// Its name with the suffix: 北站社区.
    pub name: String,
    /// Its level, which is the code's.
    pub level: Level,
    /// The area above it in the table; none at the top.
    pub parent: Option<AreaCode>,
    /// Latitude of its centre in WGS-84 degrees, when known.
    pub lat: Option<f64>,
    /// Longitude of its centre in WGS-84 degrees, when known.
    pub lon: Option<f64>,
}

impl Area {
    /// Its centre, when both coordinates are known.
    pub fn centre(&self) -> Option<Position> {
        Position::new(self.lat?, self.lon?, None).ok()
    }
}

/// What can be wrong with a line of a table of areas, their centres or named places.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AreaProblem {
    /// The line is no CSV, or lacks a column.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// The code is none.
    #[error("code: {0}")]
    Code(AreaCodeError),
    /// The parent's code is none.
    #[error("parent: {0}")]
    ParentCode(AreaCodeError),
    /// The name is empty.
    #[error("the name is empty")]
    Unnamed,
    /// The level is no known word.
    #[error("{0:?} is no level")]
    UnknownLevel(String),
    /// The level does not fit the number of digits.
    #[error("the code {code} is a {expected}, not a {got}")]
    WrongLevel {
        /// The code.
        code: AreaCode,
        /// The level it has by its digits.
        expected: Level,
        /// The level the line says.
        got: Level,
    },
    /// The parent is not the one the code has by its digits.
    #[error("the parent of {code} is not {got}")]
    WrongParent {
        /// The code.
        code: AreaCode,
        /// The parent the line says.
        got: AreaCode,
    },
    /// The line names no parent, but its parent is in the table.
    #[error("{code} names no parent")]
    NoParent {
        /// The code.
        code: AreaCode,
    },
    /// The parent is not in the table.
    #[error("the parent {0} is not in the table")]
    UnknownParent(AreaCode),
    /// The code is on an earlier line already.
    #[error("{0} is there twice")]
    Twice(AreaCode),
    /// A centre of an area that the table does not have.
    #[error("{0} is not in the table of areas")]
    UnknownArea(AreaCode),
    /// A centre that is no position.
    #[error("no position: {0}")]
    Centre(String),
    /// The kind of a named place is no known word.
    #[error("{0:?} is no kind of place: street or estate")]
    UnknownKind(String),
    /// The name of a place is too short to be searched for.
    #[error("the name {0:?} is too short")]
    ShortName(String),
    /// A named place in an area that is no community.
    #[error("{0} is no community")]
    NotACommunity(AreaCode),
    /// The place is on an earlier line already, with the same community.
    #[error("{name} in {community} is there twice")]
    PlaceTwice {
        /// The place's name.
        name: String,
        /// The community it lies in.
        community: AreaCode,
    },
    /// The table has no line.
    #[error("the table is empty")]
    Empty,
}

/// Why a table does not say which district a portal is for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DistrictError {
    /// No area has the level district.
    #[error("the table has no district")]
    None,
    /// More than one area has it.
    #[error("the table has {} districts", .0.len())]
    Several(Vec<AreaCode>),
}

/// The areas of one portal, each under its parent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Areas {
    // In the order of the table, which is how they are listed and exported.
    pub(super) list: Vec<Area>,
    pub(super) index: BTreeMap<AreaCode, usize>,
}

impl Areas {
    /// All areas in the order of their table.
    pub fn iter(&self) -> impl Iterator<Item = &Area> {
        self.list.iter()
    }

    /// The area with a code.
    pub fn get(&self, code: &AreaCode) -> Option<&Area> {
        self.index.get(code).and_then(|&at| self.list.get(at))
    }

    /// The areas directly below one, in the order of the table.
    pub fn children<'a>(&'a self, code: &'a AreaCode) -> impl Iterator<Item = &'a Area> {
        self.list.iter().filter(move |area| area.parent.as_ref() == Some(code))
    }

    /// The area this portal is for: the one with the level district.
    ///
    /// # Errors
    /// [`DistrictError`] when there is none or more than one.
    pub fn district(&self) -> Result<&Area, DistrictError> {
        let mut districts = self.list.iter().filter(|area| area.level == Level::District);
        match (districts.next(), districts.next()) {
            (None, _) => Err(DistrictError::None),
            (Some(only), None) => Ok(only),
            (Some(first), Some(second)) => Err(DistrictError::Several([first, second].into_iter().chain(districts).map(|area| area.code).collect())),
        }
    }

    /// Whether a code is one of this portal's district: the district itself, a
    /// listed area in it, or a grid cell of a listed community.
    pub fn in_district(&self, code: &AreaCode) -> bool {
        let Ok(district) = self.district() else {
            return false;
        };
        let known = match code.level() {
            Level::Grid => self.get(code).or_else(|| self.get(&code.community()?)),
            _ => self.get(code),
        };
        known.is_some() && code.is_within(&district.code)
    }

    /// The name from below the district down, as people write it: 民治街道北站社区.
    /// From the district up it is the area's own name; unknown codes have none.
    pub fn path_name(&self, code: &AreaCode) -> Option<String> {
        let mut area = self.get(code)?;
        let mut names = vec![area.name.as_str()];
        // Parents are always shallower, so this ends.
        while let Some(parent) = area.parent.as_ref().and_then(|code| self.get(code)) {
            if parent.level <= Level::District {
                break;
            }
            names.push(&parent.name);
            area = parent;
        }
        names.reverse();
        Some(names.concat())
    }

    /// Areas whose name has `text` in it, the best first: with or without its
    /// suffix (北站, 北站社区), with its subdistrict before it (民治街道北站,
    /// 民治北站), or the beginning of a code. Nothing for an empty text.
    pub fn find(&self, text: &str) -> Vec<&Area> {
        let wanted: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(u8, Level, &Area)> = self.list.iter().filter_map(|area| Some((self.rank(area, &wanted)?, area.level, area))).collect();
        found.sort_by_key(|&(rank, level, _)| (rank, level));
        found.into_iter().map(|(_, _, area)| area).collect()
    }

    fn rank(&self, area: &Area, wanted: &str) -> Option<u8> {
        if wanted.bytes().all(|b| b.is_ascii_digit()) && area.code.as_str().starts_with(wanted) {
            return Some(if area.code.as_str() == wanted { 0 } else { 2 });
        }
        if area.name == wanted {
            return Some(0);
        }
        let (name, fragment) = (bare(&area.name), bare(wanted));
        if name == wanted {
            return Some(1);
        }
        if area.name.starts_with(wanted) {
            return Some(2);
        }
        if area.name.contains(wanted) {
            return Some(3);
        }
        // Someone who gives a wrong suffix (北站街道) still means the name.
        if fragment.chars().count() > 1 && name == fragment {
            return Some(4);
        }
        let parent = area.parent.as_ref().and_then(|code| self.get(code))?;
        let behind = wanted.strip_prefix(&parent.name).or_else(|| wanted.strip_prefix(bare(&parent.name)))?;
        (!behind.is_empty() && area.name.starts_with(behind)).then_some(1)
    }

    /// The community whose centre is nearest, and how many metres off it is.
    ///
    /// Centres are points and those shipped are schematic: good for proposing an
    /// area that the resident confirms, not for deciding one.
    pub fn nearest(&self, position: &Position) -> Option<(&Area, f64)> {
        self.list
            .iter()
            .filter(|area| area.level == Level::Community)
            .filter_map(|area| Some((area, distance_m(&area.centre()?, position))))
            .min_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// A name without the word for its level.
fn bare(name: &str) -> &str {
    ["社区", "街道", "区", "市", "省"].iter().find_map(|suffix| name.strip_suffix(suffix).filter(|rest| !rest.is_empty())).unwrap_or(name)
}
