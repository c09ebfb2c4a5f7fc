//! The configuration: defaults, then a file, then the environment, then flags; each later one wins.
//!
//! This is the only place that reads the environment.

mod address;
mod problems;
mod reference;
mod settings;
mod text;
mod value;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

pub(crate) use reference::{effective, reference};
pub(crate) use settings::{Config, LogFormat, MailTls, Synchronous, Telemetry};
pub(crate) use text::Parsed;

/// The environment variables that begin like settings but are none.
const NOT_SETTINGS: [&str; 3] = ["GENNAKER_CONFIG", "GENNAKER_SERVER", "GENNAKER_ACTOR"];

/// What else stands for a setting.
const ALIASES: [(&str, &str); 1] = [("GENNAKER_STORE", "store.url")];

const PREFIX: &str = "GENNAKER_";

/// How the names of variables begin that hold secrets for pipelines; they are read when they are used.
const SECRET_PREFIX: &str = "GENNAKER_SECRET_";

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Default,
    File(PathBuf),
    Environment(String),
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("can't read the configuration file {path}: {reason}", path = path.display())]
    File { path: PathBuf, reason: String },
    #[error("unknown setting {key} ({source_of_it}){hint}")]
    Unknown { key: String, source_of_it: Source, hint: String },
    #[error("setting {key} ({source_of_it}) {problem}")]
    Invalid { key: String, source_of_it: Source, problem: String },
}

/// Settings by their paths, with where each comes from.
#[derive(Debug, Default)]
struct Layers {
    values: Table,
    sources: BTreeMap<String, Source>,
}

/// A configuration with the source of each setting.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) config: Config,
    pub(crate) sources: BTreeMap<String, Source>,
}

/// Loads the configuration from a file (or the one that `GENNAKER_CONFIG` names), the environment, and flags: pairs of a
/// setting's key and its value, with the flag's name.
pub(crate) fn load(
    file: Option<&Path>,
    environment: &BTreeMap<String, String>,
    flags: &[(String, String, String)],
) -> Result<Loaded, ConfigError> {
    let defaults = defaults(environment);
    let mut layers = Layers::default();
    let named = environment.get("GENNAKER_CONFIG").filter(|path| !path.is_empty()).map(Path::new);
    if let Some(path) = file.or(named) {
        layers.add_file(&defaults, path)?;
    }
    layers.add_environment(&defaults, environment)?;
    for (flag, key, value) in flags {
        layers.add_text(&defaults, key, value, Source::Flag(flag.clone()))?;
    }
    layers.into_config(defaults)
}

/// The process's environment.
pub(crate) fn environment() -> BTreeMap<String, String> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// The defaults, with the data directory where the system keeps state.
fn defaults(environment: &BTreeMap<String, String>) -> Table {
    let set = |name: &str| environment.get(name).filter(|value| Path::new(value).is_absolute());
    let state = set("XDG_STATE_HOME").map(PathBuf::from);
    let home = set("HOME").map(|home| Path::new(home).join(".local/state"));
    let data_dir = state.or(home).map_or_else(|| Config::default().data_dir, |dir| dir.join("gennaker"));
    Table::try_from(Config { data_dir, ..Config::default() }).expect("the defaults can be written as TOML")
}

/// The value of a key with dots.
fn get<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        Some((section, rest)) => get(table.get(section)?.as_table()?, rest),
        None => table.get(key),
    }
}

fn set(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        Some((section, rest)) => {
            let entry = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            set(entry.as_table_mut().expect("sections are tables, as the schema was checked"), rest, value);
        }
        None => {
            table.insert(key.to_owned(), value);
        }
    }
}

/// All keys of a table that have a value, with dots.
fn leaves<'a>(table: &'a Table, prefix: &str) -> Vec<(String, &'a Value)> {
    let leaf = |(key, value): (&'a String, &'a Value)| {
        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Table(section) if !is_in_files_only(&key) => leaves(section, &key),
            value => vec![(key, value)],
        }
    };
    table.iter().flat_map(leaf).collect()
}

/// Whether a setting is a table or a list of tables.
fn is_in_files_only(key: &str) -> bool {
    Config::IN_FILES_ONLY.contains(&key)
}

/// The environment variable of a setting.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

impl Layers {
    fn add_file(&mut self, defaults: &Table, path: &Path) -> Result<(), ConfigError> {
        let failed = |reason: String| ConfigError::File { path: path.to_owned(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        // Not the error's own text, which repeats the line with whatever secret is in it.
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
            failed(format!("line {line}: {}", error.message()))
        })?;
        for (key, value) in leaves(&table, "") {
            let source = Source::File(path.to_owned());
            self.known(defaults, &key, &source)?;
            self.add(key, value.clone(), source);
        }
        Ok(())
    }

    fn add_environment(&mut self, defaults: &Table, all: &BTreeMap<String, String>) -> Result<(), ConfigError> {
        let aliases = ALIASES.map(|(name, key)| (name.to_owned(), key.to_owned()));
        let keys: BTreeMap<String, String> =
            leaves(defaults, "").into_iter().map(|(key, _)| (variable(&key), key)).chain(aliases).collect();
        let ours = all.iter().filter(|(name, _)| {
            name.starts_with(PREFIX) && !name.starts_with(SECRET_PREFIX) && !NOT_SETTINGS.contains(&name.as_str())
        });
        for (name, value) in ours {
            let source = Source::Environment(name.clone());
            let Some(key) = keys.get(name) else {
                let hint = nearest(name, keys.keys().map(String::as_str));
                return Err(ConfigError::Unknown { key: name.clone(), source_of_it: source, hint });
            };
            self.add_text(defaults, key, value, source)?;
        }
        Ok(())
    }

    /// A value that is given as text and has the type of the default.
    fn add_text(&mut self, defaults: &Table, key: &str, text: &str, source: Source) -> Result<(), ConfigError> {
        let default = self.known(defaults, key, &source)?;
        if is_in_files_only(key) {
            let problem = "can only be set in a configuration file (--config)".to_owned();
            return Err(ConfigError::Invalid { key: key.to_owned(), source_of_it: source, problem });
        }
        let invalid = |problem: &str| ConfigError::Invalid {
            key: key.to_owned(),
            source_of_it: source.clone(),
            problem: format!("{problem}, not {text:?}"),
        };
        let value = match default {
            Value::Integer(_) => Value::Integer(text.parse().map_err(|_| invalid("must be a whole number"))?),
            Value::Boolean(_) => Value::Boolean(text.parse().map_err(|_| invalid("must be true or false"))?),
            Value::Array(_) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Value::Array(parts.map(|part| Value::String(part.to_owned())).collect())
            }
            Value::String(_) | Value::Float(_) | Value::Datetime(_) | Value::Table(_) => Value::String(text.to_owned()),
        };
        self.add(key.to_owned(), value, source);
        Ok(())
    }

    fn known<'a>(&self, defaults: &'a Table, key: &str, source: &Source) -> Result<&'a Value, ConfigError> {
        let known = get(defaults, key).filter(|value| !value.is_table() || is_in_files_only(key));
        known.ok_or_else(|| {
            let keys = leaves(defaults, "");
            let hint = nearest(key, keys.iter().map(|(key, _)| key.as_str()));
            ConfigError::Unknown { key: key.to_owned(), source_of_it: source.clone(), hint }
        })
    }

    fn add(&mut self, key: String, value: Value, source: Source) {
        set(&mut self.values, &key, value);
        self.sources.insert(key, source);
    }

    fn into_config(self, mut all: Table) -> Result<Loaded, ConfigError> {
        let Self { values, mut sources } = self;
        for (key, value) in leaves(&values, "") {
            check_type(&all, &key, value, &sources[&key])?;
        }
        for (key, value) in leaves(&values, "") {
            set(&mut all, &key, value.clone());
        }
        let config = Config::deserialize(all.clone()).expect("every setting was checked by itself");
        for (key, _) in leaves(&all, "") {
            sources.entry(key).or_insert(Source::Default);
        }
        match config.problems().into_iter().next() {
            Some((key, problem)) => {
                let source_of_it = sources.get(key).cloned().unwrap_or(Source::Default);
                Err(ConfigError::Invalid { key: key.to_owned(), source_of_it, problem })
            }
            None => Ok(Loaded { config, sources }),
        }
    }
}

/// Reads the defaults with this one value in them, so that an error can only be this value's.
fn check_type(defaults: &Table, key: &str, value: &Value, source: &Source) -> Result<(), ConfigError> {
    let mut probe = defaults.clone();
    set(&mut probe, key, value.clone());
    Config::deserialize(probe).map(drop).map_err(|error| ConfigError::Invalid {
        key: key.to_owned(),
        source_of_it: source.clone(),
        problem: format!("is wrong: {}", error.message()),
    })
}

/// A hint where a known name is very near.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let best = known.map(|candidate| (distance(name, candidate), candidate)).min();
    best.filter(|(distance, _)| *distance <= 3).map_or_else(String::new, |(_, near)| format!("; did you mean {near}?"))
}

/// How many letters must be put in, left out or changed to make one word the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;
