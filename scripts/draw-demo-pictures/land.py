"""Pictures of the country: mountains, water, fields, weather."""
import math
import random

from svg import *


def alborz_city():
    p, rnd = Picture("#ecdfc4"), random.Random(11)
    p.disc(240, 170, 62, VERMILION)
    far = [(0, 330), (110, 250), (190, 290), (330, 190), (420, 240), (520, 160), (660, 260), (820, 150), (930, 230), (1060, 180), (1200, 270)]
    p.shape([(0, 675)] + far + [(1200, 675)], PALE)
    near = [(0, 420), (140, 330), (260, 380), (430, 270), (560, 330), (640, 250), (760, 96), (860, 220), (920, 200), (1030, 310), (1120, 280), (1200, 350)]
    p.shape([(0, 675)] + near + [(1200, 675)], LAPIS)
    p.shape([(760, 96), (676, 204), (700, 236), (724, 206), (744, 250), (772, 200), (800, 236), (822, 216), (846, 226), (836, 188)], PAPER)
    p.shape([(640, 250), (600, 292), (622, 304), (644, 282), (668, 300), (672, 214)], PAPER)
    p.shape([(430, 270), (384, 303), (410, 316), (432, 298), (458, 310), (474, 296)], PAPER)
    p.path("M0 430Q200 398 460 424T900 408T1200 430V675H0Z", "#d9dbe2")
    x = -10
    while x < 1200:
        w, h = rnd.choice((34, 46, 60, 74)), rnd.choice((70, 90, 120, 150, 190))
        if 250 < x < 420:
            h += 60
        p.rect(x, 560 - h, w, h + 120, rnd.choice((ASH, SOOT, SOOT, "#40444c")))
        x += w + rnd.choice((0, 4, 12))
    x = -20
    while x < 1200:
        w, h = rnd.choice((60, 84, 110)), rnd.choice((50, 70, 96, 120))
        p.rect(x, 620 - h, w, h + 60, INK)
        for r in range(int(h / 26)):
            for c in range(int(w / 22)):
                if rnd.random() < .35:
                    p.rect(x + 9 + c * 22, 630 - h + r * 26, 8, 11, DUNE)
        x += w + rnd.choice((0, 0, 10))
    return p


def qanat():
    p = Picture(PAPER)
    p.disc(170, 96, 44, VERMILION)
    p.path("M700 250L860 130 930 170 1040 70 1200 210V330H700Z", MIST)
    surface = lambda x: 276 - (x - 100) * .078
    p.path(f"M0 {surface(0)}L1200 {surface(1200)}V675H0Z", DUNE)
    p.path(f"M0 {surface(0)+110}L1200 {surface(1200)+150}V675H0Z", "#c2ab80")
    p.path(f"M0 {surface(0)+240}L1200 {surface(1200)+300}V675H0Z", "#a98f62")
    for k in range(9):
        p.line(0, 330 + k * 42, 1200, 250 + k * 52, "#8d7350", 1, 'stroke-dasharray="2 15"')
    p.path("M560 675Q760 470 1200 430V675Z", LAPIS, "none", 1, 'opacity=".9"')
    for k in range(6):
        p.path(f"M{640+k*50} 675Q{820+k*34} {530+k*18} 1200 {480+k*30}", "none", HAZE, 1.2)
    gallery = lambda x: 468 - (x - 220) * .03
    p.shape([(90, gallery(90) - 44), (1120, gallery(1120) - 44), (1120, gallery(1120) + 10), (90, gallery(90) + 10)], INK)
    p.shape([(90, gallery(90)), (1120, gallery(1120)), (1120, gallery(1120) + 10), (90, gallery(90) + 10)], HAZE)
    for i in range(8):
        x = 246 + i * 122
        y = surface(x)
        p.rect(x - 9, y - 6, 18, gallery(x) - y - 18, INK)
        p.path(f"M{x-50} {y+5}Q{x-24} {y+1} {x-11} {y-22}H{x+11}Q{x+24} {y-3} {x+50} {y-3}Z", "#a98f62")
        p.rect(x - 11, y - 24, 22, 5, INK)
    p.path(f"M0 {gallery(0)-14}Q60 {gallery(60)-18} 92 {gallery(90)-12}V{gallery(90)+10}H0Z", LAPIS)
    p.path(f"M0 {surface(0)-2}L78 {surface(78)-2}L92 {gallery(90)-46}L0 {gallery(0)-46}Z", PAPER)
    p.path(f"M0 {gallery(90)-50}H92V{gallery(90)-10}H0Z", PAPER)
    x = 673
    y = gallery(x)
    p.disc(x + 40, y - 20, 27, "#fff1c9", 'opacity=".28"')
    p.disc(x + 14, y - 31, 7, PAPER)
    p.path(f"M{x-16} {y+3}L{x-11} {y-17}Q{x-4} {y-30} {x+8} {y-25}L{x+14} {y-12} {x+4} {y-10} {x+6} {y+3}Z", PAPER)
    p.path(f"M{x+6} {y-19}L{x+34} {y-20}", "none", PAPER, 4)
    p.disc(x + 40, y - 20, 7, VERMILION)
    return p


def river_cracks():
    p, rnd = Picture("#6b553c"), random.Random(21)
    size = 124
    h = size * math.sqrt(3) / 2
    points = {}

    def vertex(x, y):
        key = (round(x), round(y))
        if key not in points:
            depth = .55 + .5 * y / 675
            points[key] = (x + rnd.uniform(-40, 40) * depth, y + rnd.uniform(-36, 36) * depth)
        return points[key]
    for col in range(-1, 8):
        for row in range(-1, 5):
            cx, cy = col * size * 1.5, row * 2 * h + (h if col % 2 else 0)
            pts = [vertex(cx + size * math.cos(a * math.pi / 3), cy + size * math.sin(a * math.pi / 3)) for a in range(6)]
            mx, my = sum(x for x, _ in pts) / 6, sum(y for _, y in pts) / 6
            k = rnd.uniform(.93, .96)
            p.shape([(mx + (x - mx) * k, my + (y - my) * k) for x, y in pts], rnd.choice((SAND, SAND, DUNE, "#dfcfae", "#e4d6b8")))
            if rnd.random() < .25:
                a = pts[rnd.randrange(6)]
                p.line(a[0], a[1], mx, my, "#8d7350", 2)
    p.path("M1210 96C1040 110 1010 190 860 214C690 240 690 330 520 372C380 408 300 440 236 560C220 590 214 640 216 690L262 690C262 640 270 604 286 580C352 486 420 466 546 430C720 380 740 300 884 268C1040 234 1070 170 1210 170Z", SAND)
    p.path("M1210 116C1050 124 1020 204 868 230C700 260 704 346 530 388C392 424 320 452 256 566C246 588 236 640 236 690L246 690C246 640 256 604 272 576C340 474 404 448 540 410C716 360 726 282 876 252C1030 222 1060 156 1210 150Z", LAPIS)
    p.path("M1200 132C1050 142 1026 212 872 240", "none", HAZE, 1.5)
    p.open('transform="translate(905 470)"')
    p.path("M-120 0Q0 46 130-6L104 34Q0 66-92 36Z", INK)
    p.path("M-120 0Q0 46 130-6", "none", VERMILION, 4)
    p.line(-30, 22, 60, -74, INK, 4)
    p.close()
    return p


def wetland_birds():
    p = Picture("#f3e6d3")
    p.rect(0, 400, 1200, 275, PALE)
    p.disc(760, 400, 150, VERMILION)
    p.rect(0, 400, 1200, 275, PALE)
    for i, w in enumerate((260, 200, 230, 150, 110, 60)):
        p.rect(760 - w / 2, 414 + i * 26, w, 9, VERMILION, 'opacity=".75"')
    p.path("M0 400Q200 372 420 394T1200 390V404H0Z", ASH, "none", 1, 'opacity=".5"')

    def flamingo(x, y, k, flip, down):
        p.open(f'transform="translate({x} {y}) scale({k*flip} {k})"')
        p.path("M-10 60L-14 250M22 62L18 160L30 250", "none", INK, 5)
        p.path("M-96 44Q-60-30 30-26Q78-20 84 18Q60 74-20 72Q-66 72-96 44Z", BLUSH)
        p.path("M-96 44Q-40 10 36 26Q10 64-30 66Q-70 66-96 44Z", "#cf8069")
        if down:
            p.path("M74 0Q130-10 140 70T166 190", "none", BLUSH, 17, 'stroke-linecap="round"')
            p.disc(168, 196, 17, BLUSH)
            p.path("M160 206Q150 240 176 236L182 210Z", INK)
        else:
            p.path("M72 2Q132-30 104-100T150-190", "none", BLUSH, 17, 'stroke-linecap="round"')
            p.disc(158, -194, 18, BLUSH)
            p.path("M168-204Q204-196 196-158L184-182Z", INK)
            p.disc(160, -198, 3, INK)
        p.close()
    flamingo(300, 330, 1.06, 1, False)
    flamingo(560, 380, .78, -1, True)
    flamingo(930, 372, .84, -1, False)
    for x, y, w in ((300, 596, 130), (560, 575, 90), (930, 582, 100)):
        for i in range(3):
            p.line(x - w + i * 20, y + i * 13, x + w - i * 28, y + i * 13, LAPIS, 2)
    for x, h, b in ((40, 420, 30), (70, 360, 10), (96, 470, 46), (130, 300, -16), (1150, 430, -36), (1176, 500, -14), (1112, 330, -30), (1080, 260, 14)):
        p.path(f"M{x} 690Q{x} {690-h*.6} {x+b} {690-h}", "none", INK, 4)
        p.path(f"M{x+b} {690-h}q-8 34 {-b*.2} 62", "none", INK, 9, 'stroke-linecap="round"')
    return p


def wind_farm():
    p = Picture(PAPER)
    p.disc(250, 200, 70, VERMILION)
    p.path("M0 420Q220 320 460 390T900 350T1200 372V675H0Z", PALE)
    p.path("M0 500Q260 380 560 470T1200 430V675H0Z", HAZE)
    p.path("M0 610Q180 500 480 540T1200 500V675H0Z", LAPIS)

    def turbine(x, y, h, turn):
        p.shape([(x - h * .016 - 1, y), (x + h * .016 + 1, y), (x + h * .008 + .5, y - h), (x - h * .008 - .5, y - h)], INK)
        p.open(f'transform="translate({x} {y-h}) rotate({turn})"')
        for a in (0, 120, 240):
            p.path(f"M0 0Q{h*.035} {-h*.2} 0 {-h*.62}Q{-h*.02} {-h*.2} 0 0Z", INK, "none", 1, f'transform="rotate({a})"')
        p.close()
        p.disc(x, y - h, max(2.5, h * .018), INK)
    for x, y, h, t in ((420, 384, 110, 20), (560, 392, 118, 74), (700, 374, 112, 44), (1120, 366, 120, 8),
                       (150, 440, 190, 50), (830, 450, 215, 95), (1010, 436, 205, 30),
                       (620, 540, 400, 12), (345, 548, 330, 66)):
        turbine(x, y, h, t)
    for i in range(7):
        p.path(f"M{40+i*170} 675Q{120+i*160} 600 {260+i*150} 556", "none", HAZE, 1.2)
    p.open('transform="translate(1000 566)"')
    for dx, dy, w in ((0, 0, 46), (52, 8, 38), (-56, 12, 40), (100, 18, 44)):
        p.rect(dx, dy, w, 34, PAPER)
        p.rect(dx + w * .36, dy + 13, 9, 21, INK)
    p.close()
    return p


def snow_peak():
    p = Picture(HAZE)
    p.disc(960, 150, 60, PAPER)
    p.shape([(0, 470), (180, 360), (330, 420), (520, 300), (700, 420), (900, 330), (1200, 460), (1200, 675), (0, 675)], "#6f86bd")
    p.shape([(60, 675), (300, 420), (390, 380), (560, 92), (640, 200), (700, 180), (860, 420), (960, 470), (1180, 675)], LAPIS)
    p.shape([(560, 92), (390, 380), (300, 420), (60, 675), (430, 675), (470, 540), (440, 470), (530, 360), (510, 300), (570, 220)], PAPER)
    p.shape([(700, 180), (640, 200), (660, 290), (640, 360), (720, 470), (690, 560), (760, 675), (900, 675), (840, 520), (800, 430), (770, 330)], PALE)
    p.track([(250, 660), (300, 590), (280, 540), (360, 490), (372, 440), (450, 400), (470, 330), (510, 250), (540, 170), (560, 96)], VERMILION, 3, 'stroke-dasharray="3 9" stroke-linecap="round"')
    p.shape([(352, 478), (352, 452), (372, 434), (392, 452), (392, 478)], VERMILION)
    p.rect(367, 460, 10, 18, PAPER)
    for pts in (((560, 92), (590, 300), (560, 460), (610, 675)), ((700, 180), (740, 400)), ((860, 420), (900, 560), (980, 675))):
        p.track(pts, DEEP, 1.5)
    p.line(560, 92, 560, 58, INK, 2)
    p.shape([(560, 58), (592, 67), (560, 76)], VERMILION)
    return p


def snow_road():
    p = Picture("#c9cdd6")
    p.path("M0 250L190 170 330 236 520 120 700 230 860 160 1200 260V675H0Z", HAZE)
    p.shape([(520, 120), (452, 162), (500, 176), (524, 158), (570, 172), (588, 161)], PAPER)
    p.path("M0 330Q260 220 560 296T1200 270V675H0Z", "#e4e4e2")
    p.path("M0 430Q360 300 760 400T1200 380V675H0Z", "#f1eee6")
    p.path("M0 560Q300 430 700 520T1200 500V675H0Z", "#fbf8f0")
    p.path("M330 690C420 600 880 590 900 520C914 470 540 470 530 424C524 392 760 396 764 366C766 346 660 344 650 322C646 310 690 306 700 292L708 292C704 310 668 312 674 322C690 340 800 344 806 368C808 404 600 404 604 428C616 466 1010 462 1010 524C1004 610 760 630 720 690Z", SOOT)
    p.path("M520 684C600 610 940 600 956 522C960 470 580 468 568 426C562 398 780 400 786 368", "none", PAPER, 3, 'stroke-dasharray="20 18"')
    for x, y, h in ((300, 640, 150), (1050, 540, 96), (480, 610, 120), (500, 440, 56), (640, 420, 50), (836, 376, 36), (720, 346, 26), (1010, 460, 74)):
        p.rect(x - h * .03, y - h, h * .06, h, INK)
        p.rect(x - h * .03, y - h, h * .06, h * .3, VERMILION)
    p.open('transform="translate(880 470)"')
    p.rect(-34, -34, 68, 40, VERMILION, 'rx="5"')
    p.rect(-10, -52, 40, 20, VERMILION, 'rx="4"')
    p.rect(-4, -48, 28, 15, PALE)
    p.path("M-58 12L-34-30V12Z", INK)
    p.disc(-16, 8, 11, INK)
    p.disc(20, 8, 11, INK)
    p.close()
    rnd = random.Random(5)
    for _ in range(90):
        p.disc(rnd.uniform(0, 1200), rnd.uniform(0, 640), rnd.choice((1.6, 2.4, 3.2)), "#ffffff")
    return p


def rice_field():
    p = Picture(PAPER)
    p.path("M0 210Q150 110 330 170Q500 220 640 130Q800 50 980 150Q1090 200 1200 150V320H0Z", HAZE)
    p.path("M0 260Q240 160 520 230T1200 190V360H0Z", LAPIS)
    terraces = ((300, PALE, 0, 0), (356, SAND, 0, 0), (424, PALE, 46, 13), (500, DUNE, 0, 0), (584, HAZE, 74, 24))
    for i, (y, tone, gap, size) in enumerate(terraces):
        a, b = (-34, 40) if i % 2 else (40, -30)
        p.path(f"M-10 {y}C300 {y+a} 700 {y+b} 1210 {y-16}V690H-10Z", tone, "#6b553c", 4)
        for k in range(26 if gap else 0):
            x = 30 + k * gap
            t = x / 1200
            edge = y * (1 - t) ** 3 + 3 * (1 - t) ** 2 * t * (y + a) + 3 * (1 - t) * t * t * (y + b) + t ** 3 * (y - 16)
            foot = edge + size * 2.1
            for lean in (-.5, 0, .5):
                p.line(x, foot, x + lean * size, foot - size, DEEP, 2.4)
    p.open('transform="translate(830 300)"')
    p.rect(-70, -70, 150, 80, PAPER, f'stroke="{INK}" stroke-width="1.5"')
    p.shape([(-100, -66), (-50, -128), (60, -128), (110, -66)], VERMILION)
    for x in (-46, 0, 42):
        p.rect(x, -46, 20, 30, LAPIS)
    for x in (-64, 72):
        p.line(x, 10, x, 40, INK, 4)
    p.close()
    return p


def windcatchers():
    p = Picture("#f1dfc4")
    p.disc(860, 330, 170, VERMILION)

    def tower(x, base, w, h, vents, body, slot):
        p.rect(x, base - h, w, h, body)
        p.rect(x - 8, base - h, w + 16, 14, body)
        p.rect(x - 8, base - h * .52, w + 16, 12, body)
        step = w / vents
        for i in range(vents):
            p.rect(x + i * step + step * .26, base - h + 26, step * .48, h * .4, slot, f'rx="{step*.24:.1f}"')
        p.line(x + w * .14, base - h, x + w * .14, base - h - 20, INK, 3)
        p.line(x + w * .8, base - h, x + w * .8, base - h - 14, INK, 3)
    p.rect(0, 470, 1200, 205, "#d8c092")
    tower(1010, 500, 90, 210, 4, "#cdb384", "#8d7350")
    p.path("M690 490a90 74 0 0 1 180 0Z", "#cdb384")
    p.path("M120 500a80 60 0 0 1 160 0Z", "#cdb384")
    tower(300, 560, 170, 460, 5, DUNE, INK)
    p.shape([(442, 100), (470, 100), (470, 560), (442, 560)], "#a98f62", 'opacity=".55"')
    p.rect(0, 540, 640, 135, "#b79f74")
    p.path("M560 580a150 120 0 0 1 300 0Z", DUNE)
    p.path("M710 460a150 120 0 0 1 150 120H760Q770 500 710 460Z", "#a98f62", "none", 1, 'opacity=".5"')
    p.disc(710, 460, 9, INK)
    p.rect(500, 578, 700, 97, "#a98f62")
    tower(960, 610, 120, 260, 4, "#b79f74", INK)
    p.rect(880, 600, 320, 75, "#8d7350")
    p.rect(0, 632, 1200, 43, INK)
    for x in (90, 180, 600, 690):
        p.path(f"M{x} 632v-36q0-24 20-34q20 10 20 34v36Z", INK)
    for x, y in ((180, 170), (210, 156), (232, 178), (640, 140)):
        p.path(f"M{x-13} {y-6}Q{x-4} {y-8} {x} {y}Q{x+4} {y-8} {x+13} {y-6}", "none", INK, 2.2)
    return p
