//! Password, devices, the end of the account.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use store::account::{Changed, Device};

use super::words::{minutes, password_wrong};
use crate::App;
use crate::cookie::without_session;
use crate::failure::{Failure, with_retry_after};
use crate::form::Fields;
use crate::part::{Fold, Look, Note, State as Shape, TextField, Tone};
use crate::render::{Door, Page, app, see_other, visit};
use crate::request::words::when;
use crate::text::t;
use crate::visit::Visit;

#[derive(Default)]
struct Typed {
    done: &'static str,
    wrong_old: Option<String>,
    wrong_new: Option<String>,
    wrong_delete: Option<String>,
    wait: Option<i64>,
}

pub(super) async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    visit.signed_in()?;
    let query = Fields::parse(visit.uri.query().unwrap_or_default().as_bytes());
    let done = ["password", "reset", "ended"].into_iter().find(|done| *done == query.get("done")).unwrap_or_default();
    page(&app, &visit, Typed { done, ..Typed::default() }).await
}

pub(super) async fn change(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let person = visit.signed_in()?;
    let lang = visit.lang();
    let mut typed = Typed::default();
    let wrong = || Some(t!(lang, "security-wrong-password"));
    let came = match fields.get("step") {
        "end" => {
            app.store.end_session(&visit.viewer, fields.get("session")).await?;
            return Ok(see_other("/account/security?done=ended"));
        }
        "end-others" => {
            app.store.end_other_sessions(&visit.viewer, &person.session).await?;
            return Ok(see_other("/account/security?done=ended"));
        }
        "delete" => match app.store.delete_account(&visit.viewer, fields.get("delete")).await {
            Ok(Changed::Done) => return Ok(without_session(&app.config, see_other("/sign-in"))),
            Ok(_) => {
                typed.wrong_delete = wrong();
                Ok(())
            }
            Err(error) => Err(error),
        },
        _ => match app.store.change_password(&visit.viewer, &person.session, fields.get("old"), fields.get("new")).await {
            Ok(Changed::Done) => return Ok(see_other("/account/security?done=password")),
            Ok(Changed::WrongPassword) => {
                typed.wrong_old = wrong();
                Ok(())
            }
            Ok(Changed::Weak(error)) => {
                typed.wrong_new = Some(password_wrong(lang, &error));
                Ok(())
            }
            Err(error) => Err(error),
        },
    };
    match came {
        Ok(()) => page(&app, &visit, typed).await,
        Err(store::StoreError::TooMany { seconds }) => {
            typed.wait = Some(seconds);
            Ok(with_retry_after(page(&app, &visit, typed).await?, seconds))
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(app: &App, visit: &Visit, typed: Typed) -> Result<Response, Failure> {
    let devices = app.store.devices(&visit.viewer).await?;
    let here = visit.signed_in()?.session.clone();
    let called = super::own::called(visit.lang(), &app.store.profile(&visit.viewer).await?);
    let status = match &typed {
        Typed { wait: Some(_), .. } => StatusCode::TOO_MANY_REQUESTS,
        Typed { wrong_old: None, wrong_new: None, wrong_delete: None, .. } => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(Page::new(app, visit, Door::Account, t!(visit.lang(), "account-security"))
        .status(status)
        .show(move || view! { <Security typed=typed devices=devices here=here called=called/> }))
}

#[component]
fn Security(typed: Typed, devices: Vec<Device>, here: String, called: String) -> impl IntoView {
    let lang = visit().lang();
    let several = devices.len() > 1;
    let deleting = typed.wrong_delete.is_some();
    let note = match (typed.wait, typed.done) {
        (Some(seconds), _) => Some((Tone::Wrong, t!(lang, "account-too-many"), t!(lang, "account-too-many-next", minutes = minutes(seconds)))),
        (None, "password" | "reset") => Some((Tone::Good, t!(lang, "security-changed"), t!(lang, "security-changed-next"))),
        (None, "ended") => Some((Tone::Good, t!(lang, "security-ended"), t!(lang, "security-ended-next"))),
        (None, _) if deleting || typed.wrong_old.is_some() || typed.wrong_new.is_some() => {
            Some((Tone::Wrong, t!(lang, "account-look-again"), t!(lang, "security-nothing-changed")))
        }
        (None, _) => None,
    };
    view! {
        <div class="narrow stack loose">
            <header class="stack tight"><a href="/account">{t!(lang, "account-back")}</a><h1>{t!(lang, "account-security")}</h1></header>
            {note.map(|(tone, title, words)| view! { <Note tone=tone title=title><span>{words}</span></Note> })}
            <form class="card stack" method="post" action="/account/security">
                <h2>{t!(lang, "security-password")}</h2>
                <input type="text" name="name" value=called autocomplete="username" hidden/>
                <TextField id="old" label=t!(lang, "account-password-now") wrong=typed.wrong_old kind="password" autocomplete="current-password" maxlength=1024/>
                <TextField id="new" label=t!(lang, "account-password-new") hint=t!(lang, "account-password-hint") wrong=typed.wrong_new kind="password" autocomplete="new-password" maxlength=128/>
                <button class="btn">{t!(lang, "security-change")}</button>
                <p class="soft small">{t!(lang, "security-change-ends")}</p>
            </form>
            <section class="stack" aria-labelledby="devices">
                <h2 id="devices">{t!(lang, "security-devices")}</h2>
                <ul class="list">{devices.into_iter().map(|device| view! { <DeviceLine here={device.id == here} device=device/> }).collect_view()}</ul>
                {several.then(|| view! {
                    <form method="post" action="/account/security"><input type="hidden" name="step" value="end-others"/><button class="btn second">{t!(lang, "security-end-others")}</button></form>
                })}
                <p class="soft small">{t!(lang, "security-devices-hint")}</p>
            </section>
            <Fold icon="triangle-alert" title=t!(lang, "security-delete") open=deleting>
                <p>{t!(lang, "security-delete-what")}</p>
                <form class="stack" method="post" action="/account/security">
                    <input type="hidden" name="step" value="delete"/>
                    <TextField id="delete" label=t!(lang, "account-password-now") wrong=typed.wrong_delete kind="password" autocomplete="current-password" maxlength=1024/>
                    <button class="btn danger">{t!(lang, "security-delete-now")}</button>
                </form>
            </Fold>
        </div>
    }
}

#[component]
fn DeviceLine(device: Device, here: bool) -> impl IntoView {
    let lang = visit().lang();
    let store = &app().store;
    let (now, zone) = (store.clock().now(), store.settings().zone);
    let name = if device.device.is_empty() { t!(lang, "security-device-unknown") } else { device.device };
    let seen = t!(lang, "security-seen", when = when(lang, device.seen_at, now, zone));
    let since = t!(lang, "security-since", when = when(lang, device.created_at, now, zone));
    let label = t!(lang, "security-end-named", device = name.as_str());
    let end = if here {
        view! { <Shape look=Look::Done word=t!(lang, "security-here")/> }.into_any()
    } else {
        view! {
            <form method="post" action="/account/security">
                <input type="hidden" name="step" value="end"/><input type="hidden" name="session" value=device.id/>
                <button class="btn quiet" aria-label=label>{t!(lang, "security-end")}</button>
            </form>
        }
        .into_any()
    };
    view! { <li class="row plain"><crate::part::Icon name="user-round"/><div class="stack tight"><b>{name}</b><span class="soft small">{seen}" · "{since}</span></div>{end}</li> }
}
