//! Jobs.

use serde_json::{Map, Value as Json};

use super::{Kind, target};
use crate::form::{FOREIGN, Field, Form, UNKNOWN, field};
use crate::source::is_empty;

const JOB: &[Field] = &[field("imageId", "image", Form::Text), field("env", "env", Form::Map)];

pub(super) const RUN_JOB: Kind = Kind {
    types: &["runJob"],
    ours: "run_job",
    fields: &[
        field("propertyFile", "property_file", Form::Text),
        field("waitForCompletion", "detached", Form::Unless),
        field("imageArtifactId", "image_artifact", Form::Text),
    ],
    limit: Some("timeout"),
    import: |import, from, to, at| {
        if from.peek("manifest").is_some() || from.peek("containers").is_some() {
            return Err("it runs a job of Kubernetes".to_owned());
        }
        target::account(import, from, to, at);
        let mut job = from.take_object("cluster").ok_or("it says nothing about the job")?;
        if let Some((_, region)) = job.take_first(&["region"]) {
            from.put("region", region);
        }
        target::region(import, from, to, at);
        let command = [job.take("entryPoint"), job.take("cmd")].into_iter().flatten().map(words);
        let command: Vec<String> = command.collect::<Result<Vec<_>, String>>()?.concat();
        to.insert("command".to_owned(), Json::from(command));
        import.fields(JOB, &mut job, to, at);
        job.skip(target::PROVIDER);
        job.skip(&["application", "capacity"]);
        job.finish(&mut import.findings, UNKNOWN);
        from.skip(&["application", "deferredInitialization"]);
        if from.take("consumeArtifactSource").is_some_and(|source| !is_empty(&source) && source != "propertyFile") {
            import.findings.dropped(from.at("consumeArtifactSource"), "only a property file is read here");
        }
        Ok(())
    },
    export: |export, from, to, at| {
        let mut job = Map::new();
        to.extend(from.take("account").map(|account| ("credentials".to_owned(), account)));
        job.extend(from.take("region").map(|region| ("region".to_owned(), region)));
        let command: Vec<String> =
            from.take_list("command").into_iter().filter_map(|(_, word)| Some(word.as_str()?.to_owned())).collect();
        if command.iter().any(|word| words(Json::from(word.as_str())).is_ok_and(|words| words.len() == 1)) {
            job.insert("entryPoint".to_owned(), Json::from(command.join(" ")));
        } else if !command.is_empty() {
            export.findings.dropped(export.at(at), format!("{FOREIGN}: a command is one text there, read by a shell"));
        }
        export.fields(JOB, from, &mut job, at);
        to.insert("cluster".to_owned(), Json::Object(job));
    },
};

/// The words of a command that needs no shell.
fn words(command: Json) -> Result<Vec<String>, String> {
    let special = |c: char| "|&;<>()$`\\\"'*?[]#~{}!".contains(c);
    match command {
        Json::String(text) if text.contains(special) => Err("its command needs a shell".to_owned()),
        Json::String(text) => Ok(text.split_whitespace().map(str::to_owned).collect()),
        Json::Array(words) => {
            let text =
                |word: &Json| word.as_str().map(str::to_owned).ok_or("a word of its command is no text".to_owned());
            words.iter().map(text).collect()
        }
        other => Err(format!("its command is {}", crate::source::sort(&other))),
    }
}
