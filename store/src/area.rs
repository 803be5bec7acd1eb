//! Areas as a condition of a statement.

use domain::area::AreaCode;

/// That a column holds one of some areas or one that lies in them.
pub(crate) struct Within {
    /// The condition, in brackets.
    pub condition: String,
    /// What is bound, in order.
    pub values: Vec<String>,
}

/// The condition for these areas, its parameters counted from `first` on; without areas there is none, for nothing lies
/// in them.
pub(crate) fn within<'a>(column: &str, areas: impl Iterator<Item = &'a AreaCode>, first: usize) -> Option<Within> {
    let values: Vec<String> = areas.map(|area| format!("{}%", area.prefix())).collect();
    let any: Vec<_> = (first..).take(values.len()).map(|place| format!("{column} LIKE ${place}")).collect();
    (!values.is_empty()).then(|| Within { condition: format!("({})", any.join(" OR ")), values })
}
