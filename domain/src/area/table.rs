//! Areas as tables: read with every fault named, and written again.

use serde::{Deserialize, Serialize};

use super::{Area, AreaCode, AreaProblem, Areas, Level, Position};
use crate::table::{Faults, TableError};

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

fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes())
}

/// Every line that reads as a `T`, with its number; the others are faults.
fn lines<T: for<'de> Deserialize<'de>>(text: &str, faults: &mut Faults<AreaProblem>) -> Vec<(u64, T)> {
    let mut reader = reader(text);
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            faults.at(1, AreaProblem::Unreadable(error.to_string()));
            return Vec::new();
        }
    };
    let mut lines = Vec::new();
    for record in reader.records() {
        let read = record.and_then(|record| {
            let line = record.position().map_or(0, csv::Position::line);
            Ok((line, record.deserialize(Some(&header))?))
        });
        match read {
            Ok(line) => lines.push(line),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                faults.at(line, AreaProblem::Unreadable(error.to_string()));
            }
        }
    }
    lines
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
        let rows = lines::<AreaLine>(text, &mut faults);
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
        let mut faults = Faults::none();
        let mut seen = std::collections::BTreeSet::new();
        for (line, row) in lines::<CentreLine>(text, &mut faults) {
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
            let position = match (row.lat.parse(), row.lon.parse()) {
                (Ok(lat), Ok(lon)) => Position::new(lat, lon, None).map_err(|e| e.to_string()),
                _ => Err(format!("{},{}", row.lat, row.lon)),
            };
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
        faults.or(self)
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
