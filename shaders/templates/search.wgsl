// What is the same for all nonces of a job.
struct Job {
    words: array<{{slot}}, {{slots}}>,
}

#import ring
#import words
@compute @workgroup_size(group_size)
fn search(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let stride = groups.x * group_size;
    for (var offset = id.x; offset < run.count; offset += stride) {
        #fill inputs
        #fill statements
        #fill judgements
    }
}
