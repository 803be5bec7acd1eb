//! The catalogue as a CSV table, the file the grid system loads too.

use chrono::NaiveDate;
use csv::StringRecord;

use super::catalogue::WORDING_SEPARATOR;
use super::{Catalogue, CatalogueError, Class, Problem};

const COLUMNS: [&str; 6] = ["code", "name_zh", "name_en", "visibility", "required", "wordings"];
const FURTHER: [&str; 4] = ["closed_on", "successor", "review", "template"];
const REVIEW_FIRST: &str = "first";

const SHIPPED: &str = include_str!("../../../../data/event-classes.csv");
const SHIPPED_VERSION: &str = "2026.1";
const SHIPPED_FROM: (i32, u32, u32) = (2026, 1, 1);

impl Catalogue {
    /// The catalogue that comes with the program.
    pub fn shipped() -> Self {
        let (year, month, day) = SHIPPED_FROM;
        let from = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        // The file is part of the program; a test reads it in every build.
        Self::from_csv(SHIPPED, SHIPPED_VERSION, from).expect("the shipped catalogue is sound")
    }

    /// Reads a table with the columns `code,name_zh,name_en,visibility,required,wordings` and, if wanted,
    /// `closed_on` (YYYY-MM-DD), `successor` (a code), `review` (`first` or nothing) and `template`, in any order.
    ///
    /// # Errors
    /// Every fault found, with its line.
    pub fn from_csv(text: &str, version: impl Into<String>, effective_from: NaiveDate) -> Result<Self, Vec<CatalogueError>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let columns = Columns::read(&mut reader)?;
        let (mut classes, mut lines, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = error.position().map(csv::Position::line);
                    errors.push(CatalogueError { line, problem: Problem::Table(error.to_string()) });
                    continue;
                }
            };
            let line = record.position().map(csv::Position::line);
            if record.len() != columns.count {
                let problem = Problem::Table(format!("{} fields where the heading has {}", record.len(), columns.count));
                errors.push(CatalogueError { line, problem });
                continue;
            }
            if let Some(class) = columns.class(&record, |problem| errors.push(CatalogueError { line, problem })) {
                classes.push(class);
                lines.push(line.unwrap_or_default());
            }
        }
        let (catalogue, found) = Self::assemble(version.into(), effective_from, classes, lines);
        errors.extend(found);
        errors.sort_by_key(|error| error.line);
        if errors.is_empty() { Ok(catalogue) } else { Err(errors) }
    }

    /// The table of this catalogue; of the further columns those that a class fills.
    pub fn to_csv(&self) -> String {
        let filled = |name: &&&str| self.classes().iter().any(|class| !further(class, name).is_empty());
        let columns: Vec<&str> = FURTHER.iter().filter(filled).copied().collect();
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        // Writing to memory cannot fail, and every row has as many fields as the heading.
        let mut write = |row: Vec<String>| {
            let _ = writer.write_record(row);
        };
        write(COLUMNS.iter().chain(&columns).map(|name| (*name).to_owned()).collect());
        for class in self.classes() {
            let required: Vec<&str> = class.required.iter().map(|fact| fact.as_str()).collect();
            let mut row = vec![
                class.code.to_string(),
                class.name_zh.clone(),
                class.name_en.clone(),
                class.visibility.as_str().to_owned(),
                required.join(";"),
                class.wordings.join(&WORDING_SEPARATOR.to_string()),
            ];
            row.extend(columns.iter().map(|name| further(class, name)));
            write(row);
        }
        String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
    }
}

/// What a class has in one of the further columns.
fn further(class: &Class, column: &str) -> String {
    match column {
        "closed_on" => class.closed_on.map(|day| day.to_string()),
        "successor" => class.successor.map(|code| code.to_string()),
        "review" => class.review_first.then(|| REVIEW_FIRST.to_owned()),
        _ => class.template.as_ref().map(|template| template.as_str().to_owned()),
    }
    .unwrap_or_default()
}

/// Where each column stands.
struct Columns {
    count: usize,
    needed: [usize; 6],
    further: [Option<usize>; 4],
}

impl Columns {
    fn read(reader: &mut csv::Reader<&[u8]>) -> Result<Self, Vec<CatalogueError>> {
        let at_heading = |problem| CatalogueError { line: Some(1), problem };
        let heading = reader.headers().map_err(|error| vec![at_heading(Problem::Table(error.to_string()))])?;
        let mut errors = Vec::new();
        for (place, name) in heading.iter().enumerate() {
            let known = COLUMNS.contains(&name) || FURTHER.contains(&name);
            if !known || heading.iter().take(place).any(|earlier| earlier == name) {
                errors.push(at_heading(Problem::ColumnUnknown(name.to_owned())));
            }
        }
        let find = |name: &str| heading.iter().position(|column| column == name);
        let needed = COLUMNS.map(|name| {
            find(name).unwrap_or_else(|| {
                errors.push(at_heading(Problem::ColumnMissing(name)));
                0
            })
        });
        let columns = Self { count: heading.len(), needed, further: FURTHER.map(find) };
        if errors.is_empty() { Ok(columns) } else { Err(errors) }
    }

    /// The class on a line. A class with faults is still returned if it has a code, so that later lines naming it are
    /// not reported as well.
    fn class(&self, record: &StringRecord, mut report: impl FnMut(Problem)) -> Option<Class> {
        let [code, name_zh, name_en, visibility, required, wordings] = self.needed.map(|place| record.get(place).unwrap_or_default().trim());
        let [closed_on, successor, review, template] = self.further.map(|place| place.and_then(|place| record.get(place)).unwrap_or_default().trim());
        let visibility = visibility.parse().unwrap_or_else(|_| {
            report(Problem::BadVisibility(visibility.to_owned()));
            super::Visibility::Private
        });
        let mut facts = Vec::new();
        for fact in split(required, ';') {
            match fact.parse() {
                Ok(fact) => facts.push(fact),
                Err(_) => report(Problem::UnknownFact(fact.to_owned())),
            }
        }
        let closed_on =
            (!closed_on.is_empty()).then(|| NaiveDate::parse_from_str(closed_on, "%Y-%m-%d").map_err(|_| Problem::BadDay(closed_on.to_owned())));
        let successor = (!successor.is_empty()).then(|| successor.parse().map_err(Problem::BadCode));
        let mut keep = |problem: &Problem| report(problem.clone());
        let closed_on = closed_on.and_then(|day| day.inspect_err(&mut keep).ok());
        let successor = successor.and_then(|code| code.inspect_err(&mut keep).ok());
        if !matches!(review, "" | REVIEW_FIRST) {
            report(Problem::BadReview(review.to_owned()));
        }
        let template = match template {
            "" => None,
            text => text.parse().map_err(|error| report(Problem::BadTemplate(error))).ok(),
        };
        let code = code.parse().map_err(|error| report(Problem::BadCode(error))).ok()?;
        Some(Class {
            code,
            name_zh: name_zh.to_owned(),
            name_en: name_en.to_owned(),
            visibility,
            required: facts,
            wordings: split(wordings, WORDING_SEPARATOR).map(str::to_owned).collect(),
            template,
            closed_on,
            successor,
            review_first: review == REVIEW_FIRST,
        })
    }
}

/// The trimmed parts; none of an empty text.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    text.split(separator).filter(move |_| !text.is_empty()).map(str::trim)
}
