//! Expressions made from the grammar and from the language's own tables: nearly all of them parse, and many have a value.

use std::fmt::{self, Display, Formatter};

use arbitrary::Arbitrary;

use crate::words::{self, Word};

/// A text with expressions. `cargo fuzz fmt` shows it as it is written.
#[derive(Arbitrary)]
pub enum Text {
    /// One expression, which keeps its type.
    Lone(Expression),
    /// Several, with plain text around them.
    Mixed(Vec<(Plain, Expression)>),
}

/// What stands around expressions.
#[derive(Arbitrary, Debug, Clone, Copy)]
pub enum Plain {
    /// Nothing.
    Nothing,
    /// A word.
    Word,
    /// A mark that begins no expression.
    Escaped,
    /// Half a mark.
    Dollar,
    /// Braces and quotes.
    Braces,
}

/// A part of an expression.
#[derive(Arbitrary, Debug)]
pub enum Expression {
    /// A value written down.
    Literal(Literal),
    /// `#this`.
    This,
    /// A path into the execution, from a list.
    Path(u8),
    /// A path into the execution that was made up.
    Name(Name),
    /// `#function(...)`.
    Function(Word<words::Functions>, Vec<Expression>),
    /// `T(Type).member(...)`, or a constant without parentheses.
    Member(Word<words::Members>, Vec<Expression>),
    /// `new Type(...)`.
    New(Word<words::Constructors>, Vec<Expression>),
    /// `value.method(...)`.
    Method(Box<Expression>, bool, Word<words::Methods>, Vec<Expression>),
    /// `value.name`.
    Property(Box<Expression>, bool, Name),
    /// `value[index]`.
    Index(Box<Expression>, Box<Expression>),
    /// `value.?[...]` and its kin.
    OfElements(Box<Expression>, Elements, Box<Expression>),
    /// `{...}`.
    List(Vec<Expression>),
    /// `{name: ...}`.
    Map(Vec<(Name, Expression)>),
    /// `-x`, `not x`.
    Unary(Unary, Box<Expression>),
    /// `a + b`.
    Binary(Box<Expression>, Binary, Box<Expression>),
    /// `a ? b : c`.
    Choice(Box<Expression>, Box<Expression>, Box<Expression>),
    /// Something with parentheses around it.
    Parentheses(Box<Expression>),
}

/// A value written down.
#[derive(Arbitrary, Debug)]
pub enum Literal {
    /// An `int`.
    Int(i32),
    /// A small number, which is often a place or a count.
    Small(i8),
    /// A `long`.
    Long(i64),
    /// A `double`.
    Double(f64),
    /// A truth.
    Bool(bool),
    /// Nothing.
    Null,
    /// Any text.
    Text(String),
    /// A text from a list: patterns, dates, formats, JSON.
    Known(u8),
}

/// A name.
#[derive(Arbitrary, Debug)]
pub struct Name(u8);

/// What is done with the elements of a list or a map.
#[derive(Arbitrary, Debug, Clone, Copy)]
pub enum Elements {
    /// `.?[ ]`
    All,
    /// `.^[ ]`
    First,
    /// `.$[ ]`
    Last,
    /// `.![ ]`
    Project,
}

/// An operator before its operand.
#[derive(Arbitrary, Debug, Clone, Copy)]
pub struct Unary(u8);

/// An operator between its operands.
#[derive(Arbitrary, Debug, Clone, Copy)]
pub struct Binary(u8);

const UNARY: [&str; 4] = ["-", "+", "!", "not "];
const BINARY: [&str; 27] = [
    "+", "-", "*", "/", "%", "^", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "?:", "and", "or", "eq", "ne", "lt",
    "le", "gt", "ge", "div", "mod", "between", "matches",
];
const PATHS: [&str; 24] = [
    "parameters",
    "parameters.size",
    "parameters.names",
    "parameters.people",
    "parameters.counts",
    "parameters.limits",
    "parameters.unicode",
    "parameters.emoji",
    "parameters.json",
    "parameters.yaml",
    "parameters.documents",
    "parameters.mixed",
    "parameters.big",
    "parameters.nothing",
    "parameters.a-b",
    "trigger",
    "trigger.payload",
    "execution",
    "execution.stages",
    "stages.find-image",
    "#root",
    "amiDetails",
    "deployedServerGroups",
    "scmInfo",
];
const NAMES: [&str; 24] = [
    "name", "size", "key", "value", "status", "type", "context", "outputs", "region", "age", "tags", "team", "length",
    "class", "a", "b", "missing", "a-b", "refId", "payload", "commits", "id", "year", "time",
];
const TEXTS: [&str; 24] = [
    "",
    "a",
    "abc",
    "Bake",
    "shop",
    "us-east-1",
    "1",
    "-1.5",
    "true",
    "2026-02-28",
    "2026-11-24T08:00:00Z",
    "yyyy-MM-dd'T'HH:mm",
    "[a-z]+",
    "(a|b)*c",
    "\\d{2,5}",
    "$1",
    "%5d|%-8s|%.3f",
    "{\"a\": [1, {\"b\": null}]}",
    "a: &x [1]\nb: *x",
    "PGE+",
    "http://x/",
    "${ 1 + 1 }",
    "Grüße 👩‍🚀",
    "docker/image",
];

fn pick<'t>(table: &[&'t str], place: u8) -> &'t str {
    table[usize::from(place) % table.len()]
}

impl Display for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lone(expression) => write!(f, "${{ {expression} }}"),
            Self::Mixed(parts) => {
                parts.iter().try_for_each(|(plain, expression)| write!(f, "{plain}${{{expression}}}"))
            }
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Display for Plain {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "",
            Self::Word => "é x ",
            Self::Escaped => "$${ a } ",
            Self::Dollar => "$ ",
            Self::Braces => "}'{\"",
        })
    }
}

impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(literal) => literal.fmt(f),
            Self::This => f.write_str("#this"),
            Self::Path(place) => f.write_str(pick(&PATHS, *place)),
            Self::Name(name) => name.fmt(f),
            Self::Function(word, arguments) => write!(f, "#{}({})", word.name(), Separated(arguments)),
            Self::Member(word, _) if word.is_constant() => f.write_str(word.name()),
            Self::Member(word, arguments) => write!(f, "{}({})", word.name(), Separated(arguments)),
            Self::New(word, arguments) => write!(f, "new {}({})", word.name(), Separated(arguments)),
            Self::Method(value, safe, word, arguments) => {
                write!(f, "({value}){}{}({})", dot(*safe), word.name(), Separated(arguments))
            }
            Self::Property(value, safe, name) => write!(f, "({value}){}{name}", dot(*safe)),
            Self::Index(value, index) => write!(f, "({value})[{index}]"),
            Self::OfElements(value, elements, inner) => write!(f, "({value}){}[{inner}]", elements.sign()),
            Self::List(elements) => write!(f, "{{{}}}", Separated(elements)),
            Self::Map(entries) if entries.is_empty() => f.write_str("{:}"),
            Self::Map(entries) => write!(f, "{{{}}}", Separated(entries)),
            Self::Unary(Unary(place), operand) => write!(f, "{}({operand})", pick(&UNARY, *place)),
            Self::Binary(left, Binary(place), right) => write!(f, "({left}) {} ({right})", pick(&BINARY, *place)),
            Self::Choice(condition, then, otherwise) => write!(f, "({condition}) ? ({then}) : ({otherwise})"),
            Self::Parentheses(inner) => write!(f, "({inner})"),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Small(value) => value.fmt(f),
            Self::Long(value) => write!(f, "{value}L"),
            Self::Double(value) if value.is_finite() => write!(f, "{value:?}"),
            Self::Double(_) => f.write_str("0.0"),
            Self::Bool(value) => value.fmt(f),
            Self::Null => f.write_str("null"),
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Known(place) => write!(f, "'{}'", pick(&TEXTS, *place).replace('\'', "''")),
        }
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(pick(&NAMES, self.0))
    }
}

impl Elements {
    const fn sign(self) -> &'static str {
        match self {
            Self::All => ".?",
            Self::First => ".^",
            Self::Last => ".$",
            Self::Project => ".!",
        }
    }
}

const fn dot(safe: bool) -> &'static str {
    if safe { "?." } else { "." }
}

/// Things with commas between them.
struct Separated<'t, T>(&'t [T]);

impl Display for Separated<'_, Expression> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        (0..).zip(self.0).try_for_each(|(place, value)| write!(f, "{}{value}", comma(place)))
    }
}

impl Display for Separated<'_, (Name, Expression)> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        (0..).zip(self.0).try_for_each(|(place, (name, value))| write!(f, "{}'{name}': {value}", comma(place)))
    }
}

const fn comma(place: usize) -> &'static str {
    if place == 0 { "" } else { ", " }
}
