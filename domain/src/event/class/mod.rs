//! The classification 分类: a tree of codes with two digits a level, of which only the leaves are used on events.
//!
//! ```
//! use domain::event::class::{Catalogue, ClassCode};
//!
//! let catalogue = Catalogue::shipped();
//! let manhole: ClassCode = "040401".parse()?;
//! let names: Vec<&str> = catalogue.path(manhole).map(|class| class.name_zh.as_str()).collect();
//! assert_eq!(names, ["城市民生服务管理", "设施损坏", "井盖缺失破损"]);
//! assert!("4041".parse::<ClassCode>().is_ok());
//! assert!("404".parse::<ClassCode>().is_err());
//! # Ok::<(), domain::event::class::BadCode>(())
//! ```

mod catalogue;
mod code;
mod helpline;
mod known;
mod safety;
#[cfg(feature = "native")]
mod table;

#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, CatalogueError, Class, Problem, UnknownWord, Visibility, WORDING_SEPARATOR};
pub use code::{BadCode, ClassCode, NoClass};
#[cfg(feature = "native")]
pub use helpline::HelpLineProblem;
pub use helpline::{HelpLine, HelpLines};
#[cfg(feature = "native")]
pub use known::KnownProblem;
pub use known::{Known, KnownNotices};
#[cfg(feature = "native")]
pub use safety::SafetyProblem;
pub use safety::{Phone, SafetyQuestion, SafetyQuestions};
