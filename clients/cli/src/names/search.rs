//! Names that the server has to be asked about.

use futures::stream::{self, StreamExt, TryStreamExt};
use gennaker_client::{Client, Code, v1};

use super::{in_region, last, short, wrong};
use crate::failure::Failure;

/// An execution: its full name, `hello/01ARZ3NDEKTSV4RRFFQ69G5FAV`, or its id alone, which is looked for in all
/// applications.
pub(crate) async fn execution(client: &Client, text: &str) -> Result<String, Failure> {
    let parts: Vec<&str> = text.split('/').collect();
    match parts.as_slice() {
        ["applications", application, "executions", id] | [application, id] if is_ulid(id) => {
            Ok(format!("applications/{application}/executions/{}", id.to_ascii_uppercase()))
        }
        [id] if is_ulid(id) => search(client, &id.to_ascii_uppercase()).await,
        _ => Err(wrong(text, "the id of an execution or `APPLICATION/ID`")),
    }
}

fn is_ulid(id: &str) -> bool {
    id.len() == 26 && id.chars().all(|character| character.is_ascii_alphanumeric())
}

async fn search(client: &Client, id: &str) -> Result<String, Failure> {
    let applications = client.list(v1::ListApplicationsRequest::default()).await?;
    let names = applications.into_iter().map(|application| format!("{}/executions/{id}", application.name));
    let mut found = stream::iter(names)
        .map(async |name| match client.call(v1::GetExecutionRequest { name: name.clone() }).await {
            Ok(_) => Ok(Some(name)),
            Err(error) if error.code() == Some(Code::NotFound) => Ok(None),
            Err(error) => Err(Failure::from(error)),
        })
        .buffer_unordered(8)
        .try_filter_map(async |found| Ok(found))
        .boxed_local();
    found.try_next().await?.ok_or_else(|| Failure::NotFound(format!("there is no execution {id}")))
}

/// A server group: its full name, `local/main/hello-v001`, or its name alone, which is looked for in its application.
pub(crate) async fn server_group(client: &Client, text: &str) -> Result<String, Failure> {
    in_application(client, "serverGroups", text, async |parent| {
        let groups = client.list(v1::ListServerGroupsRequest { parent, ..Default::default() }).await?;
        Ok(groups.into_iter().map(|group| group.name).collect())
    })
    .await
}

/// A load balancer: its full name, `local/main/hello`, or its name alone, which begins with its application.
pub(crate) async fn load_balancer(client: &Client, text: &str) -> Result<String, Failure> {
    in_application(client, "loadBalancers", text, async |parent| {
        let balancers = client.list(v1::ListLoadBalancersRequest { parent, ..Default::default() }).await?;
        Ok(balancers.into_iter().map(|balancer| balancer.name).collect())
    })
    .await
}

/// A firewall: its full name, `local/main/hello`, or its name alone, which begins with its application.
pub(crate) async fn firewall(client: &Client, text: &str) -> Result<String, Failure> {
    in_application(client, "firewalls", text, async |parent| {
        let firewalls = client.list(v1::ListFirewallsRequest { parent, ..Default::default() }).await?;
        Ok(firewalls.into_iter().map(|firewall| firewall.name).collect())
    })
    .await
}

/// Something of a region whose id begins with the id of its application.
async fn in_application(
    client: &Client,
    collection: &str,
    text: &str,
    list: impl AsyncFn(String) -> Result<Vec<String>, Failure>,
) -> Result<String, Failure> {
    if let Some(name) = in_region(collection, text)? {
        return Ok(name);
    }
    let application = text.split('-').next().unwrap_or(text);
    let parent = format!("applications/{application}");
    if client
        .call(v1::GetApplicationRequest { name: parent.clone() })
        .await
        .is_err_and(|error| error.code() == Some(Code::NotFound))
    {
        return Err(Failure::NotFound(format!(
            "there is no application `{application}` that {text:?} could belong to; name it as ACCOUNT/REGION/NAME"
        )));
    }
    let mut names: Vec<String> = list(parent).await?.into_iter().filter(|name| last(name) == text).collect();
    match names.len() {
        0 => Err(Failure::NotFound(format!("there is no `{text}` in the application `{application}`"))),
        1 => Ok(names.remove(0)),
        _ => {
            let names: Vec<String> = names.iter().map(|name| short(name)).collect();
            Err(Failure::Usage(format!(
                "`{text}` could be any of {}: name the account and the region",
                names.join(", ")
            )))
        }
    }
}

/// An instance: its full name, or `SERVER_GROUP/INSTANCE` with any name of the server group. A server group alone
/// means its only instance.
pub(crate) async fn instance(client: &Client, text: &str) -> Result<String, Failure> {
    let parts: Vec<&str> = text.split('/').collect();
    match parts.as_slice() {
        ["accounts", _, "regions", _, "serverGroups", _, "instances", _] => Ok(text.to_owned()),
        [account, region, group, id] => {
            Ok(format!("accounts/{account}/regions/{region}/serverGroups/{group}/instances/{id}"))
        }
        [group, id] => Ok(format!("{}/instances/{id}", server_group(client, group).await?)),
        [_] | [_, _, _] => only_instance(client, server_group(client, text).await?).await,
        _ => Err(wrong(text, "`SERVER_GROUP/INSTANCE`")),
    }
}

async fn only_instance(client: &Client, parent: String) -> Result<String, Failure> {
    let request = v1::ListInstancesRequest { parent: parent.clone(), ..Default::default() };
    let mut instances = client.list(request).await?;
    match instances.len() {
        0 => Err(Failure::NotFound(format!("{} has no instances", short(&parent)))),
        1 => Ok(instances.remove(0).name),
        _ => {
            let names: Vec<String> =
                instances.iter().map(|instance| format!("{}/{}", last(&parent), last(&instance.name))).collect();
            Err(Failure::Usage(format!("{} has several instances, name one: {}", last(&parent), names.join(", "))))
        }
    }
}
