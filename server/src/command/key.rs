use store::{Store, StoreError};

use super::{Failed, print};

/// Makes a machine's key and prints it, once; or ends it.
pub async fn run(store: &Store, name: &str, revoke: bool) -> Result<(), Failed> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Failed::Said("a key needs the name of the machine that will use it".into()));
    }
    if revoke {
        store.revoke_api_key(name).await.map_err(|error| match error {
            StoreError::NotFound => Failed::Said(format!("no key in force is called {name}")),
            error => error.into(),
        })?;
        print(format_args!("The key {name} no longer opens anything.\n"))?;
        return Ok(());
    }
    match store.add_api_key(name).await {
        Ok(key) => {
            print(format_args!("{key}\n"))?;
            eprintln!("This is the key of {name}. Keep it now: it can't be shown again. Machines send it as `Authorization: Bearer KEY`.");
            Ok(())
        }
        Err(error) if error.is_duplicate() => Err(Failed::Said(format!("{name} has had a key already; choose another name"))),
        Err(error) => Err(error.into()),
    }
}
