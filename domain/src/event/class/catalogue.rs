//! The catalogue of classes: what a class is, and what makes a catalogue sound.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{ClassCode, NoClass};
use crate::event::{Fact, Template, TemplateError};

/// What stands between two wordings of a class in the table.
pub const WORDING_SEPARATOR: char = '|';

/// A word outside the short list that is allowed in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not one of the words allowed here")]
pub struct UnknownWord(pub String);

/// Who may see an event of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visibility {
    /// Everybody, without names.
    Public,
    /// Only those concerned; the public sees counts of ten or more.
    Private,
}

impl Visibility {
    /// The word used in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }
}

impl FromStr for Visibility {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "public" => Ok(Self::Public),
            "private" => Ok(Self::Private),
            _ => Err(UnknownWord(text.to_owned())),
        }
    }
}

/// One class of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Its code, never reused.
    pub code: ClassCode,
    /// Its name in Chinese, which is its meaning: a new meaning takes a new code.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Who may see its events. A leaf's own word decides, whatever its parent says.
    pub visibility: Visibility,
    /// The facts its description needs, in the order they are asked for.
    pub required: Vec<Fact>,
    /// How residents say it.
    pub wordings: Vec<String>,
    /// What its description is composed by; where it has none, that of the class above holds.
    pub template: Option<Template>,
    /// The first day on which it is no longer given.
    pub closed_on: Option<NaiveDate>,
    /// The class that takes its place once closed.
    pub successor: Option<ClassCode>,
    /// Whether a person looks at an event of this class before anybody else can see it.
    pub review_first: bool,
}

impl Class {
    /// Whether it may be given to an event on `day`.
    pub fn is_open(&self, day: NaiveDate) -> bool {
        self.closed_on.is_none_or(|closed| day < closed)
    }

    /// Whether settling its events needs a photo of what was done: what has a place can be seen.
    pub fn needs_evidence(&self) -> bool {
        self.required.contains(&Fact::Place)
    }
}

/// What is wrong with a catalogue, and on which line of its table (the heading is line 1).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CatalogueError {
    /// The line; `None` where the fault has none, as when a class is not there.
    pub line: Option<u64>,
    /// The fault.
    pub problem: Problem,
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.problem),
            None => self.problem.fmt(f),
        }
    }
}

/// A fault of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file is no table of this kind.
    #[error("not a readable table: {0}")]
    Table(String),
    /// The heading lacks a column.
    #[error("column {0:?} is missing")]
    ColumnMissing(&'static str),
    /// The heading has a column nobody knows, or one twice.
    #[error("column {0:?} is unknown or there twice")]
    ColumnUnknown(String),
    /// There is no class at all.
    #[error("the catalogue has no classes")]
    Empty,
    /// A code is not 2, 4 or 6 digits.
    #[error(transparent)]
    BadCode(#[from] super::BadCode),
    /// A code stands on two lines.
    #[error("class {0} is there twice")]
    DuplicateCode(ClassCode),
    /// The class above is not in the catalogue.
    #[error("class {code} has no parent {parent} in the catalogue")]
    ParentMissing {
        /// The class.
        code: ClassCode,
        /// The code that is missing.
        parent: ClassCode,
    },
    /// Neither `public` nor `private`.
    #[error("visibility {0:?} is neither public nor private")]
    BadVisibility(String),
    /// A required fact nobody knows.
    #[error("required fact {0:?} is not one of place, time, what, since")]
    UnknownFact(String),
    /// A required fact is named twice.
    #[error("required fact {:?} is named twice", .0.as_str())]
    DuplicateFact(Fact),
    /// A name is empty.
    #[error("class {code} has no name in {language}")]
    NameMissing {
        /// The class.
        code: ClassCode,
        /// `zh` or `en`.
        language: &'static str,
    },
    /// A text with a line break or another control character, which no form can show and no description of one line hold.
    #[error("class {0} has a line break or control character in a name, wording or template")]
    ControlCharacter(ClassCode),
    /// A wording is empty, or holds the separator so that the table could not be written.
    #[error("class {code}: wording {wording:?} is empty or holds {WORDING_SEPARATOR:?}")]
    BadWording {
        /// The class.
        code: ClassCode,
        /// The wording.
        wording: String,
    },
    /// A template that can't be read.
    #[error("template: {0}")]
    BadTemplate(#[from] TemplateError),
    /// A template, its own or inherited, that leaves out the words or a fact that the class asks for.
    #[error("class {code}: its template leaves out {{{fact}}}")]
    TemplateLacks {
        /// The class.
        code: ClassCode,
        /// What can't be read in its descriptions.
        fact: Fact,
    },
    /// A day that is not written YYYY-MM-DD.
    #[error("{0:?} is not a day written YYYY-MM-DD")]
    BadDay(String),
    /// The review column holds something other than `first` or nothing.
    #[error("review {0:?} is neither empty nor \"first\"")]
    BadReview(String),
    /// A class is closed, and nothing takes its place.
    #[error("class {0} is closed but names no successor")]
    SuccessorUnnamed(ClassCode),
    /// A class that is open names a successor.
    #[error("class {0} names a successor but is not closed")]
    SuccessorEarly(ClassCode),
    /// The successor is not in the catalogue, is the class itself or no leaf as the class is.
    #[error("class {code}: successor {successor} is not another class of the same kind in this catalogue")]
    SuccessorMissing {
        /// The closed class.
        code: ClassCode,
        /// Its successor.
        successor: ClassCode,
    },
    /// The successor is closed no later than the class it follows.
    #[error("class {code}: successor {successor} is itself closed by then")]
    SuccessorClosed {
        /// The closed class.
        code: ClassCode,
        /// Its successor.
        successor: ClassCode,
    },
    /// A class of the previous version is gone.
    #[error("class {0} of the previous version is missing: close it and name a successor")]
    Removed(ClassCode),
    /// A code now means something else.
    #[error("class {code} meant {was:?} and cannot mean {now:?}: take a new code")]
    MeaningChanged {
        /// The class.
        code: ClassCode,
        /// Its Chinese name before.
        was: String,
        /// Its Chinese name now.
        now: String,
    },
    /// A private class is made public, which would uncover what was told in confidence.
    #[error("class {0} was private and cannot become public: take a new code")]
    Uncovered(ClassCode),
    /// A class that was used on events now has children, and could be used no more.
    #[error("class {0} is used on events and cannot get classes below it: close it and name a successor")]
    LeafDivided(ClassCode),
    /// A closed class is open again or closed later than it was.
    #[error("class {0} was closed and cannot be opened again")]
    Reopened(ClassCode),
    /// The catalogue does not hold from a later day than the one before.
    #[error("holds from {this}, which is not after {previous}, the day of the previous version")]
    NotLater {
        /// The day of this catalogue.
        this: NaiveDate,
        /// The day of the one before.
        previous: NaiveDate,
    },
    /// Two versions bear one name.
    #[error("version {0:?} is taken by an earlier catalogue")]
    VersionTaken(String),
}

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

    fn check(&self, class: &Class, mut report: impl FnMut(Problem)) {
        let code = class.code;
        if let Some(parent) = code.parent().filter(|parent| self.get(*parent).is_none()) {
            report(Problem::ParentMissing { code, parent });
        }
        for (language, name) in [("zh", &class.name_zh), ("en", &class.name_en)] {
            if name.trim().is_empty() {
                report(Problem::NameMissing { code, language });
            }
        }
        let template = class.template.as_ref().map(Template::as_str);
        let texts = [&class.name_zh, &class.name_en].into_iter().chain(&class.wordings).map(String::as_str).chain(template);
        if texts.into_iter().any(|text| text.chars().any(char::is_control)) {
            report(Problem::ControlCharacter(code));
        }
        for wording in &class.wordings {
            if wording.trim().is_empty() || wording.contains(WORDING_SEPARATOR) {
                report(Problem::BadWording { code, wording: wording.clone() });
            }
        }
        for (place, fact) in class.required.iter().enumerate() {
            if class.required[..place].contains(fact) {
                report(Problem::DuplicateFact(*fact));
            }
        }
        // Only leaves are used on events; their words are never left out, whatever they ask for.
        if self.is_leaf(code) {
            let template = self.template(Some(code));
            let asked = class.required.iter().copied().filter(|fact| *fact != Fact::What).chain([Fact::What]);
            for fact in asked.filter(|fact| !template.shows(*fact)) {
                report(Problem::TemplateLacks { code, fact });
            }
        }
        match (class.closed_on, class.successor) {
            (None, None) => {}
            (Some(_), None) => report(Problem::SuccessorUnnamed(code)),
            (None, Some(_)) => report(Problem::SuccessorEarly(code)),
            (Some(closed), Some(successor)) => match self.get(successor) {
                Some(next) if successor != code && self.is_leaf(successor) == self.is_leaf(code) => {
                    if next.closed_on.is_some_and(|end| end <= closed) {
                        report(Problem::SuccessorClosed { code, successor });
                    }
                }
                _ => report(Problem::SuccessorMissing { code, successor }),
            },
        }
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

    /// Whether this catalogue may follow `previous`: no code reused, removed or uncovered, and a later day.
    ///
    /// # Errors
    /// Every fault found, with its line in this catalogue's table.
    pub fn succeeds(&self, previous: &Self) -> Result<(), Vec<CatalogueError>> {
        let mut errors = Vec::new();
        let mut whole = |problem| errors.push(CatalogueError { line: None, problem });
        if self.effective_from <= previous.effective_from {
            whole(Problem::NotLater { this: self.effective_from, previous: previous.effective_from });
        }
        if self.version == previous.version {
            whole(Problem::VersionTaken(self.version.clone()));
        }
        for was in &previous.classes {
            let code = was.code;
            let Some(now) = self.get(code) else {
                errors.push(CatalogueError { line: None, problem: Problem::Removed(code) });
                continue;
            };
            let line = self.index.get(&code).and_then(|place| self.lines.get(*place)).copied();
            let mut report = |problem| errors.push(CatalogueError { line, problem });
            if was.name_zh.trim() != now.name_zh.trim() {
                report(Problem::MeaningChanged { code, was: was.name_zh.clone(), now: now.name_zh.clone() });
            }
            if previous.is_leaf(code) && was.visibility == Visibility::Private && now.visibility == Visibility::Public {
                report(Problem::Uncovered(code));
            }
            if previous.is_leaf(code) && !self.is_leaf(code) {
                report(Problem::LeafDivided(code));
            }
            if was.closed_on.is_some_and(|closed| now.closed_on.is_none_or(|day| day > closed)) {
                report(Problem::Reopened(code));
            }
        }
        errors.sort_by_key(|error| error.line);
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn below(&self, code: ClassCode) -> impl Iterator<Item = &ClassCode> {
        // Codes sort as the tree is read, so what is below follows at once.
        self.index.range(code..).skip(1).map(|(next, _)| next).take_while(move |next| next.is_within(code))
    }
}
