//! `/requests`: what is public, newest first, by class, area, standing and words; works as links.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use domain::area::AreaCode;
use domain::event::class::ClassCode;
use domain::event::number::{EventNumber, EventNumberError};
use domain::request::Progress;
use leptos::prelude::*;
use store::request::{Filter, PAGE, Page as Listed, Place};

use super::choose::{Choice, options};
use super::row::Requests;
use crate::App;
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Empty, Fold, Icon, Note, Tone};
use crate::render::{Door, Page, see_other, visit};
use crate::text::t;
use crate::visit::Visit;

/// What the address asks for.
#[derive(Clone, Debug, Default)]
struct Asked {
    filter: Filter,
    mine: bool,
    before: Option<i64>,
    check_number: bool,
}

impl Asked {
    fn read(fields: &Fields) -> Self {
        let filter = Filter {
            class: fields.get("class").parse().ok(),
            area: fields.get("area").parse().ok(),
            progress: Progress::parse(fields.get("state")),
            late: fields.get("state") == "late",
            words: fields.get("q").chars().take(100).collect(),
        };
        Self { filter, mine: fields.get("mine") == "1", before: fields.get("before").parse().ok(), check_number: false }
    }

    /// The address of this list with one thing changed; a change starts again from the newest.
    fn link(&self, changes: &[(&str, Option<String>)]) -> String {
        let state = if self.filter.late { Some("late") } else { self.filter.progress.map(Progress::as_str) };
        let mut pairs: Vec<(&str, Option<String>)> = vec![
            ("q", Some(self.filter.words.clone()).filter(|words| !words.is_empty())),
            ("class", self.filter.class.map(|class| class.as_str().to_owned())),
            ("area", self.filter.area.as_ref().map(|area| area.as_str().to_owned())),
            ("state", state.map(str::to_owned)),
            ("mine", self.mine.then(|| "1".to_owned())),
            ("before", None),
        ];
        for (name, value) in changes {
            if let Some(pair) = pairs.iter_mut().find(|(known, _)| known == name) {
                pair.1.clone_from(value);
            }
        }
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs.into_iter().filter_map(|(name, value)| Some((name, value?)))).finish();
        if query.is_empty() { "/requests".into() } else { format!("/requests?{query}") }
    }
}

pub async fn list(State(app): State<App>, visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let mut asked = Asked::read(&Fields::parse(query.unwrap_or_default().as_bytes()));
    match EventNumber::parse(&asked.filter.words) {
        Ok(number) => return Ok(see_other(&format!("/requests/{number}"))),
        Err(EventNumberError::CheckDigit) => asked.check_number = true,
        Err(_) => {}
    }
    if asked.mine {
        visit.signed_in()?;
    }
    let place = if asked.mine { Place::Mine } else { Place::Public };
    let page = app.store.requests(&visit.viewer, place, &asked.filter, asked.before).await?;
    let title = t!(visit.lang(), "door-requests");
    Ok(Page::new(&app, &visit, Door::Requests, title).show(move || view! { <List asked=asked page=page/> }).into_response())
}

#[component]
fn List(asked: Asked, page: Listed) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let home = visit.person.as_ref().and_then(|person| person.home);
    let chip = |word: String, current: bool, link: String| view! { <a href=link aria-current=current.then_some("true")>{word}</a> };
    let state = |value: Option<&str>| asked.link(&[("state", value.map(str::to_owned))]);
    let any_state = asked.filter.progress.is_none() && !asked.filter.late;
    let chips = view! {
        {chip(t!(lang, "chip-all"), any_state && !asked.mine && asked.filter.area.is_none(), "/requests".into())}
        {home.map(|home| chip(t!(lang, "chip-home"), asked.filter.area == Some(home), asked.link(&[("area", Some(home.as_str().to_owned())), ("mine", None)])))}
        {visit.person.is_some().then(|| chip(t!(lang, "chip-mine"), asked.mine, asked.link(&[("mine", (!asked.mine).then(|| "1".into()))])))}
        {chip(t!(lang, "chip-open"), asked.filter.progress == Some(Progress::Open), state(Some("open")))}
        {chip(t!(lang, "chip-done"), asked.filter.progress == Some(Progress::Done), state(Some("done")))}
        {chip(t!(lang, "chip-late"), asked.filter.late, state(Some("late")))}
    };
    let older = page.before.map(|before| {
        let link = asked.link(&[("before", Some(before.to_string()))]);
        view! { <a class="btn second" href=link rel="next">{t!(lang, "older")}<Icon name="arrow-right"/></a> }
    });
    let newest = asked.before.is_some().then(|| view! { <a class="btn quiet" href=asked.link(&[])>{t!(lang, "newest")}</a> });
    let words = asked.filter.words.clone();
    let narrowed = asked.filter.class.is_some() || asked.filter.area.is_some();
    let empty = view! {
        <Empty icon="search">
            <p>{if asked.mine { t!(lang, "mine-none") } else { t!(lang, "requests-none") }}</p>
            <a class="btn second" href=if asked.mine { "/requests/new" } else { "/requests" }>{if asked.mine { t!(lang, "report-something") } else { t!(lang, "show-all") }}</a>
        </Empty>
    };
    view! {
        <div class="stack">
            <div class="between"><h1>{t!(lang, "door-requests")}</h1><a class="btn" href="/requests/new"><Icon name="plus"/>{t!(lang, "report-something")}</a></div>
            {asked.check_number.then(|| view! { <Note tone=Tone::Wrong title=t!(lang, "problem-check-number")><span>{t!(lang, "problem-check-number-next")}</span></Note> })}
            <form role="search" class="search" method="get" action="/requests">
                <input type="search" name="q" value=words maxlength="100" aria-label=t!(lang, "search") placeholder=t!(lang, "search-hint")/>
                <button class="btn second" aria-label=t!(lang, "search")><Icon name="search"/></button>
            </form>
            <nav class="chips" aria-label=t!(lang, "filters")>{chips}</nav>
            <Fold icon="sliders-horizontal" title=t!(lang, "class-and-area") open=narrowed>
                <form method="get" action="/requests" class="stack">
                    <div class="pair">
                        <div class="field"><label for="class">{t!(lang, "class")}</label>
                            <select id="class" name="class" inner_html=options(Choice::Classes, asked.filter.class.as_ref().map(ClassCode::as_str), t!(lang, "any-class"))></select></div>
                        <div class="field"><label for="area">{t!(lang, "area")}</label>
                            <select id="area" name="area" inner_html=options(Choice::Areas, asked.filter.area.as_ref().map(AreaCode::as_str), t!(lang, "any-area"))></select></div>
                    </div>
                    <button class="btn second">{t!(lang, "narrow")}</button>
                </form>
            </Fold>
            <Requests items=page.items empty=empty.into_any()/>
            <nav class="between" aria-label=t!(lang, "pages")><span class="soft small">{t!(lang, "page-size", count = PAGE as i64)}</span><span class="inline">{newest}{older}</span></nav>
            <p class="small"><a href="/requests/track">{t!(lang, "track-link")}</a></p>
        </div>
    }
}
