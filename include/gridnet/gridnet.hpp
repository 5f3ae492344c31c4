/// \file
/// GRIDNET for C++17 and later: everything.
#ifndef GRIDNET_GRIDNET_HPP
#define GRIDNET_GRIDNET_HPP

#include "gridnet/bytes.hpp"       // IWYU pragma: export
#include "gridnet/command.hpp"     // IWYU pragma: export
#include "gridnet/contract.hpp"    // IWYU pragma: export
#include "gridnet/control.hpp"     // IWYU pragma: export
#include "gridnet/custody.hpp"     // IWYU pragma: export
#include "gridnet/datagram.hpp"    // IWYU pragma: export
#include "gridnet/device.hpp"      // IWYU pragma: export
#include "gridnet/engine.hpp"      // IWYU pragma: export
#include "gridnet/error.hpp"       // IWYU pragma: export
#include "gridnet/key.hpp"         // IWYU pragma: export
#include "gridnet/meter.hpp"       // IWYU pragma: export
#include "gridnet/pool.hpp"        // IWYU pragma: export
#include "gridnet/proof.hpp"       // IWYU pragma: export
#include "gridnet/reason.hpp"      // IWYU pragma: export
#include "gridnet/receipt.hpp"     // IWYU pragma: export
#include "gridnet/settlement.hpp"  // IWYU pragma: export
#include "gridnet/spv.hpp"         // IWYU pragma: export
#include "gridnet/token.hpp"       // IWYU pragma: export
#include "gridnet/transit.hpp"     // IWYU pragma: export
#include "gridnet/verify.hpp"      // IWYU pragma: export
#include "gridnet/version.hpp"     // IWYU pragma: export

#endif
