//! What there is in the language, for its documentation.

mod markdown;

use super::builtin::Builtin;
use super::{functions, methods, types};

/// All that can be called or written. Each entry has an example with its value, as a test evaluates it.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Operators.
    pub operators: Section,
    /// Functions by what they are for.
    pub functions: Vec<Section>,
    /// Methods by the values that have them.
    pub methods: Vec<Section>,
    /// Static members and constructors by type.
    pub types: Vec<Section>,
}

/// Entries that belong together.
#[derive(Clone, Debug)]
pub struct Section {
    /// What they are for or belong to.
    pub title: &'static str,
    /// The entries.
    pub entries: Vec<Entry>,
}

/// One operator, function, method or member of a type.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// How it is written.
    pub signature: String,
    /// What it gives, in one sentence.
    pub summary: &'static str,
    /// An expression with it, without `${ }`.
    pub example: &'static str,
    /// What the example gives, as JSON.
    pub value: &'static str,
}

impl Entry {
    fn of(row: &Builtin, before: &str) -> Self {
        Self {
            name: row.name,
            signature: format!("{before}{}", row.signature()),
            summary: row.summary,
            example: row.example,
            value: row.value,
        }
    }
}

/// Everything in the language.
pub fn catalogue() -> Catalogue {
    Catalogue {
        operators: Section { title: "Operators", entries: OPERATORS.into_iter().map(operator).collect() },
        functions: functions::GROUPS.iter().map(|group| section(group.title, group.rows, "#")).collect(),
        methods: methods::GROUPS.iter().map(|group| section(group.title, group.rows, ".")).collect(),
        types: types::TYPES.iter().map(members).collect(),
    }
}

fn section(title: &'static str, rows: &[Builtin], before: &str) -> Section {
    Section { title, entries: rows.iter().map(|row| Entry::of(row, before)).collect() }
}

fn members(class: &types::Type) -> Section {
    let before = format!("T({}).", class.short_name());
    let members = class.constants.iter().chain(class.methods).map(|row| Entry::of(row, &before));
    let constructors = class.constructor.iter().map(|row| Entry::of(row, ""));
    Section { title: class.name, entries: constructors.chain(members).collect() }
}

fn operator((signature, summary, example, value): (&'static str, &'static str, &'static str, &'static str)) -> Entry {
    Entry { name: signature, signature: signature.to_owned(), summary, example, value }
}

/// How it is written, what it gives, an example, its value.
const OPERATORS: [(&str, &str, &str, &str); 36] = [
    (
        "a + b",
        "The sum of two numbers, or two values written one after the other if one is a text.",
        "'v' + 1 + 2",
        r#""v12""#,
    ),
    ("a - b", "The difference.", "7 - 2.5", "4.5"),
    ("a * b", "The product; a text times an int is the text that often.", "'ab' * 2", r#""abab""#),
    ("a / b, a div b", "The quotient; of whole numbers without what follows the point.", "7 / 2", "3"),
    ("a % b, a mod b", "What is left of a division.", "7 mod 2", "1"),
    ("a ^ b", "The power.", "2 ^ 10", "1024"),
    ("-a", "The number with the other sign.", "-(3 - 5)", "2"),
    ("a == b, a eq b", "Whether two values are the same; numbers of any type by their value.", "1 == 1.0", "true"),
    ("a != b, a ne b", "Whether two values differ.", "'a' ne 'b'", "true"),
    (
        "a < b, a lt b",
        "Whether the first comes before the second: numbers, texts, times; null comes before all.",
        "'a' < 'b'",
        "true",
    ),
    ("a <= b, a le b", "Whether the first comes before the second or is the same.", "2 le 2", "true"),
    ("a > b, a gt b", "Whether the first comes after the second.", "2 > 10", "false"),
    ("a >= b, a ge b", "Whether the first comes after the second or is the same.", "2 >= 2", "true"),
    ("a between {b, c}", "Whether a value is at least one bound and at most another.", "5 between {1, 5}", "true"),
    ("a matches b", "Whether a regular expression matches the whole of a text.", "'v12' matches 'v[0-9]+'", "true"),
    (
        "a and b, a && b",
        "Whether both are true; the second is not looked at if the first is false.",
        "true and 1 > 2",
        "false",
    ),
    (
        "a or b, a || b",
        "Whether one is true; the second is not looked at if the first is.",
        "true or 1 / 0 > 2",
        "true",
    ),
    ("not a, !a", "Whether it is false.", "not false", "true"),
    (
        "a ? b : c",
        "The second value if the first is true, else the third.",
        "parameters.size > 2 ? 'large' : 'small'",
        r#""large""#,
    ),
    (
        "a ?: b",
        "The first value, or the second if the first is null, missing or an empty text.",
        "parameters.branch ?: 'main'",
        r#""main""#,
    ),
    ("a.b", "The property `b` of `a`; it is a mistake if there is none.", "parameters.size", "3"),
    ("a?.b", "The property `b` of `a`, or null if `a` is null or missing.", "parameters.build?.number == null", "true"),
    (
        "a['b']",
        "What a map has under a key. Where it has no such key, it is null as a part of a larger expression, and a mistake if it is the whole of one or if more follows.",
        "parameters['size']",
        "3",
    ),
    ("a[0]", "An element of a list, or a character of a text, counted from 0.", "{'a', 'b'}[1]", r#""b""#),
    ("a?['b'], a?[0]", "The same, or null if `a` is null or missing.", "parameters.build?['number'] == null", "true"),
    ("{a, b}", "A list.", "{1, 'a', true}", r#"[1,"a",true]"#),
    ("{a: b, 'c': d}", "A map; `{:}` is an empty one.", "{name: 'shop', 'size': 3}", r#"{"name":"shop","size":3}"#),
    (
        "a.?[condition]",
        "The elements of a list, or the entries of a map, for which a condition holds; bare names in it are properties of the element, which is `#this`.",
        "{1, 5, 9}.?[#this > 3]",
        "[5,9]",
    ),
    (
        "a.^[condition]",
        "The first such element or entry, or null.",
        "execution.stages.^[type == 'deploy'].name",
        r#""Deploy east""#,
    ),
    ("a.$[condition]", "The last such element or entry, or null.", "{1, 5, 9}.$[#this > 3]", "9"),
    (
        "a.![expression]",
        "What an expression gives for each element, or each entry with its `key` and `value`.",
        "{a: 1, b: 2}.![key + '=' + value]",
        r#"["a=1","b=2"]"#,
    ),
    ("a.f(b)", "A method of a value.", "'a-b'.replace('-', '_')", r#""a_b""#),
    ("#f(a)", "A function.", "#toInt('4') + 1", "5"),
    (
        "#root, #this",
        "All that bare names lead to; the element within `?[ ]` and `![ ]`.",
        "#root.parameters.size",
        "3",
    ),
    ("T(type).f(a)", "A static member of a type.", "T(java.lang.Math).max(2, 3)", "3"),
    ("new type(a)", "A new value of a type.", "new java.util.Date(0).getTime()", "0"),
];
