#pragma once

#include "server/founding/founding.hpp"

namespace zhibu::support {

/// Of a small space whose server is reached on loopback.
inline server::FoundingWords founding_words() {
    server::FoundingWords words;
    words.space_name = "测试党委";
    words.founding = server::Founding{.organisation_name = "中共第一中学委员会",
                                      .organisation_code = "310000",
                                      .account_name = "党委",
                                      .account_holder = "李强"};
    words.hosts = {"127.0.0.1"};
    return words;
}

}  // namespace zhibu::support
