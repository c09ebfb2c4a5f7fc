//! From words to parts: the grammar of Spring's expression language, as far as it is offered.

use super::ast::{Access, Node, NodeKind, Step, Which};
use super::builtin::Builtin;
use super::error::Fault;
use super::lexer::{Lexer, StepKind, Symbol, Token};
use super::rank::{Operator, joined};
use super::{MAX_DEPTH, Problem, functions, types};

/// An expression that was read from the beginning of a text.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) root: Node,
    /// Where the expression ends: the byte before its `}`.
    pub(super) end: usize,
    /// The byte after that.
    pub(super) after: usize,
    /// Whether it calls a function that may need an answer from outside.
    pub(super) looks_up: bool,
}

/// What ends an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    Brace,
    EndOfText,
}

/// Parses the expression that a text begins with. Hyphens at the places `minus` are minus signs even within a name.
pub(super) fn parse(text: &str, closing: Closing, minus: &[usize]) -> Result<Parsed, Fault> {
    Parser { lexer: Lexer::new(text), minus, depth: 0, selections: 0, looks_up: false }.whole(closing)
}

struct Parser<'s> {
    lexer: Lexer<'s>,
    minus: &'s [usize],
    depth: usize,
    /// In how many selections and projections this place lies.
    selections: usize,
    looks_up: bool,
}

type Parse<T = Node> = Result<T, Fault>;

impl Parser<'_> {
    fn whole(&mut self, closing: Closing) -> Parse<Parsed> {
        let root = self.expression()?;
        let end = self.lexer.next_start()?;
        let closed = match closing {
            Closing::Brace => self.lexer.next_if(Symbol::CloseBrace)?,
            Closing::EndOfText => *self.lexer.peek()? == Token::End,
        };
        if !closed {
            return Err(self.lexer.unexpected(match closing {
                Closing::Brace => "an operator, `.`, `[` or `}`",
                Closing::EndOfText => "an operator, `.`, `[` or the end",
            }));
        }
        Ok(Parsed { root, end, after: self.lexer.end(), looks_up: self.looks_up })
    }

    /// Goes one level deeper.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth == MAX_DEPTH {
            return Err(Fault::new(
                self.lexer.next_start()?,
                Problem::TooDeep { what: "the expression", limit: MAX_DEPTH },
            ));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn expression(&mut self) -> Parse {
        self.nested(Self::choice)
    }

    fn choice(&mut self) -> Parse {
        let condition = self.binary(0)?;
        let start = condition.start;
        if self.lexer.next_if(Symbol::Elvis)? {
            let otherwise = self.expression()?;
            return Ok(self.node(start, NodeKind::Elvis(Box::new(condition), Box::new(otherwise))));
        }
        if !self.lexer.next_if(Symbol::Question)? {
            return Ok(condition);
        }
        let then = self.expression()?;
        self.expect(Symbol::Colon, "`:`")?;
        let otherwise = self.expression()?;
        Ok(self.node(start, NodeKind::Choice(Box::new(condition), Box::new(then), Box::new(otherwise))))
    }

    /// Operands with operators of at least a rank between them.
    fn binary(&mut self, least: u8) -> Parse {
        let mut left = self.unary()?;
        let mut most = u8::MAX;
        loop {
            let at = self.lexer.next_start()?;
            let Some(operator) = self.operator()? else { return Ok(left) };
            let rank = operator.rank();
            if rank < least || rank > most {
                return Ok(left);
            }
            self.lexer.next()?;
            let right = self.binary(rank + 1)?;
            if operator.stands_alone() {
                most = rank - 1;
            }
            let start = left.start;
            left = self.node(start, joined(left, operator, at, right));
        }
    }

    /// The operator that comes next.
    fn operator(&mut self) -> Parse<Option<Operator>> {
        let at = self.lexer.next_start()?;
        match *self.lexer.peek()? {
            Token::Symbol(symbol) => Ok(Operator::of_symbol(symbol)),
            Token::Name(word) if word.eq_ignore_ascii_case("instanceof") => {
                Err(Fault::new(at, Problem::NotAllowed("there is no `instanceof`".to_owned())))
            }
            Token::Name(word) => Ok(Operator::of_word(word)),
            Token::Number(_) | Token::Text(_) | Token::Step { .. } | Token::End => Ok(None),
        }
    }

    fn unary(&mut self) -> Parse {
        let start = self.lexer.next_start()?;
        let wrap: fn(Box<Node>) -> NodeKind = if self.lexer.next_if(Symbol::Not)? || self.word("not")? {
            NodeKind::Not
        } else if self.lexer.next_if(Symbol::Minus)? {
            NodeKind::Negate
        } else if self.lexer.next_if(Symbol::Plus)? {
            NodeKind::Positive
        } else {
            return self.chain();
        };
        let operand = self.nested(Self::unary)?;
        Ok(self.node(start, wrap(Box::new(operand))))
    }

    /// A value and the steps after it.
    fn chain(&mut self) -> Parse {
        let head = self.primary()?;
        let mut steps = Vec::new();
        while let Token::Step { safe, step } = *self.lexer.peek()? {
            self.lexer.next()?;
            steps.push(self.step(safe, step)?);
        }
        if steps.is_empty() {
            return Ok(head);
        }
        // A name called by itself is a chain already: it is a method of the element.
        let start = head.start;
        let (head, steps) = match head.kind {
            NodeKind::Chain(inner, mut first) if head.start == inner.start && matches!(inner.kind, NodeKind::This) => {
                first.append(&mut steps);
                (inner, first)
            }
            kind => (Box::new(Node { kind, ..head }), steps),
        };
        Ok(self.node(start, NodeKind::Chain(head, steps)))
    }

    fn step(&mut self, safe: bool, kind: StepKind) -> Parse<Step> {
        let (start, kind) = match kind {
            StepKind::Member => {
                let (name, start) = self.lexer.hyphenated_member(self.minus)?;
                (start, self.member(name)?)
            }
            StepKind::Index => self.bracketed(Access::Index)?,
            StepKind::All => self.of_elements(|node| Access::Select(Which::All, node))?,
            StepKind::First => self.of_elements(|node| Access::Select(Which::First, node))?,
            StepKind::Last => self.of_elements(|node| Access::Select(Which::Last, node))?,
            StepKind::Project => self.of_elements(Access::Project)?,
        };
        Ok(Step { start, end: self.lexer.end(), safe, kind })
    }

    fn member(&mut self, name: &str) -> Parse<Access> {
        if *self.lexer.peek()? != Token::Symbol(Symbol::OpenParenthesis) {
            return Ok(Access::Property(name.into()));
        }
        Ok(Access::Method(name.into(), self.arguments()?))
    }

    fn bracketed(&mut self, access: impl FnOnce(Node) -> Access) -> Parse<(usize, Access)> {
        let start = self.lexer.next_start()?;
        let inner = self.expression()?;
        self.expect(Symbol::CloseBracket, "`]`")?;
        Ok((start, access(inner)))
    }

    fn of_elements(&mut self, access: impl FnOnce(Node) -> Access) -> Parse<(usize, Access)> {
        self.selections += 1;
        let parsed = self.bracketed(access);
        self.selections -= 1;
        parsed
    }

    fn primary(&mut self) -> Parse {
        let start = self.lexer.next_start()?;
        let kind = match self.lexer.peek()?.clone() {
            Token::Number(number) => NodeKind::Number(number),
            Token::Text(text) => NodeKind::Text(text.into()),
            Token::Name(name) => {
                self.lexer.next()?;
                return self.named(start, name);
            }
            Token::Symbol(Symbol::OpenParenthesis) => {
                self.lexer.next()?;
                let inner = self.expression()?;
                self.expect(Symbol::CloseParenthesis, "`)`")?;
                return Ok(Node { start, end: self.lexer.end(), ..inner });
            }
            Token::Symbol(Symbol::OpenBrace) => {
                self.lexer.next()?;
                return self.braces(start);
            }
            Token::Symbol(Symbol::Hash) => {
                self.lexer.next()?;
                return self.hash(start);
            }
            Token::Symbol(_) | Token::Step { .. } | Token::End => return Err(self.lexer.unexpected("a value")),
        };
        self.lexer.next()?;
        Ok(self.node(start, kind))
    }

    /// What begins with a name: a literal, a type, a new value, a method of `#this`, or a property.
    fn named(&mut self, start: usize, name: &str) -> Parse {
        let called = *self.lexer.peek()? == Token::Symbol(Symbol::OpenParenthesis);
        let kind = match name.to_ascii_lowercase().as_str() {
            "true" => NodeKind::Bool(true),
            "false" => NodeKind::Bool(false),
            "null" => NodeKind::Null,
            "t" if called && name == "T" => return self.type_member(start),
            "new" if matches!(self.lexer.peek()?, Token::Name(_)) => return self.construction(start),
            _ if called && self.selections > 0 => {
                let arguments = self.arguments()?;
                let this = Box::new(Node { start, end: start, kind: NodeKind::This });
                let kind = Access::Method(name.into(), arguments);
                NodeKind::Chain(this, vec![Step { start, end: self.lexer.end(), safe: false, kind }])
            }
            _ if called => {
                let hint =
                    format!("{name}(...) is called on nothing; functions begin with `#`, methods follow a value");
                return Err(Fault::new(start, Problem::NotAllowed(hint)));
            }
            _ => NodeKind::Name(name.into()),
        };
        Ok(self.node(start, kind))
    }

    /// `#root`, `#this` and functions.
    fn hash(&mut self, start: usize) -> Parse {
        let Token::Name(name) = *self.lexer.peek()? else {
            return Err(self.lexer.unexpected("the name of a function"));
        };
        self.lexer.next()?;
        if *self.lexer.peek()? == Token::Symbol(Symbol::OpenParenthesis) {
            let Some(function) = functions::find(name) else {
                return Err(Fault::new(start, functions::unknown(name)));
            };
            self.looks_up |= functions::may_look_up(function);
            return self.call(start, function);
        }
        match name {
            "root" => Ok(self.node(start, NodeKind::Root)),
            "this" => Ok(self.node(start, NodeKind::This)),
            _ => {
                let known = vec!["#root".to_owned(), "#this".to_owned(), "functions, which are called".to_owned()];
                Err(Fault::new(start, Problem::NotOffered { what: "variable", name: format!("#{name}"), known }))
            }
        }
    }

    /// `T(java.lang.Math).max(1, 2)`, from the parenthesis on.
    fn type_member(&mut self, start: usize) -> Parse {
        self.lexer.next()?;
        let class = self.class_name()?;
        self.expect(Symbol::CloseParenthesis, "`)`")?;
        let Some(class) = types::find(&class) else { return Err(Fault::new(start, types::unknown(&class))) };
        if *self.lexer.peek()? != (Token::Step { safe: false, step: StepKind::Member }) {
            return Err(self.lexer.unexpected("a dot and a member of the type"));
        }
        self.lexer.next()?;
        let (name, at) = self.lexer.member()?;
        let called = *self.lexer.peek()? == Token::Symbol(Symbol::OpenParenthesis);
        match class.member(name, called) {
            Some(member) if called => self.call(start, member),
            Some(constant) => Ok(self.node(start, NodeKind::Call(constant, Vec::new()))),
            None => Err(Fault::new(at, class.unknown_member(name, called))),
        }
    }

    /// `new java.util.Date()`, from the class on.
    fn construction(&mut self, start: usize) -> Parse {
        let class = self.class_name()?;
        match types::find(&class).and_then(|class| class.constructor.as_ref()) {
            Some(constructor) => self.call(start, constructor),
            None => Err(Fault::new(start, types::not_constructible(&class))),
        }
    }

    fn class_name(&mut self) -> Parse<String> {
        let Token::Name(first) = *self.lexer.peek()? else {
            return Err(self.lexer.unexpected("the name of a type"));
        };
        self.lexer.next()?;
        let mut class = first.to_owned();
        while *self.lexer.peek()? == (Token::Step { safe: false, step: StepKind::Member }) {
            self.lexer.next()?;
            let (part, _) = self.lexer.member()?;
            class.push('.');
            class.push_str(part);
        }
        Ok(class)
    }

    fn call(&mut self, start: usize, builtin: &'static Builtin) -> Parse {
        let arguments = self.arguments()?;
        builtin.takes(arguments.len()).map_err(|problem| Fault::new(start, problem))?;
        Ok(self.node(start, NodeKind::Call(builtin, arguments)))
    }

    /// What stands between parentheses, with them.
    fn arguments(&mut self) -> Parse<Vec<Node>> {
        self.expect(Symbol::OpenParenthesis, "`(`")?;
        let mut arguments = Vec::new();
        if self.lexer.next_if(Symbol::CloseParenthesis)? {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if !self.lexer.next_if(Symbol::Comma)? {
                self.expect(Symbol::CloseParenthesis, "`,` or `)`")?;
                return Ok(arguments);
            }
        }
    }

    /// A list or a map, from after its brace on.
    fn braces(&mut self, start: usize) -> Parse {
        if self.lexer.next_if(Symbol::CloseBrace)? {
            return Ok(self.node(start, NodeKind::List(Vec::new())));
        }
        if self.lexer.next_if(Symbol::Colon)? {
            self.expect(Symbol::CloseBrace, "`}`")?;
            return Ok(self.node(start, NodeKind::Map(Vec::new())));
        }
        let first = self.expression()?;
        if *self.lexer.peek()? == Token::Symbol(Symbol::Colon) {
            return self.map(start, first);
        }
        let mut elements = vec![first];
        while self.lexer.next_if(Symbol::Comma)? {
            elements.push(self.expression()?);
        }
        self.expect(Symbol::CloseBrace, "`,` or `}`")?;
        Ok(self.node(start, NodeKind::List(elements)))
    }

    fn map(&mut self, start: usize, first: Node) -> Parse {
        let mut entries = Vec::new();
        let mut key = first;
        loop {
            let name = match key.kind {
                NodeKind::Name(name) | NodeKind::Text(name) => name,
                NodeKind::Number(number) => number.to_string().into(),
                _ => {
                    let problem = "a key of a map is a name, a text or a number".to_owned();
                    return Err(Fault::new(key.start, Problem::NotAllowed(problem)));
                }
            };
            self.expect(Symbol::Colon, "`:`")?;
            entries.push((name, self.expression()?));
            if !self.lexer.next_if(Symbol::Comma)? {
                break;
            }
            key = self.expression()?;
        }
        self.expect(Symbol::CloseBrace, "`,` or `}`")?;
        Ok(self.node(start, NodeKind::Map(entries)))
    }

    fn node(&self, start: usize, kind: NodeKind) -> Node {
        Node { start, end: self.lexer.end(), kind }
    }

    fn expect(&mut self, symbol: Symbol, expected: &'static str) -> Parse<()> {
        if self.lexer.next_if(symbol)? { Ok(()) } else { Err(self.lexer.unexpected(expected)) }
    }

    fn word(&mut self, word: &str) -> Parse<bool> {
        let found = matches!(self.lexer.peek()?, Token::Name(name) if name.eq_ignore_ascii_case(word));
        if found {
            self.lexer.next()?;
        }
        Ok(found)
    }
}
