//! Load balancers and firewalls under real traffic.

use std::net::SocketAddr;

use bytes::Bytes;
use gennaker_core::cloud::{
    Capacity, Firewall, FirewallRule, Health, Listener, ListenerProtocol, LoadBalancer, Protocol, ServerGroup,
};
use gennaker_ports::{Cloud, CloudError};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::bench::{Bench, Client, Load, all, get, id, spec};

fn disabled(group: &ServerGroup) -> bool {
    group.disabled && all(group, Health::OutOfService)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switching_groups_fails_no_request() {
    let bench = Bench::new().await;
    let web = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    bench.deploy(&spec("shop-v000", "1", 2, Some("web"))).await;
    let load = Load::start(web, 8);
    bench.until_requests("shop-v000", 100).await;
    bench.deploy(&spec("shop-v001", "2", 2, Some("web"))).await;
    bench.cloud.set_server_group_enabled("r1", &id("shop-v000"), false).await.unwrap();
    bench.until_group("shop-v000", disabled).await;
    let settled = bench.cloud.traffic()[&id("shop-v000")].requests;
    bench.until_requests("shop-v001", 200).await;
    assert_eq!(bench.cloud.traffic()[&id("shop-v000")].requests, settled, "no late request");
    bench.cloud.set_server_group_enabled("r2", &id("shop-v000"), true).await.unwrap();
    bench.cloud.set_server_group_enabled("r3", &id("shop-v001"), false).await.unwrap();
    bench.until_group("shop-v001", disabled).await;
    bench.until_requests("shop-v000", settled + 100).await;
    bench.cloud.destroy_server_group("r4", &id("shop-v001")).await.unwrap();
    bench.until_gone("shop-v001").await;
    bench.cloud.resize_server_group("r5", &id("shop-v000"), Capacity::pinned(1)).await.unwrap();
    bench.until_group("shop-v000", |group| group.instances.len() == 1).await;
    let tally = load.finish().await;
    assert_eq!(tally.failures, [""; 0]);
    assert!(tally.by_version["1"] > settled, "it took traffic again: {tally:?}");
    assert!(tally.by_version["2"] > 0, "{tally:?}");
    let traffic = bench.cloud.traffic();
    let (old, new) = (&traffic[&id("shop-v000")], &traffic[&id("shop-v001")]);
    assert_eq!((old.requests, new.requests), (tally.by_version["1"], tally.by_version["2"]));
    assert_eq!((old.errors, new.errors), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_instance_fails_no_repeatable_request() {
    let bench = Bench::new().await;
    let web = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    let group = bench.deploy(&spec("shop-v000", "1", 2, Some("web"))).await;
    let load = Load::start(web, 4);
    bench.until_requests("shop-v000", 50).await;
    let victim = group.instances[0].name.clone();
    let journal = bench.home.journal();
    let record = journal.split(&format!("\"name\":\"{victim}\"")).last().unwrap();
    let pid = record.split("\"pid\":").nth(1).unwrap().split(',').next().unwrap().parse().unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).unwrap();
    bench.until_group("shop-v000", |group| group.counts().up == 2 && group.instances[0].restarts == 1).await;
    let tally = load.finish().await;
    assert_eq!(tally.failures, [""; 0]);
}

#[tokio::test]
async fn a_request_in_flight_is_finished_before_the_instance_ends() {
    let bench = Bench::new().await;
    let web = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    bench.deploy(&spec("shop-v000", "1", 1, Some("web"))).await;
    let slow = tokio::spawn(async move { get(web, "/slow?ms=700").await });
    let in_flight = async |cloud: &gennaker_cloud_local::LocalCloud| {
        let group = cloud.server_group(&id("shop-v000")).await.unwrap();
        let log = cloud.instance_log(&group.id, &group.instances[0].name, 100, 10_000).await.unwrap();
        log.text.contains("/slow").then_some(())
    };
    while in_flight(&bench.cloud).await.is_none() {
        tokio::task::yield_now().await;
    }
    bench.cloud.destroy_server_group("r1", &id("shop-v000")).await.unwrap();
    let group = bench.cloud.server_group(&id("shop-v000")).await.unwrap();
    assert!(all(&group, Health::Draining), "{group:?}");
    let (status, body) = get(web, "/").await;
    assert_eq!((status, body.as_str()), (503, "load balancer web has no healthy instance\n"));
    assert_eq!(slow.await.unwrap().0, 200);
    bench.until_gone("shop-v000").await;
}

#[tokio::test]
async fn draining_ends_at_its_deadline() {
    let bench = Bench::with(|options| options.drain_timeout = std::time::Duration::from_millis(100)).await;
    let web = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    bench.deploy(&spec("shop-v000", "1", 1, Some("web"))).await;
    let mut tunnel = upgraded(web).await;
    bench.cloud.set_server_group_enabled("r1", &id("shop-v000"), false).await.unwrap();
    bench.until_group("shop-v000", disabled).await;
    assert_eq!(tunnel.read(&mut [0; 1]).await.unwrap_or(0), 0, "what was still open has been cut");
    bench.cloud.set_server_group_enabled("r2", &id("shop-v000"), true).await.unwrap();
    assert_eq!(get(web, "/").await.0, 200);
}

async fn upgraded(web: SocketAddr) -> TokioIo<hyper::upgrade::Upgraded> {
    let mut client = Client::connect(web).await.unwrap();
    let request = Request::get("/chat").header("host", "shop").header("connection", "Upgrade");
    let request = request.header("upgrade", "websocket").body(Full::default()).unwrap();
    let mut response = client.send(request).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["upgrade"]), (101, &"websocket".parse().unwrap()));
    TokioIo::new(hyper::upgrade::on(&mut response).await.unwrap())
}

#[tokio::test]
async fn upgrades_pass_both_ways() {
    let bench = Bench::new().await;
    let web = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    bench.deploy(&spec("shop-v000", "1", 1, Some("web"))).await;
    let mut tunnel = upgraded(web).await;
    for message in ["hello", "again"] {
        tunnel.write_all(message.as_bytes()).await.unwrap();
        let mut answer = [0; 5];
        tunnel.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, message.as_bytes());
    }
    let group = bench.cloud.set_server_group_enabled("r1", &id("shop-v000"), false).await.unwrap();
    assert!(all(&group, Health::Draining), "the open tunnel keeps it draining: {group:?}");
    drop(tunnel);
    bench.until_group("shop-v000", disabled).await;
}

#[tokio::test]
async fn bodies_and_headers_pass() {
    let bench = Bench::new().await;
    let web = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    bench.deploy(&spec("shop-v000", "1", 1, Some("web"))).await;
    let mut client = Client::connect(web).await.unwrap();
    let large = Bytes::from(vec![b'x'; 3_000_000]);
    let request = Request::post("/echo").header("host", "shop").body(Full::new(large.clone())).unwrap();
    let response = client.send(request).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), large);
    let (_, headers) = client.get("/headers").await.unwrap();
    for line in ["host: shop", "x-forwarded-for: 127.0.0.1", "x-forwarded-proto: http", "x-forwarded-host: shop"] {
        assert!(headers.lines().any(|other| other == line), "{line} is missing in {headers}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn weights_share_the_traffic() {
    let bench = Bench::new().await;
    let web = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    bench.deploy(&spec("shop-v000", "1", 1, Some("web"))).await;
    bench.deploy(&spec("shop-v001", "2", 2, Some("web"))).await;
    bench.cloud.set_server_group_weight("r1", &id("shop-v000"), 90).await.unwrap();
    bench.cloud.set_server_group_weight("r2", &id("shop-v001"), 10).await.unwrap();
    let mut client = Client::connect(web).await.unwrap();
    let mut new = 0;
    for _ in 0..200 {
        let (status, body) = client.get("/").await.unwrap();
        assert_eq!(status, 200);
        new += usize::from(body.contains("\"version\":\"2\""));
    }
    assert_eq!(new, 20);
}

#[tokio::test]
async fn tcp_passes_and_is_drained() {
    let bench = Bench::new().await;
    let raw = bench.balancer("web", ListenerProtocol::Tcp, &[]).await;
    bench.deploy(&spec("shop-v000", "1", 2, Some("web"))).await;
    let mut client = Client::connect(raw).await.unwrap();
    let (status, headers) = client.get("/headers").await.unwrap();
    assert!(status == 200 && !headers.contains("x-forwarded"), "{headers}");
    let group = bench.cloud.set_server_group_enabled("r1", &id("shop-v000"), false).await.unwrap();
    assert_eq!(group.instances.iter().filter(|i| i.health == Health::Draining).count(), 1, "{group:?}");
    assert_eq!(client.get("/").await.unwrap().0, 200);
    drop(client);
    bench.until_group("shop-v000", disabled).await;
    let mut unserved = TcpStream::connect(raw).await.unwrap();
    assert_eq!(unserved.read(&mut [0; 1]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn firewalls_deny_what_they_do_not_allow() {
    let bench = Bench::new().await;
    let firewall = |cidr: &str| Firewall {
        id: id("office"),
        application: None,
        description: String::new(),
        rules: vec![FirewallRule {
            cidrs: vec![cidr.into()],
            from_port: 0,
            to_port: u16::MAX,
            protocol: Protocol::Tcp,
        }],
    };
    bench.cloud.upsert_firewall(&firewall("10.0.0.0/8")).await.unwrap();
    let web = bench.balancer("web", ListenerProtocol::Http, &["office"]).await;
    bench.deploy(&spec("shop-v000", "1", 1, Some("web"))).await;
    let denied = async { Client::connect(web).await?.get("/").await };
    assert!(denied.await.is_err());
    bench.cloud.upsert_firewall(&firewall("127.0.0.0/8")).await.unwrap();
    assert_eq!(get(web, "/").await.0, 200);
    let in_use = bench.cloud.delete_firewall(&id("office")).await;
    assert_eq!(in_use, Err(CloudError::Conflict("firewall local/local/office is in use by load balancer web".into())));
}

#[tokio::test]
async fn listeners_change_without_touching_the_others() {
    let bench = Bench::new().await;
    let web = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    bench.deploy(&spec("shop-v000", "1", 1, Some("web"))).await;
    let mut kept = Client::connect(web).await.unwrap();
    kept.get("/").await.unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listener = |port| Listener { protocol: ListenerProtocol::Http, port, address: None };
    let mut balancer = LoadBalancer {
        id: id("web"),
        application: None,
        listeners: vec![listener(0), listener(taken.local_addr().unwrap().port())],
        firewalls: vec![],
        server_groups: vec![],
    };
    let conflict = bench.cloud.upsert_load_balancer(&balancer).await.unwrap_err().to_string();
    assert!(conflict.contains("is in use; choose another one"), "{conflict}");
    balancer.listeners[1] = listener(0);
    let changed = bench.cloud.upsert_load_balancer(&balancer).await.unwrap();
    assert_eq!(changed.listeners[0].address.as_deref(), Some(web.to_string().as_str()));
    assert_eq!(changed.server_groups, ["shop-v000"]);
    let second = changed.listeners[1].address.as_ref().unwrap().parse().unwrap();
    assert_eq!(get(second, "/").await.0, 200);
    assert_eq!(kept.get("/").await.unwrap().0, 200, "existing connections go on");
    let in_use = bench.cloud.delete_load_balancer(&id("web")).await.unwrap_err().to_string();
    assert_eq!(in_use, "load balancer local/local/web still has server groups: shop-v000");
    bench.cloud.destroy_server_group("r1", &id("shop-v000")).await.unwrap();
    bench.until_gone("shop-v000").await;
    bench.cloud.delete_load_balancer(&id("web")).await.unwrap();
    bench.cloud.delete_load_balancer(&id("web")).await.unwrap();
    assert!(TcpStream::connect(web).await.is_err());
}
