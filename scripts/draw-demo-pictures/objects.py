"""Pictures of things: instruments, machines, maps, games."""
import math
import random

from svg import *


def saffron():
    p = Picture(PAPER)
    p.disc(930, 190, 120, SAND)
    p.line(0, 604, 1200, 604, INK, 1.5)

    def flower(x, y, k, turn):
        p.open(f'transform="translate({x} {y}) scale({k}) rotate({turn})"')
        for b, l in ((-120, 330), (-70, 400), (90, 380), (150, 300)):
            p.path(f"M0 {(604-y)/k}Q{b*.2} {(604-y)/k-l*.5} {b} {(604-y)/k-l}", "none", ASH, 3.5)
        p.path(f"M0 60V{(604-y)/k}", "none", INK, 9)
        for a, c in ((-58, HAZE), (58, HAZE), (-30, "#6f86bd"), (30, "#6f86bd")):
            p.path("M0 80C-74 0-66-150 0-220C66-150 74 0 0 80Z", c, PAPER, 2, f'transform="rotate({a} 0 70)"')
        for b in (-74, 0, 74):
            p.path(f"M0 40Q{b*.2} -120 {b} -206", "none", VERMILION, 9, 'stroke-linecap="round"')
            p.path(f"M{b-14} -222Q{b} -196 {b+14} -222Q{b+8} -176 {b} -170Q{b-8} -176 {b-14} -222Z", VERMILION)
        for a in (-17, 17):
            p.path("M0 80C-70 20-60-110 0-170C60-110 70 20 0 80Z", LAPIS, PAPER, 2, f'transform="rotate({a} 0 70)"')
        for a in (-17, 17):
            for d in (-14, 0, 14):
                p.path(f"M{d*.4} 56Q{d*1.6} -40 {d*.3} -140", "none", HAZE, 1.2, f'transform="rotate({a} 0 70)"')
        p.close()
    flower(600, 330, 1.12, 3)
    flower(310, 410, .78, -10)
    flower(905, 430, .7, 12)
    for x, y, r in ((180, 634, 20), (420, 646, -14), (730, 636, 30), (1010, 648, -24)):
        p.path(f"M{x} {y}q30-10 64 2", "none", VERMILION, 4, f'transform="rotate({r*.4} {x} {y})" stroke-linecap="round"')
    return p


def port_cranes():
    p, rnd = Picture(PAPER), random.Random(8)
    p.disc(1010, 170, 64, VERMILION)
    p.rect(0, 560, 1200, 115, LAPIS)
    for y, a, b in ((590, 40, 400), (612, 500, 1120), (640, 160, 760), (658, 860, 1180)):
        p.line(a, y, b, y, HAZE, 1.5)
    cols = [LAPIS, HAZE, DUNE, ASH, SOOT, SAND, MIST, VERMILION]
    heights = [2, 3, 4, 4, 3, 4, 2, 3]
    for c, n in enumerate(heights):
        for r in range(n):
            p.rect(560 + c * 66, 436 - r * 40, 62, 36, cols[rnd.randrange(len(cols) - (0 if rnd.random() < .3 else 1))])
    p.rect(1100, 330, 62, 146, PAPER, f'stroke="{INK}" stroke-width="2"')
    for y in (348, 378, 408):
        p.rect(1108, y, 46, 12, LAPIS)
    p.path("M520 476H1200V566H590Q548 540 520 476Z", INK)
    p.path("M560 532H1200V566H590Q570 552 560 532Z", VERMILION)
    p.rect(0, 540, 470, 135, SOOT)
    p.rect(0, 532, 470, 9, STONE)

    def crane(x, k):
        p.open(f'transform="translate({x} 532) scale({k})"')
        p.path("M-90 0V-300M90 0V-300M-90-120H90M-90-210L90-120M90-210L-90-120", "none", INK, 9)
        p.path("M-190-300H560", "none", INK, 13)
        p.path("M0-300V-440M0-440L-180-306M0-440L300-306M0-440L540-306", "none", INK, 4)
        p.path("M-26-440H26", "none", INK, 8)
        p.rect(-176, -296, 90, 44, INK)
        p.rect(330, -294, 44, 34, LAPIS)
        p.path("M338-260V-96M368-260V-96", "none", INK, 2)
        p.rect(314, -100, 80, 12, INK)
        p.rect(316, -88, 76, 42, VERMILION)
        p.close()
    crane(150, .78)
    crane(360, 1.02)
    return p


def chart_lines():
    p, rnd = Picture(PAPER), random.Random(31)
    for i in range(7):
        p.line(90, 100 + i * 80, 1110, 100 + i * 80, DUNE if i < 6 else INK, 1 if i < 6 else 2)
    for i in range(11):
        x = 90 + i * 102
        p.line(x, 580, x, 592, INK, 1.5)
    for k in range(5):
        y, pts = 470 - k * 34, []
        for i in range(41):
            y += rnd.uniform(-15, 13)
            pts.append((90 + i * 25.5, min(560, max(180, y))))
        p.track(pts, STONE, 1.6)
    y, pts = 520, []
    for i in range(41):
        y -= 2 + i * .43 + rnd.uniform(-9, 9)
        pts.append((90 + i * 25.5, y))
    scale = (pts[0][1] - 130) / (pts[0][1] - pts[-1][1])
    pts = [(x, pts[0][1] - (pts[0][1] - y) * scale) for x, y in pts]
    p.shape(pts + [(1110, 580), (90, 580)], PALE, 'opacity=".5"')
    p.track(pts, LAPIS, 6)
    p.disc(*pts[-1], 15, VERMILION)
    p.ring(*pts[-1], 30, VERMILION, 1.5)
    p.line(pts[-1][0], pts[-1][1] + 30, pts[-1][0], 580, VERMILION, 1.5, 'stroke-dasharray="2 7"')
    return p


def telescope_stars():
    p, rnd = Picture("#10204c"), random.Random(17)
    cx, cy = 520, 210
    for i in range(84):
        r = 18 + i * 10.4
        a = rnd.uniform(0, 2 * math.pi)
        span = rnd.uniform(.3, .75)
        x1, y1, x2, y2 = cx + r * math.cos(a), cy + r * math.sin(a), cx + r * math.cos(a + span), cy + r * math.sin(a + span)
        p.path(f"M{x1:.0f} {y1:.0f}A{r:.0f} {r:.0f} 0 0 1 {x2:.0f} {y2:.0f}", "none", rnd.choice((HAZE, PALE, "#5c74b4", PAPER)), rnd.choice((1.2, 1.8, 2.4)))
    p.disc(cx, cy, 4, VERMILION)
    p.path("M0 600L180 540 330 570 520 500 640 516 780 470 1010 486 1200 556V675H0Z", INK)
    p.rect(720, 352, 250, 130, "#0c0e14")
    p.rect(726, 356, 238, 126, MIST)
    p.rect(906, 356, 58, 126, STONE)
    p.path("M700 356a145 145 0 0 1 290 0Z", PAPER)
    p.path("M900 226a145 145 0 0 1 90 130H910Q936 290 900 226Z", STONE)
    p.shape([(762, 356), (716, 322), (742, 268), (782, 232), (826, 356)], INK)
    p.open('transform="translate(800 344) rotate(-133)"')
    p.rect(-6, -24, 176, 48, SAND)
    p.rect(160, -30, 18, 60, DUNE)
    p.close()
    p.path("M716 322Q744 262 790 226M826 356Q822 280 790 226", "none", INK, 3)
    p.rect(694, 352, 302, 12, INK)
    p.rect(838, 420, 34, 62, VERMILION)
    p.path("M838 482Q700 520 640 600T560 690", "none", ASH, 3, 'stroke-dasharray="2 9"')
    return p


def seismogram():
    p, rnd = Picture(PAPER), random.Random(12)
    for i in range(16):
        p.line(i * 80, 0, i * 80, 675, SAND, 1)
    for k, (y, start, amp) in enumerate(((150, 420, 104), (345, 500, 84), (540, 600, 62))):
        p.line(0, y, 1200, y, STONE, 1)
        quiet, loud, tail = [], [], []
        for x in range(0, 1201, 9):
            noise = rnd.uniform(-5, 5)
            if x < start:
                quiet.append((x, y + noise))
            else:
                t = (x - start) / 300
                swell = min(1, t * 9) * math.exp(-t * 1.5)
                v = y + noise + amp * swell * math.sin(x * .21 + rnd.uniform(-.7, .7)) * rnd.uniform(.55, 1)
                (loud if t < 1.15 else tail).append((x, v))
        p.track(quiet + loud[:1], INK, 2)
        p.track(loud[-1:] + tail, INK, 2)
        p.track(loud, VERMILION, 2.6)
        p.line(start, y - amp - 16, start, y + amp + 16, LAPIS, 2)
        p.disc(start, y - amp - 16, 6, LAPIS)
    p.line(420, 30, 600, 462, LAPIS, 1.2, 'stroke-dasharray="3 8"')
    return p


def satellite():
    p, rnd = Picture("#0f1118"), random.Random(6)
    for _ in range(44):
        p.disc(rnd.uniform(0, 1200), rnd.uniform(0, 440), rnd.choice((1, 1.4, 2)), PAPER)
    p.disc(520, 1390, 960, HAZE)
    p.disc(520, 1396, 946, LAPIS)
    p.add('<clipPath id="earth"><circle cx="520" cy="1396" r="946"/></clipPath>')
    p.open('clip-path="url(#earth)"')
    p.path("M160 560Q260 520 340 560T470 600L430 675H120Z", DUNE)
    p.path("M620 470Q720 480 740 540T900 590L960 675H690Q640 600 600 560Z", DUNE)
    p.path("M300 500Q420 470 540 490T700 480", "none", PAPER, 9, 'stroke-linecap="round" opacity=".8"')
    p.path("M130 620Q260 600 380 626", "none", PAPER, 9, 'stroke-linecap="round" opacity=".8"')
    p.close()
    p.path("M-40 520Q560 -60 1240 360", "none", STONE, 1.4, 'stroke-dasharray="2 9"')
    p.path("M-40 330Q560 60 1240 520", "none", ASH, 1.2)
    p.open('transform="translate(640 214) rotate(12)"')
    for side in (-1, 1):
        p.line(0, 0, side * 112, 0, STONE, 8)
        x = 96 if side > 0 else -346
        p.rect(x, -64, 250, 128, LAPIS, f'stroke="{PALE}" stroke-width="3"')
        for i in range(1, 5):
            p.line(x + i * 50, -64, x + i * 50, 64, HAZE, 1.5)
        p.line(x, 0, x + 250, 0, HAZE, 1.5)
    p.rect(-68, -68, 136, 136, SAND)
    p.shape([(68, -68), (92, -88), (92, 46), (68, 68)], "#a98f62")
    p.shape([(-68, -68), (-44, -88), (92, -88), (68, -68)], PAPER)
    p.disc(0, 0, 36, INK)
    p.disc(0, 0, 22, LAPIS)
    p.disc(8, -8, 6, PALE)
    p.disc(-48, 50, 7, VERMILION)
    p.path("M-30 68L-60 150M30 68L56 156", "none", PAPER, 3)
    p.close()
    for r in (60, 96, 132):
        p.path(f"M{590-r*.72:.0f} {372+r*.5:.0f}A{r} {r} 0 0 0 {590+r*.5:.0f} {372+r*.72:.0f}", "none", VERMILION, 2.4)
    return p


def setar():
    p = Picture(PAPER, 900, 1200)
    p.disc(450, 880, 400, PALE)
    p.open('transform="translate(430 860) rotate(14) scale(.88)"')
    p.path("M-20-120C-60-60-170 20-176 140C-182 262-90 330 0 330C90 330 182 262 176 140C170 20 60-60 20-120Z", "#b79f74", INK, 3)
    p.path("M-17-112C-48-50-146 34-150 142C-154 246-78 306 0 306C78 306 154 246 150 142C146 34 48-50 17-112Z", SAND, INK, 1.5)
    for i, (x, y) in enumerate(((-34, 90), (-12, 76), (12, 76), (34, 90), (-24, 112), (0, 104), (24, 112))):
        p.disc(x, y, 5, INK)
    p.rect(-62, 214, 124, 10, INK)
    p.shape([(-20, -116), (20, -116), (15, -800), (-15, -800)], "#6b553c")
    p.shape([(4, -116), (20, -116), (15, -800), (3, -800)], "#8d7350")
    for i in range(22):
        y = -140 - 640 * (1 - .935 ** i) / (1 - .935 ** 22)
        p.line(-21, y, 21, y, SAND, 2.4)
    p.path("M-15-800Q-18-900 0-910Q18-900 15-800Z", INK)
    for x, y in ((-50, -830), (-48, -872), (50, -842), (48, -884)):
        p.line(0, y, x, y, INK, 9)
        p.disc(x, y, 13, VERMILION)
    for x in (-9, -3, 3, 9):
        p.line(x * 1.6, 220, x * .9, -820, INK, 1.2)
    p.path("M-40 318Q0 344 40 318L30 336Q0 350-30 336Z", INK)
    p.close()
    return p


def pottery():
    p = Picture("#efe2c8")
    p.rect(0, 0, 1200, 548, "#ead9b8")
    p.path("M150 548V250Q150 60 600 60T1050 250V548Z", "#f5ead4")
    p.rect(0, 548, 1200, 127, DUNE)
    p.line(0, 548, 1200, 548, INK, 2)

    def jar(x, k, d, bands, tone):
        p.open(f'transform="translate({x} 556) scale({k})"')
        cid = f"jar{x}"
        p.add(f'<clipPath id="{cid}"><path d="{d}"/></clipPath>')
        p.path("M-150 0a150 15 0 1 0 300 0a150 15 0 1 0 -300 0", "#a98f62", "none", 1, 'opacity=".6"')
        p.path(d, tone)
        p.open(f'clip-path="url(#{cid})"')
        for y, kind in bands:
            if kind == "line":
                p.rect(-220, y, 440, 5, INK)
            elif kind == "zigzag":
                p.track([(-220 + i * 22, y + (26 if i % 2 else 0)) for i in range(21)], INK, 5)
            elif kind == "hills":
                for i in range(-6, 7):
                    p.shape([(i * 38 - 17, y + 32), (i * 38, y), (i * 38 + 17, y + 32)], INK)
            elif kind == "eyes":
                for i in range(-5, 6):
                    p.path(f"M{i*56-22} {y}q22-24 44 0q-22 24-44 0Z", "none", INK, 4)
                    p.disc(i * 56, y, 6, VERMILION)
            elif kind == "rain":
                for i in range(-14, 15):
                    p.line(i * 16, y, i * 16 - 9, y + 38, INK, 3)
        p.rect(70, -600, 200, 620, "#17191d", 'opacity=".10"')
        p.close()
        p.close()
    jar(330, 1, "M-60 0Q-150-60-150-170Q-150-270-60-300L-46-350Q-60-366-64-378H64Q60-366 46-350L60-300Q150-270 150-170Q150-60 60 0Z",
        ((-290, "line"), (-262, "zigzag"), (-222, "line"), (-178, "eyes"), (-138, "line"), (-116, "hills"), (-74, "line")), "#c98f6a")
    jar(660, 1, "M-70 0Q-120-40-126-190Q-128-330-50-400L-40-452Q-54-470-58-482H58Q54-470 40-452L50-400Q128-330 126-190Q120-40 70 0Z",
        ((-396, "line"), (-372, "rain"), (-318, "line"), (-296, "hills"), (-252, "line"), (-206, "eyes"), (-166, "line"), (-142, "zigzag"), (-98, "line")), "#d9a67f")
    jar(935, 1, "M-56 0Q-136-34-142-120Q-146-186-150-206H150Q146-186 142-120Q136-34 56 0Z",
        ((-196, "line"), (-176, "hills"), (-132, "line"), (-110, "zigzag"), (-66, "line")), "#b97a58")
    return p


def football_pitch():
    p = Picture(SAND)
    for i in range(8):
        if i % 2:
            p.rect(60 + i * 135, 44, 135, 587, "#e0d0b0")
    ink = 2.4
    p.rect(60, 44, 1080, 587, "none", f'stroke="{INK}" stroke-width="{ink}"')
    p.line(600, 44, 600, 631, INK, ink)
    p.ring(600, 337, 92, INK, ink)
    p.disc(600, 337, 5, INK)
    for s in (1, -1):
        x = 60 if s > 0 else 1140
        for w, h in ((170, 346), (58, 156)):
            p.rect(x if s > 0 else x - w, 337 - h / 2, w, h, "none", f'stroke="{INK}" stroke-width="{ink}"')
        p.disc(x + s * 113, 337, 4, INK)
        p.path(f"M{x+s*170} 266A92 92 0 0 {1 if s>0 else 0} {x+s*170} 408", "none", INK, ink)
        p.rect(x - 20 if s > 0 else x, 300, 20, 74, "none", f'stroke="{INK}" stroke-width="{ink}"')
        for y, a in ((44, 1), (631, -1)):
            p.path(f"M{x+s*18} {y}A18 18 0 0 {1 if s*a>0 else 0} {x} {y+a*18}", "none", INK, ink)
    red = [(96, 337), (250, 130), (230, 270), (232, 410), (256, 548), (420, 210), (400, 350), (430, 480), (640, 150), (700, 330), (660, 520)]
    blue = [(1104, 337), (960, 120), (986, 262), (980, 410), (950, 552), (820, 206), (796, 370), (826, 480), (560, 250), (560, 430), (872, 300)]
    p.path("M700 330Q770 250 850 250T1000 330", "none", VERMILION, 2.5, 'stroke-dasharray="3 9" stroke-linecap="round"')
    p.path("M430 480Q560 600 660 520", "none", VERMILION, 1.6, 'stroke-dasharray="3 9" stroke-linecap="round"')
    for x, y in red:
        p.disc(x + 4, y + 5, 17, DUNE)
        p.disc(x, y, 17, VERMILION)
    for x, y in blue:
        p.disc(x + 4, y + 5, 17, DUNE)
        p.disc(x, y, 17, LAPIS)
    p.disc(1006, 336, 9, PAPER, f'stroke="{INK}" stroke-width="2.5"')
    return p


def school_bench():
    p = Picture(SAND)
    p.rect(0, 560, 1200, 115, "#b79f74")
    p.rect(90, 70, 640, 330, "#8d7350")
    p.rect(104, 84, 612, 302, SOOT)
    chalk = 'stroke-linecap="round"'
    p.path("M180 330L260 180L340 330Z", "none", PAPER, 3, chalk)
    p.path("M260 180V330", "none", PAPER, 2, 'stroke-dasharray="4 8"')
    p.ring(460, 250, 66, PAPER, 3)
    p.path("M460 250V184A66 66 0 0 1 526 250Z", BLUSH)
    p.path("M460 184V316M394 250H526", "none", PAPER, 2)
    for i, y in enumerate((170, 200, 230, 276, 306)):
        p.line(580, y, 670 - (i % 3) * 22, y, PAPER, 3, chalk)
    p.rect(104, 392, 612, 12, "#6b553c")
    p.rect(560, 386, 40, 7, PAPER)
    p.rect(820, 70, 290, 330, "#8d7350")
    p.add('<clipPath id="pane"><rect x="834" y="84" width="262" height="302"/></clipPath>')
    p.open('clip-path="url(#pane)"')
    p.rect(834, 84, 262, 302, PALE)
    p.shape([(820, 386), (820, 290), (890, 220), (930, 250), (1000, 140), (1060, 230), (1110, 200), (1110, 386)], LAPIS)
    p.shape([(1000, 140), (956, 209), (982, 226), (1000, 200), (1020, 230), (1041, 201)], PAPER)
    p.rect(834, 340, 262, 60, PAPER)
    p.close()
    p.line(965, 84, 965, 386, "#8d7350", 9)
    p.line(834, 235, 1096, 235, "#8d7350", 9)
    p.rect(806, 400, 318, 14, "#6b553c")
    p.open('transform="translate(420 640)"')
    p.shape([(-250, -150), (210, -150), (250, -118), (-290, -118)], DUNE, f'stroke="{INK}" stroke-width="2"')
    p.rect(-290, -118, 540, 16, "#a98f62")
    p.rect(-256, -102, 472, 44, "#8d7350")
    for x in (-250, 196):
        p.rect(x, -104, 20, 140, INK)
    p.path("M-60-150Q-20-176 20-160Q60-176 100-150Q60-158 20-146Q-20-158-60-150Z", PAPER, INK, 1.5)
    p.rect(130, -160, 66, 9, VERMILION, 'transform="rotate(-6 130 -160)"')
    p.close()
    p.rect(910, 470, 130, 150, INK)
    p.rect(926, 540, 98, 60, VERMILION)
    for i in range(5):
        p.line(936 + i * 20, 540, 936 + i * 20, 600, INK, 4)
    p.rect(958, 402, 34, 70, INK)
    p.rect(900, 462, 150, 12, INK)
    for x in (920, 1018):
        p.rect(x, 620, 12, 30, INK)
    return p


def repair_table():
    p, rnd = Picture("#d8c7a3"), random.Random(14)
    for y in (112, 224, 336, 448, 560):
        p.line(0, y, 1200, y, "#c2ab80", 2)
    p.rect(110, 120, 590, 400, "#a98f62", 'rx="34" opacity=".5" transform="translate(12 14)"')
    p.rect(110, 120, 590, 400, INK, 'rx="34"')
    p.rect(128, 138, 554, 364, SAND, 'rx="24"')
    p.disc(300, 320, 132, SOOT)
    for i in range(-4, 5):
        half = math.sqrt(max(0, 122 ** 2 - (i * 26) ** 2))
        p.line(300 + i * 26, 320 - half, 300 + i * 26, 320 + half, DUNE, 5)
    p.rect(462, 190, 190, 92, PAPER, f'stroke="{INK}" stroke-width="2"')
    for i in range(15):
        p.line(476 + i * 11.6, 204, 476 + i * 11.6, 224 if i % 5 else 236, INK, 1.5)
    p.line(584, 198, 584, 274, VERMILION, 4)
    for x in (506, 606):
        p.disc(x, 390, 46, INK)
        p.disc(x, 390, 36, ASH)
        p.line(x, 390, x + 22, 366, PAPER, 4)
    p.line(640, 120, 770, 30, INK, 5)
    p.disc(772, 28, 8, INK)
    p.open('transform="translate(800 566) rotate(-38)"')
    p.rect(-20, -24, 170, 48, VERMILION, 'rx="18"')
    for y in (-10, 0, 10):
        p.line(0, y, 120, y, "#8f2412", 2)
    p.rect(150, -8, 220, 16, STONE)
    p.shape([(370, -8), (392, -12), (392, 12), (370, 8)], STONE)
    p.close()
    for r in range(4):
        for c in range(5):
            x, y, s = 850 + c * 62, 96 + r * 58, 18 - r * 2.6
            if (r, c) == (3, 4):
                p.ring(x, y, s, ASH, 1.5, 'stroke-dasharray="3 5"')
                continue
            p.disc(x + 3, y + 4, s, "#b79f74")
            p.disc(x, y, s, MIST, f'stroke="{INK}" stroke-width="1.5"')
            a = rnd.uniform(0, 3.14)
            p.line(x - s * .7 * math.cos(a), y - s * .7 * math.sin(a), x + s * .7 * math.cos(a), y + s * .7 * math.sin(a), INK, 3)
    p.path("M420 502Q420 600 560 606T760 650T900 690", "none", LAPIS, 7)
    p.path("M450 502Q450 570 580 576T800 620T940 690", "none", INK, 7)
    return p


def route_map():
    p, rnd = Picture("#fbf6ea"), random.Random(40)
    p.open('transform="rotate(-9 600 340)"')
    ys = [-120, 0, 96, 210, 300, 420, 520, 640, 790]
    xs = [-120, 20, 130, 290, 400, 520, 690, 800, 930, 1050, 1190, 1330]
    for a, b in zip(ys, ys[1:]):
        for c, d in zip(xs, xs[1:]):
            tone = rnd.choice((SAND, SAND, "#efe5cf", "#efe5cf", MIST))
            p.rect(c + 7, a + 7, d - c - 14, b - a - 14, tone)
            if rnd.random() < .12:
                p.line((c + d) / 2, a + 7, (c + d) / 2, b - 7, "#fbf6ea", 5)
    p.rect(697, 217, 96, 76, PALE)
    p.close()
    p.path("M-20 560Q180 480 330 560T700 610T1220 470V540Q1000 600 700 668T320 620T-20 640Z", HAZE)
    p.path("M-20 130L1220 330", "none", "#fbf6ea", 22)
    p.track([(186, 546), (214, 440), (326, 422), (372, 300), (540, 272), (556, 196), (720, 170), (742, 250), (880, 228), (906, 150)], LAPIS, 11, 'stroke-linecap="round"')
    p.track([(186, 546), (420, 560), (470, 410), (760, 366), (780, 290), (906, 150)], STONE, 4, 'stroke-dasharray="2 11" stroke-linecap="round"')
    for x, y in ((326, 422), (540, 272), (720, 170), (880, 228)):
        p.disc(x, y, 10, PAPER, f'stroke="{LAPIS}" stroke-width="5"')
    p.disc(186, 546, 19, LAPIS)
    p.disc(186, 546, 8, PAPER)
    p.path("M906 156C866 96 852 76 852 46A54 54 0 0 1 960 46C960 76 946 96 906 156Z", VERMILION)
    p.disc(906, 46, 20, PAPER)
    p.ring(906, 158, 26, VERMILION, 2)
    return p


def radio_waves():
    p = Picture("#f3e8d2")
    for i in range(1, 9):
        p.ring(770, 150, i * 100, LAPIS if i % 3 else VERMILION, 3 if i < 6 else 2, f'opacity="{max(.18, 1-i*.085):.2f}"')
    p.path("M0 560Q300 500 520 440T800 400Q1000 420 1200 520V675H0Z", DUNE)
    p.path("M0 620Q340 540 640 560T1200 590V675H0Z", "#a98f62")
    p.path("M736 408L764 150M804 408L776 150", "none", INK, 5)
    for i in range(7):
        t0, t1 = i / 7, (i + 1) / 7
        y0, y1 = 408 - 258 * t0, 408 - 258 * t1
        h0, h1 = 34 - 28 * t0, 34 - 28 * t1
        p.path(f"M{770-h0} {y0}L{770+h1} {y1}M{770+h0} {y0}L{770-h1} {y1}", "none", INK, 2)
    p.disc(770, 148, 11, VERMILION)
    p.path("M790 214q34-4 40 30q-34 6-40-30Z", INK)
    p.shape([(828, 408), (900, 396), (914, 344), (844, 356)], LAPIS, f'stroke="{INK}" stroke-width="2"')
    p.line(876, 398, 876, 424, INK, 4)
    for x, y, w, h in ((80, 510, 120, 84), (190, 540, 90, 66), (300, 486, 130, 92), (420, 520, 100, 76), (540, 548, 110, 60), (960, 520, 120, 80), (1070, 550, 100, 62)):
        p.rect(x, y, w, h + 40, SAND if x % 20 else PAPER, f'stroke="{INK}" stroke-width="1.5"')
        p.rect(x + w * .2, y + 24, 18, 24, LAPIS)
        p.rect(x + w * .62, y + 24, 18, 24, VERMILION if x in (300, 960) else LAPIS)
        p.rect(x - 5, y - 7, w + 10, 9, INK)
    p.path("M0 636Q400 596 720 620T1200 630V675H0Z", "#6b553c")
    return p


def sea_cable():
    p, rnd = Picture(PALE), random.Random(3)
    p.rect(0, 70, 1200, 605, HAZE)
    p.rect(0, 230, 1200, 445, "#6f86bd")
    p.rect(0, 420, 1200, 255, "#4a63a3")
    for k in range(3):
        p.path("M0 %d" % (70 + k * 15) + "".join(f"q30-{12-k*3} 60 0t60 0" for _ in range(10)), "none", PAPER, 2 - k * .4)
    p.path("M0 580Q150 540 320 566T640 590T900 552T1200 584V675H0Z", INK)
    p.path("M0 628Q300 596 600 630T1200 618V675H0Z", "#0d0e11")
    p.path("M-10 572C120 520 240 560 330 556S560 600 660 578S840 520 930 540S1120 590 1210 560", "none", VERMILION, 9, 'stroke-linecap="round"')
    for x, y in ((330, 556), (660, 578), (930, 540)):
        p.rect(x - 20, y - 10, 40, 20, PAPER, 'rx="8"')
    p.open('transform="translate(560 300) rotate(-6)"')
    p.path("M-400 40C-330-100-80-130 120-84C230-60 300-30 356-52C366-92 400-120 446-124C436-94 430-76 408-56C442-52 470-34 486-6C440 2 396-6 362-28C300 20 200 70 60 92C-120 116-330 110-400 40Z", DEEP)
    p.path("M-400 40C-330 78-160 70-40 60C40 54 90 66 60 92C-120 116-330 110-400 40Z", PALE)
    for i in range(7):
        p.path(f"M{-372+i*40} {56+i*2.6}Q{-250+i*30} {82+i*2} {-110+i*20} {74+i*2}", "none", DEEP, 1.5)
    p.path("M-120 82C-110 150-60 190 10 196C0 150-30 110-60 84Z", "#0c1a40")
    p.disc(-286, 22, 8, PAPER)
    p.disc(-285, 22, 4, INK)
    p.path("M-396 44Q-320 60-256 44", "none", HAZE, 2)
    p.close()
    p.open('transform="translate(960 420) rotate(-8) scale(.3)"')
    p.path("M-400 40C-330-100-80-130 120-84C230-60 300-30 356-52C366-92 400-120 446-124C436-94 430-76 408-56C442-52 470-34 486-6C440 2 396-6 362-28C300 20 200 70 60 92C-120 116-330 110-400 40Z", DEEP)
    p.close()
    for x, y, r in ((180, 180, 5), (196, 150, 8), (176, 122, 5), (202, 104, 4)):
        p.ring(x, y, r, PAPER, 1.6)
    for x in (70, 110, 1040, 1090, 1130):
        p.path(f"M{x} 590q-14-40 0-70t0-{rnd.randint(30, 70)}", "none", "#0d0e11", 7, 'stroke-linecap="round"')
    return p
