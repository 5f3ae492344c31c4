//! Unsafe code: only in the places that this file lists, and never without the reason why it is sound.
//!
//! Works on tokens, not on a syntax tree, because the kernels are written in macros whose bodies have no syntax
//! yet. Clippy sees the same code after expansion; this rule also holds for what is not expanded on this machine.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::Finding;

/// Where unsafe code may stand, and why it must be there.
const ALLOWED: [(&str, &str); 4] = [
    ("core/simd/", "intrinsics, and calls to functions that need a CPU feature"),
    ("core/src/gpu/kernels.rs", "our own kernels, without the checks that strangers' would need"),
    ("ffi/src/bridge", "what the bridges ask of C++, and lend to it"),
    ("benches/rivals/src/probe.rs", "calls to loops of instructions that need a CPU feature"),
];

/// Crates that deny unsafe code and allow it again at a named place, which `forbid` would not let them.
const MAY_DENY: [&str; 3] = ["core/", "ffi/", "python/"];

/// What the word `unsafe` introduces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Code that relies on something: a block, an `impl`, an `extern` block, an attribute.
    Claim,
    /// Code that asks something of its user: a function or a trait.
    Contract,
}

/// Finds unsafe code in the wrong place, and unsafe code without a reason directly above it.
pub(super) fn check(path: &str, text: &str, tokens: TokenStream) -> Vec<Finding> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut uses = Vec::new();
    collect(tokens, false, &mut uses);
    let mut findings = Vec::new();
    for (line, kind) in uses {
        let place = format!("{path}:{line}");
        if !ALLOWED.iter().any(|(allowed, _)| path.starts_with(allowed)) {
            findings.push(Finding::error(
                place,
                "unsafe code has no place here (xtask/src/tidy/unsafe_comments.rs)",
            ));
        } else if !is_explained(&lines, line, kind) {
            let wanted = match kind {
                Kind::Claim => "needs a `// SAFETY:` comment directly above it",
                Kind::Contract => "needs a `# Safety` section in its documentation",
            };
            findings.push(Finding::error(place, format!("unsafe code {wanted}")));
        }
    }
    findings
}

/// Finds a crate root that does not rule unsafe code out.
pub(super) fn check_root(path: &str, text: &str) -> Option<Finding> {
    let has = |attribute: &str| text.lines().any(|line| line.trim() == attribute);
    let may_deny = MAY_DENY.iter().any(|folder| path.starts_with(folder));
    let quiet = ALLOWED.iter().any(|(allowed, _)| path.starts_with(allowed))
        || has("#![forbid(unsafe_code)]")
        || may_deny && has("#![deny(unsafe_code)]");
    (!quiet).then(|| Finding::error(path, "this crate root needs `#![forbid(unsafe_code)]`"))
}

/// The lines on which unsafe code begins. The functions of an `impl` of a trait (`in_trait_impl`) are left out:
/// their contract is the trait's.
fn collect(tokens: TokenStream, in_trait_impl: bool, uses: &mut Vec<(usize, Kind)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    // Between `impl` and its braces: whether a `for` was seen.
    let mut header = None;
    for (index, token) in tokens.iter().enumerate() {
        let rest = &tokens[index + 1..];
        match token {
            TokenTree::Ident(word) if word == "unsafe" => match kind(rest) {
                Some(Kind::Contract) if in_trait_impl => {}
                Some(kind) => uses.push((word.span().start().line, kind)),
                None => {}
            },
            TokenTree::Ident(word) if word == "impl" => header = Some(false),
            // `for<'a>` is a bound, not the middle of `impl Trait for Type`.
            TokenTree::Ident(word) if word == "for" && !is(rest.first(), "<") => {
                header = header.map(|_| true);
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => header = None,
            TokenTree::Group(group) => {
                let braces = group.delimiter() == Delimiter::Brace;
                collect(group.stream(), braces && header.take() == Some(true), uses);
            }
            _ => {}
        }
    }
}

/// What the tokens after `unsafe` make of it. `None` for the type of a function pointer.
fn kind(rest: &[TokenTree]) -> Option<Kind> {
    match rest {
        [first, second, ..] if is(Some(first), "fn") => (!is_group(second)).then_some(Kind::Contract),
        [first, TokenTree::Literal(_), rest @ ..] if is(Some(first), "extern") => kind_of_extern(rest),
        [first, rest @ ..] if is(Some(first), "extern") => kind_of_extern(rest),
        [first, ..] if is(Some(first), "trait") => Some(Kind::Contract),
        _ => Some(Kind::Claim),
    }
}

/// The same after `unsafe extern "C"`: a block of declarations, a function, or a function pointer.
fn kind_of_extern(rest: &[TokenTree]) -> Option<Kind> {
    if is(rest.first(), "fn") { kind(rest) } else { Some(Kind::Claim) }
}

fn is(token: Option<&TokenTree>, text: &str) -> bool {
    token.is_some_and(|token| !is_group(token) && token.to_string() == text)
}

fn is_group(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(_))
}

/// Whether the comment directly above a line (counted from 1) gives a reason. Attributes, and earlier lines of the
/// same statement, may stand between the two.
fn is_explained(lines: &[&str], line: usize, kind: Kind) -> bool {
    let mut in_comment = false;
    for above in lines[..line - 1].iter().rev() {
        if above.starts_with("//") {
            in_comment = true;
            let gives_contract =
                kind == Kind::Contract && above.starts_with("///") && above.contains("# Safety");
            if gives_contract || above.contains("SAFETY:") {
                return true;
            }
        } else if in_comment || ends_a_statement(above) {
            return false;
        }
    }
    false
}

/// Whether what follows a line is something new.
fn ends_a_statement(line: &str) -> bool {
    let code = line.split(" //").next().unwrap_or_default().trim_end();
    code.is_empty() || code.ends_with([';', '{', '}', ','])
}

#[cfg(test)]
mod tests {
    use super::{check, check_root};

    /// Checks text as a file of the only crate that may hold unsafe code; gives the lines found.
    fn lines(text: &str) -> Vec<usize> {
        let findings = check("core/simd/src/x.rs", text, text.parse().unwrap());
        findings.iter().map(|f| f.place.rsplit(':').next().unwrap().parse().unwrap()).collect()
    }

    #[test]
    fn reasons_directly_above_are_accepted() {
        for good in [
            "// SAFETY: why\nunsafe { f() }",
            "// SAFETY: a reason that\n// takes two lines\nunsafe { f() }",
            "// SAFETY: why\nlet x =\n    unsafe { f() };",
            "// SAFETY: why\n#[allow(unsafe_code)]\nunsafe { f() }",
            "// SAFETY: why\nunsafe impl Send for X {}",
            "// SAFETY: why\nunsafe extern \"C\" { fn f(); }",
            "// SAFETY: why\n#[unsafe(no_mangle)]\nfn f() {}",
            "match p {\n    // SAFETY: why\n    A => unsafe { f() },\n    // SAFETY: why\n    B => unsafe { g() },\n}",
            "/// Does.\n///\n/// # Safety\n/// Needs AVX2.\n#[target_feature(enable = \"avx2\")]\n#[inline]\npub unsafe fn f() {}",
            "// SAFETY: see the table\nunsafe fn f() {}",
            "/// # Safety\n/// As said.\nunsafe trait T {}",
            "macro_rules! m { ($e:expr) => {\n    // SAFETY: why\n    unsafe { $e }\n}; }",
        ] {
            assert_eq!(lines(good), [0; 0], "{good}");
        }
    }

    #[test]
    fn missing_reasons_are_found() {
        for (bad, line) in [
            ("fn f() {\n    unsafe { g() }\n}", 2),
            ("// SAFETY: of something else\nlet x = 1;\nunsafe { f() }", 3),
            ("// SAFETY: too far away\n\nunsafe { f() }", 3),
            ("// an ordinary comment\nunsafe { f() }", 2),
            ("// SAFETY: why\nfn f() {} // end\n// not this one\nunsafe { f() }", 4),
            ("match p {\n    // SAFETY: why\n    A => unsafe { f() },\n    B => unsafe { g() },\n}", 4),
            ("/// Does, without saying what it needs.\npub unsafe fn f() {}", 2),
            ("/// # Safety\n/// is a heading for functions\nunsafe { f() }", 3),
            ("unsafe impl Send for X {}", 1),
            ("unsafe extern \"C\" { fn f(); }", 1),
            ("unsafe extern \"C\" fn f() {}", 1),
            ("#[unsafe(no_mangle)]\nfn f() {}", 1),
            ("unsafe trait T {}", 1),
            ("macro_rules! m { ($e:expr) => {\n    unsafe { $e }\n}; }", 2),
            ("macro_rules! m { ($f:ident) => {\n    unsafe fn $f() {}\n}; }", 2),
        ] {
            assert_eq!(lines(bad), [line], "{bad}");
        }
    }

    #[test]
    fn what_only_looks_like_unsafe_code_is_left_alone() {
        for good in [
            "type F = unsafe fn(u8);",
            "type F = unsafe extern \"C\" fn(u8);",
            "/// An unsafe block would go here.\nfn f() { \"unsafe { }\"; }",
            "impl Lanes for X {\n    unsafe fn add(self) {}\n}",
        ] {
            assert_eq!(lines(good), [0; 0], "{good}");
        }
    }

    #[test]
    fn only_a_trait_gives_its_functions_their_contract() {
        assert_eq!(lines("impl X {\n    unsafe fn add(self) {}\n}"), [2]);
        assert_eq!(lines("fn f() -> impl for<'a> Fn(&'a u8) {\n    unsafe { g() }\n}"), [2]);
        assert_eq!(lines("impl T for X {\n    fn f() {\n        unsafe { g() }\n    }\n}"), [3]);
        assert_eq!(lines("impl T for X {\n    fn f() {\n        unsafe fn g() {}\n    }\n}"), [3]);
    }

    #[test]
    fn unsafe_code_elsewhere_is_found_even_with_a_reason() {
        let text = "// SAFETY: why\nunsafe { f() }";
        let findings = check("core/src/engine.rs", text, text.parse().unwrap());
        assert_eq!(findings.len(), 1);
        assert!(findings[0].text.starts_with("unsafe code has no place here"));
    }

    #[test]
    fn crate_roots_must_rule_unsafe_code_out() {
        let forbid = "//! A crate.\n#![forbid(unsafe_code)]\n";
        let deny = "#![deny(unsafe_code)]\n";
        for (path, text, quiet) in [
            ("node/src/main.rs", forbid, true),
            ("node/src/main.rs", deny, false),
            ("node/src/main.rs", "// #![forbid(unsafe_code)] some day\n", false),
            ("core/src/lib.rs", deny, true),
            ("core/src/lib.rs", "", false),
            ("core/simd/src/lib.rs", "", true),
            ("tests/src/main.rs", "", false),
        ] {
            assert_eq!(check_root(path, text).is_none(), quiet, "{path}: {text}");
        }
    }
}
