//! `kill -9` in the middle of filing, again and again: every number that was answered is there, whole.

mod house;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::event::number::EventNumber;
use sqlx::AnyPool;
use store::random_key;

/// The real program on a database.
struct Program {
    process: Child,
    address: String,
}

impl Program {
    fn start(url: &str, data: &std::path::Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_linli"))
            .args(["serve", "--listen", "127.0.0.1:0", "--database", url, "--data"])
            .arg(data)
            // Many people behind many addresses, as a proxy says it.
            .env("LINLI_BEHIND_PROXY", "true")
            .env("LINLI_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut line).expect("its first line");
        let address = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap_or_else(|| panic!("no address: {line:?}")).to_owned();
        Self { process, address }
    }

    /// SIGKILL: nothing is finished, nothing is said.
    fn kill(mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("gone");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Sends the form; the number, if it was answered.
async fn file(client: &reqwest::Client, address: &str, key: &str, place: usize) -> Option<EventNumber> {
    let area = ["440309002001", "440309001001", "440309002003"][place % 3];
    let form = [("what", "井盖没了"), ("class", "040401"), ("area", area), ("phone", "13800138000"), ("key", key)];
    let body = form.map(|(name, value)| format!("{name}={}", value.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>())).join("&");
    let digits: Vec<u8> = key.bytes().collect();
    let response = client
        .post(format!("{address}/requests/new"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-forwarded-for", format!("10.{}.{}.{}", digits[0], digits[1], digits[2]))
        .body(body)
        .send()
        .await
        .ok()?;
    assert_eq!(response.status(), 303, "a good form is answered with a redirect");
    let location = response.headers()["location"].to_str().expect("text").to_owned();
    Some(EventNumber::parse(location.split('/').nth(2).expect("a number")).expect("a good number"))
}

type Answers = Arc<Mutex<Vec<(String, usize, Option<EventNumber>)>>>;

async fn rows(sql: &AnyPool, statement: &'static str) -> Vec<String> {
    sqlx::query_scalar(statement).fetch_all(sql).await.expect("rows")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_confirmed_request_is_whole() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(20)).build().expect("a client");
    for (url, folder) in house::databases().await {
        let answers: Answers = Arc::default();
        for round in 0..4u64 {
            let program = Program::start(&url, folder.path());
            let people: Vec<_> = (0..6usize)
                .map(|person| {
                    let (client, address, answers) = (client.clone(), program.address.clone(), answers.clone());
                    tokio::spawn(async move {
                        loop {
                            let key = random_key();
                            let number = file(&client, &address, &key, person).await;
                            let lost = number.is_none();
                            answers.lock().unwrap_or_else(PoisonError::into_inner).push((key, person, number));
                            if lost {
                                return;
                            }
                        }
                    })
                })
                .collect();
            tokio::time::sleep(Duration::from_millis(900 + 170 * round)).await;
            program.kill();
            for person in people {
                person.await.expect("ran");
            }
        }
        let answers: Vec<_> = answers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let confirmed: BTreeSet<String> = answers.iter().filter_map(|(_, _, number)| Some(number.as_ref()?.compact())).collect();
        assert!(confirmed.len() > 40, "only {} were filed: the test tested little", confirmed.len());
        assert_eq!(confirmed.len(), answers.iter().filter(|(_, _, number)| number.is_some()).count(), "no number was given twice");

        // Whoever heard nothing sends the same form again, and is answered.
        let program = Program::start(&url, folder.path());
        for (key, person, number) in &answers {
            let again = file(&client, &program.address, key, *person).await.expect("answered");
            assert!(number.as_ref().is_none_or(|number| *number == again), "the same form, the same number");
        }
        let page = client.get(format!("{}/requests/{}", program.address, answers[0].2.as_ref().expect("a number"))).send().await.expect("answered");
        assert_eq!(page.status(), 200);
        program.kill();

        let sql = AnyPool::connect(&url).await.expect("the database answers");
        let numbers = rows(&sql, "SELECT number FROM request ORDER BY number").await;
        assert_eq!(numbers.len(), answers.len(), "each form is one request");
        assert!(confirmed.iter().all(|number| numbers.binary_search(number).is_ok()));
        let whole = rows(&sql, "SELECT r.number FROM request r JOIN request_history h ON h.request = r.id AND h.change = 'registered' JOIN event e ON e.id = h.id AND e.number = r.number ORDER BY r.number").await;
        assert_eq!(whole, numbers, "history and event are there, once");
        let mut serials: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for number in &numbers {
            let number = EventNumber::parse(number).expect("a good number");
            serials.entry(format!("{} {}", number.area(), number.day())).or_default().push(number.serial());
        }
        for (group, serials) in serials {
            assert_eq!(serials, (1..=u32::try_from(serials.len()).expect("a count")).collect::<Vec<_>>(), "{group}");
        }
        let positions: Vec<i64> = sqlx::query_scalar("SELECT position FROM event ORDER BY position").fetch_all(&sql).await.expect("positions");
        assert_eq!(positions, (1..=i64::try_from(numbers.len()).expect("a count")).collect::<Vec<_>>());
        eprintln!(
            "{}: {} confirmed, {} unanswered and sent again",
            url.split(':').next().unwrap_or_default(),
            confirmed.len(),
            answers.len() - confirmed.len()
        );
    }
}
