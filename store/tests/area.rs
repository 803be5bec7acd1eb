//! The district's tables: what is imported is what holds and what is exported; a wrong one changes nothing.

mod house;

use house::{houses, settings};
use store::StoreError;
use store::area::DistrictFile;

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
