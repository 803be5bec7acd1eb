//! Signing in and out.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use domain::event::number::EventNumber;
use leptos::prelude::*;
use store::StoreError;
use store::account::{Knock, SignIn as Came};

use super::words::{device, minutes};
use crate::App;
use crate::cookie::{called, with_session, without_session};
use crate::failure::{Failure, with_retry_after};
use crate::form::Fields;
use crate::part::{Note, TextField, Tone};
use crate::render::{Door, Page, local, see_other, visit, with_cookie};
use crate::text::t;
use crate::visit::{SESSION, Visit, cookie};

/// From so few on, the page says how many tries are left.
const SAY_LEFT: i64 = 4;

/// What stands above the form.
enum Said {
    Nothing,
    /// What signing in is for: "me too", or the own case that waits.
    Waits([String; 2]),
    /// The person has just joined, or tried to with what is somebody's already.
    Joined,
    /// Name and password do not belong together; so many tries are left.
    Wrong(i64),
    /// Too many tries; again after so many seconds.
    Wait(i64),
}

pub(super) async fn ask(State(app): State<App>, visit: Visit, headers: HeaderMap) -> Response {
    let query = Fields::parse(visit.uri.query().unwrap_or_default().as_bytes());
    if visit.person.is_some() {
        return see_other(after(query.get("to")));
    }
    let said = if query.has("joined") { Said::Joined } else { waits(&app, &visit, query.get("to")).map_or(Said::Nothing, Said::Waits) };
    page(&app, &visit, said, called(&headers).unwrap_or_default(), query.get("to").to_owned())
}

/// The request that somebody comes from, in words: one's own where this device has its proof, else one to join.
pub(super) fn waits(app: &App, visit: &Visit, to: &str) -> Option<[String; 2]> {
    let lang = visit.lang();
    let number = EventNumber::parse(to.strip_prefix("/requests/")?.strip_suffix("?join=1")?).ok()?;
    Some(if app.store.is_tracked(&visit.tracked, &number) {
        [t!(lang, "adopt-waits"), t!(lang, "adopt-why")]
    } else {
        [t!(lang, "join"), t!(lang, "join-why")]
    })
}

/// Where a person goes after signing in: back to what was wanted, else to the own page.
fn after(to: &str) -> &str {
    match local(to) {
        "/" => "/account",
        path => path,
    }
}

pub(super) async fn sign_in(State(app): State<App>, visit: Visit, headers: HeaderMap, fields: Fields) -> Result<Response, Failure> {
    let (name, to) = (fields.get("name"), fields.get("to"));
    let (address, device) = (visit.address.to_string(), device(&headers));
    let knock = Knock { name, password: fields.get("password"), address: &address, device: &device, token: cookie(&headers, SESSION) };
    let said = match app.store.sign_in(&knock).await {
        Ok(Came::Done(token)) => return Ok(with_session(&app.config, see_other(after(to)), &token)),
        Ok(Came::Wrong(left)) => Said::Wrong(left),
        Err(StoreError::TooMany { seconds }) => Said::Wait(seconds),
        Err(error) => return Err(error.into()),
    };
    let wait = if let Said::Wait(seconds) = said { Some(seconds) } else { None };
    let page = page(&app, &visit, said, name.chars().take(80).collect(), to.to_owned());
    Ok(match wait {
        Some(seconds) => with_retry_after(page, seconds),
        None => page,
    })
}

fn page(app: &App, visit: &Visit, said: Said, name: String, to: String) -> Response {
    let status = match said {
        Said::Nothing | Said::Waits(_) | Said::Joined => StatusCode::OK,
        Said::Wrong(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Said::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
    };
    Page::new(app, visit, Door::Account, t!(visit.lang(), "sign-in")).status(status).show(move || view! { <SignIn said=said name=name to=to/> })
}

#[component]
fn SignIn(said: Said, name: String, to: String) -> impl IntoView {
    let lang = visit().lang();
    let join = format!("/join?to={}", form_urlencoded::byte_serialize(to.as_bytes()).collect::<String>());
    let wrong = matches!(said, Said::Wrong(_)).then(|| t!(lang, "sign-in-again"));
    let note = match said {
        Said::Nothing => None,
        Said::Waits([title, words]) => Some((Tone::Plain, title, words)),
        Said::Joined => Some((Tone::Good, t!(lang, "join-done"), t!(lang, "join-done-next"))),
        Said::Wrong(left) if left <= SAY_LEFT => Some((Tone::Wrong, t!(lang, "sign-in-wrong"), t!(lang, "sign-in-wrong-left", left = left))),
        Said::Wrong(_) => Some((Tone::Wrong, t!(lang, "sign-in-wrong"), t!(lang, "sign-in-wrong-next"))),
        Said::Wait(seconds) => Some((Tone::Wrong, t!(lang, "account-too-many"), t!(lang, "account-too-many-next", minutes = minutes(seconds)))),
    };
    view! {
        <form class="narrow stack" method="post" action="/sign-in">
            <h1>{t!(lang, "sign-in")}</h1>
            {note.map(|(tone, title, words)| view! { <Note tone=tone title=title><span>{words}</span></Note> })}
            <input type="hidden" name="to" value=to/>
            <TextField id="name" label=t!(lang, "account-called") value=name autocomplete="username" maxlength=80/>
            <TextField id="password" label=t!(lang, "account-password") wrong=wrong kind="password" autocomplete="current-password" maxlength=1024/>
            <button class="btn big wide">{t!(lang, "sign-in")}</button>
            <div class="between"><a href=join>{t!(lang, "sign-in-join")}</a><a href="/forgot">{t!(lang, "sign-in-forgot")}</a></div>
        </form>
    }
}

/// The address typed or linked: a page with the one button, since a link must not sign anybody out.
pub(super) async fn ask_out(State(app): State<App>, visit: Visit) -> Response {
    if visit.person.is_none() {
        return see_other("/");
    }
    Page::new(&app, &visit, Door::Account, t!(visit.lang(), "sign-out")).show(|| {
        let lang = visit_lang();
        view! { <form class="narrow stack" method="post" action="/sign-out"><h1>{t!(lang, "sign-out")}</h1><button class="btn big wide">{t!(lang, "sign-out")}</button></form> }
    })
}

fn visit_lang() -> crate::text::Lang {
    visit().lang()
}

pub(super) async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    if let Some(token) = cookie(&headers, SESSION) {
        app.store.sign_out(token).await?;
    }
    // The device may be somebody else's next: what was tracked on it goes too, with the pages and drafts it keeps.
    let mut answer = ["case=; Path=/; Max-Age=0", "code=; Path=/requests; Max-Age=0"].into_iter().fold(see_other("/"), with_cookie);
    answer.headers_mut().insert("clear-site-data", HeaderValue::from_static(r#""cache", "storage""#));
    Ok(without_session(&app.config, answer))
}
