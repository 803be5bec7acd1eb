//! Wrong uses of the command line: each ends with one sentence and without success, changes nothing, and repeats no
//! secret.

mod house;

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use sqlx::AnyPool;

/// What it says when it fails, without a word on the standard output.
fn refused(words: &[&str], settings: &[(&str, &str)]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_linli")).args(words).envs(settings.iter().copied()).output().expect("the program runs");
    assert!(!output.status.success() && output.stdout.is_empty(), "{words:?}: {output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("hunter2"), "a secret in {said}");
    said
}

/// The same in a line, from the settings or the database.
fn sentence(words: &[&str], settings: &[(&str, &str)]) -> String {
    let said = refused(words, settings);
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    said.trim_end().strip_prefix("linli: ").unwrap_or_else(|| panic!("{said}")).to_owned()
}

async fn make(file: &Path, statements: &'static str) -> String {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}", file.display());
    let pool = AnyPool::connect(&format!("{url}?mode=rwc")).await.expect("a file");
    sqlx::raw_sql(statements).execute(&pool).await.expect("written");
    pool.close().await;
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_that_are_none_of_ours() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let serve = |url: &str| sentence(&["serve", "--listen", "127.0.0.1:0", "--database", url, "--data", at("data").to_str().expect("text")], &[]);

    let other = make(&at("other.db"), "CREATE TABLE account (name TEXT)").await;
    assert!(serve(&other).contains("holds something else"));
    let pool = AnyPool::connect(&other).await.expect("a file");
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master").fetch_all(&pool).await.expect("tables");
    assert_eq!(tables, ["account"]);
    pool.close().await;

    let house = house::houses(&house::settings()).await.swap_remove(0);
    let checksum = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 1)";
    sqlx::raw_sql(checksum).execute(&house.sql).await.expect("written");
    let said = serve(&house.url);
    assert!(said.contains("schema 9999") && said.contains("newer program"), "{said}");

    std::fs::write(at("text.db"), "no database\n".repeat(500)).expect("written");
    assert!(serve(&format!("sqlite://{}", at("text.db").display())).contains("text.db: file is not a database"));
    assert!(serve(&format!("sqlite://{}/below/linli.db", at("text.db").display())).contains("text.db/below/linli.db: "));
    assert!(serve("mysql://linli:hunter2@db/linli").contains("is not a database"));
    let said = serve("postgres://linli:hunter2@127.0.0.1:1/linli");
    assert!(said.contains("does not answer: Connection refused"), "{said}");
    if let Ok(server) = std::env::var("LINLI_TEST_POSTGRES") {
        let (base, _) = server.rsplit_once('/').expect("a database in the URL");
        assert!(serve(&format!("{base}/no_such_database")).contains("\"no_such_database\" does not exist"));
    }
    assert!(!at("data").exists(), "nothing was begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_are_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("linli.toml");
    let config = |text: &str| {
        std::fs::write(&file, text).expect("written");
        refused(&["config", "--config", file.to_str().expect("text")], &[])
    };
    for (text, words) in [
        ("databse = 'x'", "databse"),
        ("listen =", "line 1"),
        ("zone = 'Mars/Base'", "Mars/Base"),
        ("origin = 'linli.example.org'", "begins with https://"),
        ("[mail]\nurl = 'smtps://linli:hunter2@mail.example.org'", "`from`"),
        ("[text]\nurl = 'https://gateway.example'\ntoken = hunter2", "line 3"),
        ("[text]\nurl = 'https://gateway.example'\ntoken = ['hunter2']", "token"),
    ] {
        let said = config(text);
        assert!(said.contains(words), "{said}");
    }
    assert!(sentence(&["config"], &[("LINLI_DATABAS", "x")]).contains("databas"));
    assert!(sentence(&["config"], &[("LINLI_TEXT", "hunter2")]).contains("\"TEXT\""));
    assert!(sentence(&["config"], &[("LINLI_DELIVER_SECONDS", "hunter2")]).contains("DELIVER_SECONDS"));
    assert!(refused(&["config", "--config", "/no/such/file.toml"], &[]).contains("/no/such/file.toml"));

    // An address that another process has: told before anything is taken in hand.
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let url = format!("sqlite://{}", folder.path().join("linli.db").display());
    let data = folder.path().to_str().expect("text").to_owned();
    for (listen, settings) in [(address.as_str(), vec![]), ("127.0.0.1:0", vec![("LINLI_METRICS", address.as_str())])] {
        let said = sentence(&["serve", "--listen", listen, "--database", &url, "--data", &data], &settings);
        assert!(said.contains(&address), "{said}");
    }
    // Links that lead nowhere, where others can reach the portal.
    for (settings, warned) in [(vec![], 1), (vec![("LINLI_ORIGIN", "http://linli.example")], 0)] {
        let words = ["serve", "--listen", "0.0.0.0:0", "--database", &url, "--data", &data];
        let said = refused(&words, &[settings, vec![("LINLI_METRICS", address.as_str())]].concat());
        assert_eq!(said.matches("set LINLI_ORIGIN").count(), warned, "{said}");
    }
    for wrong in [&["account", "role", "li", "king", "440309"], &["account", "role", "nobody", "handler", "440309"]] {
        refused(&[wrong.as_slice(), &["--database", &url, "--data", &data]].concat(), &[]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_database_is_not_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("linil.db");
    let (url, data) = (format!("sqlite://{}", file.display()), folder.path().to_str().expect("text"));
    for words in [
        ["account", "add", "li", "--password=linli-hunter2"].as_slice(),
        &["account", "role", "li", "handler", "440309"],
        &["account", "key", "grid"],
        &["catalog", "export"],
        &["table", "export", "areas"],
    ] {
        let said = sentence(&[words, &["--database", &url, "--data", data]].concat(), &[]);
        assert!(said.contains("linil.db") && said.contains("linli migrate"), "{said}");
        assert!(!file.exists(), "{words:?}");
    }
}
