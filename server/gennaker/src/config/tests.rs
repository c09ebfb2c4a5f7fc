//! Tables of configurations and what becomes of them.

use super::value::Period;
use super::*;

fn load_from(file: Option<&str>, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Loaded, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("gennaker.toml");
    if let Some(text) = file {
        std::fs::write(&path, text).unwrap();
    }
    let pairs = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let environment = environment.iter().map(pairs).collect();
    let flags: Vec<_> =
        flags.iter().map(|(key, value)| ("--set".to_owned(), (*key).to_owned(), (*value).to_owned())).collect();
    load(file.map(|_| path.as_path()), &environment, &flags)
        .map_err(|error| error.to_string().replace(&dir.path().display().to_string(), "DIR"))
}

#[test]
fn later_sources_win() {
    let file = "listen = \"127.0.0.1:1\"\n[limits]\nmax_page_size = 100\nrequest_timeout = \"10s\"\n";
    let environment = [("GENNAKER_LISTEN", "127.0.0.1:2"), ("GENNAKER_LIMITS_MAX_PAGE_SIZE", "200")];
    let loaded = load_from(Some(file), &environment, &[("listen", "127.0.0.1:3")]).unwrap();
    assert_eq!(loaded.config.listen.port(), 3);
    assert_eq!(loaded.config.limits.max_page_size, 200);
    assert_eq!(loaded.config.limits.request_timeout, Period::secs(10));
    assert_eq!(loaded.config.limits.default_page_size, 50);
    assert_eq!(loaded.sources["listen"], Source::Flag("--set".to_owned()));
    assert_eq!(
        loaded.sources["limits.max_page_size"].to_string(),
        "environment variable GENNAKER_LIMITS_MAX_PAGE_SIZE"
    );
    assert_eq!(loaded.sources["limits.default_page_size"], Source::Default);
}

#[test]
fn secrets_for_pipelines_are_no_settings() {
    let loaded = load_from(None, &[("GENNAKER_SECRET_SLACK", "xoxb-1")], &[]).unwrap();
    assert!(!loaded.sources.values().any(|source| matches!(source, Source::Environment(_))));
    assert!(load_from(None, &[("GENNAKER_SECRETS", "x")], &[]).is_err());
}

#[test]
fn every_setting_can_be_set_by_the_environment() {
    for (key, value) in leaves(&defaults(&BTreeMap::new()), "") {
        if is_in_files_only(&key) {
            let wrong = load_from(None, &[(&variable(&key), "x")], &[]).unwrap_err();
            assert!(wrong.ends_with("can only be set in a configuration file (--config)"), "{wrong}");
            continue;
        }
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
            other => other.to_string(),
        };
        let loaded = load_from(None, &[(&variable(&key), &text)], &[]).unwrap();
        assert_eq!(loaded.config, Config::default(), "{key}");
    }
}

#[test]
fn the_data_directory_is_where_the_system_keeps_state() {
    let data_dir = |environment: &[(&str, &str)]| load_from(None, environment, &[]).unwrap().config.data_dir;
    assert_eq!(data_dir(&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")]), Path::new("/s/gennaker"));
    assert_eq!(data_dir(&[("HOME", "/h")]), Path::new("/h/.local/state/gennaker"));
    assert_eq!(data_dir(&[("HOME", "")]), Path::new(".gennaker"));
}

#[test]
fn what_is_wrong_is_named_with_its_source() {
    let file = |text| load_from(Some(text), &[], &[]).unwrap_err();
    let environment = |name, value| load_from(None, &[(name, value)], &[]).unwrap_err();
    let flag = |key, value| load_from(None, &[], &[(key, value)]).unwrap_err();

    assert_eq!(file("lisen = \"x\""), "unknown setting lisen (DIR/gennaker.toml); did you mean listen?");
    assert_eq!(file("[limits]\nfrogs = 1"), "unknown setting limits.frogs (DIR/gennaker.toml)");
    assert_eq!(
        file("[limit]\nmax_page_size = 1").split(';').next(),
        Some("unknown setting limit.max_page_size (DIR/gennaker.toml)")
    );
    assert!(file("listen = ").starts_with("can't read the configuration file DIR/gennaker.toml: "));
    assert!(!file("[store]\nurl = \"postgres://me:hunter2@db/gennaker").contains("hunter2"));
    assert!(file("listen = \"nowhere\"").starts_with("setting listen (DIR/gennaker.toml) is wrong: "));
    assert!(
        file("[limits]\nmax_page_size = \"many\"")
            .starts_with("setting limits.max_page_size (DIR/gennaker.toml) is wrong: ")
    );
    assert_eq!(
        file("[limits]\nrequest_timeout = \"soon\""),
        "setting limits.request_timeout (DIR/gennaker.toml) is wrong: must be a whole number and a unit: 500ms, 30s, 5m, \
         2h or 7d"
    );
    assert_eq!(
        file("[store]\nsynchronous = \"off\""),
        "setting store.synchronous (DIR/gennaker.toml) is wrong: unknown variant `off`, expected `full` or `normal`"
    );
    assert_eq!(
        environment("GENNAKER_LISTENN", "x"),
        "unknown setting GENNAKER_LISTENN (environment variable GENNAKER_LISTENN); did you mean GENNAKER_LISTEN?"
    );
    assert_eq!(
        environment("GENNAKER_LIMITS_MAX_PAGE_SIZE", "many"),
        "setting limits.max_page_size (environment variable GENNAKER_LIMITS_MAX_PAGE_SIZE) must be a whole number, not \
         \"many\""
    );
    assert_eq!(flag("insecure", "yes"), "setting insecure (flag --set) must be true or false, not \"yes\"");
    assert_eq!(flag("limits.max_page_size", "0"), "setting limits.max_page_size (flag --set) must be at least 1");
    assert!(flag("limits.max_page_size", "-1").starts_with("setting limits.max_page_size (flag --set) is wrong: "));
}

#[test]
fn the_store_has_a_short_name_in_the_environment() {
    let address = "postgres://me:hunter2@db/gennaker";
    let loaded = load_from(None, &[("GENNAKER_STORE", address)], &[]).unwrap();
    assert_eq!(loaded.config.store.url.secret(), Some(address));
    let text = effective(&loaded);
    let line = text.lines().find(|line| line.starts_with("url = ")).unwrap();
    assert!(line.contains("\"postgres://me:***@db/gennaker\"") && line.ends_with("GENNAKER_STORE"), "{line}");
    let wrong = load_from(None, &[("GENNAKER_STORE", "mysql://me:hunter2@db")], &[]).unwrap_err();
    assert!(wrong.starts_with("setting store.url (environment variable GENNAKER_STORE) is wrong: must be"), "{wrong}");
    assert!(!wrong.contains("hunter2") && !format!("{loaded:?}").contains("hunter2"));
}

#[test]
fn the_local_cloud_is_there_with_the_embedded_database_or_where_it_is_wanted() {
    let postgres = ("store.url", "postgres://db/gennaker");
    let has = |flags: &[(&str, &str)]| load_from(None, &[], flags).unwrap().config.has_local_cloud();
    assert!(has(&[]));
    assert!(!has(&[postgres]));
    assert!(has(&[postgres, ("local.enabled", "true")]));
    assert!(!has(&[("local.enabled", "false")]));
    assert!(!load_from(Some("[local]\nenabled = false"), &[], &[]).unwrap().config.has_local_cloud());
    let wrong = load_from(None, &[], &[("local.enabled", "yes")]).unwrap_err();
    assert_eq!(wrong, "setting local.enabled (flag --set) is wrong: must be auto, true or false");
}

const WHOLE: &str = "
[roles]
release-managers = ['ann', 'bob']

[[custom_kinds]]
name = 'ticket'
url = 'https://tickets.example.com/${ parameterValues.title }'
method = 'PUT'
parameters = [{ name = 'title', required = true }]
";

#[test]
fn roles_and_kinds_of_stages_are_in_files() {
    let loaded = load_from(Some(WHOLE), &[], &[]).unwrap();
    assert_eq!(loaded.config.roles["release-managers"], ["ann", "bob"]);
    assert_eq!(loaded.config.custom_kinds.len(), 1);
    let text = effective(&loaded);
    assert_eq!(load_from(Some(&text), &[], &[]).unwrap().config, loaded.config);

    let wrong = |text: &str| load_from(Some(text), &[], &[]).unwrap_err();
    assert_eq!(
        wrong("[roles]\nsre = []"),
        "setting roles (DIR/gennaker.toml) must name the users of \"sre\", each with a name that is not empty"
    );
    assert!(wrong("[roles]\nsre = 'ann'").starts_with("setting roles (DIR/gennaker.toml) is wrong: "));
    assert!(wrong("custom_kinds = 7").starts_with("setting custom_kinds (DIR/gennaker.toml) is wrong: "));
    let kind = wrong(&WHOLE.replace("parameterValues.title", "parameterValues.title ~"));
    assert!(kind.starts_with("setting custom_kinds (DIR/gennaker.toml) ticket: url: "), "{kind}");
}

#[test]
fn ways_out_are_set_like_everything_else() {
    let settings = [
        ("egress.allowed_networks", "127.0.0.0/8, ::1/128"),
        ("egress.allowed_ports", "80,8443"),
        ("notifications.email.server", "mail.example.com:587"),
        ("notifications.email.from", "Gennaker <gennaker@example.com>"),
        ("notifications.slack.token", "env:SLACK_TOKEN"),
    ];
    let config = load_from(None, &[], &settings).unwrap().config;
    assert_eq!(config.egress.allowed_ports, [Parsed(80), Parsed(8443)]);
    assert_eq!(config.egress.allowed_networks.len(), 2);

    let flag = |key, value| load_from(None, &[], &[(key, value)]).unwrap_err();
    assert!(flag("egress.allowed_networks", "10.0.0.0/99").contains("\"10.0.0.0/99\": "));
    assert!(flag("egress.allowed_hosts", "https://example.com").contains("write example.com, *.example.com"));
    assert_eq!(
        flag("notifications.slack.token", "xoxb-secret"),
        "setting notifications.slack.token (flag --set) is wrong: must be a reference to a secret: env:NAME or file:/PATH"
    );
    let sender = flag("notifications.email.server", "mail:25");
    assert!(sender.starts_with("setting notifications.email.from (default) "), "{sender}");
    let secret = load_from(Some("[notifications.email]\npassword = \"hunter2\""), &[], &[]).unwrap_err();
    assert!(!secret.contains("hunter2"), "{secret}");
}

#[test]
fn a_missing_file_is_named() {
    let error = load(Some(Path::new("/nowhere/gennaker.toml")), &BTreeMap::new(), &[]).unwrap_err().to_string();
    assert!(error.starts_with("can't read the configuration file /nowhere/gennaker.toml: "), "{error}");
}

#[test]
fn the_effective_configuration_can_be_read_again() {
    let loaded =
        load_from(None, &[("GENNAKER_LOCAL_REGIONS", "east, west")], &[("limits.max_page_size", "70")]).unwrap();
    let text = effective(&loaded);
    assert!(text.contains("# flag --set"), "{text}");
    assert_eq!(load_from(Some(&text), &[], &[]).unwrap().config, loaded.config);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test asks whether it should write the file")]
fn the_reference_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    if std::env::var("GENNAKER_BLESS").is_ok() {
        std::fs::write(&path, reference()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, reference(), "write it with `GENNAKER_BLESS=1 cargo test -p gennaker`");
}
