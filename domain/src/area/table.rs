//! Areas as tables: read with every fault named, and written again.

use serde::{Deserialize, Serialize};

use super::{Area, AreaCode, AreaProblem, Areas, Level, MIN_NAME, Place, PlaceKind, Places, Position};
use crate::table::{Faults, TableError, lines};

#[derive(Deserialize, Serialize)]
struct AreaLine {
    code: String,
    name: String,
    level: String,
    parent: String,
}

#[derive(Deserialize)]
struct CentreLine {
    code: String,
    lat: String,
    lon: String,
}

#[derive(Deserialize)]
struct PlaceLine {
    kind: String,
    name: String,
    community: String,
    lat: String,
    lon: String,
}

fn position(lat: &str, lon: &str) -> Result<Position, String> {
    match (lat.parse(), lon.parse()) {
        (Ok(lat), Ok(lon)) => Position::new(lat, lon, None).map_err(|e| e.to_string()),
        _ => Err(format!("{lat},{lon}")),
    }
}

impl Areas {
    /// The areas of Longhua as shipped, with schematic centres.
    ///
    /// The shipped tables are tested, so this is never empty in a build that
    /// passed its tests.
    pub fn shipped() -> Self {
        Self::from_csv(include_str!("../../../data/areas.csv"))
            .and_then(|areas| areas.with_centres(include_str!("../../../data/centres.csv")))
            .unwrap_or_default()
    }

    /// Reads a table `code,name,level,parent`; lines beginning with `#` are comments.
    /// Parents may stand behind their children.
    ///
    /// # Errors
    /// Every fault of the table, each with its line.
    pub fn from_csv(text: &str) -> Result<Self, TableError<AreaProblem>> {
        let mut faults = Faults::none();
        let rows = lines::<AreaLine, _>(text, &["code", "name", "level", "parent"], AreaProblem::Unreadable, &mut faults);
        if rows.is_empty() {
            faults.at(1, AreaProblem::Empty);
        }
        let mut areas = Self::default();
        let mut origins = Vec::new();
        for (line, row) in rows {
            let code = AreaCode::parse(&row.code);
            let parent = match row.parent.as_str() {
                "" => Ok(None),
                given => AreaCode::parse(given).map(Some),
            };
            let level = Level::from_word(&row.level);
            if row.name.is_empty() {
                faults.at(line, AreaProblem::Unnamed);
            }
            if level.is_none() {
                faults.at(line, AreaProblem::UnknownLevel(row.level));
            }
            if let Err(error) = &parent {
                faults.at(line, AreaProblem::ParentCode(error.clone()));
            }
            let code = match code {
                Ok(code) => code,
                Err(error) => {
                    faults.at(line, AreaProblem::Code(error));
                    continue;
                }
            };
            if let Some(got) = level.filter(|got| *got != code.level()) {
                faults.at(line, AreaProblem::WrongLevel { code, expected: code.level(), got });
            }
            if areas.index.contains_key(&code) {
                faults.at(line, AreaProblem::Twice(code));
                continue;
            }
            areas.index.insert(code, areas.list.len());
            areas.list.push(Area { code, name: row.name, level: code.level(), parent: parent.unwrap_or(None), lat: None, lon: None });
            origins.push(line);
        }
        for (line, area) in origins.into_iter().zip(&areas.list) {
            let natural = area.code.parent();
            match area.parent {
                Some(got) if Some(got) != natural => {
                    faults.at(line, AreaProblem::WrongParent { code: area.code, got });
                }
                Some(got) if !areas.index.contains_key(&got) => {
                    faults.at(line, AreaProblem::UnknownParent(got));
                }
                None if natural.is_some_and(|up| areas.index.contains_key(&up)) => {
                    faults.at(line, AreaProblem::NoParent { code: area.code });
                }
                _ => {}
            }
        }
        faults.or(areas)
    }

    /// These areas with the centres of a table `code,lat,lon` (WGS-84 degrees).
    /// Areas the table leaves out keep theirs.
    ///
    /// # Errors
    /// Every fault of the table, each with its line.
    pub fn with_centres(mut self, text: &str) -> Result<Self, TableError<AreaProblem>> {
        self.take_centres(text).or(self)
    }

    /// As [`Areas::with_centres`], but lines that do not fit are left out: how many is told beside the areas.
    pub fn with_fitting_centres(mut self, text: &str) -> (Self, usize) {
        let left_out = self.take_centres(text).or(()).map_or_else(|error| error.problems.len(), |()| 0);
        (self, left_out)
    }

    fn take_centres(&mut self, text: &str) -> Faults<AreaProblem> {
        let mut faults = Faults::none();
        let mut seen = std::collections::BTreeSet::new();
        for (line, row) in lines::<CentreLine, _>(text, &["code", "lat", "lon"], AreaProblem::Unreadable, &mut faults) {
            let code = match AreaCode::parse(&row.code) {
                Ok(code) => code,
                Err(error) => {
                    faults.at(line, AreaProblem::Code(error));
                    continue;
                }
            };
            if !seen.insert(code) {
                faults.at(line, AreaProblem::Twice(code));
                continue;
            }
            let position = position(&row.lat, &row.lon);
            let area = self.index.get(&code).and_then(|&at| self.list.get_mut(at));
            match (area, position) {
                (Some(area), Ok(position)) => {
                    area.lat = Some(position.lat());
                    area.lon = Some(position.lon());
                }
                (None, _) => faults.at(line, AreaProblem::UnknownArea(code)),
                (_, Err(what)) => faults.at(line, AreaProblem::Centre(what)),
            }
        }
        faults
    }

    /// The table [`Areas::from_csv`] reads.
    pub fn to_csv(&self) -> String {
        let rows = self.list.iter().map(|area| AreaLine {
            code: area.code.to_string(),
            name: area.name.clone(),
            level: area.level.to_string(),
            parent: area.parent.map(|code| code.to_string()).unwrap_or_default(),
        });
        write(rows, "code,name,level,parent\n")
    }

    /// The table [`Areas::with_centres`] reads, of the areas that have a centre.
    pub fn centres_csv(&self) -> String {
        let rows = self.list.iter().filter_map(|area| Some((area.code.as_str(), area.lat?, area.lon?)));
        format!("code,lat,lon\n{}", write(rows, ""))
    }
}

impl Places {
    /// The places of Longhua as shipped: schematic, as the table says. Tested like [`Areas::shipped`].
    pub fn shipped() -> Self {
        Self::from_csv(include_str!("../../../data/places.csv"), &Areas::shipped()).unwrap_or_default()
    }

    /// The communities of the areas and the streets and estates of a table `kind,name,community,lat,lon`; the position
    /// (WGS-84 degrees) may be left empty. Lines beginning with `#` are comments.
    ///
    /// # Errors
    /// Every fault of the table, each with its line.
    pub fn from_csv(text: &str, areas: &Areas) -> Result<Self, TableError<AreaProblem>> {
        let mut faults = Faults::none();
        let mut places = Self::of(areas);
        let mut seen = std::collections::BTreeSet::new();
        for (line, row) in lines::<PlaceLine, _>(text, &["kind", "name", "community", "lat", "lon"], AreaProblem::Unreadable, &mut faults) {
            let kind = PlaceKind::from_word(&row.kind);
            if kind.is_none() {
                faults.at(line, AreaProblem::UnknownKind(row.kind));
            }
            if row.name.chars().count() < MIN_NAME {
                faults.at(line, AreaProblem::ShortName(row.name.clone()));
            }
            let position = match (row.lat.as_str(), row.lon.as_str()) {
                ("", "") => None,
                (lat, lon) => position(lat, lon).map_err(|what| faults.at(line, AreaProblem::Centre(what))).ok(),
            };
            let community = match AreaCode::parse(&row.community) {
                Ok(code) if areas.get(&code).is_none() => Err(AreaProblem::UnknownArea(code)),
                Ok(code) if code.level() != Level::Community => Err(AreaProblem::NotACommunity(code)),
                code => code.map_err(AreaProblem::Code),
            };
            match (kind, community) {
                (_, Err(fault)) => faults.at(line, fault),
                (_, Ok(community)) if !seen.insert((row.name.clone(), community)) => {
                    faults.at(line, AreaProblem::PlaceTwice { name: row.name, community });
                }
                (Some(kind), Ok(community)) => places.list.push(Place { kind, name: row.name, community, position }),
                (None, Ok(_)) => {}
            }
        }
        faults.or(places)
    }
}

/// Writing to memory cannot fail; what could not be written would be missing.
fn write<T: Serialize>(rows: impl Iterator<Item = T>, when_empty: &str) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut any = false;
    for row in rows {
        any |= writer.serialize(row).is_ok();
    }
    let bytes = writer.into_inner().unwrap_or_default();
    if any { String::from_utf8(bytes).unwrap_or_default() } else { when_empty.to_owned() }
}
