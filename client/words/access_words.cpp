#include <utility>

#include "client/words/words.hpp"

namespace zhibu::client {

std::string explain(AccessFault fault, Language language) {
    const bool zh = language == Language::zh;
    switch (fault) {
        case AccessFault::never_synchronised:
            return zh ? "本机还没有数据。请连接服务器同步：zhibu sync。"
                      : "This device holds no data yet. Connect to the server: zhibu sync.";
        case AccessFault::wrong_password:
            return zh ? "密码不对，没有作任何更改。请重新输入。"
                      : "The password is wrong; nothing was changed. Try again.";
        case AccessFault::lease_over:
            return zh ? "离线许可已到期，本机副本已不能打开并已清除。未上传的变更仍在待发箱中，不会"
                        "丢失。请连接服务器同步：zhibu sync。"
                      : "The offline permission has ended, and this device's copy was erased. "
                        "Changes that were not sent yet are safe in the outbox. Connect to the "
                        "server: zhibu sync.";
        case AccessFault::account_disabled:
            return zh ? "账号已被禁用，本机副本已清除。未上传的变更仍在待发箱中，连接服务器后交由党"
                        "委"
                        "处理。请联系党委管理员。"
                      : "The account was disabled, and this device's copy was erased. Changes that "
                        "were not sent yet are safe in the outbox; at the next contact they go to "
                        "the committee. Ask your administrator.";
        case AccessFault::clock_went_back:
            return zh ? "离线许可已到期：本机时钟早于已知的时间（时钟被调回，或时间记录被改动），本"
                        "机副"
                        "本已清除。未上传的变更仍在待发箱中，不会丢失。请校准时钟，然后连接服务器同"
                        "步："
                        "zhibu sync。"
                      : "The offline permission has ended: this machine's clock stands before a "
                        "time "
                        "already known (it was set back, or the record of that time was changed), "
                        "and this device's copy was erased. Changes that were not sent yet are "
                        "safe "
                        "in the outbox. Set the clock right and connect to the server: zhibu sync.";
        case AccessFault::damaged:
            return zh ? "本机副本或其密钥文件已损坏。服务器上的数据未受影响，未上传的变更仍在待发箱"
                        "中。"
                        "请同步以重建副本：zhibu sync。"
                      : "This device's copy, or its key file, is damaged. What is on the server is "
                        "safe, and changes that were not sent yet are in the outbox. "
                        "Synchronise to build the copy anew: zhibu sync.";
        case AccessFault::storage_failed:
            return zh ? "读写本机密钥文件出错。副本和待发箱未受影响。请检查磁盘和权限后重试。"
                      : "The device's key files cannot be read or written. The copy and the outbox "
                        "are safe. Check the disk and its permissions, then try again.";
        case AccessFault::out_of_memory:
            return zh ? "内存不足，无法验证密码。没有作任何更改。请关闭其他程序后重试。"
                      : "There is too little memory to check the password. Nothing was changed. "
                        "Close other programs and try again.";
    }
    std::unreachable();
}

}  // namespace zhibu::client
