// A batch of signatures. `inputs` holds the keys, then the signatures, then the messages, of `length` bytes each, as
// they lie; `blocks` of SHA-512 are in a signature's hash. `notes` holds what one kernel leaves for the next, word by
// word for all signatures: 0 to 15 the digits, 16 to 18 whether s, the key and the point are what they should be.
struct Run {
    count: u32,
    length: u32,
    blocks: u32,
}

@group(0) @binding(1) var<uniform> run: Run;

override group_size: u32 = 64u;

