//! The configuration as text: the reference of all settings, and the one in effect.

use std::fmt::Write as _;

use toml::{Table, Value};

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
            let is_section = |value: &&Value| value.is_table() || Config::IN_FILES_ONLY.contains(&key.as_str());
            let Some(default) = get(&defaults, &key).filter(|value| !is_section(value)) else { continue };
            let default = if key == "data_dir" { DATA_DIR.to_owned() } else { format!("`{default}`") };
            let _ = writeln!(text, "| `{name}` | {default} | `{}` | {} |", variable(&key), meaning.trim());
        }
    }
    text + IN_FILES_ONLY + "\n```toml\n" + DEFINED + "```\n" + OF_KINDS
}

fn about(section: &str) -> String {
    let (parent, name) = section.rsplit_once('.').unwrap_or(("", section));
    let keys = Config::SECTIONS.iter().find(|(section, _)| *section == parent).map_or(&[][..], |(_, keys)| keys);
    let about = keys.iter().find(|(key, _)| *key == name).map(|(_, about)| about.trim());
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
            let is_section = |value: &&Value| value.is_table() || Config::IN_FILES_ONLY.contains(&key.as_str());
            let Some(value) = get(&table, &key).filter(|value| !is_section(value)) else { continue };
            let line = format!("{name} = {value}");
            let _ = match loaded.sources.get(&key) {
                None | Some(Source::Default) => writeln!(text, "{line}"),
                Some(source) => writeln!(text, "{line:<48} # {source}"),
            };
        }
    }
    for key in Config::IN_FILES_ONLY {
        if let Some(Source::File(path)) = loaded.sources.get(key) {
            let whole: Table = [(key.to_owned(), table[key].clone())].into_iter().collect();
            let _ = write!(text, "\n# {}\n{whole}", path.display());
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
4. flags: `--listen`, `--data-dir`, `--store`, `--insecure`, `--ui-dir`, `--log-format`, `--log-level`, and `--set KEY=VALUE` for
   every setting.

`gennaker config check` prints the settings in effect and where each comes from. An unknown key or a wrong value is named with
its source, and the exit code is 64.

Durations are a whole number and a unit (`500ms`, `30s`, `5m`, `2h`, `7d`) or `0`, sizes a number of bytes with or without a unit
(`65536`, `64KiB`, `4MiB`, `1GiB`). In environment variables and flags, lists are written with commas. `[roles]` and
`[[custom_kinds]]` can only be set in a file. Secrets are references, `env:NAME` or `file:/PATH`, which are read anew at each use;
their variables must not begin with `GENNAKER_`, unless it is `GENNAKER_SECRET_`.

```toml
listen = \"127.0.0.1:8480\"
data_dir = \"/var/lib/gennaker\"

[limits]
request_timeout = \"10s\"
```

<!-- What follows is made from server/gennaker/src/config/settings.rs; `GENNAKER_BLESS=1 cargo test -p gennaker` writes it. -->
";

/// The sections that have no fixed keys.
const IN_FILES_ONLY: &str = "
## `[roles]`

The roles that [judgments](pipelines.md) ask for: each with the names of the users who have it.

```toml
[roles]
release-managers = [\"ann\", \"bob\"]
sre = [\"carol\"]
```

## `[[custom_kinds]]`

Kinds of stages of the operator's own: calls of URLs under names of their own, with parameters that pipelines fill in. Each is a stage
`custom` with its `kind`, and clients show it like any other. What the operator wrote keeps its form whatever a parameter holds: a
parameter is put in as a value and never read as an expression.
";

/// What follows the example of a kind.
const OF_KINDS: &str = "
Besides `name`, `label`, `description`, `enabled` (default `true`) and `parameters`, a kind has the fields of the stage kind
`webhook`, by the names in [stage_webhook.proto](../proto/gennaker/v1/stage_webhook.proto); values of enums may leave out what they begin
with (`POST`). A parameter has `name`, `label`, `description`, `type` (`string`, `number` or `boolean`), `default`, `required` and
`options`. A kind with `enabled = false` fails the stages that use it.
";

/// A kind of the operator's own, as the reference shows it.
pub(super) const DEFINED: &str = "\
[[custom_kinds]]
name = \"open-ticket\"
label = \"Open a ticket\"
description = \"Opens a ticket for a change.\"
url = \"https://tickets.example.com/api/changes\"
method = \"POST\"
headers = { Accept = \"application/json\" }
secret_headers = { Authorization = \"env:TICKETS_TOKEN\" }
payload = { title = \"${ parameterValues.title }\", urgent = \"${ parameterValues.urgent }\" }

[[custom_kinds.parameters]]
name = \"title\"
label = \"Title\"
required = true

[[custom_kinds.parameters]]
name = \"urgent\"
type = \"boolean\"
default = \"false\"

[custom_kinds.monitor]
status_url_from = \"BODY\"
status_url_path = \"$.links.status\"
status_path = \"$.state\"
success_statuses = [\"approved\"]
terminal_statuses = [\"rejected\"]
";
