//! `MigrationService`: the ways to and from Spinnaker.

use std::collections::{BTreeMap, BTreeSet};

use gennaker_ports::{Access, Target};
use gennaker_proto::v1::import_finding::Severity;
use gennaker_proto::v1::stage::Kind;
use gennaker_proto::v1::trigger::Source;
use gennaker_proto::{rules, v1};
use gennaker_spinnaker::{ID_LABEL, Known};

use crate::resource::Definition;
use crate::validate::Findings;
use crate::{App, AppError, Caller, convert, names};

/// What revisions that an import makes say.
const MESSAGE: &str = "imported from Spinnaker";

impl App {
    /// Turns pipelines of Spinnaker into pipelines and triggers, and saves each that is sound. What the server can't do at
    /// the moment fails the call; those that were saved by then stay, and a repeat goes on from there.
    pub async fn import_spinnaker_pipelines(
        &self,
        caller: &Caller,
        request: v1::ImportSpinnakerPipelinesRequest,
    ) -> Result<v1::ImportSpinnakerPipelinesResponse, AppError> {
        self.admit(caller, &request).await?;
        self.get::<v1::Application>(&request.parent).await?;
        let known = self.known_here(caller, &request).await?;
        let mut pipelines = gennaker_spinnaker::import(&request.documents, &request.templates, &known);
        let together: BTreeSet<String> =
            pipelines.iter().filter_map(|imported| imported.pipeline.as_ref()).map(|new| new.name.clone()).collect();
        for imported in &mut pipelines {
            self.bring_in(caller, imported, &together, request.validate_only).await?;
        }
        Ok(v1::ImportSpinnakerPipelinesResponse { pipelines })
    }

    /// Turns a pipeline and its triggers into Spinnaker's JSON.
    pub async fn export_spinnaker_pipeline(
        &self,
        caller: &Caller,
        request: v1::ExportSpinnakerPipelineRequest,
    ) -> Result<v1::ExportSpinnakerPipelineResponse, AppError> {
        self.admit(caller, &request).await?;
        let pipeline = self.get::<v1::Pipeline>(&request.name).await?.definition;
        let triggers = self.triggers_beside(&pipeline.name).await?;
        let ids = self.spinnaker_ids(caller, &pipeline).await?;
        let exported = gennaker_spinnaker::export(&pipeline, &triggers, &ids);
        let document = format!("{:#}\n", exported.document);
        Ok(v1::ExportSpinnakerPipelineResponse { document, findings: exported.findings })
    }

    /// What the importer must know of this server.
    async fn known_here(
        &self,
        caller: &Caller,
        request: &v1::ImportSpinnakerPipelinesRequest,
    ) -> Result<Known, AppError> {
        let application = names::last(&request.parent).to_owned();
        let mut known = Known {
            application: application.clone(),
            accounts: request.accounts.clone().into_iter().collect(),
            ..Known::default()
        };
        let custom = self.inner.ports.custom.descriptors().into_iter();
        known.custom_kinds = custom.map(|kind| names::last(&kind.kind).to_owned()).collect();
        let below = self.matching(&format!("{}/pipelines/", request.parent), |_: &v1::Pipeline| true).await?;
        known.taken = below.iter().map(|pipeline| names::last(&pipeline.name).to_owned()).collect();
        // Pipelines of other applications are told of only to those who may see them.
        let elsewhere = self
            .matching("applications/", |pipeline: &v1::Pipeline| {
                pipeline.labels.contains_key(ID_LABEL) && names::application_of(&pipeline.name) != application
            })
            .await?;
        let mut readable = BTreeMap::from([(application, true)]);
        for pipeline in elsewhere.into_iter().chain(below) {
            let of = names::application_of(&pipeline.name).to_owned();
            let may = match readable.get(&of) {
                Some(may) => *may,
                None => {
                    let may = self.may(caller, Access::Read, &Target::Application(of.clone())).await;
                    *readable.entry(of).or_insert(may)
                }
            };
            if let Some(id) = pipeline.labels.get(ID_LABEL).filter(|_| may) {
                known.imported.insert(id.clone(), pipeline.name);
            }
        }
        Ok(known)
    }

    /// Checks a pipeline and its triggers, and saves them when nothing is wrong with any.
    async fn bring_in(
        &self,
        caller: &Caller,
        imported: &mut v1::ImportedPipeline,
        together: &BTreeSet<String>,
        validate_only: bool,
    ) -> Result<(), AppError> {
        let Some(mut pipeline) = imported.pipeline.take() else { return Ok(()) };
        let before = self.find::<v1::Pipeline>(&pipeline.name).await?.map(|before| before.definition);
        if let Some(before) = before {
            pipeline.etag = before.etag;
            for (key, value) in before.labels {
                pipeline.labels.entry(key).or_insert(value);
            }
        }
        self.check_import(caller, &pipeline, imported, together).await?;
        self.keep_settings(&pipeline.name, imported).await?;
        let refused = imported.findings.iter().any(|finding| finding.severity() == Severity::Error);
        if !refused && !validate_only {
            match self.save(caller, &pipeline, &imported.triggers).await {
                Ok((saved, triggers)) => {
                    (pipeline, imported.triggers, imported.saved) = (saved, triggers, true);
                }
                Err(error @ (AppError::Unavailable { .. } | AppError::Internal { .. })) => return Err(error),
                Err(error) => imported.findings.push(finding(Severity::Error, "", error.to_string())),
            }
        }
        imported.pipeline = Some(pipeline);
        Ok(())
    }

    async fn check_import(
        &self,
        caller: &Caller,
        pipeline: &v1::Pipeline,
        imported: &mut v1::ImportedPipeline,
        together: &BTreeSet<String>,
    ) -> Result<(), AppError> {
        let Findings { violations, mut warnings } = self.examine(pipeline).await?;
        // A pipeline of the same import may not be there yet, and stages that are kept are reported already.
        warnings.retain(|warning| !is_expected(pipeline, together, &warning.field));
        let texts = |severity, found: Vec<v1::FieldViolation>| {
            found.into_iter().map(move |v| finding(severity, format!("pipeline.{}", v.field), v.description))
        };
        imported.findings.extend(texts(Severity::Error, violations));
        imported.findings.extend(texts(Severity::Note, warnings));
        for (place, trigger) in imported.triggers.iter().enumerate() {
            let mut bare = trigger.clone();
            bare.strip();
            let wrong = rules::check(&bare).into_iter().chain(gennaker_triggers::problems(trigger));
            let wrong =
                wrong.map(|v| finding(Severity::Error, format!("triggers[{place}].{}", v.field), v.description));
            imported.findings.extend(wrong);
        }
        if !imported.triggers.is_empty() {
            let target = Target::Application(names::application_of(&pipeline.name).to_owned());
            if let Err(denied) = self.authorize(caller, Access::Execute, &target).await {
                imported.findings.push(finding(Severity::Error, "triggers", denied.to_string()));
            }
        }
        Ok(())
    }

    /// What people have set on the triggers of an earlier import stays, and triggers that are gone are told of.
    async fn keep_settings(&self, pipeline: &str, imported: &mut v1::ImportedPipeline) -> Result<(), AppError> {
        for before in self.triggers_beside(pipeline).await? {
            let Some(now) = imported.triggers.iter_mut().find(|trigger| trigger.name == before.name) else {
                let reason = format!(
                    "{} starts this pipeline and is not in the document; delete it if it should not",
                    before.name
                );
                imported.findings.push(finding(Severity::Note, "triggers", reason));
                continue;
            };
            if let (Some(Source::Webhook(now)), Some(Source::Webhook(before))) = (&mut now.source, before.source) {
                now.hmac_secret = before.hmac_secret;
                now.signature_header = before.signature_header;
                now.delivery_header = before.delivery_header;
            }
        }
        Ok(())
    }

    async fn save(
        &self,
        caller: &Caller,
        pipeline: &v1::Pipeline,
        triggers: &[v1::Trigger],
    ) -> Result<(v1::Pipeline, Vec<v1::Trigger>), AppError> {
        let saved = self.save_pipeline(caller, pipeline).await?;
        let mut kept = Vec::new();
        for trigger in triggers {
            let request = v1::UpdateTriggerRequest {
                trigger: Some(trigger.clone()),
                allow_missing: true,
                ..v1::UpdateTriggerRequest::default()
            };
            kept.extend(self.update_trigger(caller, request).await?.trigger);
        }
        Ok((saved, kept))
    }

    /// Makes a pipeline, or changes the one that was read before, so that nobody's work in between is lost.
    async fn save_pipeline(&self, caller: &Caller, pipeline: &v1::Pipeline) -> Result<v1::Pipeline, AppError> {
        let (new, message) = (Some(pipeline.clone()), MESSAGE.to_owned());
        let saved = if pipeline.etag.is_empty() {
            let pipeline_id = names::last(&pipeline.name).to_owned();
            let parent = names::application(names::application_of(&pipeline.name));
            let rest = v1::CreatePipelineRequest::default();
            let request = v1::CreatePipelineRequest { parent, pipeline_id, pipeline: new, message, ..rest };
            self.create_pipeline(caller, request).await?.pipeline
        } else {
            let request = v1::UpdatePipelineRequest { pipeline: new, message, ..v1::UpdatePipelineRequest::default() };
            self.update_pipeline(caller, request).await?.pipeline
        };
        Ok(saved.unwrap_or_default())
    }

    /// The triggers of a pipeline that belong to its application, as imported ones do.
    async fn triggers_beside(&self, pipeline: &str) -> Result<Vec<v1::Trigger>, AppError> {
        let prefix = format!("{}/triggers/", names::application(names::application_of(pipeline)));
        let triggers = self.matching(&prefix, |trigger: &v1::Trigger| trigger.pipeline == pipeline).await?;
        Ok(triggers.into_iter().map(|trigger| convert::trigger::to_proto(trigger, false)).collect())
    }

    /// The ids in Spinnaker of the pipelines that a pipeline names, as far as the caller may see them.
    async fn spinnaker_ids(
        &self,
        caller: &Caller,
        pipeline: &v1::Pipeline,
    ) -> Result<BTreeMap<String, String>, AppError> {
        let mut ids = BTreeMap::new();
        for name in pipeline.stages.iter().filter_map(pipeline_of) {
            let target = Target::Application(names::application_of(name).to_owned());
            if name.contains("${") || !self.may(caller, Access::Read, &target).await {
                continue;
            }
            if let Some(found) = self.find::<v1::Pipeline>(name).await? {
                ids.extend(found.definition.labels.get(ID_LABEL).map(|id| (name.to_owned(), id.clone())));
            }
        }
        Ok(ids)
    }
}

/// The pipeline that a stage names.
fn pipeline_of(stage: &v1::Stage) -> Option<&str> {
    match &stage.kind {
        Some(Kind::RunPipeline(run)) => Some(&run.pipeline),
        Some(Kind::FindArtifact(find)) => Some(&find.pipeline),
        _ => None,
    }
}

/// A warning at this path says what the import knows, or has said, itself.
fn is_expected(pipeline: &v1::Pipeline, together: &BTreeSet<String>, path: &str) -> bool {
    let stage = path.strip_prefix("stages[").and_then(|rest| {
        let (place, rest) = rest.split_once(']')?;
        Some((pipeline.stages.get(place.parse::<usize>().ok()?)?, rest))
    });
    match stage {
        Some((stage, _)) if matches!(stage.kind, Some(Kind::Spinnaker(_))) => true,
        Some((stage, rest)) => {
            rest.ends_with(".pipeline")
                && pipeline_of(stage).is_some_and(|name| name != pipeline.name && together.contains(name))
        }
        None => false,
    }
}

fn finding(severity: Severity, path: impl Into<String>, reason: impl Into<String>) -> v1::ImportFinding {
    v1::ImportFinding { severity: severity.into(), path: path.into(), reason: reason.into() }
}
