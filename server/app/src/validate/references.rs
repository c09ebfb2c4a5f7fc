//! What a pipeline refers to: accounts, regions, other pipelines, its own stages.
//!
//! Which field refers to what is in the option `choices_from` of the field, so that a new kind of stage is checked
//! without a line here.

use std::collections::{BTreeMap, BTreeSet};

use gennaker_core::resource::ResourceKind;
use gennaker_proto::{pool, to_dynamic, v1};
use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage, Value};

use super::{Findings, artifacts, stage_ids};
use crate::{App, AppError};

/// A field that names something.
struct Reference {
    path: String,
    value: String,
    /// The account beside it, for a region.
    account: Option<String>,
}

/// The fields of a pipeline that name something, by what they name.
#[derive(Default)]
struct References(BTreeMap<String, Vec<Reference>>);

impl App {
    pub(super) async fn references(&self, pipeline: &v1::Pipeline, findings: &mut Findings) -> Result<(), AppError> {
        let mut references = References::default();
        for (place, stage) in pipeline.stages.iter().enumerate() {
            references.collect(&to_dynamic(stage), &format!("stages[{place}]"));
        }
        let ids = stage_ids(pipeline);
        for reference in references.of("stages").filter(|reference| !reference.path.contains(".depends_on[")) {
            if !ids.iter().any(|id| id.as_str() == reference.value) {
                findings.violation(&reference.path, format!("{:?} is no stage of this pipeline", reference.value));
            }
        }
        let expected = artifacts::ids(pipeline);
        for reference in references.of("expected_artifacts") {
            if !expected.contains(&reference.value.as_str()) {
                let problem = format!(
                    "{:?} is no expected artifact of the pipeline or of a stage; there are: {}",
                    reference.value,
                    expected.join(", ")
                );
                findings.violation(&reference.path, problem);
            }
        }
        self.accounts(&references, findings);
        let mut pipelines = BTreeMap::new();
        for reference in references.of("pipelines") {
            let known = match pipelines.get(&reference.value) {
                Some(known) => *known,
                None => {
                    let found = self.inner.ports.store.resource(ResourceKind::Pipeline, &reference.value).await?;
                    *pipelines.entry(reference.value.clone()).or_insert(found.is_some())
                }
            };
            if reference.value == pipeline.name {
                findings.warning(&reference.path, "the pipeline runs itself");
            } else if !known {
                findings.warning(&reference.path, format!("there is no pipeline {:?} yet", reference.value));
            }
        }
        Ok(())
    }

    fn accounts(&self, references: &References, findings: &mut Findings) {
        let accounts: BTreeMap<String, BTreeSet<String>> = self
            .inner
            .ports
            .clouds
            .accounts()
            .into_iter()
            .map(|(name, (account, _))| (name, account.regions.into_iter().collect()))
            .collect();
        for reference in references.of("accounts").filter(|reference| !accounts.contains_key(&reference.value)) {
            let known: Vec<&str> = accounts.keys().map(String::as_str).collect();
            let known = known.join(", ");
            findings.warning(&reference.path, format!("there is no account {:?}; there are: {known}", reference.value));
        }
        for reference in references.of("regions") {
            let Some(account) = &reference.account else { continue };
            let Some(regions) = accounts.get(account).filter(|regions| !regions.contains(&reference.value)) else {
                continue;
            };
            let known: Vec<&str> = regions.iter().map(String::as_str).collect();
            let problem =
                format!("account {account:?} has no region {:?}; it has: {}", reference.value, known.join(", "));
            findings.warning(&reference.path, problem);
        }
    }
}

impl References {
    fn of(&self, what: &str) -> impl Iterator<Item = &Reference> {
        self.0.get(what).into_iter().flatten()
    }

    fn collect(&mut self, message: &DynamicMessage, path: &str) {
        if message.descriptor().package_name() == "google.protobuf" {
            return;
        }
        let account = message.get_field_by_name("account").and_then(|value| value.as_str().map(str::to_owned));
        for (field, value) in message.fields() {
            let path = format!("{path}.{}", field.name());
            let choices = choices_from(&field);
            match value {
                Value::List(elements) => {
                    for (place, element) in elements.iter().enumerate() {
                        self.value(element, &format!("{path}[{place}]"), &choices, account.as_deref());
                    }
                }
                value => self.value(value, &path, &choices, account.as_deref()),
            }
        }
    }

    fn value(&mut self, value: &Value, path: &str, choices: &str, account: Option<&str>) {
        match value {
            Value::Message(inner) => self.collect(inner, path),
            Value::String(text) if !choices.is_empty() && !text.is_empty() && !text.contains("${") => {
                let reference =
                    Reference { path: path.to_owned(), value: text.clone(), account: account.map(str::to_owned) };
                self.0.entry(choices.to_owned()).or_default().push(reference);
            }
            _ => {}
        }
    }
}

/// What a field's choices are listed from.
fn choices_from(field: &FieldDescriptor) -> String {
    let extension = pool().get_extension_by_name("gennaker.v1.field").expect("annotations.proto defines it");
    let options = field.options();
    if !options.has_extension(&extension) {
        return String::new();
    }
    let rules = options.get_extension(&extension);
    let choices = rules.as_message().and_then(|rules| rules.get_field_by_name("choices_from"));
    choices.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
