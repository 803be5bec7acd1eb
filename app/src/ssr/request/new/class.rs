//! The class: what the portal proposes, and danger before anything else.

use domain::event::class::{Class as Chosen, ClassCode, Phone, Visibility};
use leptos::prelude::*;

use super::Form;
use crate::App;
use crate::island::{Classes, Offered};
use crate::part::{Icon, Note, Tone, Wrong as WrongLine};
use crate::render::{app, visit};
use crate::request::ask::HelpLines;
use crate::request::choose::{Choice, options};
use crate::text::{Lang, t};
use crate::visit::Visit;

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

/// What a class brings with it, beside the words: danger before anything else, that it is private, whom else to call.
/// The island asks for it again when the class changes.
#[component]
pub(super) fn Notes(class: Option<ClassCode>, danger: bool) -> impl IntoView {
    let lang = visit().lang();
    let private = class.and_then(|code| app().store.district().catalogue.get(code).map(|class| class.visibility == Visibility::Private));
    let private = private.unwrap_or_default().then(|| {
        view! { <div id="private"><Note tone=Tone::Plain title=t!(lang, "class-private")><span>{t!(lang, "class-private-about")}</span></Note></div> }
    });
    view! { <Danger class=class danger=danger/>{private}<HelpLines class=class/> }
}

/// The notes alone, for the island that asks for them.
pub fn notes(app: &App, visit: &Visit, class: &str, danger: bool) -> String {
    let class = class.parse().ok();
    let owner = Owner::new();
    owner.with(|| {
        provide_context(visit.clone());
        provide_context(app.clone());
        view! { <Notes class=class danger=danger/> }.to_html()
    })
}

/// Large buttons to the right number, while the form waits beneath with nothing lost.
#[component]
fn Danger(class: Option<ClassCode>, danger: bool) -> impl IntoView {
    let lang = visit().lang();
    let question = class.and_then(|code| app().store.district().safety.for_class(code).cloned());
    if danger {
        // Another class may have been chosen since: the answer holds all the same.
        let phones = question.map_or_else(|| Phone::NATIONAL.to_vec(), |question| question.phones);
        return view! {
            <section class="card stack" aria-labelledby="danger"><h2 id="danger">{t!(lang, "danger-call")}</h2><Calls phones=phones/><p class="soft">{t!(lang, "danger-after")}</p>
                <input type="hidden" name="in_danger" id="in_danger" value="yes"/><button class="btn quiet" name="danger" value="no" formnovalidate>{t!(lang, "danger-over")}</button></section>
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

/// Large buttons that call for help.
#[component]
pub(in crate::request) fn Calls(phones: Vec<Phone>) -> impl IntoView {
    let lang = visit().lang();
    phones
        .iter()
        .map(|phone| {
            let (number, word) = (phone.number(), lang.say(&format!("call-{}", phone.who())));
            view! { <a class="btn danger big wide" href=format!("tel:{number}")><Icon name="phone"/>{format!("{number} {word}")}</a> }
        })
        .collect_view()
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
            <select name="class_other" aria-label=t!(lang, "class-other") inner_html=options(Choice::OpenClasses, None, t!(lang, "class-other-choose"))></select>
            {wrong.map(|words| view! { <WrongLine id="class-wrong".to_owned() words=words/> })}
        </fieldset>
    }
}
