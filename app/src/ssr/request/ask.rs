//! What the filing form asks besides the words: when and since when, what the class needs to know, whom else to call.

use domain::event::Fact;
use domain::event::class::ClassCode;
use domain::request::Draft;
use leptos::prelude::*;

use crate::part::{Fold, Icon, TextField};
use crate::render::{app, visit};
use crate::text::Lang;
use crate::text::t;

/// A fact as it is named in a sentence.
#[must_use]
pub fn fact_word(lang: Lang, fact: Fact) -> String {
    lang.say(&format!("fact-{fact}"))
}

/// Several facts, as in a sentence.
#[must_use]
pub fn fact_words(lang: Lang, facts: &[Fact]) -> String {
    facts.iter().map(|fact| fact_word(lang, *fact)).collect::<Vec<_>>().join(lang.pick("、", ", "))
}

/// When it happened and since when it has been so: in plain sight where the class needs it, else folded away.
#[component]
pub fn When(draft: Draft, happened_wrong: Option<String>, since_wrong: Option<String>) -> impl IntoView {
    let lang = visit().lang();
    let catalogue = app().store.district().catalogue.clone();
    let required = catalogue.required(draft.class.parse().ok()).unwrap_or_default().to_vec();
    let open = !draft.happened.is_empty() || !draft.since.is_empty() || happened_wrong.is_some() || since_wrong.is_some();
    let happened = view! {
        <TextField id="happened" label=t!(lang, "happened-at") value=draft.happened hint=t!(lang, "happened-hint") wrong=happened_wrong kind="datetime-local" optional=true/>
    };
    let since = view! { <TextField id="since" label=t!(lang, "since") value=draft.since hint=t!(lang, "since-hint") wrong=since_wrong kind="date" optional=true/> };
    let [time_asked, since_asked] = [Fact::Time, Fact::Since].map(|fact| required.contains(&fact));
    let (seen, folded): (Vec<_>, Vec<_>) =
        [(time_asked, happened.into_any()), (since_asked, since.into_any())].into_iter().partition(|(asked, _)| *asked);
    let seen = seen.into_iter().map(|(_, field)| field).collect_view();
    let folded = (!folded.is_empty()).then(|| {
        let fields = folded.into_iter().map(|(_, field)| field).collect_view();
        view! { <Fold icon="clock" title=t!(lang, "when-fold") open=open>{fields}</Fold> }
    });
    view! { {seen}{folded} }
}

/// The help-lines of a class, if it or one above it has some.
#[component]
pub fn HelpLines(class: Option<ClassCode>) -> impl IntoView {
    let lang = visit().lang();
    let help = app().store.district().help.clone();
    let lines = class.map(|code| help.for_class(code)).unwrap_or_default();
    (!lines.is_empty()).then(|| {
        let calls = lines
            .iter()
            .map(|line| {
                let name = lang.pick(&line.name_zh, &line.name_en).clone();
                view! { <li><a class="row plain" href=format!("tel:{}", line.number)><Icon name="phone"/><span>{name}</span><span class="num">{line.number.clone()}</span></a></li> }
            })
            .collect_view();
        view! { <section class="stack tight" aria-labelledby="help-lines"><h2 class="small" id="help-lines">{t!(lang, "help-lines")}</h2><ul class="list">{calls}</ul></section> }
    })
}
