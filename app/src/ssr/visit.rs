//! Who is here, and how they like to read.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::middleware::Next;
use axum::response::Response;
use domain::account::AccountId;
use domain::area::AreaCode;
use domain::role::{Role, Viewer};

use super::App;
use super::done::Done;
use super::failure::Failure;
use super::text::Lang;

/// How a reader likes the pages; kept in a cookie of the device, so that it works without an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Display {
    /// The language.
    pub lang: Lang,
    /// Large text.
    pub large: bool,
    /// The colour scheme, if not the device's own.
    pub theme: Option<Theme>,
}

/// A colour scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The word in the cookie and in `data-theme`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

const DISPLAY: &str = "show";
/// The session cookie's name.
pub const SESSION: &str = "linli";

impl Display {
    fn read(text: &str) -> Self {
        let mut display = Self::default();
        for word in text.split('.') {
            match word {
                "en" => display.lang = Lang::En,
                "large" => display.large = true,
                "light" => display.theme = Some(Theme::Light),
                "dark" => display.theme = Some(Theme::Dark),
                _ => {}
            }
        }
        display
    }

    /// The `Set-Cookie` that keeps it for a year.
    #[must_use]
    pub fn cookie(self) -> String {
        let mut words = vec![self.lang.as_str()];
        words.extend(self.large.then_some("large"));
        words.extend(self.theme.map(Theme::as_str));
        format!("{DISPLAY}={}; Path=/; Max-Age=31536000; SameSite=Lax", words.join("."))
    }
}

/// The person who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub id: String,
    /// This session's id, to mark it in the list of devices.
    pub session: String,
    /// The home community, once set.
    pub home: Option<AreaCode>,
    /// Notices not read yet.
    pub unread: i64,
}

/// One visit: extracted once per page, shared with every part through the Leptos context.
#[derive(Clone, Debug)]
pub struct Visit(Arc<Inner>);

/// What a visit knows.
#[derive(Debug)]
pub struct Inner {
    /// How the reader likes the pages.
    pub display: Display,
    /// Who is signed in.
    pub person: Option<Person>,
    /// The same person as the domain sees it: account and roles.
    pub viewer: Viewer,
    /// Where from, for rate limits; never stored.
    pub address: IpAddr,
    /// The page's own address.
    pub uri: Uri,
    /// What the person has just done, for the page to say.
    pub done: Option<Done>,
    /// The proofs of tracked requests that this device holds (`number.proof`).
    pub tracked: Vec<String>,
}

impl std::ops::Deref for Visit {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Inner {
    /// The reader's language.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.display.lang
    }

    /// Whether the person is on any staff.
    #[must_use]
    pub fn has_role(&self, role: Role) -> bool {
        self.viewer.grants.iter().any(|grant| grant.role == role)
    }

    /// The signed-in person, or the way to the sign-in page and back.
    ///
    /// # Errors
    /// [`Failure::SignIn`] when nobody is signed in.
    pub fn signed_in(&self) -> Result<&Person, Failure> {
        self.person.as_ref().ok_or_else(|| Failure::SignIn(self.uri.path_and_query().map_or_else(|| "/".into(), ToString::to_string)))
    }
}

/// Marks an answer that was made for nobody in particular: no session, no tracked case.
#[derive(Clone, Copy, Debug)]
pub struct ForAnybody;

/// Values of a cookie by name.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

fn address(headers: &HeaderMap, socket: Option<SocketAddr>, behind_proxy: bool) -> IpAddr {
    let forwarded = || headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok();
    let address = behind_proxy.then(forwarded).flatten().or(socket.map(|socket| socket.ip())).unwrap_or(IpAddr::from([127, 0, 0, 1]));
    match address.to_canonical() {
        // A household is given 2^64 of these: it counts as one.
        IpAddr::V6(address) => IpAddr::from((u128::from(address) >> 64 << 64).to_be_bytes()),
        address => address,
    }
}

/// Reads cookies, looks the session up once, and keeps a language chosen with `?lang=`.
pub async fn welcome(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let kept = cookie(headers, DISPLAY).map(Display::read);
    let mut display = kept.unwrap_or_else(|| Display { lang: preferred(headers), ..Display::default() });
    let asked = request.uri().query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("lang="))).and_then(Lang::parse);
    display.lang = asked.unwrap_or(display.lang);
    let keep = asked.is_some().then(|| display.cookie());
    let token = cookie(headers, SESSION).map(str::to_owned);
    let tracked = cookie(headers, "case").map(|value| value.split('_').take(8).map(str::to_owned).collect()).unwrap_or_default();
    let socket = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(socket)| *socket);
    let address = address(headers, socket, app.config.behind_proxy);
    let done = Done::read(headers);
    let mut failed = None;
    let session = match &token {
        None => None,
        Some(token) => app.store.session(token).await.unwrap_or_else(|error| {
            failed = Some(error);
            None
        }),
    };
    let renewed = session.as_ref().filter(|session| session.renewed).and(token).map(|token| super::account::session_cookie(&app.config, &token));
    let (person, viewer) = match session {
        Some(session) => (
            Some(Person { id: session.account.clone(), session: session.id, home: session.home, unread: session.unread }),
            Viewer::of(AccountId::new(session.account), session.grants),
        ),
        None => (None, Viewer::default()),
    };
    let visit = Visit(Arc::new(Inner { display, person, viewer, address, uri: request.uri().clone(), done, tracked }));
    request.extensions_mut().insert(visit.clone());
    let nobody = request.extensions().get::<Visit>().is_some_and(|visit| visit.person.is_none() && visit.tracked.is_empty())
        && cookie(request.headers(), SESSION).is_none()
        && cookie(request.headers(), "code").is_none();
    let mut response = match failed {
        // A person whose session can't be looked up must not be shown the page as if signed out.
        Some(error) => super::failure::page(&app, &visit, &Failure::from(error)),
        None => next.run(request).await,
    };
    // A new session that the page itself sets (or its end) goes before the renewal of the one that came.
    let own = response.headers().get_all(SET_COOKIE).iter().any(|value| value.as_bytes().starts_with(SESSION.as_bytes()));
    if let Some(value) = renewed.filter(|_| !own).and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    if nobody {
        response.extensions_mut().insert(ForAnybody);
    }
    if let Some(value) = keep.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// The reader's language before any choice: English only where the browser puts it before Chinese.
fn preferred(headers: &HeaderMap) -> Lang {
    let Some(accepted) = headers.get("accept-language").and_then(|value| value.to_str().ok()) else { return Lang::Zh };
    let at = |tag: &str| accepted.find(tag).unwrap_or(usize::MAX);
    if at("en") < at("zh") { Lang::En } else { Lang::Zh }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        // `welcome` wraps every page, so the visit is always there.
        parts.extensions.get::<Self>().cloned().ok_or(Failure::NotFound)
    }
}
