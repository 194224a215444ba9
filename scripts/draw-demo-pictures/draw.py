#!/usr/bin/env python3
"""Draws the pictures of the demonstration newsroom.

Usage, from the root of the repository:  python3 scripts/draw-demo-pictures/draw.py [NAME …]

Each scene is a function that builds an SVG; headless Chromium draws it on a canvas and hands back a JPEG, which goes to
internal/demo/pictures. Needs python3 and chromium. The same versions of these give the same bytes.
"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile

import city
import land
import objects

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "..", "..", "internal", "demo", "pictures")

# The most one picture may weigh, in bytes: the pictures are compiled into the binary and may take 1 MB together.
MAX_BYTES = 29_000

SCENES = [
    city.bus_line, city.bazaar_arches, city.old_bridge, city.city_train, city.bread_oven, city.library, city.cinema,
    city.hospital_corridor, city.moon_window, city.park_bench,
    land.alborz_city, land.qanat, land.river_cracks, land.wetland_birds, land.wind_farm, land.snow_peak, land.snow_road,
    land.rice_field, land.windcatchers,
    objects.saffron, objects.port_cranes, objects.chart_lines, objects.telescope_stars, objects.seismogram,
    objects.satellite, objects.setar, objects.pottery, objects.football_pitch, objects.school_bench,
    objects.repair_table, objects.route_map, objects.radio_waves, objects.sea_cable,
]

PAGE = """<!doctype html><pre></pre><script>
const svg = %s, limit = %d;
const image = new Image();
image.onload = () => {
  const canvas = document.createElement("canvas");
  canvas.width = %d; canvas.height = %d;
  canvas.getContext("2d").drawImage(image, 0, 0);
  let text = "", quality = .90;
  do { quality -= .02; text = canvas.toDataURL("image/jpeg", quality); } while (text.length * .75 > limit && quality > .4);
  document.querySelector("pre").textContent = quality.toFixed(2) + " " + text;
};
image.src = "data:image/svg+xml," + encodeURIComponent(svg);
</script>"""


def render(scene, folder):
    """Writes one picture at the best quality that stays under MAX_BYTES; returns its size in bytes."""
    picture = scene()
    name = scene.__name__.replace("_", "-")
    page = os.path.join(folder, name + ".html")
    with open(page, "w", encoding="utf-8") as f:
        f.write(PAGE % (json.dumps(picture.text()).replace("</", "<\\/"), MAX_BYTES, picture.width, picture.height))
    dom = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                          "--virtual-time-budget=10000", "--dump-dom", "file://" + page],
                         check=True, capture_output=True, text=True).stdout
    quality, data = re.search(r"([.0-9]+) data:image/jpeg;base64,([A-Za-z0-9+/=]+)", dom).groups()
    jpeg = base64.b64decode(data)
    with open(os.path.join(TARGET, name + ".jpg"), "wb") as f:
        f.write(jpeg)
    print(f"{name:24} quality {quality} {len(jpeg):7} bytes")
    return len(jpeg)


def main():
    wanted = set(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        total = sum(render(s, folder) for s in SCENES if not wanted or s.__name__.replace("_", "-") in wanted)
    print(total, "bytes")


main()
