//! Choosing a class or an area from the whole tree, as grouped options.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::area::{AreaCode, Level};
use leptos::prelude::*;
use store::{District, Store};

use crate::render::{app, visit};
use crate::text::Lang;

/// What is chosen from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// All classes, and groups of them: a filter.
    Classes,
    /// Classes that can be used today.
    OpenClasses,
    /// Subdistricts and their communities: a filter.
    Areas,
    /// Communities only.
    Communities,
}

/// Choices as they were rendered for the district's tables: two hundred options are most of a page, and change only
/// when the tables do or a day begins.
#[derive(Default)]
pub struct Options(Mutex<Made>);

#[derive(Default)]
struct Made {
    district: Option<Arc<District>>,
    html: HashMap<(Lang, Choice), Arc<str>>,
}

impl Options {
    fn of(&self, store: &Store, lang: Lang, choice: Choice) -> Arc<str> {
        let district = store.district();
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !made.district.as_ref().is_some_and(|known| Arc::ptr_eq(known, &district)) {
            *made = Made { district: Some(district.clone()), html: HashMap::new() };
        }
        let render = || match choice {
            Choice::Classes => classes(&district, lang, None),
            Choice::OpenClasses => classes(&district, lang, Some(store.local_day())),
            Choice::Areas => areas(&district, lang, true, |_| true),
            Choice::Communities => areas(&district, lang, false, |_| true),
        };
        made.html.entry((lang, choice)).or_insert_with(|| render().into()).clone()
    }
}

/// The inside of a `<select>`: `nothing` in words, then the choice by its codes, one of them `chosen`.
#[must_use]
pub fn options(choice: Choice, chosen: Option<&str>, nothing: String) -> String {
    let nothing = view! { <option value="">{nothing}</option> }.to_html();
    let app = app();
    let all = app.options.of(&app.store, visit().lang(), choice);
    let marked = chosen.map(|code| {
        let value = format!("value=\"{code}\"");
        all.replacen(&value, &format!("{value} selected"), 1)
    });
    nothing + marked.as_deref().unwrap_or(&all)
}

/// Classes as grouped options. On a day: only those that can be used then, by their leaves.
fn classes(district: &District, lang: Lang, day: Option<chrono::NaiveDate>) -> String {
    let catalogue = &district.catalogue;
    let groups = catalogue.children(None).map(|top| {
        let options = catalogue
            .classes()
            .iter()
            .filter(|class| class.code != top.code && class.code.is_within(top.code))
            .filter(|class| day.is_none_or(|day| catalogue.is_leaf(class.code) && class.is_open(day)))
            .map(|class| {
                let deep = if class.code.level() > 2 && day.is_none() { "\u{2003}" } else { "" };
                let name = lang.pick(&class.name_zh, &class.name_en);
                view! { <option value=class.code.as_str().to_owned()>{format!("{deep}{name}")}</option> }
            })
            .collect_view();
        let name = lang.pick(&top.name_zh, &top.name_en).clone();
        let whole = day.is_none().then(|| all_of(lang, top.code.as_str(), &name));
        view! { <optgroup label=name>{whole}{options}</optgroup> }
    });
    groups.collect_view().to_html()
}

/// Subdistricts and their communities as grouped options, those to `keep`. `whole`: a subdistrict can be chosen as a whole.
pub fn areas(district: &District, lang: Lang, whole: bool, keep: impl Fn(&AreaCode) -> bool) -> String {
    let areas = &district.areas;
    let groups = areas.iter().filter(|area| area.level == Level::Subdistrict).filter_map(|subdistrict| {
        let all = (whole && keep(&subdistrict.code)).then(|| all_of(lang, subdistrict.code.as_str(), &subdistrict.name));
        let communities: Vec<_> = areas
            .children(&subdistrict.code)
            .filter(|area| keep(&area.code))
            .map(|area| view! { <option value=area.code.as_str().to_owned()>{area.name.clone()}</option> })
            .collect();
        let any = all.is_some() || !communities.is_empty();
        any.then(|| view! { <optgroup label=subdistrict.name.clone()>{all}{communities}</optgroup> })
    });
    groups.collect_view().to_html()
}

fn all_of(lang: Lang, code: &str, name: &str) -> impl IntoView + use<> {
    let word = format!("{name}{}", lang.pick("（全部）", " (all)"));
    view! { <option value=code.to_owned()>{word}</option> }
}
