// What is the same for all values of a job.
struct Job {
    words: array<{{slot}}, {{slots}}>,
}

struct Run {
    count: u32,
}

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<uniform> run: Run;
@group(0) @binding(2) var<storage, read> steps: array<u32>;
@group(0) @binding(3) var<storage, read_write> values: array<array<vec4<u32>, 2>>;

override group_size: u32 = 64u;

#import words
@compute @workgroup_size(group_size)
fn walk(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= run.count {
        return;
    }
    let start = values[id.x];
    #fill load
    let left = steps[id.x];
    for (var step = 0u; step < left; step++) {
        #fill statements
        #fill step
    }
    #fill store
}
