//! No way to write a private address leads to it.

use proptest::prelude::*;

use super::super::network::special_v4_networks;
use super::*;

/// All addresses that are not public, as numbers.
fn private() -> impl Strategy<Value = u32> {
    let networks: Vec<_> = special_v4_networks().collect();
    (proptest::sample::select(networks), any::<u32>())
        .prop_map(|(network, within)| u32::from(network.network()) | (within & u32::from(network.hostmask())))
}

/// One part of an address, as a number in one of the bases that were once usual.
fn number(value: u32, base: u8) -> String {
    match base % 5 {
        0 => format!("{value}"),
        1 => format!("0x{value:x}"),
        2 => format!("0X{value:08X}"),
        3 => format!("0{value:o}"),
        _ => format!("000{value:o}"),
    }
}

/// The same text for a reader of URLs.
fn disguised(host: &str, disguise: u8) -> String {
    match disguise % 5 {
        0 => host.to_owned(),
        1 => host.bytes().map(|byte| format!("%{byte:02x}")).collect(),
        2 => host.replace('.', "。"),
        3 => host.chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32(0xff10 + d)).unwrap_or(c)).collect(),
        _ => format!("{host}."),
    }
}

fn v4_text(address: u32, parts: u8, bases: [u8; 4], disguise: u8) -> String {
    let [a, b, c, d] = address.to_be_bytes().map(u32::from);
    let parts = match parts % 4 {
        0 => vec![address],
        1 => vec![a, address & 0xff_ffff],
        2 => vec![a, b, address & 0xffff],
        _ => vec![a, b, c, d],
    };
    let numbers: Vec<String> = parts.into_iter().zip(bases).map(|(part, base)| number(part, base)).collect();
    disguised(&numbers.join("."), disguise)
}

fn v6_text(address: u32, form: u8) -> String {
    let (high, low) = (address >> 16, address & 0xffff);
    let dotted = std::net::Ipv4Addr::from(address);
    match form % 8 {
        0 => format!("[::ffff:{dotted}]"),
        1 => format!("[0:0:0:0:0:FFFF:{high:X}:{low:X}]"),
        2 => format!("[::{dotted}]"),
        3 => format!("[64:ff9b::{dotted}]"),
        4 => format!("[64:ff9b::{high:04x}:{low:04x}]"),
        5 => format!("[2002:{high:x}:{low:x}::1]"),
        6 => format!("[::ffff:0:{dotted}]"),
        _ => format!("[2001:0:{high:x}:{low:x}::]"),
    }
}

thread_local! {
    /// Reading the machine's authorities anew for each case takes most of the time otherwise.
    static EGRESS: (GuardedEgress, Names) = {
        let names = Names::default();
        (knowing(Options::default(), &names), names)
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_ipv4(address in private(), parts: u8, bases: [u8; 4], disguise: u8) {
        refused(&v4_text(address, parts, bases, disguise))?;
    }

    #[test]
    fn of_ipv4_within_ipv6(address in private(), form: u8) {
        refused(&v6_text(address, form))?;
    }

    #[test]
    fn of_ipv6_networks(network in proptest::sample::select(vec!["::", "fc00", "fd12", "fe80", "febf", "fec0", "ff02", "2001:db8"]), low: u32) {
        let address: std::net::Ipv6Addr = format!("{}::{:x}:{:x}", network.trim_end_matches(':'), low >> 16, low & 0xffff).parse().unwrap();
        refused(&format!("[{address}]"))?;
    }
}

fn refused(host: &str) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    EGRESS.with(|(egress, names)| {
        let outcome = runtime.block_on(get(egress, &format!("http://{host}/")));
        let refused = matches!(outcome, Err(EgressError::Forbidden(_) | EgressError::Invalid(_)));
        prop_assert!(refused, "{host}: {outcome:?}");
        prop_assert_eq!(names.asked(), 0, "{} was looked up", host);
        Ok(())
    })
}
