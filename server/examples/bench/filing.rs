//! Filing, durable and whole: number, history, event, search row.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::request::Filing;
use domain::role::Viewer;
use store::Store;
use store::request::FileBy;

use super::Failed;
use super::load::{Rate, load, post, rate};

/// How often a second the disk makes 4 kB durable.
pub fn fsync_rate(folder: &Path) -> Result<f64, Failed> {
    use std::io::{Seek, Write};
    let mut file = std::fs::File::create(folder.join("fsync"))?;
    let (begun, mut count) = (Instant::now(), 0.0);
    while begun.elapsed() < Duration::from_secs(1) {
        file.rewind()?;
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        count += 1.0;
    }
    Ok(count / begun.elapsed().as_secs_f64())
}

/// Files from so many tasks through the store's use case.
pub async fn through_store(store: &Store, writers: usize, time: Duration) -> Rate {
    let stop = Arc::new(AtomicBool::new(false));
    let district = store.district();
    let areas: Arc<Vec<_>> =
        Arc::new(district.areas.iter().filter(|area| area.level == domain::area::Level::Community).map(|area| area.code).collect());
    let begun = Instant::now();
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let (store, stop, areas) = (store.clone(), stop.clone(), areas.clone());
            tokio::spawn(async move {
                let (mut times, mut failed, viewer) = (Vec::new(), 0, Viewer::visitor());
                while !stop.load(Ordering::Relaxed) {
                    let nth = times.len() + failed;
                    let filing = Filing {
                        what: "楼下井盖翘起来一边，昨晚有位阿婆差点绊倒，旁边没有围挡，请尽快来看看。".into(),
                        class: "040401".parse().ok(),
                        place: format!("老村 {} 栋楼下，近垃圾房", nth % 60),
                        area: areas[(writer + nth) % areas.len()],
                        position: None,
                        phone: None,
                        happened_at: None,
                        since: None,
                        danger: false,
                    };
                    let asked = Instant::now();
                    let key = format!("{writer} {nth} {}", store.clock().millis());
                    match store.file(FileBy { viewer: &viewer, behalf: false }, filing, &key).await {
                        Ok(_) => times.push(asked.elapsed()),
                        Err(_) => failed += 1,
                    }
                }
                (times, failed)
            })
        })
        .collect();
    tokio::time::sleep(time).await;
    stop.store(true, Ordering::Relaxed);
    let (mut times, mut failed) = (Vec::new(), 0);
    for task in tasks {
        if let Ok((some, bad)) = task.await {
            times.extend(some);
            failed += bad;
        }
    }
    rate(times, failed, begun.elapsed())
}

/// The same by the form over HTTP, without an account.
pub async fn over_http(address: SocketAddr, connections: usize, time: Duration) -> Rate {
    let run = store::random_key();
    load(address, connections, time, 303, move |nth| {
        let what = "%E4%BA%95%E7%9B%96%E7%BF%98%E8%B5%B7%E6%9D%A5";
        let form = format!("what={what}&class=040401&area=440309002001&place=12&phone=13800138000&key={}{nth:08}", &run[..32]);
        post(address, "/requests/new", "", nth, &form)
    })
    .await
}
