/** Texts with expressions: what is in `${ }` is coloured, what is around it is plain. */
import { StreamLanguage, type StringStream } from "@codemirror/language";

interface Inside {
  /** How many braces are open in an expression; 0 outside of one. */
  depth: number;
  /** The quote that ends the text, within one. */
  quote: string;
}

const WORDS = /^(and|or|not|eq|ne|lt|le|gt|ge|div|mod|matches|between|new)$/;
const VALUES = /^(true|false|null)$/;

function token(stream: StringStream, state: Inside): string | null {
  if (state.depth === 0) return outside(stream, state);
  if (state.quote) return text(stream, state);
  if (stream.eatSpace()) return null;
  const next = stream.peek();
  if (next === "'" || next === '"') {
    stream.next();
    state.quote = next;
    return "string.special";
  }
  if (stream.match(/^\d[\w.]*/)) return "number";
  if (stream.match(/^#\w+/)) return "variableName.function";
  const word = stream.match(/^[A-Za-z_$][\w$]*(-[A-Za-z]\w*)*/);
  if (word && typeof word === "object") {
    if (WORDS.test(word[0])) return "operatorKeyword";
    return VALUES.test(word[0]) ? "bool" : "variableName";
  }
  stream.next();
  if (next === "{") state.depth += 1;
  if (next !== "}") return "punctuation";
  state.depth -= 1;
  return state.depth === 0 ? "brace" : "punctuation";
}

function outside(stream: StringStream, state: Inside): string | null {
  if (stream.match("$${")) return null;
  if (stream.match("${")) {
    state.depth = 1;
    return "brace";
  }
  stream.next();
  stream.eatWhile(/[^$]/);
  return null;
}

function text(stream: StringStream, state: Inside): string {
  while (!stream.eol()) {
    if (stream.next() !== state.quote) continue;
    // A quote is written twice in a text.
    if (stream.peek() === state.quote) stream.next();
    else {
      state.quote = "";
      break;
    }
  }
  return "string.special";
}

const define = (depth: number) => StreamLanguage.define<Inside>({
  name: "expression",
  startState: () => ({ depth, quote: "" }),
  copyState: (state) => ({ ...state }),
  token,
  languageData: { closeBrackets: { brackets: ["(", "[", "{", "'"] } },
});

/** A text that may hold expressions. */
export const textWithExpressions = define(0);

/** A text that is an expression, with or without `${ }`: its own braces are never the last ones. */
export const expressionAlone = define(1_000_000);
