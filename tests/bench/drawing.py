"""SVG of the bench's figures, without any library: equal figures give equal bytes."""

from xml.sax.saxutils import escape

INK = "#1f2933"
FAINT = "#8793a0"
LINE = "#d9dee3"
GOOD = "#2f7d5b"
MISSED = "#c0562f"
GREY = "#9aa5b1"
COLOURS = ["#2f6f9f", "#c0562f", "#2f7d5b", "#8a5aa8", "#9a7b16"]

WIDTH = 720
LEFT = 250
ROW = 26

NAMED = {
    "W1": "W1 first push of 10,000",
    "W2": "W2 first pull of 100,000",
    "W3a": "W3a 10,000 edits offline",
    "W3b": "W3b their push",
    "W4 total": "W4 200 clients push at once",
    "W4 p99": "W4 the slowest of a hundred",
    "W5 p50": "W5 an edit heard by 200, median",
    "W5 p99": "W5 the latest of a hundred",
    "W6": "W6 merge of 5,000",
    "W7": "W7 memory of an idle client",
}
GROWING = {
    "W1a": "W1 entering",
    "W1b": "W1 push",
    "W2": "W2 pull",
    "W3a": "W3a edits",
    "W3b": "W3b push",
}


class Picture:
    """What is drawn, and at the end its text."""

    def __init__(self, height, title):
        self.parts = []
        self.height = height
        self.text(12, 24, title, size=15, weight="bold")

    def text(self, x, y, words, size=12, colour=INK, anchor="start", weight="normal"):
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" '
            f'text-anchor="{anchor}" font-weight="{weight}">{escape(words)}</text>'
        )

    def line(self, x1, y1, x2, y2, colour=LINE, width=1.0, dash=""):
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="{width}"{dashed}/>'
        )

    def bar(self, x, y, width, height, colour):
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}" '
            f'rx="2" fill="{colour}"/>'
        )

    def curve(self, points, colour, dash=""):
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'
        )
        for x, y in points:
            self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')

    def svg(self):
        inner = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height:.0f}" '
            f'width="{WIDTH}" height="{self.height:.0f}" font-family="sans-serif">\n'
            f'<rect width="{WIDTH}" height="{self.height:.0f}" fill="#ffffff"/>\n{inner}\n</svg>\n'
        )


def provenance(figures):
    """When and on what the figures were taken, each way once."""
    ways = sorted({f'{each["date"]}, {each["machine"]}, {each["load"]}' for each in figures})
    return "; ".join(ways)


def speed(figures):
    """A bar for each workload's ratio to its limit, and a mark at its target."""
    of = {each["workload"]: each for each in figures if "records" not in each}
    rows = [of[name] for name in NAMED if name in of]
    top = 62
    picture = Picture(top + ROW * len(rows) + 52, "Times the limit of the same run")
    picture.text(12, 44, "bar: measured; upright mark: target", colour=FAINT)
    most = max([6.0] + [max(each["ratio"], each["target"]) for each in rows])
    step = (WIDTH - LEFT - 60) / most
    bottom = top + ROW * len(rows)
    for times in range(int(most) + 1):
        x = LEFT + times * step
        picture.line(x, top - 4, x, bottom)
        picture.text(x, bottom + 16, str(times), colour=FAINT, anchor="middle")
    for at, each in enumerate(rows):
        y = top + ROW * at
        is_met = each["ratio"] <= each["target"]
        picture.text(LEFT - 10, y + 16, NAMED[each["workload"]], anchor="end")
        picture.bar(LEFT, y + 4, each["ratio"] * step, ROW - 8, GOOD if is_met else MISSED)
        mark = LEFT + each["target"] * step
        picture.line(mark, y + 1, mark, y + ROW - 1, INK, 2.5)
        picture.text(WIDTH - 12, y + 16, f'{each["ratio"]:.2f}', anchor="end", weight="bold")
    picture.text(12, bottom + 40, provenance(rows), size=10, colour=FAINT)
    return picture.svg()


def growth_curves(picture, of, sizes, top, height):
    """The cost of a change beside the same in the smallest store: wall solid, processors dashed."""
    left, right, most = 60, WIDTH - 170, 2.0
    ratios = [each["ratio"] for each in of.values() if each["workload"].startswith("growth")]
    most = max([most] + ratios)
    bottom = top + height

    def spot(at, ratio):
        return (left + (right - left) * at / max(1, len(sizes) - 1), bottom - height * ratio / most)

    for tenth in range(0, int(most * 10) + 1, 5):
        y = spot(0, tenth / 10)[1]
        picture.line(left, y, right, y)
        picture.text(left - 8, y + 4, f"{tenth / 10:.1f}", colour=FAINT, anchor="end")
    target = next((each["target"] for each in of.values()
                   if each["workload"].startswith("growth")), 0)
    y = spot(0, target)[1]
    picture.line(left, y, right, y, INK, 1.5, "2 3")
    picture.text(left + 4, y - 5, f"target {target}", size=11)
    for at, records in enumerate(sizes):
        picture.text(spot(at, 0)[0], bottom + 18, f"{records:,}", colour=FAINT, anchor="middle")
    for number, (name, label) in enumerate(GROWING.items()):
        colour = COLOURS[number]
        for suffix, dash in (("", ""), (" processor", "5 4")):
            points = [spot(at, of[f"growth {name}{suffix}", records]["ratio"])
                      for at, records in enumerate(sizes)
                      if (f"growth {name}{suffix}", records) in of]
            if points:
                picture.curve(points, colour, dash)
        y = top + 12 + 18 * number
        picture.line(right + 8, y - 4, right + 30, y - 4, colour, 3)
        picture.text(right + 36, y, label)


def memory_bars(picture, rows, top):
    """What W2 took above idling, beside the most that it may."""
    most = max(each["limit_MiB"] for each in rows) if rows else 1
    most = max([most] + [each["median_MiB"] for each in rows])
    step = (WIDTH - LEFT - 90) / most
    for at, each in enumerate(rows):
        y = top + ROW * at
        end = each["workload"].removeprefix("memory W2 ")
        picture.text(LEFT - 10, y + 16, f'W2 {end}, {each["records"]:,} records', anchor="end")
        is_met = each["ratio"] <= each["target"]
        picture.bar(LEFT, y + 4, each["median_MiB"] * step, ROW - 8, GOOD if is_met else MISSED)
        mark = LEFT + each["limit_MiB"] * step
        picture.line(mark, y + 1, mark, y + ROW - 1, INK, 2.5)
        picture.text(WIDTH - 12, y + 16, f'{each["median_MiB"]:.0f} MiB', anchor="end",
                     weight="bold")


def growth(figures):
    """Cost per change and memory against the number of records in the store."""
    of = {(each["workload"], each["records"]): each for each in figures if "records" in each}
    sizes = sorted({records for _, records in of})
    memory = [of[place] for place in sorted(of) if place[0].startswith("memory")]
    top, height = 62, 240
    bars = top + height + 78
    picture = Picture(bars + ROW * len(memory) + 40,
                      "Cost of a change, times the same in the smallest store")
    picture.text(12, 44, "by records in the store; solid: wall, dashed: processors of both ends",
                 colour=FAINT)
    growth_curves(picture, of, sizes, top, height)
    picture.text(12, bars - 18, "Memory above idling; upright mark: the most that it may be",
                 size=15, weight="bold")
    memory_bars(picture, memory, bars)
    picture.text(12, bars + ROW * len(memory) + 28, provenance(of.values()), size=10, colour=FAINT)
    return picture.svg()
