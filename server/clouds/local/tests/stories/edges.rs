//! The proxy at its limits, and clients that do not play by the rules.

use std::net::SocketAddr;
use std::time::Duration;

use gennaker_core::cloud::{Listener, ListenerProtocol, LoadBalancer};
use gennaker_ports::Cloud;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::bench::{Bench, Client, PATIENCE, get, id, spec};

/// Sends bytes as they are and reads until the other side closes.
async fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset after the answer is a close, too.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn unusual_requests_get_usual_answers() {
    let bench = Bench::new().await;
    let web = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    bench.deploy(&spec("shop-v000", "1", 1, Some("web"))).await;
    let old = raw(web, "GET /headers HTTP/1.0\r\n\r\n").await;
    assert!(old.starts_with("HTTP/1.0 200") && old.contains("x-forwarded-for: 127.0.0.1"), "{old}");
    let absolute = raw(web, "GET http://shop/headers HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n").await;
    assert!(absolute.starts_with("HTTP/1.1 200") && absolute.contains("host: shop"), "{absolute}");
    let head = raw(web, "HEAD / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    let connect = raw(web, "CONNECT shop:80 HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n").await;
    assert!(connect.starts_with("HTTP/1.1 405"), "{connect}");
    let chunked = "POST /echo HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nContent-Length: 3\r\n\
                   Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let smuggled = raw(web, chunked).await;
    assert!(smuggled.starts_with("HTTP/1.1 400") || smuggled.contains("hello"), "{smuggled}");
    let expecting = "POST /echo HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello";
    let expected = raw(web, expecting).await;
    assert!(expected.contains("HTTP/1.1 200") && expected.ends_with("hello"), "{expected}");
    assert!(raw(web, "nonsense\r\n\r\n").await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn heads_have_a_limit() {
    let bench = Bench::with(|options| options.limits.header_bytes = 8192).await;
    let web = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    bench.deploy(&spec("shop-v000", "1", 1, Some("web"))).await;
    let head =
        |size: usize| format!("GET / HTTP/1.1\r\nHost: s\r\nConnection: close\r\nX: {}\r\n\r\n", "x".repeat(size));
    assert!(raw(web, &head(7000)).await.starts_with("HTTP/1.1 200"));
    assert!(raw(web, &head(9000)).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn what_takes_too_long_is_given_up() {
    let bench = Bench::with(|options| {
        options.limits.response_timeout = Duration::from_millis(300);
        options.limits.header_timeout = Duration::from_millis(300);
    })
    .await;
    let web = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    bench.deploy(&spec("shop-v000", "1", 1, Some("web"))).await;
    let (status, body) = get(web, "/slow?ms=20000").await;
    assert_eq!((status, body.as_str()), (504, "the instance gave no answer in time\n"));
    assert_eq!(bench.cloud.traffic()[&id("shop-v000")].errors, 1);
    assert_eq!(raw(web, "GET / HTT").await, "", "half a head is not waited for");
    let mut idle = Client::connect(web).await.unwrap();
    assert_eq!(idle.get("/").await.unwrap().0, 200);
    idle.closed().await;
}

#[tokio::test]
async fn connections_have_a_limit() {
    let bench = Bench::with(|options| options.limits.connections = 2).await;
    let web = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    bench.deploy(&spec("shop-v000", "1", 1, Some("web"))).await;
    let mut first = Client::connect(web).await.unwrap();
    let mut second = Client::connect(web).await.unwrap();
    assert_eq!((first.get("/").await.unwrap().0, second.get("/").await.unwrap().0), (200, 200));
    let mut third = Client::connect(web).await.unwrap();
    let waiting = tokio::spawn(async move { third.get("/").await });
    assert_eq!(second.get("/").await.unwrap().0, 200);
    assert!(!waiting.is_finished());
    drop(first);
    assert_eq!(waiting.await.unwrap().unwrap().0, 200);
}

/// An address whose port is below those that the system gives to outgoing connections, so that nobody gets it in between.
fn free_address() -> SocketAddr {
    let first = 10_000 + u16::try_from(std::process::id() % 1000).unwrap() * 5;
    let mut addresses = (first..20_000).map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    addresses.find(|address| std::net::TcpListener::bind(address).is_ok()).unwrap()
}

/// Listens on an address that was listened on before. A process that another test is starting has a copy of that listener between
/// its fork and its exec.
async fn take(address: SocketAddr) -> TcpListener {
    let taken = async {
        loop {
            match TcpListener::bind(address).await {
                Ok(listener) => return listener,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, taken).await.expect("the address becomes free")
}

#[tokio::test]
async fn a_taken_port_is_a_problem_of_the_account_until_it_is_free() {
    let bench = Bench::new().await;
    let free = free_address();
    let balancer = LoadBalancer {
        id: id("web"),
        application: None,
        listeners: vec![Listener { protocol: ListenerProtocol::Http, port: free.port(), address: None }],
        firewalls: vec![],
        server_groups: vec![],
    };
    bench.cloud.upsert_load_balancer(&balancer).await.unwrap();
    bench.deploy(&spec("shop-v000", "1", 1, Some("web"))).await;
    let home = bench.stop().await;
    let taken = take(free).await;
    let bench = Bench::start(home, |_| {}).await;
    let problem = bench.cloud.accounts()[0].problem.clone().unwrap();
    assert!(problem.starts_with("load balancer local/local/web: port") && problem.contains("is in use"), "{problem}");
    drop(taken);
    bench.until(async |cloud| cloud.accounts()[0].problem.is_none().then_some(())).await;
    bench.until_group("shop-v000", |group| group.counts().up == 1).await;
    assert_eq!(get(free, "/").await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_at_the_same_time_acts_once() {
    let bench = Bench::new().await;
    let spec = spec("shop-v000", "1", 2, None);
    let tries: Vec<_> = (0..10)
        .map(|_| {
            let (cloud, spec) = (bench.cloud.clone(), spec.clone());
            tokio::spawn(async move { cloud.create_server_group("r1", &spec).await })
        })
        .collect();
    for each in tries {
        assert_eq!(each.await.unwrap().unwrap().id, spec.id);
    }
    let group = bench.until_group("shop-v000", |group| group.counts().up == 2).await;
    assert_eq!(group.instances.len(), 2);
    assert_eq!(bench.home.running_instances().len(), 2);
}
