//! `gridnet walk` and `gridnet digest`. Known answers are from an implementation that shares nothing with ours.

use serde_json::json;

use crate::run::{ADDRESS, Ran, fed, gridnet, words};

fn walk(more: &str) -> Ran {
    gridnet(&words(&format!("walk {more}")))
}

#[test]
fn a_walk_ends_where_it_should() {
    check("sha256", "2bbb38df0cfca9ee26eb12028c288d92172b0b16dfd8d35d797b2579f2ab5fcb");
    check("sha256d", "6ad20da094300562344a0ee5e9403a749157746ab3a9821dc614e6a781bcec9a");
    check("blake2s", "ae3a141a883c6807f2dff493555ac2aa5ecfea049fc94795e22066b701583f82");
    check("blake2b", "237c267b1b8847130b4bc107a125f303657dbac543fdc40bde437201b7939ba7");

    #[track_caller]
    fn check(algorithm: &str, end: &str) {
        let line = format!("--algorithm {algorithm} --start {ADDRESS} --steps 1000");
        assert_eq!(walk(&line).ended(0).out, format!("{end}\n"));
        assert_eq!(walk(&format!("{line} --json")).ended(0).json(), json!({"end": end, "matches": null}));
        let right = walk(&format!("{line} --json --expect {end}")).ended(0).json();
        assert_eq!(right, json!({"end": end, "matches": true}));
        let wrong = walk(&format!("{line} --json --expect {ADDRESS}")).ended(1).json();
        assert_eq!(wrong, json!({"end": end, "matches": false}));
        let plain = walk(&format!("{line} --expect {ADDRESS}")).ended(1);
        assert_eq!(plain.out, format!("{end}\nnot where it was expected to end\n"));
    }
}

#[test]
fn a_long_walk_is_two_shorter_ones() {
    let end = |start: &str, steps: u64| {
        walk(&format!("--algorithm blake2s --start {start} --steps {steps}")).ended(0).out.trim().to_owned()
    };
    let middle = end(ADDRESS, 524_287);
    assert_eq!(end(ADDRESS, 524_292), end(&middle, 5));
    assert_ne!(end(ADDRESS, 524_291), end(&middle, 5));
}

#[test]
fn messages_of_any_length_keep_their_order() {
    let header: String = (0..80).map(|byte| format!("{byte:02x}")).collect();
    check(
        "sha256",
        &header,
        [
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "c56705fea5b110b8dc63688533ced21167e628017387c885423b835a55edd5ef",
            "a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9",
        ],
    );
    check(
        "sha256d",
        &header,
        [
            "4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358",
            "5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456",
            "852c98044fb00507122ff63bda7b529566348fc204f72b00dff1afd7b40501e4",
            "9dbb173a87cb750eeff2ddfab8e6a0005bd53b262a458362ccd8a8d33fb8e916",
        ],
    );
    check(
        "blake2s",
        &header,
        [
            "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
            "69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9",
            "aff3b75f3f581264d7661662b92f5ad37c1d32bd45ff81a4ed8adc9ef30dd989",
            "7c8b997ef8fc817f121ee4ff44d3086af69391e509982efd9a0d39116144d6f9",
        ],
    );
    check(
        "blake2b",
        &header,
        [
            "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
            "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
            "066de1009daca2b8390a9dc734bce547ac4e3cc4531645bb8b9cbc0070941d88",
            "d63a93ea9b4bd91fe0b20e6d87a26042d2fe45eec5e4934ec6915a1bdb0c9afa",
        ],
    );

    #[track_caller]
    fn check(algorithm: &str, header: &str, expected: [&str; 4]) {
        let messages = ["616263", "", header, "616264"];
        let mut args = vec!["digest", "--algorithm", algorithm];
        args.extend(messages);
        let lines = expected.join("\n") + "\n";
        assert_eq!(gridnet(&args).ended(0).out, lines);
        args.push("--json");
        assert_eq!(gridnet(&args).ended(0).json(), json!({ "digests": expected }));
        // The same from standard input, one a line, and mixed with arguments.
        let piped = fed(&["digest", "--algorithm", algorithm, "-"], (messages.join("\n") + "\n").as_bytes());
        assert_eq!(piped.ended(0).out, lines);
        let mixed = ["digest", "--algorithm", algorithm, "616263", "-", "616264"];
        assert_eq!(
            fed(&mixed, format!("\r\n {}\t\r\n", header.to_uppercase()).as_bytes()).ended(0).out,
            lines
        );
    }
}

#[test]
fn personalisation_fills_blake2s_field() {
    check("blake2s", "GN-hop__", "63041ae73fe24252b21bcb76940ae68337f08642785f94311d7922f7dd2e620f");
    check("blake2b", "sixteen bytes ok", "db7d5da422f70cc231ac10484f2d91ecaa5265f4b67a42ce81569a09835ad29c");

    #[track_caller]
    fn check(algorithm: &str, personal: &str, digest: &str) {
        let ran = gridnet(&["digest", "--algorithm", algorithm, "--personal", personal, "616263"]);
        assert_eq!(ran.ended(0).out, format!("{digest}\n"));
    }
}
