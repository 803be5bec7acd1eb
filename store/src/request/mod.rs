//! Requests 诉求: filing, reading, changing, following.

mod addition;
mod change;
mod contact;
mod describe;
mod desk;
mod detail;
mod file;
mod follow;
mod list;
mod row;

pub use change::Changing;
pub(crate) use change::Said;
pub use contact::{Contact, ContactLook};
pub(crate) use describe::Stated;
pub use desk::{DeskPage, DeskPlace, Queue, Waiting};
pub use detail::{Detail, Entry, Look, TRACKED_DAYS};
pub(crate) use detail::{STANDING, Standing, standing, subject};
pub use file::{FileBy, Filed, Filing};
pub use follow::Near;
pub(crate) use list::{COLUMNS as ITEM_COLUMNS, item};
pub use list::{Filter, Item, Need, Page, Place};
pub(crate) use row::{Entered, FollowRow, HistoryRow, RequestRow, record, rows, searched};

/// How many requests a page of a list has.
pub const PAGE: usize = 20;

/// A page of what was read one line beyond it, and where the next page starts, if there is one.
pub(crate) fn page<T, P>(mut lines: Vec<T>, place: impl Fn(&T) -> P) -> (Vec<T>, Option<P>) {
    let next = (lines.len() > PAGE).then(|| place(&lines[PAGE - 1]));
    lines.truncate(PAGE);
    (lines, next)
}
