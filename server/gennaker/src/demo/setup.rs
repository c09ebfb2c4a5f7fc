//! Puts the demo's world into the server, or brings it up to date where an earlier demo left it.

use gennaker_client::{Client, Error};
use gennaker_proto::v1;

use super::screen::Screen;
use super::world;

/// Creates everything. Gives the address of the load balancer.
pub(super) async fn create(client: &Client, screen: &Screen) -> Result<String, Error> {
    screen.heading("The world", "");
    for version in ["v1", "v2"] {
        register(client, version).await?;
    }
    screen.fact("images", "hello:v1 and hello:v2, two versions of a small web server");
    let application = Some(world::application());
    client.call(v1::UpdateApplicationRequest { application, allow_missing: true, ..Default::default() }).await?;
    screen.fact("application", "hello, whose cluster must never be left without traffic");
    let firewall = Some(world::firewall());
    client.call(v1::UpdateFirewallRequest { firewall, allow_missing: true, ..Default::default() }).await?;
    screen.fact("firewall", "hello lets this machine in and nobody else");
    let address = balance(client).await?;
    screen.fact("load balancer", &format!("hello listens on http://{address}"));
    for pipeline in [world::first_deploy(), world::red_black()] {
        let pipeline = Some(pipeline);
        client.call(v1::UpdatePipelineRequest { pipeline, allow_missing: true, ..Default::default() }).await?;
    }
    screen.fact("pipelines", "deploy (v1, one stage) and red-black (v2, asks first)");
    Ok(address)
}

async fn register(client: &Client, version: &str) -> Result<(), Error> {
    let request = v1::RegisterImageRequest {
        parent: world::REGION.to_owned(),
        image_id: format!("hello:{version}"),
        source: world::image_source(version),
        ..Default::default()
    };
    client.call(request).await.map(drop)
}

async fn balance(client: &Client) -> Result<String, Error> {
    let load_balancer = Some(world::load_balancer());
    let request = v1::UpdateLoadBalancerRequest { load_balancer, allow_missing: true, ..Default::default() };
    let balancer = client.call(request).await?.load_balancer.unwrap_or_default();
    Ok(balancer.listeners.into_iter().next().map(|listener| listener.address).unwrap_or_default())
}
