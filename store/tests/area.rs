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

#[tokio::test(flavor = "multi_thread")]
async fn other_areas_may_come_before_their_places() {
    for house in houses(&settings()).await {
        let store = &house.store;
        store.import_district_file(DistrictFile::Centres, "code,lat,lon\n").await.expect("no centres");
        let areas =
            "code,name,level,parent\n440310,坪山区,district,\n440310001,坪山街道,subdistrict,440310\n440310001001,六联社区,community,440310001\n";
        store.import_district_file(DistrictFile::Areas, areas).await.expect("another district");
        let names = |text: &str| store.district().places.search(text, None, 8).len();
        assert_eq!((names("六联"), names("民乐老村")), (1, 0));
    }
}
