use store::demo::{Demo, DemoAccount, Loaded};

use super::{Failed, open, print};
use crate::config::Config;

#[derive(clap::Args)]
pub struct Command {
    /// How many times 2,000 requests
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1000))]
    scale: u64,
    /// The same seed gives the same district on the same day
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print the accounts as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(command: Command, config: &Config) -> Result<(), Failed> {
    let store = open(config).await?;
    let demo = Demo { scale: command.scale, seed: command.seed, ..Demo::default() };
    // What a program reads stands alone on the standard output.
    let loaded = store.load_demo(demo, |line| eprintln!("{line}")).await?;
    store.database().close().await;
    if command.json {
        print(format_args!("{}\n", json(&loaded.accounts)))?;
    } else {
        print(format_args!("{}\n", table(&loaded)))?;
    }
    Ok(())
}

fn json(accounts: &[DemoAccount]) -> String {
    let accounts: Vec<_> = accounts
        .iter()
        .map(|account| serde_json::json!({ "role": account.role, "name": account.name, "password": account.password, "area": account.area, "what": account.what }))
        .collect();
    serde_json::to_string_pretty(&accounts).unwrap_or_default()
}

fn table(loaded: &Loaded) -> String {
    let mut lines = vec![format!("{} requests. Sign in as:", loaded.requests), String::new()];
    let row = |cells: [&str; 5]| {
        let [role, name, password, area, what] = cells;
        format!("{}{}{}{}{what}", wide(role, 14), wide(name, 14), wide(password, 16), wide(area, 14))
    };
    lines.push(row(["role", "name", "password", "area", "what"]));
    lines.extend(loaded.accounts.iter().map(|account| row([&account.role, &account.name, &account.password, &account.area, &account.what])));
    if let Some((number, code)) = &loaded.tracked {
        lines.extend([String::new(), format!("Filed without an account: {number}, tracking code {code}")]);
    }
    lines.join("\n")
}

/// Padded to a width in which a Chinese character takes two columns.
fn wide(text: &str, width: usize) -> String {
    let taken: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(taken).max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        assert_eq!(wide("民治街道", 10), "民治街道  ");
        assert_eq!(wide("agent", 3), "agent ");
    }
}
