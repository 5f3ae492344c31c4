// A meter, its certificate and its readings, as tests have them unless they say otherwise.
#ifndef GRIDNET_TESTS_METERS_HPP
#define GRIDNET_TESTS_METERS_HPP

#include <cstdint>
#include <vector>

#include "world.hpp"

namespace meters {

using world::NETWORK;
using world::NOW;

/// The slot that the present is in.
constexpr std::uint64_t SLOT = NOW / gridnet::slot_seconds;

inline gridnet::Certificate certificate() {
  gridnet::Certificate certificate;
  certificate.key = world::key("meter").public_key();
  certificate.area = "north";
  certificate.rating_watts = 10'000;
  certificate.certifier = world::key("certifier").public_key();
  certificate.owner = world::key("owner").public_key();
  return certificate;
}

inline gridnet::SignedCertificate signed_certificate() {
  return certificate().sign(NETWORK, world::key("certifier"), world::key("owner"));
}

inline gridnet::MeterFacts facts() { return certificate().facts(NETWORK); }

/// A reading of a slot `ago` slots before the present.
inline gridnet::Reading reading(std::uint64_t sequence, std::uint64_t ago, std::uint64_t export_wh) {
  gridnet::Reading reading;
  reading.meter = facts().meter;
  reading.slot = SLOT - ago;
  reading.sequence = sequence;
  reading.import_wh = 500;
  reading.export_wh = export_wh;
  return reading;
}

inline gridnet::SignedReading signed_reading(const gridnet::Reading& reading) {
  return reading.sign(NETWORK, world::key("meter"));
}

/// Good readings, a slot apart, 100 Wh each, the last one of the slot before the present one.
inline std::vector<gridnet::SignedReading> chain(std::uint64_t count) {
  std::vector<gridnet::SignedReading> out;
  for (std::uint64_t sequence = 0; sequence < count; ++sequence) {
    gridnet::Reading next = reading(sequence, count - sequence, 100 * sequence);
    if (!out.empty()) next.previous = out.back().body.id(NETWORK);
    out.push_back(signed_reading(next));
  }
  return out;
}

}  // namespace meters

#endif
