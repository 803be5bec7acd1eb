//! In which order the desk reads, and where it ends.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_soonest_deadline_comes_first_and_pages_miss_nothing() {
    for house in houses(&Settings::default()).await {
        let store = &house.store;
        let resident = person(&house, "resident", None).await;
        let handler = person(&house, "handler", Some((Role::Handler, HERE))).await;
        let both = {
            let grants = [HERE, NEXT, HERE].map(|area| Grant { role: Role::Handler, scope: Scope::Area(area.parse().unwrap()) }).to_vec();
            Viewer::of(AccountId::new("both"), grants)
        };
        let chief = person(&house, "chief", Some((Role::Handler, DISTRICT))).await;
        for index in 0..24 {
            house.clock.advance(TimeDelta::minutes(1));
            let class = ["040101", "040102", "040103"][index % 3];
            file(&house, &resident, class, if index % 4 == 0 { NEXT } else { HERE }, &format!("第 {index} 件"), &random_key()).await;
        }
        sqlx::query("UPDATE request SET due_at = NULL, reply_due_at = NULL WHERE id = (SELECT MIN(id) FROM request)")
            .execute(&house.sql)
            .await
            .unwrap();
        // As many in danger as need more than a page, the last ones filed.
        sqlx::query("UPDATE request SET danger = 1 WHERE id IN (SELECT id FROM request ORDER BY id DESC LIMIT 22)")
            .execute(&house.sql)
            .await
            .unwrap();
        for (viewer, expected) in [(&handler, 18), (&both, 24), (&chief, 24)] {
            let mut seen = Vec::new();
            let mut after = None;
            loop {
                let page = store.desk(viewer, Queue::Open, after).await.unwrap();
                seen.extend(page.items);
                after = page.after;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen.len(), expected, "{}", house.url);
            let order: Vec<_> =
                seen.iter().map(|item| (item.urgency, item.next_due().map_or(i64::MAX, |due| due.timestamp_millis()), item.id)).collect();
            assert!(order.is_sorted_by(|a, b| a < b), "each once, danger first, then the soonest");
            assert!(order[0].0.is_danger() && !order[expected - 1].0.is_danger());
            assert!(seen.iter().all(|item| DeskPlace::parse(&DeskPlace::of(item).to_string()) == Some(DeskPlace::of(item))));
            assert_eq!(store.desk_counts(viewer).await.unwrap().open, expected as i64);
        }
        let counts = store.desk_counts(&chief).await.unwrap();
        for queue in Queue::ALL {
            let listed = store.desk(&chief, queue, None).await.unwrap();
            if listed.after.is_none() {
                assert_eq!(counts.of(queue), Some(listed.items.len() as i64), "{queue:?}");
            }
        }
        house.clock.advance(TimeDelta::days(60));
        assert_eq!(store.desk_counts(&chief).await.unwrap().late, 23, "what has no deadline is never late");
        assert_eq!(store.desk(&Viewer::visitor(), Queue::Open, None).await.unwrap().items.len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_is_promised_before_the_settling() {
    for house in houses(&Settings::default()).await {
        let store = &house.store;
        let resident = person(&house, "resident", None).await;
        let handler = person(&house, "handler", Some((Role::Handler, HERE))).await;
        // Answered within a working day and settled within ten; within four hours and twenty days.
        let slow = file(&house, &resident, "0306", HERE, "工资拖了两个月", &random_key()).await;
        let quick = file(&house, &resident, "040101", HERE, "楼顶在加盖", &random_key()).await;
        let order = async || store.desk(&handler, Queue::Open, None).await.unwrap().items.into_iter().map(|item| item.number).collect::<Vec<_>>();
        assert_eq!(order().await, [quick, slow], "{}", house.url);
        change(&house, &handler, &quick, Change::Accepted, "明天上门").await.unwrap();
        assert_eq!(order().await, [slow, quick], "taken on: {}", house.url);
        let page = store.desk(&handler, Queue::Open, None).await.unwrap();
        let rest = store.desk(&handler, Queue::Open, Some(DeskPlace::of(&page.items[0]))).await.unwrap();
        assert_eq!(rest.items, page.items[1..]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_ends_at_its_own_cell_and_with_its_role() {
    for house in houses(&Settings::default()).await {
        let store = &house.store;
        let resident = person(&house, "resident", None).await;
        let handler = person(&house, "handler", Some((Role::Handler, HERE))).await;
        let cell = person(&house, "cell", Some((Role::Handler, "440309002001001"))).await;
        sqlx::query("INSERT INTO role_grant (account, role, scope, granted_at) VALUES ('handler', 'handler', '440309002001', 0)")
            .execute(&house.sql)
            .await
            .unwrap();
        let number = file(&house, &resident, "0104", HERE, "有人堵门闹事", &random_key()).await;
        // Taken on without a word, the first answer is still owed.
        change(&house, &handler, &number, Change::Accepted, "").await.unwrap();
        assert!(store.request(&resident, &number, false).await.unwrap().item.reply_due_at.is_some());
        change(&house, &handler, &number, Change::Answered, "已到现场").await.unwrap();
        assert!(store.request(&resident, &number, false).await.unwrap().item.reply_due_at.is_none());
        change(&house, &resident, &number, Change::Added, "今天又来了").await.unwrap();
        let told = |notices: &[store::notice::Notice]| notices.iter().filter(|notice| notice.words == "今天又来了").count();
        assert_eq!(told(&store.notices(&handler, None).await.unwrap().0), 1);

        sqlx::query("DELETE FROM role_grant").execute(&house.sql).await.unwrap();
        let former = Viewer::of(AccountId::new("handler"), Vec::new());
        change(&house, &resident, &number, Change::Added, "今天又来了").await.unwrap();
        assert_eq!(house.count("SELECT COUNT(*) FROM notice WHERE account = 'handler' AND words = '今天又来了'").await, 1, "{}", house.url);
        assert_eq!(told(&store.notices(&former, None).await.unwrap().0), 0);

        assert!(store.desk(&cell, Queue::Open, None).await.unwrap().items.is_empty());
        assert!(store.requests(&cell, Place::Desk, &Filter::default(), None).await.unwrap().items.is_empty(), "not in the cell: {}", house.url);
        assert_eq!(store.requests(&handler, Place::Desk, &Filter::default(), None).await.unwrap().items.len(), 1);
    }
}
