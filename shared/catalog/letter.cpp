#include <vector>

#include "shared/catalog/catalog.hpp"
#include "shared/catalog/detail/field_line.hpp"

namespace zhibu::catalog::detail {

// clang-format off: a table, one line for each field
std::vector<Kind> letter_kinds() {
    return {
        Kind{3, "letter", {"组织关系介绍信", "Transfer letter"}, "", {"sending_organisation", "receiving_organisation"}, Writers::scope, {
            text(1, "number", "编号", "Number", 30).ask().called("介绍信编号|介绍信号码"),
            code(2, "type", "类型", "Type", "transfer_type").must().ask(),
            ref(3, "person", "人", "Person", "person").ask(),
            ref(4, "sending_organisation", "转出组织", "From", "organisation").ask(),
            ref(5, "receiving_organisation", "转入组织", "To", "organisation").ask(),
            text(6, "receiving_code", "转入组织代码", "Receiving organisation's code", 30).compact().ask(),
            text(7, "receiving_name", "转入组织名称", "Receiving organisation's name", 100),
            text(8, "heading", "抬头", "Heading", 100),
            text(9, "sending_name", "转出党组织名称", "Sending organisation's name", 100),
            code(10, "province", "去往省市", "Province", "admin_division"),
            day(11, "dues_paid_until", "党费缴至", "Dues paid until"),
            text(12, "mobile", "手机", "Mobile", 11).compact().personal(),
            text(13, "sender_phone", "原组织联系电话", "Sender's telephone", 30),
            day(14, "issued_on", "开出日期", "Issued on").happened().ask(),
            code(15, "valid_days", "有效天数", "Valid for (days)", "letter_validity"),
            code(16, "state", "状态", "State", "letter_state").must().ask(),
            text(17, "reason", "原因", "Reason", 500).personal(),
            ref(18, "redirected_to", "背书转入组织", "Redirected to", "organisation").ask(),
            day(19, "received_on", "接收日期", "Received on").happened().ask(),
            day(20, "receipt_on", "回执日期", "Receipt on").happened(),
            ref(21, "replaces", "补开原介绍信", "Replaces", "letter"),
            note(22, "remark", "备注", "Remark").personal(),
            // Of a request by whoever does not see the person: who is meant, and who has them.
            text(23, "person_name", "姓名", "Name", 50).ask().personal(),
            text(24, "person_id_number", "身份证号", "Id number", 18).compact().ask().sensitive(),
            text(25, "sending_code", "转出组织代码", "Sending organisation's code", 30).compact().ask(),
        }},
        Kind{30, "letter_endorsement", {"背书", "Redirection"}, "letter", {}, Writers::scope, {
            owner("介绍信", "Letter", "letter"),
            integer(2, "step", "次序", "Step").must(),
            day(3, "endorsed_on", "日期", "Date").happened().must(),
            ref(4, "from_organisation", "原转入组织", "From", "organisation"),
            ref(5, "to_organisation", "新转入组织", "To", "organisation"),
            text(6, "reason", "原因", "Reason", 500).must().personal(),
        }},
    };
}

// clang-format on

}  // namespace zhibu::catalog::detail
