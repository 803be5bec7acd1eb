use std::io::{BufRead as _, IsTerminal as _, Read as _};

use clap::Subcommand;
use domain::area::AreaCode;
use domain::role::{Grant, Role, Scope};
use store::StoreError;
use store::account::{Granting, JoinWrong};

use super::{Failed, open_kept, print};
use crate::config::Config;

#[derive(Subcommand)]
pub enum Command {
    /// Add an account
    Add {
        /// A phone number, or a name where there is no phone
        name: String,
        /// The password; without it, it is asked for, or read from standard input where that is no terminal
        #[arg(long)]
        password: Option<String>,
    },
    /// Grant a role, or take it with --revoke
    Role {
        /// The account's phone number or name
        name: String,
        /// resident, committee, organisation, agent, handler, mediator or supervisor
        role: Role,
        /// The code of a district, subdistrict or community, where the role holds with everything below, or of a grid cell
        /// in a known community; for the role organisation, its id (`linli table export organisations`)
        scope: String,
        /// Take the role instead
        #[arg(long)]
        revoke: bool,
    },
    /// Make a key for a machine that reads the whole event feed, and print it once; or end it with --revoke
    Key {
        /// The machine's name, such as grid
        name: String,
        /// End the key instead
        #[arg(long)]
        revoke: bool,
    },
}

pub async fn run(command: Command, config: &Config) -> Result<(), Failed> {
    match command {
        Command::Add { name, password } => {
            let password = match password {
                Some(password) => password,
                None => read_password()?,
            };
            let store = open_kept(config).await?;
            match store.add_account(&name, &password).await? {
                Ok(Some(_)) => {
                    print(format_args!("{name} can sign in.\n"))?;
                    Ok(())
                }
                Ok(None) => Err(Failed::Said(format!("{name} has an account already"))),
                Err(wrong) => Err(Failed::Said(wrong.iter().map(sentence).collect::<Vec<_>>().join("; "))),
            }
        }
        Command::Key { name, revoke } => super::key::run(&open_kept(config).await?, &name, revoke).await,
        Command::Role { name, role, scope, revoke } => {
            let store = open_kept(config).await?;
            let district = store.district();
            let (scope, place) = match AreaCode::parse(&scope) {
                // What was granted under an older table can still be taken.
                Ok(area) if revoke || district.areas.in_district(&area) => {
                    (Scope::Area(area), format!("in {}", district.areas.path_name(&area).unwrap_or(scope)))
                }
                Ok(area) => return Err(Failed::Said(format!("{area} is no area of this district"))),
                Err(_) => match district.organisations.get(&scope) {
                    Some(organisation) => (Scope::Organisation(scope), format!("for {}", organisation.name_zh)),
                    None if revoke => (Scope::Organisation(scope.clone()), format!("for {scope}")),
                    None => return Err(Failed::Said(format!("{scope} is neither an area's code nor an organisation's id"))),
                },
            };
            let came = store.set_role(&name, &Grant { role, scope }, revoke).await.map_err(|error| match error {
                StoreError::NotFound => Failed::Said(format!("nobody is called {name}")),
                error => error.into(),
            })?;
            match came {
                Granting::Unfit => {
                    return Err(Failed::Said(format!(
                        "{role} can't be granted {place}: `organisation` is held for an organisation, every other role in an area"
                    )));
                }
                Granting::NotHeld => return Err(Failed::Said(format!("{name} was not granted {role} {place}: nothing was taken"))),
                // Nobody's own areas stand in the operator's way.
                Granting::Done | Granting::Outside | Granting::LastOwn => {}
            }
            print(format_args!("{name} is {}{role} {place}.\n", if revoke { "no longer " } else { "" }))?;
            Ok(())
        }
    }
}

fn sentence(wrong: &JoinWrong) -> String {
    match wrong {
        JoinWrong::Called(error) => error.to_string(),
        JoinWrong::Password(error) => error.to_string(),
    }
}

/// What is typed without being shown, or the first line of standard input without its end.
fn read_password() -> Result<String, Failed> {
    let unread = |error| Failed::Io { what: "reading the password".into(), error };
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password("Password: ").map_err(unread);
    }
    let mut text = String::new();
    std::io::stdin().lock().take(4096).read_line(&mut text).map_err(unread)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
