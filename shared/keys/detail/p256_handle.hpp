#pragma once

#include <openssl/evp.h>

#include "shared/keys/freed.hpp"
#include "shared/keys/p256.hpp"

namespace zhibu::keys {

struct P256Key::Handle {
    Freed<EVP_PKEY, EVP_PKEY_free> key;
};

}  // namespace zhibu::keys
