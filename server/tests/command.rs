//! The command line: what it refuses, it says in a sentence, and changes nothing.

mod house;

use std::path::Path;
use std::process::Command;

use house::{House, Person, houses, settings};

/// What the program says on standard output and on standard error, and whether it succeeded.
fn linli(house: &House, arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_linli"))
        .args(["--database", &house.url, "--data"])
        .arg(house.folder.path())
        .args(arguments)
        .env("LINLI_LOG", "error")
        .output()
        .expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("words");
    (output.status.success(), text(output.stdout), text(output.stderr))
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, text).expect("written");
    file.display().to_string()
}

#[test]
fn variables_are_text_and_secrets_stay_hidden() {
    let settings = [
        ("LINLI_HELP_PHONE", "12345"),
        ("LINLI_BEHIND_PROXY", "true"),
        ("LINLI_DELIVER_SECONDS", "7"),
        ("LINLI_TEXT__TOKEN", "0123456789"),
        ("LINLI_TEXT__URL", "https://hunter2@gateway.example/messages"),
        ("LINLI_MAIL__URL", "smtps://linli:hunter2@mail.example"),
        ("LINLI_MAIL__FROM", "[linli]"),
        ("LINLI_DATABASE", "postgres://db/linli?password=hunter2"),
    ];
    let output = Command::new(env!("CARGO_BIN_EXE_linli")).arg("config").envs(settings).output().expect("the program runs");
    let said = String::from_utf8(output.stdout).expect("words");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for line in
        [r#""help_phone": "12345""#, r#""behind_proxy": true"#, r#""deliver_seconds": 7"#, r#""from": "[linli]""#, "gateway.example", "db/linli"]
    {
        assert!(said.contains(line), "{line} in {said}");
    }
    assert!(!said.contains("hunter2") && !said.contains("0123456789"), "{said}");
}

#[test]
fn a_reader_may_stop_reading() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output =
        Command::new(env!("CARGO_BIN_EXE_linli")).args(["catalog", "suggest", "井盖没了"]).stdout(writer).output().expect("the program runs");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_keeps_what_relies_on_it() {
    for house in houses(&settings()).await {
        house.file(&domain::role::Viewer::visitor(), "040401", "井盖没了").await;
        let (ok, areas, _) = linli(&house, &["table", "export", "areas"]);
        assert!(ok && areas.contains("440309002001"), "{areas}");
        let fewer: String = areas.lines().filter(|line| !line.starts_with("440309002001")).map(|line| format!("{line}\n")).collect();
        let (ok, _, said) = linli(&house, &["table", "import", "areas", &written(house.folder.path(), "areas.csv", &fewer)]);
        assert!(!ok && said.contains("440309002001"), "{said}");
        assert_eq!(linli(&house, &["table", "export", "areas"]).1, areas);

        let promises = written(house.folder.path(), "promises.csv", "class,answer,settle\n,1wd,5wd\n9901,1wd,5wd\n");
        let (ok, _, said) = linli(&house, &["table", "import", "promises", &promises]);
        assert!(!ok && said.contains("line 3: the catalogue has no class 9901"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_granted_where_it_fits() {
    for house in houses(&settings()).await {
        let resident = house.person(Person { phone: Some("13800138000"), ..Person::default() }).await;
        let role = |role: &str, scope: &str| linli(&house, &["account", "role", "13800138000", role, scope]);
        for (name, scope, place) in [("handler", "women", "for 龙华区妇女联合会"), ("organisation", "440309002", "in 民治街道")] {
            let (ok, _, said) = role(name, scope);
            assert!(!ok && said.contains(place) && said.contains("held for an organisation"), "{said}");
        }
        assert_eq!(house.count("SELECT COUNT(*) FROM role_grant").await, 0);
        let (ok, _, said) = role("handler", "440309002999001");
        assert!(!ok && said.contains("no area of this district"), "a cell of no community: {said}");
        for (name, scope) in [("handler", "440309002"), ("agent", "440309002006001"), ("organisation", "women")] {
            let (ok, said, wrong) = role(name, scope);
            assert!(ok && said.contains(name), "{said}{wrong}");
        }
        let held =
            house.count(&format!("SELECT COUNT(*) FROM role_grant WHERE account = '{}'", resident.account.expect("an account").as_str())).await;
        assert_eq!(held, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_no_longer_fits_is_told_in_a_line() {
    for house in houses(&settings()).await {
        let table = |name: &str, text: &str| {
            let output = Command::new(env!("CARGO_BIN_EXE_linli"))
                .args(["--database", &house.url, "--data"])
                .arg(house.folder.path())
                .args(["table", "import", name, &written(house.folder.path(), "table.csv", text)])
                .output()
                .expect("the program runs");
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stderr).expect("words")
        };
        let places = "kind,name,community,lat,lon\nestate,月亮湾花园,440309002001,,\nestate,太阳湾花园,440309002001,,\n";
        assert_eq!(table("places", places), "");
        let said = table(
            "areas",
            "code,name,level,parent\n440310,坪山区,district,\n440310001,坪山街道,subdistrict,440310\n440310001001,六联社区,community,440310001\n",
        );
        assert!(said.lines().count() == 1 && said.contains("places"), "what came with the program is silent: {said}");
    }
}
