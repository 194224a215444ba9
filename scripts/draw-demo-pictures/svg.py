"""Shapes and colours shared by all pictures of the demonstration newsroom."""

PAPER, SAND, DUNE, MIST = "#f7f0e2", "#e8dbc0", "#d3c09a", "#dcd6c8"
INK, SOOT, ASH, STONE = "#17191d", "#2a2d33", "#5c6068", "#9a9a94"
LAPIS, DEEP, PALE, HAZE = "#1d3f8f", "#13275a", "#c3cde3", "#8fa2cc"
VERMILION, BLUSH = "#b8321a", "#e3b3a2"


class Picture:
    """One SVG under construction; every method adds a shape and returns nothing."""

    def __init__(self, ground=PAPER, width=1200, height=675):
        self.width, self.height, self.parts = width, height, []
        self.rect(0, 0, width, height, ground)

    def add(self, text):
        self.parts.append(text)

    def rect(self, x, y, w, h, fill, extra=""):
        self.add(f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" fill="{fill}" {extra}/>')

    def disc(self, x, y, r, fill, extra=""):
        self.add(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{fill}" {extra}/>')

    def ring(self, x, y, r, stroke, width=1.5, extra=""):
        self.disc(x, y, r, "none", f'stroke="{stroke}" stroke-width="{width}" {extra}')

    def line(self, x1, y1, x2, y2, stroke=INK, width=1.5, extra=""):
        self.add(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}" stroke-width="{width}" {extra}/>')

    def path(self, d, fill="none", stroke="none", width=1.5, extra=""):
        self.add(f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{width}" {extra}/>')

    def shape(self, points, fill, extra=""):
        self.add('<polygon points="%s" fill="%s" %s/>' % (" ".join(f"{x:.1f},{y:.1f}" for x, y in points), fill, extra))

    def track(self, points, stroke=INK, width=1.5, extra=""):
        self.add('<polyline points="%s" fill="none" stroke="%s" stroke-width="%s" stroke-linejoin="round" %s/>' % (
            " ".join(f"{x:.1f},{y:.1f}" for x, y in points), stroke, width, extra))

    def open(self, attributes):
        self.add(f"<g {attributes}>")

    def close(self):
        self.add("</g>")

    def text(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
                f'viewBox="0 0 {self.width} {self.height}">' + "\n".join(self.parts) + "</svg>")
