//! What is done in the background: messages leave, what is old is swept away, what was imported is taken up.

pub mod deliver;
pub mod sweep;

use std::time::Duration;

use store::Store;

use crate::command::Failed;
use crate::config::Config;

/// How soon an import, what was learnt or a new day is taken up.
const REFRESH: Duration = Duration::from_secs(3);

/// Starts the background jobs; they stop with the runtime. Any number of processes may run them on one database.
///
/// # Errors
/// If a way out is configured that can't be used.
pub fn start(store: &Store, config: &Config) -> Result<(), Failed> {
    let senders = deliver::Senders::new(config)?;
    let delivering = store.clone();
    let every = Duration::from_secs(config.deliver_seconds.max(1));
    tokio::spawn(async move {
        let mut tick = interval(every);
        loop {
            tick.tick().await;
            match deliver::drain(&delivering, &senders).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "messages left"),
                Err(error) => tracing::warn!(%error, "messages wait; it is tried again"),
            }
        }
    });
    let sweeping = store.clone();
    tokio::spawn(async move {
        let mut tick = interval(Duration::from_secs(600));
        loop {
            tick.tick().await;
            sweep::sweep(&sweeping).await;
        }
    });
    let refreshing = store.clone();
    tokio::spawn(async move {
        let mut tick = interval(REFRESH);
        loop {
            tick.tick().await;
            match refreshing.refresh_district().await {
                Ok(false) => {}
                Ok(true) => tracing::info!("the district's tables were taken up anew"),
                Err(error) => tracing::warn!(%error, "the tables in force stay; it is tried again"),
            }
        }
    });
    Ok(())
}

/// A tick that does not try to make up for the time a job took.
fn interval(every: Duration) -> tokio::time::Interval {
    let mut tick = tokio::time::interval(every);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    tick
}
