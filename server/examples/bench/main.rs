//! How fast the portal is, side by side with a bare axum handler that returns the same bytes.
//!
//! `cargo run --release -p server --example bench -- --quick`

mod child;
mod filing;
mod load;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use domain::role::Viewer;
use store::demo::Demo;
use store::photo::Objects;
use store::request::{Filter, Place};
use store::{Clock, Database, Settings, Store};

use child::Served;
use load::{Line, Rate, get, load, post};

/// Anything that stops the benchmark.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Measures pages and filing; everything stays on this machine.
#[derive(Clone, Parser)]
struct Options {
    /// Measure pages on this database too, as it is (sqlite://… or postgres://…)
    #[arg(long)]
    database: Option<String>,
    /// Measure filing on this empty PostgreSQL database too
    #[arg(long)]
    postgres: Option<String>,
    /// Measure pages at these many requests, each in a demo district of its own
    #[arg(long, value_delimiter = ',', default_value = "2000")]
    sizes: Vec<u64>,
    /// Where the demo districts are kept between runs
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
    /// Seconds per figure
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Half a second per figure, at 2,000 requests only
    #[arg(long)]
    quick: bool,
    #[arg(long, hide = true, num_args = 2)]
    serve: Option<Vec<String>>,
    #[arg(long, hide = true, num_args = 1..)]
    bare: Option<Vec<String>>,
}

const CONNECTIONS: [usize; 3] = [1, 16, 64];

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let mut line = Options::parse();
    if let Some([database, data]) = line.serve.as_deref() {
        return child::portal(database, Path::new(data)).await;
    }
    if let Some(files) = &line.bare {
        return child::bare(files).await;
    }
    if line.quick {
        (line.seconds, line.sizes) = (0.5, vec![2000]);
    }
    std::fs::create_dir_all(&line.folder)?;
    if cfg!(debug_assertions) {
        println!("A debug build: these figures say little.");
    }
    println!("| requests | page | conn. | portal/s | p50 ms | p99 ms | bare/s | of bare | store ms |");
    println!("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for &size in &line.sizes {
        let (url, data) = district(&line.folder, size).await?;
        pages(&line, &url, &data, &size.to_string()).await?;
    }
    if let Some(url) = &line.database {
        pages(&line, url, &line.folder.join("photos"), "given").await?;
    }
    println!("\nThe disk makes 4 kB durable {:.0} times a second.\n", filing::fsync_rate(&line.folder)?);
    println!("| filing | writers | filed/s | p50 ms | p99 ms | failed |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let fresh = tempfile::tempdir_in(&line.folder)?;
    let mut databases = vec![("SQLite", format!("sqlite://{}", fresh.path().join("filing.db").display()))];
    databases.extend(line.postgres.clone().map(|url| ("PostgreSQL", url)));
    for (name, url) in databases {
        file(&line, name, &url, fresh.path()).await?;
    }
    Ok(())
}

async fn open(url: &str, data: &Path) -> Result<Store, Failed> {
    let db = Database::connect(url).await?;
    db.migrate().await?;
    Ok(Store::open(db, Objects::open(&data.to_string_lossy())?, Clock::System, Settings::default()).await?)
}

/// A demo district of so many requests, made when it is not there yet.
async fn district(folder: &Path, size: u64) -> Result<(String, PathBuf), Failed> {
    let data = folder.join(size.to_string());
    let url = format!("sqlite://{}", data.join("linli.db").display());
    if !data.join("whole").exists() {
        std::fs::create_dir_all(&data)?;
        let store = open(&url, &data.join("photos")).await?;
        let begun = Instant::now();
        store.load_demo(Demo { scale: (size / 2000).max(1), pictures: 14, ..Demo::default() }, |said| eprint!("\r{said}   ")).await?;
        store.database().close().await;
        eprintln!(
            "\n{size} requests loaded in {:.0} s, {:.0} MB",
            begun.elapsed().as_secs_f64(),
            std::fs::metadata(data.join("linli.db"))?.len() as f64 / 1e6
        );
        std::fs::write(data.join("whole"), "")?;
    }
    Ok((url, data))
}

/// A session's cookie, if the portal has accounts to sign in with.
async fn sign_in(portal: &Served) -> Option<String> {
    let mut line = Line::open(portal.address).await.ok()?;
    let form = "name=resident&password=linli-demo-8K&to=/";
    let answer = line.ask(&post(portal.address, "/sign-in", "", 1, form), true).await.ok()?;
    let cookies = answer.head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next()).collect::<Vec<_>>();
    (answer.status == 303 && !cookies.is_empty()).then(|| cookies.join("; "))
}

/// One kind of page as somebody asks for it.
struct Visit {
    shown: String,
    cookie: String,
    /// Asked one after the other.
    paths: Vec<String>,
    filter: Option<Filter>,
}

/// A cookie that is nobody's keeps a visitor's page from being answered ready-made.
const RENDERED: &str = "bench=1";

/// The pages that are measured: ready-made for visitors, rendered anew (lists from anywhere in the year), signed in.
async fn visits(store: &Store, session: Option<&str>) -> Result<Vec<Visit>, Failed> {
    let newest = store.requests(&Viewer::visitor(), Place::Public, &Filter::default(), None).await?;
    let first = newest.items.first().ok_or("an empty database")?;
    // A request's id begins with its time: any number between two of them is a place in the list.
    let year = (365i64 * 86_400_000) << 21;
    let places: Vec<i64> = (0..200).map(|nth: i64| first.id - year / 200 * ((nth * 73) % 190)).collect();
    let mut details = Vec::new();
    for place in &places {
        let page = store.requests(&Viewer::visitor(), Place::Public, &Filter::default(), Some(*place)).await?;
        details.extend(page.items.iter().map(|item| format!("/requests/{}", item.number)));
    }
    let lists = [
        ("/requests?", Filter::default()),
        (
            "/requests?class=040102&state=done",
            Filter { class: "040102".parse().ok(), progress: Some(domain::request::Progress::Done), ..Filter::default() },
        ),
        ("/requests?area=440309002&class=04", Filter { area: "440309002".parse().ok(), class: "04".parse().ok(), ..Filter::default() }),
    ];
    let one = |shown: &str, cookie: &str, path: &str| Visit { shown: shown.into(), cookie: cookie.into(), paths: vec![path.into()], filter: None };
    let mut visits =
        vec![one("/ kept", "", "/"), one("/requests kept", "", "/requests"), one("detail kept", "", &details[0]), one("/", RENDERED, "/")];
    for (path, filter) in lists {
        visits.push(Visit {
            shown: path.trim_end_matches('?').into(),
            cookie: RENDERED.into(),
            paths: places.iter().map(|place| format!("{path}&before={place}")).collect(),
            filter: Some(filter),
        });
    }
    // 路灯 井盖 垃圾 漏水 积水; the newest found, as people search, and further back.
    let words = ["%E8%B7%AF%E7%81%AF", "%E4%BA%95%E7%9B%96", "%E5%9E%83%E5%9C%BE", "%E6%BC%8F%E6%B0%B4", "%E7%A7%AF%E6%B0%B4"];
    let searches =
        |places: &[i64]| words.iter().flat_map(|word| places.iter().map(move |place| format!("/requests?q={word}&before={place}"))).collect();
    let search = |shown: &str, paths| Visit {
        shown: shown.into(),
        cookie: RENDERED.into(),
        paths,
        filter: Some(Filter { words: "路灯".into(), ..Filter::default() }),
    };
    visits.push(search("/requests?q=路灯", searches(&[first.id])));
    visits.push(search("/requests?q=路灯 anywhere in the year", searches(&places[..20])));
    if let Some(session) = session {
        visits.extend(
            ["/", "/requests", &details[0]].map(|path| one(&format!("{} signed in", if path.len() > 12 { "detail" } else { path }), session, path)),
        );
    }
    visits.push(Visit { shown: "detail".into(), cookie: RENDERED.into(), paths: details, filter: None });
    Ok(visits)
}

async fn pages(line: &Options, url: &str, data: &Path, size: &str) -> Result<(), Failed> {
    let store = open(url, data).await?;
    let portal = Served::start(&["--serve", url, &data.to_string_lossy()], "/readyz").await?;
    let session = sign_in(&portal).await;
    let visits = visits(&store, session.as_deref()).await?;
    // The bare handler returns what the portal returned.
    let folder = tempfile::tempdir()?;
    let mut files = vec!["--bare".to_owned()];
    let mut statuses = Vec::new();
    let mut probe = Line::open(portal.address).await?;
    for (nth, visit) in visits.iter().enumerate() {
        let answer = probe.ask(&get(&visit.paths[0], &visit.cookie), true).await?;
        statuses.push((answer.status, answer.body.len()));
        let file = folder.path().join(nth.to_string());
        std::fs::write(&file, &answer.body)?;
        files.push(file.to_string_lossy().into_owned());
    }
    let bare = Served::start(&files.iter().map(String::as_str).collect::<Vec<_>>(), "/0").await?;
    let time = Duration::from_secs_f64(line.seconds);
    let mut most = 0f64;
    for (nth, visit) in visits.into_iter().enumerate() {
        let shown = format!("{} ({} kB)", visit.shown, statuses[nth].1 / 1000);
        if statuses[nth].0 != 200 {
            println!("| {size} | {shown} | | answered {} | | | | | |", statuses[nth].0);
            continue;
        }
        let stored = match &visit.filter {
            Some(filter) => Some(store_time(&store, filter).await?),
            None => None,
        };
        let ours: Arc<Vec<Vec<u8>>> = Arc::new(visit.paths.iter().map(|path| get(path, &visit.cookie)).collect());
        for connections in CONNECTIONS {
            let (ours, theirs) = (ours.clone(), get(&format!("/{nth}"), ""));
            let ours = load(portal.address, connections, time, 200, move |nth| ours[nth % ours.len()].clone()).await;
            let theirs = load(bare.address, connections, time, 200, move |_| theirs.clone()).await;
            most = most.max(portal.memory());
            row(size, &shown, connections, &ours, &theirs, stored);
        }
    }
    let nobody = if session.is_some() { "" } else { ", nobody could sign in" };
    println!("| {size} | ready in {:.2} s, {most:.0} MB resident under load{nobody} | | | | | | | |", portal.ready.as_secs_f64());
    Ok(())
}

/// The store's part of a list page, alone.
async fn store_time(store: &Store, filter: &Filter) -> Result<Duration, Failed> {
    let mut times = Vec::new();
    for _ in 0..100 {
        let begun = Instant::now();
        store.requests(&Viewer::visitor(), Place::Public, filter, None).await?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times[50])
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn row(size: &str, page: &str, connections: usize, ours: &Rate, theirs: &Rate, stored: Option<Duration>) {
    let failed = if ours.failed > 0 { format!(" ({} failed)", ours.failed) } else { String::new() };
    let stored = stored.map_or(String::new(), |time| format!("{:.2}", millis(time)));
    println!(
        "| {size} | {page} | {connections} | {:.0}{failed} | {:.2} | {:.2} | {:.0} | {:.0} % | {stored} |",
        ours.per_second,
        millis(ours.p50),
        millis(ours.p99),
        theirs.per_second,
        100.0 * ours.per_second / theirs.per_second.max(1.0),
    );
}

async fn file(line: &Options, name: &str, url: &str, data: &Path) -> Result<(), Failed> {
    let time = Duration::from_secs_f64(line.seconds);
    let show = |what: &str, writers: usize, rate: Rate| {
        println!("| {name} {what} | {writers} | {:.0} | {:.2} | {:.2} | {} |", rate.per_second, millis(rate.p50), millis(rate.p99), rate.failed);
    };
    let store = open(url, data).await?;
    for writers in [1, 64] {
        show("store", writers, filing::through_store(&store, writers, time).await);
    }
    store.database().close().await;
    let portal = Served::start(&["--serve", url, &data.to_string_lossy()], "/readyz").await?;
    for writers in [1, 64] {
        show("form", writers, filing::over_http(portal.address, writers, time).await);
    }
    Ok(())
}
