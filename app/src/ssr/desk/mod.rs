//! The desk 处置台: what a handler has to do, soonest deadline first, and one case with everything that can be done.

mod case;
mod list;
pub mod step;

use axum::Router;
use axum::routing::get;
use domain::role::Role;

use super::App;
use super::failure::Failure;
use super::visit::Visit;

/// Routes.
pub fn routes() -> Router<App> {
    Router::new().route("/desk", get(list::show)).route("/desk/{number}", get(case::show).post(case::change))
}

/// Whoever stands at the desk: signed in and a handler somewhere.
fn at_desk(visit: &Visit) -> Result<(), Failure> {
    visit.signed_in()?;
    if visit.viewer.holds_somewhere(Role::Handler) { Ok(()) } else { Err(Failure::Forbidden) }
}
