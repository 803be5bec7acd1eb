//! Accounts: joining, signing in, the own page and what a person decides there; codes and roles that staff give.

mod community;
mod forgot;
mod inbox;
mod join;
mod messages;
mod own;
mod recovery;
mod roles;
mod security;
mod sign_in;
mod words;

use axum::Router;
use axum::routing::get;

use super::App;

pub use crate::cookie::session_cookie;
pub use words::notice_words;

/// Routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/join", get(join::ask).post(join::join))
        .route("/sign-in", get(sign_in::ask).post(sign_in::sign_in))
        .route("/sign-out", get(sign_in::ask_out).post(sign_in::sign_out))
        .route("/forgot", get(forgot::ask).post(forgot::send))
        .route("/account", get(own::show))
        .route("/account/inbox", get(inbox::show).post(inbox::read))
        .route("/account/security", get(security::show).post(security::change))
        .route("/account/home", get(community::show).post(community::set))
        .route("/account/messages", get(messages::show).post(messages::set))
        .route("/office/roles", get(roles::show).post(roles::change))
        .route("/office/recovery", get(recovery::ask).post(recovery::give))
}
