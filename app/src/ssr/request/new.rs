//! `/requests/new`: from a resident's words to a registered request. One plain form; islands make it quicker.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::area::Position;
use domain::event::class::{Class, ClassCode, Phone, Visibility as ClassVisibility};
use domain::photo::Hint;
use domain::request::{Draft, Field as DraftField, MAX_WORDS, Rules, Wrong};
use domain::role::Role;
use leptos::prelude::*;
use store::StoreError;
use store::photo::Photo;
use store::request::{FileBy, Item, Near};

use super::choose::{area_options, class_options};
use super::photo::{Taken, take};
use super::row::Requests;
use super::words::area_word;
use crate::App;
use crate::failure::Failure;
use crate::form::Fields;
use crate::island::{Classes, Keep, Locate, Offered, Pick};
use crate::part::{AreaField, Field, Fold, Icon, Note, TextField, Tone, Wrong as WrongLine};
use crate::render::{Door, Page, app, see_other, visit, with_cookie};
use crate::text::Lang;
use crate::text::t;
use crate::visit::Visit;

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
    offers: Vec<Offered>,
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
        danger: match fields.get("danger") {
            // The buttons of the question; without them, what was answered before.
            "yes" => true,
            "no" => false,
            _ => fields.has("in_danger"),
        },
    }
}

pub async fn show(State(app): State<App>, visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let mut form = Form { draft: draft(&fields), key: store::random_key(), ..Form::default() };
    if let (true, Some(home)) = (form.draft.area.is_empty(), visit.person.as_ref().and_then(|person| person.home)) {
        home.as_str().clone_into(&mut form.draft.area);
    }
    if visit.has_role(Role::Agent) && fields.get("behalf") == "1" {
        form.behalf = true;
    }
    propose(&app, &visit, &mut form).await?;
    // The likeliest class is chosen from the start: one tap less, and another is one tap away.
    if let (true, Some(first)) = (form.draft.class.is_empty() && !fields.has("class"), form.offers.first()) {
        form.draft.class.clone_from(&first.code);
        look_around(&app, &mut form).await?;
    }
    Ok(page(&app, &visit, StatusCode::OK, form))
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
    look_around(app, form).await
}

/// What is open nearby of the same class, and what is known about it.
async fn look_around(app: &App, form: &mut Form) -> Result<(), Failure> {
    let Ok(class) = form.draft.class.parse::<ClassCode>() else { return Ok(()) };
    let private = app.store.district().catalogue.get(class).is_none_or(|class| class.visibility == ClassVisibility::Private);
    if private {
        return Ok(());
    }
    let position = form.draft.lat.parse().ok().zip(form.draft.lon.parse().ok()).and_then(|(lat, lon)| Position::new(lat, lon, None).ok());
    let area = form.draft.area.parse().ok();
    form.near = match (&position, &area) {
        (Some(position), _) => app.store.near(Some(class), Near::Position(position), Some(3)).await?,
        (None, Some(area)) => app.store.near(Some(class), Near::Area(area), Some(3)).await?,
        (None, None) => Vec::new(),
    };
    let district = app.store.district();
    let today = app.store.clock().now().with_timezone(&app.store.settings().zone).date_naive();
    form.notices = area
        .map(|area| district.known.of(class, &area, today).map(|known| [known.words_zh.clone(), known.words_en.clone()]).collect())
        .unwrap_or_default();
    Ok(())
}

/// The likeliest classes for a text, each with its reason.
pub fn offers(district: &store::District, lang: Lang, text: &str) -> Vec<Offered> {
    let found = district.suggester.suggest(text, 3);
    found.into_iter().filter_map(|one| Some(offer(lang, district.catalogue.get(one.code)?, one.like.as_deref()))).collect()
}

fn offer(lang: Lang, class: &Class, like: Option<&str>) -> Offered {
    // An example beside a private class can hurt whoever needs it.
    let like = like.filter(|_| class.visibility != ClassVisibility::Private).map(|like| t!(lang, "class-like", words = like.to_owned()));
    let private = (class.visibility == ClassVisibility::Private).then(|| t!(lang, "class-private-short"));
    Offered {
        code: class.code.as_str().to_owned(),
        name: lang.pick(&class.name_zh, &class.name_en).clone(),
        small: [like, private].into_iter().flatten().collect::<Vec<_>>().join(" · "),
    }
}

pub async fn file(State(app): State<App>, visit: Visit, mut fields: Fields) -> Result<Response, Failure> {
    let mut form = Form { draft: draft(&fields), key: fields.key(), behalf: fields.has("behalf"), ..Form::default() };
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
    let only_look = fields.has("look") || fields.has("danger") || !fields.get("drop").is_empty();
    if !only_look && form.photo_wrong.is_empty() {
        let store = &app.store;
        let district = store.district();
        let now = store.clock().now().with_timezone(&store.settings().zone).naive_local();
        let needs_phone = visit.person.is_none() || form.behalf;
        let rules = Rules { areas: &district.areas, catalogue: &district.catalogue, now, needs_phone };
        match form.draft.check(&rules) {
            Err(wrong) => form.wrong = wrong,
            Ok(filing) => {
                let (limit, who) = match &visit.person {
                    Some(person) => (domain::limit::FILE_ACCOUNT, person.id.clone()),
                    None => (domain::limit::FILE_ADDRESS, visit.address.to_string()),
                };
                let by = FileBy { viewer: &visit.viewer, behalf: form.behalf };
                let filed = match store.file_within(by, filing, &form.key, Some((limit, &who))).await {
                    Ok(filed) => filed,
                    Err(StoreError::Refused(_)) => return Err(Failure::Forbidden),
                    Err(error) => return Err(error.into()),
                };
                let answer = see_other(&format!("/requests/{}/filed", filed.number));
                return Ok(match filed.track_code {
                    // Shown once on the next page; gone from the device after ten minutes.
                    Some(code) => {
                        let secure = if app.config.origin.starts_with("https://") { "; Secure" } else { "" };
                        with_cookie(
                            answer,
                            &format!("code={}.{code}; Path=/requests; Max-Age=600; HttpOnly; SameSite=Lax{secure}", filed.number.compact()),
                        )
                    }
                    None => answer,
                });
            }
        }
    }
    form.looked = fields.has("look");
    form.photos = app.store.draft_photos(&form.key).await?;
    propose(&app, &visit, &mut form).await?;
    let status = if form.wrong.is_empty() && form.photo_wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page(&app, &visit, status, form))
}

async fn join(app: &App, visit: &Visit, text: &str) -> Result<Response, Failure> {
    super::detail::join(app, visit, super::detail::number(text)?).await
}

fn sent_hint(fields: &Fields) -> Option<Hint> {
    let taken_at = fields.get("hint_time").parse().ok();
    let place = fields.get("hint_lat").parse().ok().zip(fields.get("hint_lon").parse().ok()).and_then(|(lat, lon)| domain::photo::place(lat, lon));
    (taken_at.is_some() || place.is_some()).then(|| Hint { lat: place.map(|place| place.0), lon: place.map(|place| place.1), taken_at })
}

fn use_hint(form: &mut Form) {
    let Some(hint) = form.hint.take() else { return };
    if let (Some(lat), Some(lon)) = (hint.lat, hint.lon) {
        (form.draft.lat, form.draft.lon) = (lat.to_string(), lon.to_string());
    }
    if let Some(at) = hint.taken_at {
        form.draft.happened = at.format("%Y-%m-%dT%H:%M").to_string();
    }
}

fn page(app: &App, visit: &Visit, status: StatusCode, form: Form) -> Response {
    let title = t!(visit.lang(), "new-title");
    Page::new(app, visit, Door::Requests, title).with_islands().status(status).show(move || view! { <New form=form/> })
}

/// What is wrong with a field, as a sentence.
fn wrong_word(lang: Lang, catalogue: &domain::event::class::Catalogue, field: DraftField, wrong: &Wrong) -> String {
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
        Wrong::Position => t!(lang, "wrong-position"),
        Wrong::Phone => t!(lang, "wrong-phone"),
        Wrong::Time => t!(lang, "wrong-time"),
    }
}

#[component]
fn New(form: Form) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let store = app().store;
    let district = store.district();
    let words: Vec<_> = form.wrong.iter().map(|(field, wrong)| (*field, wrong_word(lang, &district.catalogue, *field, wrong))).collect();
    let lines = words.clone();
    let wrong = move |field: DraftField| lines.iter().find(|(of, _)| *of == field).map(|(_, words)| words.clone());
    let mistakes = words.len() + form.photo_wrong.len();
    let summary = (mistakes > 0).then(|| {
        let lines: Vec<_> = words.iter().map(|(_, words)| words.clone()).chain(form.photo_wrong.iter().cloned()).collect();
        view! { <Note tone=Tone::Wrong title=t!(lang, "form-wrong", count = mistakes as i64)><span>{lines.join(" ")}</span></Note> }
    });
    let (phone_wrong, happened_wrong) = (wrong(DraftField::Phone), wrong(DraftField::Happened));
    let agent = visit.has_role(Role::Agent);
    let chosen: Option<ClassCode> = form.draft.class.parse().ok();
    let private = chosen.and_then(|code| district.catalogue.get(code)).is_some_and(|class| class.visibility == ClassVisibility::Private);
    let draft = form.draft.clone();
    view! {
        <form class="narrow stack loose" method="post" enctype="multipart/form-data" action="/requests/new" id="filing">
            <h1>{t!(lang, "new-title")}</h1>
            {summary}
            <Danger form=form.clone()/>
            {private.then(|| view! { <Note tone=Tone::Plain title=t!(lang, "class-private")><span>{t!(lang, "class-private-about")}</span></Note> })}
            <input type="hidden" name="key" value=form.key.clone()/>
            <AreaField id="what" label=t!(lang, "what") value=draft.what.clone() wrong=wrong(DraftField::What) rows=3 maxlength=MAX_WORDS hint=t!(lang, "what-hint")/>
            <Class form=form.clone() wrong=wrong(DraftField::Class)/>
            <Photos form=form.clone()/>
            <Place form=form.clone() place_wrong=wrong(DraftField::Place) area_wrong=wrong(DraftField::Area) position_wrong=wrong(DraftField::Position)/>
            <Same items=form.near.clone() notices=form.notices.clone() looked=form.looked/>
            {(!private && !form.looked && form.near.is_empty()).then(|| view! { <button class="btn second" name="look" value="1" formnovalidate>{t!(lang, "look-first")}</button> })}
            {visit.person.is_none().then(|| view! {
                <TextField id="phone" label=t!(lang, "phone") value=draft.phone.clone() hint=t!(lang, "phone-hint-guest") wrong=phone_wrong.clone() kind="tel" autocomplete="tel" inputmode="tel" maxlength=24/>
            })}
            {visit.person.is_some().then(|| view! {
                <Fold icon="user-round" title=if agent { t!(lang, "contact-and-behalf") } else { t!(lang, "contact") } open={form.behalf || phone_wrong.is_some() || !draft.phone.is_empty()}>
                    <p class="small soft">{t!(lang, "phone-looked-at")}</p>
                    {agent.then(|| view! { <label class="check"><input type="checkbox" name="behalf" value="1" checked=form.behalf/>{t!(lang, "behalf")}</label> })}
                    <TextField id="phone" label=t!(lang, "phone") value=draft.phone.clone() hint=if agent { t!(lang, "phone-hint-agent") } else { t!(lang, "phone-hint") } wrong=phone_wrong.clone() kind="tel" autocomplete="tel" inputmode="tel" maxlength=24 optional=true/>
                </Fold>
            })}
            <Fold icon="clock" title=t!(lang, "when-fold") open={!draft.happened.is_empty() || happened_wrong.is_some()}>
                <TextField id="happened" label=t!(lang, "happened-at") value=draft.happened.clone() hint=t!(lang, "happened-hint") wrong=happened_wrong.clone() kind="datetime-local" optional=true/>
            </Fold>
            <div class="bottom stack tight">
                <button class="btn big wide"><Icon name="send"/>{t!(lang, "submit")}</button>
                <Keep form="filing".to_owned() stored=t!(lang, "keep-stored") failed=t!(lang, "keep-failed") sending=t!(lang, "keep-sending")/>
            </div>
        </form>
    }
}

/// Danger first: large buttons to the right number, and the form waits beneath with nothing lost.
#[component]
fn Danger(form: Form) -> impl IntoView {
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
fn Class(form: Form, wrong: Option<String>) -> impl IntoView {
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

#[component]
fn Photos(form: Form) -> impl IntoView {
    let lang = visit().lang();
    let key = form.key.clone();
    let kept = form
        .photos
        .iter()
        .enumerate()
        .map(|(index, photo)| {
            let word = t!(lang, "photo-of", index = index as i64 + 1, all = form.photos.len() as i64);
            view! {
                <figure><img src=format!("/photos/{}/thumb?key={key}", photo.id) alt=word width="160" height="160"/>
                    <button class="btn quiet small" name="drop" value=photo.id.clone() formnovalidate>{t!(lang, "photo-drop")}</button></figure>
            }
        })
        .collect_view();
    let hint = form.hint.map(|hint| {
        let areas = app().store.district().areas;
        let near = hint.lat.zip(hint.lon).and_then(|(lat, lon)| Position::new(lat, lon, None).ok()).and_then(|position| areas.nearest(&position).map(|(area, _)| area_word(&areas, &area.code)));
        let time = hint.taken_at.map(|at| at.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
        view! {
            <div class="note"><Icon name="camera"/><b>{t!(lang, "photo-says")}</b><span>{[near.unwrap_or_default(), time].join(" ")}</span>
                <input type="hidden" name="hint_lat" value=hint.lat.map(|lat| lat.to_string())/><input type="hidden" name="hint_lon" value=hint.lon.map(|lon| lon.to_string())/>
                <input type="hidden" name="hint_time" value=hint.taken_at.map(|at| at.format("%Y-%m-%dT%H:%M:%S").to_string())/>
                <label class="check"><input type="checkbox" name="use_hint" value="1"/>{t!(lang, "photo-use-hint")}</label></div>
        }
    });
    let wrong = form.photo_wrong.first().cloned();
    let class = if wrong.is_some() { "field bad" } else { "field" };
    view! {
        <fieldset class=class id="photo-field"><legend>{t!(lang, "photos")}" "<span class="soft small">{t!(lang, "photos-most")}</span></legend>
            {(!form.photos.is_empty()).then(|| view! { <div class="photos">{kept}</div> })}
            <input id="photos" type="file" name="photos" aria-label=t!(lang, "photos-choose") aria-describedby="photos-hint" accept="image/jpeg,image/png,image/webp" multiple/>
            <Pick input="photos".to_owned() says=t!(lang, "photo-says") yes=t!(lang, "photo-use-hint") alt=t!(lang, "photo-chosen")/>
            <p class="hint" id="photos-hint">{t!(lang, "photos-hint")}</p>
            {form.photo_wrong.into_iter().map(|words| view! { <WrongLine id="photos-wrong".to_owned() words=words/> }).collect_view()}
            {hint}
        </fieldset>
    }
}

#[component]
fn Place(form: Form, place_wrong: Option<String>, area_wrong: Option<String>, position_wrong: Option<String>) -> impl IntoView {
    let lang = visit().lang();
    let draft = form.draft;
    let area = draft.area.parse().ok();
    view! {
        <fieldset class="field"><legend>{t!(lang, "where")}</legend>
            <div class="stack">
                <Field id="area" label=t!(lang, "area") wrong=area_wrong>
                    <select id="area" name="area"><option value="">{t!(lang, "area-unsure")}</option>{area_options(area, false)}</select>
                </Field>
                <TextField id="place" label=t!(lang, "place") value=draft.place.clone() hint=t!(lang, "place-hint") wrong=place_wrong maxlength=domain::request::MAX_PLACE optional=true/>
                <input type="hidden" name="lat" id="lat" value=draft.lat.clone()/>
                <input type="hidden" name="lon" id="lon" value=draft.lon.clone()/>
                <input type="hidden" name="accuracy" id="accuracy" value=draft.accuracy.clone()/>
                <Locate word=t!(lang, "locate") found=t!(lang, "located") failed=t!(lang, "locate-failed") known={!draft.lat.is_empty()}/>
                {position_wrong.map(|words| view! { <WrongLine id="position-wrong".to_owned() words=words/> })}
            </div>
        </fieldset>
    }
}

/// "Is it one of these?", and what is known already.
#[component]
fn Same(items: Vec<Item>, notices: Vec<[String; 2]>, looked: bool) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let known = notices
        .into_iter()
        .map(|[zh, en]| view! { <Note tone=Tone::Plain title=t!(lang, "known")><span>{lang.pick(zh, en)}</span></Note> })
        .collect_view();
    let same = (!items.is_empty()).then(|| {
        let signed_in = visit.person.is_some();
        let joins = items
            .iter()
            .map(|item| {
                let word = if items.len() == 1 { t!(lang, "same-join") } else { t!(lang, "same-join-one", what = super::row::head(&item.what)) };
                view! { <button class="btn second" name="join" value=item.number.compact() formnovalidate><Icon name="users-round"/>{word}</button> }
            })
            .collect_view();
        view! {
            <section class="card stack" aria-labelledby="same"><h2 id="same">{t!(lang, "same-question")}</h2>
                <Requests items=items/>
                <div class="inline">{joins}<span class="soft small">{if signed_in { t!(lang, "same-about") } else { t!(lang, "join-why") }}</span></div>
            </section>
        }
    });
    let none = (looked && same.is_none()).then(|| view! { <Note tone=Tone::Good title=t!(lang, "same-none")/> });
    view! { {known}{same}{none} }
}
