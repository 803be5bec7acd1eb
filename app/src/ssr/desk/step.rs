//! The forms of the desk: one per change that is possible now.

use domain::event::class::{ClassCode, Visibility};
use domain::request::{Change, MAX_ANSWER, State as Standing, Visibility as Seen};
use leptos::prelude::*;
use store::request::Detail;

use crate::part::{Choice, Field, Fold, Icon, Key, PhotosInput, described};
use crate::render::{app, visit};
use crate::request::choose::{Choice as Choosing, options};
use crate::text::t;

/// Which field a mistake stands beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// The words.
    Words,
    /// The class.
    Class,
    /// The photos.
    Photos,
    /// None: the whole step.
    Step,
}

/// What was typed into a form that could not be taken.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Which form: a change's word, or `contact`.
    pub form: String,
    /// The words as typed.
    pub words: String,
    /// The class as chosen.
    pub class: String,
    /// The class chosen from the whole list.
    pub other: String,
    /// The form's key: photos that came with it wait under it.
    pub key: String,
    /// How many photos wait.
    pub photos: usize,
    /// What is wrong, and where.
    pub wrong: Option<(Beside, String)>,
}

impl Kept {
    /// What was typed into this form; nothing for another.
    fn of(&self, form: &str) -> Self {
        if self.form == form { self.clone() } else { Self::default() }
    }

    fn wrong_at(&self, beside: Beside) -> Option<String> {
        self.wrong.as_ref().filter(|(at, _)| *at == beside).map(|(_, words)| words.clone())
    }
}

/// How a step looks: its icon and the id of its words.
fn face(change: Change) -> (&'static str, &'static str) {
    match change {
        Change::Accepted => ("check", "words-accepted"),
        Change::Settled => ("circle-check", "words-settled"),
        Change::Answered => ("send", "words-answered"),
        Change::Asked => ("message-circle-question-mark", "words-asked"),
        Change::Declined => ("circle-alert", "words-declined"),
        _ => ("sliders-horizontal", "words-classified"),
    }
}

/// The changes that the desk makes, the likeliest next first.
const STEPS: [Change; 6] = [Change::Accepted, Change::Settled, Change::Answered, Change::Asked, Change::Classified, Change::Declined];

/// All forms: the next step open in a card, the others folded.
#[component]
pub fn Steps(detail: Detail, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let mut steps: Vec<_> = STEPS.into_iter().filter(|change| detail.look.possible.contains(change)).collect();
    // What has no class yet is taken on and given one in the same step.
    if detail.item.class.is_none() && matches!(detail.item.state, Standing::Reported | Standing::Reopened) {
        steps.retain(|change| *change != Change::Classified);
        steps.insert(0, Change::Accepted);
    }
    let first = steps.first().copied();
    let rest = steps.iter().skip(1).copied().collect::<Vec<_>>();
    let Some(first) = first else { return view! { <p class="card soft">{t!(lang, "case-nothing")}</p> }.into_any() };
    let now = step(&detail, first, &kept, true);
    let later = rest
        .into_iter()
        .map(|change| {
            let (icon, _) = face(change);
            let open = kept.form == change.as_str();
            let title = lang.say(&format!("step-title-{}", change.as_str()));
            let step = step(&detail, change, &kept, false);
            view! { <Fold icon=icon title=title open=open>{step}</Fold> }
        })
        .collect_view();
    view! {
        <section class="card stack" aria-labelledby="next"><h2 id="next">{lang.say(&format!("step-title-{}", first.as_str()))}</h2>{now}</section>
        <div class="stack tight">{later}</div>
    }
    .into_any()
}

/// The page's own address: a step comes back to it, and to the queue it was opened from.
fn here() -> String {
    visit().uri.path_and_query().map(ToString::to_string).unwrap_or_default()
}

fn step(detail: &Detail, change: Change, kept: &Kept, first: bool) -> impl IntoView + use<> {
    let lang = visit().lang();
    let kept = kept.of(change.as_str());
    let (icon, id) = face(change);
    let (typed, wrong) = (kept.words.clone(), kept.wrong_at(Beside::Words));
    let needs_class = change == Change::Classified || change == Change::Accepted && detail.item.class.is_none();
    let classes = needs_class.then(|| view! { <Classes detail=detail.clone() kept=kept.clone() first=first/> });
    let words = (change != Change::Classified).then(|| {
        let public = format!("step-hint-{}", change.as_str());
        // Nothing of a private case is shown in public.
        let private = (detail.visibility == Seen::Private).then(|| format!("{public}-private"));
        let hint = private.into_iter().chain([public]).find(|key| lang.has(key)).map(|key| lang.say(&key));
        let optional = !change.needs_words();
        let described = described(id, hint.is_some(), wrong.is_some());
        let invalid = wrong.is_some().then_some("true");
        let label = lang.say(&format!("step-words-{}", change.as_str()));
        view! {
            <Field id=id label=label hint=hint wrong=wrong.clone() optional=optional>
                <textarea id=id name="words" rows="3" maxlength=MAX_ANSWER aria-describedby=described aria-invalid=invalid required=!optional>{crate::part::inside(&typed)}</textarea>
            </Field>
        }
    });
    let photos = (change == Change::Settled).then(|| view! { <Evidence detail=detail.clone() kept=kept.clone()/> });
    let button = lang.say(&format!("step-send-{}", change.as_str()));
    let class = if first {
        "btn"
    } else if change == Change::Declined {
        "btn danger"
    } else {
        "btn second"
    };
    let multipart = (change == Change::Settled).then_some("multipart/form-data");
    view! {
        <form class="stack" method="post" action=here() enctype=multipart>
            <SameKey key=kept.key/>
            <input type="hidden" name="change" value=change.as_str()/>
            {classes}{words}{photos}
            <div class="inline"><button class=class><Icon name=icon/>{button}</button></div>
        </form>
    }
}

/// The key of the form that came back, so that its photos stay with it; else a new one.
#[component]
pub fn SameKey(key: String) -> impl IntoView {
    if key.is_empty() { view! { <Key/> }.into_any() } else { view! { <input type="hidden" name="key" value=key/> }.into_any() }
}

/// A class to choose: three that the words suggest, and all others.
#[component]
fn Classes(detail: Detail, kept: Kept, first: bool) -> impl IntoView {
    let lang = visit().lang();
    let district = app().store.district();
    let wrong = kept.wrong_at(Beside::Class);
    let today = app().store.clock().now().with_timezone(&app().store.settings().zone).date_naive();
    let suggested = if detail.item.class.is_none() { district.suggester.suggest(&detail.item.what, 3) } else { Vec::new() };
    let choices = suggested
        .into_iter()
        .filter_map(|found| {
            let class = district.catalogue.get(found.code).filter(|class| class.is_open(today))?;
            let like = found.like.map(|like| t!(lang, "case-like", words = like));
            let private = (class.visibility == Visibility::Private).then(|| t!(lang, "case-class-private"));
            let small = [like, private].into_iter().flatten().collect::<Vec<_>>().join(" · ");
            let checked = kept.class == class.code.as_str();
            let word = lang.pick(&class.name_zh, &class.name_en).clone();
            Some(if small.is_empty() {
                view! { <Choice name="class" value=class.code.as_str() word=word checked=checked/> }.into_any()
            } else {
                view! { <Choice name="class" value=class.code.as_str() word=word small=small checked=checked/> }.into_any()
            })
        })
        .collect::<Vec<_>>();
    let some = !choices.is_empty();
    let suggestions = some.then(|| {
        view! { <fieldset class="field"><legend>{t!(lang, "case-class-suggested")}</legend><div class="stack tight">{choices}</div></fieldset> }
    });
    let id = if first { "other-accepted" } else { "other-classified" };
    let chosen = kept.other.parse().ok().or(detail.item.class);
    let label = if some { t!(lang, "case-class-other") } else { t!(lang, "case-class") };
    let none = if some { t!(lang, "case-class-as-above") } else { t!(lang, "case-class-choose") };
    let described = described(id, false, wrong.is_some());
    let invalid = wrong.is_some().then_some("true");
    view! {
        {suggestions}
        <Field id=id label=label wrong=wrong>
            <select id=id name="other" aria-describedby=described aria-invalid=invalid inner_html=options(Choosing::OpenClasses, chosen.as_ref().map(ClassCode::as_str), none)></select>
        </Field>
    }
}

/// Photos of what was done.
#[component]
fn Evidence(detail: Detail, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let needed = app().store.needs_evidence(detail.item.class);
    let wrong = kept.wrong_at(Beside::Photos);
    let hint = if needed { t!(lang, "case-evidence-needed") } else { t!(lang, "case-evidence-hint") };
    let waiting = (kept.photos > 0).then(|| view! { <span class="hint">{t!(lang, "case-evidence-kept", count = kept.photos as i64)}</span> });
    let required = needed && kept.photos == 0;
    let described = described("photos", true, wrong.is_some());
    let invalid = wrong.is_some();
    view! {
        <Field id="photos" label=t!(lang, "case-evidence") hint=Some(hint) wrong=wrong optional=!needed>
            <PhotosInput id="photos" described=described wrong=invalid required=required/>
            {waiting}
        </Field>
    }
}

/// The resident's phone: its end, and the whole of it for a stated reason.
#[component]
pub fn Phone(contact: store::request::Contact, kept: Kept) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let store = &app().store;
    let (now, zone) = (store.clock().now(), store.settings().zone);
    let kept = kept.of("contact");
    let wrong = kept.wrong_at(Beside::Words);
    let Some(tail) = contact.tail else {
        return view! { <section class="card" id="contact"><p class="soft">{t!(lang, "case-no-phone")}</p></section> }.into_any();
    };
    let looks = contact
        .looks
        .iter()
        .map(|look| view! { <li class="small"><span class="soft">{crate::request::words::when(lang, look.at, now, zone)}</span>" "{look.reason.clone()}</li> })
        .collect::<Vec<_>>();
    let looked = (!looks.is_empty())
        .then(|| view! { <div class="stack tight"><b class="small">{t!(lang, "case-looks")}</b><ul class="stack tight">{looks}</ul></div> });
    let body = match contact.phone {
        Some(phone) => view! {
            <p class="number"><a href=format!("tel:{phone}")>{phone.clone()}</a></p>
            <p class="small soft">{t!(lang, "case-phone-shown", minutes = domain::request::LOOK_MINUTES)}</p>
        }
        .into_any(),
        None => {
            let described = described("words-contact", true, wrong.is_some());
            let invalid = wrong.is_some().then_some("true");
            view! {
                <p>{t!(lang, "case-phone-tail", tail = tail)}</p>
                <form class="stack" method="post" action=format!("{}#contact", here())>
                    <SameKey key=kept.key/>
                    <input type="hidden" name="change" value="contact"/>
                    <Field id="words-contact" label=t!(lang, "case-phone-why") hint=Some(t!(lang, "case-phone-told")) wrong=wrong.clone()>
                        <input id="words-contact" name="words" value=kept.words autocomplete="off" maxlength="200" required aria-describedby=described aria-invalid=invalid/>
                    </Field>
                    <button class="btn second"><Icon name="eye"/>{t!(lang, "case-phone-look")}</button>
                </form>
            }
            .into_any()
        }
    };
    view! { <section class="card stack" id="contact" aria-labelledby="phone"><h2 id="phone">{t!(lang, "case-phone")}</h2>{body}{looked}</section> }
        .into_any()
}
