use crate::calendar::Promise;
use crate::event::class::ClassCode;
use crate::request::Urgency;

/// Until when a request of a class is answered and settled, as the district publishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promises {
    rows: Vec<Row>,
    /// Where somebody may be in danger.
    danger: Option<(Promise, Promise)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    class: Option<ClassCode>,
    answer: Promise,
    settle: Promise,
}

/// What is wrong with a table of promises.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PromisesError {
    /// A line that can't be read.
    #[error("line {line}: {value:?} is not a class or a length such as 30m, 4h, 4wh or 5wd")]
    Line {
        /// Counted from 1, the header included.
        line: usize,
        /// What stands there.
        value: String,
    },
    /// The line without a class, which covers all that no other covers, is missing.
    #[error("the line without a class, which covers everything else, is missing")]
    NoDefault,
}

impl Promises {
    /// Reads `class,answer,settle`; lengths are `30m` `4h` (plain) and `4wh` `5wd` (working time). The line `danger`
    /// holds besides that of the class where somebody may be in danger.
    ///
    /// # Errors
    /// The first line that can't be read, or a missing default.
    pub fn parse(text: &str) -> Result<Self, PromisesError> {
        let mut rows = Vec::new();
        let mut danger = None;
        for (index, text) in text.lines().enumerate().skip(1).filter(|(_, text)| !text.trim().is_empty()) {
            let wrong = |value: &str| PromisesError::Line { line: index + 1, value: value.to_owned() };
            let [class, answer, settle] = text.split(',').map(str::trim).collect::<Vec<_>>()[..] else { return Err(wrong(text)) };
            let (answer, settle) = (length(answer).ok_or_else(|| wrong(answer))?, length(settle).ok_or_else(|| wrong(settle))?);
            match class {
                "danger" => danger = Some((answer, settle)),
                "" => rows.push(Row { class: None, answer, settle }),
                code => rows.push(Row { class: Some(code.parse().map_err(|_| wrong(code))?), answer, settle }),
            }
        }
        if rows.iter().any(|row| row.class.is_none()) { Ok(Self { rows, danger }) } else { Err(PromisesError::NoDefault) }
    }

    /// The table shipped with the program.
    #[must_use]
    pub fn shipped() -> Self {
        // A test reads the shipped table; one working day and five are what is left if it is ever broken.
        Self::parse(include_str!("../../../data/promises.csv")).unwrap_or_else(|_| Self {
            rows: vec![Row { class: None, answer: Promise::WorkingDays(1), settle: Promise::WorkingDays(5) }],
            danger: None,
        })
    }

    /// The promises to answer and to settle for a class: the deepest line that covers it.
    #[must_use]
    pub fn of(&self, class: Option<ClassCode>) -> (Promise, Promise) {
        self.rows
            .iter()
            .filter(|row| match (&row.class, class) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(of), Some(class)) => class.is_within(*of),
            })
            .max_by_key(|row| row.class.as_ref().map_or(0, |class| class.as_str().len()))
            .map_or((Promise::WorkingDays(1), Promise::WorkingDays(5)), |row| (row.answer, row.settle))
    }
}

impl Promises {
    /// All promises that hold for a request: that of its class, and that of danger. The sooner of them counts.
    pub fn holding(&self, class: Option<ClassCode>, urgency: Urgency) -> impl Iterator<Item = (Promise, Promise)> + use<> {
        std::iter::once(self.of(class)).chain(self.danger.filter(|_| urgency.is_danger()))
    }
}

fn length(text: &str) -> Option<Promise> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at(digits);
    let count = count.parse().ok().filter(|count| *count > 0)?;
    match unit {
        "m" => Some(Promise::Minutes(count)),
        "h" => Some(Promise::Hours(count)),
        "wh" => Some(Promise::WorkingHours(count)),
        "wd" => Some(Promise::WorkingDays(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_line_covers() {
        let promises = Promises::shipped();
        let class = |code: &str| code.parse::<ClassCode>().ok();
        assert_eq!(promises.of(class("040401")), (Promise::Minutes(30), Promise::Hours(4)));
        assert_eq!(promises.of(class("040402")), (Promise::Hours(2), Promise::WorkingDays(1)));
        assert_eq!(promises.of(None), (Promise::WorkingDays(1), Promise::WorkingDays(5)));
        assert_eq!(promises.holding(None, Urgency::Usual).collect::<Vec<_>>(), [promises.of(None)]);
        assert_eq!(promises.holding(None, Urgency::Danger).collect::<Vec<_>>(), [promises.of(None), (Promise::Minutes(30), Promise::Hours(4))]);
    }

    #[test]
    fn a_broken_line_is_named() {
        assert_eq!(Promises::parse("class,answer,settle\n,1wd,soon\n"), Err(PromisesError::Line { line: 2, value: "soon".into() }));
        assert_eq!(Promises::parse("class,answer,settle\n04,1wd,2wd\n"), Err(PromisesError::NoDefault));
    }
}
