//! A throw-away PostgreSQL server for the tests: own folder, own port, gone afterwards whatever happens.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use crate::packages;
use crate::step::{ask, output};
use crate::stop::{OrStop, Result, Stop};

/// The one server, where the handler for Ctrl-C finds it too.
static RUNNING: Mutex<Option<Server>> = Mutex::new(None);

struct Server {
    process: Child,
    folder: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown; kill() would be SIGKILL and leave its children to find out.
        let _ = Command::new("kill").args(["-INT", &self.process.id().to_string()]).status();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Stops the server when it goes out of scope.
pub struct Guard {
    /// The address for `LINLI_TEST_POSTGRES`.
    pub url: String,
}

impl Drop for Guard {
    fn drop(&mut self) {
        stop();
    }
}

fn stop() {
    drop(RUNNING.lock().unwrap_or_else(PoisonError::into_inner).take());
}

/// The folder with `initdb` and `postgres`: the newest, as Debian lays them out, or the PATH's.
pub fn programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").is_file() && folder.join("postgres").is_file())
        .collect();
    versions.sort();
    let on_path = || packages::program("initdb").and_then(|file| file.parent().map(Path::to_owned));
    versions.pop().map(|(_, folder)| folder).or_else(on_path)
}

/// Starts a server.
pub fn start() -> Result<Guard> {
    let programs = programs().ok_or_else(|| Stop::new("PostgreSQL's `initdb` and `postgres` are missing: install Debian's package postgresql."))?;
    ctrlc::set_handler(|| {
        stop();
        std::process::exit(130);
    })
    .or_stop("Ctrl-C cannot be listened for")?;

    let folder = std::env::temp_dir().join(format!("linli-postgres-{}", std::process::id()));
    fs::create_dir(&folder).or_stop(format_args!("{} could not be made", folder.display()))?;
    let mut initialise = as_owner(&programs.join("initdb"), &folder)?;
    initialise.arg("-D").arg(folder.join("data")).args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
    output(&mut initialise, "A database folder could not be made.")?;

    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).or_stop("there is no free port")?.port();
    let log = folder.join("log");
    let written = fs::File::create(&log).or_stop("the log could not be made")?;
    let mut serve = as_owner(&programs.join("postgres"), &folder)?;
    serve.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string(), "-k", "", "-h", "127.0.0.1"]);
    // What a test loses in a power cut is no loss; many tests connect at once.
    for setting in ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"] {
        serve.args(["-c", setting]);
    }
    serve.stdin(Stdio::null()).stdout(written.try_clone().or_stop("the log is gone")?).stderr(written);
    let process = serve.spawn().or_stop("`postgres` could not be started")?;
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(Server { process, folder });
    let guard = Guard { url: format!("postgres://postgres@127.0.0.1:{port}/postgres") };

    for _ in 0..100 {
        if ask(Command::new(programs.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])).is_some() {
            return Ok(guard);
        }
        sleep(Duration::from_millis(100));
    }
    let words = fs::read_to_string(&log).unwrap_or_default();
    Err(Stop::new(format!("PostgreSQL did not answer within ten seconds. Its log:\n{words}")))
}

/// PostgreSQL refuses to run as root: then it runs as its own user, and ends with us even if we are killed.
fn as_owner(program: &Path, folder: &Path) -> Result<Command> {
    if !packages::is_root() {
        let mut command = Command::new(program);
        command.current_dir(folder);
        return Ok(command);
    }
    output(Command::new("chown").arg("postgres:").arg(folder), "The user `postgres` is missing: install Debian's package postgresql.")?;
    let mut command = Command::new("setpriv");
    command.current_dir(folder).args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=INT", "--"]).arg(program);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    #[test]
    fn answers_while_wanted_and_leaves_nothing_behind() {
        if super::programs().is_none() {
            println!("left out: PostgreSQL is not installed");
            return;
        }
        let folder = std::env::temp_dir().join(format!("linli-postgres-{}", std::process::id()));
        let server = super::start().expect("a server");
        let address = server.url["postgres://postgres@".len()..server.url.len() - "/postgres".len()].to_owned();
        assert!(TcpStream::connect(&address).is_ok() && folder.exists());
        drop(server);
        assert!(TcpStream::connect(&address).is_err() && !folder.exists());
    }
}
