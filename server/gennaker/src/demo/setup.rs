//! Puts the demo's world into the server, or brings it up to date where an earlier demo left it.

use gennaker_client::{Client, Error};
use gennaker_proto::v1;

use super::screen::Screen;
use super::world::World;

/// Creates everything. Gives the address of the load balancer.
pub(super) async fn create(client: &Client, screen: &Screen) -> Result<String, Error> {
    screen.heading("The world", "");
    let world = World::read();
    for image in world.images {
        client.call(image).await?;
    }
    screen.fact("images", "hello:v1 and hello:v2, two versions of a small web server");
    let application = Some(world.application);
    client.call(v1::UpdateApplicationRequest { application, allow_missing: true, ..Default::default() }).await?;
    screen.fact("application", "hello, whose cluster must never be left without traffic");
    let firewall = Some(world.firewall);
    client.call(v1::UpdateFirewallRequest { firewall, allow_missing: true, ..Default::default() }).await?;
    screen.fact("firewall", "hello lets this machine in and nobody else");
    let address = balance(client, world.load_balancer).await?;
    screen.fact("load balancer", &format!("hello listens on http://{address}"));
    for pipeline in world.pipelines {
        let pipeline = Some(pipeline);
        client.call(v1::UpdatePipelineRequest { pipeline, allow_missing: true, ..Default::default() }).await?;
    }
    screen.fact("pipelines", "deploy (v1, one stage) and red-black (v2, asks first)");
    let project = Some(world.project);
    client.call(v1::UpdateProjectRequest { project, allow_missing: true, ..Default::default() }).await?;
    Ok(address)
}

async fn balance(client: &Client, load_balancer: v1::LoadBalancer) -> Result<String, Error> {
    let load_balancer = Some(load_balancer);
    let request = v1::UpdateLoadBalancerRequest { load_balancer, allow_missing: true, ..Default::default() };
    let balancer = client.call(request).await?.load_balancer.unwrap_or_default();
    Ok(balancer.listeners.into_iter().next().map(|listener| listener.address).unwrap_or_default())
}
