//! Methods as data: a name, parameters by position or by name, who may call it, and what answers. What answers may wait for
//! the disk or compute; it runs on a thread of its own.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use jsonrpsee::types::{ErrorObjectOwned, Params};
use jsonrpsee::{Extensions, RpcModule};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::auth::Scope;
use super::calls::is_deeper;
use super::clients::Visit;
use super::failure::{Code, Failure};
use super::traffic::Traffic;

/// What a method answers.
pub type Answer = Result<Value, Failure>;
/// What a method waits for before it is answered, if there is something.
pub type Wait = Option<Pin<Box<dyn Future<Output = ()> + Send>>>;

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Whether it can be left out.
    pub is_optional: bool,
}

/// A parameter that must be given.
pub(super) const fn needs(name: &'static str) -> Param {
    Param { name, is_optional: false }
}

/// A parameter that can be left out.
pub(super) const fn takes(name: &'static str) -> Param {
    Param { name, is_optional: true }
}

/// A method over some context.
pub struct Method<C: 'static> {
    /// Its name.
    pub name: &'static str,
    /// Its parameters, in their order.
    pub params: &'static [Param],
    /// Who may call it.
    pub scope: Scope,
    /// What it does, in a line.
    pub summary: &'static str,
    /// What answers.
    pub run: fn(&C, &Arguments) -> Answer,
    /// What is waited for before, without a thread, if something is.
    pub wait: Option<fn(&Arc<C>, &Arguments) -> Wait>,
}

impl<C> Method<C> {
    /// One that only reads.
    pub const fn reads(
        name: &'static str,
        params: &'static [Param],
        summary: &'static str,
        run: fn(&C, &Arguments) -> Answer,
    ) -> Method<C> {
        Method { name, params, scope: Scope::Read, summary, run, wait: None }
    }

    /// One that changes something.
    pub const fn controls(
        name: &'static str,
        params: &'static [Param],
        summary: &'static str,
        run: fn(&C, &Arguments) -> Answer,
    ) -> Method<C> {
        Method { name, params, scope: Scope::Control, summary, run, wait: None }
    }

    /// How it is called: `getblock blockhash [verbosity]`.
    pub fn usage(&self) -> String {
        let params = self.params.iter().map(|param| match param.is_optional {
            true => format!(" [{}]", param.name),
            false => format!(" {}", param.name),
        });
        std::iter::once(self.name.to_owned()).chain(params).collect()
    }
}

/// The parameters of a call.
#[derive(Debug, Default)]
pub struct Arguments(Map<String, Value>);

impl Arguments {
    /// Those of a call: a list or an object.
    fn read<C>(method: &Method<C>, given: Option<&str>) -> Result<Arguments, Failure> {
        let params = method.params;
        let usage = |what: String| Failure::new(Code::Params, format!("{what}: {}", method.usage()));
        let given = given.map(serde_json::from_str).transpose();
        let given = given.map_err(|error| Failure::new(Code::Params, error.to_string()))?;
        let mut named = match given {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Array(values)) => {
                if values.len() > params.len() {
                    return Err(usage(format!("{} parameters are too many", values.len())));
                }
                params.iter().map(|param| param.name.to_owned()).zip(values).collect()
            }
            Some(Value::Object(named)) => named,
            Some(_) => return Err(usage("parameters are a list or an object".to_owned())),
        };
        if let Some(name) = named.keys().find(|name| params.iter().all(|param| param.name != *name)) {
            let name: String = name.chars().take(40).collect();
            return Err(usage(format!("there is no parameter {name:?}")));
        }
        // What is null might as well be absent.
        named.retain(|_, value| !value.is_null());
        match params.iter().find(|param| !param.is_optional && !named.contains_key(param.name)) {
            Some(param) => Err(usage(format!("{} is missing", param.name))),
            None => Ok(Arguments(named)),
        }
    }

    /// A parameter that can be left out.
    ///
    /// # Errors
    /// [`Code::Type`].
    pub fn may<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, Failure> {
        let read = self.0.get(name).map(T::deserialize).transpose();
        read.map_err(|error| Failure::new(Code::Type, format!("{name}: {error}")))
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// [`Code::Type`], and [`Code::Params`] when it is not.
    pub fn must<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, Failure> {
        let missing = || Failure::new(Code::Params, format!("{name} is missing"));
        self.may(name)?.ok_or_else(missing)
    }
}

/// Who calls.
#[derive(Clone)]
pub(super) struct Caller {
    /// What its cookie is good for.
    pub(super) scope: Scope,
    /// Its connection.
    pub(super) visit: Arc<Visit>,
}

/// Looks at a call before it is answered: who calls, if that may be.
fn allowed(scope: Scope, caller: Option<&Caller>) -> Result<&Caller, Failure> {
    // A call that comes from nowhere has no cookie.
    let caller = caller.ok_or_else(|| Failure::new(Code::Forbidden, "who calls is not known"))?;
    if caller.scope < scope {
        let message =
            format!("this cookie is for reading only: the one in {} may do this", Scope::Control.file());
        return Err(Failure::new(Code::Forbidden, message));
    }
    Ok(caller)
}

/// What somebody is told who has too many calls at a time.
pub(super) fn busy(what: &str) -> Failure {
    Failure::new(Code::Busy, format!("too many {what} at a time: wait for an answer, and ask again"))
}

/// The methods of a table, over a context.
pub(super) fn module<C: Send + Sync + 'static>(
    table: impl IntoIterator<Item = &'static Method<C>>,
    context: &Arc<C>,
    traffic: &Arc<Traffic>,
    depth: usize,
) -> RpcModule<C> {
    let mut module = RpcModule::from_arc(Arc::clone(context));
    for method in table {
        let traffic = Arc::clone(traffic);
        let answers = move |params: Params<'static>, context: Arc<C>, extensions: Extensions| {
            let traffic = Arc::clone(&traffic);
            async move {
                let begun = Instant::now();
                let answer = answer(method, params, context, &extensions, depth).await;
                traffic.call(method.name, answer.as_ref().err().map(|failure| failure.code), begun.elapsed());
                answer.map_err(ErrorObjectOwned::from)
            }
        };
        module.register_async_method(method.name, answers).expect("each name stands in the table once");
    }
    module
}

async fn answer<C: Send + Sync + 'static>(
    method: &'static Method<C>,
    params: Params<'static>,
    context: Arc<C>,
    extensions: &Extensions,
    depth: usize,
) -> Answer {
    let caller = allowed(method.scope, extensions.get::<Caller>())?;
    let mut place = caller.visit.call().ok_or_else(|| busy("calls"))?;
    let given = params.as_str();
    // Over HTTP the whole body was looked at already.
    if given.is_some_and(|given| is_deeper(given.as_bytes(), depth)) {
        return Err(Failure::new(Code::Params, format!("parameters are more than {depth} deep")));
    }
    let arguments = Arguments::read(method, given)?;
    drop(params);
    if let Some(wait) = method.wait.and_then(|wait| wait(&context, &arguments)) {
        // Who waits is in nobody's way.
        place = caller.visit.poll().ok_or_else(|| busy("long polls"))?;
        wait.await;
    }
    let answered = tokio::task::spawn_blocking(move || {
        // It works on when the caller is gone, and so keeps its place.
        let _place = place;
        (method.run)(&context, &arguments)
    });
    let answered = answered.await;
    answered.unwrap_or_else(|_| {
        tracing::error!(method = method.name, "a call ended in a panic");
        Err(Failure::internal("the call could not be answered: the node's log says more"))
    })
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Code, Method, needs, takes};
    use serde_json::Value;

    const METHOD: Method<()> = Method::reads("m", &[needs("a"), takes("b")], "", |(), _| Ok(Value::Null));

    fn read(given: &str) -> Result<Arguments, Code> {
        Arguments::read(&METHOD, Some(given)).map_err(|failure| failure.code)
    }

    #[test]
    fn parameters_come_by_position_and_by_name() {
        for given in ["[1,true]", r#"{"b":true,"a":1}"#] {
            let arguments = read(given).expect(given);
            assert_eq!((arguments.must("a"), arguments.may("b")), (Ok(1u8), Ok(Some(true))), "{given}");
        }
        for given in ["[1]", "[1,null]", r#"{"a":1}"#, r#"{"a":1,"b":null}"#] {
            assert_eq!(read(given).expect(given).may::<bool>("b"), Ok(None), "{given}");
        }
        for given in ["[]", "[null]", "[1,2,3]", "{}", r#"{"b":1}"#, r#"{"a":1,"c":1}"#, "7", "\"a\""] {
            assert_eq!(read(given).expect_err(given), Code::Params, "{given}");
        }
        assert!(Arguments::read(&METHOD, None).is_err());
        for (given, name) in [("[-1]", "a"), ("[256]", "a"), ("[\"1\"]", "a"), ("[1.0]", "a")] {
            let failure = read(given).expect(given).must::<u8>(name).expect_err(given);
            assert_eq!(failure.code, Code::Type, "{given}");
        }
        assert_eq!(METHOD.usage(), "m a [b]");
    }
}
