//! The public list's choices.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use house::browser::Portal;
use store::district::DistrictFile;

#[tokio::test(flavor = "multi_thread")]
async fn choices_are_in_the_readers_language_keep_what_was_chosen_and_follow_the_tables() {
    let portal = Portal::open().await;
    let mut phone = portal.browser();
    let page = phone.get("/requests").await;
    assert!(page.says(r#"<option value="0404">"#) && !page.says("selected"), "groups can be chosen in a filter: {}", page.text);
    let page = phone.get("/requests?class=040401&area=440309002&lang=en").await;
    assert!(page.says(r#"<option value="040401" selected>"#) && page.says(r#"<option value="440309002" selected>"#), "{}", page.text);
    assert!(page.text.matches(" selected>").count() == 2 && page.says(" (all)</option>") && !page.says("（全部）"));
    assert!(phone.get("/requests?lang=zh").await.says("（全部）"));
    // Only leaves can be filed under.
    let form = phone.get("/requests/new").await;
    assert!(form.says(r#"<option value="040401">"#) && !form.says(r#"<option value="0404">"#));

    let areas = DistrictFile::Areas.shipped().replace("北站社区", "北站<新>社区");
    portal.store.import_district_file(DistrictFile::Areas, &areas).await.unwrap();
    let page = phone.get("/requests").await;
    assert!(page.says("北站&lt;新&gt;社区") && !page.says(">北站社区<"), "an import is seen at once");
}
