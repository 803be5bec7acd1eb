//! The parts that pages are made of: one component per part of the design, named like its class.

use domain::role::Role;
use leptos::prelude::*;

use super::done::JustDone;
use super::render::{Door, app, local, visit};
use super::visit::Theme;
use crate::text::t;

/// The whole document around a page: head, switches, five doors, foot.
#[component]
pub fn Document(title: String, door: Door, islands: bool, children: Children) -> impl IntoView {
    let visit = visit();
    let app = app();
    let lang = visit.lang();
    let asset = app.asset;
    let other = lang.pick("en", "zh");
    let path = local(visit.uri.path()).to_owned();
    let here = visit.uri.query().map_or_else(String::new, |query| {
        query.split('&').filter(|pair| !pair.starts_with("lang=")).fold(String::new(), |all, pair| format!("{all}{pair}&"))
    });
    let switch = format!("{path}?{here}lang={other}");
    let scripts = islands.then(|| {
        view! { <script type="module" src=asset("islands.js") data-glue=asset("linli.js") data-wasm=asset("linli.wasm")></script> }
    });
    let end = match &visit.person {
        Some(person) => {
            let unread = person.unread;
            let label = if unread == 0 { t!(lang, "notices-none") } else { t!(lang, "notices-unread", count = unread) };
            view! { <a class="btn quiet" href="/account" aria-label=label><Icon name="bell"/>{(unread > 0).then(|| view! { <span class="small">{unread.min(99)}</span> })}</a> }.into_any()
        }
        None => view! { <a class="btn quiet" href="/sign-in">{t!(lang, "sign-in")}</a> }.into_any(),
    };
    let large = visit.display.large;
    let scheme = match visit.display.theme {
        Some(Theme::Dark) => "#111412",
        _ => "#0a6650",
    };
    view! {
        <html lang=lang.tag() data-theme=visit.display.theme.map(Theme::as_str) data-size=large.then_some("large")>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <title>{format!("{title} · {}", t!(lang, "linli"))}</title>
                <meta name="description" content=t!(lang, "about")/>
                <meta name="theme-color" content=scheme/>
                <link rel="stylesheet" href=asset("linli.css")/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                {scripts}
            </head>
            <body>
                <a class="skip" href="#main">{t!(lang, "skip")}</a>
                <header class="head"><div class="wrap">
                    <a class="mark" href="/"><Mark/>{t!(lang, "linli")}</a>
                    <div class="end">
                        <form method="post" action="/settings">
                            <input type="hidden" name="to" value=visit.uri.path_and_query().map(ToString::to_string)/>
                            <button class="btn quiet" name="size" value=if large { "normal" } else { "large" }>
                                {if large { t!(lang, "size-normal") } else { t!(lang, "size-large") }}
                            </button>
                        </form>
                        <a class="btn quiet" href=switch lang=other hreflang=other>{lang.pick("EN", "中文")}</a>
                        {end}
                    </div>
                </div></header>
                <main id="main" class="wrap"><JustDone/>{children()}</main>
                <footer class="foot"><div class="wrap inline">
                    <span>{lang.pick(app.config.district[0].clone(), app.config.district[1].clone())}</span>
                    <a href="/help">{t!(lang, "help")}</a>
                    <a href="/accessibility">{t!(lang, "accessibility")}</a>
                </div></footer>
                <nav class="doors" aria-label=t!(lang, "doors")><ul>
                    <DoorLink here=door door=Door::Home href="/" icon="house" word=t!(lang, "door-home")/>
                    <DoorLink here=door door=Door::Requests href="/requests" icon="message-square-warning" word=t!(lang, "door-requests")/>
                    <DoorLink here=door door=Door::Decisions href="/decisions" icon="vote" word=t!(lang, "door-decisions")/>
                    <DoorLink here=door door=Door::Services href="/services" icon="hand-helping" word=t!(lang, "door-services")/>
                    <DoorLink here=door door=Door::Account href="/account" icon="user-round" word=t!(lang, "door-account")/>
                </ul></nav>
            </body>
        </html>
    }
}

#[component]
fn DoorLink(here: Door, door: Door, href: &'static str, icon: &'static str, word: String) -> impl IntoView {
    view! { <li><a href=href aria-current=(here == door).then_some("page")><Icon name=icon/>{word}</a></li> }
}

#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg viewBox="0 0 32 32" fill="none" aria-hidden="true">
            <path d="M3 29V13.5L10.5 6 16 11.5V29z" fill="currentColor"></path>
            <path d="M16 11.5 21.5 6 29 13.5V29H16" stroke="currentColor" stroke-width="2.5" stroke-linejoin="round"></path>
            <path d="M7.5 29v-8.5h4.5V29z" fill="var(--card)"></path>
            <path d="M20.25 29v-8.5h4.5V29" stroke="currentColor" stroke-width="2.5"></path>
        </svg>
    }
}

/// An icon of the sprite; always beside a word, so hidden from readers.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    let href = format!("{}#{name}", (app().asset)("icons.svg"));
    view! { <svg class="icon" aria-hidden="true"><use href=href></use></svg> }
}

/// How a state looks: a word in a shape, never a colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Waits for somebody.
    Wait,
    /// Under way.
    Work,
    /// Done.
    Done,
    /// Overdue.
    Late,
    /// Neither.
    Plain,
}

/// `.state`: a word in a shape with an icon.
#[component]
pub fn State(look: Look, word: String) -> impl IntoView {
    let (class, icon) = match look {
        Look::Wait => ("state wait", "clock"),
        Look::Work => ("state work", "loader"),
        Look::Done => ("state done", "circle-check"),
        Look::Late => ("state late", "triangle-alert"),
        Look::Plain => ("state", "circle"),
    };
    view! { <span class=class><Icon name=icon/>{word}</span> }
}

/// How a note speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// For information.
    Plain,
    /// It worked.
    Good,
    /// Needs care.
    Care,
    /// Went wrong.
    Wrong,
}

/// `.note`: a sentence or two with a title. A wrong one is announced and takes the focus.
#[component]
pub fn Note(tone: Tone, title: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let (class, icon) = match tone {
        Tone::Plain => ("note", "circle-dot"),
        Tone::Good => ("note good", "circle-check"),
        Tone::Care => ("note care", "triangle-alert"),
        Tone::Wrong => ("note wrong", "circle-alert"),
    };
    let wrong = tone == Tone::Wrong;
    let role = match tone {
        Tone::Wrong => Some("alert"),
        Tone::Good => Some("status"),
        Tone::Plain | Tone::Care => None,
    };
    view! {
        <div class=class role=role tabindex=wrong.then_some("-1") autofocus=wrong>
            <Icon name=icon/><b>{title}</b>{children.map(|children| children())}
        </div>
    }
}

/// `.empty`: what this place is for and the one thing to do.
#[component]
pub fn Empty(icon: &'static str, children: Children) -> impl IntoView {
    view! { <div class="empty"><Icon name=icon/>{children()}</div> }
}

/// `.fold`: what only some need.
#[component]
pub fn Fold(icon: &'static str, title: String, #[prop(optional)] open: bool, children: Children) -> impl IntoView {
    view! {
        <details class="fold" open=open>
            <summary><Icon name=icon/>{title}<Icon name="chevron-down"/></summary>
            <div class="stack">{children()}</div>
        </details>
    }
}

/// `.field`: label above, hint beneath, mistake beside the field. The control itself is the child; it refers to
/// `{id}-hint` and `{id}-wrong` through [`described`].
#[component]
pub fn Field(
    id: &'static str,
    label: String,
    #[prop(default = None)] hint: Option<String>,
    #[prop(default = None)] wrong: Option<String>,
    #[prop(optional)] optional: bool,
    children: Children,
) -> impl IntoView {
    let lang = visit().lang();
    let class = if wrong.is_some() { "field bad" } else { "field" };
    view! {
        <div class=class>
            <label for=id>{label}{optional.then(|| view! { <span class="soft small">" "{t!(lang, "optional")}</span> })}</label>
            {children()}
            {hint.map(|hint| view! { <span class="hint" id=format!("{id}-hint")>{hint}</span> })}
            {wrong.map(|wrong| view! { <Wrong id=format!("{id}-wrong") words=wrong/> })}
        </div>
    }
}

/// The mistake beside a field.
#[component]
pub fn Wrong(id: String, words: String) -> impl IntoView {
    view! { <span class="wrong" id=id><Icon name="circle-alert"/>{words}</span> }
}

/// `aria-describedby` of a control inside a [`Field`].
#[must_use]
pub fn described(id: &str, hint: bool, wrong: bool) -> Option<String> {
    let parts: Vec<_> = [hint.then(|| format!("{id}-hint")), wrong.then(|| format!("{id}-wrong"))].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// A text line inside a [`Field`], with its label, hint and mistake. What is `asked` for may stay empty without being
/// called optional.
#[component]
pub fn TextField(
    id: &'static str,
    label: String,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(default = None)] wrong: Option<String>,
    #[prop(optional)] optional: bool,
    #[prop(optional)] asked: bool,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(default = 200)] maxlength: usize,
) -> impl IntoView {
    let described = described(id, hint.is_some(), wrong.is_some());
    let invalid = wrong.is_some().then_some("true");
    view! {
        <Field id=id label=label hint=hint wrong=wrong optional=optional>
            <input id=id name=id type=kind value=value autocomplete=autocomplete inputmode=inputmode maxlength=maxlength
                aria-describedby=described aria-invalid=invalid required=!(optional || asked)/>
        </Field>
    }
}

/// What stands inside a `<textarea>`. The renderer writes its children as they are, so what somebody typed is made
/// harmless here; the line break in front keeps one that was typed first.
#[must_use]
pub fn inside(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

/// Several lines of text inside a [`Field`].
#[component]
pub fn AreaField(
    id: &'static str,
    #[prop(default = None)] name: Option<&'static str>,
    label: String,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(default = None)] wrong: Option<String>,
    #[prop(optional)] optional: bool,
    #[prop(default = 3)] rows: u32,
    #[prop(default = domain::request::MAX_WORDS)] maxlength: usize,
) -> impl IntoView {
    let described = described(id, hint.is_some(), wrong.is_some());
    let invalid = wrong.is_some().then_some("true");
    view! {
        <Field id=id label=label hint=hint wrong=wrong optional=optional>
            <textarea id=id name=name.unwrap_or(id) rows=rows maxlength=maxlength aria-describedby=described aria-invalid=invalid required=!optional>{inside(&value)}</textarea>
        </Field>
    }
}

/// `.file`: photos to send. Its button is a label of ours, since the browser's speaks the browser's language; what the
/// browser says of the photos chosen stays beside it.
#[component]
pub fn PhotosInput(
    id: &'static str,
    #[prop(into)] described: Option<String>,
    #[prop(optional)] wrong: bool,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let invalid = wrong.then_some("true");
    view! {
        <div class="file">
            <input id=id type="file" name="photos" accept="image/jpeg,image/png,image/webp" multiple required=required aria-describedby=described aria-invalid=invalid/>
            <label class="btn second" for=id><Icon name="camera"/>{t!(visit().lang(), "photos-choose")}</label>
        </div>
    }
}

/// A card to choose by, with a word and a line beneath.
#[component]
pub fn Choice(
    name: &'static str,
    #[prop(into)] value: String,
    word: String,
    #[prop(optional, into)] small: Option<String>,
    #[prop(optional)] checked: bool,
    #[prop(default = "radio")] kind: &'static str,
) -> impl IntoView {
    view! {
        <label class="choice"><input type=kind name=name value=value checked=checked/><span>{word}</span>{small.map(|small| view! { <small>{small}</small> })}</label>
    }
}

/// The idempotency key a form carries: sent twice, it does its work once.
#[component]
pub fn Key() -> impl IntoView {
    view! { <input type="hidden" name="key" value=store::random_key()/> }
}

/// Links to the desks of the roles that the reader holds.
#[component]
pub fn Desks() -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let desk = visit.has_role(Role::Handler);
    let office = visit.has_role(Role::Supervisor);
    let codes = visit.has_role(Role::Committee) || visit.has_role(Role::Agent);
    (desk || office || codes).then(|| {
        view! {
            <ul class="list">
                {desk.then(|| view! { <RowLink href="/desk" icon="clipboard-list" word=t!(lang, "desk")/> })}
                {office.then(|| view! { <RowLink href="/office" icon="shield-check" word=t!(lang, "office")/> })}
                {office.then(|| view! { <RowLink href="/office/roles" icon="users-round" word=t!(lang, "roles")/> })}
                {codes.then(|| view! { <RowLink href="/office/recovery" icon="key-round" word=t!(lang, "give-code")/> })}
            </ul>
        }
    })
}

/// `.row.plain`: one line that leads somewhere, with an icon and perhaps a figure.
#[component]
pub fn RowLink(#[prop(into)] href: String, icon: &'static str, word: String, #[prop(optional, into)] figure: Option<String>) -> impl IntoView {
    let end = match figure {
        Some(figure) => view! { <span class="soft">{figure}</span> }.into_any(),
        None => view! { <Icon name="chevron-right"/> }.into_any(),
    };
    view! { <li><a class="row plain" href=href><Icon name=icon/><span>{word}</span>{end}</a></li> }
}
