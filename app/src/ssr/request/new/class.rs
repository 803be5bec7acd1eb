//! The class: what the portal proposes, and danger before anything else.

use domain::event::class::{Class as Chosen, ClassCode, Phone, Visibility};
use leptos::prelude::*;

use super::Form;
use crate::island::{Classes, Offered};
use crate::part::{Icon, Wrong as WrongLine};
use crate::render::{app, visit};
use crate::request::choose::class_options;
use crate::text::{Lang, t};

/// The likeliest classes for a text, each with its reason.
pub fn offers(district: &store::District, lang: Lang, text: &str) -> Vec<Offered> {
    let found = district.suggester.suggest(text, 3);
    found.into_iter().filter_map(|one| Some(offer(lang, district.catalogue.get(one.code)?, one.like.as_deref()))).collect()
}

pub(super) fn offer(lang: Lang, class: &Chosen, like: Option<&str>) -> Offered {
    // An example beside a private class can hurt whoever needs it.
    let like = like.filter(|_| class.visibility != Visibility::Private).map(|like| t!(lang, "class-like", words = like.to_owned()));
    let private = (class.visibility == Visibility::Private).then(|| t!(lang, "class-private-short"));
    Offered {
        code: class.code.as_str().to_owned(),
        name: lang.pick(&class.name_zh, &class.name_en).clone(),
        small: [like, private].into_iter().flatten().collect::<Vec<_>>().join(" · "),
    }
}

/// Danger first: large buttons to the right number, and the form waits beneath with nothing lost.
#[component]
pub(super) fn Danger(form: Form) -> impl IntoView {
    let lang = visit().lang();
    let district = app().store.district();
    let codes = form.draft.class.parse().ok().into_iter().chain(form.offers.iter().take(2).filter_map(|offer| offer.code.parse().ok()));
    let question = codes.into_iter().find_map(|code| district.safety.for_class(code).cloned());
    let config = app().config;
    if form.draft.danger {
        // Another class may have been chosen since: the answer holds all the same.
        let phones = question.map_or_else(|| vec![Phone::Police, Phone::Fire, Phone::Ambulance], |question| question.phones);
        let calls = phones
            .iter()
            .map(|phone| {
                let number = phone.national_number().map_or_else(|| config.gas_phone.clone(), str::to_owned);
                let word = lang.say(&format!("call-{}", phone.as_str()));
                view! { <a class="btn danger big wide" href=format!("tel:{number}")><Icon name="phone"/>{format!("{number} {word}")}</a> }
            })
            .collect_view();
        return view! {
            <section class="card stack" aria-labelledby="danger"><h2 id="danger">{t!(lang, "danger-call")}</h2>{calls}<p class="soft">{t!(lang, "danger-after")}</p>
                <input type="hidden" name="in_danger" value="yes"/><button class="btn quiet" name="danger" value="no" formnovalidate>{t!(lang, "danger-over")}</button></section>
        }
        .into_any();
    }
    let Some(question) = question else { return ().into_any() };
    view! {
        <div class="note care"><Icon name="triangle-alert"/><b>{lang.pick(question.question_zh, question.question_en)}</b>
            <span class="inline"><button class="btn danger" name="danger" value="yes" formnovalidate>{t!(lang, "danger-yes")}</button><span class="small soft">{t!(lang, "danger-no")}</span></span>
        </div>
    }
    .into_any()
}

/// The class: three proposals with their reason, "not sure", or any other.
#[component]
pub(super) fn Class(form: Form, wrong: Option<String>) -> impl IntoView {
    let lang = visit().lang();
    let chosen: Option<ClassCode> = form.draft.class.parse().ok();
    let offered = form.offers.clone();
    let class = if wrong.is_some() { "field bad" } else { "field" };
    view! {
        <fieldset class=class><legend>{t!(lang, "class-question")}</legend><p class="hint">{t!(lang, "class-hint")}</p>
            <Classes what="what".to_owned() lang=lang.as_str().to_owned() offered=offered chosen=chosen.map(|code| code.as_str().to_owned()) unsure=t!(lang, "class-unsure") unsure_small=t!(lang, "class-unsure-small") other=t!(lang, "class-other")/>
            <select name="class_other" aria-label=t!(lang, "class-other")><option value="">{t!(lang, "class-other-choose")}</option>{class_options(None, true)}</select>
            {wrong.map(|words| view! { <WrongLine id="class-wrong".to_owned() words=words/> })}
        </fieldset>
    }
}
