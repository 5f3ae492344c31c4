#include "impl.hpp"

namespace gridnet {

Control::Control() : impl_(new Impl) {}
Control::~Control() = default;

void Control::cancel() const noexcept { impl_->control->cancel(); }
bool Control::is_cancelled() const noexcept { return impl_->control->is_cancelled(); }

Progress Control::progress() const {
  const bridge::Snapshot snapshot = impl_->control->snapshot();
  return {snapshot.done, snapshot.total, snapshot.seconds, snapshot.rate};
}

}  // namespace gridnet
