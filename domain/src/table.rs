//! What is wrong with a table that was handed in: every fault, each with its line.

use std::fmt;

/// One fault of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtLine<P> {
    /// The line in the file, counted from 1 with the header.
    pub line: u64,
    /// What is wrong there.
    pub problem: P,
}

/// All faults of a table, in the order of its lines; never empty.
///
/// A table is taken whole or not at all, so that whoever wrote it mends it in
/// one go instead of meeting the faults one import at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableError<P> {
    /// The faults.
    pub problems: Vec<AtLine<P>>,
}

impl<P: fmt::Display> fmt::Display for TableError<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, AtLine { line, problem }) in self.problems.iter().enumerate() {
            if nth > 0 {
                writeln!(f)?;
            }
            write!(f, "line {line}: {problem}")?;
        }
        Ok(())
    }
}

impl<P: fmt::Debug + fmt::Display> std::error::Error for TableError<P> {}

/// Collects faults while a table is read, then decides.
#[cfg_attr(not(feature = "native"), allow(dead_code))]
pub(crate) struct Faults<P>(Vec<AtLine<P>>);

#[cfg_attr(not(feature = "native"), allow(dead_code))]
impl<P> Faults<P> {
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn at(&mut self, line: u64, problem: P) {
        self.0.push(AtLine { line, problem });
    }

    /// The value if nothing was wrong, otherwise the faults sorted by line.
    pub(crate) fn or<T>(mut self, value: T) -> Result<T, TableError<P>> {
        if self.0.is_empty() {
            return Ok(value);
        }
        self.0.sort_by_key(|fault| fault.line);
        Err(TableError { problems: self.0 })
    }
}

/// Every line that reads as a `T`, with its number; the others are faults. Columns are told by their names, in any
/// order, each once and no other; lines beginning with `#` are comments; a byte order mark and blanks around values
/// do not count.
#[cfg(feature = "native")]
pub(crate) fn lines<T: for<'de> serde::Deserialize<'de>, P>(
    text: &str,
    columns: &[&str],
    unreadable: impl Fn(String) -> P,
    faults: &mut Faults<P>,
) -> Vec<(u64, T)> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            faults.at(1, unreadable(error.to_string()));
            return Vec::new();
        }
    };
    if header.len() != columns.len() || !columns.iter().all(|column| header.iter().any(|name| name == *column)) {
        faults.at(line_of(text, header.position()), unreadable(format!("the columns are {}", columns.join(","))));
        return Vec::new();
    }
    let mut lines = Vec::new();
    for record in reader.records() {
        let read = record.and_then(|record| Ok((line_of(text, record.position()), record.deserialize(Some(&header))?)));
        match read {
            Ok(line) => lines.push(line),
            Err(error) => {
                faults.at(line_of(text, error.position()), unreadable(error.to_string()));
            }
        }
    }
    lines
}

/// The line a record begins on. The reader counts the comments and empty lines before it as part of it.
#[cfg(feature = "native")]
fn line_of(text: &str, position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 1 };
    let from = usize::try_from(position.byte()).ok().and_then(|byte| text.get(byte..)).unwrap_or_default();
    let before = from.lines().take_while(|line| line.is_empty() || line.starts_with('#')).count();
    position.line() + before as u64
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Line {
        code: String,
        name: String,
    }

    fn read(text: &str) -> Result<Vec<(u64, Line)>, TableError<String>> {
        let mut faults = Faults::none();
        let lines = lines(text, &["code", "name"], |what| what, &mut faults);
        faults.or(lines)
    }

    #[test]
    fn columns_have_names_and_lines_have_numbers() {
        let found = read("\u{feff}# a comment\nname, code\n 甲 ,1\n# another\n乙,2\n").expect("a table");
        assert_eq!(
            found.iter().map(|(line, row)| (*line, row.code.as_str(), row.name.as_str())).collect::<Vec<_>>(),
            [(3, "1", "甲"), (5, "2", "乙")]
        );
        assert_eq!(read("code,name\n").map(|lines| lines.len()), Ok(0));
    }

    #[test]
    fn other_columns_are_one_fault_and_short_lines_one_each() {
        for header in ["", "code\n", "code,name,more\n", "code,code\n", "code,other\n"] {
            let error = read(&format!("{header}1,甲\n")).expect_err("refused");
            assert!(error.problems.len() == 1 && error.to_string().ends_with("the columns are code,name"), "{header:?}: {error}");
        }
        let error = read("code,name\n1\n2,乙\n3,丙,丁\n").expect_err("refused");
        assert_eq!(error.problems.iter().map(|fault| fault.line).collect::<Vec<_>>(), [2, 4]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}", rows in "([^\n]{0,8},[^\n]{0,8}\n){0,4}") {
            let _ = read(&text);
            let _ = read(&format!("code,name\n{rows}"));
        }
    }
}
