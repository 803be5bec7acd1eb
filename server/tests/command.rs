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
        for (name, scope) in [("handler", "440309002"), ("organisation", "women")] {
            let (ok, said, wrong) = role(name, scope);
            assert!(ok && said.contains(name), "{said}{wrong}");
        }
        let held =
            house.count(&format!("SELECT COUNT(*) FROM role_grant WHERE account = '{}'", resident.account.expect("an account").as_str())).await;
        assert_eq!(held, 2);
    }
}
