//! `linli backup` while requests are filed, and `linli restore` elsewhere: everything confirmed by then is there. What
//! is no whole backup, or has no empty place to go, changes nothing.

mod house;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chrono::{DateTime, Utc};
use domain::request::Change;
use domain::role::Viewer;
use house::{House, Person, file, houses, settings, store_at};
use sqlx::{AnyPool, AssertSqlSafe};
use store::account::{Knock, SignIn};
use store::photo::{Motif, Size, paint};
use store::request::Changing;
use store::{Clock, random_key};

/// The real program, on a database and a folder.
fn linli(url: &str, data: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linli"))
        .args(["--database", url, "--data"])
        .arg(data)
        .args(words)
        .env("LINLI_LOG", "error")
        .output()
        .expect("the program runs")
}

/// Its one sentence, when it fails.
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines().find_map(|line| line.strip_prefix("linli: ")).unwrap_or_else(|| panic!("no sentence: {said}")).to_owned()
}

fn done(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("JSON alone on the standard output")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// An empty database of the same kind.
async fn elsewhere(url: &str, folder: &Path) -> String {
    match url.split_once(':') {
        Some(("sqlite", _)) => format!("sqlite://{}", folder.join("db/linli.db").display()),
        _ => house::fresh_postgres(&std::env::var("LINLI_TEST_POSTGRES").expect("a server")).await,
    }
}

/// Everything below a folder, with its content.
fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(tree(&path));
        } else {
            found.push((path.clone(), std::fs::read(&path).expect("readable")));
        }
    }
    found.sort();
    found
}

async fn rows(url: &str, sql: &str) -> Vec<String> {
    let pool = AnyPool::connect(url).await.expect("the database answers");
    let rows = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&pool).await.expect("rows");
    pool.close().await;
    rows
}

const LI: Knock<'_> = Knock { name: "li", password: "rain on the 5th floor", address: "home", device: "phone", token: None };

/// Somebody signed in, a request settled with a photo, and a message that waits.
async fn lived_in(house: &House) -> (String, String) {
    let store = &house.store;
    store.join(LI.name, LI.password, "zh", LI.address).await.expect("joined");
    assert!(matches!(store.sign_in(&LI).await.expect("answered"), SignIn::Done(_)));
    let handler = house.handler().await;
    let resident = house.person(Person { phone: Some("13900139000"), ..Person::default() }).await;
    let number = house.file(&resident, "040401", "井盖没了").await;
    for change in [Change::Accepted, Change::Answered] {
        house.change(&handler, &number, change, "今天来盖").await;
    }
    let key = random_key();
    store.keep_photo(&key, paint(1, Motif::Manhole).into()).await.expect("kept");
    let settled =
        Changing {
            viewer: &handler, tracked: false, change: Change::Settled, words: "盖上了", class: None, rating: None, addition: None, key: &key
        };
    store.change_request(&number, &settled).await.expect("settled");
    let photo = rows(&house.url, "SELECT id FROM photo WHERE hash <> 'none'").await.remove(0);
    (number.compact(), photo)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_was_confirmed_is_restored() {
    for house in houses(&settings()).await {
        let (number, photo) = lived_in(&house).await;
        let waiting = house.count("SELECT COUNT(*) FROM message WHERE state = 'waiting'").await;
        assert!(waiting > 0);
        house.sql.close().await;
        let there = tempfile::tempdir().expect("a folder");
        let backup = there.path().join("linli.tar");

        // Four people go on filing while it is written.
        let filing: Vec<_> = (0..4)
            .map(|_| {
                let store = house.store.clone();
                tokio::spawn(async move {
                    let mut filed: Vec<(DateTime<Utc>, String)> = Vec::new();
                    let begun = std::time::Instant::now();
                    while begun.elapsed().as_millis() < 2500 {
                        let filing = file(&store, &Viewer::visitor(), "040401", "路灯不亮", &random_key()).await.expect("filed");
                        filed.push((Clock::System.now(), filing.number.compact()));
                        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                    }
                    filed
                })
            })
            .collect();
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        let (url, data, to) = (house.url.clone(), house.folder.path().to_owned(), backup.clone());
        let said = tokio::task::spawn_blocking(move || done(&linli(&url, &data, &["backup", text(&to), "--json"]))).await.expect("ran");
        let mut filed = Vec::new();
        for person in filing {
            filed.extend(person.await.expect("filed"));
        }
        let made_at: DateTime<Utc> = said["made_at"].as_str().expect("an instant").parse().expect("an instant");
        assert!(filed.iter().any(|(at, _)| *at > made_at), "nothing was filed meanwhile: the test tested little");
        assert_eq!(said["photos"], 1);
        assert_eq!(std::fs::metadata(&backup).expect("there").permissions().mode() & 0o777, 0o600);
        let names = |folder: &Path| std::fs::read_dir(folder).expect("a folder").count();
        assert_eq!(names(there.path()), 1, "nothing else is left beside it");

        let url = elsewhere(&house.url, there.path()).await;
        let data = there.path().join("data");
        let said = done(&linli(&url, &data, &["restore", text(&backup), "--json"]));
        let numbers = rows(&url, "SELECT number FROM request ORDER BY number").await;
        assert_eq!((said["accounts"].as_u64(), said["photos"].as_u64()), (Some(3), Some(1)));
        assert_eq!(said["requests"], numbers.len());
        assert!(numbers.contains(&number));
        for (at, number) in &filed {
            assert!(*at > made_at || numbers.contains(number), "{number} was confirmed at {at}, before {made_at}");
        }
        let whole = "SELECT r.number FROM request r JOIN request_history h ON h.request = r.id AND h.change = 'registered' JOIN event e ON e.id = h.id ORDER BY r.number";
        assert_eq!(rows(&url, whole).await, numbers, "with history and event");
        assert_eq!(rows(&url, "SELECT id FROM session").await, [""; 0], "nobody is signed in");
        assert_eq!(rows(&url, "SELECT state FROM message WHERE state IN ('waiting', 'taken')").await, [""; 0], "nothing is sent twice");

        // The restored portal works: the photos are shown, passwords are known, new numbers go on.
        let store = store_at(&url, &data.join("photos"), Clock::manual(house::noon()), settings()).await;
        for size in [Size::Large, Size::Thumb] {
            let (here, _) = store.picture(&Viewer::visitor(), &photo, size, None, &[]).await.expect("the photo");
            assert_eq!(here, house.store.picture(&Viewer::visitor(), &photo, size, None, &[]).await.expect("the photo").0);
        }
        assert!(matches!(store.sign_in(&LI).await.expect("answered"), SignIn::Done(_)), "with the same password");
        let fresh = file(&store, &Viewer::visitor(), "040401", "又不亮", &random_key()).await.expect("filed").number.compact();
        assert!(!numbers.contains(&fresh));
        store.database().close().await;

        // There are people in it now.
        let before = tree(&data);
        assert!(refused(&linli(&url, &data, &["restore", text(&backup)])).contains("has photos in it"));
        let empty = there.path().join("empty");
        assert!(refused(&linli(&url, &empty, &["restore", text(&backup)])).contains("has people in it"));
        assert_eq!(tree(&data), before);
        assert!(!empty.exists());
        house.store.database().close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_whole_backup_changes_nothing() {
    let house = houses(&settings()).await.swap_remove(0);
    lived_in(&house).await;
    let there = tempfile::tempdir().expect("a folder");
    let at = |name: &str| there.path().join(name);
    let backup = at("whole.tar");
    done(&linli(&house.url, house.folder.path(), &["backup", text(&backup), "--json"]));
    let whole = std::fs::read(&backup).expect("there");

    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let newer = String::from_utf8_lossy(&whole[512..1024]).trim_end_matches('\0').replace("\"schema\":", "\"schema\":9");
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("cut short", whole[..whole.len() / 2].to_vec(), "is damaged"),
        ("without its end", whole[..whole.len() - 2048].to_vec(), "is damaged"),
        ("changed", changed, "is damaged"),
        ("nothing", Vec::new(), "is no backup"),
        ("a text", b"something else\n".repeat(500), "is no backup"),
        ("another archive", archive(&[("readme", b"hello")]), "is no backup"),
        (
            "with a path outside",
            archive(&[("linli.json", &whole[512..512 + note(&whole)]), ("../../outside", b"x")]),
            "something in it that no backup has",
        ),
        ("newer", archive(&[("linli.json", newer.as_bytes())]), "a newer one"),
    ];
    for (what, bytes, words) in cases {
        let file = at("case.tar");
        std::fs::write(&file, bytes).expect("written");
        let (url, data) = (format!("sqlite://{}", at("data/linli.db").display()), at("data"));
        let said = refused(&linli(&url, &data, &["restore", text(&file)]));
        assert!(said.contains(words), "{what}: {said}");
        assert_eq!(std::fs::read_dir(&data).map_or(0, Iterator::count), 0, "{what}: something is left");
        assert!(!there.path().parent().expect("a folder").join("outside").exists());
    }

    // A file that is another program's is left alone, and so is one that is there already.
    let other = at("other.db");
    let pool = AnyPool::connect(&format!("sqlite://{}?mode=rwc", other.display())).await.expect("a database");
    sqlx::query("CREATE TABLE account (name TEXT)").execute(&pool).await.expect("a table");
    pool.close().await;
    let said = refused(&linli(&format!("sqlite://{}", other.display()), &at("data"), &["restore", text(&backup)]));
    assert!(said.contains("holds something else"), "{said}");
    assert!(refused(&linli(&house.url, house.folder.path(), &["backup", text(&backup)])).contains("is there already"));
    assert_eq!(std::fs::read(&backup).expect("there"), whole);
    let said = refused(&linli(&house.url, &at("wrong"), &["backup", text(&at("b.tar"))]));
    assert!(said.contains("none of the photos"), "{said}");
    let said = refused(&linli(&format!("sqlite://{}", at("none.db").display()), &at("wrong"), &["backup", text(&at("b.tar"))]));
    assert!(said.contains("no portal's database"), "{said}");
    assert!(!at("b.tar").exists() && !at("none.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_photos_are_those_that_the_copied_database_speaks_of() {
    for house in houses(&settings()).await {
        lived_in(&house).await;
        let (photos, file) = (house.folder.path().join("photos"), house.folder.path().join("linli.tar"));
        // Right after the copy, the photo is taken out of the live database.
        let done = store::backup::backup(&house.url, &photos, &file, |line| {
            if line.starts_with("The photos") {
                let delete = sqlx::query("DELETE FROM photo").execute(&house.sql);
                tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(delete)).expect("deleted");
            }
        });
        let done = done.await.expect("backed up");
        assert_eq!((house.count("SELECT COUNT(*) FROM photo").await, done.photos, done.missing), (0, 1, 0), "{}", house.url);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_brought_up_to_date_leaves_nothing_behind() {
    // The first is seen before anything is touched, the second while the restored portal is made ready.
    let spoilt = [
        ("UPDATE _sqlx_migrations SET checksum = installed_checksum", "migration"),
        ("ALTER TABLE message RENAME COLUMN trouble TO worry", "trouble"),
    ];
    for (statement, words) in spoilt {
        for house in houses(&settings()).await {
            lived_in(&house).await;
            let blob = if house.url.starts_with("sqlite") { "x'00'" } else { r"'\x00'" };
            let statement = statement.replace("installed_checksum", blob);
            sqlx::query(AssertSqlSafe(statement)).execute(&house.sql).await.expect("spoilt");
            let there = tempfile::tempdir().expect("a folder");
            let (backup, data) = (there.path().join("linli.tar"), there.path().join("data"));
            done(&linli(&house.url, house.folder.path(), &["backup", text(&backup), "--json"]));
            let url = elsewhere(&house.url, there.path()).await;
            let said = refused(&linli(&url, &data, &["restore", text(&backup)]));
            assert!(said.contains(words), "{said}");
            assert_eq!(tree(&data), []);
            if house.url.starts_with("postgres") {
                let tables = "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'";
                assert_eq!(rows(&url, tables).await, [""; 0], "{words}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_somebody_rewrote_is_seen_through() {
    let house = houses(&settings()).await.swap_remove(0);
    lived_in(&house).await;
    let there = tempfile::tempdir().expect("a folder");
    let at = |name: &str| there.path().join(name);
    done(&linli(&house.url, house.folder.path(), &["backup", text(&at("whole.tar")), "--json"]));
    let whole = entries(&std::fs::read(at("whole.tar")).expect("there"));
    let restored = |data: &str, entries: &[(String, Vec<u8>)]| {
        std::fs::write(at("case.tar"), sealed(entries)).expect("written");
        linli(&format!("sqlite://{}", at(data).join("linli.db").display()), &at(data), &["restore", text(&at("case.tar")), "--json"])
    };

    let mut painted = whole.clone();
    let photo = painted.iter_mut().find(|(name, _)| name.starts_with("photos/") && !name.contains("thumb")).expect("a photo");
    photo.1 = paint(2, Motif::Manhole);
    assert!(refused(&restored("painted", &painted)).contains("a photo is not what its name says"));

    for odd in ["CREATE TRIGGER odd AFTER DELETE ON session BEGIN DELETE FROM account; END", "CREATE VIEW odd AS SELECT name FROM account"] {
        let mut alive = whole.clone();
        let database = alive.iter_mut().find(|(name, _)| name == "database").expect("a database");
        std::fs::write(at("odd.db"), &database.1).expect("written");
        let pool = AnyPool::connect(&format!("sqlite://{}", at("odd.db").display())).await.expect("a database");
        sqlx::raw_sql(AssertSqlSafe(odd)).execute(&pool).await.expect("made");
        pool.close().await;
        database.1 = std::fs::read(at("odd.db")).expect("there");
        let said = refused(&restored("odd", &alive));
        assert!(said.contains("is damaged") && said.contains("a trigger or a view"), "{said}");
    }
    for folder in ["painted", "odd"] {
        assert_eq!(tree(&at(folder)), [], "nothing of it was used");
    }

    let without: Vec<_> = whole.iter().filter(|(name, _)| !name.starts_with("photos/")).cloned().collect();
    let output = restored("without", &without);
    assert_eq!(done(&output)["missing"], 1);
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 photos that the database speaks of were not in the backup"));
}

/// What is in a tar archive, but for its seal.
fn entries(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = archive;
    while rest[0] != 0 {
        let text = |from: usize, to: usize| String::from_utf8_lossy(&rest[from..to]).trim_end_matches('\0').trim().to_owned();
        let size = usize::from_str_radix(&text(124, 136), 8).expect("a size");
        found.push((text(0, 100), rest[512..512 + size].to_vec()));
        rest = &rest[512 + size.next_multiple_of(512)..];
    }
    found.retain(|(name, _)| name != "whole.json");
    found
}

/// A backup with this in it whose seal fits.
fn sealed(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let content: Vec<u8> = entries.iter().flat_map(|(name, bytes)| [format!("{name}\n{}\n", bytes.len()).as_bytes(), bytes].concat()).collect();
    let seal = serde_json::json!({ "entries": entries.len(), "sha256": store::hash_bytes(&content) }).to_string();
    let entries = entries.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    archive(&entries.chain([("whole.json", seal.as_bytes())]).collect::<Vec<_>>())
}

/// How long the note at the beginning is.
fn note(archive: &[u8]) -> usize {
    archive[512..1024].iter().position(|byte| *byte == 0).expect("its end")
}

/// A tar archive of one's own making.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, content) in entries {
        let mut header = vec![0u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..107].copy_from_slice(b"0000600");
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[148..156].copy_from_slice(b"        ");
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        tar.extend(header);
        tar.extend(*content);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    tar
}
