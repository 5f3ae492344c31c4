//! The stable names of why something is bad, void or refused; none for a number that has none.

use gridnet_core::SignatureFault;
use gridnet_protocol::reason::{
    Misread, NoEquivocation, NoFraud, Objection, Reason, Refusal, SpvFault, Uncertified, Unheeded, Void,
};

macro_rules! names {
    ($($function:ident of $codes:ident;)*) => {$(
        pub(crate) fn $function(number: u8) -> &'static str {
            $codes::ALL.iter().find(|code| **code as u8 == number).map_or("", |code| code.name())
        }
    )*};
}

names! {
    reason_name of Reason;
    void_name of Void;
    no_fraud_name of NoFraud;
    refusal_name of Refusal;
    uncertified_name of Uncertified;
    misread_name of Misread;
    no_equivocation_name of NoEquivocation;
    unheeded_name of Unheeded;
    objection_name of Objection;
    spv_fault_name of SpvFault;
}

pub(crate) fn signature_fault_name(number: u8) -> &'static str {
    let faults = SignatureFault::ALL.into_iter().zip(1u8..);
    faults.filter(|&(_, of)| of == number).map(|(fault, _)| fault.name()).next().unwrap_or("")
}
