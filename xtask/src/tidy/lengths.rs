//! Long files and long functions. Warnings only: a table or a state machine may be clearer in one piece.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::Finding;

/// The longest file and function that nobody is asked to look at again.
const FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 80;

/// Warns of a long file and of the long functions in it, macros included.
pub(super) fn check(path: &str, text: &str, tokens: TokenStream) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = text.lines().count();
    if lines > FILE_LINES {
        findings.push(Finding::warning(path, format!("the file has {lines} lines (more than {FILE_LINES})")));
    }
    let mut functions = Vec::new();
    collect(tokens, &mut functions);
    for function in functions.iter().filter(|function| function.lines > FUNCTION_LINES) {
        let place = format!("{path}:{}", function.line);
        let text = format!("{} has {} lines (more than {FUNCTION_LINES})", function.name, function.lines);
        findings.push(Finding::warning(place, text));
    }
    findings
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
}

/// Every function with a body: from `fn` to the brace that closes it.
fn collect(tokens: TokenStream, functions: &mut Vec<Function>) {
    let mut open: Option<(String, usize)> = None;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "fn" => {
                // A function pointer's type has no name here, but parentheses.
                open = match tokens.peek() {
                    Some(TokenTree::Group(_)) | None => open,
                    Some(name) => Some((name.to_string(), word.span().start().line)),
                };
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => open = None,
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Brace
                    && let Some((name, line)) = open.take()
                {
                    let lines = group.span_close().end().line - line + 1;
                    functions.push(Function { name, line, lines });
                }
                collect(group.stream(), functions);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FILE_LINES, FUNCTION_LINES, check};

    fn found(text: &str) -> Vec<String> {
        check("a.rs", text, text.parse().unwrap()).iter().map(ToString::to_string).collect()
    }

    fn function(name: &str, lines: usize) -> String {
        format!("fn {name}(f: fn(u8)) {{\n{}}}\n", "    ();\n".repeat(lines - 2))
    }

    #[test]
    fn the_longest_allowed_are_quiet() {
        assert_eq!(found(&function("f", FUNCTION_LINES)), [""; 0]);
        assert_eq!(found(&"// line\n".repeat(FILE_LINES)), [""; 0]);
        assert_eq!(found(&format!("trait T {{ fn f(); }}\nstruct S {{\n{}}}\n", "\n".repeat(100))), [""; 0]);
    }

    #[test]
    fn longer_ones_are_warned_of_wherever_they_stand() {
        let text = format!("mod m {{\n{}}}\n", function("f", FUNCTION_LINES + 1));
        assert_eq!(found(&text), ["a.rs:2: warning: f has 81 lines (more than 80)"]);
        let text = format!("macro_rules! m {{ () => {{\n{}}} }}\n", function("g", 100));
        assert_eq!(found(&text), ["a.rs:2: warning: g has 100 lines (more than 80)"]);
        let text = "// line\n".repeat(FILE_LINES + 1);
        assert_eq!(found(&text), ["a.rs: warning: the file has 601 lines (more than 600)"]);
    }
}
