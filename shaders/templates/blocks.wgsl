// Blocks of a message: `base` is what is the same for all messages of a job, `mask` has ones where a message has its
// own. `before` bytes are in `chain` already; `total` is the length with them.
struct Job {
    chain: array<vec4<u32>, 4>,
    base: array<vec4<u32>, {{job_vectors}}>,
    mask: array<vec4<u32>, {{job_vectors}}>,
    blocks: u32,
    before: u32,
    total: u32,
    // Of a search: how far the nonce is rotated to its place, whether its bytes are swapped first, and whether the
    // digest is read big-endian.
    rotate: u32,
    swapped: u32,
    big_endian: u32,
    // Of a digest: bytes from one message to the next.
    stride: u32,
    unused: u32,
}

