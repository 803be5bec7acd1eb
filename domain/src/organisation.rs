//! Organisations of the district: volunteer teams, associations, party branches, departments.

use serde::{Deserialize, Serialize};

use crate::area::AreaCode;

/// An organisation that people act for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its stable id: 2 to 40 small Latin letters, digits and hyphens, the first a letter.
    pub id: String,
    /// Where it works; a supervisor of this area grants its roles.
    pub area: AreaCode,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
}

/// All organisations, in the order of their table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organisations(Vec<Organisation>);

impl Organisations {
    /// The organisation with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Organisation> {
        self.0.iter().find(|organisation| organisation.id == id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Organisation> {
        self.0.iter()
    }
}

#[cfg(feature = "native")]
mod table {
    use serde::Deserialize;

    use super::{Organisation, Organisations};
    use crate::area::{AreaCode, Areas};
    use crate::table::{Faults, TableError, lines};

    /// What is wrong with a line.
    #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
    pub enum OrganisationProblem {
        /// The line is no line of this table.
        #[error("cannot be read: {0}")]
        Unreadable(String),
        /// Letters, digits and hyphens only; digits alone would read as an area.
        #[error("{0:?} is no id: 2 to 40 small Latin letters, digits and hyphens, the first a letter")]
        Id(String),
        /// Another line has the id.
        #[error("{0} stands in the table already")]
        Twice(String),
        /// No area of this district.
        #[error("{0:?} is no area of this district")]
        Area(String),
        /// A name is missing.
        #[error("{0} is empty")]
        Empty(&'static str),
    }

    #[derive(Deserialize)]
    struct Line {
        id: String,
        area: String,
        name_zh: String,
        name_en: String,
    }

    impl Organisations {
        /// Reads `id,area,name_zh,name_en`; lines beginning with `#` are comments.
        ///
        /// # Errors
        /// Every fault of the table, each with its line.
        pub fn from_csv(text: &str, areas: &Areas) -> Result<Self, TableError<OrganisationProblem>> {
            let mut faults = Faults::none();
            let mut found: Vec<Organisation> = Vec::new();
            for (line, row) in lines::<Line, _>(text, &["id", "area", "name_zh", "name_en"], OrganisationProblem::Unreadable, &mut faults) {
                if !is_id(&row.id) {
                    faults.at(line, OrganisationProblem::Id(row.id.clone()));
                } else if found.iter().any(|other| other.id == row.id) {
                    faults.at(line, OrganisationProblem::Twice(row.id.clone()));
                }
                for (column, name) in [("name_zh", &row.name_zh), ("name_en", &row.name_en)] {
                    if name.is_empty() {
                        faults.at(line, OrganisationProblem::Empty(column));
                    }
                }
                match AreaCode::parse(&row.area).ok().filter(|area| areas.in_district(area)) {
                    Some(area) => found.push(Organisation { id: row.id, area, name_zh: row.name_zh, name_en: row.name_en }),
                    None => faults.at(line, OrganisationProblem::Area(row.area)),
                }
            }
            faults.or(Self(found))
        }
    }

    fn is_id(text: &str) -> bool {
        (2..=40).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    }
}

#[cfg(feature = "native")]
pub use table::OrganisationProblem;

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::area::Areas;

    #[test]
    fn the_shipped_table_is_sound() {
        let shipped = Organisations::from_csv(include_str!("../../data/organisations.csv"), &Areas::shipped()).expect("sound");
        assert!(shipped.iter().count() > 3);
    }

    #[test]
    fn every_fault_is_named_with_its_line() {
        let table = "id,area,name_zh,name_en\nteam,440309,队,Team\nteam,440309,队,Team\n440309,440305,,Team\n只有一栏\n";
        let faults = Organisations::from_csv(table, &Areas::shipped()).expect_err("faulty");
        let lines: Vec<_> = faults.problems.iter().map(|fault| (fault.line, fault.problem.to_string())).collect();
        assert_eq!(lines.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4, 4, 4, 5], "{lines:?}");
        assert!(lines[0].1.contains("team") && lines[1].1.contains("440309") && lines[2].1.contains("name_zh") && lines[3].1.contains("440305"));
    }
}
