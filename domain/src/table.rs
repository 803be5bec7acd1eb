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
