//! What is refused, and what the refusal says.

use super::*;

#[tokio::test]
async fn a_refusal_says_which_rule_it_is_and_which_setting_allows_it() {
    let names = Names::default()
        .with("inner.example", &["10.1.2.3"])
        .with("metadata.example", &["169.254.169.254"])
        .with("mixed.example", &["127.0.0.1", "fd00::1"])
        .with("mapped.example", &["::ffff:192.168.0.1"])
        .with("public.example", &["93.184.215.14"]);
    let rules = |options: Options| knowing(options, &names);
    let strict = Options {
        allowed_hosts: vec!["*.example.com".parse().unwrap()],
        allowed_ports: vec![443],
        allow_http: false,
        denied_networks: vec!["93.184.0.0/16".parse().unwrap()],
        ..Options::default()
    };
    let denied = Options { allowed_hosts: Vec::new(), ..strict.clone() };
    let usual = rules(Options::default());
    let refusals = [
        forbidden(&usual, "http://inner.example/secret?token=secret").await,
        forbidden(&usual, "http://metadata.example/latest/meta-data").await,
        forbidden(&usual, "https://mixed.example/").await,
        forbidden(&usual, "https://mapped.example/").await,
        forbidden(&usual, "http://[::1]/").await,
        forbidden(&usual, "http://127.1/").await,
        forbidden(&usual, "http://public.example:22/").await,
        forbidden(&rules(strict.clone()), "http://a.example.com/").await,
        forbidden(&rules(strict.clone()), "https://a.example.com:8443/").await,
        forbidden(&rules(strict.clone()), "https://example.com/").await,
        forbidden(&rules(denied), "https://public.example/").await,
    ];
    assert!(refusals.iter().all(|refusal| !refusal.contains("secret")));
    insta::assert_snapshot!(refusals.join("\n"));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let egress = egress(Options::default());
    let mut problems = Vec::new();
    for url in [
        "",
        "/relative",
        "example.com",
        "http://",
        "http:///",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://a/",
        "data:,x",
        "http://user@example.com/",
        "http://user:secret@example.com/",
        "http://:secret@example.com/",
        "http://a b/",
        "http://example.com:99999/",
        "http://1.2.3.4.5/",
        "http://256.1.1.1/",
        "http://0x7f.0.0.0x100/",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://exa%00mple.com/",
        "http://exa<mple.com/",
        "http://xn--zz--/",
    ] {
        match get(&egress, url).await {
            Err(EgressError::Invalid(problem)) => problems.push(format!("{url}: {problem}")),
            other => panic!("{url}: {other:?}"),
        }
    }
    insta::assert_snapshot!(problems.join("\n"));
}

#[tokio::test]
async fn methods_and_headers_that_would_do_something_else_are_refused() {
    let egress = egress(Options::default());
    for method in ["CONNECT", "TRACE", "get", "", "GET / HTTP/1.1\r\nX:"] {
        let outcome = egress.send(EgressRequest::new(method, "https://example.com/")).await;
        assert!(matches!(outcome, Err(EgressError::Invalid(_))), "{method:?}: {outcome:?}");
    }
    for (name, value) in [
        ("Host", "inner"),
        ("Content-Length", "0"),
        ("transfer-encoding", "chunked"),
        ("Connection", "upgrade"),
        ("Proxy-Authorization", "x"),
        ("Keep-Alive", "1"),
        ("a b", "x"),
        ("", "x"),
        ("x", "a\r\nb: c"),
        ("x", "\u{0}"),
    ] {
        let mut request = EgressRequest::new("GET", "https://example.com/");
        request.headers.push((name.to_owned(), value.to_owned()));
        let outcome = egress.send(request).await;
        assert!(matches!(outcome, Err(EgressError::Invalid(_))), "{name:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_only_what_was_checked_is_connected_to() {
    let (server, elsewhere) = (Http::start().await.unwrap(), Http::start().await.unwrap());
    server.on("GET", "/", Reply::ok("here"));
    let names = Names::default().with("rebinding.example", &["127.0.0.1"]).with("rebinding.example", &["10.0.0.1"]);
    let egress = knowing(local(), &names);
    let url = format!("http://rebinding.example:{}/", server.port());
    assert_eq!(&get(&egress, &url).await.unwrap().body[..], b"here");
    assert_eq!(names.asked(), 1);
    assert_eq!(server.requests()[0].header("host").unwrap(), format!("rebinding.example:{}", server.port()));
    assert!(forbidden(&egress, &url).await.contains("10.0.0.1 is a private network"), "the next call looks it up anew");
    let mixed = Names::default().with("mixed.example", &["10.0.0.1", "127.0.0.1"]);
    let url = format!("http://mixed.example:{}/", server.port());
    assert_eq!(get(&knowing(local(), &mixed), &url).await.unwrap().status, 200, "what is not allowed is left out");
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn hosts_are_read_as_browsers_read_them() {
    let server = Http::start().await.unwrap();
    server.on("GET", "/", Reply::ok("here"));
    let names = Names::default()
        .with("xn--bcher-kva.example", &["127.0.0.1"])
        .with("under_score.example", &["127.0.0.1"])
        .with("dotted.example.", &["127.0.0.1"]);
    let egress = knowing(local(), &names);
    for host in [
        "BÜCHER.example",
        "under_score.example",
        "dotted.example.",
        "127.1",
        "0x7f000001",
        "２１３０７０６４３３",
        "127.0.0.1.",
    ] {
        let url = format!("http://{host}:{}/", server.port());
        assert_eq!(get(&egress, &url).await.unwrap().status, 200, "{host}");
    }
    assert_eq!(names.asked(), 3, "addresses are not looked up");
}

#[tokio::test]
async fn nothing_is_sent_to_what_is_refused() {
    let server = Http::start().await.unwrap();
    let egress = egress(Options::default());
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"] {
        forbidden(&egress, &format!("http://{host}:{}/", server.port())).await;
    }
    assert_eq!(server.connections(), 0);
}
