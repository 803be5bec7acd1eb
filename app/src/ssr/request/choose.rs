//! Choosing a class or an area from the whole tree, as grouped options.

use domain::area::{AreaCode, Level};
use domain::event::class::ClassCode;
use leptos::prelude::*;

use crate::render::{app, visit};
use crate::text::Lang;

/// All classes as grouped options. `open`: only those that can be used today, by their leaves; else groups can be
/// chosen too, as a filter can.
pub fn class_options(chosen: Option<ClassCode>, open: bool) -> impl IntoView {
    let lang: Lang = visit().lang();
    let store = app().store;
    let catalogue = store.district().catalogue;
    let today = store.clock().now().with_timezone(&store.settings().zone).date_naive();
    catalogue
        .children(None)
        .map(|top| {
            let options = catalogue
                .classes()
                .iter()
                .filter(|class| class.code != top.code && class.code.is_within(top.code))
                .filter(|class| if open { catalogue.is_leaf(class.code) && class.is_open(today) } else { true })
                .map(|class| {
                    let deep = if class.code.level() > 2 && !open { "\u{2003}" } else { "" };
                    view! { <option value=class.code.as_str().to_owned() selected=chosen == Some(class.code)>{deep}{lang.pick(&class.name_zh, &class.name_en).clone()}</option> }
                })
                .collect_view();
            let whole = (!open).then(|| {
                let name = lang.pick(&top.name_zh, &top.name_en).clone();
                view! { <option value=top.code.as_str().to_owned() selected=chosen == Some(top.code)>{name}{lang.pick("（全部）", " (all)")}</option> }
            });
            view! { <optgroup label=lang.pick(&top.name_zh, &top.name_en).clone()>{whole}{options}</optgroup> }
        })
        .collect_view()
}

/// Subdistricts and their communities as grouped options. `whole`: a subdistrict can be chosen as a whole.
pub fn area_options(chosen: Option<AreaCode>, whole: bool) -> impl IntoView {
    let lang: Lang = visit().lang();
    let areas = app().store.district().areas;
    let subdistricts: Vec<_> = areas.iter().filter(|area| area.level == Level::Subdistrict).cloned().collect();
    subdistricts
        .into_iter()
        .map(|subdistrict| {
            let communities =
                areas.children(&subdistrict.code).map(|area| view! { <option value=area.code.as_str().to_owned() selected=chosen == Some(area.code)>{area.name.clone()}</option> }).collect_view();
            let all = whole.then(|| {
                view! { <option value=subdistrict.code.as_str().to_owned() selected=chosen == Some(subdistrict.code)>{subdistrict.name.clone()}{lang.pick("（全部）", " (all)")}</option> }
            });
            view! { <optgroup label=subdistrict.name.clone()>{all}{communities}</optgroup> }
        })
        .collect_view()
}
