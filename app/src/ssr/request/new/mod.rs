//! `/requests/new`: from a resident's words to a registered request. One plain form; islands make it quicker.

mod class;
mod photo;
mod place;
mod same;
mod whom;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::event::class::{ClassCode, Visibility as ClassVisibility};
use domain::photo::Hint;
use domain::request::{Draft, Field as DraftField, MAX_WORDS, Rules, Wrong};
use domain::role::Role;
use leptos::prelude::*;
use store::StoreError;
use store::photo::Photo;
use store::request::{FileBy, Item};

use self::class::{Class, Notes, offer};
use self::photo::{Photos, sent_hint, use_hint};
use self::place::{Place, Where};
use self::same::{Same, look_around};
use self::whom::{AtTheDoor, Contact};
use super::ask::When;
use super::photo::{Taken, take};
use super::track::remember;
use crate::App;
use crate::failure::{Failure, with_retry_after};
use crate::form::{Fields, WithPhotos};
use crate::island::{Keep, Offered};
use crate::part::{AreaField, Icon, Note, Tone};
use crate::render::{Door, Page, app, see_other, visit, with_cookie};
use crate::text::{Lang, t};
use crate::visit::Visit;

pub(super) use self::class::{Calls, notes, offers};
pub(super) use self::place::{sketch, spots};

/// Everything the form shows: what was typed, what is wrong, what the portal proposes.
#[derive(Clone, Debug, Default)]
struct Form {
    draft: Draft,
    key: String,
    behalf: bool,
    photos: Vec<Photo>,
    hint: Option<Hint>,
    wrong: Vec<(DraftField, Wrong)>,
    photo_wrong: Vec<String>,
    /// Too much was sent: in how many seconds it can be sent again.
    wait: Option<i64>,
    offers: Vec<Offered>,
    place: Where,
    near: Vec<Item>,
    looked: bool,
    notices: Vec<[String; 2]>,
}

fn draft(fields: &Fields) -> Draft {
    let text = |name: &str| fields.get(name).to_owned();
    let class = match fields.get("class") {
        "other" => text("class_other"),
        class => class.to_owned(),
    };
    Draft {
        what: text("what"),
        class,
        place: text("place"),
        area: text("area"),
        lat: text("lat"),
        lon: text("lon"),
        accuracy: text("accuracy"),
        phone: text("phone"),
        happened: text("happened"),
        since: text("since"),
        danger: match fields.get("danger") {
            // The buttons of the question; without them, what was answered before.
            "yes" => true,
            "no" => false,
            _ => fields.has("in_danger"),
        },
    }
}

pub async fn show(State(app): State<App>, visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    begin(&app, &visit, &Fields::parse(query.unwrap_or_default().as_bytes())).await
}

/// A form that nobody has filled in yet, except for what the address or the home page brought.
async fn begin(app: &App, visit: &Visit, fields: &Fields) -> Result<Response, Failure> {
    let mut form = Form { draft: draft(fields), key: store::random_key(), ..Form::default() };
    form.behalf = visit.has_role(Role::Agent) && fields.get("behalf") == "1";
    if let (true, Some(here)) = (form.draft.area.is_empty(), whom::here(visit, form.behalf)) {
        here.as_str().clone_into(&mut form.draft.area);
    }
    propose(app, visit, &mut form).await?;
    // The likeliest class is chosen from the start: one tap less, and another is one tap away.
    if let (true, Some(first)) = (form.draft.class.is_empty() && !fields.has("class"), form.offers.first()) {
        form.draft.class.clone_from(&first.code);
        look_around(app, &mut form).await?;
    }
    Ok(page(app, visit, StatusCode::OK, form))
}

/// Suggests classes, finds what is known and what is near.
async fn propose(app: &App, visit: &Visit, form: &mut Form) -> Result<(), Failure> {
    let district = app.store.district();
    let lang = visit.lang();
    form.offers = offers(&district, lang, &form.draft.what);
    let chosen: Option<ClassCode> = form.draft.class.parse().ok();
    if let Some(class) =
        chosen.filter(|code| form.offers.iter().all(|offer| offer.code != code.as_str())).and_then(|code| district.catalogue.get(code))
    {
        form.offers.insert(0, offer(lang, class, None));
    }
    form.place.around = place::around(app, &form.draft).await?;
    look_around(app, form).await
}

pub async fn file(State(app): State<App>, visit: Visit, WithPhotos(mut fields): WithPhotos) -> Result<Response, Failure> {
    // Words from the home page come by post: in an address they would stand in histories and logs.
    if fields.has("begin") {
        return begin(&app, &visit, &fields).await;
    }
    let mut form = Form { draft: draft(&fields), key: fields.key(), ..Form::default() };
    form.behalf = whom::change(&visit, &fields, &mut form.draft);
    if fields.has("join") {
        return join(&app, &visit, fields.get("join")).await;
    }
    if let Some(photo) = Some(fields.get("drop")).filter(|photo| !photo.is_empty()) {
        app.store.drop_draft_photo(&form.key, photo).await?;
    }
    let Taken { wrong, hint } = take(&app, &visit, &mut fields, &form.key).await?;
    form.photo_wrong = wrong;
    form.hint = hint.or_else(|| sent_hint(&fields));
    if fields.has("use_hint") {
        use_hint(&mut form);
    }
    let place_only = place::change(&app.store.district(), &fields, &mut form);
    let only_look = place_only || fields.has("whom") || fields.has("look") || fields.has("danger") || !fields.get("drop").is_empty();
    if !only_look && form.photo_wrong.is_empty() {
        match register(&app, &visit, &form).await {
            Ok(Ok(filed)) => return Ok(filed),
            Ok(Err(wrong)) => form.wrong = wrong,
            // The form comes back with every word, to be sent again later.
            Err(Failure::TooMany(seconds)) => form.wait = Some(seconds),
            Err(failure) => return Err(failure),
        }
    }
    form.looked = fields.has("look");
    form.photos = app.store.draft_photos(&form.key).await?;
    propose(&app, &visit, &mut form).await?;
    if let Some(seconds) = form.wait {
        return Ok(with_retry_after(page(&app, &visit, StatusCode::TOO_MANY_REQUESTS, form), seconds));
    }
    let status = if form.wrong.is_empty() && form.photo_wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page(&app, &visit, status, form))
}

/// Registers what the form says, or tells what is wrong with it.
async fn register(app: &App, visit: &Visit, form: &Form) -> Result<Result<Response, Vec<(DraftField, Wrong)>>, Failure> {
    let store = &app.store;
    let district = store.district();
    let now = store.clock().now().with_timezone(&store.settings().zone).naive_local();
    let needs_phone = visit.person.is_none() || form.behalf;
    let rules = Rules { areas: &district.areas, catalogue: &district.catalogue, now, needs_phone };
    let filing = match form.draft.check(&rules) {
        Ok(filing) => filing,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let (limit, who) = match &visit.person {
        Some(person) => (domain::limit::FILE_ACCOUNT, person.id.clone()),
        None => (domain::limit::FILE_ADDRESS, visit.address.to_string()),
    };
    let by = FileBy { viewer: &visit.viewer, behalf: form.behalf };
    let filed = match store.file_within(by, filing, &form.key, Some((limit, &who))).await {
        Ok(filed) => filed,
        Err(StoreError::Refused(_)) if visit.has_role(Role::Agent) => return Ok(Err(vec![(DraftField::Area, Wrong::NotServed)])),
        Err(StoreError::Refused(_)) => return Err(Failure::Forbidden),
        Err(error) => return Err(error.into()),
    };
    let answer = see_other(&format!("/requests/{}/filed", filed.number));
    Ok(Ok(match filed.track_code.zip(filed.proof) {
        // Shown on the next page; gone from the device after ten minutes. The proof stays, but not with an agent.
        Some((code, proof)) => {
            let code = format!("{}.{code}", filed.number.compact());
            let answer = with_cookie(answer, &crate::cookie::set(&app.config, "code", &code, "/requests", 600));
            if form.behalf { answer } else { with_cookie(answer, &remember(app, visit, &proof)) }
        }
        None => answer,
    }))
}

async fn join(app: &App, visit: &Visit, text: &str) -> Result<Response, Failure> {
    super::detail::join(app, visit, super::detail::number(text)?).await
}

fn page(app: &App, visit: &Visit, status: StatusCode, form: Form) -> Response {
    let title = title(visit.lang(), &form);
    Page::new(app, visit, Door::Requests, title).with_islands().status(status).show(move || view! { <New form=form/> })
}

fn title(lang: Lang, form: &Form) -> String {
    if form.behalf { t!(lang, "whom-other") } else { t!(lang, "new-title") }
}

/// What is wrong with a field, as a sentence.
pub(super) fn wrong_word(lang: Lang, catalogue: &domain::event::class::Catalogue, field: DraftField, wrong: &Wrong) -> String {
    match wrong {
        Wrong::Empty if field == DraftField::Phone => t!(lang, "wrong-phone-empty"),
        Wrong::Empty => t!(lang, "wrong-what-empty"),
        Wrong::TooLong { max, got } => t!(lang, "wrong-too-long", max = *max as i64, over = (got - max) as i64),
        Wrong::NoSuchClass => t!(lang, "wrong-class"),
        Wrong::ClassClosed(successor) => {
            let name = successor.and_then(|code| catalogue.get(code)).map(|class| lang.pick(&class.name_zh, &class.name_en).clone());
            name.map_or_else(|| t!(lang, "wrong-class"), |name| t!(lang, "wrong-class-closed", name = name))
        }
        Wrong::NoSuchArea => t!(lang, "wrong-area"),
        Wrong::OtherDistrict => t!(lang, "wrong-district"),
        Wrong::NotServed => t!(lang, "wrong-not-served"),
        Wrong::Position => t!(lang, "wrong-position"),
        Wrong::Phone => t!(lang, "wrong-phone"),
        Wrong::Time => t!(lang, "wrong-time"),
    }
}

#[component]
fn New(form: Form) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let store = &app().store;
    let district = store.district();
    let words: Vec<_> = form.wrong.iter().map(|(field, wrong)| (*field, wrong_word(lang, &district.catalogue, *field, wrong))).collect();
    let lines = words.clone();
    let wrong = move |field: DraftField| lines.iter().find(|(of, _)| *of == field).map(|(_, words)| words.clone());
    let mistakes = words.len() + form.photo_wrong.len();
    let summary = (mistakes > 0).then(|| {
        let lines: Vec<_> = words.iter().map(|(_, words)| words.clone()).chain(form.photo_wrong.iter().cloned()).collect();
        view! { <Note tone=Tone::Wrong title=t!(lang, "form-wrong", count = mistakes as i64)><span>{lines.join(" ")}</span></Note> }
    });
    let wait = form.wait.map(|_| view! { <Note tone=Tone::Wrong title=t!(lang, "problem-too-many")><span>{t!(lang, "form-wait")}</span></Note> });
    let phone_wrong = wrong(DraftField::Phone);
    let chosen: Option<ClassCode> = form.draft.class.parse().ok();
    let private = chosen.and_then(|code| district.catalogue.get(code)).is_some_and(|class| class.visibility == ClassVisibility::Private);
    let draft = form.draft.clone();
    // Not the account's own id: what stands on the device tells nobody who it was.
    let whose = visit.viewer.account.as_ref().map_or_else(String::new, |id| store::hash(&format!("draft {}", id.as_str())));
    let likeliest = chosen.or_else(|| form.offers.first().and_then(|offer| offer.code.parse().ok()));
    view! {
        <form class="narrow stack loose" method="post" enctype="multipart/form-data" action="/requests/new" id="filing">
            <h1>{title(lang, &form)}</h1>
            {summary}{wait}
            <input type="hidden" name="key" value=form.key.clone()/>
            {form.behalf.then(|| view! { <AtTheDoor phone=draft.phone.clone() wrong=phone_wrong.clone()/> })}
            <AreaField id="what" label=t!(lang, "what") value=draft.what.clone() wrong=wrong(DraftField::What) rows=3 maxlength=MAX_WORDS hint=t!(lang, "what-hint")/>
            <div class="stack" id="notes" aria-live="polite"><Notes class=likeliest danger=draft.danger/></div>
            <Class form=form.clone() wrong=wrong(DraftField::Class)/>
            <Photos form=form.clone()/>
            <Place form=form.clone() place_wrong=wrong(DraftField::Place) area_wrong=wrong(DraftField::Area) position_wrong=wrong(DraftField::Position)/>
            <Same items=form.near.clone() notices=form.notices.clone() looked=form.looked/>
            {(!private && !form.looked && form.near.is_empty()).then(|| view! { <button class="btn second" name="look" value="1" formnovalidate formaction="/requests/new#found">{t!(lang, "look-first")}</button> })}
            <Contact form=form.clone() wrong=phone_wrong/>
            <When draft=form.draft.clone() happened_wrong=wrong(DraftField::Happened) since_wrong=wrong(DraftField::Since)/>
            <div class="bottom"><button class="btn big wide"><Icon name="send"/>{t!(lang, "submit")}</button></div>
            <div class="stack tight">
                <Keep form="filing".to_owned() whose=whose clear=t!(lang, "keep-clear") stored=[t!(lang, "keep-stored"), t!(lang, "keep-stored-private")] failed=[t!(lang, "keep-failed"), t!(lang, "keep-failed-private")]
                    sending=t!(lang, "keep-sending")/>
            </div>
        </form>
    }
}
