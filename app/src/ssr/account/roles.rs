//! Roles: a supervisor grants and takes them within the own areas.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::account::may_grant;
use domain::area::{AreaCode, Level};
use domain::role::{Grant, Role, Scope};
use leptos::prelude::*;
use store::StoreError;
use store::account::{Found, Granted, Granting};

use super::words::role_word;
use crate::App;
use crate::cookie::{called, with_called};
use crate::done::{Did, Done};
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Empty, Field, Note, TextField, Tone, described};
use crate::render::{Door, Page, app, visit};
use crate::request::words::when;
use crate::text::t;
use crate::visit::Visit;

/// What went wrong with what was asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Unknown,
    NoChoice,
    Outside,
    LastOwn,
    Unfit,
}

fn allowed(visit: &Visit) -> Result<(), Failure> {
    visit.signed_in()?;
    visit.has_role(Role::Supervisor).then_some(()).ok_or(Failure::Forbidden)
}

pub(super) async fn show(State(app): State<App>, visit: Visit, headers: HeaderMap) -> Result<Response, Failure> {
    allowed(&visit)?;
    // After a change the account is shown again; its name travels in a cookie, not in the address.
    let name = called(&headers).filter(|_| visit.done.is_some()).unwrap_or_default();
    let found = if name.is_empty() { None } else { search(&app, &visit, &name).await? };
    // Shown once: a staff device must not offer a resident's number to whoever signs in next.
    Ok(with_called(&app.config, page(&app, &visit, name, found, None), ""))
}

async fn search(app: &App, visit: &Visit, name: &str) -> Result<Option<Found>, Failure> {
    match app.store.find_account(&visit.viewer, name).await {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn change(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    allowed(&visit)?;
    let name: String = fields.get("name").chars().take(80).collect();
    let Some(found) = search(&app, &visit, &name).await? else { return Ok(page(&app, &visit, name, None, Some(Trouble::Unknown))) };
    let step = fields.get("step");
    if step != "grant" && step != "revoke" {
        return Ok(page(&app, &visit, name, Some(found), None));
    }
    let district = app.store.district();
    let known = |scope: &Scope| match scope {
        Scope::Area(area) => district.areas.in_district(area),
        Scope::Organisation(id) => district.organisations.get(id).is_some(),
    };
    let grant = match (fields.get("role").parse::<Role>(), fields.get("scope").parse::<Scope>()) {
        (Ok(role), Ok(scope)) if step == "revoke" || known(&scope) => Grant { role, scope },
        _ => return Ok(page(&app, &visit, name, Some(found), Some(Trouble::NoChoice))),
    };
    let came = if step == "grant" {
        app.store.grant_role(&visit.viewer, &found.id, &grant).await?
    } else {
        app.store.revoke_role(&visit.viewer, &found.id, &grant).await?
    };
    let trouble = match came {
        Granting::Done | Granting::NotHeld => return Ok(with_called(&app.config, Done::plain(Did::Granted).see(&app, "/office/roles"), &name)),
        Granting::Outside => Trouble::Outside,
        Granting::LastOwn => Trouble::LastOwn,
        Granting::Unfit => Trouble::Unfit,
    };
    Ok(page(&app, &visit, name, Some(found), Some(trouble)))
}

fn page(app: &App, visit: &Visit, name: String, found: Option<Found>, trouble: Option<Trouble>) -> Response {
    let status = if trouble.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Page::new(app, visit, Door::Account, t!(visit.lang(), "roles"))
        .status(status)
        .show(move || view! { <Roles name=name found=found trouble=trouble/> })
}

#[component]
fn Roles(name: String, found: Option<Found>, trouble: Option<Trouble>) -> impl IntoView {
    let lang = visit().lang();
    let wrong = trouble.map(|trouble| match trouble {
        Trouble::Unknown => t!(lang, "roles-unknown"),
        Trouble::NoChoice => t!(lang, "roles-no-choice"),
        Trouble::Outside => t!(lang, "roles-outside"),
        Trouble::LastOwn => t!(lang, "roles-last-own"),
        Trouble::Unfit => t!(lang, "roles-unfit"),
    });
    let unknown = wrong.clone().filter(|_| trouble == Some(Trouble::Unknown));
    view! {
        <div class="narrow stack loose">
            <header class="stack tight"><a href="/office">{t!(lang, "office")}</a><h1>{t!(lang, "roles")}</h1><p class="soft">{t!(lang, "roles-what")}</p></header>
            {wrong.map(|words| view! { <Note tone=Tone::Wrong title=t!(lang, "account-look-again")><span>{words}</span></Note> })}
            <form class="stack" method="post" action="/office/roles">
                <TextField id="name" label=t!(lang, "account-called") value=name.clone() hint=t!(lang, "roles-name-hint") wrong=unknown maxlength=80/>
                <button class={if found.is_some() { "btn second" } else { "btn" }}>{t!(lang, "roles-find")}</button>
            </form>
            {found.map(|found| view! { <Account name=name found=found/> })}
            <a href="/office/recovery">{t!(lang, "give-code")}</a>
        </div>
    }
}

#[component]
fn Account(name: String, found: Found) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let app = app();
    let district = app.store.district();
    let (areas, organisations) = (&district.areas, &district.organisations);
    let home = found.home.as_ref().map(|home| super::own::place(&app, home));
    let held = if found.grants.is_empty() {
        view! { <Empty icon="users-round"><p>{t!(lang, "roles-none")}</p></Empty> }.into_any()
    } else {
        view! { <ul class="list">{found.grants.into_iter().map(|granted| view! { <Line name=name.clone() granted=granted/> }).collect_view()}</ul> }
            .into_any()
    };
    // Only what the viewer supervises is offered, in a form of its own for each kind of scope, so that no role meets a
    // scope it does not fit: whole areas first, then what lies in them; then organisations.
    let mine = |area: &AreaCode| may_grant(&visit.viewer, &Scope::Area(*area), organisations);
    let teams: Vec<_> = organisations.iter().filter(|organisation| mine(&organisation.area)).collect();
    // One role fits there: nobody need choose it.
    let for_team = teams.first().and_then(|organisation| fitting(&Scope::Organisation(organisation.id.clone())).next());
    let teams: Vec<_> = teams
        .into_iter()
        .map(|organisation| {
            let scope = Scope::Organisation(organisation.id.clone()).to_string();
            view! { <option value=scope>{lang.pick(organisation.name_zh.clone(), organisation.name_en.clone())}</option> }
        })
        .collect();
    let wide = areas
        .iter()
        .filter(|area| matches!(area.level, Level::District | Level::Subdistrict) && mine(&area.code))
        .map(|area| view! { <option value=area.code.as_str().to_owned()>{area.name.clone()}</option> })
        .collect_view();
    let groups = areas
        .iter()
        .filter(|area| area.level == Level::Subdistrict)
        .filter_map(|group| {
            let options: Vec<_> = areas
                .children(&group.code)
                .filter(|area| mine(&area.code))
                .map(|area| view! { <option value=area.code.as_str().to_owned()>{area.name.clone()}</option> })
                .collect();
            (!options.is_empty()).then(|| view! { <optgroup label=group.name.clone()>{options}</optgroup> })
        })
        .collect_view();
    let in_area =
        visit.viewer.areas(Role::Supervisor).next().map(|area| {
            fitting(&Scope::Area(*area)).map(|role| view! { <option value=role.as_str()>{role_word(lang, role)}</option> }).collect_view()
        });
    view! {
        <section class="stack">
            <div class="stack tight"><h2>{found.label}</h2>{home.map(|home| view! { <p class="soft">{home}</p> })}</div>
            {held}
            {in_area.map(|roles| view! {
                <form class="card stack" method="post" action="/office/roles">
                    <h3>{t!(lang, "roles-grant")}</h3>
                    <input type="hidden" name="step" value="grant"/><input type="hidden" name="name" value=name.clone()/>
                    <Chooser id="role" name="role" label=t!(lang, "roles-role")>{roles}</Chooser>
                    <Chooser id="scope" name="scope" label=t!(lang, "roles-scope") hint=t!(lang, "roles-scope-hint")>{wide}{groups}</Chooser>
                    <button class="btn">{t!(lang, "roles-grant")}</button>
                </form>
            })}
            {for_team.map(|role| view! {
                <form class="card stack" method="post" action="/office/roles">
                    <h3>{t!(lang, "roles-organisation")}</h3>
                    <input type="hidden" name="step" value="grant"/><input type="hidden" name="name" value=name.clone()/>
                    <input type="hidden" name="role" value=role.as_str()/>
                    <Chooser id="team" name="scope" label=t!(lang, "roles-organisations")>{teams}</Chooser>
                    <button class="btn second">{t!(lang, "roles-grant")}</button>
                </form>
            })}
        </section>
    }
}

/// The roles that can be granted for a scope.
fn fitting(scope: &Scope) -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(|role| role.fits(scope))
}

/// A list of which one is to be chosen.
#[component]
fn Chooser(id: &'static str, name: &'static str, label: String, #[prop(optional)] hint: Option<String>, children: Children) -> impl IntoView {
    let lang = visit().lang();
    let described = described(id, hint.is_some(), false);
    view! {
        <Field id=id label=label hint=hint>
            <select id=id name=name required aria-describedby=described><option value="">{t!(lang, "roles-choose")}</option>{children()}</select>
        </Field>
    }
}

#[component]
fn Line(name: String, granted: Granted) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let app = app();
    let organisations = app.store.district().organisations.clone();
    let mine = may_grant(&visit.viewer, &granted.grant.scope, &organisations);
    let place = match &granted.grant.scope {
        Scope::Area(area) => super::own::place(&app, area),
        Scope::Organisation(id) => {
            let organisation = organisations.get(id);
            organisation.map_or_else(|| id.clone(), |organisation| lang.pick(organisation.name_zh.clone(), organisation.name_en.clone()))
        }
    };
    let scope = granted.grant.scope.to_string();
    let role = role_word(lang, granted.grant.role);
    let at = when(lang, granted.at, app.store.clock().now(), app.store.settings().zone);
    let by = match granted.by {
        Some(by) => t!(lang, "roles-by", by = by, when = at),
        None => t!(lang, "roles-by-operator", when = at),
    };
    let label = t!(lang, "roles-revoke-named", role = role.as_str(), place = place.as_str());
    let revoke = mine.then(|| {
        view! {
            <form method="post" action="/office/roles">
                <input type="hidden" name="step" value="revoke"/><input type="hidden" name="name" value=name/>
                <input type="hidden" name="role" value=granted.grant.role.as_str()/><input type="hidden" name="scope" value=scope/>
                <button class="btn quiet" aria-label=label>{t!(lang, "roles-revoke")}</button>
            </form>
        }
    });
    view! { <li class="row plain"><crate::part::Icon name="shield-check"/><div class="stack tight"><b>{role}" · "{place}</b><span class="soft small">{by}</span></div>{revoke}</li> }
}
