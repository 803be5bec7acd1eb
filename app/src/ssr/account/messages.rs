//! How a person wants to be told outside the portal.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::is_mail;
use domain::notice::{Quiet, Tell};
use leptos::prelude::*;
use store::account::{Preferences, Profile};

use crate::App;
use crate::done::{Did, Done};
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Choice, Field, Note, TextField, Tone};
use crate::render::{Door, Page, app, visit};
use crate::text::Lang;
use crate::text::t;
use crate::visit::Visit;

pub(super) async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    visit.signed_in()?;
    let profile = app.store.profile(&visit.viewer).await?;
    Ok(page(&app, &visit, profile, false))
}

pub(super) async fn set(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    visit.signed_in()?;
    let mut profile = app.store.profile(&visit.viewer).await?;
    let hour = |name: &str, kept: u32| fields.get(name).parse().unwrap_or(kept);
    let kept = &profile.preferences;
    let mail = fields.get("mail").trim();
    let wanted = Preferences {
        tell: Tell::parse(fields.get("tell")).unwrap_or(kept.tell),
        quiet: Quiet::new(hour("quiet_from", kept.quiet.from), hour("quiet_to", kept.quiet.to)).unwrap_or(kept.quiet),
        mail: (!mail.is_empty()).then(|| mail.chars().take(260).collect()),
        language: Lang::parse(fields.get("language")).map_or_else(|| kept.language.clone(), |lang| lang.as_str().to_owned()),
    };
    if wanted.mail.as_deref().is_some_and(|mail| !is_mail(mail)) {
        profile.preferences = wanted;
        return Ok(page(&app, &visit, profile, true));
    }
    app.store.set_preferences(&visit.viewer, &wanted).await?;
    Ok(Done::plain(Did::Saved).see(&app, "/account/messages"))
}

fn page(app: &App, visit: &Visit, profile: Profile, wrong: bool) -> Response {
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = t!(visit.lang(), "account-messages");
    Page::new(app, visit, Door::Account, title).status(status).show(move || view! { <Messages profile=profile wrong=wrong/> })
}

#[component]
fn Messages(profile: Profile, wrong: bool) -> impl IntoView {
    let lang = visit().lang();
    let settings = app().store.settings().clone();
    let wanted = profile.preferences;
    // Which way a message would go, said before anything is chosen.
    let way = match (&profile.phone, settings.texts, settings.mails) {
        (Some(phone), true, _) => t!(lang, "messages-way-text", phone = phone.masked()),
        (_, _, true) => t!(lang, "messages-way-mail"),
        _ => t!(lang, "messages-way-none"),
    };
    let hours = |chosen: u32| {
        (0..24u32).map(|hour| view! { <option value=hour.to_string() selected={hour == chosen}>{format!("{hour:02}:00")}</option> }).collect_view()
    };
    let mistake = wrong.then(|| t!(lang, "messages-wrong-mail"));
    let tells = Tell::ALL.map(|tell| {
        let (word, small) = match tell {
            Tell::AtOnce => (t!(lang, "messages-at-once"), t!(lang, "messages-at-once-small")),
            Tell::Daily => (t!(lang, "messages-daily"), t!(lang, "messages-daily-small")),
            Tell::Off => (t!(lang, "messages-off"), t!(lang, "messages-off-small")),
        };
        view! { <Choice name="tell" value=tell.as_str() word=word small=small checked={tell == wanted.tell}/> }
    });
    view! {
        <div class="narrow stack">
            <header class="stack tight"><a href="/account">{t!(lang, "account-back")}</a><h1>{t!(lang, "account-messages")}</h1><p class="soft">{way}</p></header>
            {wrong.then(|| view! { <Note tone=Tone::Wrong title=t!(lang, "account-look-again")><span>{t!(lang, "account-look-again-next")}</span></Note> })}
            <form class="stack" method="post" action="/account/messages">
                <fieldset class="field"><legend>{t!(lang, "messages-when")}</legend><div class="stack tight">{tells.collect_view()}</div></fieldset>
                <div class="pair">
                    <Field id="quiet_from" label=t!(lang, "messages-quiet-from")><select id="quiet_from" name="quiet_from">{hours(wanted.quiet.from)}</select></Field>
                    <Field id="quiet_to" label=t!(lang, "messages-quiet-to")><select id="quiet_to" name="quiet_to">{hours(wanted.quiet.to)}</select></Field>
                </div>
                <TextField id="mail" label=t!(lang, "messages-mail") value=wanted.mail.unwrap_or_default() hint=t!(lang, "messages-mail-hint") wrong=mistake optional=true
                    kind="email" autocomplete="email" maxlength=254/>
                <Field id="language" label=t!(lang, "messages-language")>
                    <select id="language" name="language">
                        <option value="zh" lang="zh" selected={wanted.language == "zh"}>"中文"</option>
                        <option value="en" lang="en" selected={wanted.language == "en"}>"English"</option>
                    </select>
                </Field>
                <button class="btn big wide">{t!(lang, "account-save")}</button>
            </form>
        </div>
    }
}
