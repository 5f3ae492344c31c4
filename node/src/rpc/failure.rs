//! Why a call was not answered: a stable code each, Bitcoin's where the meaning is the same.

use gridnet_protocol::ledger::{Lasting, Rejection};
use jsonrpsee::types::ErrorObjectOwned;
use serde_json::{Value, json};

use crate::chain::Stop;
use crate::mempool::Refusal;
use crate::node::NodeError;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $number:literal;)*) => {
        /// A stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(i32)]
        pub enum Code {
            $($(#[doc = $doc])* $name = $number,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$name,)*];
        }
    };
}

codes! {
    /// The request is no JSON.
    Parse = -32700;
    /// It is JSON, and no request.
    Request = -32600;
    /// There is no such method.
    Method = -32601;
    /// A parameter is missing, unknown or one too many.
    Params = -32602;
    /// A fault of the node.
    Internal = -32603;
    /// The answer is larger than answers may be.
    AnswerSize = -32008;
    /// The batch has more calls than it may have.
    Batch = -32010;
    /// The cookie is for reading only.
    Forbidden = -32040;
    /// Too many requests.
    TooMany = -32041;
    /// The node does something else first.
    Busy = -32042;
    /// The node has stopped by itself, or is stopping.
    Stopped = -32043;
    /// It is not possible now, as the message says.
    Refused = -1;
    /// A parameter is of another type.
    Type = -3;
    /// An address is none, or what was asked for is not there.
    NotFound = -5;
    /// A parameter has a value that it cannot have.
    Value = -8;
    /// The node has no wallet.
    NoWallet = -18;
    /// Hex or an encoding is damaged.
    Decoding = -22;
    /// It is not taken now, and can be good another time.
    RejectedNow = -25;
    /// It is never taken.
    Rejected = -26;
    /// It is known already.
    Known = -27;
}

/// Why a call was not answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The code.
    pub code: Code,
    /// For people.
    pub message: String,
    /// For programs.
    pub data: Option<Value>,
}

impl Failure {
    /// Of this code.
    pub fn new(code: Code, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into(), data: None }
    }

    /// The same, with something for programs.
    #[must_use]
    pub fn with(self, data: Value) -> Failure {
        Failure { data: Some(data), ..self }
    }

    /// A fault of the node.
    pub fn internal(what: impl std::fmt::Display) -> Failure {
        Failure::new(Code::Internal, what.to_string())
    }
}

/// A rejection, which means this for what was sent. The data has the reason's stable name, and where it is.
pub(super) fn rejected(rejection: &Rejection, lasting: Lasting) -> Failure {
    let code = match lasting {
        Lasting::Permanent => Code::Rejected,
        Lasting::Transient => Code::RejectedNow,
    };
    let Rejection { code: reason, transaction, entry, detail } = rejection;
    let data =
        json!({ "reason": reason.name(), "transaction": transaction, "entry": entry, "detail": detail });
    Failure::new(code, rejection.to_string()).with(data)
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let code = match &refusal {
            Refusal::Rejected(rejection) => return rejected(rejection, rejection.of_a_transaction()),
            Refusal::Waiting | Refusal::OnChain { .. } => Code::Known,
            _ => Code::RejectedNow,
        };
        Failure::new(code, refusal.to_string()).with(json!({ "reason": refusal.name() }))
    }
}

impl From<NodeError> for Failure {
    fn from(error: NodeError) -> Failure {
        let code = match error {
            NodeError::Rejected(rejection) => return rejected(&rejection, rejection.of_a_block()),
            NodeError::Refused(refusal) => return refusal.into(),
            NodeError::Busy => Code::Busy,
            NodeError::Stopping | NodeError::Failed(_) | NodeError::Unsound(_) => Code::Stopped,
            NodeError::Clock => Code::Refused,
            _ => Code::Internal,
        };
        Failure::new(code, error.to_string())
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Failure {
        NodeError::from(stop).into()
    }
}

impl From<Failure> for ErrorObjectOwned {
    fn from(failure: Failure) -> ErrorObjectOwned {
        ErrorObjectOwned::owned(failure.code as i32, failure.message, failure.data)
    }
}
