#include <fstream>
#include <iostream>
#include <string>

#include "tests/shared/catalog/page.hpp"

/// usage: write_catalog_page FILE
int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: write_catalog_page FILE\n";
        return 2;
    }
    std::ofstream stream{arguments[1]};
    stream << zhibu::catalog::page();
    if (!stream.flush()) {
        std::cerr << arguments[1] << " cannot be written\n";
        return 1;
    }
    return 0;
}
