//! Operators between two operands, and how tightly they bind.

use super::ast::{Comparison, Node, NodeKind};
use super::lexer::Symbol;
use super::number::Arithmetic;

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Compare(Comparison),
    Arithmetic(Arithmetic),
}

impl Operator {
    /// How tightly it binds.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Compare(_) => 3,
            Self::Arithmetic(Arithmetic::Add | Arithmetic::Subtract) => 4,
            Self::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide | Arithmetic::Remainder) => 5,
            Self::Arithmetic(Arithmetic::Power) => 6,
        }
    }

    /// Whether a second one of its rank can't follow: `1 < 2 < 3` has no meaning.
    pub(super) const fn stands_alone(self) -> bool {
        matches!(self, Self::Compare(_) | Self::Arithmetic(Arithmetic::Power))
    }

    pub(super) const fn of_symbol(symbol: Symbol) -> Option<Self> {
        Some(match symbol {
            Symbol::Or => Self::Or,
            Symbol::And => Self::And,
            Symbol::Equal => Self::Compare(Comparison::Equal),
            Symbol::NotEqual => Self::Compare(Comparison::NotEqual),
            Symbol::Less => Self::Compare(Comparison::Less),
            Symbol::LessOrEqual => Self::Compare(Comparison::LessOrEqual),
            Symbol::Greater => Self::Compare(Comparison::Greater),
            Symbol::GreaterOrEqual => Self::Compare(Comparison::GreaterOrEqual),
            Symbol::Plus => Self::Arithmetic(Arithmetic::Add),
            Symbol::Minus => Self::Arithmetic(Arithmetic::Subtract),
            Symbol::Star => Self::Arithmetic(Arithmetic::Multiply),
            Symbol::Slash => Self::Arithmetic(Arithmetic::Divide),
            Symbol::Percent => Self::Arithmetic(Arithmetic::Remainder),
            Symbol::Caret => Self::Arithmetic(Arithmetic::Power),
            Symbol::OpenParenthesis
            | Symbol::CloseParenthesis
            | Symbol::CloseBracket
            | Symbol::OpenBrace
            | Symbol::CloseBrace
            | Symbol::Comma
            | Symbol::Colon
            | Symbol::Question
            | Symbol::Elvis
            | Symbol::Not
            | Symbol::Hash => return None,
        })
    }

    pub(super) fn of_word(word: &str) -> Option<Self> {
        let found = WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        found.map(|(_, operator)| *operator)
    }
}

/// Operators that are words, in any case of letters.
const WORDS: [(&str, Operator); 12] = [
    ("or", Operator::Or),
    ("and", Operator::And),
    ("eq", Operator::Compare(Comparison::Equal)),
    ("ne", Operator::Compare(Comparison::NotEqual)),
    ("lt", Operator::Compare(Comparison::Less)),
    ("le", Operator::Compare(Comparison::LessOrEqual)),
    ("gt", Operator::Compare(Comparison::Greater)),
    ("ge", Operator::Compare(Comparison::GreaterOrEqual)),
    ("between", Operator::Compare(Comparison::Between)),
    ("matches", Operator::Compare(Comparison::Matches)),
    ("div", Operator::Arithmetic(Arithmetic::Divide)),
    ("mod", Operator::Arithmetic(Arithmetic::Remainder)),
];

/// Two operands and the operator between them. Operators of one rank in a row become one flat node, so that a long row is
/// not a deep one.
pub(super) fn joined(left: Node, operator: Operator, at: usize, right: Node) -> NodeKind {
    match (operator, left.kind) {
        (Operator::Or, NodeKind::Or(mut operands)) => {
            operands.push(right);
            NodeKind::Or(operands)
        }
        (Operator::And, NodeKind::And(mut operands)) => {
            operands.push(right);
            NodeKind::And(operands)
        }
        (Operator::Arithmetic(operator), NodeKind::Arithmetic(first, mut rest)) if continues(&rest, operator) => {
            rest.push((operator, at, right));
            NodeKind::Arithmetic(first, rest)
        }
        (Operator::Or, kind) => NodeKind::Or(vec![Node { kind, ..left }, right]),
        (Operator::And, kind) => NodeKind::And(vec![Node { kind, ..left }, right]),
        (Operator::Compare(comparison), kind) => {
            NodeKind::Compare(comparison, at, Box::new(Node { kind, ..left }), Box::new(right))
        }
        (Operator::Arithmetic(operator), kind) => {
            NodeKind::Arithmetic(Box::new(Node { kind, ..left }), vec![(operator, at, right)])
        }
    }
}

fn continues(rest: &[(Arithmetic, usize, Node)], operator: Arithmetic) -> bool {
    let rank = |operator| Operator::Arithmetic(operator).rank();
    rest.first().is_some_and(|(first, ..)| rank(*first) == rank(operator))
}
