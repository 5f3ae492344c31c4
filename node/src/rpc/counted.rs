//! Every call counts, over HTTP as over a WebSocket: also one of a method that there is none of, and the begin and end of
//! a subscription. It stands before the library that looks for the method.

use jsonrpsee::Extensions;
use jsonrpsee::core::middleware::{Batch, BatchEntry, BatchEntryErr, Notification, RpcServiceT};
use jsonrpsee::server::MethodResponse;
use jsonrpsee::types::{ErrorObject, ErrorObjectOwned, Id, Request};
use tower::Layer;

use super::failure::{Code, Failure};
use super::method::Caller;

/// Puts the count before what answers calls.
#[derive(Clone, Copy)]
pub(super) struct Counts;

/// What answers calls, with the count before it.
pub(super) struct Counted<S>(S);

impl<S> Layer<S> for Counts {
    type Service = Counted<S>;

    fn layer(&self, inner: S) -> Counted<S> {
        Counted(inner)
    }
}

/// What somebody who asks too often is told.
pub(super) fn too_many() -> Failure {
    Failure::new(Code::TooMany, "too many requests: ask again in a second")
}

/// Counts one; `false` when there were too many. Who is not known is told so by the method.
fn may(extensions: &Extensions) -> bool {
    extensions.get::<Caller>().is_none_or(|caller| caller.visit.asks())
}

fn refusal() -> ErrorObject<'static> {
    ErrorObjectOwned::from(too_many())
}

impl<S> RpcServiceT for Counted<S>
where
    S: RpcServiceT<
            MethodResponse = MethodResponse,
            BatchResponse = MethodResponse,
            NotificationResponse = MethodResponse,
        >,
{
    type MethodResponse = MethodResponse;
    type BatchResponse = MethodResponse;
    type NotificationResponse = MethodResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let answered = match may(&request.extensions) {
            true => Ok(self.0.call(request)),
            false => Err(MethodResponse::error(request.id, refusal())),
        };
        async move {
            match answered {
                Ok(answered) => answered.await,
                Err(refused) => refused,
            }
        }
    }

    fn batch<'a>(&self, mut batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        // What is no call has nobody's name on it; it is counted as the last one before it.
        let mut whose = None;
        for entry in batch.iter_mut() {
            if let Ok(known) = entry {
                whose = known.extensions().get::<Caller>().cloned();
            }
            if whose.as_ref().is_none_or(|caller: &Caller| caller.visit.asks()) {
                continue;
            }
            let id = match entry {
                Ok(BatchEntry::Call(request)) => request.id.clone(),
                _ => Id::Null,
            };
            *entry = Err(BatchEntryErr::new(id, refusal()));
        }
        self.0.batch(batch)
    }

    fn notification<'a>(&self, told: Notification<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        // Nothing is done and nobody is answered, either way.
        may(&told.extensions);
        self.0.notification(told)
    }
}
