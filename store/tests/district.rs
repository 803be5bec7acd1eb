//! The district's tables: what is imported is what holds and what is exported; a wrong one changes nothing.

mod house;

use house::{House, Person, houses, settings};
use store::StoreError;
use store::district::DistrictFile;

#[tokio::test(flavor = "multi_thread")]
async fn places_are_imported_exported_and_checked() {
    for house in houses(&settings()).await {
        let store = &house.store;
        assert_eq!(store.export_district_file(DistrictFile::Places).await.expect("a table"), DistrictFile::Places.shipped());
        let found = |text: &str| store.district().places.search(text, None, 8).iter().map(|place| place.name.clone()).collect::<Vec<_>>();
        assert_eq!(found("民乐老"), ["民乐老村"]);

        let wrong =
            store.import_district_file(DistrictFile::Places, "kind,name,community,lat,lon\nroad,甲路,440309002001,,\nstreet,乙路,1,,\n").await;
        let Err(StoreError::Import(lines)) = wrong else { panic!("refused: {wrong:?}") };
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(found("民乐老"), ["民乐老村"]);

        let own = "kind,name,community,lat,lon\nestate,月亮湾花园,440309002001,22.6,114.03\n";
        store.import_district_file(DistrictFile::Places, own).await.expect("imported");
        assert_eq!(store.export_district_file(DistrictFile::Places).await.expect("a table"), own);
        assert_eq!((found("月亮"), found("民乐老")), (vec!["月亮湾花园".to_owned()], vec![]));
        store.reload_district().await.expect("as a fresh start would");
        assert_eq!(found("月亮"), ["月亮湾花园"]);
    }
}

const PINGSHAN: &str =
    "code,name,level,parent\n440310,坪山区,district,\n440310001,坪山街道,subdistrict,440310\n440310001001,六联社区,community,440310001\n";

#[tokio::test(flavor = "multi_thread")]
async fn other_areas_come_before_all_that_lies_in_them() {
    for house in houses(&settings()).await {
        let store = &house.store;
        let known = "class,area,from,to,words_zh,words_en\n0404,440309002,2026-11-01,2026-12-03,三号修好,Repaired on the 3rd\n";
        store.import_district_file(DistrictFile::Known, known).await.expect("a notice in the areas that are left");
        let centre = |code: &str| store.district().areas.get(&code.parse().expect("a code")).expect("an area").centre().is_some();
        assert!(centre("440309002001"));
        store.import_district_file(DistrictFile::Areas, PINGSHAN).await.expect("another district, while the shipped centres are in force");
        let names = |text: &str| store.district().places.search(text, None, 8).len();
        assert_eq!((names("六联"), names("民乐老村")), (1, 0));
        assert!(!centre("440310001001"));

        let wrong = store.import_district_file(DistrictFile::Centres, "code,lat,lon\n440309001,22.69,114.06\n").await;
        assert!(matches!(wrong, Err(StoreError::Import(_))), "what is imported now has to fit: {wrong:?}");
        let own = "code,lat,lon\n440310001,22.69,114.34\n440310001001,22.69,114.35\n";
        store.import_district_file(DistrictFile::Centres, own).await.expect("its own centres");
        assert!(centre("440310001") && centre("440310001001"));

        let fewer = PINGSHAN.replace("440310001001,六联社区,community", "440310001002,坪环社区,community");
        store.import_district_file(DistrictFile::Areas, &fewer).await.expect("a community is gone, its centre is kept");
        assert!(centre("440310001"), "a centre that still fits holds");
        assert_eq!(store.export_district_file(DistrictFile::Centres).await.expect("a table"), own);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_checked_against_what_another_process_imported() {
    for house in houses(&settings()).await {
        let stale = house.another_store().await;
        house.store.import_district_file(DistrictFile::Areas, PINGSHAN).await.expect("another district");
        let places = "kind,name,community,lat,lon\nestate,月亮湾花园,440309002001,,\n";
        assert!(matches!(stale.import_district_file(DistrictFile::Places, places).await, Err(StoreError::Import(_))));
        let own = "id,area,name_zh,name_en\nteam,440310001,坪山志愿队,Pingshan Team\n";
        stale.import_district_file(DistrictFile::Organisations, own).await.expect("it lies in the new areas");
    }
}

/// The shipped table without the lines that begin with one of these.
fn without(file: DistrictFile, codes: &[&str]) -> String {
    file.shipped().lines().filter(|line| !codes.iter().any(|code| line.starts_with(&format!("{code},")))).map(|line| format!("{line}\n")).collect()
}

/// What an import was refused with; nothing has changed by it.
async fn refused(house: &House, file: DistrictFile, body: &str) -> String {
    let before = house.store.export_district_file(file).await.expect("a table");
    let version = house.count("SELECT version FROM district_version").await;
    let Err(StoreError::Import(lines)) = house.store.import_district_file(file, body).await else { panic!("{file:?} is refused: {body}") };
    assert_eq!(house.store.export_district_file(file).await.expect("a table"), before);
    assert_eq!(house.count("SELECT version FROM district_version").await, version);
    lines.join("\n")
}

async fn run(house: &House, sql: &str) {
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&house.sql).await.expect("written");
}

#[tokio::test(flavor = "multi_thread")]
async fn areas_keep_requests_roles_and_homes() {
    for house in houses(&settings()).await {
        let resident = house.person(Person::default()).await;
        let grant = |scope: &str| format!("INSERT INTO role_grant (account, role, scope, granted_at) VALUES ('resident', 'handler', '{scope}', 0)");
        house.file(&resident, "040401", "井盖没了").await;
        run(&house, &grant("440309002002")).await;
        run(&house, "UPDATE account SET home_area = '440309002003' WHERE id = 'resident'").await;
        for code in ["440309002001", "440309002002", "440309002003"] {
            let said = refused(&house, DistrictFile::Areas, &without(DistrictFile::Areas, &[code])).await;
            assert!(said.contains(code) && said.matches("440309").count() == 1, "{said}");
        }
        // A grid cell relies on its community, an organisation's people on its area.
        run(&house, &grant("440309002004001")).await;
        run(&house, &grant("org:minzhi-volunteers")).await;
        run(&house, &grant("440309002005")).await;
        let said = refused(&house, DistrictFile::Areas, PINGSHAN).await;
        let named = "440309002, 440309002001, 440309002002, 440309002003, 440309002004 and 1 more";
        assert!(said.contains(named), "{said}");
        let unused = without(DistrictFile::Areas, &["440309003001"]);
        house.store.import_district_file(DistrictFile::Areas, &unused).await.expect("nothing relies on it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_keep_those_who_act_for_them() {
    for house in houses(&settings()).await {
        house.person(Person::default()).await;
        run(&house, "INSERT INTO role_grant (account, role, scope, granted_at) VALUES ('resident', 'organisation', 'org:women', 0)").await;
        let said = refused(&house, DistrictFile::Organisations, "id,area,name_zh,name_en\n").await;
        assert!(said.contains("women") && !said.contains("youth"), "{said}");
        let rest = without(DistrictFile::Organisations, &["youth"]);
        house.store.import_district_file(DistrictFile::Organisations, &rest).await.expect("nobody acts for it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_table_whose_emptiness_means_something_may_be_empty() {
    use DistrictFile::{Areas, Centres, Helplines, Holidays, Known, Organisations, Places, Promises, Safety};
    for house in houses(&settings()).await {
        let heading = |file: DistrictFile| file.shipped().lines().find(|line| !line.starts_with('#')).expect("a heading").to_owned() + "\n";
        for file in [Areas, Holidays, Promises, Safety] {
            refused(&house, file, &heading(file)).await;
        }
        for file in [Centres, Places, Helplines, Known, Organisations] {
            house.store.import_district_file(file, &heading(file)).await.expect("empty");
        }
        let classes = house.store.district().catalogue.to_csv();
        let heading = classes.lines().next().expect("a heading");
        let empty = house.store.import_catalogue("2026.2", "2026-11-25".parse().expect("a day"), &format!("{heading}\n")).await;
        assert!(matches!(empty, Err(StoreError::Import(_))));
        house.store.reload_district().await.expect("as a fresh start would");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_names_no_class_that_the_catalogue_lacks() {
    for house in houses(&settings()).await {
        for (file, line) in [
            (DistrictFile::Promises, ",1wd,5wd\n9901,1wd,5wd\n"),
            (DistrictFile::Safety, "0701,火？,Fire?,119\n9901,火？,Fire?,119\n"),
            (DistrictFile::Helplines, "0603,12338,妇女,Women\n9901,12345,热线,Line\n"),
            (DistrictFile::Known, "0404,440309002,2026-11-01,2026-12-03,修,Soon\n9901,440309002,2026-11-01,2026-12-03,修,Soon\n"),
        ] {
            let heading = file.shipped().lines().find(|line| !line.starts_with('#')).expect("a heading");
            let said = refused(&house, file, &format!("{heading}\n{line}")).await;
            assert_eq!(said, "line 3: the catalogue has no class 9901", "{file:?}");
        }
    }
}
