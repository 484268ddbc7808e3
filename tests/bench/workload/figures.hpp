#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace zhibu::bench {

/// One round of one figure: the product's and the limit's, in the figure's unit.
struct Round {
    double product = 0;
    double limit = 0;
};

/// What the rounds have measured.
class Figures {
public:
    /// `name` is one that is known (checked). @param records  so many were in the store; 0 where
    /// the workload's name says it
    void add(const std::string& name, const Round& round, std::size_t records = 0);

    /// Words that stand beside a figure, such as what its limit leaves out.
    void note(const std::string& words) { notes_.push_back(words); }

    /// A line to read and one of JSON for each figure, medians of the rounds.
    void print() const;

private:
    std::map<std::pair<std::string, std::size_t>, std::vector<Round>> rounds_;
    std::vector<std::string> notes_;
};

/// The middle one; of an even number the greater of the two.
[[nodiscard]] double median(std::vector<double> values);

/// The value that so many percent of the values are not above.
[[nodiscard]] double percentile(std::vector<double> values, double percent);

}  // namespace zhibu::bench
