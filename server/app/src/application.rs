//! `ApplicationService`.

use std::collections::HashMap;
use std::sync::Arc;

use gennaker_core::execution::{Command, ExecutionStatus};
use gennaker_core::resource::ResourceKind;
use gennaker_ports::store::ExecutionFilter;
use gennaker_ports::{Access, Target};
use gennaker_proto::v1;

use crate::error::Precondition;
use crate::filter::{self, Terms};
use crate::page::PageRequest;
use crate::resource::{Change, Definition, Write};
use crate::validate::{Findings, Level, check_notifications};
use crate::{App, AppError, Caller, names, request};

/// The statuses of executions that have not ended.
pub(crate) const UNFINISHED: [ExecutionStatus; 3] =
    [ExecutionStatus::Queued, ExecutionStatus::Running, ExecutionStatus::Paused];

/// How many executions are cancelled with one look at the store.
const BATCH: usize = 100;

impl App {
    /// Makes an application.
    pub async fn create_application(
        &self,
        caller: &Caller,
        request: v1::CreateApplicationRequest,
    ) -> Result<v1::CreateApplicationResponse, AppError> {
        self.admit(caller, &request).await?;
        let name = names::application(&request.application_id);
        let new = request.application.clone().unwrap_or_default();
        check_application(&new)?;
        let write = Write::new(caller, &request, &request.request_id, "application");
        let application = self.create(&name, new, &write.validate_only(request.validate_only)).await?;
        Ok(v1::CreateApplicationResponse { application: Some(application) })
    }

    /// Gets one application.
    pub async fn get_application(
        &self,
        caller: &Caller,
        request: v1::GetApplicationRequest,
    ) -> Result<v1::GetApplicationResponse, AppError> {
        self.admit(caller, &request).await?;
        let application = self.get::<v1::Application>(&request.name).await?.definition;
        Ok(v1::GetApplicationResponse { application: Some(application) })
    }

    /// Lists the applications that the caller may read.
    pub async fn list_applications(
        &self,
        caller: &Caller,
        request: v1::ListApplicationsRequest,
    ) -> Result<v1::ListApplicationsResponse, AppError> {
        self.admit(caller, &request).await?;
        let limits = &self.inner.options.limits;
        let page =
            PageRequest::new(limits, request.page_size, &request.page_token, &["applications", &request.filter])?;
        let terms = filter::parse(&request.filter, &["name", "email", "labels."])?;
        let (applications, next_page_token) = self
            .readable(caller, "applications/", &page, application, |application| matches(&terms, application))
            .await?;
        Ok(v1::ListApplicationsResponse { applications, next_page_token })
    }

    /// Changes an application, or makes it.
    pub async fn update_application(
        &self,
        caller: &Caller,
        request: v1::UpdateApplicationRequest,
    ) -> Result<v1::UpdateApplicationResponse, AppError> {
        self.admit(caller, &request).await?;
        let write = Write::new(caller, &request, &request.request_id, "application");
        let change = Change {
            new: request.application.clone().unwrap_or_default(),
            mask: request.update_mask.as_ref(),
            allow_missing: request.allow_missing,
        };
        let write = write.validate_only(request.validate_only);
        let check = |new: Arc<v1::Application>, _| {
            std::future::ready(check_application(&new).map(|()| Arc::unwrap_or_clone(new)))
        };
        let application = self.update(&change, &write, check).await?;
        Ok(v1::UpdateApplicationResponse { application: Some(application) })
    }

    /// Deletes an application; with `force` also what belongs to it.
    pub async fn delete_application(
        &self,
        caller: &Caller,
        request: v1::DeleteApplicationRequest,
    ) -> Result<v1::DeleteApplicationResponse, AppError> {
        self.admit(caller, &request).await?;
        if self.find::<v1::Application>(&request.name).await?.is_some() {
            if request.force {
                self.cancel_all(caller, &request.name).await?;
            } else {
                self.refuse_while_used(&request.name).await?;
            }
        }
        let write = Write::new(caller, &request, &request.request_id, "");
        self.delete::<v1::Application>(&request.name, &request.etag, request.allow_missing, &write).await?;
        Ok(v1::DeleteApplicationResponse {})
    }

    /// A page of the definitions that pass a test and that the caller may read. `target` tells by a definition's name what it
    /// belongs to.
    pub(crate) async fn readable<T: Definition>(
        &self,
        caller: &Caller,
        prefix: &str,
        page: &PageRequest,
        target: impl Fn(&str) -> Target,
        keep: impl Fn(&T) -> bool,
    ) -> Result<(Vec<T>, String), AppError> {
        let store = &self.inner.ports.store;
        let mut kept = Vec::new();
        let mut readable: HashMap<Target, bool> = HashMap::new();
        let mut after = page.after.clone();
        loop {
            let found = store.resources(T::KIND, prefix, after.as_deref(), page.size).await?;
            for resource in &found.items {
                let definition = crate::resource::decode(resource)?;
                if !keep(&definition) {
                    continue;
                }
                let target = target(&resource.name);
                let may_read = match readable.get(&target) {
                    Some(known) => *known,
                    None => self.may(caller, Access::Read, &target).await,
                };
                readable.insert(target, may_read);
                if !may_read {
                    continue;
                }
                if kept.len() == page.size {
                    let last = kept.last().map(|last: &T| last.name().to_owned());
                    return Ok((kept, page.token(last)));
                }
                kept.push(definition);
            }
            match found.next {
                Some(next) => after = Some(next),
                None => return Ok((kept, String::new())),
            }
        }
    }

    async fn refuse_while_used(&self, name: &str) -> Result<(), AppError> {
        let store = &self.inner.ports.store;
        let mut violations = Vec::new();
        let mut refuse = |kind, what: &str, used: bool| {
            if used {
                let description = format!("{name} has {what}; delete them first, or set force");
                violations.push(Precondition { kind, subject: name.to_owned(), description });
            }
        };
        let below = format!("{name}/");
        let pipelines = store.resources(ResourceKind::Pipeline, &below, None, 1).await?;
        refuse("APPLICATION_HAS_PIPELINES", "pipelines", !pipelines.items.is_empty());
        let triggers = store.resources(ResourceKind::Trigger, &below, None, 1).await?;
        refuse("APPLICATION_HAS_TRIGGERS", "triggers", !triggers.items.is_empty());
        let running = store.executions(&unfinished(name), None, 1).await?;
        refuse("APPLICATION_HAS_EXECUTIONS", "executions that have not ended", !running.is_empty());
        if violations.is_empty() { Ok(()) } else { Err(AppError::FailedPrecondition { violations }) }
    }

    async fn cancel_all(&self, caller: &Caller, name: &str) -> Result<(), AppError> {
        let filter = unfinished(name);
        let mut before = None;
        loop {
            let batch = self.inner.ports.store.executions(&filter, before, BATCH).await?;
            for row in &batch {
                let command =
                    Command::Cancel { actor: caller.name().to_owned(), reason: format!("{name} was deleted") };
                let request = request::command(caller, &v1::DeleteApplicationRequest::default(), "");
                match self.inner.ports.engine.command(row.id, command, request).await {
                    Ok(_) | Err(gennaker_engine::EngineError::Rejected(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            before = batch.last().map(|row| row.id);
            if batch.len() < BATCH {
                return Ok(());
            }
        }
    }
}

/// The application that a definition belongs to, or is.
pub(crate) fn application(name: &str) -> Target {
    Target::Application(names::application_of(name).to_owned())
}

/// What is wrong with an application beyond the rules of its single fields.
fn check_application(application: &v1::Application) -> Result<(), AppError> {
    let mut findings = Findings::default();
    check_notifications(&application.notifications, Level::Pipeline, "notifications", &mut findings);
    findings.refuse("application")
}

fn unfinished(application: &str) -> ExecutionFilter {
    ExecutionFilter {
        application: Some(names::last(application).to_owned()),
        statuses: UNFINISHED.into(),
        ..ExecutionFilter::default()
    }
}

fn matches(terms: &Terms, application: &v1::Application) -> bool {
    terms.all(|field, values| match field {
        "name" => values.iter().any(|value| {
            let name = if value.contains('/') { &application.name } else { names::last(&application.name) };
            value.strip_suffix('*').map_or(name == value, |prefix| name.starts_with(prefix))
        }),
        "email" => values.contains(&application.email),
        label => {
            let key = label.strip_prefix("labels.").unwrap_or_default();
            application.labels.get(key).is_some_and(|value| values.contains(value))
        }
    })
}
