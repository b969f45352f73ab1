# SPDX-License-Identifier: Apache-2.0
"""Fictitious names and words to fill scenarios with, and the draws that pick them.

Only random() of random.Random is used, whose sequence is the same in every Python 3.
"""
import random

FIRST = ("anna ben clara david elena felix greta hugo ida jonas karin leo maria nils olga paul "
         "rosa simon tessa urs vera walter yara zeno adele bruno cora dario edith frank gina "
         "hans iris jakob klara lukas mila noah otto petra").split()
LAST = ("abel brandt conrad dorn ebert falk gerber haas imhof jansen keller lang moser nagel "
        "oswald peters quandt richter sommer thoma ulrich vogel weber ziegler arnold becker "
        "christ decker engel frey graf hahn ittner jung kraus lorenz maurer noll otten pohl "
        "reuter seidel").split()
PLACE = ("harbor meadow copper silver river cedar maple granite amber willow falcon summit "
         "orchid basalt juniper beacon canyon delta ember fjord glacier hazel indigo jasper "
         "kestrel lagoon marble nectar opal prairie quartz russet saffron timber umber velvet "
         "walnut yarrow zephyr alpine").split()
TRADE = ("mill press foods tools works bank clinic school travel motors books optics garden "
         "paper glass energy design legal media textiles bikes studio supply freight labs "
         "dental bakery homes boats music sports coffee print metals toys wines farms data "
         "roofing archive").split()
ISP = ("northnet swiftline telemare vianova brightcom citywave alpenlink metronode openfiber "
       "lakecom unitel skyport").split()
TOWN = "north south east west central lake hill port old new upper lower".split()
WORDS = (
    "the report for this quarter shows that our orders have grown again while costs stayed flat "
    "please find below what we agreed on during the meeting and let me know whether anything is "
    "missing from your side we would like to send a sample before the end of next week if that "
    "suits you many thanks for the quick answer about invoice terms shipping was late because of "
    "snow but everything arrived in good order yesterday morning can you confirm who will join "
    "from sales and when they could travel there is still one open question on colour paper "
    "weight size delivery address discount payment contract draft second version signature "
    "project plan budget team office lunch train hotel ticket agenda minutes training course "
    "machine repair part number stock price list catalogue photo label box pallet customs form "
    "summer winter spring autumn holiday birthday concert garden dinner recipe bread apples "
    "school children teacher trip museum library books music choir football match score"
).split()


def source(*key):
    """A source of random numbers that depends on `key` alone."""
    return random.Random("/".join(str(k) for k in key))


def below(rng, n):
    return int(rng.random() * n)


def pick(rng, items):
    return items[int(rng.random() * len(items))]


def between(rng, low, high):
    return low + int(rng.random() * (high - low + 1))


def shuffled(rng, items):
    items = list(items)
    for i in range(len(items) - 1, 0, -1):
        k = below(rng, i + 1)
        items[i], items[k] = items[k], items[i]
    return items


def organisation(index):
    """A domain of its own for each index."""
    place, lap = index % len(PLACE), index // len(PLACE)
    trade = (lap + 7 * place) % len(TRADE)
    again = lap // len(TRADE)
    return "%s-%s%s.example" % (PLACE[place], TRADE[trade], again or "")


def label(rng):
    return "".join(pick(rng, "abcdefghijklmnopqrstuvwxyz") for _ in range(between(rng, 5, 9)))


def sentence(rng, count):
    text = " ".join(pick(rng, WORDS) for _ in range(count))
    return text[:1].upper() + text[1:] + "."
