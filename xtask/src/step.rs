//! Steps that say what they do, and the programs they call.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::stop::{OrStop, Result, Stop};

/// The steps of one command: counted, timed, and summed up at the end.
pub struct Steps {
    total: usize,
    done: Vec<Done>,
}

struct Done {
    title: &'static str,
    took: Duration,
    failure: Option<Stop>,
}

impl Steps {
    /// A command of `total` steps.
    pub fn new(total: usize) -> Self {
        Self { total, done: Vec::new() }
    }

    /// A step that the following ones need: its failure ends the command.
    pub fn run<T>(&mut self, title: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let (took, outcome) = self.timed(title, work);
        if outcome.is_ok() {
            self.done.push(Done { title, took, failure: None });
        }
        outcome
    }

    /// A check on its own: its failure is kept for the end, so that one run shows all there is to mend.
    pub fn check(&mut self, title: &'static str, work: impl FnOnce() -> Result<()>) {
        let (took, outcome) = self.timed(title, work);
        let failure = outcome.err();
        if let Some(failure) = &failure {
            println!("      {failure}");
        }
        self.done.push(Done { title, took, failure });
    }

    fn timed<T>(&self, title: &str, work: impl FnOnce() -> Result<T>) -> (Duration, Result<T>) {
        println!("[{}/{}] {title}", self.done.len() + 1, self.total);
        let start = Instant::now();
        let outcome = work();
        let took = start.elapsed();
        let word = if outcome.is_ok() { "done" } else { "FAILED" };
        println!("      {word} in {}", seconds(took));
        (took, outcome)
    }

    /// Prints every step with its time; fails when a check did.
    pub fn summary(self) -> Result<()> {
        println!("\nSummary");
        for step in &self.done {
            let word = if step.failure.is_some() { "FAILED" } else { "ok" };
            println!("  {word:<7} {:>8}  {}", seconds(step.took), step.title);
        }
        println!("  {:>16}  in all", seconds(self.done.iter().map(|step| step.took).sum()));
        let failed: Vec<&str> = self.done.iter().filter(|step| step.failure.is_some()).map(|step| step.title).collect();
        if failed.is_empty() {
            return Ok(());
        }
        Err(Stop::new(format!("{} of {} checks failed: {}.", failed.len(), self.done.len(), failed.join(", "))))
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// Runs a program with its output on the terminal; `advice` is what to do when it fails.
pub fn call(command: &mut Command, advice: &str) -> Result<()> {
    let name = name(command);
    let status = command.status().or_stop(format_args!("`{name}` could not be started"))?;
    if status.success() { Ok(()) } else { Err(Stop::new(format!("`{name}` ended with {status}. {advice}"))) }
}

/// Runs a program and gives back what it printed on its standard output.
pub fn output(command: &mut Command, advice: &str) -> Result<String> {
    let name = name(command);
    let output = command.stderr(Stdio::inherit()).output().or_stop(format_args!("`{name}` could not be started"))?;
    if !output.status.success() {
        return Err(Stop::new(format!("`{name}` ended with {}. {advice}", output.status)));
    }
    String::from_utf8(output.stdout).or_stop(format_args!("`{name}` printed something that is not text"))
}

/// What a program printed, or nothing when it is missing or fails: for questions, not for work.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The command line in short, for messages.
fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let mut text = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = text.char_indices().nth(100) {
        text.truncate(cut);
        text.push('…');
    }
    text
}
