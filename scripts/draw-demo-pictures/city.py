"""Pictures of the town: streets, bridges, halls, rooms."""
import math
import random

from svg import *


def bus_line():
    p, rnd = Picture(DEEP), random.Random(4)
    x = -30
    while x < 1230:
        w, h = rnd.choice((90, 120, 150)), rnd.randint(150, 340)
        p.rect(x, 520 - h, w, h, "#0f1d45")
        for row in range(int(h / 46)):
            for col in range(int(w / 34)):
                if rnd.random() < .16:
                    p.rect(x + 14 + col * 34, 536 - h + row * 46, 12, 18, DUNE)
        x += w + rnd.choice((0, 0, 26))
    p.rect(0, 520, 1200, 155, INK)
    for x in (130, 460, 790, 1120):
        p.shape([(x - 42, 176), (x - 150, 560), (x + 66, 560)], "#ffffff", 'opacity=".07"')
        p.path(f"M{x} 560V190Q{x} 166 {x-24} 166H{x-52}", "none", STONE, 3)
        p.rect(x - 62, 164, 40, 8, PAPER)
    p.rect(210, 316, 720, 222, PAPER, 'rx="22"')
    p.rect(210, 466, 720, 26, VERMILION)
    for i in range(6):
        p.rect(236 + i * 92, 346, 80, 96, SAND)
        if i in (1, 2, 4):
            p.disc(276 + i * 92, 402, 15, SOOT)
            p.path(f"M{250+i*92} 442q4-26 26-26t26 26z", SOOT)
    p.rect(792, 346, 54, 180, SAND)
    p.line(819, 346, 819, 526, PAPER, 3)
    p.path("M862 346h46q10 0 12 12l8 84h-66z", SAND)
    p.disc(918, 510, 8, DUNE)
    for x in (340, 744):
        p.disc(x, 540, 44, INK)
        p.disc(x, 540, 34, SOOT)
        p.disc(x, 540, 13, STONE)
    p.line(0, 586, 1200, 586, ASH, 1.5)
    for x in range(-20, 1200, 150):
        p.rect(x, 628, 80, 5, ASH)
    return p


def pointed(x, base, half, spring, rise):
    """A Persian four-centred arch as path data."""
    top = spring - rise
    return (f"M{x-half} {base}V{spring}C{x-half} {spring-rise*.52} {x-half*.55} {top+rise*.2} {x} {top}"
            f"C{x+half*.55} {top+rise*.2} {x+half} {spring-rise*.52} {x+half} {spring}V{base}Z")


def bazaar_arches():
    p = Picture("#1b1c20")
    tones = ["#2b2621", "#4a3b2c", "#6b553c", "#8d7350", "#b0956b", "#cfb88d", SAND, PAPER]
    for i, tone in enumerate(tones):
        k = .76 ** i
        p.path(pointed(600, 800 - 190 * (1 - k), 590 * k, 440 - 60 * (1 - k), 520 * k), tone)
        if i < 6:
            p.path(pointed(600, 800 - 190 * (1 - k), 562 * k, 440 - 60 * (1 - k), 494 * k), "none", "#17191d", max(1, 2.4 * k), 'opacity=".45"')
    p.shape([(0, 675), (1200, 675), (676, 606), (524, 606)], "#3a3027")
    for i in range(1, 6):
        y = 606 + 69 * (i / 6) ** 1.7
        p.line(0, y, 1200, y, INK, 1, 'opacity=".5"')
    for x0, y0, a, b, o in ((560, 130, 300, 470, .20), (590, 215, 440, 540, .26), (612, 270, 640, 700, .34)):
        p.shape([(x0 - 9, y0), (x0 + 9, y0), (b, 650), (a, 650)], "#fff7df", f'opacity="{o}"')
    for x, s in ((700, 1.0), (520, .8)):
        p.disc(x, 520 + 20 * s, 9 * s, INK)
        p.path(f"M{x-15*s} {612+6*s}Q{x-15*s} {534+20*s} {x} {532+20*s}Q{x+15*s} {534+20*s} {x+15*s} {612+6*s}Z", INK)
    p.rect(694, 560, 34, 24, VERMILION)
    return p


def old_bridge():
    p = Picture(PAPER)
    p.path("M0 380L150 300 300 350 480 262 640 340 820 290 1000 352 1200 296V480H0Z", MIST)
    p.disc(905, 240, 96, VERMILION)
    p.rect(0, 470, 1200, 205, LAPIS)

    def span(fill, openings):
        p.path("M-20 470V352Q600 268 1220 352V470Z", fill)
        for i in range(11):
            x = 70 + i * 106
            rise = 62 + 26 * (1 - ((i - 5) / 5) ** 2)
            p.path(pointed(x, 471, 37, 424, rise), openings)
    span(DUNE, PAPER)
    p.path("M-20 352Q600 268 1220 352", "none", INK, 3)
    p.path("M-20 366Q600 282 1220 366", "none", INK, 1)
    for i in range(12):
        x = 17 + i * 106
        p.path(f"M{x-16} 476V440L{x} 420 {x+16} 440V476Z", SAND, INK, 1.5)
    for i in range(11):
        x = 70 + i * 106
        rise = 62 + 26 * (1 - ((i - 5) / 5) ** 2)
        p.path(pointed(x, 471, 37, 424, rise), "none", INK, 1.5)
    p.open('transform="translate(0 942) scale(1 -1)" opacity=".32"')
    span(INK, LAPIS)
    p.close()
    for y, a, b in ((520, 60, 420), (548, 520, 1010), (580, 180, 640), (606, 760, 1160), (634, 320, 880), (655, 30, 260)):
        p.line(a, y, b, y, HAZE, 1.5)
    for x, c in ((420, INK), (452, INK), (700, INK)):
        y = 300 + abs(x - 600) * .03
        p.disc(x, y - 26, 6, c)
        p.path(f"M{x-7} {y+2}Q{x-7} {y-19} {x} {y-19}T{x+7} {y+2}Z", c)
    return p


def city_train():
    p = Picture(INK)
    for r, c in ((420, "#1e2126"), (372, "#262a30"), (330, "#30353c"), (292, "#3b4048")):
        p.disc(640, 330, r, c)
    p.add('<clipPath id="mouth"><circle cx="640" cy="330" r="252"/></clipPath>')
    p.open('clip-path="url(#mouth)"')
    p.rect(380, 70, 520, 520, "#ecdfc4")
    p.disc(760, 200, 44, VERMILION)
    p.shape([(360, 430), (470, 300), (530, 340), (650, 170), (730, 270), (780, 240), (920, 430)], LAPIS)
    p.shape([(650, 170), (600, 241), (628, 262), (648, 236), (672, 272), (700, 232)], PAPER)
    p.shape([(470, 300), (440, 335), (462, 346), (478, 326), (500, 320)], PAPER)
    p.rect(380, 424, 520, 200, SAND)
    p.rect(380, 420, 520, 5, INK)
    p.close()
    p.shape([(640, 424), (660, 424), (1010, 700), (250, 700)], SOOT)
    for i in range(1, 11):
        t = (i / 10) ** 2.1
        y, half = 426 + 262 * t, 8 + 330 * t
        p.rect(646 - half, y, 2 * half, 3 + 13 * t, "#0d0e11")
    for a in (-250, 250):
        p.shape([(644 + a * .012, 424), (650 + a * .012, 424), (656 + a * 1.02, 690), (632 + a * 1.02, 690)], MIST)
    for x, y, w in ((70, 250, 40), (170, 262, 26), (1130, 250, 40), (1060, 262, 26)):
        p.rect(x - w / 2, y, w, 7, DUNE)
    return p


def bread_oven():
    p, rnd = Picture(DUNE), random.Random(2)
    for row in range(11):
        y = row * 62
        p.line(0, y, 1200, y, "#c2ab80", 2)
        for col in range(-1, 13):
            x = col * 146 + (73 if row % 2 else 0)
            p.line(x, y, x, y + 62, "#c2ab80", 2)
    p.disc(470, 340, 296, SAND)
    for i in range(28):
        a = i / 28 * 2 * math.pi
        p.line(470 + 250 * math.cos(a), 340 + 250 * math.sin(a), 470 + 296 * math.cos(a), 340 + 296 * math.sin(a), "#a98f62", 2)
    p.disc(470, 340, 250, INK)
    p.disc(470, 340, 236, "#101114")
    p.add('<clipPath id="oven"><circle cx="470" cy="340" r="236"/></clipPath>')
    p.open('clip-path="url(#oven)"')
    p.path("M210 640C230 470 300 500 310 400 350 440 352 480 372 470 380 400 420 360 430 270 480 330 500 400 506 450 530 430 540 400 548 350 600 410 610 470 630 460 690 500 720 560 740 640Z", VERMILION)
    p.path("M270 640C290 540 340 560 352 500 380 520 384 548 398 540 410 480 432 450 440 400 470 450 482 500 490 530 510 520 520 500 528 474 570 520 600 560 640 640Z", "#dd6a3d")
    p.path("M350 640C372 590 400 600 414 560 440 590 470 580 476 560 520 600 540 610 560 640Z", SAND)
    p.close()
    p.rect(0, 608, 1200, 67, SOOT)
    p.rect(0, 600, 1200, 10, INK)
    for x, y, turn in ((905, 424, -8), (1030, 400, 5)):
        p.open(f'transform="translate({x} {y}) rotate({turn})"')
        p.path("M-60-230Q0-262 60-230Q84-60 70 120Q40 158 0 154Q-48 158-70 120Q-84-60-60-230Z", PAPER, INK, 2)
        for _ in range(34):
            a, b = rnd.uniform(-48, 48), rnd.uniform(-214, 126)
            p.disc(a, b, rnd.choice((3.4, 5, 7)), rnd.choice((DUNE, "#a98f62", "#8d7350")))
        p.close()
    return p


def library():
    p, rnd = Picture(SAND), random.Random(9)
    colours = [LAPIS, LAPIS, DEEP, INK, SOOT, ASH, STONE, PAPER, PAPER, DUNE, "#b79f74", HAZE]
    for row in range(3):
        base = 184 + row * 182
        p.rect(0, base - 182, 1200, 182, "#d9c9a6")
        x = -6
        while x < 1200:
            w, h = rnd.choice((30, 36, 42, 52, 64)), rnd.randint(118, 156)
            gap = 30 if rnd.random() < .05 else 0
            c = rnd.choice(colours)
            p.rect(x, base - h, w - 1.5, h, c)
            if w > 20:
                p.rect(x + 3, base - h + 16, w - 7.5, 3, PAPER if c != PAPER else ASH)
            x += w + gap
        p.rect(0, base, 1200, 10, INK)
    p.rect(741, 226, 40, 140, VERMILION)
    p.rect(0, 548, 1200, 127, INK)
    for x in (330, 870):
        p.line(x, 0, x, 306, INK, 4)
        p.line(x, 0, x, 306, STONE, 1.5)
        p.path(f"M{x-92} 372Q{x-84} 306 {x} 306Q{x+84} 306 {x+92} 372Z", INK)
        p.shape([(x - 86, 374), (x + 86, 374), (x + 230, 560), (x - 230, 560)], "#fff7df", 'opacity=".38"')
        p.rect(x - 86, 370, 172, 7, PAPER)
    p.rect(0, 556, 1200, 16, "#b79f74")
    p.rect(0, 572, 1200, 103, SOOT)
    p.path("M250 556Q290 532 330 548Q370 532 410 556Z", PAPER, INK, 1.5)
    p.line(330, 548, 330, 556, INK, 1.5)
    for i in range(4):
        p.rect(820 - i * 3, 548 - i * 14, 120 + i * 2, 12, [LAPIS, PAPER, ASH, DUNE][i])
    return p


def cinema():
    p = Picture("#101218")
    p.rect(0, 0, 1200, 675, "#14161d")
    p.shape([(0, 0), (200, 60), (200, 470), (0, 610)], "#1b1e27")
    p.shape([(1200, 0), (1000, 60), (1000, 470), (1200, 610)], "#1b1e27")
    for x in (40, 84, 124, 158):
        p.line(x, x * .3, x, 600 - x * .66, "#2c3140", 2)
        p.line(1200 - x, x * .3, 1200 - x, 600 - x * .66, "#2c3140", 2)
    p.shape([(600, 668), (240, 92), (960, 92)], "#fff7df", 'opacity=".08"')
    p.rect(240, 92, 720, 330, PAPER)
    p.disc(720, 300, 74, VERMILION)
    p.path("M240 372Q380 316 520 356T800 340T960 366V422H240Z", LAPIS)
    p.path("M240 400Q420 366 600 396T960 398V422H240Z", DEEP)
    p.rect(228, 84, 744, 8, INK)
    for row, (y, step, r) in enumerate(((478, 62, 17), (536, 78, 22), (608, 100, 29))):
        shade = ["#232733", "#1a1d27", "#0b0c10"][row]
        off = [14, 0, 40][row]
        for i in range(-1, 20):
            x = i * step + off
            p.path(f"M{x-step*.44} 690V{y+22}Q{x-step*.44} {y} {x-step*.3} {y}H{x+step*.3}Q{x+step*.44} {y} {x+step*.44} {y+22}V690Z", shade)
            if (i * 7 + row * 3) % 5 in (0, 2) or (row == 2 and i in (5, 6)):
                lean = {(2, 5): 14, (2, 6): -14}.get((row, i), 0)
                p.disc(x + lean, y - r * .8, r, shade)
    return p


def hospital_corridor():
    p = Picture(MIST)
    vx, vy = 690, 300
    p.shape([(0, 0), (1200, 0), (vx + 84, vy - 96), (vx - 84, vy - 96)], PAPER)
    p.shape([(0, 675), (1200, 675), (vx + 84, vy + 120), (vx - 84, vy + 120)], PALE)
    p.shape([(0, 0), (vx - 84, vy - 96), (vx - 84, vy + 120), (0, 675)], SAND)
    p.shape([(1200, 0), (vx + 84, vy - 96), (vx + 84, vy + 120), (1200, 675)], MIST)

    def wall(side, a, b, top, bottom, fill):
        pts = []
        for t, f in ((a, top), (b, top), (b, bottom), (a, bottom)):
            y0 = (vy - 96) * t
            y1 = 675 - (675 - vy - 120) * t
            x = (vx - 84) * t if side < 0 else 1200 - (1200 - vx - 84) * t
            pts.append((x, y0 + (y1 - y0) * f))
        p.shape(pts, fill)
    for a, b in ((.08, .30), (.48, .61), (.74, .82), (.89, .94)):
        wall(-1, a, b, .30, 1, LAPIS)
        wall(-1, a + (b - a) * .16, b - (b - a) * .16, .38, .55, PALE)
    for a, b in ((.20, .44), (.58, .70), (.80, .87)):
        wall(1, a, b, .30, 1, ASH)
        wall(1, a + (b - a) * .16, b - (b - a) * .16, .38, .55, MIST)
    for side in (-1, 1):
        wall(side, 0, 1, .70, .718, INK)
    p.rect(vx - 84, vy - 96, 168, 216, "#fffdf6")
    p.rect(vx - 46, vy - 30, 92, 150, SAND)
    p.line(vx, vy - 30, vx, vy + 120, INK, 1.5)
    for t, w in ((.12, 150), (.45, 92), (.68, 56), (.84, 32)):
        x, y = 600 + 90 * t, (vy - 96) * t
        p.shape([(x - w, y), (x + w, y), (x + w * .8, y + 15 * (1 - t) + 3), (x - w * .8, y + 15 * (1 - t) + 3)], "#ffffff")
    p.shape([(vx - 84, vy + 120), (vx + 84, vy + 120), (vx + 190, 675), (vx - 250, 675)], "#e9eefb")
    p.open('transform="translate(640 470)"')
    p.disc(0, -52, 20, INK)
    p.path("M-20-66Q0-92 20-66Z", PAPER, INK, 1.5)
    p.path("M-30 100L-24-8Q-20-30 0-30T24-8L30 100Z", PAPER, INK, 2)
    p.line(-10, 100, -10, 136, INK, 9)
    p.line(11, 100, 11, 136, INK, 9)
    p.rect(-4, 4, 22, 30, VERMILION)
    p.close()
    return p


def moon_window():
    p = Picture("#10182f")
    p.rect(660, 70, 400, 430, DEEP)
    p.disc(880, 230, 78, PAPER)
    p.disc(914, 208, 70, DEEP)
    for x, y, r in ((720, 130, 2.4), (760, 300, 2), (1010, 120, 2.6), (1000, 350, 2), (700, 390, 2.4), (830, 400, 1.8), (930, 100, 1.8)):
        p.disc(x, y, r, PAPER)
    p.path("M660 500V450L730 420 800 452 880 410 960 446 1060 416V500Z", "#0b1226")
    for x in (660, 860, 1060):
        p.line(x, 70, x, 500, STONE, 8 if x != 860 else 5)
    for y in (70, 285, 500):
        p.line(656, y, 1064, y, STONE, 8 if y != 285 else 5)
    p.rect(630, 500, 460, 16, STONE)
    p.shape([(690, 675), (1060, 675), (860, 560), (600, 560)], "#ffffff", 'opacity=".05"')
    p.rect(70, 330, 26, 345, INK)
    p.rect(88, 560, 640, 115, "#0b1020")
    p.path("M96 560V500Q96 470 130 470H240Q290 470 290 516V560Z", PALE)
    p.path("M210 566Q260 470 380 482T600 500Q700 512 728 566V675H210Z", LAPIS)
    for i in range(5):
        p.path(f"M{250+i*86} {560-i*3}Q{290+i*86} {520-i*2} {330+i*80} {500+i*2}", "none", HAZE, 1.5)
    p.disc(208, 478, 40, INK)
    p.rect(498, 640, 60, 10, VERMILION)
    return p


def park_bench():
    p = Picture(SAND)
    p.rect(0, 470, 1200, 205, DUNE)
    p.path("M330 560a330 52 0 1 0 660 0a330 52 0 1 0 -660 0", "#b79f74")
    p.rect(822, 240, 44, 320, INK)
    p.path("M844 330L930 240", "none", INK, 12)
    p.path("M840 290L764 214", "none", INK, 10)
    for x, y, r in ((700, 170, 130), (850, 110, 170), (1000, 190, 130), (860, 220, 120)):
        p.disc(x, y, r, LAPIS)
    for x, y in ((660, 130), (760, 90), (880, 60), (960, 140), (1040, 210), (800, 190), (900, 230), (700, 220)):
        p.path(f"M{x-22} {y}q22-22 44 0", "none", HAZE, 1.5)
    for y in (378, 408, 438):
        p.rect(330, y, 360, 15, PAPER, f'stroke="{INK}" stroke-width="1.5"')
    p.shape([(316, 488), (704, 488), (724, 510), (296, 510)], PAPER, f'stroke="{INK}" stroke-width="1.5"')
    for x in (360, 650):
        p.path(f"M{x} 372V580M{x-30} 510V580", "none", INK, 8)
    p.shape([(540, 490), (610, 490), (622, 500), (552, 500)], VERMILION)
    p.shape([(552, 500), (622, 500), (622, 505), (552, 505)], PAPER)
    p.line(0, 470, 1200, 470, INK, 1.5)
    return p
