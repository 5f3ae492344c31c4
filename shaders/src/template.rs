//! The little that WGSL lacks to write one text for several kernels: `#import`, `#ifdef`, and places to fill in.
//!
//! - `#import name` is replaced by the template of that name.
//! - `#ifdef NAME`, `#else`, `#endif`, each on a line of its own, nested at will.
//! - `#fill name` is replaced by the text given for the name, at its own indentation.
//! - `{{name}}` within a line is replaced by the text given for the name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What a template is resolved with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Templates by name.
    pub(crate) templates: BTreeMap<&'static str, &'static str>,
    /// Names that are defined.
    pub(crate) defined: BTreeSet<&'static str>,
    /// Texts by name.
    pub(crate) texts: BTreeMap<&'static str, String>,
}

impl Scope {
    /// The template of this name, resolved.
    ///
    /// # Panics
    /// When the template asks for what is not there: templates are part of this crate.
    pub(crate) fn resolve(&self, template: &str) -> String {
        let mut out = String::new();
        self.append(template, &mut out);
        out
    }

    fn append(&self, template: &str, out: &mut String) {
        let text = self.templates.get(template).unwrap_or_else(|| panic!("no template {template}"));
        // Whether each open condition lets lines through.
        let mut conditions: Vec<bool> = Vec::new();
        for line in text.lines() {
            let bare = line.trim_start();
            let indent = &line[..line.len() - bare.len()];
            let (directive, name) = bare.split_once(' ').unwrap_or((bare, ""));
            match directive {
                "#ifdef" => conditions.push(self.defined.contains(name)),
                "#else" => {
                    let condition = conditions.last_mut().expect("an #else has its #ifdef");
                    *condition = !*condition;
                }
                "#endif" => assert!(conditions.pop().is_some(), "an #endif has its #ifdef"),
                _ if conditions.contains(&false) => (),
                "#import" => self.append(name, out),
                "#fill" => {
                    for line in self.text(name).lines() {
                        writeln!(out, "{indent}{line}").expect("a string takes everything");
                    }
                }
                _ => writeln!(out, "{}", self.filled(line)).expect("a string takes everything"),
            }
        }
        assert!(conditions.is_empty(), "an #ifdef of {template} is not closed");
    }

    fn filled(&self, line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").expect("a place has its end");
            out.push_str(before);
            out.push_str(self.text(name));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn text(&self, name: &str) -> &str {
        self.texts.get(name).unwrap_or_else(|| panic!("no text {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Scope;

    fn scope() -> Scope {
        Scope {
            templates: [
                ("main", "#import head\n#ifdef A\na\n#ifdef B\nab\n#else\na only\n#endif\n#else\nnot a\n#endif\n  #fill body\nn = {{n}};"),
                ("head", "head"),
                ("open", "#ifdef A"),
            ]
            .into(),
            defined: ["A"].into(),
            texts: [("body", "x\ny".to_owned()), ("n", "3".to_owned())].into(),
        }
    }

    #[test]
    fn directives_do_what_they_say() {
        assert_eq!(scope().resolve("main"), "head\na\na only\n  x\n  y\nn = 3;\n");
        assert_eq!(
            Scope { defined: ["B"].into(), ..scope() }.resolve("main"),
            "head\nnot a\n  x\n  y\nn = 3;\n"
        );
        assert_eq!(
            Scope { defined: ["A", "B"].into(), ..scope() }.resolve("main"),
            "head\na\nab\n  x\n  y\nn = 3;\n"
        );
    }

    #[test]
    #[should_panic(expected = "not closed")]
    fn an_open_condition_is_refused() {
        scope().resolve("open");
    }

    #[test]
    #[should_panic(expected = "no text body")]
    fn a_missing_text_is_refused() {
        Scope { texts: [].into(), ..scope() }.resolve("main");
    }
}
