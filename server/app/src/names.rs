//! Resource names, taken apart.

use gennaker_core::cloud::{Location, ResourceId};
use gennaker_core::execution::ExecutionId;

use crate::AppError;

/// The ids in a name that has exactly these collections: `["applications", "pipelines"]` for
/// `applications/{a}/pipelines/{p}`.
fn ids<'a, const N: usize>(name: &'a str, collections: [&str; N]) -> Option<[&'a str; N]> {
    let mut parts = name.split('/');
    let mut ids = [""; N];
    for (collection, id) in collections.iter().zip(&mut ids) {
        if parts.next()? != *collection {
            return None;
        }
        *id = parts.next().filter(|id| !id.is_empty())?;
    }
    parts.next().is_none().then_some(ids)
}

fn required<'a, const N: usize>(field: &str, name: &'a str, collections: [&str; N]) -> Result<[&'a str; N], AppError> {
    ids(name, collections).ok_or_else(|| {
        let form: Vec<String> = collections.iter().map(|collection| format!("{collection}/ID")).collect();
        AppError::invalid(field, format!("{name:?} is not of the form {}", form.join("/")))
    })
}

/// Stands for all applications that the caller may read, as the parent of a list or the subject of a stream.
pub(crate) const ALL_APPLICATIONS: &str = "applications/-";

/// The name of an application.
pub(crate) fn application(id: &str) -> String {
    format!("applications/{id}")
}

/// The id in the name of an application.
pub(crate) fn application_id<'a>(field: &str, name: &'a str) -> Result<&'a str, AppError> {
    required(field, name, ["applications"]).map(|[id]| id)
}

/// The application's id in the name of anything below an application.
pub(crate) fn application_of(name: &str) -> &str {
    name.split('/').nth(1).unwrap_or_default()
}

/// The last part of a name.
pub(crate) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// The name of an execution.
pub(crate) fn execution(application: &str, id: ExecutionId) -> String {
    format!("applications/{application}/executions/{id}")
}

/// An execution's name taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExecutionName<'a> {
    pub(crate) application: &'a str,
    pub(crate) id: ExecutionId,
}

/// Takes the name of an execution apart.
pub(crate) fn parse_execution<'a>(field: &str, name: &'a str) -> Result<ExecutionName<'a>, AppError> {
    let [application, id] = required(field, name, ["applications", "executions"])?;
    let id = id
        .parse()
        .map_err(|error: gennaker_core::execution::ExecutionIdError| AppError::invalid(field, error.to_string()))?;
    Ok(ExecutionName { application, id })
}

/// The pipeline's name and the number in the name of a revision.
pub(crate) fn parse_revision<'a>(field: &str, name: &'a str) -> Result<(&'a str, i64), AppError> {
    let [_, _, revision] = required(field, name, ["applications", "pipelines", "revisions"])?;
    let number = revision.parse().map_err(|_| AppError::invalid(field, format!("{revision:?} is not a revision")))?;
    let pipeline = name.rsplit_once("/revisions/").map_or(name, |(pipeline, _)| pipeline);
    Ok((pipeline, number))
}

/// What lists of infrastructure are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Parent<'a> {
    Application(&'a str),
    AllApplications,
    Region(Location),
}

/// Takes `applications/{a}` or `accounts/{a}/regions/{r}` apart.
pub(crate) fn parse_parent<'a>(field: &str, name: &'a str) -> Result<Parent<'a>, AppError> {
    if name == ALL_APPLICATIONS {
        return Ok(Parent::AllApplications);
    }
    if let Some([id]) = ids(name, ["applications"]) {
        return Ok(Parent::Application(id));
    }
    if let Some([account, region]) = ids(name, ["accounts", "regions"]) {
        return Ok(Parent::Region(Location::new(account, region)));
    }
    Err(AppError::invalid(field, format!("{name:?} is neither of the form applications/ID nor accounts/ID/regions/ID")))
}

/// Takes the name of a region apart.
pub(crate) fn parse_region(field: &str, name: &str) -> Result<Location, AppError> {
    required(field, name, ["accounts", "regions"]).map(|[account, region]| Location::new(account, region))
}

/// The account and the cluster in the name of a cluster.
pub(crate) fn parse_cluster<'a>(field: &str, name: &'a str) -> Result<(&'a str, &'a str), AppError> {
    required(field, name, ["accounts", "clusters"]).map(|[account, cluster]| (account, cluster))
}

/// Takes the name of something in a region apart: `serverGroups`, `loadBalancers`, `firewalls`, `images`.
pub(crate) fn parse_resource(field: &str, name: &str, collection: &str) -> Result<ResourceId, AppError> {
    required(field, name, ["accounts", "regions", collection])
        .map(|[account, region, id]| ResourceId::new(Location::new(account, region), id))
}

/// Checks the name of a trigger.
pub(crate) fn check_trigger(field: &str, name: &str) -> Result<(), AppError> {
    required(field, name, ["applications", "triggers"]).map(|_| ())
}

/// The region and the id in the name of an image. The id may have slashes.
pub(crate) fn split_image<'a>(field: &str, name: &'a str) -> Result<(&'a str, &'a str), AppError> {
    name.split_once("/images/").filter(|(_, id)| !id.is_empty()).ok_or_else(|| {
        AppError::invalid(field, format!("{name:?} is not of the form accounts/ID/regions/ID/images/ID"))
    })
}

/// The server group and the instance in the name of an instance.
pub(crate) fn parse_instance<'a>(field: &str, name: &'a str) -> Result<(ResourceId, &'a str), AppError> {
    let [account, region, group, instance] =
        required(field, name, ["accounts", "regions", "serverGroups", "instances"])?;
    Ok((ResourceId::new(Location::new(account, region), group), instance))
}

/// The name of a region.
pub(crate) fn region(location: &Location) -> String {
    format!("accounts/{}/regions/{}", location.account, location.region)
}

/// The name of something in a region.
pub(crate) fn resource(location: &Location, collection: &str, id: &str) -> String {
    format!("{}/{collection}/{id}", region(location))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        assert_eq!(ids("applications/a/pipelines/p", ["applications", "pipelines"]), Some(["a", "p"]));
        for odd in ["", "applications", "applications/", "applications/a/x", "Applications/a", "applications/a/"] {
            assert_eq!(ids(odd, ["applications"]), None, "{odd:?}");
        }
        assert_eq!(
            parse_revision("name", "applications/a/pipelines/p/revisions/7").unwrap(),
            ("applications/a/pipelines/p", 7)
        );
        assert_eq!(
            parse_execution("name", "applications/a/executions/x").unwrap_err().to_string(),
            "name: \"x\" is not an execution id; an id is a ULID, 26 characters of Crockford base 32"
        );
        assert_eq!(
            parse_parent("parent", "projects/a").unwrap_err().to_string(),
            "parent: \"projects/a\" is neither of the form applications/ID nor accounts/ID/regions/ID"
        );
    }
}
