#include <fstream>
#include <iostream>
#include <string>

#include "tests/shared/rules/pages.hpp"

/// usage: write_rule_pages FOLDER
int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: write_rule_pages FOLDER\n";
        return 2;
    }
    for (const zhibu::rules::Page& page : zhibu::rules::pages()) {
        const std::string file = std::string{arguments[1]} + "/" + std::string{page.file};
        std::ofstream stream{file};
        stream << page.text();
        if (!stream.flush()) {
            std::cerr << file << " cannot be written\n";
            return 1;
        }
    }
    return 0;
}
