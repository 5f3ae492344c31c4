//! What actions are called: by commands, refusals and answers alike.

use gridnet_protocol::transaction::Action;

/// An action's name.
pub fn name(action: &Action) -> &'static str {
    match action {
        Action::Transfer { .. } => "transfer",
        Action::RegisterIdentity { .. } => "register-identity",
        Action::AddStake { .. } => "add-stake",
        Action::WithdrawStake { .. } => "withdraw-stake",
        Action::RegisterPool { .. } => "register-pool",
        Action::ReclaimPool { .. } => "reclaim-pool",
        Action::CommitFraud { .. } => "commit-fraud",
        Action::ProveFraud { .. } => "prove-fraud",
        Action::RegisterCertifier => "register-certifier",
        Action::RegisterMeter { .. } => "register-meter",
        Action::Read { .. } => "read",
        Action::ProveEquivocation { .. } => "prove-equivocation",
        Action::OpenSubvention { .. } => "open-subvention",
        Action::CreditSubvention { .. } => "credit-subvention",
        Action::CloseSubvention { .. } => "close-subvention",
        Action::RegisterAuthority => "register-authority",
        Action::Mark { .. } => "mark",
        Action::Unmark { .. } => "unmark",
        Action::OpenContract { .. } => "open-contract",
        Action::CloseContract { .. } => "close-contract",
        Action::AnswerContract { .. } => "answer-contract",
        Action::EndContract { .. } => "end-contract",
    }
}
