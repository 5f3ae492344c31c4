//! What a browser could be made to send. A page of a stranger can have it ask this machine's programs, by their address or by
//! a name of the stranger's that leads here; the node answers neither.

use std::net::IpAddr;

use axum::http::{HeaderValue, Request, header};

/// Why a request is refused, if it is. `is_private`: only this machine's programs can connect.
pub(super) fn refusal<B>(request: &Request<B>, is_private: bool) -> Option<&'static str> {
    if request.headers().contains_key(header::ORIGIN) {
        return Some("web pages are not answered: this request has an Origin");
    }
    if is_private && !is_named_here(request) {
        return Some(
            "this node answers to localhost, 127.0.0.1 and [::1] only: the request's Host is another",
        );
    }
    None
}

/// Whether a request asks for no host but this machine.
pub(super) fn is_named_here<B>(request: &Request<B>) -> bool {
    let named = request.headers().get_all(header::HOST).iter().map(HeaderValue::to_str);
    let asked = request.uri().host().map(Ok);
    named.chain(asked).all(|host: Result<&str, _>| host.is_ok_and(is_here))
}

/// Whether a host, with a port or without, is a name of this machine.
fn is_here(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(address, _)| address),
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{is_here, refusal};
    use axum::http::Request;

    #[test]
    fn only_names_of_this_machine_are_here() {
        for host in ["localhost", "LOCALHOST:9332", "127.0.0.1", "127.0.0.1:1", "[::1]:9332", "[::1]"] {
            assert!(is_here(host), "{host}");
        }
        for host in
            ["", "example.org", "localhost.example.org", "127.0.0.1.example.org", "10.0.0.1", "[::2]", "["]
        {
            assert!(!is_here(host), "{host}");
        }
    }

    #[test]
    fn pages_and_foreign_names_are_refused() {
        let refused = |uri: &str, headers: &[(&str, &str)], is_private| {
            let request =
                headers.iter().fold(Request::post(uri), |made, (name, value)| made.header(*name, *value));
            refusal(&request.body(()).expect("a request"), is_private).is_some()
        };
        assert!(!refused("/", &[("host", "127.0.0.1:9332")], true));
        assert!(!refused("/", &[], true), "HTTP/1.0 has no Host, and browsers do not speak it");
        assert!(refused("/", &[("host", "example.org")], true));
        assert!(!refused("/", &[("host", "example.org")], false));
        assert!(refused("/", &[("host", "localhost"), ("host", "example.org")], true));
        assert!(refused("http://example.org/", &[("host", "localhost")], true));
        for is_private in [true, false] {
            assert!(refused("/", &[("host", "localhost"), ("origin", "http://localhost")], is_private));
            assert!(refused("/", &[("host", "localhost"), ("origin", "null")], is_private));
        }
    }
}
