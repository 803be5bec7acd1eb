//! For whom: the phone by which somebody can be reached, and whether an agent files for somebody at the door.

use domain::area::{AreaCode, Level};
use domain::request::Draft;
use domain::role::Role;
use leptos::prelude::*;

use super::Form;
use crate::form::Fields;
use crate::part::{Fold, TextField};
use crate::render::visit;
use crate::text::t;
use crate::visit::Visit;

/// Whether the form is filed for somebody else; changed over with a button, the phone in it is no longer the right one.
pub(super) fn change(visit: &Visit, fields: &Fields, draft: &mut Draft) -> bool {
    if fields.has("whom") {
        draft.phone.clear();
        return fields.get("whom") == "other" && visit.has_role(Role::Agent);
    }
    fields.has("behalf")
}

/// The community that the form begins with: one's home, or at somebody's door the one that the agent serves.
pub(super) fn here(visit: &Visit, behalf: bool) -> Option<AreaCode> {
    if !behalf {
        return visit.person.as_ref()?.home;
    }
    let mut served = visit.viewer.areas(Role::Agent);
    served.next().filter(|area| served.next().is_none() && area.level() == Level::Community).copied()
}

/// At somebody's door this comes first: whose phone is meant, and that it is needed.
#[component]
pub(super) fn AtTheDoor(phone: String, wrong: Option<String>) -> impl IntoView {
    let lang = visit().lang();
    view! {
        <section class="card stack" aria-labelledby="whom"><h2 id="whom">{t!(lang, "whom")}</h2>
            <input type="hidden" name="behalf" value="1"/>
            <TextField id="phone" label=t!(lang, "whom-phone") value=phone hint=t!(lang, "whom-phone-hint") wrong=wrong kind="tel" inputmode="tel" maxlength=24/>
        </section>
    }
}

/// How to reach whoever files for themselves; at somebody's door only the way back to that.
#[component]
pub(super) fn Contact(form: Form, wrong: Option<String>) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    if form.behalf {
        return view! { <button class="btn quiet" name="whom" value="self" formnovalidate>{t!(lang, "whom-self")}</button> }.into_any();
    }
    let phone = form.draft.phone;
    if visit.person.is_none() {
        return view! {
            <TextField id="phone" label=t!(lang, "phone") value=phone hint=t!(lang, "phone-hint-guest") wrong=wrong kind="tel" autocomplete="tel" inputmode="tel" maxlength=24/>
        }
        .into_any();
    }
    let agent = visit.has_role(Role::Agent);
    let open = wrong.is_some() || !phone.is_empty();
    view! {
        <Fold icon="user-round" title=if agent { t!(lang, "contact-and-behalf") } else { t!(lang, "contact") } open=open>
            <p class="small soft">{t!(lang, "phone-looked-at")}</p>
            {agent.then(|| view! { <button class="btn second" name="whom" value="other" formnovalidate>{t!(lang, "whom-other")}</button> })}
            <TextField id="phone" label=t!(lang, "phone") value=phone hint=t!(lang, "phone-hint") wrong=wrong kind="tel" autocomplete="tel" inputmode="tel" maxlength=24 optional=true/>
        </Fold>
    }
    .into_any()
}
