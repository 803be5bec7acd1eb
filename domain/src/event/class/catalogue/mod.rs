//! The catalogue of classes: what a class is, and what makes a catalogue sound.

mod check;
mod class;
mod fault;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use self::class::{Class, UnknownWord, Visibility};
pub use self::fault::{CatalogueError, Problem};
use super::{ClassCode, NoClass};
use crate::event::{Fact, Template};

/// What stands between two wordings of a class in the table.
pub const WORDING_SEPARATOR: char = '|';

/// A version of the classification, sound by construction: every parent is there, every successor can be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// Its name, such as `2026.1`.
    pub version: String,
    /// The first day on which it holds.
    pub effective_from: NaiveDate,
    classes: Vec<Class>,
    lines: Vec<u64>,
    index: BTreeMap<ClassCode, usize>,
}

impl Catalogue {
    /// A catalogue of these classes, in this order.
    ///
    /// # Errors
    /// Every fault found, with its line in the table that [`Catalogue::to_csv`] would write.
    pub fn new(version: impl Into<String>, effective_from: NaiveDate, classes: Vec<Class>) -> Result<Self, Vec<CatalogueError>> {
        let lines = (2..).take(classes.len()).collect();
        let (catalogue, errors) = Self::assemble(version.into(), effective_from, classes, lines);
        if errors.is_empty() { Ok(catalogue) } else { Err(errors) }
    }

    /// Puts the parts together and looks for every fault. `lines` has one number for each class.
    pub(super) fn assemble(version: String, effective_from: NaiveDate, classes: Vec<Class>, lines: Vec<u64>) -> (Self, Vec<CatalogueError>) {
        let mut index = BTreeMap::new();
        let mut errors = Vec::new();
        if classes.is_empty() {
            errors.push(CatalogueError { line: None, problem: Problem::Empty });
        }
        for (place, class) in classes.iter().enumerate() {
            // The first of two keeps the code.
            if *index.entry(class.code).or_insert(place) != place {
                errors.push(CatalogueError { line: lines.get(place).copied(), problem: Problem::DuplicateCode(class.code) });
            }
        }
        let catalogue = Self { version, effective_from, classes, lines, index };
        for (place, class) in catalogue.classes.iter().enumerate() {
            let line = catalogue.lines.get(place).copied();
            catalogue.check(class, |problem| errors.push(CatalogueError { line, problem }));
        }
        errors.sort_by_key(|error| error.line);
        (catalogue, errors)
    }

    /// All classes, in the order of the table.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// The class with this code.
    pub fn get(&self, code: ClassCode) -> Option<&Class> {
        self.index.get(&code).and_then(|place| self.classes.get(*place))
    }

    /// The class that a line of one of the district's tables is about.
    ///
    /// # Errors
    /// [`NoClass`] where the word is no code, or none of this catalogue.
    pub fn named(&self, word: &str) -> Result<ClassCode, NoClass> {
        let code = word.parse()?;
        if self.index.contains_key(&code) { Ok(code) } else { Err(NoClass::Unknown(code)) }
    }

    /// Whether the code is a class with none below it: only such are used on events.
    pub fn is_leaf(&self, code: ClassCode) -> bool {
        self.index.contains_key(&code) && self.below(code).next().is_none()
    }

    /// The classes with none below them, in the order of their codes.
    pub fn leaves(&self) -> impl Iterator<Item = &Class> {
        self.index.keys().filter(|code| self.is_leaf(**code)).filter_map(|code| self.get(*code))
    }

    /// The leaves that may be given to an event on `day`.
    pub fn open_leaves(&self, day: NaiveDate) -> impl Iterator<Item = &Class> {
        self.leaves().filter(move |class| class.is_open(day))
    }

    /// The classes one level below, or the top classes for `None`, in the order of their codes.
    pub fn children(&self, code: Option<ClassCode>) -> impl Iterator<Item = &Class> {
        self.index.keys().filter(move |child| child.parent() == code).filter_map(|child| self.get(*child))
    }

    /// The class and those above it, from the top down; empty if the code is unknown.
    pub fn path(&self, code: ClassCode) -> impl Iterator<Item = &Class> {
        (1..=code.level()).filter_map(move |level| code.cut(level)).filter(move |_| self.index.contains_key(&code)).filter_map(|code| self.get(code))
    }

    /// What the description of an event of this class is composed by: the class's own template, else that of the nearest
    /// class above it, else the standard one, which also serves what has no class yet.
    pub fn template(&self, code: Option<ClassCode>) -> &Template {
        code.into_iter()
            .flat_map(|code| std::iter::once(code).chain(code.ancestors()))
            .find_map(|code| self.get(code)?.template.as_ref())
            .unwrap_or_else(|| Template::standard())
    }

    /// The facts that a class asks for; `None` for a class that is not in the catalogue, or for none.
    pub fn required(&self, code: Option<ClassCode>) -> Option<&[Fact]> {
        Some(&self.get(code?)?.required)
    }

    /// The class that stands for `code` on `day`: itself, or the successor of the successor and so on.
    pub fn standing_for(&self, code: ClassCode, day: NaiveDate) -> Option<&Class> {
        let mut class = self.get(code)?;
        // Each successor closes later than the one before, so this ends.
        while !class.is_open(day) {
            class = self.get(class.successor?)?;
        }
        Some(class)
    }

    fn below(&self, code: ClassCode) -> impl Iterator<Item = &ClassCode> {
        // Codes sort as the tree is read, so what is below follows at once.
        self.index.range(code..).skip(1).map(|(next, _)| next).take_while(move |next| next.is_within(code))
    }
}
