// Whether a device does what it is told: loops to their end, whatever they nest, and counts exactly.
struct Run {
    outer: u32,
    inner: u32,
}

@group(0) @binding(1) var<uniform> run: Run;
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;
@group(0) @binding(3) var<storage, read_write> total: atomic<u32>;

override group_size: u32 = 64u;

@compute @workgroup_size(group_size)
fn probe(@builtin(global_invocation_id) id: vec3<u32>) {
    var count = 0u;
    var mixed = id.x;
    for (var i = 0u; i < run.outer; i++) {
        for (var j = 0u; j < run.inner; j++) {
            // A step that no compiler can foresee the end of.
            mixed = mixed * 1664525u + 1013904223u;
            count += 1u + (mixed & 1u);
        }
    }
    counts[id.x] = count;
    atomicAdd(&total, 1u);
}
