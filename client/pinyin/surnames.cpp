#include "client/pinyin/surnames.hpp"

#include <array>
#include <span>

namespace zhibu::client {
namespace {

constexpr std::array surnames{
    SurnameReading{"尉迟", "yu chi"},   SurnameReading{"长孙", "zhang sun"},
    SurnameReading{"万俟", "mo qi"},    SurnameReading{"澹台", "tan tai"},
    SurnameReading{"单于", "chan yu"},  SurnameReading{"令狐", "ling hu"},
    SurnameReading{"皇甫", "huang fu"}, SurnameReading{"亓官", "qi guan"},
    SurnameReading{"夏侯", "xia hou"},  SurnameReading{"赫连", "he lian"},
    SurnameReading{"呼延", "hu yan"},   SurnameReading{"濮阳", "pu yang"},
    SurnameReading{"钟离", "zhong li"}, SurnameReading{"宰父", "zai fu"},
    SurnameReading{"公冶", "gong ye"},  SurnameReading{"鲜于", "xian yu"},
    SurnameReading{"单", "shan"},       SurnameReading{"解", "xie"},
    SurnameReading{"仇", "qiu"},        SurnameReading{"查", "zha"},
    SurnameReading{"区", "ou"},         SurnameReading{"曾", "zeng"},
    SurnameReading{"华", "hua"},        SurnameReading{"任", "ren"},
    SurnameReading{"朴", "piao"},       SurnameReading{"盖", "ge"},
    SurnameReading{"员", "yun"},        SurnameReading{"黑", "he"},
    SurnameReading{"秘", "bi"},         SurnameReading{"乐", "yue"},
    SurnameReading{"覃", "qin"},        SurnameReading{"缪", "miao"},
    SurnameReading{"宓", "fu"},         SurnameReading{"冼", "xian"},
    SurnameReading{"洗", "xian"},       SurnameReading{"种", "chong"},
    SurnameReading{"翟", "zhai"},       SurnameReading{"折", "she"},
    SurnameReading{"郇", "xun"},        SurnameReading{"隗", "wei"},
    SurnameReading{"句", "gou"},        SurnameReading{"召", "shao"},
    SurnameReading{"么", "yao"},        SurnameReading{"呙", "guo"},
    SurnameReading{"佴", "nai"},        SurnameReading{"繁", "po"},
    SurnameReading{"牟", "mu"},         SurnameReading{"祭", "zhai"},
    SurnameReading{"车", "che"},        SurnameReading{"石", "shi"},
    SurnameReading{"乜", "nie"},        SurnameReading{"宿", "su"},
    SurnameReading{"谌", "chen"},       SurnameReading{"阚", "kan"},
    SurnameReading{"燕", "yan"},        SurnameReading{"应", "ying"},
    SurnameReading{"郗", "xi"},         SurnameReading{"俞", "yu"},
    SurnameReading{"尉", "wei"},        SurnameReading{"纪", "ji"},
    SurnameReading{"葛", "ge"},         SurnameReading{"柏", "bai"},
    SurnameReading{"薄", "bo"},         SurnameReading{"贾", "jia"},
    SurnameReading{"叶", "ye"},         SurnameReading{"都", "du"},
    SurnameReading{"干", "gan"},        SurnameReading{"谷", "gu"},
    SurnameReading{"过", "guo"},        SurnameReading{"沈", "shen"},
    SurnameReading{"行", "xing"},       SurnameReading{"重", "chong"},
    SurnameReading{"晁", "chao"},       SurnameReading{"粘", "nian"},
    SurnameReading{"幺", "yao"},        SurnameReading{"逄", "pang"},
    SurnameReading{"厍", "she"},        SurnameReading{"褚", "chu"},
    SurnameReading{"瞿", "qu"},         SurnameReading{"阿", "a"},
    SurnameReading{"令", "ling"},       SurnameReading{"卜", "bu"},
    SurnameReading{"妫", "gui"},        SurnameReading{"逯", "lu"},
    SurnameReading{"邸", "di"},         SurnameReading{"仉", "zhang"},
    SurnameReading{"靓", "jing"},       SurnameReading{"璩", "qu"},
    SurnameReading{"亓", "qi"},         SurnameReading{"库", "ku"},
    SurnameReading{"哈", "ha"},         SurnameReading{"那", "na"},
};

constexpr std::array seconds{
    SecondReading{"乐", "yue"},   SecondReading{"重", "chong"}, SecondReading{"长", "zhang"},
    SecondReading{"行", "hang"},  SecondReading{"朝", "zhao"},  SecondReading{"茜", "xi"},
    SecondReading{"晟", "cheng"}, SecondReading{"莎", "suo"},   SecondReading{"娜", "nuo"},
    SecondReading{"盛", "cheng"}, SecondReading{"藏", "zang"},  SecondReading{"觉", "jiao"},
    SecondReading{"传", "zhuan"}, SecondReading{"调", "diao"},  SecondReading{"和", "huo"},
    SecondReading{"扎", "zha"},   SecondReading{"卡", "qia"},   SecondReading{"熠", "yi"},
    SecondReading{"翟", "di"},    SecondReading{"暄", "xuan"},  SecondReading{"圳", "zhen"},
    SecondReading{"轧", "ya"},    SecondReading{"宓", "mi"},    SecondReading{"覃", "tan"},
    SecondReading{"隗", "kui"},   SecondReading{"郇", "huan"},  SecondReading{"牟", "mou"},
    SecondReading{"粲", "can"},   SecondReading{"厦", "xia"},   SecondReading{"铅", "yan"},
};

}  // namespace

std::span<const SurnameReading> surname_readings() { return surnames; }

std::span<const SecondReading> second_readings() { return seconds; }

}  // namespace zhibu::client
