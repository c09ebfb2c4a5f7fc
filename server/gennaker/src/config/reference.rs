//! The configuration as text: the reference of all settings, and the one in effect.

use std::fmt::Write as _;

use toml::Table;

use super::{Config, Loaded, Source, get, variable};

/// The text of `docs/configuration.md`.
pub(crate) fn reference() -> String {
    let defaults = Table::try_from(Config::default()).expect("the defaults can be written as TOML");
    let mut text = INTRODUCTION.to_owned();
    for (section, keys) in Config::SECTIONS {
        let title = if section.is_empty() { "The server".to_owned() } else { format!("`[{section}]`") };
        let _ = write!(
            text,
            "\n## {title}\n\n{}| Key | Default | Environment | Meaning |\n|---|---|---|---|\n",
            about(section)
        );
        for (name, meaning) in *keys {
            let key = if section.is_empty() { (*name).to_owned() } else { format!("{section}.{name}") };
            let Some(default) = get(&defaults, &key).filter(|value| !value.is_table()) else { continue };
            let default = if key == "data_dir" { DATA_DIR.to_owned() } else { format!("`{default}`") };
            let _ = writeln!(text, "| `{name}` | {default} | `{}` | {} |", variable(&key), meaning.trim());
        }
    }
    text
}

fn about(section: &str) -> String {
    let about = Config::KEYS.iter().find(|(name, _)| name == &section).map(|(_, about)| about.trim());
    about.map_or_else(String::new, |about| format!("{about}\n\n"))
}

/// The configuration in effect as a TOML file that says where each setting comes from.
pub(crate) fn effective(loaded: &Loaded) -> String {
    let table = Table::try_from(&loaded.config).expect("a configuration can be written as TOML");
    let mut text = String::new();
    for (section, keys) in Config::SECTIONS {
        if !section.is_empty() {
            let _ = writeln!(text, "\n[{section}]");
        }
        for (name, _) in *keys {
            let key = if section.is_empty() { (*name).to_owned() } else { format!("{section}.{name}") };
            let Some(value) = get(&table, &key).filter(|value| !value.is_table()) else { continue };
            let line = format!("{name} = {value}");
            let _ = match loaded.sources.get(&key) {
                None | Some(Source::Default) => writeln!(text, "{line}"),
                Some(source) => writeln!(text, "{line:<48} # {source}"),
            };
        }
    }
    text
}

const DATA_DIR: &str = "`$XDG_STATE_HOME/gennaker`, or `~/.local/state/gennaker`, or `.gennaker` without a home";

const INTRODUCTION: &str = "# Configuration

`gennaker serve` takes its settings from, each winning over those before:

1. the defaults below;
2. a TOML file: `--config FILE`, or the one that `GENNAKER_CONFIG` names;
3. environment variables;
4. flags: `--listen`, `--data-dir`, `--store`, `--insecure`, `--log-format`, `--log-level`, and `--set KEY=VALUE` for every
   setting.

`gennaker config check` prints the settings in effect and where each comes from. An unknown key or a wrong value is named with
its source, and the exit code is 64.

Durations are a whole number and a unit (`500ms`, `30s`, `5m`, `2h`, `7d`) or `0`, sizes a number of bytes with or without a unit
(`65536`, `64KiB`, `4MiB`, `1GiB`). In environment variables and flags, lists are written with commas.

```toml
listen = \"127.0.0.1:8480\"
data_dir = \"/var/lib/gennaker\"

[limits]
request_timeout = \"10s\"
```

<!-- What follows is made from server/gennaker/src/config/settings.rs; `GENNAKER_BLESS=1 cargo test -p gennaker` writes it. -->
";
