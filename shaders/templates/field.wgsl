#fill field

fn square_times(a: Fe, times: u32) -> Fe {
    var x = a;
    for (var i = 0u; i < times; i++) {
        x = square(x);
    }
    return x;
}
